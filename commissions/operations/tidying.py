"""What runs leave that nobody needs any more: estimates that were replaced, and lines and snapshots of old drafts.

It goes behind the transaction that replaces it, in one of its own: while it goes nobody can read beside it, and who
waits for something else that is held could never be let past. Where somebody reads it all the while, a backup perhaps,
it is put aside, and the clock's tick tries again: nobody waits for what only takes up room.
"""

import logging
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from commissions.models import Period, Run
from commissions.operations import computing, partitions, readying
from commissions.operations.partitions import Busy

log = logging.getLogger(__name__)
REPLACED = Run.State.SUPERSEDED


def clear(*, period_id: int) -> bool:
    """Delete of a period what nobody needs any more: replaced estimates but the last, and when it is closed all of
    them; of replaced drafts what is not compared, and when it is closed all but the items. False when it was put aside.
    """
    runs = Run.objects.filter(period_id=period_id)
    return _delete(_estimates(runs), _drafts(runs))


def drop(*, estimates: QuerySet[Run]) -> bool:
    """Delete these estimates with everything that hangs on them; False when it was put aside."""
    return _delete(estimates.filter(kind=Run.Kind.ESTIMATE), Run.objects.none())


def sweep() -> int:
    """Delete what was put aside; in how many periods something was."""
    drafts = dict(_drafts(Run.objects.all()).values_list("pk", "period_id"))
    of_drafts = partitions.has_any(run_ids=drafts, written=computing.THINNED)
    found = {
        *_estimates(Run.objects.all()).values_list("period_id", flat=True),
        *(drafts[run] for run in of_drafts),
    }
    for period_id in found:
        clear(period_id=period_id)
    return len(found)


def _estimates(runs: QuerySet[Run]) -> QuerySet[Run]:
    closed = Q(period__state=Period.State.CLOSED)
    return runs.filter(closed | _has_newer(), kind=Run.Kind.ESTIMATE)


def _drafts(runs: QuerySet[Run]) -> QuerySet[Run]:
    closed = Q(period__state=Period.State.CLOSED)
    return runs.filter(closed | _has_newer(), kind=Run.Kind.CLOSE, state=REPLACED)


def _has_newer() -> Q:
    """A run that was replaced, and not as the last of its kind and period."""
    newer = Run.objects.filter(
        period_id=OuterRef("period_id"), kind=OuterRef("kind"), state=REPLACED, number__gt=OuterRef("number")
    )
    return Q(Exists(newer), state=REPLACED)


def _delete(whole: QuerySet[Run], thinned: QuerySet[Run]) -> bool:
    try:
        with transaction.atomic():
            # Whoever else is about to drop the same waits here, and finds it gone.
            gone, thin = _held(whole), _held(thinned)
            computing.drop(whole=gone, thinned=thin)
            for run_id in gone:
                transaction.on_commit(partial(readying.forget, run_id=run_id), robust=True)
            Run.objects.filter(pk__in=gone).delete()
    except Busy as error:
        log.info("It is being read, and deleted later: %s", error)
        return False
    return True


def _held(runs: QuerySet[Run]) -> list[int]:
    held = Run.objects.select_for_update().filter(pk__in=runs.values("pk"))
    return list(held.order_by("pk").values_list("pk", flat=True))
