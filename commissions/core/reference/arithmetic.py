"""Integers and fractions: tables, rounding, and sharing to the last cent."""

from fractions import Fraction

from commissions.core.terms import Axis, Table

MILLION = 1_000_000


def half_up(amount: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    size = int(abs(amount) + Fraction(1, 2))
    return size if amount >= 0 else -size


def rounded(amount: Fraction, how: str) -> int:
    """half_up, half_even or down: the same for what is given and for what is taken."""
    if how == "half_up":
        return half_up(amount)
    return round(amount) if how == "half_even" else int(amount)


def place(axis: Axis, value: int) -> int | None:
    """Which row of a table serves a value."""
    found = None
    for at, key in enumerate(axis.keys):
        if key == value or (key < value and not axis.exact):
            found = at
    return found


def cell(table: Table, values: list[int]) -> int:
    """What a table gives; 0 where nothing is written. A marginal table gives the sum over its slices."""
    if table.reading == "marginal":
        return sum(part * rate for part, rate in slices(table, values[0]))
    places = [place(axis, value) for axis, value in zip(table.axes, values, strict=True)]
    row = places[0]
    column = places[1] if len(places) > 1 else 0
    return 0 if row is None or column is None else table.cells[row][column]


def slices(table: Table, value: int) -> list[tuple[int, int]]:
    """(part of the value, its rate) for each slice that the value reaches into."""
    keys = table.axes[0].keys
    found = []
    for at, key in enumerate(keys):
        end = keys[at + 1] if at + 1 < len(keys) else value
        part = min(value, end) - key
        if part > 0:
            found.append((part, table.cells[at][0]))
    return found


def shared(total: int, claims: list[tuple[int, tuple[str, int]]]) -> list[int]:
    """Whole units in proportion to claims (size, who first when the remainders are equal)."""
    weight = sum(size for size, _ in claims)
    exact = [Fraction(total * size, weight) for size, _ in claims]
    parts = [share.__floor__() for share in exact]
    by_rest = sorted(range(len(claims)), key=lambda at: (parts[at] - exact[at], claims[at][1]))
    for at in by_rest[: total - sum(parts)]:
        parts[at] += 1
    return parts


def can_be_served(wanted: list[int], legs: list[set[int]]) -> bool:
    """Whether every kind gets as many legs as it wants when no leg serves twice: tried leg by leg."""
    seats = [kind for kind, count in enumerate(wanted) for _ in range(count)]
    taken: dict[int, int] = {}  # leg to seat

    def seated(seat: int, tried: set[int]) -> bool:
        for leg, kinds in enumerate(legs):
            if seats[seat] in kinds and leg not in tried:
                tried.add(leg)
                if leg not in taken or seated(taken[leg], tried):
                    taken[leg] = seat
                    return True
        return False

    return all(seated(seat, set()) for seat in range(len(seats)))
