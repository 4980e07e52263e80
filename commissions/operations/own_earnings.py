"""What was earned, for the person as a file; and what is open with them before they can be erased."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from commissions.models import (
    Account,
    Adjustment,
    Line,
    Period,
    Promotion,
    Run,
    Snapshot,
    StatementItem,
    TeamExport,
    TeamView,
    Transfer,
    Withholding,
)
from commissions.queries import balance
from common.templatetags.portal import money_filter
from distributors.operations.leaving import Open
from distributors.operations.own_data import Owner, Table, table

MONTH = ("run__period__key", "active", "rank", "title", "own_volume", "group_volume")
ITEM = ("run__period__key", "bonus", "corrects_period", "amount", "line_count")
LINE = ("run__period__key", "bonus", "level", "base", "rate_ppm", "whole", "micro")
MOVED = ("posted_at", "debit__kind", "credit__kind", "amount", "currency", "period__key")
HELD = ("kind", "currency")
VIEW = ("name", "query", "made_at")
TAKEN = ("at", "format", "period", "query", "people")
WITHHELD = ("reason", "note", "set_at", "ended_at")
GIVEN = ("label", "amount", "reason", "state", "requested_at")


def tables(owner: Owner) -> Iterator[Table]:
    """A distributor's months, statements with every line, ranks, account and adjustments; final months alone."""
    person = owner.distributor_id
    if person is None:
        return
    final = Q(distributor_id=person, run__state=Run.State.FINAL)
    asked = (
        ("months", MONTH, Snapshot.objects.filter(final)),
        ("statements", ITEM, StatementItem.objects.filter(final)),
        ("statement-lines", LINE, Line.objects.filter(final)),
        ("account", MOVED, Transfer.objects.filter(Q(debit__owner_id=person) | Q(credit__owner_id=person))),
        ("accounts", HELD, Account.objects.filter(owner_id=person)),
        ("team-views", VIEW, TeamView.objects.filter(distributor_id=person)),
        ("team-exports", TAKEN, TeamExport.objects.filter(distributor_id=person)),
        ("withheld", WITHHELD, Withholding.objects.filter(distributor_id=person)),
        ("ranks", ("run__period__key", "rank", "before"), Promotion.objects.filter(distributor_id=person)),
        ("adjustments", GIVEN, Adjustment.objects.filter(distributor_id=person)),
    )
    for name, columns, rows in asked:
        yield table(name=name, columns=columns, rows=rows.order_by("pk").values_list(*columns))


def still_open(owner: Owner) -> Iterator[Open]:
    """Money that is owed either way, and months in which something was earned and that are not final."""
    person = owner.distributor_id
    if person is None:
        return
    now = balance.of_person(person_id=person, currency=settings.COMPANY_CURRENCY)
    if now.payable:
        title = _("%(amount)s is owed to you.") % {"amount": money_filter(now.payable)}
        yield Open(title=title, text=_("It is paid first: without your name and address it could not be."))
    if now.withheld:
        title = _("%(amount)s is withheld.") % {"amount": money_filter(now.withheld)}
        yield Open(title=title, text=_("It is yours. It is paid once what is missing is there."))
    if now.debt:
        title = _("You owe %(amount)s.") % {"amount": money_filter(now.debt)}
        yield Open(
            title=title,
            text=_("It comes from returns of what was paid for. Please settle it with the company."),
        )
    states = [Run.State.ESTIMATE, Run.State.DRAFT, Run.State.REVIEWED, Run.State.APPROVED]
    earned = StatementItem.objects.filter(
        distributor_id=person,
        run__state__in=states,
        run__period__state__in=[Period.State.OPEN, Period.State.CLOSING],
    )
    if earned.exclude(amount=0).exists():
        text = _("You have earned in a month that is not final. What it pays is worked out and paid first.")
        yield Open(title=_("A month is not final."), text=text, page="earnings")
