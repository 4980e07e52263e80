"""Staff set what a product costs and carries."""

from datetime import date
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.conf import settings
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _

from sales.forms.fields import HundredthsField
from sales.models import ProductTerms
from sales.operations.products import AMOUNTS, Terms, TermsRefused, check


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Amounts as people write them: 12.90, not 1290."""

    class Meta:
        model = ProductTerms
        fields = ("valid_from", *AMOUNTS, "override_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exponent = get_currency_precision(settings.COMPANY_CURRENCY)
        for name in AMOUNTS:
            if name in self.fields:
                is_price = name.endswith("_price")
                label = self.fields[name].label
                self.fields[name] = HundredthsField(label=label, exponent=exponent if is_price else 2)

    def terms(self, *, by: int) -> Terms:
        """What was filled in; whoever gives a reason for an override puts their name to it."""
        found = self.cleaned_data
        reason = found.get("override_reason", "").strip()
        amounts = {name: found[name] for name in AMOUNTS}
        return Terms(
            found["valid_from"], **amounts, override_reason=reason, override_by_id=by if reason else None
        )


class TermsFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """New terms of one product. `by` is set by the admin: the person who fills in the form."""

    by: int

    def filled(self) -> list[Any]:
        """The rows somebody filled in."""
        return [form for form in self.extra_forms if form.has_changed()]

    def clean(self) -> None:
        super().clean()
        known = ProductTerms.objects.filter(product_id=self.instance.pk) if self.instance.pk else ()
        days = {terms.valid_from for terms in known}
        for form in self.filled():
            if not form.errors:
                self._check(form, days)

    def _check(self, form: Any, days: set[date]) -> None:
        terms: Terms = form.terms(by=self.by)
        if terms.valid_from in days:
            form.add_error("valid_from", _("There are terms from this day already."))
        days.add(terms.valid_from)
        try:
            check(product_class=self.instance.product_class, terms=terms)
        except TermsRefused as refused:
            form.add_error("commissionable", str(refused))
