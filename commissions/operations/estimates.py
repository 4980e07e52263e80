"""The estimates of the open periods, one for each calendar: the engine that closes them, on what is known so far."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from commissions.core import ENGINE_VERSION
from commissions.models import Period, Run
from commissions.operations import computing, hashing, readying, tidying
from commissions.queries import before, facts, periods, plans
from common.operations import jobs
from common.operations.failpoints import failpoint
from common.queries import jobs as job_rows

JOB = "estimate"
# Orders that come in a burst share one refresh.
TOGETHER = timedelta(seconds=3)
OLDEST = timedelta(hours=1)


def refresh(*, now: datetime, key: str = "", progress: jobs.Progress | None = None) -> Run | None:
    """Compute an open period's estimate anew and put it in the place of the old one, in one transaction.

    Without a key it is the period of the leading calendar. Readers always see one estimate, whole. None when no such
    period is open. Raises NoPlanInForce.
    """
    opened = periods.open_ones()
    period = (opened.filter(key=key) if key else opened).first()
    if period is None:
        return None
    tell = progress or (lambda *_: None)
    tell("snapshot", 0, 3)
    plan = plans.of_period(period=period)
    parsed = plans.parsed(version=plan)
    reads = before.to_read(period=period, plan=parsed)
    loaded = facts.load(period=period, plan=parsed, reads=reads)
    tell("compute", 1, 3)
    computed = computing.compute(plan=parsed, loaded=loaded)
    failpoint("estimate.computed")
    tell("store", 2, 3)
    run = Run(
        period=period,
        number=_next_number(period),
        kind=Run.Kind.ESTIMATE,
        state=Run.State.ESTIMATE,
        stage=Run.Stage.DONE,
        plan=plan,
        reads=reads,
        engine_version=ENGINE_VERSION,
        input_hash=loaded.facts.input_hash(),
        seen_turn=loaded.seen,
        engine_hash=computed.result.output_hash(),
        output_hash=hashing.of_computed(computed=computed),
        people_count=len(loaded.person_ids),
        order_count=loaded.order_count,
        order_line_count=len(loaded.order_line_ids),
        started_at=now,
        computed_at=now,
        finished_at=now,
        **computing.counts(computed=computed),
    )
    return _replace(period, run, computed, readying.gathered(run=run, computed=computed))


def request_refresh(*, now: datetime) -> bool:
    """Make a refresh of each open period's estimate due in a moment; False when those that can be wait already."""
    opened = Period.objects.filter(state=Period.State.OPEN)
    return sum(_request(key, now) for key in opened.values_list("key", flat=True)) > 0


def request_anew(*, now: datetime) -> None:
    """Make a refresh of each open period's estimate due: what it begins with has changed, a run being final or posted.

    Call it in the transaction that changes it. A refresh that waits already does not do: it may be worked on before
    that transaction can be seen. What is asked for later waits for this one.
    """
    for key in Period.objects.filter(state=Period.State.OPEN).values_list("key", flat=True):
        jobs.enqueue(kind=JOB, subject=key, due_at=now + TOGETHER, now=now)


def request_if_old(*, now: datetime) -> bool:
    """Make a refresh due of each open period that has no estimate, or one older than an hour."""
    fresh = Run.objects.filter(state=Run.State.ESTIMATE, computed_at__gt=now - OLDEST)
    old = Period.objects.filter(state=Period.State.OPEN).exclude(pk__in=fresh.values("period_id"))
    return sum(_request(key, now) for key in old.values_list("key", flat=True)) > 0


def _request(key: str, now: datetime) -> bool:
    if job_rows.is_waiting(kind=JOB, subject=key):
        return False
    return jobs.enqueue(kind=JOB, subject=key, due_at=now + TOGETHER, now=now)


def _next_number(period: Period) -> int:
    last = Run.objects.filter(period=period, kind=Run.Kind.ESTIMATE).order_by("-number").first()
    return last.number + 1 if last else 1


def _replace(period: Period, run: Run, computed: computing.Computed, ready: Mapping[str, str]) -> Run | None:
    old = Run.objects.filter(period=period, kind=Run.Kind.ESTIMATE)
    # The one before is kept for pages that are being read just now; what is older goes.
    tidying.drop(estimates=old.filter(state=Run.State.SUPERSEDED, number__lt=run.number - 1))
    with transaction.atomic():
        # One refresh at a time; and none for a period that was closed while this was computed.
        held = Period.objects.select_for_update().filter(pk=period.pk, state=Period.State.OPEN).first()
        if held is None or old.filter(number__gte=run.number).exists():
            return None
        old.update(state=Run.State.SUPERSEDED)
        run.save(force_insert=True)
        computing.store(run_id=run.pk, computed=computed)
        readying.point(run=run, names=ready)
        readying.request(run_id=run.pk, now=run.started_at)
        failpoint("estimate.replacing")
    return run
