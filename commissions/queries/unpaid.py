"""Which orders of a person's team paid them nothing in a month, and why: asked of the engine's own reasons.

Nothing is computed anew. The person's team, their figures and what they were paid are put together from what the
run stored, cut down to the team, and `core.explain` names the reason of every order that is left.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models.expressions import RawSQL

from commissions.core import explain
from commissions.core.columns import depths
from commissions.core.explain import Reason, Why
from commissions.core.facts import Facts
from commissions.core.plan import Plan
from commissions.core.result import Result
from commissions.models import Run, Snapshot, TeamSum
from commissions.queries import plans, scene, shown
from distributors.queries import sponsor_tree
from sales.queries import volume

# Above this many people orders are told one by one alone, a page at a time: not all of them at once, by reason.
LARGEST_TEAM = 3_000
NAMED = 60
MICRO = 1_000_000
SNAPSHOTS = Snapshot._meta.db_table


@dataclass(frozen=True, kw_only=True)
class Group:
    """Orders that paid nothing under one bonus for one reason.

    `would_have` is what they would have paid, in minor units, None where that has no meaning; `rank` is the label of
    the first rank that is paid on this level, where the person's own is not. `numbers` names the orders, and `line_ids`
    holds one line of each of the first few. `paid_elsewhere` says that another bonus paid the person for these orders;
    those that paid nothing at all stand in a group of their own.
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
    numbers: tuple[str, ...] = ()
    line_ids: tuple[int, ...] = ()
    paid_elsewhere: bool = False


def groups(*, person_id: int, key: str) -> list[Group] | None:
    """The orders that paid the person nothing, by bonus and reason; None where the run does not tell."""
    told = run_of(key=key)
    if told is None:
        return None
    run, plan = told
    team = _team(run, plan, person_id)
    if team is None:
        return None
    counted = volume.counted(
        starts_at=run.period.starts_at,
        ends_at=run.period.ends_at,
        seller_ids=team.ids.tolist(),
    )
    told_of = scene_of(run=run, plan=plan, team=team, counted=counted)
    return told_of.groups(told_of.of_sellers_below())


def is_too_large(*, person_id: int, key: str) -> bool:
    """Whether the person's team is too large for its orders to be told all at once."""
    run = shown.of_period(key=key)
    great = TeamSum.objects.filter(distributor_id=person_id, below__gt=LARGEST_TEAM)
    return run is not None and great.filter(run=run).exists()


def run_of(*, key: str) -> tuple[Run, Plan] | None:
    """The run that is shown of a period, and its plan; None where it does not tell of single orders."""
    run = shown.of_period(key=key)
    if run is None:
        return None
    plan = plans.parsed(version=run.plan)
    # Who stands in somebody's legs need not be of their team: the reasons stand by bonus only.
    return None if plan.placements else (run, plan)


def scene_of(*, run: Run, plan: Plan, team: scene.Known, counted: volume.CountedLines) -> "Scene":
    """The reasons of every one of these lines that paid nothing to whoever stands first in the team."""
    facts, order_lines = scene.facts(run=run, plan=plan, team=team, counted=counted)
    result = scene.result(run=run, plan=plan, facts=facts, team=team, order_lines=order_lines)
    reasons = explain.why_not(plan, facts, result, 0)
    about = tuple(one for one in reasons if one.source >= 0 and one.why not in explain.NOT_ABOUT)
    ids = tuple(team.ids.tolist())
    return Scene(plan=plan, facts=facts, result=result, order_lines=order_lines, ids=ids, reasons=about)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Some people, the first of whom asks, some orders, and why these paid that person nothing."""

    plan: Plan
    facts: Facts
    result: Result
    order_lines: Any
    ids: tuple[int, ...]
    reasons: tuple[Reason, ...]

    def of_sellers_below(self) -> list[Reason]:
        """Those about orders that the person may know of: their own, what paid them, and what somebody sold who still
        stands below them. One query."""
        paid = self._paid()
        sellers = {self._seller(one) for one in self.reasons if self.number(one) not in paid}
        known = sponsor_tree.below(distributor_id=self.ids[0], ids=sellers - {self.ids[0]}) | {self.ids[0]}
        return [one for one in self.reasons if self.number(one) in paid or self._seller(one) in known]

    def groups(self, reasons: Sequence[Reason]) -> list[Group]:
        """These reasons by bonus and reason."""
        return _grouped(self, reasons, self._paid())

    def by_order(self, reasons: Sequence[Reason]) -> dict[str, list[Group]]:
        """These reasons order by order, by its number."""
        paid = self._paid()
        apart: dict[str, list[Reason]] = defaultdict(list)
        for one in reasons:
            apart[self.number(one)].append(one)
        return {number: _grouped(self, found, paid) for number, found in apart.items()}

    def number(self, reason: Reason) -> str:
        """Of the order that a reason is about."""
        return self._number(reason.source)

    def _number(self, source: int) -> str:
        return str(self.facts.lines.key[source]).rpartition("/")[0]

    def _seller(self, reason: Reason) -> int:
        return self.ids[int(self.facts.lines.seller[reason.source])]

    def _paid(self) -> set[str]:
        return {self._number(source) for source in self.result.lines.source.tolist()}


def _team(run: Run, plan: Plan, person_id: int) -> scene.Known | None:
    """The person first, then their team as the run saw it, sponsors before those they sponsored; None for nobody, and
    for too many."""
    great = TeamSum.objects.filter(run=run, distributor_id=person_id, below__gt=LARGEST_TEAM)
    if great.exists():
        return None
    people = Snapshot.objects.filter(run=run, distributor_id__in=_team_of(run, person_id))
    known = scene.known(plan=plan, people=people[: LARGEST_TEAM + 1])
    if not 0 < len(known) <= LARGEST_TEAM:
        return None
    return known.picked(np.lexsort((known.numbers, depths(known.sponsors))))


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


def _grouped(told: Scene, reasons: Sequence[Reason], paid: set[str]) -> list[Group]:
    plan = told.plan
    found: dict[tuple[int, Why, int, int | None, bool], list[Reason]] = defaultdict(list)
    for reason in reasons:
        level = reason.level if reason.why == Why.RANK_NOT_PAID_AT_LEVEL else 0
        elsewhere = told.number(reason) in paid
        found[reason.bonus, reason.why, level, reason.rank, elsewhere].append(reason)
    orders = {key: _orders(told, members) for key, members in found.items()}
    return [
        Group(
            bonus=plan.bonuses[bonus].name,
            label=plan.bonuses[bonus].label,
            why=why,
            level=level,
            last_level=max(0, getattr(plan.bonuses[bonus].how, "last", 0)),
            orders=len(orders[bonus, why, level, rank, elsewhere]),
            numbers=tuple(orders[bonus, why, level, rank, elsewhere]),
            line_ids=tuple(orders[bonus, why, level, rank, elsewhere].values())[:NAMED],
            paid_elsewhere=elsewhere,
            would_have=_sum(members),
            rank=plan.ladder[rank].label if rank is not None else "",
            own_rank=plan.ladder[int(told.result.rank[0])].label,
        )
        for (bonus, why, level, rank, elsewhere), members in found.items()
    ]


def _orders(told: Scene, reasons: Sequence[Reason]) -> dict[str, int]:
    """The orders of some reasons by number, in its order, with the database's key of one line of each."""
    lines = {told.number(one): int(told.order_lines[one.source]) for one in reasons}
    return dict(sorted(lines.items()))


def _sum(reasons: list[Reason]) -> int | None:
    known = [one.would_have for one in reasons if one.would_have is not None]
    return (sum(known) + MICRO // 2) // MICRO if known else None
