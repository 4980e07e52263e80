"""From what was posted to what can be paid: debts, deductions, what nobody covers, and what is withheld.

A person's payable is what the engine calls paid and what waits to be paid together (core/settlement.py): payouts are
another matter.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q, QuerySet, Sum

from commissions.core.facts import SUSPENDED
from commissions.core.plan import Plan
from commissions.core.settlement import Account as Open
from commissions.core.settlement import Statement, settle
from commissions.models import Account, Run, Snapshot, StatementItem
from commissions.operations.entries import Entry, Owned, mark
from commissions.queries import withholdings

PAYABLE, DEBT, WITHHELD = Account.Kind.PAYABLE, Account.Kind.DEBT, Account.Kind.WITHHELD


def is_plain(*, plan: Plan) -> bool:
    """Whether what is missing becomes debt and nothing is deducted: then a query settles everybody."""
    return plan.ledger.not_covered == "becomes_debt" and not plan.ledger.deductions


def settled(*, run: Run, plan: Plan) -> list[Entry]:
    """What the engine's settlement moves of a run, person by person."""
    gross, returns, ids = _earned(run)
    before = _open(plan.currency, list(ids.values()))
    accounts = {
        number: Open(
            owes=-before[person][DEBT],
            waiting=max(0, before[person][PAYABLE] - gross.get(number, 0) - returns.get(number, 0)),
        )
        for number, person in ids.items()
    }
    rows = Snapshot.objects.filter(run=run, distributor_id__in=list(ids.values()), sponsor__isnull=False)
    above, sponsors = {}, dict(ids)
    for number, sponsor, sponsor_id in rows.values_list(
        "distributor__number", "sponsor__number", "sponsor_id"
    ):
        if sponsor is not None and sponsor_id is not None:
            above[number], sponsors[sponsor] = sponsor, sponsor_id
    found = settle(ledger=plan.ledger, gross=gross, returns=returns, accounts=accounts, above=above)
    return [
        entry
        for number in sorted(ids)
        for entry in _moves(
            mark(run=run), plan, number, sponsors, above, found[number], accounts[number].waiting
        )
    ]


def _moves(
    period: str, plan: Plan, number: str, ids: dict[str, int], above: dict[str, str], one: Statement, waiting: int
) -> Iterator[Entry]:  # fmt: skip
    mine, debt = Owned(PAYABLE, owner_id=ids[number]), Owned(DEBT, owner_id=ids[number])
    yield Entry(f"repay:{period}:{number}", mine, debt, one.repaid)
    for name, amount in one.deductions:
        taken = Owned(Account.Kind.DEDUCTED, name)
        yield Entry(f"deduct:{period}:{name}:{number}", mine, taken, amount)
    written_off = Owned(Account.Kind.EXPENSE, "written_off")
    yield Entry(f"writeoff:{period}:{number}", written_off, mine, one.written_off)
    if one.rolled_up:
        yield Entry(
            f"rollup:{period}:{number}", Owned(DEBT, owner_id=ids[above[number]]), mine, one.rolled_up
        )
    missing = max(0, -one.gross - one.returns - waiting)
    if not one.written_off and not one.rolled_up:
        yield Entry(f"debt:{period}:{number}", debt, mine, missing)


def given_free(*, run: Run, plan: Plan) -> list[Entry]:
    """What was withheld of those of whom nothing is missing any more, and of those whom the run pays or takes something
    from."""
    touched = _posted(run).values("distributor_id")
    kept = Account.objects.filter(kind=WITHHELD, currency=plan.currency, balance__gt=0)
    kept = kept.filter(~_not_paid(run) | Q(owner_id__in=touched))
    return [
        Entry(
            key=f"unwithhold:{mark(run=run)}:{number}",
            debit=Owned(WITHHELD, owner_id=person),
            credit=Owned(PAYABLE, owner_id=person),
            amount=balance,
        )
        for person, number, balance in kept.order_by("pk").values_list("owner_id", "owner__number", "balance")
    ]


def withheld(*, run: Run, plan: Plan) -> list[Entry]:
    """What is left to pay to those who are suspended, or of whom something is missing: theirs still, and not paid out
    until they are so no more."""
    left = Account.objects.filter(_not_paid(run), kind=PAYABLE, currency=plan.currency, balance__gt=0)
    return [
        Entry(
            key=f"withhold:{mark(run=run)}:{number}",
            debit=Owned(PAYABLE, owner_id=person),
            credit=Owned(WITHHELD, owner_id=person),
            amount=balance,
        )
        for person, number, balance in left.order_by("pk").values_list("owner_id", "owner__number", "balance")
    ]


def _posted(run: Run) -> "QuerySet[StatementItem]":
    """The items of a run that are posted: of a correcting run its differences."""
    items = StatementItem.objects.filter(run=run)
    return items.exclude(corrects_period="") if run.kind == Run.Kind.CORRECT else items


def _not_paid(run: Run) -> Q:
    """Accounts of whom nothing is paid to for now."""
    missing = withholdings.open_now().values("distributor_id")
    return Q(owner_id__in=_suspended(run).values("distributor_id")) | Q(owner_id__in=missing)


def _suspended(run: Run) -> "QuerySet[Snapshot]":
    """Who is suspended as the run saw them; a correcting run looks back, so that the last final run says it."""
    if run.kind == Run.Kind.CORRECT:
        return withholdings.suspended()
    return Snapshot.objects.filter(run=run, standing=SUSPENDED)


def _earned(run: Run) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """By number: what the run's own items and what its corrections come to; and everybody's key."""
    gross: dict[str, int] = {}
    returns: dict[str, int] = defaultdict(int)
    ids: dict[str, int] = {}
    rows = _posted(run).order_by()
    for number, person, corrects, amount in rows.values_list(
        "distributor__number", "distributor_id", "corrects_period"
    ).annotate(Sum("amount")):
        ids[number] = person
        if corrects:
            returns[number] += int(amount)
        else:
            gross[number] = int(amount)
    return gross, dict(returns), ids


def _open(currency: str, people: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {person: {PAYABLE: 0, DEBT: 0} for person in people}
    rows = Account.objects.filter(currency=currency, kind__in=(PAYABLE, DEBT), owner__isnull=False)
    for person, kind, balance in rows.values_list("owner_id", "kind", "balance").iterator():
        if person in found:
            found[person][kind] = balance
    return found
