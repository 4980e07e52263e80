"""What pages of great teams are cut out of is made ready before anybody sees the run, so that no reader waits for it.

Of an estimate it is put together from what was computed, and pointed to in the transaction that shows the estimate; of
a month that was approved, and of those who earn most, a job asks for it as a page would. Where none of it has happened
the first page gathers it.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db import Error, transaction
from numpy.typing import NDArray

from commissions.models import Run, TeamSum
from commissions.operations import computing, summing
from commissions.queries import earner_orders, everyone, kept, members, run_orders, sorted_teams
from commissions.queries.team_arrays import nearness
from common.operations import jobs, shelf

JOB = "ready"
EARNERS = 12
log = logging.getLogger(__name__)


def gathered(*, run: Run, computed: computing.Computed) -> dict[str, str]:
    """Everybody and the orders of a run that is not stored yet, on the shelf: their names by what they are. Empty for a
    company without a great team."""
    if len(computed.loaded.person_ids) <= summing.MANY_PEOPLE:
        return {}
    names = {what: kept.new_name(what=what) for what in ("everyone", "orders")}
    try:
        found = everyone.made_ready(
            month=members.of_run(run=run), snapshots=_snapshots(computed), name=names["everyone"]
        )
        run_orders.made_ready(run=run, everyone=found, name=names["orders"])
    except Error as error:
        # The estimate is worth more than what its first reader waits for.
        log.warning("What great teams are cut out of is not ready: %s", error)
        return {}
    return names


def point(*, run: Run, names: Mapping[str, str]) -> None:
    """Let pages find what was gathered for a run, and nothing that was for another one of this key."""
    known = {
        everyone.what_of(month=members.of_run(run=run)): names.get("everyone"),
        run_orders.what_of(run_id=run.pk): names.get("orders"),
    }
    with _at_best():
        for what, name in known.items():
            if name is None:
                kept.forget_name(what=what)
            else:
                kept.point(what=what, name=name)
        cache.set(_names(run.pk), list(names.values()), kept.SECONDS)


def forget(*, run_id: int) -> None:
    """Take off this machine's shelf what was gathered for an estimate that is gone."""
    sorts = [sorted_teams.what_of(kind=kind, run_id=run_id) for kind in sorted_teams.KINDS]
    with _at_best():
        for name in [*cache.get(_names(run_id), []), *cache.get_many(sorts).values()]:
            shelf.remove(name=name)
        cache.delete_many([_names(run_id), *sorts])


def request(*, run_id: int, now: datetime) -> bool:
    """Make it due that everything of a run is made ready; False where it has no great team. Belongs into a
    transaction."""
    if not TeamSum.objects.filter(run_id=run_id).exists():
        return False
    return jobs.enqueue(kind=JOB, subject=str(run_id), due_at=now, now=now)


def make_ready(*, run_id: int) -> bool:
    """Look at everything once, as pages do; False for a run that is gone."""
    shown = Run.objects.filter(state__in=[Run.State.ESTIMATE, Run.State.APPROVED, Run.State.FINAL])
    run = shown.select_related("period").filter(pk=run_id).first()
    if run is None:
        return False
    month = members.of_run(run=run)
    known = everyone.of_month(month=month)
    if known is None:
        return False
    run_orders.of(run=run, everyone=known)
    sorted_teams.names(month=month)
    sorted_teams.last_orders(month=month)
    for person in earner_orders.greatest(run_id=run_id, most=EARNERS):
        earner_orders.of(run_id=run_id, person_id=person)
    return True


@contextmanager
def _at_best() -> Iterator[None]:
    """An estimate is worth more than what its readers wait for: a cache in the database that fails, or has no table,
    takes nothing else with it."""
    try:
        with transaction.atomic():
            yield
    except Error as error:
        log.warning("Pages of great teams are not ready: %s", error)


def _snapshots(computed: computing.Computed) -> dict[str, NDArray[Any]]:
    """What the run's snapshots will say, by key of the person."""
    result, loaded, plan = computed.result, computed.loaded, computed.plan
    people, order = loaded.facts.people, np.argsort(loaded.person_ids)
    columns = {
        "ids": loaded.person_ids,
        "sponsor": np.append(loaded.person_ids, 0)[people.sponsor],
        "standing": people.standing,
        "rank": result.rank,
        "title": computing.titles(computed=computed),
        "active": result.statuses[plan.active],
        "own": result.measures[plan.own_volume],
        "group": result.measures[plan.group_volume],
        "near": nearness(plan=plan, rank=np.asarray(result.rank, np.int64), have=result.have),
    }
    return {name: np.asarray(values)[order] for name, values in columns.items()}


def _names(run_id: int) -> str:
    return f"ready-{run_id}"
