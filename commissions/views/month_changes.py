"""What differs between a draft and the one before, and between it and the last final month, as the page shows it."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.queries import comparing, months, sheet
from common.templatetags.portal import counted, signed_money


def changes(key: str, run: sheet.RunHead) -> list[dict[str, Any]]:
    """The draft beside the one before, then beside the last final month; each only where there is one."""
    beside = (months.since_last_draft(run_id=run.id), months.since_last_month(run_id=run.id))
    return [_one(key, run, found) for found in beside if found is not None]


def _one(key: str, run: sheet.RunHead, found: months.Difference) -> dict[str, Any]:
    rows = sorted([*found.winners, *found.losers], key=lambda one: -abs(one.change))
    rest = found.people - len(rows)
    return {
        "key": key,
        "title": _("What changed since %(name)s") % {"name": found.name},
        "note": ngettext("%(n)s person, %(sum)s in all", "%(n)s people, %(sum)s in all", found.people)
        % {"n": counted(found.people), "sum": signed_money(found.total)},
        "before": capfirst(found.name),
        "after": _("Draft %(n)s") % {"n": run.number},
        "tables": _tables(run, found) if rows else [],
        "rows": rows,
        "rest": ngettext("%(n)s more person", "%(n)s more people", rest) % {"n": counted(rest)}
        if rest > 0
        else "",
        "rest_change": found.total - sum(one.change for one in rows),
    }


def _tables(run: sheet.RunHead, found: months.Difference) -> list[dict[str, Any]]:
    return [
        {"head": _("Bonus"), "rows": comparing.by_bonus(run_id=run.id, other_id=found.run_id)},
        {"head": _("Paid as"), "rows": comparing.by_rank(run_id=run.id, other_id=found.run_id)},
    ]
