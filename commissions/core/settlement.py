"""From what was earned to what is paid: debts, deductions, and the smallest payout.

Everything is in whole minor units and happens once per period, after the bonuses. People are named by their number,
for books outlive the order in which a period lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from commissions.core.plan import Ledger
from commissions.core.rounding import rounded


@dataclass(frozen=True, slots=True)
class Account:
    """What stands open with somebody between two periods."""

    owes: int = 0
    waiting: int = 0  # below the smallest payout so far


@dataclass(frozen=True, slots=True)
class Statement:
    gross: int  # items, released amounts among them
    returns: int  # corrections of earlier periods, negative
    repaid: int  # of an earlier debt
    deductions: tuple[tuple[str, int], ...]
    paid: int
    written_off: int
    rolled_up: int  # to the one above
    account: Account


def settle(
    *,
    ledger: Ledger,
    gross: Mapping[str, int],
    returns: Mapping[str, int],
    accounts: Mapping[str, Account],
    above: Mapping[str, str],
) -> dict[str, Statement]:
    """Everybody's statement. Who is named only as the one above is settled too.

    Debts come first, then deductions of what is left of the gross, then the smallest payout. What returns take and
    earnings do not cover becomes a debt, is written off, or rolls up to the one above, there as a debt.
    """
    names = sorted({*gross, *returns, *accounts})
    found = {
        name: _statement(ledger, gross.get(name, 0), returns.get(name, 0), accounts.get(name, Account()))
        for name in names
    }
    if ledger.not_covered != "rolls_up":
        return found
    for name in names:
        rolled = found[name].rolled_up
        if rolled:
            to = above.get(name, "")
            if not to:  # nobody above: it stays a debt of who caused it
                found[name] = _owing(found[name], rolled, rolled_up=0)
            else:
                found[to] = _owing(found.get(to, _statement(ledger, 0, 0, Account())), rolled)
    return found


def _owing(statement: Statement, more: int, *, rolled_up: int | None = None) -> Statement:
    account = replace(statement.account, owes=statement.account.owes + more)
    rolled = statement.rolled_up if rolled_up is None else rolled_up
    return replace(statement, account=account, rolled_up=rolled)


def _statement(ledger: Ledger, gross: int, returns: int, account: Account) -> Statement:
    earned = max(0, gross + returns)
    # What returns take comes out of this period's earnings, then out of what waits to be paid.
    missing = max(0, -gross - returns)
    from_waiting = min(missing, account.waiting)
    missing -= from_waiting
    repaid = min(account.owes, earned)
    deductions = _deductions(ledger, earned, earned - repaid)
    due = earned - repaid - sum(amount for _, amount in deductions) + account.waiting - from_waiting
    paid = due if due >= ledger.smallest_payout else 0
    debt = missing if ledger.not_covered == "becomes_debt" else 0
    return Statement(
        gross=gross,
        returns=returns,
        repaid=repaid,
        deductions=deductions,
        paid=paid,
        written_off=missing if ledger.not_covered == "written_off" else 0,
        rolled_up=missing if ledger.not_covered == "rolls_up" else 0,
        account=Account(account.owes - repaid + debt, due - paid),
    )


def _deductions(ledger: Ledger, earned: int, left: int) -> tuple[tuple[str, int], ...]:
    """Each a share of what was earned, or of what the ones before left of it; never more than is left to pay."""
    found, after = [], earned
    for deduction in ledger.deductions:
        base = earned if deduction.of == "gross" else after
        taken = min(left, rounded(base * deduction.rate, how=ledger.round))
        found.append((deduction.name, taken))
        left, after = left - taken, after - taken
    return tuple(found)
