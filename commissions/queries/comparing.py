"""A run beside the one before: by bonus, by rank, and person by person down to the lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, Count, F, QuerySet, Sum, When
from django.db.models.functions import Abs
from django.utils.translation import gettext

from commissions.models import LevelSum, Line, Run, Snapshot, StatementItem
from commissions.queries import counting, kept, months, plans
from common import spoken
from distributors.queries import people
from distributors.queries.people import PersonName
from sales.queries import orders

MICRO = 1_000_000
LINES = 100
NOTHING = (0, 0, 0)


class NobodyThere(LookupError):
    """No such run, or no such person."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """An amount now and before, in minor units; `people` and `people_before` get something, or hold the rank."""

    label: str
    now: int
    before: int
    people: int = 0
    people_before: int = 0

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, kw_only=True)
class LineBeside:
    """A reason for money now and before: exact amounts in millionths of a minor unit. Where lines are added up level by
    level, it is a level of a bonus, and names no order."""

    label: str
    order_number: str
    seller: str
    level: int
    now: int
    before: int


@dataclass(frozen=True, kw_only=True)
class PersonBeside:
    """One person in a run and in the one before; `before` is its name, empty where there is none. Of somebody with
    thousands of lines those of orders are `added_up` level by level."""

    person: PersonName
    before: str
    rank: str
    rank_before: str
    items: tuple[Beside, ...]
    lines: tuple[LineBeside, ...]
    more_lines: int
    added_up: bool = False

    @property
    def total(self) -> Beside:
        """The sum of the items."""
        now, before = sum(item.now for item in self.items), sum(item.before for item in self.items)
        return Beside(label="", now=now, before=before)


def by_bonus(*, run_id: int, other_id: int) -> list[Beside]:
    """What each bonus pays in both runs, in the plan's order."""
    runs = _both(run_id, other_id)
    now, before = (months.by_bonus(run=run) for run in runs)
    labels = _labels(*runs)
    return [
        Beside(
            label=labels.get(name, name),
            now=now.get(name, NOTHING)[0],
            people=now.get(name, NOTHING)[2],
            before=before.get(name, NOTHING)[0],
            people_before=before.get(name, NOTHING)[2],
        )
        for name in sorted(now.keys() | before.keys(), key=[*labels].index)
    ]


def by_rank(*, run_id: int, other_id: int) -> list[Beside]:
    """How many hold each rank in both runs and what they get, the highest first; both as each run saw them."""
    run, other = _both(run_id, other_id)
    (held, now), (held_before, before) = (_ranks(one) for one in (run, other))
    ladder = {rank.name: rank.label for one in (other, run) for rank in plans.parsed(version=one.plan).ladder}
    return [
        Beside(
            label=label,
            now=now.get(name, 0),
            before=before.get(name, 0),
            people=held.get(name, 0),
            people_before=held_before.get(name, 0),
        )
        for name, label in reversed(ladder.items())
        if held.get(name) or held_before.get(name)
    ]


def last_draft(*, run_id: int) -> Run | None:
    """The draft that this one took the place of."""
    run = Run.objects.get(pk=run_id)
    earlier = Run.objects.filter(period_id=run.period_id, kind=Run.Kind.CLOSE, number__lt=run.number)
    return earlier.filter(computed_at__isnull=False).order_by("-number").first()


def person(*, run_id: int, number: str) -> PersonBeside:
    """One person's items and lines beside those of the draft before: the lines that differ, those that differ most
    first; of a first draft all its lines, the largest first. Of whom the run itself added up, the levels that differ.
    Raises NobodyThere."""
    run = Run.objects.filter(pk=run_id).select_related("plan").first()
    person_id = people.by_numbers(numbers=[number]).get(number)
    if run is None or person_id is None:
        raise NobodyThere(number)
    last = last_draft(run_id=run_id)
    levels = _levels(run, last, person_id)
    lines, more = (levels, 0) if levels is not None else _largest(run, last, person_id)
    return PersonBeside(
        person=people.names(ids=[person_id])[person_id],
        before=f"draft {last.number}" if last else "",
        rank=_rank(run, person_id),
        rank_before=_rank(last, person_id) if last else "",
        items=tuple(_items(run, last, person_id)),
        lines=tuple(lines),
        more_lines=more,
        added_up=levels is not None,
    )


def _both(run_id: int, other_id: int) -> tuple[Run, Run]:
    found = Run.objects.select_related("plan").in_bulk([run_id, other_id])
    return found[run_id], found[other_id]


def _labels(*runs: Run | None) -> dict[str, str]:
    labels: dict[str, str] = {}
    for run in runs:
        if run is not None:
            labels |= {
                bonus.name: bonus.label
                for bonus in plans.parsed(version=run.plan).bonuses
                if bonus.name not in labels
            }
    return labels


def _ranks(run: Run) -> tuple[dict[str, int], dict[str, int]]:
    """How many hold each rank, and the sum of what they get, by the rank's name."""
    return kept.of_runs(what="by-rank", runs=[run], find=lambda: _count_ranks(run))


def _count_ranks(run: Run) -> tuple[dict[str, int], dict[str, int]]:
    ladder = [rank.name for rank in plans.parsed(version=run.plan).ladder]
    held = Snapshot.objects.filter(run=run).order_by().values_list("rank").annotate(Count("pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.rank, SUM(i.amount) FROM commissions_statementitem i JOIN commissions_snapshot s "
            "ON s.run_id = i.run_id AND s.distributor_id = i.distributor_id WHERE i.run_id = %s GROUP BY s.rank",
            [run.pk],
        )
        sums = cursor.fetchall()
    return {ladder[rank]: n for rank, n in held}, {ladder[rank]: int(amount) for rank, amount in sums}


def _rank(run: Run, person_id: int) -> str:
    had = Snapshot.objects.filter(run=run, distributor_id=person_id).values_list("rank", flat=True).first()
    version = plans.parsed(version=run.plan)
    return version.ladder[had].label if had is not None else ""


def _items(run: Run, last: Run | None, person_id: int) -> list[Beside]:
    amounts: dict[tuple[str, str], list[int]] = {}
    rows = StatementItem.objects.filter(run_id__in=[run.pk, last.pk if last else run.pk])
    for run_id, bonus, corrects, amount in rows.filter(distributor_id=person_id).values_list(
        "run_id", "bonus", "corrects_period", "amount"
    ):
        amounts.setdefault((corrects, bonus), [0, 0])[0 if run_id == run.pk else 1] += amount
    labels = _labels(run, last)
    return [
        Beside(label=_named(labels, bonus, corrects), now=now, before=before)
        for (corrects, bonus), (now, before) in sorted(amounts.items())
    ]


def _named(labels: Mapping[str, str], bonus: str, corrects: str) -> str:
    label = labels.get(bonus, bonus)
    if not corrects:
        return label
    return gettext("%(bonus)s, correction to %(month)s") % {
        "bonus": label,
        "month": spoken.period_name(corrects),
    }


def _largest(run: Run, last: Run | None, person_id: int) -> tuple[list[LineBeside], int]:
    """The lines that differ most, and how many more there are."""
    lines = _lines(run, last, person_id)
    found = list(lines[: LINES + 1])
    more = lines.count() - LINES if len(found) > LINES else 0
    return _told(found[:LINES], run, last), more


def _levels(run: Run, last: Run | None, person_id: int) -> list[LineBeside] | None:
    """What differs level by level, for somebody whose lines either run added up; None for anybody else."""
    both = [run, last] if last else [run]
    summed = LevelSum.objects.filter(distributor_id=person_id, run__in=both, level__isnull=False).order_by()
    sums: dict[tuple[str, int], list[int]] = {}
    known = set()
    for run_id, bonus, level, whole, micro in summed.values_list(
        "run_id", "bonus", "level", "whole", "micro"
    ):
        known.add(run_id)
        sums.setdefault((bonus, level or 0), [0, 0])[run_id != run.pk] += whole * MICRO + micro
    if not known:
        return None
    own = Line.objects.filter(~counting.correcting(), distributor_id=person_id, order_line__isnull=False)
    few = own.filter(run__in=[one for one in both if one.pk not in known]).order_by()
    for run_id, bonus, level, whole, micro in few.values_list("run_id", "bonus", "level").annotate(
        Sum("whole"), Sum("micro")
    ):
        sums.setdefault((bonus, level), [0, 0])[run_id != run.pk] += int(whole) * MICRO + int(micro)
    labels = _labels(run, last)
    differ = sorted(
        ((bonus, level, now, before) for (bonus, level), (now, before) in sums.items() if now != before),
        key=lambda one: (-abs(one[2] - one[3]), one[0], one[1]),
    )
    return [
        LineBeside(
            label=labels.get(bonus, bonus), order_number="", seller="", level=level, now=now, before=before
        )
        for bonus, level, now, before in differ
    ]


def _lines(
    run: Run, last: Run | None, person_id: int
) -> "QuerySet[Line, tuple[str, int, int, int, int, int]]":
    exact = F("whole") * MICRO + F("micro")
    rows = Line.objects.filter(distributor_id=person_id, run_id__in=[run.pk, last.pk if last else run.pk])
    sums = (
        rows.order_by()
        .values_list("bonus", "order_line_id", "origin_id", "level")
        .annotate(
            now=Sum(Case(When(run_id=run.pk, then=exact), default=0)),
            before=Sum(Case(When(run_id=run.pk, then=0), default=exact)),
        )
    )
    differ = sums.exclude(now=F("before")) if last else sums
    return differ.order_by(Abs(F("now") - F("before")).desc(), "bonus", "order_line_id", "level")


def _told(
    found: Sequence[tuple[str, int, int, int, int, int]], run: Run, last: Run | None
) -> list[LineBeside]:
    labels = _labels(run, last)
    infos = orders.describe(order_line_ids={row[1] for row in found if row[1]}, staff=True)
    names = people.names(ids={row[2] for row in found if row[2]})
    return [
        LineBeside(
            label=labels.get(bonus, bonus),
            order_number=infos[sold].order_number if sold in infos else "",
            seller=names[origin].name if origin in names else "",
            level=level,
            now=int(now),
            before=int(before),
        )
        for bonus, sold, origin, level, now, before in found
    ]
