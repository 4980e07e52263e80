"""The numbers of a stored snapshot by their names: they are stored in the order of the plan."""

from collections.abc import Sequence

from commissions.core.plan import Plan


def measure_names(*, plan: Plan) -> list[str]:
    """The names of a snapshot's measures. A measure capped by the requirement it meets has no number of its own."""
    names = [*(volume.name for volume in plan.volumes), *plan.measures]
    return [name for name in names if name not in plan.caps or plan.caps[name].base != "requirement"]


def measures(*, plan: Plan, row: Sequence[int]) -> dict[str, int]:
    """What each volume and measure of the plan was for a person."""
    return dict(zip(measure_names(plan=plan), row, strict=True))


def status_names(*, plan: Plan) -> list[str]:
    """The names of a snapshot's statuses."""
    return sorted(plan.statuses)


def memory_names(*, plan: Plan) -> list[str]:
    """The names of a snapshot's memories after the period."""
    return sorted(name for name, one in plan.memories.items() if not one.keeps)
