"""The months as they stand."""

from commissions.models import Period


def current() -> Period | None:
    """The open period, or None before the first one."""
    return Period.objects.filter(state=Period.State.OPEN).first()


def every() -> list[Period]:
    """All periods, newest first."""
    return list(Period.objects.order_by("-starts_at"))
