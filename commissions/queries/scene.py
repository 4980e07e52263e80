"""A part of a month put together again from what its run stored: some of its people, some of its order lines.

Nothing is computed anew: measures, ranks and statuses are those of the snapshot. `core.explain` tells from it why
things are as they are, for the person who stands first.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from commissions.core.facts import Facts, OrderLines, People, State
from commissions.core.have import Have
from commissions.core.measures import volumes
from commissions.core.plan import Plan
from commissions.core.result import Items, Lines, Result
from commissions.models import Line, Run, Snapshot
from commissions.queries import snapshots, trees
from common.dates import company_day, day_number
from sales.queries import volume

FEW = 2_000  # order lines
AMOUNTS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")


def rows(*, people: QuerySet[Snapshot]) -> Any:
    """What of snapshots a scene is made of, as dictionaries."""
    return people.values(
        "distributor_id", "sponsor_id", "standing", "active", "rank", "measures", "statuses", "memory", "have",
        "distributor__number", "distributor__joined_at",
    )  # fmt: skip


def facts(
    *, run: Run, plan: Plan, team: Sequence[Mapping[str, Any]], counted: volume.CountedLines
) -> tuple[Facts, Any]:
    """The facts of these people, sponsors before those they sponsored, and of their lines among `counted`; and the keys
    of those lines in the database."""
    place = {row["distributor_id"]: at for at, row in enumerate(team)}
    numbers = np.array([row["distributor__number"] for row in team], dtype=np.str_)
    sponsor = np.array([-1, *(place[row["sponsor_id"]] for row in team[1:])], dtype=np.int64)
    joined = np.array([_day(row["distributor__joined_at"]) for row in team], dtype=np.int64)
    ids = np.array(list(place), dtype=np.int64)
    people = People(
        number=numbers,
        sponsor=sponsor,
        joined=joined,
        standing=np.array([row["standing"] for row in team], dtype=np.int8),
        memory={},
        parents=trees.parents(plan=plan, people=ids, numbers=numbers, joined=joined, sponsor=sponsor),
    )
    seller = np.array([place.get(one, -1) for one in counted.seller_id.tolist()], dtype=np.int64)
    mine = np.flatnonzero(seller >= 0)
    lines = OrderLines(
        key=counted.key[mine],
        seller=seller[mine],
        by_customer=counted.by_customer[mine],
        day=_days(counted.booked_at[mine]),
        reversal=counted.reversal[mine],
        **{name: getattr(counted, name)[mine] for name in AMOUNTS},
    )
    first, last = _day(run.period.starts_at), _day(run.period.ends_at)
    facts = Facts(period=run.period.key, first_day=first, last_day=last, people=people, lines=lines)
    return facts, counted.order_line_id[mine]


def result(
    *, run: Run, plan: Plan, facts: Facts, team: Sequence[Mapping[str, Any]], order_lines: Any
) -> Result:
    """What the run found for these people; of what was paid only what the first of them was paid for."""
    measured = [snapshots.measures(plan=plan, row=row["measures"]) for row in team]
    return Result(
        plan=plan,
        facts=facts,
        volumes=volumes(plan=plan, facts=facts),
        measures=_columns(measured),
        statuses=_columns([snapshots.statuses(plan=plan, row=row["statuses"]) for row in team]),
        rank=np.array([row["rank"] for row in team], dtype=np.int64),
        memory_after=_columns([snapshots.memory(plan=plan, row=row["memory"]) for row in team]),
        requirements=plan.requirements,
        have=Have.of(np.array([row["have"] for row in team], dtype=np.int64).reshape(len(team), -1)),
        lines=_paid(run, plan, team[0]["distributor_id"], order_lines),
        items=Items(*(np.zeros(0, dtype=np.int64) for _ in range(4))),
        state_after=State(),
        funds={},
        kept={},
        shares={},
        new_positions={},
    )


def _columns(rows: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    """Numbers by name for each person, as an array for each name."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


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


def _days(moments: Any) -> Any:
    plain = moments.astype("datetime64[us]").tolist()
    return np.array([_day(moment.replace(tzinfo=UTC)) for moment in plain], dtype=np.int64)


def _day(moment: datetime) -> int:
    return day_number(company_day(moment, ZoneInfo(settings.COMPANY_TIME_ZONE)))
