"""A month as staff read it: words for its stages, facts and forms for the step that is next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.forms.months import ActForm, ApproveForm, SendBackForm
from commissions.queries import colleagues, desk, months, sheet
from commissions.views import month_changes, month_pace, month_warnings
from common import dates, spoken
from common.templatetags.portal import counted, money_filter, rate

STAGE_NAMES = {
    "snapshot": "Snapshot",
    "compute": "Compute",
    "check": "Check",
    "store": "Store",
    "review": "Review",
    "approve": "Approve",
    "post": "Post",
    "promote": "Promote",
    "notify": "Notify",
}
STATE_TAGS = {
    "computing": ("info", "Being computed"),
    "estimate": ("estimate", "Estimate"),
    "draft": ("wait", "Waits for review"),
    "reviewed": ("wait", "Waits for approval"),
    "approved": ("info", "Being posted"),
    "final": ("final", "Final"),
    "failed": ("stop", "Failed"),
}
WAITS = {
    "close": ("wait", "Over, waits to be closed"),
    "compute": ("info", "Being computed"),
    "review": ("wait", "Waits for review"),
    "approve": ("wait", "Waits for approval"),
    "post": ("info", "Being posted"),
    "failed": ("stop", "Failed"),
}


def calendars(found: Sequence[desk.MonthLine]) -> list[dict[str, Any]]:
    """The lists of months and of weeks, each only where there are any."""
    words = {dates.MONTH: (_("Months"), _("Month")), dates.WEEK: (_("Weeks"), _("Week"))}
    groups = []
    for calendar, (title, head) in words.items():
        lines = [_listed(one) for one in found if one.calendar == calendar]
        if lines:
            groups.append({"title": title, "head": head, "lines": lines})
    return groups


def _listed(one: desk.MonthLine) -> dict[str, Any]:
    kind, words = WAITS.get(one.waits, ("final", "Final") if one.final else ("estimate", "Open, estimate"))
    return {
        "name": spoken.period_name(one.key),
        "days": spoken.period_days(one.key) if one.calendar == dates.WEEK else "",
        "link": reverse("staff-month", args=[one.key]),
        "tag_kind": kind,
        "tag_text": _(words),
        "draft": one.run_number if one.waits in ("review", "approve") else 0,
        "month": one,
    }


def rail(found: sheet.Sheet, *, now: datetime) -> list[dict[str, Any]]:
    """The stages with what each of them counted."""
    return [
        {"name": _(STAGE_NAMES[stage.name]), "state": stage.state, "facts": _facts(found, stage, now)}
        for stage in found.stages
    ]


def _facts(found: sheet.Sheet, stage: sheet.Stage, now: datetime) -> list[str]:
    run = found.run
    if run is None:
        return []
    if stage.state == "to_come":
        return [_items(run.item_count)] if stage.name == "post" and run.item_count else []
    if stage.state == "failed":
        return [_("see below")]
    if stage.state == "now":
        return _now(found, stage, now)
    told = {
        "snapshot": [
            ngettext("%(n)s person", "%(n)s people", run.people_count) % {"n": counted(run.people_count)},
            ngettext("%(n)s order line", "%(n)s order lines", run.order_line_count)
            % {"n": counted(run.order_line_count)},
        ],
        "compute": [ngettext("%(n)s line", "%(n)s lines", run.line_count) % {"n": counted(run.line_count)}],
        "check": [_("all hold")],
        "store": [_items(run.item_count)],
        "review": _who(found, run.reviewed_by_id, run.reviewed_at, now),
        "approve": _who(found, run.approved_by_id, run.approved_at, now),
    }
    return [fact for fact in [*told.get(stage.name, []), *month_pace.took(stage)] if fact]


def _now(found: sheet.Sheet, stage: sheet.Stage, now: datetime) -> list[str]:
    if stage.name in ("review", "approve"):
        return [_("waits for a person")]
    if found.job and found.job.state == "failed":
        return [_("given up after five attempts")]
    return [_("under way")]


def _who(found: sheet.Sheet, person: int | None, at: datetime | None, now: datetime) -> list[str]:
    if person is None or at is None:
        return []
    return [found.names.get(person, ""), spoken.lately(at, now=now)]


def _items(count: int) -> str:
    return ngettext("%(n)s item", "%(n)s items", count) % {"n": counted(count)}


def approve_form(
    request: HttpRequest, found: sheet.Sheet, data: QueryDict | None = None
) -> ApproveForm | None:
    """The form in which a month is approved; None for who may not, or when nothing is to be approved."""
    run = found.run
    if run is None or run.state != "reviewed" or not request.user.has_perm("commissions.approve_run"):
        return None
    if request.user.pk in (run.prepared_by_id, run.reviewed_by_id):
        return None
    warnings = len(warnings_of(found))
    read = ngettext("I have read the warning", "I have read the %(n)s warnings", warnings) % {"n": warnings}
    changed = _("I have read what changed since draft %(n)s") % {"n": run.number - 1}
    return ApproveForm(
        data,
        action=reverse("staff-month-approve", args=[found.key]),
        button=_("Approve %(month)s") % {"month": spoken.period_word(found.key)},
        warnings=read if warnings else None,
        changes=changed if run.number > 1 else None,
        expected=run.total,
    )


def steps(
    request: HttpRequest,
    found: sheet.Sheet,
    *,
    now: datetime,
    approve_form: ApproveForm | None,
    send_back_form: SendBackForm | None,
) -> dict[str, Any]:
    """The panel of the step that is next, and the small steps beside it."""
    prepares = request.user.has_perm("commissions.prepare_run")
    approves = request.user.has_perm("commissions.approve_run")
    run = found.run
    given: dict[str, Any] = {"facts": _answering(request, found, now)}
    word = spoken.period_word(found.key)
    if found.state == "open":
        given["over"] = now >= found.ends_at
        if prepares and given["over"]:
            given["close"] = _one(found, "close", _("Close %(month)s") % {"month": word})
        return given
    if run is None:
        return given
    if run.state == "draft" and prepares:
        given["review"] = _one(found, "review", _("I have reviewed draft %(n)s") % {"n": run.number})
    if run.state == "reviewed":
        given["approve"] = approve_form or globals()["approve_form"](request, found)
        given["who_can"] = colleagues.may_approve(except_ids=[run.prepared_by_id, run.reviewed_by_id])
        if approves:
            action = reverse("staff-month-send-back", args=[found.key])
            given["send_back"] = send_back_form or SendBackForm(action=action)
    if run.state in ("draft", "reviewed", "failed") and prepares:
        given["compute"] = _one(found, "compute", _("Compute again"), main=False)
    return given


def _one(found: sheet.Sheet, name: str, button: str, *, main: bool = True) -> ActForm:
    return ActForm(
        action=reverse(f"staff-month-{name}", args=[found.key]), button=button, name=name, main=main
    )


def _answering(request: HttpRequest, found: sheet.Sheet, now: datetime) -> list[dict[str, str]]:
    run = found.run
    if run is None or run.kind == "estimate":
        return []
    prepared = found.names.get(run.prepared_by_id or 0, _("Schedule"))
    if run.computed_at:
        prepared = f"{prepared}, {spoken.lately(run.computed_at, now=now)}"
    facts = [{"label": _("Prepared by"), "value": prepared}]
    for label, person, at in (
        (_("Reviewed by"), run.reviewed_by_id, run.reviewed_at),
        (_("Approved by"), run.approved_by_id, run.approved_at),
    ):
        who = _who(found, person, at, now)
        facts.append({"label": label, "value": ", ".join(who) if who else _("nobody yet")})
    return facts


def approving(found: sheet.Sheet) -> str:
    """What approving does, in one sentence."""
    run = found.run
    if run is None:
        return ""
    return _(
        "Approving makes draft %(n)s final. %(total)s is posted in %(items)s. It cannot be undone; later "
        "changes are posted as differences."
    ) % {"n": run.number, "total": money_filter(run.total), "items": _items(run.item_count)}


def figures(found: sheet.Sheet) -> dict[str, Any]:
    """Everything the month's page shows beside stages and steps."""
    run = found.run
    given = {"state_tag": _tag(found), "line": _line(found), "draft": "", "approving": approving(found)}
    if run is None:
        return given
    if run.kind == "close" and run.state in ("draft", "reviewed", "failed"):
        given["draft"] = _("Draft %(n)s") % {"n": run.number}
    if run.working or run.state == "failed":
        return given
    return {
        **given,
        "warnings": month_warnings.shown(key=found.key, run=run, warnings=warnings_of(found)),
        "checked": _share_sentence(run),
        "totals": _totals(run),
        "before_name": _before_name(found),
        "changes": month_changes.changes(found.key, run) if run.state in ("draft", "reviewed") else [],
        "hashes": {"input": _short(run.input_hash), "output": _short(run.output_hash)},
    }


def warnings_of(found: sheet.Sheet) -> list[sheet.Warned]:
    """What somebody reads before answering for the month."""
    return list(found.run.warnings) if found.run and found.run.kind == "close" else []


def _tag(found: sheet.Sheet) -> dict[str, str]:
    if found.run is None:
        return {"kind": "neutral", "text": _("Not measured yet")}
    kind, words = STATE_TAGS.get(found.run.state, ("neutral", found.run.state))
    return {"kind": kind, "text": _(words)}


def _line(found: sheet.Sheet) -> str:
    ends = spoken.day_and_time(found.ends_at)
    if found.state == "open":
        return _("Open until %(moment)s. Nobody is paid from an estimate.") % {"moment": ends}
    if found.run and found.run.state == "final":
        return _("Ended %(moment)s. Posted and final.") % {"moment": ends}
    return _("Ended %(moment)s. Nobody has been paid from this run yet.") % {"moment": ends}


def _totals(run: sheet.RunHead) -> dict[str, Any]:
    found = months.totals(run_id=run.id)
    rows = [
        {
            "label": one.label,
            "people": one.people,
            "items": one.items,
            "before": one.before,
            "amount": one.amount,
            "change": one.change,
            "share": _share(one.amount, run.commissionable),
        }
        for one in found
    ]
    known = [one.before for one in found if one.before is not None]
    before = sum(known) if known else None
    return {
        "rows": rows,
        "sum": {
            "label": _("Total"),
            "people": "",
            "items": run.item_count,
            "before": before,
            "amount": run.total,
            "change": run.total - before if before is not None else None,
            "share": _share(run.total, run.commissionable),
        },
    }


def _share(amount: int, volume: int) -> int | None:
    """Of the volume, in parts per million, to a tenth of a per cent."""
    return amount * 1000 // volume * 1000 if volume > 0 else None


def _share_sentence(run: sheet.RunHead) -> str:
    share = _share(run.total, run.commissionable)
    return (
        _("The total is %(share)s of the commissionable volume.") % {"share": rate(share)}
        if share is not None
        else ""
    )


def _before_name(found: sheet.Sheet) -> str:
    return spoken.period_word(found.before_key) if found.before_key else ""


def _short(text: str) -> str:
    """The beginning and the end of a hash."""
    return f"{text[:4]} {text[4:8]} … {text[-4:]}" if len(text) > 12 else text
