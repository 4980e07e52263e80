"""How forms are drawn that several apps have."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django.urls import reverse


def poster(*, action: str = "") -> FormHelper:
    """A form that posts: sent once, its refusals beside the fields instead of the browser's own."""
    helper = FormHelper()
    helper.form_method = "post"
    helper.form_action = action
    helper.attrs = {"data-submit-once": "yes", "novalidate": "novalidate"}
    return helper


def getter(*, action: str) -> FormHelper:
    """A small form that asks for something and changes nothing: a search, what a list is narrowed to."""
    helper = FormHelper()
    helper.form_method = "get"
    helper.form_action = action
    helper.form_class = "filters"
    helper.disable_csrf = True
    return helper


def filters(page: str, *names: str) -> FormHelper:
    """The small form above a list, that narrows the list of the page of this name."""
    helper = getter(action=reverse(page))
    helper.layout = Layout(*names, HTML('{% include "components/show_button.html" only %}'))
    return helper
