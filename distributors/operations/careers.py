"""Career ranks: the highest rank of a final month."""

# ruff: noqa: S608 - names of our table and columns, never input

from collections.abc import Mapping

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from common.operations import tables

TABLE = "distributors_distributor"


def promote(*, ranks: Mapping[str, NDArray[np.int64]]) -> int:
    """Writes each rank as the career rank of these distributor ids and returns how many changed, whether they are
    three or a million.

    Whether a rank is higher than the last is the plan's knowledge, so the caller's; the same call twice
    changes nothing the second time.
    """
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for rank in sorted(ranks):
            wanted, keys = tables.listed(ranks[rank])
            cursor.execute(
                f"UPDATE {TABLE} SET career_rank = %s WHERE career_rank <> %s AND id IN (SELECT key FROM {wanted} w)",
                [rank, rank, keys],
            )
            changed += cursor.rowcount
    return changed
