"""The sponsor's choice of a place."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from distributors.forms.join import helper
from distributors.queries.free_places import Free
from distributors.queries.holdings import Place


class PlaceForm(forms.Form):
    """One of the free places that are offered."""

    place = forms.ChoiceField(
        label=gettext_lazy("Free places"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a place."),
            "invalid_choice": gettext_lazy("This place is no longer free. Choose another one."),
        },
    )

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        field.choices = [(_key(place), "") for place in places]  # type: ignore[attr-defined]
        self.offered = [{"value": _key(place), "place": place} for place in places]
        self.helper = helper(
            Field("place", template="distributors/_places.html"), button=_("Place here, for good")
        )

    def chosen(self) -> Free:
        """The place of a valid form."""
        parent_id, _separator, slot = self.cleaned_data["place"].partition("-")
        return Free(int(parent_id), int(slot))


def _key(place: Place) -> str:
    return f"{place.parent_id}-{place.slot}"
