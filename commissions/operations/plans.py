"""Adopting plan documents."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from commissions.core.plan import Plan, PlanError, Problem, load
from commissions.models import Calendar, PlanVersion
from commissions.queries import plans
from commissions.queries import trail as told
from common.operations import trail


class VersionIsUsed(RuntimeError):
    """A period was computed with this version: its document stays. Give the changed plan a higher version."""


def adopt(*, document: str, now: datetime, by: int | None = None) -> PlanVersion:
    """Adopt a plan document and return its version. The same document again changes nothing. `by` is who adopts it;
    None for a command.

    A version no period has used may be replaced. Raises PlanError (with every problem found) and VersionIsUsed.
    """
    plan = for_the_portal(document=document)
    with transaction.atomic():
        known = PlanVersion.objects.select_for_update().filter(name=plan.name, version=plan.version).first()
        if known is None:
            return _new(plan, document, by, now)
        if known.sha256 == plan.sha256:
            return known
        if plans.is_used(version_id=known.pk):
            raise VersionIsUsed(
                f"Version {plan.version} of {plan.name} has been used and stays as it is; adopt a higher version."
            )
        known.document, known.sha256, known.starts, known.adopted_at = document, plan.sha256, plan.starts, now
        known.calendar = plan.period
        known.save()
        _tell(known, by)
    return known


def _tell(version: PlanVersion, by: int | None) -> None:
    trail.write(replace(told.of_plan(version=version), who=by))


def _not_carried_out(plan: Plan) -> list[Problem]:
    """What the engine computes and the portal's months do not carry out."""
    problems = []
    if plan.period not in Calendar.values:
        said = f"{plan.period}: the portal closes months, and weeks from Monday to Sunday"
        problems.append(Problem(1, "plan.period", said, plan.period, tuple(Calendar.values)))
    ours = settings.COMPANY_CURRENCY
    # Prices would be taken for amounts of the plan's currency as they are, one for one.
    if plan.currency != ours:
        said = f"{plan.currency}: everything is sold in {ours} here, and nothing is exchanged"
        problems.append(Problem(1, "plan.currency", said, plan.currency, (ours,)))
    return problems


def _beside_others(plan: Plan) -> list[Problem]:
    """What a plan is to the plans that are adopted: it keeps its calendar, and reads only those that are there."""
    problems = []
    other = PlanVersion.objects.filter(name=plan.name).exclude(calendar=plan.period)
    # What it carries over from one period to the next is counted in periods.
    if other.exclude(version=plan.version).exists():
        said = f"{plan.name} is paid by the {other[0].calendar}; give a plan for a {plan.period} a name of its own"
        problems.append(Problem(1, "plan.period", said, plan.period, (other[0].calendar,)))
    names = set(PlanVersion.objects.values_list("name", flat=True))
    for prefix, name in plan.other_plans.items():
        if name not in names:
            said = f"{name} is not adopted; adopt it first, so that there are ranks to read"
            problems.append(Problem(1, f"other_plans.{prefix}", said, name, tuple(sorted(names))))
    return problems


def for_the_portal(*, document: str) -> Plan:
    """The plan of a document that the portal can show. Raises PlanError.

    A plan that is only computed may leave out what its pages call active, own volume and group volume; and a version
    that replaces another must come after it.
    """
    plan = load(document)
    problems: list[Problem] = []
    if not plan.active:
        problems.append(
            Problem(1, "shows", "is missing: pages show who is active, own volume and group volume")
        )
    if plan.replaces:
        replaced = PlanVersion.objects.filter(name=plan.name, version=plan.replaces).first()
        if replaced is None:
            problems.append(
                Problem(1, "plan.replaces", f"version {plan.replaces} of {plan.name} is not adopted")
            )
        elif replaced.starts >= plan.starts:
            said = f"must be after {replaced.starts.isoformat()}, when version {plan.replaces} starts"
            problems.append(Problem(1, "plan.starts", said, plan.starts.isoformat()))
    problems += [*_not_carried_out(plan), *_beside_others(plan)]
    if problems:
        raise PlanError(problems)
    return plan


def check(*, document: str, instead_of: int | None) -> None:
    """Raise what `adopt` would raise. `instead_of` is the version that is being edited: it keeps its name
    and number.
    """
    plan = for_the_portal(document=document)
    known = PlanVersion.objects.filter(name=plan.name, version=plan.version).first()
    if instead_of is not None and (known is None or known.pk != instead_of):
        raise VersionIsUsed(
            "An edited document keeps its plan's name and version; adopt another version as a new one."
        )
    if known is not None and known.sha256 != plan.sha256 and plans.is_used(version_id=known.pk):
        raise VersionIsUsed(f"Version {plan.version} of {plan.name} has been used and stays as it is.")


def _new(plan: Plan, document: str, by: int | None, now: datetime) -> PlanVersion:
    try:
        with transaction.atomic():
            version = PlanVersion.objects.create(
                name=plan.name,
                version=plan.version,
                calendar=plan.period,
                starts=plan.starts,
                document=document,
                sha256=plan.sha256,
                adopted_at=now,
            )
            _tell(version, by)
            return version
    except IntegrityError:
        # Adopted by somebody else in the same moment.
        found = PlanVersion.objects.get(name=plan.name, version=plan.version)
        if found.sha256 != plan.sha256:
            raise VersionIsUsed(
                f"Version {plan.version} of {plan.name} was adopted by somebody else just now."
            ) from None
        return found
