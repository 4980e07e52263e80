"""What was posted against the lines it comes from: items, payments, expenses, and what is held or withheld."""

# ruff: noqa: S608 - the queries are put together from names and numbers of ours, never from input

from collections import defaultdict

from django.db.models import Sum

from commissions.models import Account, Carried, Line, Run, StatementItem, Transfer
from commissions.queries import counting, plans, withholdings
from commissions.queries.audit_rows import posted_runs, rows, some

MILLION = 1_000_000
# What changes an item once it is rounded: whole amounts, which are not rounded with its other lines.
WHOLE = (Line.Kind.GUARANTEE, Line.Kind.MOST, Line.Kind.GROUP, Line.Kind.HELD, Line.Kind.RELEASED)


def items_are_their_lines() -> list[str]:
    """P3: what was posted for an item and about it is what its lines come to: those of the run that counts, and what
    posted runs changed about them. Computed lines are rounded once, as the plan says; the others are whole."""
    books = counting.all_that_count()
    if not books.counts:
        return []
    ledgers = [(run, plans.parsed(version=run.plan).ledger) for run in books.counts]
    listed = [(run.pk, run.period.key, one.round, one.take_back == "average_rate") for run, one in ledgers]
    found = rows(
        f"WITH counted(run, key, round, average) AS (VALUES {', '.join(['(%s, %s, %s, %s)'] * len(listed))}), "
        f"parts AS ({_own_lines()} UNION ALL {_corrections()} UNION ALL {_items()}), "
        f"sums AS ({_sums()}), items AS (SELECT run, person, bonus, paid, {_rounded()} + more AS lines FROM sums "
        "JOIN counted USING (run)) "
        "SELECT items.bonus, counted.key, d.number, items.paid, items.lines FROM items JOIN counted USING (run) "
        "JOIN distributors_distributor d ON d.id = items.person WHERE items.paid <> items.lines "
        "ORDER BY counted.key, d.number, items.bonus",
        [value for row in listed for value in row],
    )
    return [
        f"P3 {bonus} of {key} paid distributor {number} {paid}, its lines come to {lines}"
        for bonus, key, number, paid, lines in found
    ]


def _own_lines() -> str:
    """The lines of the runs that count: which of them are whole."""
    return (
        f"SELECT l.run_id AS run, l.distributor_id AS person, l.bonus, {_is_whole('l')} AS is_whole, l.whole, l.micro, "
        "0 AS paid FROM commissions_line l JOIN counted ON counted.run = l.run_id "
        "WHERE l.corrects_id IS NULL AND l.corrects_run_id IS NULL"
    )


def _corrections() -> str:
    """What posted runs changed about a line, or about a run that had none. What the average rate takes is whole."""
    changed = (
        "SELECT {about} AS run, c.distributor_id AS person, c.bonus, {whole} OR counted.average, c.whole, c.micro, 0 "
        "FROM commissions_line c {join} JOIN counted ON counted.run = {about} WHERE c.run_id IN ({posted})"
    )
    about_lines = changed.format(
        about="o.run_id", whole=_is_whole("c"), posted=posted_runs(),
        join="JOIN commissions_line o ON o.id = c.corrects_id",
    )  # fmt: skip
    about_runs = changed.format(
        about="c.corrects_run_id", whole=_is_whole("c"), posted=posted_runs(), join=""
    )
    return f"{about_lines} UNION ALL {about_runs}"


def _items() -> str:
    """What posted runs paid, each by the run that counts for the period it is about."""
    return (
        "SELECT counted.run, i.distributor_id, i.bonus, (1 = 0), 0, 0, i.amount FROM commissions_statementitem i "
        "JOIN commissions_run r ON r.id = i.run_id JOIN commissions_period p ON p.id = r.period_id "
        "JOIN counted ON counted.key = CASE i.corrects_period WHEN '' THEN p.key ELSE i.corrects_period END "
        f"WHERE i.run_id IN ({posted_runs()}) AND (r.state = 'final' OR i.corrects_period <> '')"
    )


def _sums() -> str:
    """By item: whole units and millionths (0 to 999,999) of its computed lines, what is whole, and what was paid."""
    exact = "SUM(CASE WHEN is_whole THEN 0 ELSE {} END)"
    units, micro = (f"CAST({exact.format(name)} AS bigint)" for name in ("whole", "micro"))
    more = "CAST(SUM(CASE WHEN is_whole THEN {} ELSE 0 END) AS bigint)"
    return (
        f"SELECT run, person, bonus, {units} + {micro} / {MILLION} AS units, {micro} %% {MILLION} AS micro, "
        f"{more.format('whole')} + {more.format('micro')} / {MILLION} AS more, CAST(SUM(paid) AS bigint) AS paid "
        "FROM parts GROUP BY run, person, bonus"
    )


def _rounded() -> str:
    """core.rounding in SQL: -0.4 is kept as -1 and 600,000, so a half is away from zero only above it."""
    more_than_half, half = f"2 * micro > {MILLION}", f"2 * micro = {MILLION}"
    return (
        "units + CASE counted.round "
        "WHEN 'down' THEN CASE WHEN units < 0 AND micro > 0 THEN 1 ELSE 0 END "
        f"WHEN 'half_even' THEN CASE WHEN {more_than_half} OR ({half} AND units %% 2 <> 0) THEN 1 ELSE 0 END "
        f"ELSE CASE WHEN {more_than_half} OR ({half} AND units >= 0) THEN 1 ELSE 0 END END"
    )


def _is_whole(table: str) -> str:
    return f"({table}.kind IN ({', '.join(str(kind.value) for kind in WHOLE)}))"


def payments_are_posted_once() -> list[str]:
    """L4: whatever the keys say, each person's items of a month that was posted are, no more and no less; whether its
    people were promoted and told yet or not."""
    moved = (
        "SELECT t.period_id AS period, {side}.owner_id AS person, {sign}t.amount AS amount FROM commissions_transfer t "
        "JOIN commissions_account d ON d.id = t.debit_id JOIN commissions_account c ON c.id = t.credit_id "
        "WHERE {side}.kind = 'payable' AND {other}.kind = 'clearing'"
    )
    found = rows(
        "WITH moved AS ("
        f"{moved.format(side='c', other='d', sign='')} UNION ALL {moved.format(side='d', other='c', sign='-')} "
        "UNION ALL SELECT r.period_id, i.distributor_id, -i.amount FROM commissions_statementitem i "
        "JOIN commissions_run r ON r.id = i.run_id WHERE r.state = 'final' "
        "OR (r.kind = 'close' AND r.state = 'approved' AND r.stage <> 'post') "
        "UNION ALL SELECT k.posted_in_id, i.distributor_id, -i.amount FROM commissions_statementitem i "
        "JOIN commissions_run r ON r.id = i.run_id JOIN commissions_correcting k ON k.run_id = r.id "
        "WHERE r.state = 'posted' AND i.corrects_period <> '') "
        "SELECT d.number, p.key, CAST(SUM(moved.amount) AS bigint) FROM moved "
        "JOIN commissions_period p ON p.id = moved.period JOIN distributors_distributor d ON d.id = moved.person "
        "GROUP BY d.number, p.key HAVING SUM(moved.amount) <> 0 ORDER BY p.key, d.number"
    )
    return [f"L4 distributor {number} was posted {more} too much for {key}" for number, key, more in found]


def expenses_are_their_items() -> list[str]:
    """P3: what each bonus cost in a final month is the sum of its items, and what was held back more than released."""
    cost: dict[tuple[str, str], int] = defaultdict(int)
    items = StatementItem.objects.order_by()
    own = items.filter(run__state=Run.State.FINAL).values_list("run__period__key", "bonus")
    differences = items.filter(run__state=Run.State.POSTED).exclude(corrects_period="")
    posted = differences.values_list("run__correcting__posted_in__key", "bonus")
    for paid in (own, posted):
        for period, bonus, amount in paid.annotate(Sum("amount")):
            cost[period, bonus] += int(amount)
    expense, clearing, held = Account.Kind.EXPENSE, Account.Kind.CLEARING, Account.Kind.HELD
    final = Transfer.objects.filter(run__state__in=(Run.State.FINAL, Run.State.POSTED))
    for side, other, sign in (("debit", "credit", 1), ("credit", "debit", -1)):
        moved = final.filter(**{f"{side}__kind": expense, f"{other}__kind": clearing})
        sums = moved.order_by().values_list("period__key", f"{side}__name").annotate(Sum("amount"))
        for period, bonus, amount in sums:
            cost[period, bonus] -= sign * int(amount)
        waits = final.filter(**{f"{side}__kind": clearing, f"{other}__kind": held})
        for period, key, amount in waits.values_list("period__key", "key", "amount").iterator():
            cost[period, key.split(":")[3]] += sign * int(amount)
    return [
        f"P3 {bonus} of {period} cost {-cost[period, bonus]} more than its items"
        for period, bonus in some(key for key in sorted(cost) if cost[key])
    ]


def what_waits_is_held() -> list[str]:
    """L6: each held account is what waits of its owner in the last closed period of every plan."""
    waits: dict[str, int] = defaultdict(int)
    last = {run.plan.name: run.pk for run in counting.all_that_count().counts}
    rows = Carried.objects.filter(run_id__in=last.values(), kind=Carried.Kind.HELD).order_by()
    for number, amount in rows.values_list("distributor__number").annotate(Sum("amount")):
        waits[str(number)] += int(amount)
    held = Account.objects.filter(kind=Account.Kind.HELD).order_by().values_list("owner__number")
    stands = {str(number): int(balance) for number, balance in held.annotate(Sum("balance"))}
    wrong = (number for number in sorted({*waits, *stands}) if waits.get(number, 0) != stands.get(number, 0))
    return [
        f"L6 the account held {number} is {stands.get(number, 0)}, what waits is {waits.get(number, 0)}"
        for number in some(wrong)
    ]


def nothing_is_withheld_without_a_reason() -> list[str]:
    """L6: who is withheld from was suspended, or something of theirs was missing, when a run was posted last."""
    return [
        f"L6 {balance} are withheld of {number}, of whom nothing is missing"
        for number, balance in withholdings.without_reason()
    ]
