"""Where people stand in a month: volumes, active or not, rank, and what is missing for the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from commissions.core.plan import Plan
from commissions.models import Run, Snapshot
from commissions.queries import periods, plans, shortest, shown


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing a rank asks: have, need and missing in `unit` (points in hundredths, money in minor units, count, truth
    as 0 or 1); `of` says what it looks at, as `shortest.kind_of` calls it."""

    text: str
    label: str
    unit: str
    of: str
    have: int
    need: int

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)

    @property
    def is_met(self) -> bool:
        return self.have >= self.need

    @property
    def volume_unit(self) -> str:
        """What its points are called wherever the reader meets them; "" where the plan counts something else."""
        return {"own": "PV", "group": "GV", "outside": "GV"}.get(self.of, "")

    @property
    def percent(self) -> int:
        """How far, for a bar: 0 to 100, and 100 only when it is met."""
        if self.is_met or self.need <= 0:
            return 100
        return min(99, max(0, 100 * self.have // self.need))


@dataclass(frozen=True, kw_only=True)
class RankView:
    """A rank of the ladder with what it asks. `step` counts from 1."""

    name: str
    label: str
    says: str
    step: int
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One person in one month. `state` is "final", "closing" or "open"; volumes in hundredths of a point."""

    key: str
    starts_at: datetime
    ends_at: datetime
    state: str
    as_of: datetime | None
    own_volume: int
    group_volume: int
    active: bool
    rank: RankView
    title: RankView
    next_rank: RankView | None
    ladder: tuple[RankView, ...]
    active_label: str


def of_person(*, person_id: int, key: str | None = None) -> Standing | None:
    """A person's standing in a month, or in the open one. None when the month has no figures for the person."""
    run = _run(key)
    had = Snapshot.objects.filter(run=run, distributor_id=person_id).first() if run else None
    if run is None or had is None:
        return None
    plan = plans.parsed(version=run.plan)
    ladder = _ladder(plan, had.have)
    return Standing(
        key=run.period.key,
        starts_at=run.period.starts_at,
        ends_at=run.period.ends_at,
        state=periods.seen_as(run=run),
        as_of=run.computed_at,
        own_volume=had.own_volume,
        group_volume=had.group_volume,
        active=had.active,
        rank=ladder[had.rank],
        title=ladder[had.title],
        next_rank=ladder[had.rank + 1] if had.rank + 1 < len(ladder) else None,
        ladder=ladder,
        active_label=plan.labels.get(plan.active, plan.active),
    )


def _run(key: str | None) -> Run | None:
    """The final run of a month, else its newest estimate; without a key that of the open month."""
    if key is None:
        open_now = periods.current()
        key = open_now.key if open_now else ""
    return shown.of_period(key=key)


def _ladder(plan: Plan, have: Sequence[int]) -> tuple[RankView, ...]:
    found, at = [], 0
    for step, rank in enumerate(plan.ladder, start=1):
        asked = []
        for requirement in rank.requirements:
            asked.append(
                Requirement(
                    text=requirement.text,
                    label=requirement.label,
                    unit=requirement.unit,
                    of=shortest.kind_of(plan, requirement.have),
                    have=have[at],
                    need=requirement.need,
                )
            )
            at += 1
        found.append(
            RankView(name=rank.name, label=rank.label, says=rank.says, step=step, requirements=tuple(asked))
        )
    return tuple(found)
