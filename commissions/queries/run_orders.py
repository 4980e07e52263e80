"""The orders of a run's period as parallel arrays, the newest first: gathered once for each run and kept on the shelf
of this machine, so that a great team's orders are found without asking for them one by one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.models import Run
from commissions.queries import kept
from commissions.queries.everyone import Everyone
from common.operations import shelf
from sales.queries import sold

Ints = NDArray[np.int64]
FORMAT = 2  # of what lies on the shelf


@dataclass(frozen=True, slots=True)
class RunOrders:
    """Element i of every array belongs to the order ids[i]. `seller` is where its seller stands among everybody of the
    run, `moment` when it counted, in microseconds since 1970. What came back whole in the period does not stand."""

    ids: Ints
    seller: Ints
    moment: Ints
    stands: NDArray[np.bool_]

    def of_team(self, *, everyone: Everyone, at: int) -> Ints:
        """Which of them stand, sold by whoever stands at this place, or below, as the run saw them."""
        last = at + int(everyone.size[at])
        return np.flatnonzero((self.seller >= at) & (self.seller <= last) & self.stands)


def of(*, run: Run, everyone: Everyone) -> RunOrders:
    """The orders of a run's period. No query where they are on the shelf."""
    return made_ready(run=run, everyone=everyone, name=kept.name_once(what=what_of(run_id=run.pk)))


def what_of(*, run_id: int) -> str:
    """What the orders of a run are called on the shelf."""
    return f"orders-{FORMAT}-{run_id}"


def made_ready(*, run: Run, everyone: Everyone, name: str) -> RunOrders:
    """The orders under a name of the shelf, also of a run that nobody has seen yet; one query where they are not
    there."""
    found = shelf.look(name=name, gather=lambda: _gather(run, everyone))
    return RunOrders(**{name: found[name] for name in RunOrders.__slots__})


def _gather(run: Run, everyone: Everyone) -> shelf.Arrays:
    rows = sold.newest_first(starts_at=run.period.starts_at, ends_at=run.period.ends_at)
    seller = everyone.places(rows["seller"]).astype(np.int32)
    # What came after an estimate is not told of: it has no figures yet.
    known = np.ones(len(seller), bool)
    if run.state == Run.State.ESTIMATE and run.computed_at is not None:
        known = rows["moment"] <= int(run.computed_at.timestamp() * 1_000_000)
    columns = {"ids": rows["order"], "seller": seller, "moment": rows["moment"], "stands": rows["stands"]}
    return {name: values[known] for name, values in columns.items()}
