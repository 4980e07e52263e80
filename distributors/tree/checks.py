"""Holding the stored tree against the truth, and keeping what was found where every reader of intervals looks."""

from datetime import datetime

from distributors.models import Carrying, TreeHealth
from distributors.tree import carrying, health
from distributors.tree.lock import writing

MOST_KEPT = 20


def problems() -> list[str]:
    """Where labels differ from sponsor_id, as sentences; empty when the tree is sound.

    While a great team is being carried its labels are known to be behind, and nobody reads them: then only
    sponsor_id itself is looked at.
    """
    return health.circles() if Carrying.objects.exists() else health.problems()


def check(*, now: datetime) -> list[str]:
    """The same once every team has arrived; what is found is kept.

    From then on, until a check is green again, downlines are walked and nobody is moved. Raises TreeBusy.
    """
    carrying.finish()
    found = problems()
    if found:
        # A move may have begun between the questions: nobody writes while it is asked again.
        with writing():
            found = problems()
            _keep(found, now)
    else:
        _keep([], now)
    return found


def repair(*, now: datetime) -> list[str]:
    """Numbers every tree anew from sponsor_id, under the lock, and checks it; what is still wrong.

    Sponsors and their history are not changed. Raises SponsorCircle, TreeBusy.
    """
    with writing():
        health.rebuild()
        return check(now=now)


def _keep(found: list[str], now: datetime) -> None:
    TreeHealth.objects.update_or_create(
        pk=TreeHealth.ONLY,
        defaults={"sound": not found, "checked_at": now, "problems": found[:MOST_KEPT]},
    )
