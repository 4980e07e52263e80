"""Whether each transfer is what its key says: the key names the fact it comes from, and nothing is there twice."""

# ruff: noqa: S608 - the queries are put together from names of ours, never from input

from collections.abc import Mapping

from commissions.models import Account, Adjustment
from commissions.queries.audit_rows import rows, some

OF_COMPANY = (Account.Kind.EXPENSE, Account.Kind.CLEARING, Account.Kind.DEDUCTED)
OF_PEOPLE = (Account.Kind.PAYABLE, Account.Kind.HELD, Account.Kind.DEBT, Account.Kind.WITHHELD)

# What a key begins with: the kinds of accounts it moves money between, in either direction, and what follows. `who`
# is the number of the person whose payable or held account it is.
OF_PLAN = "'{word}:' || f.mark || ':' || f.plan || ':'"
FORMS: Mapping[str, tuple[str, str]] = {
    "expense": (
        "expense clearing",
        f"(t.key = {OF_PLAN} || f.company OR t.key = {OF_PLAN} || f.company || ':held')",
    ),
    "comm": ("clearing payable", f"{{begins}} {OF_PLAN} {{ends}}"),
    "corr": ("clearing payable", "t.key LIKE 'corr:%%' {ends}"),
    **dict.fromkeys(
        ("hold", "unhold", "release", "lapse"), ("clearing held", f"{{begins}} {OF_PLAN} {{ends}}")
    ),
    **{
        word: (kinds, "t.key = '{word}:' || f.mark || ':' || f.who AND f.of_one")
        for word, kinds in (
            ("debt", "debt payable"),
            ("repay", "debt payable"),
            ("withhold", "payable withheld"),
            ("unwithhold", "payable withheld"),
        )
    },
    "rollup": ("debt payable", "t.key = 'rollup:' || f.mark || ':' || f.who AND NOT f.of_one"),
    "writeoff": (
        "expense payable",
        "f.company = 'written_off' AND t.key = 'writeoff:' || f.mark || ':' || f.who",
    ),
    "deduct": ("deducted payable", "t.key = 'deduct:' || f.mark || ':' || f.company || ':' || f.who"),
}


def keys_are_their_facts() -> list[str]:
    """L4: the key of each transfer of a run is made of the run's period and plan, of the account's bonus or deduction
    and of its owner's number, and it lies in the period in which the run is posted. So whatever is there twice under
    another key, or was given to another account, is found."""
    found = rows(
        f"WITH facts AS ({_facts()}) SELECT t.key, t.amount, p.key, f.posted FROM commissions_transfer t "
        "JOIN facts f ON f.id = t.id JOIN commissions_period p ON p.id = t.period_id "
        f"WHERE CASE WHEN t.period_id = f.posted_id AND ({_fits()}) THEN 0 ELSE 1 END = 1 ORDER BY t.id"
    )
    return [
        f"L4 the transfer {key} of {amount} in {period} is not one of its run, its accounts and {posted}"
        for key, amount, period, posted in found
    ]


def _facts() -> str:
    """By transfer of a run: what its key may be made of, and where the run is posted."""
    return (
        "SELECT t.id, rp.key || CASE r.kind WHEN 'correct' THEN '+' || r.number ELSE '' END AS mark, v.name AS plan, "
        "CASE WHEN r.kind = 'correct' THEN k.posted_in_id ELSE r.period_id END AS posted_id, "
        "CASE WHEN r.kind = 'correct' THEN kp.key ELSE rp.key END AS posted, "
        "CASE WHEN d.kind < c.kind THEN d.kind || ' ' || c.kind ELSE c.kind || ' ' || d.kind END AS kinds, "
        # Of two company's accounts the clearing is named by the period, which is asked of the transfer itself.
        "CASE WHEN d.kind IN ('expense', 'deducted') THEN d.name WHEN c.kind IN ('expense', 'deducted') THEN c.name "
        "ELSE '' END AS company, "
        "CASE WHEN d.kind = 'clearing' THEN d.name WHEN c.kind = 'clearing' THEN c.name END AS clearing, "
        "CASE WHEN d.kind IN ('payable', 'held') THEN dd.number ELSE cd.number END AS who, "
        "d.owner_id = c.owner_id AS of_one "
        "FROM commissions_transfer t JOIN commissions_run r ON r.id = t.run_id "
        "JOIN commissions_period rp ON rp.id = r.period_id JOIN commissions_planversion v ON v.id = r.plan_id "
        "JOIN commissions_account d ON d.id = t.debit_id JOIN commissions_account c ON c.id = t.credit_id "
        "LEFT JOIN distributors_distributor dd ON dd.id = d.owner_id "
        "LEFT JOIN distributors_distributor cd ON cd.id = c.owner_id "
        "LEFT JOIN commissions_correcting k ON k.run_id = r.id "
        "LEFT JOIN commissions_period kp ON kp.id = k.posted_in_id"
    )


def _fits() -> str:
    forms = []
    for word, (kinds, form) in FORMS.items():
        begins = f"substr(t.key, 1, length({OF_PLAN.format(word=word)})) ="
        ends = "AND substr(t.key, length(t.key) - length(f.who)) = ':' || f.who"
        said = form.format(word=word, begins=begins, ends=ends)
        clearing = " AND f.clearing = f.posted" if "clearing" in kinds else ""
        pair = " ".join(sorted(kinds.split()))
        forms.append(f"(f.kinds = '{pair}' AND t.key LIKE '{word}:%%' AND {said}{clearing})")
    return " OR ".join(forms)


def transfers_lead_somewhere() -> list[str]:
    """L1: the accounts, the period and the run of each transfer are there. On PostgreSQL no foreign key says so."""
    found = rows(
        "SELECT t.key, t.amount FROM commissions_transfer t LEFT JOIN commissions_account d ON d.id = t.debit_id "
        "LEFT JOIN commissions_account c ON c.id = t.credit_id LEFT JOIN commissions_period p ON p.id = t.period_id "
        "LEFT JOIN commissions_run r ON r.id = t.run_id WHERE d.id IS NULL OR c.id IS NULL OR p.id IS NULL "
        "OR (r.id IS NULL AND t.run_id IS NOT NULL) ORDER BY t.id"
    )
    return [
        f"L1 transfer {key} of {amount} leads to an account, a period or a run that is not there"
        for key, amount in found
    ]


def accounts_are_whose_they_are() -> list[str]:
    """L1: what the company spends, clears and deducts is its own; what is paid, held, owed, withheld is somebody's."""
    ours, theirs = (", ".join(f"'{kind}'" for kind in kinds) for kinds in (OF_COMPANY, OF_PEOPLE))
    found = rows(
        "SELECT a.kind, a.name, d.number, a.balance FROM commissions_account a "
        "LEFT JOIN distributors_distributor d ON d.id = a.owner_id "
        f"WHERE (a.kind IN ({ours}) AND a.owner_id IS NOT NULL) OR (a.kind IN ({theirs}) AND d.id IS NULL) "
        "ORDER BY a.id"
    )
    return [
        f"L1 the account {kind} {name} of {balance} is said to be {number or 'nobody'}'s"
        for kind, name, number, balance in found
    ]


def adjustments_are_posted_once() -> list[str]:
    """L4: each approved adjustment is in the ledger with its amount, its person, its month and its moment, and what it
    leaves missing or pays back beside it; no adjustment is there otherwise, nor anything else that no run posted."""
    found = rows(
        "SELECT a.id, n.number, a.amount, CASE WHEN d.kind = 'expense' THEN t.amount ELSE -t.amount END, o.number "
        "FROM commissions_adjustment a JOIN distributors_distributor n ON n.id = a.distributor_id "
        "LEFT JOIN commissions_transfer t ON t.key = 'adj:' || a.id "
        "LEFT JOIN commissions_account d ON d.id = t.debit_id LEFT JOIN commissions_account c ON c.id = t.credit_id "
        "LEFT JOIN distributors_distributor o ON o.id = COALESCE(d.owner_id, c.owner_id) "
        "WHERE CASE WHEN a.state = 'posted' "
        "AND t.period_id = a.period_id AND t.currency = a.currency AND t.posted_at = a.decided_at "
        "AND COALESCE(d.owner_id, c.owner_id) = a.distributor_id "
        "AND ((d.kind = 'expense' AND c.kind = 'payable' AND t.amount = a.amount) "
        "OR (c.kind = 'expense' AND d.kind = 'payable' AND t.amount = -a.amount)) THEN 0 "
        "WHEN a.state <> 'posted' AND t.id IS NULL THEN 0 ELSE 1 END = 1 ORDER BY a.id"
    )
    wrong = [
        f"L4 adj:{pk} of {number} is posted with {posted or 0} for {whose or 'nobody'}, approved was {amount}"
        for pk, number, amount, posted, whose in found
    ]
    return [*wrong, *some(_of_no_run())]


def _of_no_run() -> list[str]:
    """What neither a run nor an adjustment posted. What was paid out, from somebody's payable to an account of the
    company's, is not known here."""
    fits = (
        "t.key = 'adj:' || a.id OR (t.key IN ('adj:' || a.id || ':debt', 'adj:' || a.id || ':repay') "
        "AND d.owner_id = c.owner_id "
        "AND ((d.kind = 'debt' AND c.kind = 'payable') OR (d.kind = 'payable' AND c.kind = 'debt')))"
    )
    posted = (
        f"a.state = '{Adjustment.State.POSTED}' AND a.period_id = t.period_id "
        f"AND a.distributor_id = COALESCE(d.owner_id, c.owner_id) AND ({fits})"
    )
    found = rows(
        "SELECT t.key, t.amount, p.key FROM commissions_transfer t JOIN commissions_period p ON p.id = t.period_id "
        "JOIN commissions_account d ON d.id = t.debit_id JOIN commissions_account c ON c.id = t.credit_id "
        "WHERE t.run_id IS NULL "
        "AND NOT (t.key LIKE 'payout:%%' AND d.kind = 'payable' AND c.owner_id IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM commissions_adjustment a "
        f"WHERE {posted}) ORDER BY t.id"
    )
    return [
        f"L4 the transfer {key} of {amount} in {period} is of no approved adjustment"
        for key, amount, period in found
    ]
