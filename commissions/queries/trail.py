"""What the audit trail is told of months and money: the same sentences are written when something happens, and made
again of the rows when the books are checked. A row may know less than was told when it happened."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from commissions.models import Adjustment, Freeze, Period, PlanVersion, Run, Withholding
from common.queries import trail as chain
from common.trail import Saying, What, canonical, digest, moment
from distributors.queries import trail as of_people

# What is told of once, and stands in a row from then on.
LASTING = (
    *of_people.LASTING, What.LINE, What.FINAL, What.CORRECTED, What.ADJUSTMENT_ASKED, What.ADJUSTMENT_POSTED,
    What.ADJUSTMENT_REFUSED, What.ADJUSTMENT_WITHDRAWN, What.WITHHELD, What.WITHHELD_NO_MORE, What.FROZEN, What.MOVES,
)  # fmt: skip
# What a row must have been told of, and which may be taken back: a review, an approval, a plan that paid nobody.
UNTIL_TAKEN_BACK = (What.REVIEWED, What.APPROVED, What.PLAN)
# Of these no row says who it was.
BY_NOBODY_KNOWN = (What.LINE, What.PLAN)
# What takes an approval back.
TAKES_BACK = (What.VOIDED, What.SENT_BACK, What.REPLACED)
DECIDED = {
    Adjustment.State.POSTED: What.ADJUSTMENT_POSTED,
    Adjustment.State.REFUSED: What.ADJUSTMENT_REFUSED,
    Adjustment.State.WITHDRAWN: What.ADJUSTMENT_WITHDRAWN,
}


def everything() -> Iterator[Saying]:
    """All that the rows of today say should stand in the trail."""
    yield from of_people.everything()
    for period in Period.objects.filter(line_drawn_at__isnull=False).order_by("pk"):
        yield of_line(period=period)
    runs = Run.objects.exclude(kind=Run.Kind.ESTIMATE)
    for run in runs.select_related("period", "plan", "correcting").order_by("pk"):
        yield from of_run(run=run)
    for adjustment in Adjustment.objects.select_related("distributor", "period").order_by("pk"):
        yield from of_adjustment(adjustment=adjustment)
    for withholding in Withholding.objects.select_related("distributor").order_by("pk"):
        yield from of_withholding(withholding=withholding)
    for freeze in Freeze.objects.order_by("pk"):
        yield from of_freeze(freeze=freeze)
    for version in PlanVersion.objects.order_by("pk"):
        yield of_plan(version=version)


def of_line(*, period: Period) -> Saying:
    """The line that was drawn under a period."""
    assert period.line_drawn_at is not None  # noqa: S101 - asked of those that have one
    facts = {
        "calendar": period.calendar,
        "from": moment(at=period.starts_at),
        "to": moment(at=period.ends_at),
    }
    return Saying(what=What.LINE, kind="period", key=period.key, at=period.line_drawn_at, facts=facts)


def of_run(*, run: Run) -> Iterator[Saying]:
    """What people have answered for of a run, as far as it stands, and how it ended."""
    if run.reviewed_at:
        facts: dict[str, Any] = {"total": run.total, "output": run.output_hash}
        yield about_run(run=run, what=What.REVIEWED, at=run.reviewed_at, who=run.reviewed_by_id, facts=facts)
    answered = {
        "prepared_by": run.prepared_by_id,
        "reviewed_by": run.reviewed_by_id,
        "reviewed_at": moment(at=run.reviewed_at),
        "approved_hash": run.approved_hash,
        "total": run.total,
        "plan": _version(run.plan),
    }
    if run.approved_at:
        yield about_run(
            run=run, what=What.APPROVED, at=run.approved_at, who=run.approved_by_id, facts=answered
        )
    done = {Run.State.FINAL: What.FINAL, Run.State.POSTED: What.CORRECTED}.get(Run.State(run.state))
    if done and run.finished_at:
        facts = {
            **answered,
            "approved_by": run.approved_by_id,
            "approved_at": moment(at=run.approved_at),
            "input": run.input_hash,
            "output": run.output_hash,
            "state": run.state_hash,
            "engine": run.engine_version,
            "commissionable": run.commissionable,
            "people": run.people_count,
            "lines": run.line_count,
            "items": run.item_count,
            "orders": run.order_count,
            "order_lines": run.order_line_count,
            "computed": run.engine_hash,
            "computed_at": moment(at=run.computed_at),
            "seen": run.seen_turn,
            "reads": _hashed(run.reads),
            "warnings": digest(json.dumps(run.warnings, sort_keys=True)),
        }
        facts |= _corrected(run) if done == What.CORRECTED else {"closed_at": moment(at=run.period.closed_at)}
        yield about_run(run=run, what=done, at=run.finished_at, who=None, facts=facts)


def is_approved(*, run: Run) -> bool:
    """Whether the audit trail tells of a run's approval as its row does, and of nothing that took it back since."""
    approved = next((one for one in of_run(run=run) if one.what == What.APPROVED), None)
    if approved is None:
        return False
    *_, last = [None, *chain.told(whats=(What.APPROVED, *TAKES_BACK), key=approved.key)]
    return last == approved


def last_of_run(*, run_id: int) -> Saying:
    """What has just happened to a run."""
    *_, last = of_run(run=Run.objects.select_related("period", "plan", "correcting").get(pk=run_id))
    return last


def about_run(
    *, run: Run, what: What, at: datetime, who: int | None, facts: Mapping[str, Any] | None = None
) -> Saying:
    """Something that happened to a run: its key says the period, the kind, and the how-manieth it is."""
    key = f"{run.period.key}/{run.kind}/{run.number}"
    return Saying(what=what, kind="run", key=key, at=at, who=who, facts=facts or {})


def asked_to_correct(*, run: Run) -> dict[str, Any]:
    """What a correcting run was asked for with: what people wrote, and what they said of others, by its hash."""
    asked = run.correcting
    without = [*asked.without_orders]
    others = [_hashed({"standing": asked.standing}), _hashed({"sponsors": asked.sponsors})]
    return {
        "why": digest(asked.reason, asked.evidence),
        "otherwise": digest(*others, *without),
        "plan": _version(run.plan),
    }


def of_adjustment(*, adjustment: Adjustment) -> Iterator[Saying]:
    """What was asked for, and what became of it."""
    facts = {
        "number": adjustment.distributor.number,
        "amount": adjustment.amount,
        "currency": adjustment.currency,
        "why": digest(adjustment.label, adjustment.reason, adjustment.evidence),
    }
    at, who = adjustment.requested_at, adjustment.requested_by_id
    yield _of("adjustment", adjustment.pk, What.ADJUSTMENT_ASKED, at, who, facts)
    what = DECIDED.get(Adjustment.State(adjustment.state))
    if what and adjustment.decided_at:
        period = adjustment.period.key if adjustment.period else ""
        facts = {**facts, "asked_by": who, "period": period, "note": digest(adjustment.note)}
        yield _of("adjustment", adjustment.pk, what, adjustment.decided_at, adjustment.decided_by_id, facts)


def last_of_adjustment(*, adjustment_id: int) -> Saying:
    """What has just happened to an adjustment."""
    found = Adjustment.objects.select_related("distributor", "period").get(pk=adjustment_id)
    *_, last = of_adjustment(adjustment=found)
    return last


def of_withholding(*, withholding: Withholding) -> Iterator[Saying]:
    """What was said to be missing, and that it is not any more."""
    facts: dict[str, Any] = {
        "number": withholding.distributor.number,
        "reason": withholding.reason,
        "note": digest(withholding.note),
    }
    pk, by = withholding.pk, withholding.set_by_id
    yield _of("withholding", pk, What.WITHHELD, withholding.set_at, by, facts)
    if withholding.ended_at:
        facts = {**facts, "set_by": by}
        at, who = withholding.ended_at, withholding.ended_by_id
        yield _of("withholding", pk, What.WITHHELD_NO_MORE, at, who, facts)


def last_of_withholding(*, withholding_id: int) -> Saying:
    """What has just been said of what is missing of somebody."""
    *_, last = of_withholding(
        withholding=Withholding.objects.select_related("distributor").get(pk=withholding_id)
    )
    return last


def of_freeze(*, freeze: Freeze) -> Iterator[Saying]:
    """That money stood still, and who let it move again, knowing what."""
    yield _of("freeze", freeze.pk, What.FROZEN, freeze.set_at, None, {"check": freeze.check_found_id})
    if freeze.lifted_at:
        problems = [str(one) for one in freeze.problems]
        facts = {"problems": digest(*problems), "count": len(problems), "reason": digest(freeze.reason)}
        yield _of("freeze", freeze.pk, What.MOVES, freeze.lifted_at, freeze.lifted_by_id, facts)


def of_plan(*, version: PlanVersion) -> Saying:
    """A document that was adopted."""
    facts = {
        "sha256": version.sha256,
        "document": digest(version.document),
        "starts": version.starts.isoformat(),
        "calendar": version.calendar,
    }
    return Saying(
        what=What.PLAN, kind="plan", key=_version(version), at=version.adopted_at, who=None, facts=facts
    )


def _of(kind: str, key: int, what: What, at: datetime, who: int | None, facts: Mapping[str, Any]) -> Saying:
    return Saying(what=what, kind=kind, key=str(key), at=at, who=who, facts=facts)


def _version(plan: PlanVersion) -> str:
    return f"{plan.name}/{plan.version}"


def _corrected(run: Run) -> dict[str, Any]:
    asked = run.correcting
    posted_in = asked.posted_in.key if asked.posted_in else ""
    return {**asked_to_correct(run=run), "turn": run.turn, "posted_in": posted_in}


def _hashed(facts: Mapping[str, Any]) -> str:
    return digest(canonical(facts=facts))
