"""A final period put right: computed again with what was wrong about its facts corrected, and the differences posted.

The final run stays as it is. The correcting run holds the period as corrected, less what returns have taken back since,
and for each item the difference to all that was posted about it until now. Those differences alone are posted, in the
period that is open then, once two people have answered for them. From then on the period counts as corrected: later
returns correct it, the next correcting run works against it, and the next period begins with what it leaves.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from commissions.core import ENGINE_VERSION
from commissions.core.facts import GOOD, LEFT, SUSPENDED, FactsError
from commissions.models import Carried, Correcting, Line, Period, Run, StatementItem
from commissions.operations import (
    computing,
    corrections,
    hashing,
    permissions,
    returned,
    standing_items,
)
from commissions.operations.computed_again import FactsChanged
from commissions.operations.due import make_due
from commissions.operations.returned import Closed
from commissions.operations.taken import MICRO, NOBODY, BackItem, BackLine, ItemKey, Waiting
from commissions.queries import as_then, counting, fingerprint, plans
from commissions.queries import trail as told
from commissions.queries.counting import Books
from common.operations import jobs, trail
from common.operations.failpoints import failpoint
from common.trail import What
from distributors.queries import people
from sales.queries import orders


class CannotCorrect(RuntimeError):
    """This correction cannot be asked for; `field` is what was typed wrong, if anything was."""

    def __init__(self, said: str, field: str = "") -> None:
        super().__init__(said)
        self.field = field


def ask(
    *, period_key: str, plan_id: int, reason: str, evidence: str, by: int, now: datetime,
    standing: Mapping[str, int] | None = None, sponsors: Mapping[str, str] | None = None,
    without_orders: Sequence[str] = (),
) -> Run:  # fmt: skip
    """Ask for a correcting run of a final period, and make it due. Nothing is posted yet.

    `plan_id` is the plan version the period should have been computed with. By people's numbers: who stood how (0 in
    good standing, 1 suspended, 2 left), and whose sponsor was whose. `without_orders` are numbers of orders that should
    not have counted. What is not named is as it was. Raises NotAllowed, CannotCorrect.
    """
    permissions.demand(user_id=by, permission="prepare_run")
    against = _against(period_key)
    if not reason.strip() or not evidence.strip():
        raise CannotCorrect(
            "This is needed: it stays with the correction.", "evidence" if reason.strip() else "reason"
        )
    version = plans.versions(name=against.plan.name).get(plan_id)
    if version is None:
        raise CannotCorrect(f"This is no version of {against.plan.name}.", "plan")
    standing, sponsors = dict(standing or {}), dict(sponsors or {})
    _check(against.period, standing, sponsors, without_orders)
    number = Run.objects.filter(period=against.period, kind=Run.Kind.CORRECT).count() + 1
    try:
        with transaction.atomic():
            run = Run.objects.create(
                period=against.period,
                number=number,
                kind=Run.Kind.CORRECT,
                plan=version,
                engine_version=ENGINE_VERSION,
                reads=against.reads,
                prepared_by_id=by,
                started_at=now,
            )
            Correcting.objects.create(
                run=run,
                against=against,
                reason=reason.strip()[:300],
                evidence=evidence.strip()[:500],
                standing=standing,
                sponsors=sponsors,
                without_orders=sorted(set(without_orders)),
            )
            make_due(run_id=run.pk, now=now)
            _tell(What.ASKED, run.pk, by, now)
    except IntegrityError as error:
        raise CannotCorrect(
            "Another correction is under way: one at a time, so that each sees the last."
        ) from error
    return run


def give_up(*, run_id: int, by: int, now: datetime) -> None:
    """Let go of a correction that is not approved. Raises NotAllowed, CannotCorrect."""
    permissions.demand(user_id=by, permission="prepare_run")
    open_still = (Run.State.COMPUTING, Run.State.DRAFT, Run.State.REVIEWED, Run.State.FAILED)
    mine = Run.objects.filter(pk=run_id, kind=Run.Kind.CORRECT, state__in=open_still)
    with transaction.atomic():
        if not mine.update(state=Run.State.SUPERSEDED, finished_at=now):
            raise CannotCorrect("It is approved or posted, or was given up already.")
        _tell(What.REPLACED, run_id, by, now)


def again(*, run_id: int, by: int, now: datetime) -> None:
    """Compute a correction again, against the books as they are now. A review of it is void.

    Raises NotAllowed, CannotCorrect.
    """
    permissions.demand(user_id=by, permission="prepare_run")
    with transaction.atomic():
        drafts = (Run.State.DRAFT, Run.State.REVIEWED, Run.State.FAILED)
        mine = Run.objects.filter(pk=run_id, kind=Run.Kind.CORRECT, state__in=drafts)
        fields = {"reviewed_by_id": None, "reviewed_at": None, "prepared_by_id": by, "error": "", "note": ""}
        try:
            with transaction.atomic():
                done = mine.update(state=Run.State.COMPUTING, stage=Run.Stage.SNAPSHOT, **fields)
        except IntegrityError as error:
            raise CannotCorrect("Another correction is under way.") from error
        if not done:
            raise CannotCorrect("It is approved or posted, or was given up already.")
        run = Run.objects.get(pk=run_id)
        Correcting.objects.filter(run=run).update(against=counting.run_of(period_id=run.period_id))
        make_due(run_id=run_id, now=now)
        _tell(What.ASKED, run_id, by, now)


def _tell(what: What, run_id: int, by: int, now: datetime) -> None:
    run = Run.objects.select_related("period", "plan", "correcting").get(pk=run_id)
    facts = told.asked_to_correct(run=run) if what == What.ASKED else None
    trail.write(told.about_run(run=run, what=what, at=now, who=by, facts=facts))


def compute(*, run: Run, now: datetime, progress: jobs.Progress) -> bool:
    """Take a correcting run from COMPUTING to DRAFT; it may be called again after a crash at any point."""
    progress("snapshot")
    run.seen_turn = counting.last_turn()
    books = counting.everything(calendar=run.period.calendar, seen=run.seen_turn)
    try:
        plan, loaded = as_then.load(run=run)
    except FactsError as error:  # sponsors in a circle, for example
        return _fail(run, str(error))
    run.input_hash = loaded.facts.input_hash()
    progress("compute")
    computed = computing.compute_put_right(run=run, plan=plan, loaded=loaded)
    progress("check")
    if problems := computing.problems(computed=computed):
        return _fail(run, "\n".join(problems[:50]))
    failpoint("correct.computed")
    progress("store")
    try:
        return _store(run, computed, books, now)
    except FactsChanged as error:
        return _fail(run, str(error))


def _store(run: Run, computed: computing.Computed, books: Books, now: datetime) -> bool:
    with transaction.atomic():
        held = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if held.state != Run.State.COMPUTING:
            return False
        Run.objects.filter(pk=run.pk).update(seen_turn=run.seen_turn, input_hash=run.input_hash)
        computing.store(run_id=run.pk, computed=computed)
        lines = _since(run, books)
        Line.objects.bulk_create([_line_row(run, line) for line in lines], batch_size=500)
        closed = _closed(run, books)
        items = standing_items.items(closed=closed, lines=[], only=_all_items(closed))
        StatementItem.objects.bulk_create([_item_row(run, item) for item in items], batch_size=500)
        Correcting.objects.filter(run=run).update(final_count=len(books.counts))
        failpoint("correct.storing")
        found = Run.objects.filter(pk=run.pk, state=Run.State.COMPUTING).update(
            state=Run.State.DRAFT,
            stage=Run.Stage.REVIEW,
            computed_at=now,
            error="",
            engine_version=ENGINE_VERSION,
            engine_hash=computed.result.output_hash(),
            output_hash=fingerprint.of_run(run_id=run.pk),
            state_hash=hashing.state_of_computed(computed=computed),
            people_count=len(computed.loaded.person_ids),
            order_count=computed.loaded.order_count,
            order_line_count=len(computed.loaded.order_line_ids),
            line_count=run.lines.count(),
            item_count=len(items),
            total=sum(item.amount for item in items),
            commissionable=int(computed.loaded.facts.lines.commissionable.sum()),
            warnings=[],
        )
    return bool(found)


def _since(run: Run, books: Books) -> list[BackLine]:
    """What returns have taken back of the period since it was closed, of the lines as corrected."""
    closed = _closed(run, books)
    if not closed.sold:
        return []
    corrected = counting.corrected_by(run=run, books=books)
    return corrections.of_closed(closed=closed, books=corrected, waits=_waits(run, corrected)).lines


def _closed(run: Run, books: Books) -> Closed:
    until = books.counts[-1].period.ends_at
    return returned.since_closed(run=run, until=until, books=counting.corrected_by(run=run, books=books))


def _waits(run: Run, books: Books) -> dict[Waiting, int]:
    """What waits after the last closed period of the plan."""
    chain = [one.pk for one in books.counts if one.plan.name == run.plan.name]
    rows = Carried.objects.filter(run_id=chain[-1], kind=Carried.Kind.HELD)
    return {
        Waiting(name, person, age): amount
        for name, person, age, amount in rows.values_list("name", "distributor_id", "age", "amount")
        if person is not None
    }


def _all_items(closed: Closed) -> set[ItemKey]:
    """Every item of the period, as corrected or as it was posted."""
    mine = StatementItem.objects.filter(run=closed.run, corrects_period="")
    rows = [*mine.values_list("distributor_id", "bonus")]
    rows += standing_items.posted(closed).values_list("distributor_id", "bonus")
    return {ItemKey(closed.run.pk, person, bonus) for person, bonus in rows}


def _line_row(run: Run, line: BackLine) -> Line:
    whole, micro = divmod(line.exact, MICRO)
    return Line(
        run=run,
        bonus=line.item.bonus,
        distributor_id=line.item.distributor_id,
        kind=line.kind,
        order_line_id=line.order_line_id,
        origin_id=None if line.origin_id == NOBODY else line.origin_id,
        level=line.level,
        depth=line.depth,
        base=line.base,
        rate_ppm=line.rate_ppm,
        whole=whole,
        micro=micro,
        corrects_id=line.corrects_id,
        corrects_run=None if line.corrects_id else run,
    )


def _item_row(run: Run, item: BackItem) -> StatementItem:
    return StatementItem(
        run=run,
        distributor_id=item.item.distributor_id,
        bonus=item.item.bonus,
        corrects_period=item.period,
        amount=item.amount,
        line_count=0,
    )


def _fail(run: Run, error: str) -> bool:
    drafts = Run.objects.filter(pk=run.pk, state=Run.State.COMPUTING)
    return bool(drafts.update(state=Run.State.FAILED, error=error))


def _against(period_key: str) -> Run:
    period = Period.objects.filter(key=period_key).first()
    against = counting.run_of(period_id=period.pk) if period else None
    if against is None or against.period.state != Period.State.CLOSED:
        raise CannotCorrect(f"{period_key} is not final: it can be computed again as a draft.")
    return against


def _check(
    period: Period, standing: Mapping[str, int], sponsors: Mapping[str, str], without: Sequence[str]
) -> None:
    wrong = sorted(number for number, stood in standing.items() if stood not in (GOOD, SUSPENDED, LEFT))
    if wrong:
        raise CannotCorrect(f"{wrong[0]} cannot have stood like that.", "standing")
    for field, numbers in (("standing", {*standing}), ("sponsors", {*sponsors, *sponsors.values()})):
        known = people.by_numbers(numbers=sorted(numbers))
        if unknown := sorted(numbers - set(known)):
            raise CannotCorrect(f"Nobody has the number {unknown[0]}.", field)
    counted = orders.booked_in(numbers=without, start=period.starts_at, end=period.ends_at)
    if unknown := sorted(set(without) - counted):
        raise CannotCorrect(f"No order {unknown[0]} counted in {period.key}.", "without_orders")


__all__ = ["CannotCorrect", "FactsError", "again", "ask", "compute", "give_up"]
