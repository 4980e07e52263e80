"""The ranks of one month for one person: what each asked, what was counted of it, what was missing; and the legs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from commissions.core import explain
from commissions.core.plan import Plan
from commissions.models import Run, Snapshot
from commissions.queries import members, plans, scene, shown, standing
from commissions.queries.standing import Standing
from distributors.queries import people, sponsor_tree
from distributors.queries.people import PersonName
from sales.queries import volume

# A front line longer than this is shown by its largest legs.
LEGS = 50


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One leg as the month had it. Volumes in hundredths of a point; `person` is None where the viewer may not see who
    stood there then."""

    person: PersonName | None
    group_volume: int
    activity: members.Activity
    rank: str


@dataclass(frozen=True, kw_only=True)
class Cap:
    """What of a leg, or of the own volume, counted for a requirement that caps legs."""

    person: PersonName | None
    is_own: bool
    volume: int
    counted: int


@dataclass(frozen=True, kw_only=True)
class Capped:
    """A requirement that caps legs: what of each leg counted, the largest first. `rank` is an index in the ladder."""

    rank: int
    label: str
    unit: str
    legs: tuple[Cap, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """`shown` is how many ranks of the ladder are worth reading: those up to the next one above the person's."""

    standing: Standing
    shown: int
    legs: tuple[Leg, ...]
    leg_count: int
    capped: tuple[Capped, ...]


def of_person(*, person_id: int, key: str) -> Report | None:
    """The report of a month; None where the month has no figures for the person. A fixed number of queries."""
    found = standing.of_person(person_id=person_id, key=key)
    if found is None:
        return None
    run = _run(key)
    plan = plans.parsed(version=run.plan)
    front = Snapshot.objects.filter(run=run, sponsor_id=person_id).order_by("-group_volume", "distributor_id")
    largest = list(front.values_list("distributor_id", "group_volume", "active", "rank")[:LEGS])
    named = _named(person_id, [row[0] for row in largest])
    once_active = members.once_active(key=key, ids=[row[0] for row in largest])
    return Report(
        standing=found,
        shown=min(len(found.ladder), found.rank.step + 1),
        legs=tuple(
            Leg(
                person=named.get(pk),
                group_volume=group,
                activity=members.activity_word(active=active, was_active=pk in once_active),
                rank=plan.ladder[rank].label,
            )
            for pk, group, active, rank in largest
        ),
        leg_count=front.count(),
        capped=tuple(_capped(run, plan, person_id, front, named)) if plan.caps else (),
    )


def _run(key: str) -> Run:
    found = shown.of_period(key=key)
    if found is None:
        raise LookupError(key)
    return found


def _named(person_id: int, ids: Sequence[int]) -> dict[int, PersonName]:
    """Those who still stand below: who has been moved away since is nobody the person may name."""
    return people.names(ids=sponsor_tree.below(distributor_id=person_id, ids=ids))


def _capped(
    run: Run, plan: Plan, person_id: int, front: QuerySet[Snapshot], named: Mapping[int, PersonName]
) -> Iterator[Capped]:
    """For each requirement that caps legs, in the ladder's order: what of the largest legs counted."""
    me = Snapshot.objects.filter(run=run, distributor_id=person_id)
    team = scene.known(plan=plan, people=me | front)
    team = team.picked(np.lexsort((team.numbers, team.ids != person_id)))
    facts, _lines = scene.facts(run=run, plan=plan, team=team, counted=volume.nothing())
    result = scene.result(run=run, plan=plan, facts=facts, team=team, order_lines=_lines)
    for asked in plan.requirements:
        found = sorted(explain.counted_legs(plan, facts, result, 0, asked), key=lambda leg: -leg.volume)
        if found:
            legs = (
                Cap(
                    person=named.get(int(team.ids[leg.head])),
                    is_own=leg.head == 0,
                    volume=leg.volume,
                    counted=leg.counted,
                )
                for leg in found[:LEGS]
            )
            yield Capped(rank=asked.rank, label=asked.label or asked.text, unit=asked.unit, legs=tuple(legs))
