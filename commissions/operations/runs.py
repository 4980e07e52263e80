"""A run from its first stage to its last: computed by a job, reviewed by one person, approved by another, sealed.

Each step is a conditional update of the row. If it touched nothing, somebody else was first, and the step says so or
goes home quietly.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from commissions.core import ENGINE_VERSION
from commissions.models import Period, Run, StatementItem
from commissions.operations import (
    computing,
    correcting,
    freezing,
    hashing,
    permissions,
    readying,
    sealing,
    tidying,
)
from commissions.operations.computed_again import FactsChanged
from commissions.operations.due import JOB, make_due
from commissions.queries import before, plans, unusual
from commissions.queries import trail as told
from common.operations import jobs, pace, trail
from common.operations.failpoints import failpoint
from common.trail import What, digest

Tell = Callable[[str, int, int], None]


class CannotRun(RuntimeError):
    """This run cannot be taken further; the sentence says why."""


class WrongState(CannotRun):
    """The run is not in the state that this step begins from: perhaps somebody else was first."""


class SamePerson(CannotRun):
    """Who prepared or reviewed a run cannot approve it."""


class WrongTotal(CannotRun):
    """The typed total is not the run's."""


class EarlierPeriod(CannotRun):
    """An earlier period is not final, or became final after this run was computed."""


class Changed(CannotRun):
    """The stored items are not those that were computed and reviewed."""


def quiet(stage: str, done: int = 0, total: int = 0) -> None:
    """Tells nobody how far it has come."""


def advance(*, run_id: int, now: datetime, progress: jobs.Progress = quiet) -> bool:
    """Take a run through the stages that need no person, and return whether anything was done.

    COMPUTING: snapshot, compute, check, store, then it is a DRAFT. APPROVED: verify, post, promote, notify, then
    FINAL. In any other state there is nothing to do. May be called again after a crash at any point: the stages
    before `store` write nothing that lasts, and every later one is a transaction that happens once.
    """
    run = Run.objects.select_related("period", "plan").get(pk=run_id)
    if run.state == Run.State.COMPUTING and run.kind == Run.Kind.CORRECT:
        return correcting.compute(run=run, now=now, progress=progress)
    if run.state == Run.State.COMPUTING:
        return _compute(run, now, progress)
    if run.state == Run.State.APPROVED:
        return sealing.seal(run=run, now=now, progress=progress)
    return False


def recompute(*, period_key: str, by: int | None, now: datetime) -> Run:
    """Put a new draft in the place of the latest one, with the plan now in force, and make it due.

    The old draft is kept as SUPERSEDED, for the comparison; of those before it only the items are. A review of it is
    void. Raises WrongState (nothing to recompute, or already approved), NotAllowed, NoPlanInForce.
    """
    if by is not None:
        permissions.demand(user_id=by, permission="prepare_run")
    with transaction.atomic():
        period = Period.objects.select_for_update().filter(key=period_key).first()
        if period is None or period.state != Period.State.CLOSING:
            raise WrongState(f"{period_key} is not being closed.")
        last = (
            Run.objects.filter(period=period, kind=Run.Kind.CLOSE).select_related("period").latest("number")
        )
        replaceable = [Run.State.COMPUTING, Run.State.DRAFT, Run.State.REVIEWED, Run.State.FAILED]
        if not _move(last.pk, replaceable, state=Run.State.SUPERSEDED, finished_at=now):
            raise WrongState("The run is approved; nothing of it can change any more.")
        plan = plans.of_period(period=period)
        run = Run.objects.create(
            period=period,
            number=last.number + 1,
            kind=Run.Kind.CLOSE,
            plan=plan,
            reads=before.to_read(period=period, plan=plans.parsed(version=plan)),
            engine_version=ENGINE_VERSION,
            prepared_by_id=by,
            started_at=now,
        )
        make_due(run_id=run.pk, now=now)
        trail.write(told.about_run(run=last, what=What.REPLACED, at=now, who=by))
    # Only the newest draft that was replaced keeps its lines and snapshots.
    tidying.clear(period_id=period.pk)
    return run


def fail(*, run_id: int, error: str, now: datetime) -> None:
    """Say that computing a run was given up. A run that is past computing stays what it is."""
    _move(run_id, [Run.State.COMPUTING], state=Run.State.FAILED, error=error, finished_at=now)


def review(*, run_id: int, by: int, now: datetime) -> None:
    """Say that somebody has looked at a draft. Raises NotAllowed, WrongState."""
    permissions.demand(user_id=by, permission="prepare_run")
    fields = {
        "state": Run.State.REVIEWED,
        "stage": Run.Stage.APPROVE,
        "reviewed_by_id": by,
        "reviewed_at": now,
    }
    with transaction.atomic():
        if not _move(run_id, [Run.State.DRAFT], note="", **fields):
            raise WrongState("Only a draft can be reviewed.")
        trail.write(told.last_of_run(run_id=run_id))


def send_back(*, run_id: int, reason: str, by: int, now: datetime) -> None:
    """Take a review back, with a reason that stays on the run. Raises NotAllowed, WrongState, ValueError (no
    reason).
    """
    permissions.demand(user_id=by, permission="approve_run")
    if not reason.strip():
        raise ValueError("Say what is wrong with it.")
    note = reason.strip()[:300]
    fields = {"stage": Run.Stage.REVIEW, "reviewed_by_id": None, "reviewed_at": None}
    with transaction.atomic():
        if not _move(run_id, [Run.State.REVIEWED], state=Run.State.DRAFT, note=note, **fields):
            raise WrongState("Only a reviewed run can be sent back.")
        run = Run.objects.select_related("period").get(pk=run_id)
        facts = {"reason": digest(note)}
        trail.write(told.about_run(run=run, what=What.SENT_BACK, at=now, who=by, facts=facts))


def approve(*, run_id: int, by: int, typed_total: int, now: datetime) -> None:
    """Answer for a reviewed run: from here on it is posted and made final, by a job.

    `typed_total` is the run's total in minor units, typed by the person: nobody approves a number unread.
    What is approved is the hash of exactly the reviewed items and lines; the job refuses rows that hash differently.

    Raises NotAllowed, WrongState, SamePerson, WrongTotal, EarlierPeriod, Changed, Frozen.
    """
    permissions.demand(user_id=by, permission="approve_run")
    freezing.demand_that_money_moves()
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("period").get(pk=run_id)
        if run.state != Run.State.REVIEWED:
            raise WrongState("Only a reviewed run can be approved.")
        if by in (run.prepared_by_id, run.reviewed_by_id):
            raise SamePerson("Somebody else has to approve: you prepared or reviewed this run.")
        if typed_total != run.total:
            raise WrongTotal("The total you typed is not the total of this run.")
        _demand_order(run)
        items = StatementItem.objects.filter(run=run)
        if run.kind == Run.Kind.CORRECT:
            items = items.exclude(corrects_period="")
        if (items.aggregate(total=Sum("amount"))["total"] or 0) != run.total:
            raise Changed("The stored items do not add up to the run's total; recompute it.")
        _move(
            run_id,
            [Run.State.REVIEWED],
            state=Run.State.APPROVED,
            stage=Run.Stage.POST,
            approved_by_id=by,
            approved_at=now,
            approved_hash=run.output_hash,
        )
        if run.kind == Run.Kind.CLOSE:
            readying.request(run_id=run_id, now=now)
        jobs.enqueue(kind=JOB, subject=str(run_id), due_at=now, now=now)
        trail.write(told.last_of_run(run_id=run_id))


def _demand_order(run: Run) -> None:
    """What a period carries over and what it corrects rest on the one before of its calendar: it must be final, and
    first. Another calendar's periods may come before or after it."""
    if sealing.is_stale(run=run):
        raise EarlierPeriod(
            "A correction or another month was posted after this run was computed; compute it again."
        )
    calendar = run.period.calendar
    earlier = Period.objects.filter(calendar=calendar, starts_at__lt=run.period.starts_at)
    unfinished = earlier.exclude(state=Period.State.CLOSED).order_by("starts_at").first()
    if unfinished is not None:
        raise EarlierPeriod(f"{unfinished.key} has to be final first.")
    if run.computed_at and earlier.filter(closed_at__gt=run.computed_at).exists():
        raise EarlierPeriod(f"An earlier {calendar} became final after this run was computed; recompute it.")


def _compute(run: Run, now: datetime, progress: jobs.Progress) -> bool:
    progress("snapshot")
    run.stage_times = {Run.Stage.SNAPSHOT: pace.moment(otherwise=now).isoformat()}
    plan, loaded = computing.load(run=run)
    found = {
        "seen_turn": loaded.seen,
        "people_count": len(loaded.person_ids),
        "order_count": loaded.order_count,
        "order_line_count": len(loaded.order_line_ids),
    }
    if not _stage(run, Run.Stage.COMPUTE, now, **found):
        return False
    progress("compute")
    with hashing.meanwhile() as meanwhile:
        meanwhile.hash(input_hash=loaded.facts.input_hash)
        try:
            computed = computing.compute(plan=plan, loaded=loaded)
        except FactsChanged as error:
            return _move(run.pk, [Run.State.COMPUTING], state=Run.State.FAILED, error=str(error))
        meanwhile.hash_computed(computed=computed)
        if not _stage(run, Run.Stage.CHECK, now):
            return False
        progress("check")
        problems = computing.problems(computed=computed)
        if problems:
            why = "\n".join(problems[:50])
            return _move(run.pk, [Run.State.COMPUTING], state=Run.State.FAILED, error=why)
        if not _stage(run, Run.Stage.STORE, now):
            return False
        progress("store")
        return _store(run, computed, now, found, meanwhile)


def _store(
    run: Run,
    computed: computing.Computed,
    now: datetime,
    found: Mapping[str, object],
    meanwhile: hashing.Meanwhile,
) -> bool:
    """What was found on the way is written again beside the rows: a worker that was taken for dead may have written
    its own meanwhile, of another version perhaps, and hashes must be those of these rows."""
    with transaction.atomic():
        # Holding the row keeps a second worker out until this one has committed: then the state has moved on.
        held = Run.objects.select_for_update(of=("self",)).select_related("period").get(pk=run.pk)
        if held.state != Run.State.COMPUTING:
            return False
        computing.store(run_id=run.pk, computed=computed, pool=meanwhile.pool)
        failpoint("run.storing")
        counts = computing.counts(computed=computed)
        held.total, held.commissionable = counts["total"], counts["commissionable"]
        return _stage(
            run,
            Run.Stage.REVIEW,
            now,
            state=Run.State.DRAFT,
            computed_at=now,
            error="",
            engine_version=ENGINE_VERSION,
            warnings=unusual.warnings(run=held),
            **found,
            **meanwhile.hashes(),
            **counts,
        )


def _stage(run: Run, stage: str, now: datetime, **fields: object) -> bool:
    """Record that everything before `stage` is done. False when the run is no longer being computed."""
    run.stage_times = {**run.stage_times, stage: pace.moment(otherwise=now).isoformat()}
    done = _move(run.pk, [Run.State.COMPUTING], stage=stage, stage_times=run.stage_times, **fields)
    failpoint(f"run.{stage}")
    return done


def _move(run_id: int, states: list[Run.State], **fields: object) -> bool:
    return bool(Run.objects.filter(pk=run_id, state__in=states).update(**fields))
