"""Adopting plan documents."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from commissions.core.plan import Plan, PlanError, Problem, load
from commissions.models import PlanVersion
from commissions.queries import plans


class VersionIsUsed(RuntimeError):
    """A period was computed with this version: its document stays. Give the changed plan a higher version."""


def adopt(*, document: str, now: datetime) -> PlanVersion:
    """Adopt a plan document and return its version. The same document again changes nothing.

    A version no period has used may be replaced. Raises PlanError (with every problem found) and VersionIsUsed.
    """
    plan = for_the_portal(document=document)
    with transaction.atomic():
        known = PlanVersion.objects.select_for_update().filter(name=plan.name, version=plan.version).first()
        if known is None:
            return _new(plan.name, plan.version, plan.starts, document, plan.sha256, now)
        if known.sha256 == plan.sha256:
            return known
        if plans.is_used(version_id=known.pk):
            raise VersionIsUsed(
                f"Version {plan.version} of {plan.name} has been used and stays as it is; adopt a higher version."
            )
        known.document, known.sha256, known.starts, known.adopted_at = document, plan.sha256, plan.starts, now
        known.save()
    return known


def _not_carried_out(plan: Plan) -> list[Problem]:
    """What the engine computes and the portal's months do not carry out."""
    asked = (
        ("plan.period", plan.period, "month", "the portal closes months"),
        ("ledger.round", plan.ledger.round, "half_up", "the portal rounds halves up"),
    )
    return [
        Problem(1, key, f"{found}: {why}", found, (allowed,))
        for key, found, allowed, why in asked
        if found != allowed
    ]


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
    problems += _not_carried_out(plan)
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


def _new(name: str, version: int, starts: date, document: str, sha256: str, now: datetime) -> PlanVersion:
    try:
        with transaction.atomic():
            return PlanVersion.objects.create(
                name=name, version=version, starts=starts, document=document, sha256=sha256, adopted_at=now
            )
    except IntegrityError:
        # Adopted by somebody else in the same moment.
        found = PlanVersion.objects.get(name=name, version=version)
        if found.sha256 != sha256:
            raise VersionIsUsed(
                f"Version {version} of {name} was adopted by somebody else just now."
            ) from None
        return found
