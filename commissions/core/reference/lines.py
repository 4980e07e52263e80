"""A line of a statement, before it is put in its final order."""

from typing import NamedTuple

from commissions.core.reference.arithmetic import MILLION
from commissions.core.result import Kind

COMPUTED = (
    Kind.SALE,
    Kind.PERSON,
    Kind.AMOUNT,
    Kind.ONCE,
    Kind.PAIR,
    Kind.POOL,
)  # the others are whole units already


class Line(NamedTuple):
    """Amounts in millionths of a minor unit."""

    bonus: int
    beneficiary: int
    source: int
    level: int
    depth: int
    base: int
    rate_ppm: int
    amount: int
    kind: Kind
    origin: int

    @property
    def columns(self) -> tuple[int, ...]:
        """As in result.Lines."""
        return (*self[:7], *divmod(self.amount, MILLION), int(self.kind), self.origin)


def flat(
    kind: Kind,
    bonus: int,
    person: int,
    amount: int,
    *,
    origin: int | None = None,
    level: int = 0,
    source: int = -1,
) -> Line:
    """A line of an amount that is no share of anything."""
    from_whom = person if origin is None else origin
    return Line(bonus, person, source, level, 0, amount // MILLION, MILLION, amount, kind, from_whom)
