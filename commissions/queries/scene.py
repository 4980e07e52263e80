"""A part of a month put together again from what its run stored: some of its people, some of its order lines.

Nothing is computed anew: measures, ranks and statuses are those of the snapshot. `core.explain` tells from it why
things are as they are, for the person who stands first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from commissions.core.facts import Facts, OrderLines, People, State
from commissions.core.have import Have
from commissions.core.measures import volumes
from commissions.core.plan import Plan
from commissions.core.result import Items, Lines, Result
from commissions.models import Line, Run, Snapshot
from commissions.queries import snapshots, trees
from commissions.queries.facts import days
from common.arrays import NOWHERE, places
from common.dates import company_day, day_number
from common.operations import tables
from sales.queries import volume

Ints = NDArray[np.int64]
FEW = 2_000  # order lines
AMOUNTS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")
PACKED = ("measures", "statuses", "memory", "have")


@dataclass(frozen=True, kw_only=True)
class Known:
    """Some people as a run stored them, one element each; of what a snapshot packs a row each, in the plan's order."""

    ids: Ints
    sponsor_ids: Ints  # 0 for none
    standing: Ints
    active: NDArray[np.bool_]
    rank: Ints
    joined: Ints  # the engine's days
    numbers: NDArray[np.str_]
    measures: Ints
    statuses: Ints
    memory: Ints
    have: Ints

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def sponsors(self) -> Ints:
        """Where each one's sponsor stands, NOWHERE for who is not among them."""
        return places(of=self.sponsor_ids, among=self.ids)

    def picked(self, at: Any) -> "Known":
        """Those at these places, in this order."""
        return Known(**{name: column[at] for name, column in vars(self).items()})


def known(*, plan: Plan, people: QuerySet[Snapshot]) -> Known:
    """What of these snapshots a scene is made of, in their order. One query."""
    wide = {name: width for name, width in zip(PACKED, _widths(plan), strict=True) if width}
    rows = people.annotate(
        above=Coalesce(F("sponsor_id"), 0),
        a_standing=Cast("standing", BigIntegerField()),
        a_rank=Cast("rank", BigIntegerField()),
        joined=RawSQL(tables.moment("distributors_distributor.joined_at"), []),  # noqa: S611 - a column of ours
    )
    names = ("distributor_id", "above", "a_standing", "active", "a_rank", "joined", "distributor__number")
    plain = ("ids", "sponsor_ids", "standing", "active", "rank", "joined", "numbers")
    kinds = {"active": "bool", "numbers": "text"}
    shape = {name: kinds.get(name, "int") for name in plain}
    shape |= {name: f"packed {width}" for name, width in wide.items()}
    found = tables.values(rows=rows.values_list(*names, *wide), shape=shape)
    for name in PACKED:
        found.setdefault(name, np.zeros((len(found["ids"]), 0), np.int64))
    moments = found.pop("joined").astype("datetime64[us]")
    return Known(**found, joined=days(moments, ZoneInfo(settings.COMPANY_TIME_ZONE)))


def _widths(plan: Plan) -> tuple[int, int, int, int]:
    """How many numbers a snapshot holds in each of PACKED."""
    return (
        len(snapshots.measure_names(plan=plan)),
        len(snapshots.status_names(plan=plan)),
        len(snapshots.memory_names(plan=plan)),
        len(plan.requirements),
    )


def facts(*, run: Run, plan: Plan, team: Known, counted: volume.CountedLines) -> tuple[Facts, Any]:
    """The facts of these people, sponsors before those they sponsored, and of their lines among `counted`; and the keys
    of those lines in the database."""
    sponsor = team.sponsors
    sponsor[0] = NOWHERE
    people = People(
        number=team.numbers,
        sponsor=sponsor,
        joined=team.joined,
        standing=team.standing.astype(np.int8),
        memory={},
        parents=trees.parents(
            plan=plan, people=team.ids, numbers=team.numbers, joined=team.joined, sponsor=sponsor
        ),
    )
    seller = places(of=counted.seller_id, among=team.ids)
    mine = np.flatnonzero(seller >= 0)
    lines = OrderLines(
        key=counted.key[mine],
        seller=seller[mine],
        by_customer=counted.by_customer[mine],
        day=days(counted.booked_at[mine], ZoneInfo(settings.COMPANY_TIME_ZONE)),
        reversal=counted.reversal[mine],
        **{name: getattr(counted, name)[mine] for name in AMOUNTS},
    )
    first, last = _day(run.period.starts_at), _day(run.period.ends_at)
    facts = Facts(period=run.period.key, first_day=first, last_day=last, people=people, lines=lines)
    return facts, counted.order_line_id[mine]


def result(*, run: Run, plan: Plan, facts: Facts, team: Known, order_lines: Any) -> Result:
    """What the run found for these people; of what was paid only what the first of them was paid for."""
    return Result(
        plan=plan,
        facts=facts,
        volumes=volumes(plan=plan, facts=facts),
        measures=_named(snapshots.measure_names(plan=plan), team.measures),
        statuses=_named(snapshots.status_names(plan=plan), team.statuses.astype(bool)),
        rank=team.rank,
        memory_after=_named(snapshots.memory_names(plan=plan), team.memory),
        requirements=plan.requirements,
        have=Have.of(team.have),
        lines=_paid(run, plan, int(team.ids[0]), order_lines),
        items=Items(*(np.zeros(0, dtype=np.int64) for _ in range(4))),
        state_after=State(),
        funds={},
        kept={},
        shares={},
        new_positions={},
    )


def _named(names: list[str], rows: Any) -> dict[str, Any]:
    """The columns of some rows by their names."""
    return {name: rows[:, at] for at, name in enumerate(names)}


def _paid(run: Run, plan: Plan, person_id: int, order_lines: Any) -> Lines:
    """What the person was paid for: which bonus, which order line. The amounts are not needed."""
    place = {int(pk): at for at, pk in enumerate(order_lines.tolist())}
    bonuses = {bonus.name: at for at, bonus in enumerate(plan.bonuses)}
    rows = Line.objects.filter(
        run=run, distributor_id=person_id, corrects__isnull=True, corrects_run__isnull=True
    )
    if len(place) <= FEW:
        # Somebody may have half a million lines of which these few are asked about.
        rows = rows.filter(order_line_id__in=list(place))
    known = [
        (bonuses[bonus], place[line])
        for bonus, line in rows.values_list("bonus", "order_line_id")
        if bonus in bonuses and line in place
    ]
    bonus, source = np.array(sorted(known), dtype=np.int64).reshape(-1, 2).T
    nothing = np.zeros(len(bonus), dtype=np.int64)
    return Lines(bonus, nothing, source, *[nothing] * 8)


def _day(moment: datetime) -> int:
    return day_number(company_day(moment, ZoneInfo(settings.COMPANY_TIME_ZONE)))
