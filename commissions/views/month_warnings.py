"""The warnings of a month: whom or what each is about, the first few by name and the way to all of them."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.queries import plans, sheet, unusual
from common.templatetags.portal import counted, money_filter
from distributors.queries import people
from distributors.queries.people import PersonName

OF_PEOPLE = (unusual.NEGATIVE, unusual.LARGE, unusual.LEAPS)
RECORDS = {unusual.LATE_ORDERS: "admin:sales_order_change", unusual.LATE_RETURNS: "admin:sales_return_change"}


def shown(*, key: str, run: sheet.RunHead, warnings: Sequence[sheet.Warned]) -> list[dict[str, Any]]:
    """The warnings as _month_warning.html shows them; names come with one query, however many there are."""
    ids = [row[0] for one in warnings if one.about in OF_PEOPLE for row in one.first]
    names = people.names(ids=ids)
    items = any(one.about in (unusual.NEGATIVE, unusual.LARGE) for one in warnings)
    labels = labels_of(run_id=run.id) if items else {}
    return [
        {
            "text": one.says,
            "first": [_first(key, one.about, row, names, labels) for row in one.first],
            "all": _all(key, one) if one.about in unusual.ABOUT and one.count > len(one.first) else None,
        }
        for one in warnings
    ]


def labels_of(*, run_id: int) -> dict[str, str]:
    """How the plan of a run calls each bonus."""
    return {bonus.name: bonus.label for bonus in plans.of_run(run_id=run_id).bonuses}


def of_person(*, key: str, person: PersonName) -> dict[str, str]:
    """A person with the way to their figures in the month."""
    return {"name": person.name, "link": reverse("staff-month-person", args=[key, person.number])}


def _first(
    key: str, about: str, row: tuple[Any, ...], names: dict[int, PersonName], labels: dict[str, str]
) -> dict[str, str]:
    if about in RECORDS:
        pk, number = row
        return {"name": number, "link": reverse(RECORDS[about], args=[pk])}
    who = of_person(key=key, person=names[row[0]])
    if about == unusual.LEAPS:
        _person, before, now = row
        note = _("%(now)s after %(before)s") % {"now": money_filter(now), "before": money_filter(before)}
    else:
        _person, bonus, amount = row
        note = f"{labels.get(bonus, bonus)} {money_filter(amount)}"
    return {**who, "note": note}


def _all(key: str, one: sheet.Warned) -> dict[str, str]:
    link = reverse("staff-month-warned", args=[key, one.about])
    if one.sum is None:
        words = ngettext("All %(n)s of them", "All %(n)s of them", one.count)
        return {"link": link, "text": words % {"n": counted(one.count)}}
    words = ngettext("All %(n)s of them, %(sum)s in all", "All %(n)s of them, %(sum)s in all", one.count)
    return {"link": link, "text": words % {"n": counted(one.count), "sum": money_filter(one.sum)}}
