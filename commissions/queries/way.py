"""What a person sees of their own open month: active or what is missing, and the way to the next rank."""

from dataclasses import dataclass

from commissions.core.plan import Plan, Requirement
from commissions.models import Snapshot
from commissions.queries import members, plan_words, plans, shortest, shown, standing
from commissions.queries.shortest import Step
from commissions.queries.standing import Standing
from common.once import once


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing the next rank asks; `of` says what it looks at, as `shortest.kind_of` calls it."""

    label: str
    unit: str
    of: str
    have: int
    need: int
    rule: Requirement

    @property
    def is_met(self) -> bool:
        return self.have >= self.need

    @property
    def reached(self) -> int:
        """Thousandths reached, rounded down."""
        return 1000 if self.is_met or self.need <= 0 else max(0, self.have * 1000 // self.need)


@dataclass(frozen=True, kw_only=True)
class Way:
    """`active_need` is the own volume that makes active, in hundredths of a point, None where the plan asks other
    things; `once_active` says whether the person was active in the last final month."""

    standing: Standing
    steps: int
    needs: tuple[Need, ...]
    active_need: int | None
    once_active: bool
    shortest: tuple[Step, ...] = ()

    @property
    def active_missing(self) -> int:
        """Hundredths of a point still missing to be active."""
        return max(0, (self.active_need or 0) - self.standing.own_volume)

    @property
    def group_need(self) -> int | None:
        """What the next rank asks of the group volume, for the chart's rule."""
        return next((one.need for one in self.needs if one.of == "group"), None)

    @property
    def lacking(self) -> tuple[Need, ...]:
        """What is not met yet, nearest first."""
        return tuple(sorted((one for one in self.needs if not one.is_met), key=lambda one: -one.reached))


def of_person(*, person_id: int, months: list[members.Month]) -> Way | None:
    """The person's way in the newest of `months`; None while there are no figures of it."""
    month = months[0] if months else None
    if month is None or month.run_id is None:
        return None
    found = standing.of_person(person_id=person_id, key=month.key)
    if found is None:
        return None
    plan = plans.of_run(run_id=month.run_id)
    needs = _needs(found, plan)
    before = Snapshot.objects.filter(run_id=month.before_run_id or 0, distributor_id=person_id, active=True)
    return Way(
        standing=found,
        steps=len(found.ladder),
        needs=needs,
        active_need=plan_words.active_need(plan=plan),
        once_active=before.exists(),
        shortest=shortest.steps(
            person_id=person_id,
            month=month,
            plan=plan,
            asked=[one.rule for one in needs],
            have=[one.have for one in needs],
        ),
    )


@once
def known_months(*, person_id: int) -> set[str]:
    """The months whose run knew the person: those before they joined are none of theirs."""
    keys = {run.pk: run.period.key for run in shown.runs()}
    rows = Snapshot.objects.filter(distributor_id=person_id, run_id__in=list(keys))
    return {keys[run_id] for run_id in rows.values_list("run_id", flat=True)}


def _needs(found: Standing, plan: Plan) -> tuple[Need, ...]:
    following = found.next_rank
    if following is None:
        return ()
    asked = plan.ladder[following.step - 1].requirements
    return tuple(
        Need(
            label=one.label or one.text,
            unit=one.unit,
            of=one.of,
            have=one.have,
            need=one.need,
            rule=rule,
        )
        for one, rule in zip(following.requirements, asked, strict=True)
    )
