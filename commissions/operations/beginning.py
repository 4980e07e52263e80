"""The audit trail of a database that has none begins with what stands in it, once its tables are made.

Each thing that the trail would have told of is taken over as its row says it now, behind a first entry that says how
many those are: from then on a row of before is held to the trail like any other.
"""

from datetime import datetime

from django.db import connection

from commissions.models import BooksCheck
from commissions.queries import trail as told
from commissions.queries.guards import TRAIL
from common.operations import trail
from common.queries import trail as chain

CHECKS = BooksCheck._meta.db_table


def begin(*, now: datetime) -> None:
    """Begin the trail where there is none. One that a check has counted once is not begun again: it is missed."""
    if not _is_migrated() or chain.head().number or BooksCheck.objects.filter(trail_number__gt=0).exists():
        return
    trail.begin(taken_over=sorted(told.everything(), key=lambda one: one.at), now=now)


def _is_migrated() -> bool:
    """Whether this migration went as far as the trail."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if TRAIL not in tables or CHECKS not in tables:
            return False
        columns = connection.introspection.get_table_description(cursor, CHECKS)
    return "trail_number" in {column.name for column in columns}
