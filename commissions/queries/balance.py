"""What the ledger says is owed to a person, and what they owe."""

from dataclasses import dataclass

from commissions.models import Account


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Minor units: `payable` is owed to the person, `debt` is taken from what they earn next; `held` waits as the plan
    says, `withheld` until what is missing is there (queries/withholdings.py)."""

    payable: int
    debt: int
    held: int = 0
    withheld: int = 0


def of_person(*, person_id: int, currency: str) -> Balance:
    """The person's accounts in a currency; zeros where nothing was ever posted."""
    rows = Account.objects.filter(owner_id=person_id, currency=currency).values_list("kind", "balance")
    balances = dict(rows)
    return Balance(
        payable=balances.get(Account.Kind.PAYABLE, 0),
        # A debt stands in the books as the company's claim: debits, so below zero.
        debt=abs(balances.get(Account.Kind.DEBT, 0)),
        held=balances.get(Account.Kind.HELD, 0),
        withheld=balances.get(Account.Kind.WITHHELD, 0),
    )
