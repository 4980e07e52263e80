"""Which run counts for each closed period: its final run, until a correcting run of it is posted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from commissions.models import Period, Run


@dataclass(frozen=True, kw_only=True)
class Books:
    """Closed periods of one calendar as somebody sees them: the run that counts for each, oldest first, and every run
    whose items were posted."""

    counts: Sequence[Run]
    posted_ids: Sequence[int]

    def of(self, *, period_id: int) -> Run:
        """The run that counts for a period. Raises LookupError."""
        return next(run for run in self.counts if run.period_id == period_id)


def all_that_count() -> Books:
    """The closed periods of every calendar as they count now."""
    return _books(Run.objects.filter(state=Run.State.FINAL), last_turn())


def correcting() -> Q:
    """Lines that correct a line, or the run, of an earlier period."""
    return Q(corrects__isnull=False) | Q(corrects_run__isnull=False)


def lines_about(*, corrects: str) -> Q:
    """Lines of a run that correct this earlier period; with an empty key those of the run's own period."""
    if corrects:
        return Q(corrects__run__period__key=corrects) | Q(corrects_run__period__key=corrects)
    return Q(corrects__isnull=True, corrects_run__isnull=True)


def last_turn() -> int:
    """Which correcting run was the last to be posted; 0 before the first."""
    found: int | None = Run.objects.filter(state=Run.State.POSTED).aggregate(Max("turn"))["turn__max"]
    return found or 0


def books(*, period: Period, seen: int) -> Books:
    """The closed periods before this one, in its calendar. Of correcting runs those count that were posted up to the
    turn `seen`. Later periods say nothing here: computed again, a period finds the same."""
    final = Run.objects.filter(
        state=Run.State.FINAL, period__ends_at__lte=period.starts_at, period__calendar=period.calendar
    )
    return _books(final, seen)


def everything(*, calendar: str, seen: int) -> Books:
    """All closed periods of a calendar."""
    return _books(Run.objects.filter(state=Run.State.FINAL, period__calendar=calendar), seen)


def corrected_by(*, run: Run, books: Books) -> Books:
    """The closed periods as they would count with this correcting run."""
    return Books(
        counts=[run if one.period_id == run.period_id else one for one in books.counts],
        posted_ids=[*books.posted_ids, run.pk],
    )


def in_place_of(*, runs: Iterable[Run], seen: int) -> list[Run]:
    """For each final run the one that counts."""
    known = {run.period_id: run for run in _posted(seen)}
    return [known.get(run.period_id, run) for run in runs]


def run_of(*, period_id: int) -> Run | None:
    """The run that counts for a period now; None while none is final."""
    final = Run.objects.filter(state=Run.State.FINAL, period_id=period_id).select_related("period", "plan")
    return next(iter(in_place_of(runs=final, seen=last_turn())), None)


def before(*, moment: datetime, plan: str, seen: int) -> Run | None:
    """The run that counts for the latest period that ended by then and was computed with a version of this plan."""
    earlier = Run.objects.filter(state=Run.State.FINAL, period__ends_at__lte=moment, plan__name=plan)
    newest = earlier.select_related("period", "plan").order_by("-period__starts_at")[:1]
    return next(iter(in_place_of(runs=newest, seen=seen)), None)


def _books(final: QuerySet[Run], seen: int) -> Books:
    closed = list(final.select_related("period", "plan").order_by("period__starts_at"))
    posted = _posted(seen)
    return Books(
        counts=in_place_of(runs=closed, seen=seen),
        posted_ids=[run.pk for run in closed] + [run.pk for run in posted],
    )


def _posted(seen: int) -> list[Run]:
    """Correcting runs in the order in which they were posted."""
    if not seen:
        return []
    posted = Run.objects.filter(state=Run.State.POSTED, turn__lte=seen)
    return list(posted.select_related("period", "plan").order_by("turn"))
