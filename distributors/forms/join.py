"""Forms of joining. None of them has a field that says who the sponsor is."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import poster
from common.person_forms import CountryForm, NewcomerForm
from distributors.models import User
from distributors.operations.enrolment import OLD_ENOUGH, age

EARLIEST_BIRTH = date(1900, 1, 1)


def helper(*layout: Any, button: str, action: str = "") -> FormHelper:
    """A crispy helper with one main button that says its result."""
    made = poster(action=action)
    made.layout = Layout(*layout, Submit("", button, css_class="btn-main btn-wide"))
    return made


class ChooseForm(forms.Form):
    """How somebody would like to start."""

    kind = forms.ChoiceField(
        label=gettext_lazy("How would you like to start?"),
        choices=[("customer", ""), ("distributor", "")],
        initial="customer",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(
            Field("kind", template="distributors/_choices.html"), button=_("Continue"), action=action
        )


class CodeForm(forms.Form):
    """The code of the person who invited you."""

    code = forms.CharField(
        label=gettext_lazy("Code of the person who invited you"),
        max_length=80,
        help_text=gettext_lazy("The last part of their link, for example “k3m9qwz2ta”."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("code", button=_("Show who this is"), action=action)

    def clean_code(self) -> str:
        """People paste the whole link as often as the code."""
        return str(self.cleaned_data["code"]).strip().rstrip("/").rpartition("/")[2].lower()


class ReadForm(forms.Form):
    """Before anybody becomes a distributor: what people earn, and what is agreed."""

    read_disclosure = forms.BooleanField(
        label=gettext_lazy("I have read what distributors were paid."),
        error_messages={"required": gettext_lazy("Please tick this once you have read it.")},
    )
    accept_agreement = forms.BooleanField(
        label=gettext_lazy("I accept the distributor agreement."),
        error_messages={"required": gettext_lazy("Please tick this if you agree; without it nobody joins.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("read_disclosure", "accept_agreement", button=_("Accept and continue"))


class DetailsForm(NewcomerForm, CountryForm):
    """Who is joining."""

    field_order = (
        "submission", "given_name", "family_name", "email", "password", "birth_date", "country", "phone",
    )  # fmt: skip
    submission = forms.RegexField(
        regex="^[A-Za-z0-9]{0,64}$", required=False, widget=forms.HiddenInput, max_length=64
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("At least ten characters. A few words are easier to remember than signs."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("Nobody else sees it. You must be 18 or older."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )
    confirm_sponsor = forms.BooleanField(
        error_messages={"required": gettext_lazy("Please confirm who your sponsor is, or choose another.")}
    )

    def __init__(self, *args: Any, sponsor_name: str, kind: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        helps = {
            "given_name": _("As it should stand on letters and parcels."),
            "email": _("You sign in with it. We send one message to confirm it is yours."),
            "country": _("Decides where we deliver and which rules protect you."),
        }
        for name, text in helps.items():
            self.fields[name].help_text = text
        question = _("My sponsor is %(name)s.") if kind == "distributor" else _("I buy through %(name)s.")
        self.fields["confirm_sponsor"].label = question % {"name": sponsor_name}
        button = _("Sign up as a distributor") if kind == "distributor" else _("Sign up as a customer")
        self.helper = helper(
            "submission",
            Div("given_name", "family_name", css_class="pair"),
            "email",
            "password",
            Div("birth_date", "country", css_class="pair"),
            "phone",
            Div("website", css_class="sr-only", aria_hidden="true"),
            "confirm_sponsor",
            HTML('{% include "distributors/_not_expected.html" %}'),
            HTML('{% include "distributors/_draft.html" only %}'),
            button=button,
        )

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if born < EARLIEST_BIRTH or born > self.today:
            raise ValidationError(_("Please check the year."))
        if age(born=born, today=self.today) < OLD_ENOUGH:
            raise ValidationError(_("You can join when you are 18. Nothing you wrote here is kept."))
        return born

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password:
            try:
                validate_password(password, User(email=cleaned.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        if password and self.errors and "password" not in self.errors:
            # The page that comes back has an empty box: what was typed into it is never sent back.
            self.add_error("password", _("Please type it once more; it is never sent back."))
        return cleaned
