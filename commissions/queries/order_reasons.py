"""What one order paid a person, or why it paid nothing: asked by its number.

Whether there is no such order or it is nobody's of the person's team is the same answer. The reasons are those of the
engine, told for the people between the seller and the person alone: no other decides what an order pays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import numpy as np
from django.db import connection

from commissions.core.plan import Plan
from commissions.models import Line, Period, Run, Snapshot
from commissions.queries import explain, order_corrections, plans, scene, shown, unpaid
from commissions.queries.levels import rounded
from commissions.queries.unpaid import Group
from common.arrays import places
from distributors.queries import people, sponsor_tree
from sales.queries import orders, volume

FINAL = Run.State.FINAL
SNAPSHOTS = Snapshot._meta.db_table
Situation = Literal["counted", "unpaid", "cancelled", "returned", "unmeasured", "elsewhere"]


class NotVisible(LookupError):
    """There is no order of this number that the person may ask about."""


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What a bonus paid for the order in a period, in minor units; negative where it was taken back. `by_correction`:
    what a correcting run changed about it."""

    bonus: str
    label: str
    key: str
    corrects: str
    amount: int
    sentence: str
    final: bool
    by_correction: bool = False


@dataclass(frozen=True, kw_only=True)
class Unpaid:
    """Why the order paid nothing under a bonus of the plan by which a period, month or week, is computed."""

    key: str
    group: Group


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One order as it concerns a person. `key` is that of the period in which it counts; `levels` is
    how far below the person its seller stands, 0 for themselves.

    `situation`: "counted" in a period with figures; "unpaid", "cancelled" or "returned" whole; "unmeasured" while its
    period has no figures; "elsewhere" where its seller did not stand in the person's team in that period.
    """

    number: str
    buyer: str
    is_own: bool
    placed_at: datetime
    booked_at: datetime | None
    late: bool
    situation: Situation
    key: str = ""
    final: bool = False
    levels: int = 0
    paid: tuple[Paid, ...] = ()
    reasons: tuple[Unpaid, ...] = ()
    reasons_known: bool = True
    came_back: tuple[datetime, ...] = ()  # when returns of it counted
    is_whole_back: bool = False
    by_two_plans: bool = False  # it counts in a month and in a week, each with figures


def of_order(*, person_id: int, number: str) -> Answer:
    """What became of an order. Raises NotVisible."""
    found = orders.head(number=number)
    if found is None or not found.line_ids:
        raise NotVisible(number)
    runs = _runs()
    periods = _periods(found.booked_at) if found.booked_at else []
    posted = order_corrections.posted(periods=periods)
    lines = _lines(person_id, found, runs)
    corrected = order_corrections.lines(posted=posted, person_id=person_id, line_ids=found.line_ids)
    is_own = found.seller_id == person_id
    knows = is_own or lines or corrected
    if not knows and not sponsor_tree.below(distributor_id=person_id, ids=[found.seller_id]):
        raise NotVisible(number)
    info = orders.describe(order_line_ids=found.line_ids, viewer_id=person_id)
    paid = [*_paid(person_id, lines, runs, info)]
    final = [line for line in lines if line.run_id in {run.pk for run in runs.values() if run.state == FINAL}]
    changes = order_corrections.changes(
        posted=posted, as_closed=final, corrected=corrected, number=found.number, person_id=person_id
    )
    about: dict[str, Any] = {
        "number": found.number,
        "buyer": info[found.line_ids[0]].buyer_label,
        "is_own": is_own,
        "placed_at": found.placed_at,
        "booked_at": found.booked_at,
        "late": found.paid_at != found.booked_at,
        "came_back": found.came_back,
        "is_whole_back": found.is_whole_back,
        "paid": (*paid, *map(_corrected, changes)),
    }
    if found.is_cancelled:
        return Answer(**about, situation="cancelled")
    if found.booked_at is None:
        return Answer(**about, situation="unpaid")
    if periods:
        about |= {"key": periods[0].key}
    counts = order_corrections.counting(runs=runs, posted=posted, number=found.number)
    measured = [counts[period.pk] for period in periods if period.pk in counts]
    if not measured:
        return Answer(**about, situation="unmeasured")
    answers = [_counted(about, person_id, found, run) for run in measured]
    told = next((one for one in answers if one.situation == "counted"), answers[0])
    return replace(
        told,
        reasons=tuple(reason for one in answers for reason in one.reasons),
        reasons_known=all(one.reasons_known for one in answers),
        by_two_plans=len(answers) > 1,
    )


def _counted(about: dict[str, Any], person_id: int, found: orders.OrderHead, run: Run) -> Answer:
    """The order under one run's plan: weeks and months have each their own."""
    about = {**about, "key": run.period.key, "final": run.state != Run.State.ESTIMATE}
    lines = volume.counted(starts_at=run.period.starts_at, ends_at=run.period.ends_at, order_ids=[found.pk])
    if not len(lines):
        return Answer(**about, situation="returned")
    plan = plans.parsed(version=run.plan)
    between = _between(run, plan, person_id, found.seller_id)
    if between is None:
        return Answer(**about, situation="elsewhere", reasons_known=not plan.placements)
    about |= {"levels": len(between) - 1, "situation": "counted"}
    if plan.placements:
        # Who stands in somebody's legs need not be of their team: the reasons stand by bonus only.
        return Answer(**about, reasons_known=False)
    told = unpaid.scene_of(run=run, plan=plan, team=between, counted=lines)
    reasons = told.groups(told.reasons)
    return Answer(**about, reasons=tuple(Unpaid(key=run.period.key, group=one) for one in reasons))


def _runs() -> dict[int, Run]:
    """The run that is shown of each period, by period."""
    return {run.period_id: run for run in shown.runs()}


def _periods(moment: datetime) -> list[Period]:
    """The periods in which something counts, one of each calendar."""
    return list(Period.objects.filter(starts_at__lte=moment, ends_at__gt=moment).order_by("starts_at"))


def _lines(person_id: int, found: orders.OrderHead, runs: dict[int, Run]) -> list[Line]:
    lines = Line.objects.filter(
        order_line_id__in=found.line_ids,
        distributor_id=person_id,
        run_id__in=[run.pk for run in runs.values()],
    )
    # What a line corrects is of another run, nobody says which: looked for only where something was corrected.
    about = lines.prefetch_related("corrects__run__period", "corrects_run__period")
    return list(about.order_by("run_id", "bonus", "pk"))


def _paid(
    person_id: int, lines: Iterable[Line], runs: dict[int, Run], info: dict[int, orders.LineInfo]
) -> Iterable[Paid]:
    """Each bonus and period once, with one sentence for all its lines."""
    by_run = {run.pk: run for run in runs.values()}
    apart: dict[tuple[int, str, str], list[Line]] = {}
    for line in lines:
        corrected = line.corrects.run if line.corrects else line.corrects_run
        corrects = corrected.period.key if corrected else ""
        apart.setdefault((line.run_id, line.bonus, corrects), []).append(line)
    ranks = _ranks(person_id, by_run)
    names = people.names(ids={one.seller_id for one in info.values()})
    for (run_id, bonus, corrects), found in apart.items():
        run = by_run[run_id]
        plan = plans.parsed(version=run.plan)
        about = info[found[0].sold]
        yield Paid(
            bonus=bonus,
            label=_label(plan, bonus),
            key=run.period.key,
            corrects=corrects,
            amount=rounded(whole=sum(one.whole for one in found), micro=sum(one.micro for one in found)),
            final=run.state == Run.State.FINAL,
            sentence=explain.sentence(
                plan=plan,
                rank=ranks.get(run_id, 0),
                line=found[0],
                info=about,
                seller=names[about.seller_id].name,
                is_own=about.seller_id == person_id,
                base=sum(one.base for one in found),
            ),
        )


def _corrected(change: order_corrections.Change) -> Paid:
    return Paid(
        bonus=change.bonus,
        label=_label(plans.parsed(version=change.run.plan), change.bonus),
        key=change.key,
        corrects=change.corrects,
        amount=change.amount,
        sentence=change.sentence,
        final=True,
        by_correction=not change.left_out,
    )


def _ranks(person_id: int, runs: dict[int, Run]) -> dict[int, int]:
    had = Snapshot.objects.filter(run_id__in=runs, distributor_id=person_id)
    return dict(had.values_list("run_id", "rank"))


def _label(plan: Plan, bonus: str) -> str:
    known = {one.name: one.label for one in plan.bonuses}
    return known.get(bonus, bonus.replace("_", " ").capitalize())


def _between(run: Run, plan: Plan, person_id: int, seller_id: int) -> scene.Known | None:
    """The person first, then everybody down to the seller as the run saw the tree; None where the seller did not stand
    there."""
    sql = f"""WITH RECURSIVE line (id, sponsor_id, distance) AS (
            SELECT distributor_id, sponsor_id, 0 FROM {SNAPSHOTS} WHERE run_id = %s AND distributor_id = %s
            UNION ALL
            SELECT s.distributor_id, s.sponsor_id, line.distance + 1 FROM line
            JOIN {SNAPSHOTS} s ON s.distributor_id = line.sponsor_id AND s.run_id = %s
            WHERE line.id <> %s AND line.distance < {sponsor_tree.DEEPEST}
        ) SELECT id FROM line ORDER BY distance DESC"""  # noqa: S608 - values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.pk, seller_id, run.pk, person_id])
        line = [pk for (pk,) in cursor.fetchall()]
    if not line or line[0] != person_id:
        return None
    known = scene.known(plan=plan, people=Snapshot.objects.filter(run=run, distributor_id__in=line))
    return known.picked(places(of=np.array(line, np.int64), among=known.ids))
