"""The head of a month or week for those who close it: which run counts, how far it is, and who answered for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from commissions.models import Period, Run
from commissions.queries import colleagues
from common.queries import jobs
from common.queries.jobs import JobView

JOB = "run"
STAGES = (
    Run.Stage.SNAPSHOT,
    Run.Stage.COMPUTE,
    Run.Stage.CHECK,
    Run.Stage.STORE,
    Run.Stage.REVIEW,
    Run.Stage.APPROVE,
    Run.Stage.POST,
    Run.Stage.PROMOTE,
    Run.Stage.NOTIFY,
)
# Stages that wait for a person: how long they took says nothing.
PEOPLE = (Run.Stage.REVIEW, Run.Stage.APPROVE, Run.Stage.POST)
WORKING = (Run.State.COMPUTING, Run.State.APPROVED)


class UnknownMonth(LookupError):
    """There is no such month."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage: `state` is done, now, to_come or failed; `at` is when it was done, `seconds` how long it took."""

    name: str
    state: str
    at: datetime | None = None
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Warned:
    """A sentence about a run, and what it is about: see queries/unusual.py, whose words `about` and `first` are."""

    says: str
    about: str = ""
    count: int = 0
    first: tuple[tuple[Any, ...], ...] = ()
    sum: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunHead:
    """The run that counts for a month. Money in minor units, volume in hundredths of a point."""

    id: int
    number: int
    kind: str
    state: str
    total: int
    commissionable: int
    people_count: int
    order_count: int
    order_line_count: int
    line_count: int
    item_count: int
    plan: str
    engine_version: str
    input_hash: str
    output_hash: str
    error: str
    note: str
    warnings: tuple[Warned, ...]
    computed_at: datetime | None
    prepared_by_id: int | None
    reviewed_by_id: int | None
    reviewed_at: datetime | None
    approved_by_id: int | None
    approved_at: datetime | None

    @property
    def working(self) -> bool:
        """True while a job takes it further by itself."""
        return self.state in WORKING


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A month with its run (None before anything was computed), its stages, its job and who was involved."""

    key: str
    calendar: str
    starts_at: datetime
    ends_at: datetime
    state: str
    line_drawn_at: datetime | None
    closed_at: datetime | None
    run: RunHead | None = None
    stages: tuple[Stage, ...] = ()
    job: JobView | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    before_key: str = ""


def sheet(*, key: str) -> Sheet:
    """The month of this key. Raises UnknownMonth."""
    period = Period.objects.filter(key=key).first()
    if period is None:
        raise UnknownMonth(key)
    run = _run_of(period)
    earlier = Period.objects.filter(calendar=period.calendar, starts_at__lt=period.starts_at)
    before = earlier.order_by("-starts_at").first()
    involved = (run.prepared_by_id, run.reviewed_by_id, run.approved_by_id) if run else ()
    return Sheet(
        key=period.key,
        calendar=period.calendar,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        state=period.state,
        line_drawn_at=period.line_drawn_at,
        closed_at=period.closed_at,
        run=_head(run) if run else None,
        stages=_stages(run) if run and run.kind == Run.Kind.CLOSE else (),
        job=jobs.latest(kind=JOB, subject=str(run.pk)) if run and run.kind == Run.Kind.CLOSE else None,
        names=colleagues.names(user_ids=involved),
        before_key=before.key if before else "",
    )


def _run_of(period: Period) -> Run | None:
    """The final run or the newest draft; of an open month the newest estimate."""
    runs = period.runs.exclude(state=Run.State.SUPERSEDED).select_related("plan")
    closing = runs.filter(kind=Run.Kind.CLOSE).order_by("-number").first()
    return closing or runs.filter(state=Run.State.ESTIMATE).order_by("-number").first()


def _head(run: Run) -> RunHead:
    return RunHead(
        id=run.pk,
        number=run.number,
        kind=run.kind,
        state=run.state,
        total=run.total,
        commissionable=run.commissionable,
        people_count=run.people_count,
        order_count=run.order_count,
        order_line_count=run.order_line_count,
        line_count=run.line_count,
        item_count=run.item_count,
        plan=str(run.plan),
        engine_version=run.engine_version,
        input_hash=run.input_hash,
        output_hash=run.output_hash,
        error=run.error,
        note=run.note,
        warnings=tuple(_warned(one) for one in run.warnings),
        computed_at=run.computed_at,
        prepared_by_id=run.prepared_by_id,
        reviewed_by_id=run.reviewed_by_id,
        reviewed_at=run.reviewed_at,
        approved_by_id=run.approved_by_id,
        approved_at=run.approved_at,
    )


def _warned(one: Any) -> Warned:
    """Runs of earlier versions kept the sentence alone."""
    if not isinstance(one, dict):
        return Warned(says=str(one))
    return Warned(
        says=one["says"],
        about=one.get("about", ""),
        count=one.get("count", 0),
        first=tuple(tuple(row) for row in one.get("first", ())),
        sum=one.get("sum"),
    )


def _stages(run: Run) -> tuple[Stage, ...]:
    """A stage's time stands under the stage that follows it: that is when it was done."""
    order = [*STAGES, Run.Stage.DONE]
    at = len(STAGES) if run.state == Run.State.FINAL else order.index(Run.Stage(run.stage))
    found = []
    for place, stage in enumerate(STAGES):
        state = "done" if place < at else "now" if place == at else "to_come"
        if state == "now" and run.state == Run.State.FAILED:
            state = "failed"
        done_at = _moment(run.stage_times.get(order[place + 1])) if state == "done" else None
        began = _moment(run.stage_times.get(stage)) if stage not in PEOPLE else None
        seconds = round((done_at - began).total_seconds()) if done_at and began else None
        found.append(Stage(name=stage.value, state=state, at=done_at, seconds=seconds))
    return tuple(found)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
