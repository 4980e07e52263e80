"""What is posted: between which accounts, and into which period."""

from dataclasses import dataclass

from commissions.models import Run


@dataclass(frozen=True, slots=True)
class Owned:
    """Names an account: a company's by kind and name, a distributor's by kind and owner."""

    kind: str
    name: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Into:
    """Where entries are posted: a period, and the run they come from, if they come from one."""

    period_id: int
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` minor units leave `debit` and reach `credit`; a negative amount goes the other way."""

    key: str
    debit: Owned
    credit: Owned
    amount: int


def mark(*, run: Run) -> str:
    """What names a run in the keys of its transfers: its period; of a correcting run also which it is."""
    return run.period.key if run.kind == Run.Kind.CLOSE else f"{run.period.key}+{run.number}"
