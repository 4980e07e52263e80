"""What came back of the sales of periods that are closed: how much of each order line stood when its period was closed,
and how much of it stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from commissions.core.plan import Plan
from commissions.models import Period, Run
from commissions.queries import plans
from commissions.queries.counting import Books
from commissions.queries.facts import Loaded
from sales.queries import volume
from sales.queries.volume import AMOUNTS, ReturnedLines

# What measures how much of a line came back: the first of these that the line has any of. All come back in the
# same proportion, that of the pieces.
MEASURED_BY = ("commissionable", "list_price", "price", "distributor_price", "qualifying")


@dataclass(frozen=True, slots=True)
class Sold:
    """An order line of a closed period: how much of it stands now, and how much did when the period was closed."""

    key: str  # "ORDER/position"
    stands: int
    whole: int
    back: Mapping[str, int]  # what has come back since, by column

    def left(self, amount: int) -> int:
        """What is left of an amount that was for all that stood when the period was closed."""
        return amount * self.stands // self.whole if self.whole else 0


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed period of which something came back since: the run that counts for it, and its order lines by key."""

    run: Run
    plan: Plan
    sold: Mapping[int, Sold]
    posted_ids: Sequence[int]  # every run whose items were posted

    @property
    def key(self) -> str:
        return self.run.period.key


def since_closed(*, run: Run, until: datetime, books: Books) -> Closed:
    """Everything that came back of one period since it was closed, whoever has taken it back already."""
    period = run.period
    found = volume.returned_since(starts_at=period.ends_at, ends_at=until)
    return Closed(run, plans.parsed(version=run.plan), _sold(period, found), books.posted_ids)


def now(*, loaded: Loaded, until: datetime, books: Books) -> list[Closed]:
    """The closed periods of which something came back in the period that is computed."""
    booked = loaded.returned.booked_at
    concerned = [run for run in books.counts if _of(booked, run.period).any()]
    return [since_closed(run=run, until=until, books=books) for run in concerned]


def _of(
    booked: "np.ndarray[tuple[int], np.dtype[np.datetime64]]", period: Period
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    starts, ends = (_moment(one) for one in (period.starts_at, period.ends_at))
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (booked >= starts) & (booked < ends)
    return found


def _moment(moment: datetime) -> np.datetime64:
    return np.datetime64(round(moment.timestamp() * 1_000_000), "us")


def _sold(period: Period, back: ReturnedLines) -> dict[int, Sold]:
    at = np.flatnonzero(_of(back.booked_at, period))
    lines = back.order_line_id[at]
    early = volume.came_back_at_once(order_line_ids=lines, starts_at=period.starts_at, ends_at=period.ends_at)
    columns = {
        name: (
            (getattr(back, name)[at] - early[name]).tolist(),
            (getattr(back, f"{name}_back")[at] - early[name]).tolist(),
        )
        for name in AMOUNTS
    }
    found: dict[int, Sold] = {}
    for row, (line, key) in enumerate(zip(lines.tolist(), back.key[at].tolist(), strict=True)):
        for name in MEASURED_BY:
            whole, gone = (column[row] for column in columns[name])
            if whole > 0:
                later = {column: values[1][row] for column, values in columns.items()}
                found[line] = Sold(key, whole - gone, whole, later)
                break
    return found
