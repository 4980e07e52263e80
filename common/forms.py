"""How forms are drawn that several apps have."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Widget
from django.urls import reverse


class FieldOfForm(BoundField):
    """Where a form comes back with something refused, the page opens at the first field that was, without script:
    on a telephone it may stand far below what is shown first."""

    @property
    def is_first_refused(self) -> bool:
        """Whether this is the first field of its form that somebody has to look at again."""
        if not self.form.is_bound or not self.errors:
            return False
        refused = (field.name for field in self.form.visible_fields() if field.errors)
        return next(refused, None) == self.name

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """As Django's; a choice among several boxes is left to the summary above the form."""
        built = dict(super().build_widget_attrs(attrs, widget))
        if not self.is_hidden and not self.use_fieldset and self.is_first_refused:
            built["autofocus"] = True
        return built


class Renderer(TemplatesSetting):
    """Django's own, for our fields."""

    bound_field_class = FieldOfForm


def _helper(*, action: str) -> FormHelper:
    helper = FormHelper()
    helper.form_action = action
    # `required` stays, for who hears the page; what is missing is said by us, beside the field, in the page's language.
    helper.attrs = {"novalidate": "novalidate"}
    return helper


def poster(*, action: str = "") -> FormHelper:
    """A form that posts: sent once, its refusals beside the fields instead of the browser's own."""
    helper = _helper(action=action)
    helper.attrs |= {"data-submit-once": "yes"}
    return helper


def getter(*, action: str) -> FormHelper:
    """A small form that asks for something and changes nothing: a search, what a list is narrowed to."""
    helper = _helper(action=action)
    helper.form_method = "get"
    helper.form_class = "filters"
    helper.disable_csrf = True
    return helper


def filters(page: str, *names: str) -> FormHelper:
    """The small form above a list, that narrows the list of the page of this name."""
    helper = getter(action=reverse(page))
    helper.layout = Layout(*names, HTML('{% include "components/show_button.html" only %}'))
    return helper
