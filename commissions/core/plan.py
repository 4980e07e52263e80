"""A compensation plan: read from its document, understood and checked, never changed again."""

from commissions.core.document import PlanError, Problem, read
from commissions.core.reading import read_plan
from commissions.core.terms import MILLION, Bonus, Ledger, Memory, Plan, Rank, Requirement, Table, Volume


def load(text: str) -> Plan:
    """Reads and checks a plan document. Raises PlanError with every problem found: line, key, what is allowed."""
    return read_plan(read(text))


__all__ = [
    "MILLION",
    "Bonus",
    "Ledger",
    "Memory",
    "Plan",
    "PlanError",
    "Problem",
    "Rank",
    "Requirement",
    "Table",
    "Volume",
    "load",
]
