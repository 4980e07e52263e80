"""Moving to another sponsor: one person with everybody below, or the front line of somebody who left."""

from datetime import datetime

from django.db.models import F, Min, QuerySet

from distributors.models import Carrying, Distributor, TreeHealth
from distributors.queries.sponsor_tree import walk_up
from distributors.tree import carrying, history
from distributors.tree.carrying import carry
from distributors.tree.forest import SPONSORS
from distributors.tree.labels import make_room
from distributors.tree.lock import TreeBusy, TreeUnsound, writing
from distributors.tree.places import (
    SHARE,
    SponsorIsBelow,
    SponsorUnknown,
    Spot,
    read,
)


class NobodyAbove(ValueError):
    """A root's team has nobody to come under."""

    def __init__(self) -> None:
        super().__init__("This person has no sponsor for the team to come under.")


def move(
    *, distributor_id: int, sponsor_id: int | None, effective_at: datetime, at_once: int | None = None
) -> int:
    """Puts a person with everybody below under another sponsor, or makes them a root; how many moved.

    Writes the tree, and the history as from `effective_at`; who decided it and why is the caller's to record. Where
    more than `at_once` people move, their labels follow by carry_on(), part by part, so that nobody waits for all.
    Raises SponsorUnknown, SponsorIsBelow, MovesBackwards, TreeBusy.
    """
    with writing():
        _refuse_uncertain()
        person = read(distributor_id)
        if sponsor_id is not None:
            _refuse_circle(distributor_id, sponsor_id)
        count = _inside(person).count() + 1
        alone = Distributor.objects.order_by().filter(pk=distributor_id)
        _put_under(sponsor_id, alone, [distributor_id], effective_at)
        if at_once is not None and count > at_once:
            carrying.begin(distributor_id=distributor_id)
        else:
            carry(distributor_id=distributor_id, sponsor_id=sponsor_id, count=count)
    return count


def _refuse_uncertain() -> None:
    """Labels that are wrong, or on their way, say nothing about who would move. Raises TreeUnsound, TreeBusy."""
    if TreeHealth.objects.filter(sound=False).exists():
        raise TreeUnsound
    if Carrying.objects.exists():
        raise TreeBusy


def roll_up(*, distributor_id: int, effective_at: datetime) -> int:
    """Puts all whom a person sponsors, with their teams, under the person's own sponsor; how many moved.

    The person keeps the place, before the team. Nobody's labels change but the person's: the team's intervals
    lie inside the sponsor's already. Raises SponsorUnknown, NobodyAbove, MovesBackwards, TreeBusy.
    """
    with writing():
        _refuse_uncertain()
        read(distributor_id)
        sponsor_id = Distributor.objects.values_list("sponsor_id", flat=True).get(pk=distributor_id)
        if sponsor_id is None:
            raise NobodyAbove
        front = Distributor.objects.order_by().filter(sponsor_id=distributor_id)
        ids = list(front.values_list("pk", flat=True))
        if not ids:
            return 0
        first = _room_before_team(distributor_id)
        person = read(distributor_id)
        count: int = _plainly(_inside(person)).update(level=F("level") - 1)
        narrow = person.lft + max(1, (first - person.lft) // SHARE)
        _plainly(Distributor.objects.filter(pk=distributor_id)).update(rght=narrow)
        _put_under(sponsor_id, front, ids, effective_at)
    return count


def _inside(place: Spot) -> QuerySet[Distributor]:
    inside: QuerySet[Distributor] = Distributor.objects.order_by().filter(
        tree_id=place.tree_id, lft__gt=place.lft, lft__lt=place.rght
    )
    return inside


def _plainly(people: QuerySet[Distributor]) -> QuerySet[Distributor]:
    """The same people past the manager that closes the tree to writers."""
    plain: QuerySet[Distributor] = QuerySet(Distributor, people.query)
    return plain


def _refuse_circle(distributor_id: int, sponsor_id: int) -> None:
    line = walk_up(distributor_id=sponsor_id)
    if not line:
        raise SponsorUnknown(sponsor_id)
    ids = [step.id for step in line]
    if distributor_id in ids:
        raise SponsorIsBelow([step.number for step in line[: ids.index(distributor_id) + 1]])


def _room_before_team(distributor_id: int) -> int:
    """The first label of the team, with at least one free label between the person's lft and it."""
    team = Distributor.objects.order_by().filter(sponsor_id=distributor_id)
    for _ in range(2):
        person, first = read(distributor_id), int(team.aggregate(first=Min("lft"))["first"])
        if first - person.lft > 1:
            return first
        make_room(table=SPONSORS.table, tree_id=person.tree_id, label=first, extra=1)
    raise TreeUnsound


def _put_under(
    sponsor_id: int | None, people: QuerySet[Distributor], ids: list[int], effective_at: datetime
) -> None:
    """The truth, and its history; `people` are the ones with these keys."""
    _plainly(people).update(sponsor_id=sponsor_id)
    history.moved(people=ids, sponsor_id=sponsor_id, effective_at=effective_at)
