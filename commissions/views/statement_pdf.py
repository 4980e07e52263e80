"""A month's statement as a paper: the same figures and words as on the page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.queries import adjustments, balance, explain, withholdings
from commissions.queries.statements import Statement
from commissions.views.earnings import head_of, inside_of, items_of, statement_of
from common import spoken
from common.guards import distributor_id, distributor_required, me_of
from common.paper import Paper, Row
from common.templatetags.portal import money_filter, rate, signed_money, volume
from distributors.queries import documents


@require_safe
@distributor_required
def statement_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The statement to keep: items down to their levels, the facts of the month, what is payable, what paid nothing."""
    person, me = distributor_id(request), me_of(request)
    found = statement_of(person, key)
    head = head_of(found)
    name, number = (me.name, me.number) if me else ("", "")
    paper = _paper(found, head, name, number)
    paper.figure(
        head["amount_word"],
        money_filter(found.total),
    )
    paper.rows(_items(items_of(person, found, inside_of(person, found))))
    paper.rows([Row(title=_("Total"), amount=money_filter(found.total), strong=True)])
    paper.section(_("Your %(month)s") % {"month": head["month_word"]})
    paper.rows(_facts(found))
    paper.section(_("Payment"))
    paper.rows(_payment(person, found, head))
    paper.text_block(
        _("Amounts are before your own taxes and costs.")
        if found.is_final
        else _("An estimate is not payable. It becomes final when the month has been closed and approved.")
    )
    nothing = explain.why_nothing(person_id=person, key=key)
    if nothing:
        paper.section(_("Bonuses that paid nothing, and why"))
        paper.rows([Row(title=one.label, note=one.reason, amount=money_filter(0)) for one in nothing])
    response = HttpResponse(bytes(paper.output()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="statement-{found.key}.pdf"'
    return response


def _paper(found: Statement, head: dict[str, Any], name: str, number: str) -> Paper:
    said = _("Statement %(key)s / %(number)s, plan %(plan)s.") % {
        "key": found.key,
        "number": number,
        "plan": found.plan,
    }
    if head["approved"]:
        said += " " + _("Approved %(approved)s.") % {"approved": head["approved"]}
    elif head["may_change"]:
        said += f" {head['may_change']}"
    paper = Paper(
        title=_("Statement %(key)s / %(number)s") % {"key": found.key, "number": number},
        company=settings.COMPANY_NAME,
        about=f"{name}, {number}",
        foot=documents.current(kind=documents.DISCLOSURE, today=timezone.localdate()).summary,
        page_word=_("Page"),
        made_at=found.as_of or found.starts_at,
    )
    tag = _("Final") if found.is_final else _("Estimate")
    paper.heading(head["month_name"], tag=tag, final=found.is_final, line=said)
    return paper


def _items(items: list[dict[str, Any]]) -> list[Row]:
    rows = []
    for one in items:
        amount = money_filter(one["amount"])
        rows.append(Row(title=one["title"], note=one["text"], count=one["count"], amount=amount, strong=True))
        for level in one["levels"]:
            base = volume(level["base"], _("points")) if level["in_points"] else money_filter(level["base"])
            times = f" × {rate(level['rate'])}" if level["rate"] else ""
            rows.append(
                Row(
                    title=f"{level['name']}: {level['text']}",
                    count=f"{base}{times}",
                    amount=money_filter(level["amount"]),
                    level=1,
                )
            )
    return rows


def _facts(found: Statement) -> list[Row]:
    facts = (
        (_("Paid as"), found.rank),
        (_("Career rank"), found.title),
        (_("Active"), _("Yes") if found.active else _("No")),
        (_("Own volume"), volume(found.own_volume, "PV")),
        (_("Group volume"), volume(found.group_volume, "GV")),
    )
    return [Row(title=label, amount=value) for label, value in facts]


def _payment(person: int, found: Statement, head: dict[str, Any]) -> list[Row]:
    owed = balance.of_person(person_id=person, currency=settings.COMPANY_CURRENCY)
    rows = [
        Row(title=_("Earned in %(month)s") % {"month": head["month_word"]}, amount=money_filter(found.total))
    ]
    rows += [
        Row(title=one.label, note=one.reason, amount=signed_money(one.amount))
        for one in adjustments.of_statement(person_id=person, key=found.key)
    ]
    if owed.withheld:
        why = " ".join(withholdings.of_person(person_id=person))
        title = _("Yours, and withheld for now")
        rows.append(Row(title=title, note=why, amount=money_filter(owed.withheld)))
    if owed.debt:
        rows.append(Row(title=_("Still to be settled from returns"), amount=money_filter(owed.debt)))
    payable = _("Payable to you on %(day)s") % {"day": _today()}
    return [*rows, Row(title=payable, amount=money_filter(owed.payable), strong=True)]


def _today() -> str:
    return spoken.day(timezone.now())
