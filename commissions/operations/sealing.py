"""What follows approval: the stored rows are proved, posted, people are promoted and told, and the run and its
period are final.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from commissions.models import Carried, Correcting, Period, Run, Transfer
from commissions.operations import (
    checking,
    estimates,
    freezing,
    ledger,
    promoting,
    proving,
    telling,
    tidying,
)
from commissions.queries import audit, counting, periods
from commissions.queries import trail as told
from common.operations import jobs, pace, trail
from common.operations.failpoints import failpoint
from common.trail import What, digest
from distributors.operations import filling

STALE = "A correction or another month was posted after this run was computed. The approval is void; compute it again."
CHANGED = "What is stored of the run is not what was approved. The approval is void; recompute the run."


class BooksDoNotBalance(RuntimeError):
    """The ledger contradicts itself. Nothing is posted until a person has found out why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems[:5]))
        self.problems = problems


def seal(*, run: Run, now: datetime, progress: jobs.Progress) -> bool:
    """Take an approved run to FINAL; True when this call did it. Raises BooksDoNotBalance.

    While money stands still nothing is done: lifting the freeze makes the run due again.

    Three transactions, each held by the run's row and each happening once: post; promote; tell people and finish.
    Whoever takes an interrupted run up goes on with the one that has not happened. Rows that hash differently from
    what was approved make the run a DRAFT again.
    """
    progress("post")
    if freezing.is_frozen():
        return False
    if run.kind == Run.Kind.CORRECT:
        return _put_right(run.pk, now)
    try:
        if run.stage == Run.Stage.POST and not _post(run.pk, now):
            return False
    except BooksDoNotBalance:
        # What is wrong is kept for everybody to see, and stops all else that moves money.
        checking.check(which=checking.FAST, now=now)
        raise
    failpoint("seal.posted")
    progress("promote")
    _promote(run.pk, now)
    failpoint("seal.promoted")
    progress("notify")
    done = _finish(run.pk, now)
    failpoint("seal.finished")
    # What was expected is of no use any more, nor what drafts said before it.
    tidying.clear(period_id=run.period_id)
    return done


def _post(run_id: int, now: datetime) -> bool:
    return _once(run_id, now, _to_ledger, by_another=True)


def _to_ledger(run: Run, now: datetime) -> None:
    ledger.post_run(run=run, now=now)
    failpoint("seal.posting")
    _reached(run, Run.Stage.PROMOTE, now)
    facts = {"total": run.total, "approved_hash": run.approved_hash}
    trail.write(told.about_run(run=run, what=What.POSTED, at=now, who=None, facts=facts))


def _once(run_id: int, now: datetime, post: Callable[[Run, datetime], None], *, by_another: bool) -> bool:
    """Post what was approved, in a transaction that happens once: True when this call did it, False when the approval
    is void, `by_another` when somebody else has posted it meanwhile. Raises BooksDoNotBalance.

    The audit trail is told when all is posted and proved: nobody waits for it meanwhile.
    """
    try:
        with trail.at_the_end():
            run = _held(run_id, Run.Stage.POST)
            if run is None:
                return by_another
            with proving.proved(run=run):
                freezing.demand_that_money_moves()
                _take_turn()
                if is_stale(run=run):
                    _void(run_id, STALE, now)
                    return False
                if problems := audit.ledger():
                    raise BooksDoNotBalance(problems)
                post(run, now)
    except proving.NotWhatWasApproved:
        with transaction.atomic():
            _void(run_id, CHANGED, now)
        return False
    return True


def is_stale(*, run: Run) -> bool:
    """Whether something was posted that a run did not see: a correction, or for a correction any closed period."""
    if counting.last_turn() != run.seen_turn:
        return True
    if run.kind != Run.Kind.CORRECT:
        return False
    # What is being sealed has posted already, and is not final yet.
    sealed = Run.objects.filter(state=Run.State.APPROVED, kind=Run.Kind.CLOSE).exclude(stage=Run.Stage.POST)
    if sealed.exists():
        return True
    final = Run.objects.filter(state=Run.State.FINAL, period__calendar=run.period.calendar)
    return final.count() != Correcting.objects.get(run=run).final_count


def _take_turn() -> None:
    """One run at a time is posted, so that none is posted that did not see the one before: the row of the first period
    stands for the ledger."""
    first = Period.objects.order_by("starts_at", "pk").values("pk")[:1]
    list(Period.objects.select_for_update().filter(pk__in=first))


def _put_right(run_id: int, now: datetime) -> bool:
    """Post a correcting run's differences in the open period; from then on its period counts as corrected. Raises
    BooksDoNotBalance."""
    return _once(run_id, now, _differences_to_ledger, by_another=False)


def _differences_to_ledger(run: Run, now: datetime) -> None:
    open_period = Period.objects.select_for_update().get(
        state=Period.State.OPEN, calendar=run.period.calendar
    )
    ledger.post_correction(run=run, open_period=open_period, now=now)
    if periods.leads(calendar=run.period.calendar):
        promoting.promote(run=run)
    Correcting.objects.filter(run=run).update(posted_in=open_period)
    turn = counting.last_turn() + 1
    _reached(run, Run.Stage.DONE, now, state=Run.State.POSTED, turn=turn, finished_at=now)
    telling.corrected(run=run, now=now)
    failpoint("seal.correcting")
    checking.request(which=checking.FULL, now=now)
    estimates.request_anew(now=now)
    trail.write(told.last_of_run(run_id=run.pk))


def _promote(run_id: int, now: datetime) -> None:
    with transaction.atomic():
        run = _held(run_id, Run.Stage.PROMOTE)
        if run is None:
            return
        if periods.leads(calendar=run.period.calendar):
            promoting.promote(run=run)
        _take_positions(run, now)
        failpoint("seal.promoting")
        _reached(run, Run.Stage.NOTIFY, now)


def _finish(run_id: int, now: datetime) -> bool:
    """What people are told is true the moment it is written: notices and FINAL are one transaction."""
    with transaction.atomic():
        run = _held(run_id, Run.Stage.NOTIFY)
        if run is None:
            return False
        telling.statements_ready(run=run, now=now)
        failpoint("seal.notifying")
        _reached(run, Run.Stage.DONE, now, state=Run.State.FINAL, finished_at=now)
        Period.objects.filter(pk=run.period_id, state=Period.State.CLOSING).update(
            state=Period.State.CLOSED, closed_at=_not_before_its_transfers(run, now)
        )
        # What was expected is not shown beside what is final.
        expected = Run.objects.filter(period_id=run.period_id, state=Run.State.ESTIMATE)
        expected.update(state=Run.State.SUPERSEDED)
        checking.request(which=checking.FULL, now=now)
        estimates.request_anew(now=now)
        trail.write(told.last_of_run(run_id=run_id))
    return True


def _not_before_its_transfers(run: Run, now: datetime) -> datetime:
    """A clock that was set back must not close a month before what was posted in it."""
    posted = Transfer.objects.filter(period_id=run.period_id).aggregate(last=Max("posted_at"))["last"]
    return max(now, posted or now)


def _take_positions(run: Run, now: datetime) -> None:
    """The further positions that the plan gives, in the order of numbers; a tree that is full gives none."""
    asked = Carried.objects.filter(run=run, kind=Carried.Kind.POSITION).order_by(
        "name", "distributor__number"
    )
    for tree, person, count in asked.values_list("name", "distributor_id", "amount"):
        for _ in range(count):
            filling.one_more(tree=tree, owner_id=person, now=now)


def _held(run_id: int, stage: str) -> Run | None:
    """The run, locked until the transaction ends; None when it is not at this stage."""
    run = Run.objects.select_for_update(of=("self",)).select_related("period", "plan").get(pk=run_id)
    return run if run.state == Run.State.APPROVED and run.stage == stage else None


def _reached(run: Run, stage: str, now: datetime, **fields: object) -> None:
    times = {**run.stage_times, stage: pace.moment(otherwise=now).isoformat()}
    Run.objects.filter(pk=run.pk, state=Run.State.APPROVED).update(stage=stage, stage_times=times, **fields)


def _void(run_id: int, why: str, now: datetime) -> None:
    """Take the approval of a run back that has not been posted. Belongs into a transaction."""
    taken_back = Run.objects.filter(pk=run_id, state=Run.State.APPROVED, stage=Run.Stage.POST).update(
        state=Run.State.DRAFT,
        stage=Run.Stage.REVIEW,
        reviewed_by=None,
        reviewed_at=None,
        approved_by=None,
        approved_at=None,
        approved_hash="",
        error=why,
    )
    if taken_back:
        run = Run.objects.select_related("period").get(pk=run_id)
        facts = {"why": digest(why)}
        trail.write(told.about_run(run=run, what=What.VOIDED, at=now, who=None, facts=facts))
