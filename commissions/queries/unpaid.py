"""Which orders of a person's team paid them nothing in a month, and why: asked of the engine's own reasons.

Nothing is computed anew. The person's team, their figures and what they were paid are put together from what the
run stored, cut down to the team, and `core.explain` names the reason of every order that is left.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models.expressions import RawSQL

from commissions.core import explain
from commissions.core.explain import Reason, Why
from commissions.core.facts import Facts, OrderLines, People, State
from commissions.core.measures import volumes
from commissions.core.plan import Plan
from commissions.core.result import Items, Lines, Result
from commissions.models import Line, Run, Snapshot
from commissions.queries import plans, snapshots, trees
from common.dates import company_day, day_number
from sales.queries import volume

# Above this many people the reasons stand by bonus only: the page would take too long.
LARGEST_TEAM = 20_000
AMOUNTS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")
MICRO = 1_000_000
SNAPSHOTS = Snapshot._meta.db_table


@dataclass(frozen=True, kw_only=True)
class Group:
    """Orders that paid nothing under one bonus for one reason.

    `would_have` is what they would have paid, in minor units, None where that has no meaning; `rank` is the label of
    the first rank that is paid on this level, where the person's own is not.
    """

    bonus: str
    label: str
    why: Why
    level: int
    last_level: int
    orders: int
    would_have: int | None
    rank: str
    own_rank: str


def groups(*, person_id: int, key: str) -> list[Group] | None:
    """The orders that paid the person nothing, by bonus and reason; None where the run does not tell."""
    shown = Run.objects.filter(period__key=key, state__in=[Run.State.FINAL, Run.State.ESTIMATE])
    run = shown.select_related("plan", "period").order_by("kind", "-number").first()
    if run is None:
        return None
    plan = plans.parsed(version=run.plan)
    if plan.placements:
        # Who stands in somebody's legs need not be of their team: the reasons stand by bonus only.
        return None
    team = _team(run, person_id)
    if not team:
        return None
    facts, order_lines = _facts(run, plan, team)
    result = _result(run, plan, facts, team, order_lines)
    reasons = explain.why_not(plan, facts, result, 0)
    about = [one for one in reasons if one.source >= 0 and one.why not in explain.NOT_ABOUT]
    return _grouped(plan, facts, result, about)


def _team(run: Run, person_id: int) -> list[dict[str, Any]]:
    """The person first, then their team as the run saw it, sponsors before those they sponsored."""
    known = Snapshot.objects.filter(run=run, distributor_id__in=_team_of(run, person_id))
    if known.count() > LARGEST_TEAM:
        return []
    rows = known.values(
        "distributor_id", "sponsor_id", "standing", "active", "rank", "measures", "statuses", "memory",
        "distributor__number", "distributor__joined_at",
    )  # fmt: skip
    under: dict[int, list[dict[str, Any]]] = defaultdict(list)
    level: list[dict[str, Any]] = []
    for found in rows.iterator(chunk_size=2_000):
        row: dict[str, Any] = {**found}
        if row["distributor_id"] == person_id:
            level.append(row)
        else:
            under[row["sponsor_id"]].append(row)
    team: list[dict[str, Any]] = []
    while level:
        team += sorted(level, key=lambda row: row["distributor__number"])
        level = [child for row in level for child in under.get(row["distributor_id"], ())]
    return team


def _team_of(run: Run, person_id: int) -> RawSQL:
    """Everybody at and below a person as the run saw the tree, whatever moves came later."""
    return RawSQL(  # noqa: S611 - values are parameters
        f"""WITH RECURSIVE team (id) AS (
            SELECT distributor_id FROM {SNAPSHOTS} WHERE run_id = %s AND distributor_id = %s
            UNION ALL
            SELECT s.distributor_id FROM team JOIN {SNAPSHOTS} s ON s.sponsor_id = team.id AND s.run_id = %s
        ) SELECT id FROM team""",  # noqa: S608
        [run.pk, person_id, run.pk],
    )


def _facts(run: Run, plan: Plan, team: list[dict[str, Any]]) -> tuple[Facts, Any]:
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
    counted = volume.counted(starts_at=run.period.starts_at, ends_at=run.period.ends_at)
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


def _result(run: Run, plan: Plan, facts: Facts, team: list[dict[str, Any]], order_lines: Any) -> Result:
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
        have=np.zeros((len(team), len(plan.requirements)), dtype=np.int64),
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
    rows = Line.objects.filter(run=run, distributor_id=person_id, corrects__isnull=True)
    known = [
        (bonuses[bonus], place[line])
        for bonus, line in rows.values_list("bonus", "order_line_id")
        if bonus in bonuses and line in place
    ]
    bonus, source = np.array(sorted(known), dtype=np.int64).reshape(-1, 2).T
    nothing = np.zeros(len(bonus), dtype=np.int64)
    return Lines(bonus, nothing, source, *[nothing] * 8)


def _grouped(plan: Plan, facts: Facts, result: Result, reasons: list[Reason]) -> list[Group]:
    found: dict[tuple[int, Why, int, int | None], list[Reason]] = defaultdict(list)
    for reason in reasons:
        level = reason.level if reason.why == Why.RANK_NOT_PAID_AT_LEVEL else 0
        found[reason.bonus, reason.why, level, reason.rank].append(reason)
    return [
        Group(
            bonus=plan.bonuses[bonus].name,
            label=plan.bonuses[bonus].label,
            why=why,
            level=level,
            last_level=max(0, getattr(plan.bonuses[bonus].how, "last", 0)),
            orders=len({facts.lines.key[one.source].rpartition("/")[0] for one in members}),
            would_have=_sum(members),
            rank=plan.ladder[rank].label if rank is not None else "",
            own_rank=plan.ladder[int(result.rank[0])].label,
        )
        for (bonus, why, level, rank), members in found.items()
    ]


def _sum(reasons: list[Reason]) -> int | None:
    known = [one.would_have for one in reasons if one.would_have is not None]
    return (sum(known) + MICRO // 2) // MICRO if known else None


def _days(moments: Any) -> Any:
    plain = moments.astype("datetime64[us]").tolist()
    return np.array([_day(moment.replace(tzinfo=UTC)) for moment in plain], dtype=np.int64)


def _day(moment: datetime) -> int:
    return day_number(company_day(moment, ZoneInfo(settings.COMPANY_TIME_ZONE)))
