"""The least that is missing for a rank, in the order in which to look at it, nothing counted twice.

Honest means: what one step brings counts towards the next, volume may come from anybody, and a leg is named only
where somebody in it is really near. A plan may ask things that no step is known for; then there is none for them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from commissions.core.language import Aggregate, Arithmetic, Compare, Expression, Legs, Number, Scope, Word
from commissions.core.plan import Plan, Requirement
from commissions.models import Snapshot
from commissions.queries import everyone, members, plan_words, sizes
from common.arrays import first
from distributors.queries import people, sponsor_tree
from distributors.queries.people import PersonName

# Of so many people, those with the most volume who lack the rank, the nearest are looked for.
CANDIDATES = 40
LEGS_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Lack:
    """One thing a person of the team still misses, in the requirement's unit."""

    label: str
    unit: str
    missing: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do or to wait for.

    kind "own": `missing` own volume. "leg": the leg of `leg`, in which `person` lacks `lacks` for `rank` ("" where
    being active is enough). "legs": `missing` more of such legs, in which nobody is near. "outside": `missing` volume
    outside the leg of `leg`, the strongest. "group": `missing` volume of anybody. What the steps before bring is
    taken off. Volumes in hundredths of a point.
    """

    kind: str
    missing: int = 0
    leg: PersonName | None = None
    person: PersonName | None = None
    rank: str = ""
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class _Near:
    person: int
    lacks: tuple[Lack, ...]
    cost: int  # millionths missing, summed over the requirements
    volume: int


def kind_of(plan: Plan, asked: Expression) -> str:
    """What a requirement looks at: "own", "group", "outside" the strongest leg, "legs" of a rank or status, or ""."""
    if isinstance(asked, Legs):
        return "legs" if asked.tree in ("", plan.main_tree) and _rank_of(plan, asked) is not None else ""
    if asked == Word("", plan.own_volume):
        return "own"
    if asked == Word("", plan.group_volume):
        return "group"
    said = plan.expressions.get(asked.name) if isinstance(asked, Word) and not asked.prefix else asked
    return "outside" if said == _outside(plan) else ""


def _outside(plan: Plan) -> Expression:
    group = Word("", plan.group_volume)
    return Arithmetic("-", group, Aggregate(kind="largest", of=group, scope=Scope("frontline")))


def _rank_of(plan: Plan, legs: Legs) -> int | None:
    """The rank somebody in each leg needs; -1 where being active is enough; None for other tests."""
    match legs.test:
        case Compare(">=", Word("", "rank"), Number(step, _)):
            return step
        case Word("", name) if name == plan.active:
            return -1
    return None


def steps(
    *, person_id: int, month: members.Month, plan: Plan, asked: Sequence[Requirement], have: Sequence[int]
) -> tuple[Step, ...]:
    """The way to meet all of `asked`, of which the person has `have`. A fixed number of queries."""
    missing: dict[str, int] = {}
    legs: list[tuple[Legs, int]] = []
    for one, had in zip(asked, have, strict=True):
        lack, kind = one.need - had, kind_of(plan, one.have)
        if lack <= 0:
            continue
        if isinstance(one.have, Legs) and kind == "legs":
            legs.append((one.have, lack))
        elif kind:
            missing[kind] = max(missing.get(kind, 0), lack)
    if not missing and not legs:
        return ()
    found: list[Step] = []
    own = missing.get("own", 0)
    if own:
        found.append(Step(kind="own", missing=own))
    in_legs, brought = _legs(person_id, month, plan, legs)
    found += in_legs
    strongest = (
        _strongest(person_id, month.run_id or 0) if "outside" in missing or "group" in missing else None
    )
    # What the person's own orders and the legs' people bring counts here too; the strongest leg's does not.
    beside = own + sum(volume for head, volume in brought if strongest is None or head != strongest.id)
    outside = max(0, missing.get("outside", 0) - beside)
    if outside and strongest is not None:
        found.append(Step(kind="outside", missing=outside, leg=strongest))
    everywhere = own + sum(volume for _, volume in brought) + outside
    if (rest := missing.get("group", 0) - everywhere) > 0:
        found.append(Step(kind="group", missing=rest))
    return tuple(found)


def _strongest(person_id: int, run_id: int) -> PersonName | None:
    heads = Snapshot.objects.filter(run_id=run_id, sponsor_id=person_id).order_by(
        "-group_volume", "distributor_id"
    )
    head = heads.values_list("distributor_id", flat=True).first()
    return people.names(ids=[head]).get(head) if head else None


def _legs(
    person_id: int, month: members.Month, plan: Plan, wanted: Sequence[tuple[Legs, int]]
) -> tuple[list[Step], list[tuple[int, int]]]:
    """A step for each leg that is missing and has somebody near; and the volume that each brings, by its head."""
    found: list[Step] = []
    brought: list[tuple[int, int]] = []
    for legs, count in wanted:
        rank = _rank_of(plan, legs)
        near = _nearest(person_id, month, plan, -1 if rank is None else rank)
        chosen = sorted(near.items(), key=lambda item: (item[1].cost, item[1].person))[
            : min(count, LEGS_SHOWN)
        ]
        named = people.names(ids=[pk for head, one in chosen for pk in (head, one.person)])
        label = plan.ladder[rank].label if rank is not None and rank >= 0 else ""
        for head, one in chosen:
            found.append(
                Step(kind="leg", leg=named[head], person=named[one.person], rank=label, lacks=one.lacks)
            )
            brought.append((head, one.volume))
        if len(chosen) < min(count, LEGS_SHOWN):
            found.append(Step(kind="legs", missing=count - len(chosen), rank=label))
    return found, brought


def _nearest(person_id: int, month: members.Month, plan: Plan, rank: int) -> dict[int, _Near]:
    """For each leg without such a person, by its head: who is nearest to it."""
    found = _of_great_team(person_id, month, rank) or _asked(person_id, month.run_id or 0, rank)
    near = [_near(plan, rank, *row) for row in found.lacking]
    heads = sponsor_tree.legs_of(distributor_id=person_id, ids=[one.person for one in near if one])
    taken = found.taken(set(heads.values()))
    best: dict[int, _Near] = {}
    for one in near:
        head = heads.get(one.person) if one else None
        if one and head and head not in taken and (head not in best or one.cost < best[head].cost):
            best[head] = one
    return best


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Those with the most volume who lack a rank, with own volume and what they have; `taken` says which of some legs
    have somebody who does not."""

    lacking: Sequence[tuple[int, int, Sequence[int]]]
    taken: Callable[[set[int]], set[int]]


def _asked(person_id: int, run_id: int, rank: int) -> _Candidates:
    """Of a team that is read when somebody asks."""
    team = sponsor_tree.downline(distributor_id=person_id).order_by().values("pk")
    known = Snapshot.objects.filter(run_id=run_id, standing=0, distributor_id__in=team)
    without = known.filter(active=False) if rank < 0 else known.filter(rank__lt=rank)
    order = "-own_volume" if rank < 0 else "-group_volume"
    rows = without.order_by(order, "distributor_id").values_list("distributor_id", "own_volume", "have")
    has = known.filter(active=True) if rank < 0 else known.filter(rank__gte=rank)
    return _Candidates(
        lacking=list(rows[:CANDIDATES]),
        taken=lambda heads: sponsor_tree.with_any(ids=heads, people=has.values("distributor_id")),
    )


def _of_great_team(person_id: int, month: members.Month, rank: int) -> _Candidates | None:
    """Of a great team as the run saw it; None of a small one."""
    known = everyone.of_month(month=month) if sizes.is_great(person_id=person_id, month=month) else None
    at = known.place(person_id) if known is not None else everyone.NOBODY
    if known is None or at < 0:
        return None
    here = known.team(at)
    good = known.standing[here] == 0
    has = good & (known.active[here] if rank < 0 else known.rank[here] >= rank)
    lacks = np.flatnonzero(good & ~has)
    volume = (known.own if rank < 0 else known.group)[here]
    nearest = lacks[first(by=[-volume[lacks], known.ids[here][lacks]], most=CANDIDATES)]
    ids = known.ids[here][nearest].tolist()
    rows = Snapshot.objects.filter(run_id=month.run_id or 0, distributor_id__in=ids)
    by_id = {row[0]: row for row in rows.values_list("distributor_id", "own_volume", "have")}
    until = np.concatenate([[0], np.cumsum(has)])

    def taken(heads: set[int]) -> set[int]:
        places = known.places(np.array(sorted(heads), np.int64))
        starts = places[places >= 0]
        ends = starts + 1 + known.size[starts]
        inside = (starts >= here.start) & (ends <= here.stop)
        starts, ends = starts[inside] - here.start, ends[inside] - here.start
        found: list[int] = known.ids[here][starts[until[ends] > until[starts]]].tolist()
        return set(found)

    return _Candidates(lacking=[by_id[one] for one in ids if one in by_id], taken=taken)


def _near(plan: Plan, rank: int, person: int, own: int, have: Sequence[int]) -> _Near | None:
    """What the person lacks; None where it cannot be said in numbers."""
    if rank < 0:
        need = plan_words.active_need(plan=plan)
        if need is None or own >= need:
            return None
        label = plan.labels.get(plan.own_volume, plan.own_volume)
        lack = need - own
        return _Near(person, (Lack(label=label, unit="points", missing=lack),), lack * 10**6 // need, lack)
    ends = list(accumulate(len(one.requirements) for one in plan.ladder))
    asked = plan.ladder[rank].requirements
    had = have[ends[rank] - len(asked) : ends[rank]]
    lacks, cost, volume = [], 0, 0
    for one, number in zip(asked, had, strict=True):
        if number >= one.need:
            continue
        lack = one.need - number
        lacks.append(Lack(label=one.label or one.text, unit=one.unit, missing=lack))
        cost += lack * 10**6 // max(1, one.need)
        if kind_of(plan, one.have) in ("own", "group", "outside"):
            volume = max(volume, lack)
    return _Near(person, tuple(lacks), cost, volume) if lacks else None
