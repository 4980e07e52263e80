"""A closed month as it was closed and as it was corrected since; and the correcting runs that did it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from commissions.core.facts import GOOD, LEFT, SUSPENDED
from commissions.models import Correcting, Period, Run, StatementItem
from commissions.queries import colleagues, counting, kept, plans
from commissions.queries.comparing import Beside
from commissions.queries.months import SHOWN, PersonChange
from distributors.queries import people

STANDINGS = {GOOD: "good", SUSPENDED: "suspended", LEFT: "left"}
POSTED = Q(run__state=Run.State.FINAL) | Q(run__state=Run.State.POSTED)


class NoSuchCorrection(LookupError):
    """There is none of this key."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What changed about one bonus of a month, and in which month it was posted; minor units. `correction` is the
    correcting run's key, None of what returns took back."""

    bonus: str
    label: str
    posted_in: str
    correction: UUID | None
    reason: str
    corrects: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """By bonus what a month paid as closed and what it has paid as corrected, with every part of the difference."""

    rows: tuple[Beside, ...]
    parts: tuple[Part, ...]

    @property
    def closed(self) -> int:
        return sum(row.before for row in self.rows)

    @property
    def total(self) -> int:
        return sum(row.now for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A correcting run and why it was asked for; amounts in minor units. `total` is the sum of the differences."""

    run_id: int
    key: UUID
    number: int
    month: str
    state: str
    state_word: str
    reason: str
    evidence: str
    plan: str
    against: str
    standing: tuple[tuple[str, str], ...]
    sponsors: tuple[tuple[str, str], ...]
    without_orders: tuple[str, ...]
    total: int
    item_count: int
    posted_in: str
    error: str
    note: str
    output_hash: str
    asked_by: str
    asked_at: datetime
    prepared_by_id: int | None
    reviewed_by_id: int | None
    reviewed_by: str
    approved_by: str

    @property
    def working(self) -> bool:
        """True while a job takes it further by itself."""
        return self.state in (Run.State.COMPUTING, Run.State.APPROVED)


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What a correcting run posts: by bonus, and for those whose total changes most."""

    rows: tuple[Beside, ...]
    people: int
    changes: tuple[PersonChange, ...]
    rest: int
    rest_change: int


def of_month(*, key: str, person_id: int | None = None) -> Corrected | None:
    """A final month as closed and as corrected, everybody's or one person's; None where nothing was corrected."""
    about = StatementItem.objects.filter(run_id__in=_that_correct(key), corrects_period=key)
    closed = StatementItem.objects.filter(run_id__in=_closing(key), corrects_period="")
    if person_id is not None:
        about, closed = about.filter(distributor_id=person_id), closed.filter(distributor_id=person_id)
    parts = _parts(about)
    if not parts:
        return None
    now: dict[str, int] = defaultdict(int)
    before = {
        bonus: int(amount) for bonus, amount in closed.order_by().values_list("bonus").annotate(Sum("amount"))
    }
    for bonus, amount in [*before.items(), *((part.bonus, part.amount) for part in parts)]:
        now[bonus] += amount
    words = labels(key=key)
    rows = [
        Beside(label=words.get(bonus, spoken_bonus(bonus)), now=now[bonus], before=before.get(bonus, 0))
        for bonus in sorted(now, key=lambda bonus: ([*words, bonus].index(bonus), bonus))
    ]
    return Corrected(rows=tuple(rows), parts=tuple(parts))


def _closing(key: str) -> list[int]:
    """The run that closed a month. Runs are named wherever their rows are looked for: on PostgreSQL the partitions of
    all others need not even be opened then."""
    final = Run.objects.filter(state=Run.State.FINAL, period__key=key)
    return list(final.values_list("pk", flat=True))


def _that_correct(key: str) -> list[int]:
    """The runs that post something about an earlier month: in all others nobody need look for it."""
    posted = Run.objects.filter(state__in=[Run.State.FINAL, Run.State.POSTED]).only("state", "output_hash")
    corrects = kept.of_each(what="corrects", runs=posted, find=_corrected_by)
    return [run_id for run_id, months in corrects.items() if key in months]


def _corrected_by(run: Run) -> list[str]:
    rows = StatementItem.objects.filter(run=run).exclude(corrects_period="").order_by()
    return list(rows.values_list("corrects_period", flat=True).distinct())


def posted_in(*, key: str, person_id: int) -> list[Part]:
    """What correcting runs of earlier months posted for a person in this month."""
    runs = Correcting.objects.filter(run__state=Run.State.POSTED, posted_in__key=key)
    items = StatementItem.objects.filter(
        run_id__in=list(runs.values_list("run_id", flat=True)), distributor_id=person_id
    )
    return _parts(items.exclude(corrects_period=""))


def every_of_month(*, key: str) -> list[Correction]:
    """The correcting runs of a month, the newest first, without those that were given up."""
    rows = _rows().filter(run__period__key=key).exclude(run__state=Run.State.SUPERSEDED)
    return _views(list(rows.order_by("-run__number")))


def one(*, key: UUID) -> Correction:
    """The correction of this key. Raises NoSuchCorrection."""
    row = _rows().filter(key=key).first()
    if row is None:
        raise NoSuchCorrection(str(key))
    return _views([row])[0]


def differences(*, run_id: int) -> Differences:
    """What a correcting run posts, beside what its month paid until it was computed."""
    run = Run.objects.select_related("period").get(pk=run_id)
    changes = StatementItem.objects.filter(run=run, corrects_period=run.period.key).order_by()
    by_bonus = {
        bonus: (int(amount), persons)
        for bonus, amount, persons in changes.values_list("bonus").annotate(
            Sum("amount"), Count("distributor", distinct=True)
        )
    }
    before = {
        bonus: int(amount) for bonus, amount in _until(run).values_list("bonus").annotate(Sum("amount"))
    }
    words = labels(key=run.period.key)
    rows = tuple(
        Beside(
            label=words.get(bonus, spoken_bonus(bonus)),
            before=before.get(bonus, 0),
            now=before.get(bonus, 0) + by_bonus.get(bonus, (0, 0))[0],
            people=by_bonus.get(bonus, (0, 0))[1],
        )
        for bonus in sorted({*before, *by_bonus}, key=lambda bonus: ([*words, bonus].index(bonus), bonus))
    )
    sums = dict(changes.values_list("distributor_id").annotate(Sum("amount")))
    ordered = sorted((pk for pk, amount in sums.items() if amount), key=lambda pk: (-abs(sums[pk]), pk))
    shown = ordered[: 2 * SHOWN]
    had = dict(
        _until(run).filter(distributor_id__in=shown).values_list("distributor_id").annotate(Sum("amount"))
    )
    names = people.names(ids=shown)
    return Differences(
        rows=rows,
        people=len(ordered),
        changes=tuple(
            PersonChange(
                person=names[pk], before=int(had.get(pk, 0)), now=int(had.get(pk, 0)) + int(sums[pk])
            )
            for pk in shown
        ),
        rest=len(ordered) - len(shown),
        rest_change=sum(int(sums[pk]) for pk in ordered[len(shown) :]),
    )


def plan_versions(*, key: str) -> list[tuple[int, str, bool]]:
    """The versions a month may be computed with: key, words, and whether it counts with that one now."""
    run = _counts(key)
    if run is None:
        return []
    versions = plans.versions(name=run.plan.name)
    return [(pk, f"{one} ({one.starts.isoformat()})", pk == run.plan_id) for pk, one in versions.items()]


def put_right(*, key: str) -> Mapping[str, object]:
    """What the last correcting run of a month put right, for the next one to begin with; empty before the first."""
    run = _counts(key)
    last = Correcting.objects.filter(run=run).first() if run else None
    if last is None:
        return {}
    return {
        "standing": {number: STANDINGS[stood] for number, stood in last.standing.items()},
        "sponsors": last.sponsors,
        "without_orders": last.without_orders,
    }


def _counts(key: str) -> Run | None:
    period = Period.objects.filter(key=key, state=Period.State.CLOSED).first()
    return counting.run_of(period_id=period.pk) if period else None


def _until(run: Run) -> "QuerySet[StatementItem]":
    """Everything that was posted about a month before a correcting run was posted."""
    about = StatementItem.objects.filter(
        Q(run__period_id=run.period_id, run__state=Run.State.FINAL, corrects_period="")
        | (POSTED & Q(corrects_period=run.period.key))
    ).order_by()
    if run.turn is None:
        return about
    later = Q(run__seen_turn__gte=run.turn) | Q(run__turn__gte=run.turn)
    return about.exclude(later)


def _parts(items: "QuerySet[StatementItem]") -> list[Part]:
    fields = ("corrects_period", "bonus", "run__period__key", "run__correcting__posted_in__key", "run__correcting__key",
              "run__correcting__reason")  # fmt: skip
    sums = items.order_by("run__finished_at", "run_id", "bonus").values_list(*fields).annotate(Sum("amount"))
    rows, found = list(sums), []
    words = {key: labels(key=key) for key in {row[0] for row in rows}}
    for corrects, bonus, closed_in, posted, correction, reason, amount in rows:
        label = words[corrects].get(bonus, spoken_bonus(bonus))
        found.append(
            Part(
                bonus=bonus,
                label=label,
                posted_in=posted or closed_in,
                correction=correction,
                reason=reason or "",
                corrects=corrects,
                amount=int(amount),
            )
        )
    return [part for part in found if part.amount]


def labels(*, key: str) -> dict[str, str]:
    """How the plan of a final month calls each bonus; empty where the month is not final."""
    run = Run.objects.filter(state=Run.State.FINAL, period__key=key).select_related("plan").first()
    return {bonus.name: bonus.label for bonus in plans.parsed(version=run.plan).bonuses} if run else {}


def spoken_bonus(bonus: str) -> str:
    """A bonus that the plan has given up since, in words."""
    return bonus.replace("_", " ").capitalize()


def _rows() -> "QuerySet[Correcting]":
    return Correcting.objects.select_related("run__period", "run__plan", "against", "posted_in")


def _views(rows: list[Correcting]) -> list[Correction]:
    names = colleagues.names(
        user_ids={
            who
            for row in rows
            for who in (row.run.prepared_by_id, row.run.reviewed_by_id, row.run.approved_by_id)
        }
    )

    def name(user_id: int | None) -> str:
        return names.get(user_id, "") if user_id else ""

    return [
        Correction(
            run_id=row.run_id,
            key=row.key,
            number=row.run.number,
            month=row.run.period.key,
            state=row.run.state,
            state_word=row.run.get_state_display(),
            reason=row.reason,
            evidence=row.evidence,
            plan=str(row.run.plan),
            against=str(row.against.number) if row.against.kind == Run.Kind.CORRECT else "",
            standing=tuple((number, STANDINGS[stood]) for number, stood in sorted(row.standing.items())),
            sponsors=tuple(sorted(row.sponsors.items())),
            without_orders=tuple(row.without_orders),
            total=row.run.total,
            item_count=row.run.item_count,
            posted_in=row.posted_in.key if row.posted_in else "",
            error=row.run.error,
            note=row.run.note,
            output_hash=row.run.output_hash,
            asked_by=name(row.run.prepared_by_id),
            asked_at=row.run.started_at,
            prepared_by_id=row.run.prepared_by_id,
            reviewed_by_id=row.run.reviewed_by_id,
            reviewed_by=name(row.run.reviewed_by_id),
            approved_by=name(row.run.approved_by_id),
        )
        for row in rows
    ]
