"""What everybody of a run is sorted by that takes long to ask for: their names and their last orders. Kept on the
shelf, so that the table of a great team is sorted without reading the team.

The order of names is that of the day on which the run was computed: whoever is called otherwise since comes where they
came. Last orders are those until the run was computed, of a closed month until its end.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from commissions.models import Run
from commissions.queries import everyone, kept, members, run_orders
from commissions.queries.team_arrays import NOBODY, Ints, Team
from common.arrays import places
from common.operations import shelf
from distributors.queries import sponsor_tree
from sales.queries import activity

FORMAT = 1  # of what lies on the shelf
KINDS = ("named", "last")


def of(*, team: Team, values: Ints) -> Ints:
    """Values of everybody of a run for each of a team that was cut out of it; NOBODY for whom it did not know."""
    return np.where(team.place < 0, NOBODY, values[team.place])


def names(*, month: members.Month) -> Ints:
    """Each one's place in the order of names, in the order of everybody of the run."""
    return _of_run("named", month, _named)


def last_orders(*, month: members.Month) -> Ints:
    """When each one's last order counted, in microseconds since 1970; NOBODY without one."""
    return _of_run("last", month, _last)


def what_of(*, kind: str, run_id: int) -> str:
    """What one of KINDS of a run is called on the shelf."""
    return f"{kind}-{FORMAT}-{run_id}"


def _of_run(
    kind: str, month: members.Month, find: Callable[[members.Month, everyone.Everyone], Ints]
) -> Ints:
    def gather() -> dict[str, NDArray[np.int64]]:
        known = everyone.of_month(month=month)
        return {"values": np.empty(0, np.int64) if known is None else find(month, known)}

    name = kept.name_once(what=what_of(kind=kind, run_id=month.run_id or 0))
    return shelf.look(name=name, gather=gather)["values"]


def _named(month: members.Month, known: everyone.Everyone) -> Ints:
    day = (month.as_of or month.starts_at).date().isoformat()
    name = kept.name_once(what=f"names-{FORMAT}-{day}")
    ordered = shelf.look(name=name, gather=lambda: {"ids": sponsor_tree.everybody_by_name()})["ids"]
    return places(of=known.ids, among=ordered)


def _last(month: members.Month, known: everyone.Everyone) -> Ints:
    """Of those who bought nothing in the run's period: the last order of the time before, which changes no more."""
    name = kept.name_once(what=f"last-before-{FORMAT}-{int(month.starts_at.timestamp())}")
    before = shelf.look(name=name, gather=lambda: activity.last_moments(sellers=None, before=month.starts_at))
    found = np.append(before["moment"], NOBODY)[places(of=known.ids, among=before["seller"])]
    run = Run.objects.select_related("period").get(pk=month.run_id or 0)
    sold = run_orders.of(run=run, everyone=known)
    by_known = np.flatnonzero(sold.seller >= 0)[::-1]
    # The newest of somebody is written last.
    found[sold.seller[by_known]] = sold.moment[by_known]
    return found
