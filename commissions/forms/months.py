"""What staff send about a month: close, compute again, review, approve, send back."""

from typing import Any

from babel.numbers import NumberFormatError, get_currency_precision, get_currency_symbol, parse_decimal
from crispy_forms.layout import HTML, Field, Layout, Submit
from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common import reader
from common.forms import getter, poster
from common.templatetags.portal import money_plain
from distributors.queries import people


class ActForm(forms.Form):
    """One button that does what it says."""

    def __init__(
        self, *args: Any, action: str, button: Any, name: str, main: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=action)
        kind = "btn-main btn-wide" if main else "btn-plain"
        self.helper.layout = Layout(Submit("do", button, css_class=kind, css_id=f"{name}-button"))


class PersonSearch(forms.Form):
    """The number of a distributor, whose figures of the month are asked for."""

    person = forms.CharField(
        label=_("Distributor's number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("Write the number of a distributor.")},
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = getter(action=action)
        self.helper.form_class = ""
        button = format_html(
            '<button class="btn btn-plain btn-wide" type="submit">{{% icon "search" %}} {}</button>',
            _("Show"),
        )
        self.helper.layout = Layout("person", HTML(button))

    def clean_person(self) -> str:
        """Somebody there is. What people type around a number is left out."""
        number = "".join(str(self.cleaned_data["person"]).split()).lstrip("#")
        if not people.by_numbers(numbers=[number]):
            raise forms.ValidationError(_("Nobody has this number."))
        return number


class ApproveForm(forms.Form):
    """What has to be read is ticked, and the total is typed: nobody approves a number unread."""

    warnings_read = forms.BooleanField(error_messages={"required": _("Read the warnings, then tick this.")})
    changes_read = forms.BooleanField(error_messages={"required": _("Read what changed, then tick this.")})
    total = forms.CharField(
        label=_("Type the total to confirm"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        error_messages={"required": _("Type the total of this draft.")},
    )

    def __init__(
        self, *args: Any, action: str, button: Any, warnings: Any, changes: Any, expected: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        for name, words in (("warnings_read", warnings), ("changes_read", changes)):
            if words:
                self.fields[name].label = words
            else:
                del self.fields[name]
        self.helper = poster(action=action)
        shown = [name for name in ("warnings_read", "changes_read", "total") if name in self.fields]
        submit = Submit("do", button, css_class="btn-main btn-wide", css_id="approve-button")
        self.helper.layout = Layout(*(Field(name) for name in shown), submit)
        self.helper.attrs |= {"data-needs-all": "yes", "data-needs-said": "#approve-missing"}

    def clean_total(self) -> int:
        """The typed total in minor units."""
        typed = minor_units(self.cleaned_data["total"])
        if typed is None:
            example = money_plain(123456)
            raise forms.ValidationError(
                _("This cannot be read as an amount. Write it like %(example)s."),
                params={"example": example},
            )
        if typed != self.expected:
            raise forms.ValidationError(_("This is not the total of this draft. Compare it with the table."))
        return typed


class SendBackForm(forms.Form):
    """Back to the preparer, with a reason."""

    reason = forms.CharField(
        label=_("What is wrong with it"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what is wrong with it.")},
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=action)
        words = _("Send back with this reason")
        button = Submit("do", words, css_class="btn-plain btn-wide", css_id="send-back-button")
        self.helper.layout = Layout("reason", button)


def minor_units(text: str) -> int | None:
    """An amount as people type it, in minor units of the company's currency; None when it cannot be read."""
    currency = settings.COMPANY_CURRENCY
    locale = reader.locale()
    plain = text.replace(get_currency_symbol(currency, locale=locale), "").replace(currency, "")
    plain = plain.replace("\N{MINUS SIGN}", "-").strip()
    # Decimal would read 1e5 and NaN; people who type a total mean neither.
    if any(letter.isalpha() for letter in plain):
        return None
    try:
        value = parse_decimal(plain, locale=locale, strict=True)
        scaled = value.scaleb(get_currency_precision(currency))
        return int(scaled) if scaled == scaled.to_integral_value() else None
    except (NumberFormatError, ArithmeticError):
        return None
