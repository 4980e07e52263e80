"""The run whose figures people see of each month and week: the final one, else its newest estimate."""

from commissions.models import Run
from common.once import once

STATES = (Run.State.FINAL, Run.State.ESTIMATE)


@once
def runs() -> list[Run]:
    """One of each period that has figures, with its period and its plan, the newest period first. A page asks for
    months, for a standing and for charts: it reads them once, in two queries."""
    chosen: dict[int, Run] = {}
    found = Run.objects.filter(state__in=STATES).defer("error", "stage_times")
    # Many months have few plans, whose documents are long: each is read once.
    for run in found.select_related("period").prefetch_related("plan").order_by("number"):
        known = chosen.get(run.period_id)
        if known is None or known.state != Run.State.FINAL:
            chosen[run.period_id] = run
    return sorted(chosen.values(), key=lambda run: run.period.starts_at, reverse=True)


def of_period(*, key: str) -> Run | None:
    """The run that is shown of a period; None where it has no figures."""
    return next((run for run in runs() if run.period.key == key), None)
