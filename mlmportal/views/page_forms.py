"""What a distributor writes on their page, and what the company decides about it."""

from typing import Any

from crispy_forms.layout import HTML, Field, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.deciding import QueueForm
from common.fields import StoryField
from common.forms import poster
from common.pictures import MOST_BYTES
from distributors.operations.pages import MOST_PRODUCTS

STATES = (
    ("waiting", gettext_lazy("Waits for approval")),
    ("live", gettext_lazy("Public")),
    ("refused", gettext_lazy("Refused")),
    ("taken_down", gettext_lazy("Taken down")),
    ("all", gettext_lazy("Every state")),
)
SORTS = (
    ("oldest", gettext_lazy("Longest waiting first")),
    ("newest", gettext_lazy("Newest first")),
    ("name", gettext_lazy("Name")),
)


class PageForm(forms.Form):
    """Photo, story and chosen products. A photo that was good stays, whatever else was wrong."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, up to 8 MB. We draw it anew, without the place, time and camera written in it."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    picture = forms.RegexField(regex="^[A-Za-z0-9]{0,32}$", required=False, widget=forms.HiddenInput)
    without_photo = forms.BooleanField(label=gettext_lazy("Without a photo"), required=False)
    story = StoryField(
        label=gettext_lazy("Your story"),
        max_length=1500,
        rows=8,
        help_text=gettext_lazy(
            "Who you are and what you like about the products. Nothing about earning: "
            "for that there is the income disclosure."
        ),
        error_messages={"required": gettext_lazy("Write a few sentences, so that people know who you are.")},
    )
    products = forms.MultipleChoiceField(
        label=gettext_lazy("Products you recommend"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, products: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["products"]
        field.choices = products  # type: ignore[attr-defined]
        field.help_text = _("Up to %(most)s. They are shown with the price everybody pays.") % {
            "most": MOST_PRODUCTS
        }
        self.helper = poster()
        self.helper.form_enctype = "multipart/form-data"
        self.helper.layout = Layout(
            HTML('{% include "mlmportal/_page_photo.html" %}'),
            "photo",
            "picture",
            *(["without_photo"] if self["picture"].value() else []),
            "story",
            Field("products", wrapper_class="choose-many"),
            Submit("", _("Ask for approval"), css_class="btn-main"),
        )

    def clean_photo(self) -> "UploadedFile[bytes] | None":
        photo: UploadedFile[bytes] | None = self.cleaned_data["photo"]
        if photo is not None and (photo.size or 0) > MOST_BYTES:
            raise ValidationError(_("The photo is larger than 8 MB. Take a smaller one."))
        return photo

    def clean_products(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["products"]
        if len(chosen) > MOST_PRODUCTS:
            raise ValidationError(_("Choose up to %(most)s products.") % {"most": MOST_PRODUCTS})
        return chosen


class PagesForm(QueueForm):
    """Which pages the company looks at."""

    page, states, sorts = "staff-pages", STATES, SORTS
