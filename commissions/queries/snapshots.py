"""The numbers of a stored snapshot by their names: they are stored in the order of the plan."""

from collections.abc import Sequence

from commissions.core.plan import Plan


def measures(*, plan: Plan, row: Sequence[int]) -> dict[str, int]:
    """What each volume and measure of the plan was for a person."""
    names = [*(volume.name for volume in plan.volumes), *plan.measures]
    return dict(zip(names, row, strict=True))


def statuses(*, plan: Plan, row: Sequence[int]) -> dict[str, bool]:
    """Which statuses of the plan were true of a person."""
    return {name: bool(value) for name, value in zip(sorted(plan.statuses), row, strict=True)}


def memory(*, plan: Plan, row: Sequence[int]) -> dict[str, int]:
    """What each memory of the plan was after the period."""
    return dict(zip(sorted(plan.memories), row, strict=True))
