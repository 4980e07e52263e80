"""The holding tank: a newcomer waits while the sponsor may choose the place; then the tree's strategy decides."""

from datetime import datetime

from django.db.models import QuerySet

from common.operations import jobs
from distributors.models import Holding, Placement, PlacementTree
from distributors.operations import filling
from distributors.queries import holdings
from distributors.tree.lock import TreeBusy, writing
from distributors.tree.positions import SlotTaken, forest_of, take_slot

__all__ = ["JOB", "HoldingIsOver", "NotYours", "SlotTaken", "TreeBusy", "choose", "end", "hold"]

JOB = "place-newcomer"
CHOSEN = "chosen"


class NotYours(LookupError):
    """Nobody of this sponsor waits under this key, or the place is not below a position of the sponsor's."""


class HoldingIsOver(RuntimeError):
    """The newcomer has a place by now, or the time to choose one is over."""


def hold(*, tree: PlacementTree, owner_id: int, until: datetime, now: datetime) -> Holding:
    """Lets somebody wait; at `until` a job places them. Call it in the transaction in which they joined."""
    held = Holding.objects.create(tree=tree, owner_id=owner_id, since=now, ends_at=until)
    jobs.enqueue(kind=JOB, subject=str(held.pk), due_at=until, now=now)
    return held


def choose(*, holding_id: int, sponsor_id: int, parent_id: int, slot: int, now: datetime) -> Placement:
    """The sponsor's choice: a free slot at or below one of the sponsor's own positions in that tree.

    Raises NotYours, HoldingIsOver, SlotTaken, TreeBusy.
    """
    held = Holding.objects.filter(pk=holding_id, owner__sponsor_id=sponsor_id).select_related("tree").first()
    if held is None:
        raise NotYours
    with writing(forest_of(held.tree_id)):
        waiting = _waiting(holding_id).filter(ends_at__gt=now)
        if not waiting.exists():
            raise HoldingIsOver
        # Decided by walking up, never by an interval.
        if not holdings.stands_below(tree_id=held.tree_id, position_id=parent_id, owner_id=sponsor_id):
            raise NotYours
        position = take_slot(
            tree=held.tree,
            owner_id=held.owner_id,
            ordinal=1,
            parent_id=parent_id,
            slot=slot,
            now=now,
            how=CHOSEN,
        )
        _finish(waiting, position, now)
    return position


def end(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of jobs about holdings: the time is over, the tree's strategy places the newcomer.

    Nothing to do where the sponsor has chosen. A tree that is full fails the job, so that staff see it.
    """
    held = Holding.objects.select_related("tree").get(pk=int(subject))
    with writing(forest_of(held.tree_id)):
        waiting = _waiting(held.pk)
        if waiting.exists():
            position = filling.automatically(tree=held.tree, owner_id=held.owner_id, now=now)
            _finish(waiting, position, now)
    return False


def _waiting(holding_id: int) -> QuerySet[Holding]:
    return Holding.objects.filter(pk=holding_id, ended_at=None)


def _finish(waiting: QuerySet[Holding], position: Placement, now: datetime) -> None:
    if not waiting.update(ended_at=now, position=position):
        # Somebody was first although the tree was locked: undo the position.
        raise HoldingIsOver
