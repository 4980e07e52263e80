"""How much volume stands in each leg: measured for a whole tree at once, read by the weaker leg's strategy.

Asked at every sign-up it would add up half the company's month. It is measured hourly instead; between two
measurements the weaker leg stays the weaker leg.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from common.operations import columns, jobs
from distributors.models import PlacementTree, PlacementVolume
from distributors.queries import placements
from distributors.queries.placements import Ints
from distributors.tree.arrays import levels

JOB = "measure-legs"
EVERY = timedelta(hours=1)

Volumes = Callable[[], Mapping[int, int]]
_sources: list[Volumes] = []


def measure_with(*, volumes: Volumes) -> None:
    """Tell where volumes come from: distributor's key to hundredths of a point of the open books. Done once,
    when an app is ready.
    """
    _sources[:] = [volumes]


def request(*, now: datetime) -> None:
    """Makes the measuring of every tree that is filled by volume due, when the last one is an hour old."""
    by_volume = PlacementTree.objects.filter(fill=PlacementTree.Fill.LESS)
    for tree in by_volume.exclude(volumes_at__gt=now - EVERY):
        # One job an hour, however often this is asked.
        due = now.replace(minute=0, second=0, microsecond=0)
        jobs.enqueue(kind=JOB, subject=str(tree.pk), due_at=due, now=now)
    jobs.forget(kind=JOB, before=now - timedelta(days=1))


def refresh(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of jobs about legs: `subject` is the tree's key."""
    measure(tree_id=int(subject), now=now)
    return False


def measure(*, tree_id: int, now: datetime) -> None:
    """Adds up, for every position, the volume of the people at and below it.

    Somebody with several positions counts once, at the first.
    """
    tree = PlacementTree.objects.get(pk=tree_id)
    network = placements.positions(tree=tree.name, before=now)
    whole = _added_up(network, _own(network))
    some = whole != 0
    values = {"position_id": network.position_id[some], "volume": whole[some]}
    with transaction.atomic():
        # One measuring at a time. NO KEY: positions that are taken meanwhile refer to this row.
        PlacementTree.objects.select_for_update(no_key=True).get(pk=tree_id)
        PlacementVolume.objects.filter(position__tree_id=tree_id).delete()
        columns.write(table=PlacementVolume._meta.db_table, values=values)
        PlacementTree.objects.filter(pk=tree_id).update(volumes_at=now)


def _own(network: placements.Positions) -> Ints:
    volumes = _sources[0]() if _sources else {}
    first = (network.ordinal == 1).tolist()
    owners = zip(network.owner_id.tolist(), first, strict=True)
    return np.array([volumes.get(owner, 0) if main else 0 for owner, main in owners], dtype=np.int64)


def _added_up(network: placements.Positions, own: Ints) -> Ints:
    whole = own.copy()
    _, by_level = levels(network.parent)
    for at in reversed(by_level[1:]):
        np.add.at(whole, network.parent[at], whole[at])
    return whole
