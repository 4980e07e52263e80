"""Statements as templates show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.queries import levels, statements
from common import dates, spoken
from common.templatetags.portal import counted


def calendars(found: Sequence[statements.Month], *, now: datetime) -> list[dict[str, Any]]:
    """The lists of months and of weeks, each only where there are any."""
    words = {dates.MONTH: (_("Months"), _("Month")), dates.WEEK: (_("Weeks"), _("Week"))}
    groups = []
    for calendar, (title, head) in words.items():
        rows = [one for one in found if one.calendar == calendar]
        if rows:
            groups.append({"title": title, "head": head, "rows": _rows(rows, now=now)})
    return groups


def _rows(found: Sequence[statements.Month], *, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "name": spoken.period_name(month.key),
            "days": spoken.period_days(month.key) if month.calendar == dates.WEEK else "",
            "link": reverse("statement", args=[month.key]),
            "final": month.state == "final",
            "closing": month.state == "closing",
            "as_of": spoken.as_of(month.as_of, now=now) if month.as_of else "",
            "total": month.total,
        }
        for month in found
    ]


def neighbours(found: Sequence[statements.Month], key: str) -> dict[str, Any]:
    """The months before and after a month, the weeks of a week, as far as they have figures."""
    found = [month for month in found if month.calendar == dates.calendar_of(key)]
    keys = [month.key for month in found]
    at = keys.index(key) if key in keys else 0
    earlier = found[at + 1] if at + 1 < len(found) else None
    later = found[at - 1] if at > 0 else None
    return {
        name: {"word": spoken.period_word(month.key), "link": reverse("statement", args=[month.key])}
        for name, month in (("earlier", earlier), ("later", later))
        if month
    }


def item(found: statements.Statement, one: statements.Item, orders: int | None = None) -> dict[str, Any]:
    """One item of a statement; a correction says what it corrects and links to it."""
    link = reverse("statement-item", args=[found.key, one.bonus])
    title, text = one.label, one.description
    if one.corrects:
        link = f"{link}?{urlencode({'corrects': one.corrects})}"
        title = _("Correction to %(month)s: %(bonus)s") % {
            "month": spoken.period_name(one.corrects),
            "bonus": one.label,
        }
        text = _("Something that had been paid for in %(month)s was returned.") % {
            "month": spoken.period_name(one.corrects)
        }
    return {
        "id": f"item-{one.bonus}{'-' + one.corrects if one.corrects else ''}",
        "title": title,
        "text": text,
        "count": _orders(orders) if orders is not None else "",
        "amount": one.amount,
        "load": link,
        "corrects": one.corrects,
        "corrected": reverse("statement", args=[one.corrects]) if one.corrects else "",
    }


def _orders(count: int) -> str:
    return ngettext("%(n)s order", "%(n)s orders", count) % {"n": counted(count)}


def level(key: str, asked: levels.Asked, one: levels.Level) -> dict[str, Any]:
    """One level of an item."""
    link = reverse("statement-level", args=[key, asked.bonus, one.level])
    orders_word = _orders(one.orders)
    people_word = ngettext("of %(n)s person", "of %(n)s people", one.people) % {"n": counted(one.people)}
    return {
        "id": f"level-{one.level}",
        "name": _("Your own sales") if one.level == 0 else _("Level %(n)s") % {"n": one.level},
        "text": orders_word if one.level == 0 else f"{orders_word} {people_word}",
        "base": one.base,
        "in_points": one.base_unit == "points",
        "rate": one.rate_ppm,
        "amount": one.amount,
        "load": link + (f"?{urlencode({'corrects': asked.corrects})}" if asked.corrects else ""),
    }


def orders(page: levels.OrderPage, path: str, asked: levels.Asked) -> dict[str, Any]:
    """A page of orders with the way to the rest."""
    kept = {"corrects": asked.corrects} if asked.corrects else {}
    more = ngettext("%(n)s more order", "%(n)s more orders", page.more) % {"n": counted(page.more)}
    return {
        "rows": page.orders,
        "level": page.level,
        "earlier": f"{path}?{urlencode({**kept, 'page': page.page - 1})}" if page.page > 1 else "",
        "more_link": f"{path}?{urlencode({**kept, 'page': page.page + 1})}" if page.more else "",
        "more_text": more,
    }
