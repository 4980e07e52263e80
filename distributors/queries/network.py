"""The sponsor tree as arrays, for the engine: one element a person, few wide queries, no object for anybody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.operations import tables
from distributors.models import Distributor

Ints = NDArray[np.int64]
STANDINGS = {"good": 0, "suspended": 1, "left": 2}
TABLE = Distributor._meta.db_table
NOBODY = 0  # keys of the database begin at 1


@dataclass(frozen=True, slots=True)
class Network:
    """Everybody in parallel arrays, sorted by number."""

    id: Ints
    number: NDArray[np.str_]
    sponsor_id: Ints  # NOBODY for a root
    joined_at: NDArray[np.datetime64]  # UTC, microseconds
    standing: NDArray[np.int8]  # 0 in good standing, 1 suspended, 2 left
    career: Ints  # index in `ranks`
    ranks: list[str]  # the career ranks that occur; the empty word for none

    def __len__(self) -> int:
        return len(self.id)


def network() -> Network:
    """Everybody as they stand now."""
    ranks = list(Distributor.objects.order_by().values_list("career_rank", flat=True).distinct())
    career = " ".join(["CASE career_rank", *(f"WHEN %s THEN {at}" for at in range(len(ranks))), "END"])
    standing = " ".join(f"WHEN '{word}' THEN {at}" for word, at in STANDINGS.items())
    found = tables.read(
        query=f"SELECT id, number, COALESCE(sponsor_id, {NOBODY}), {tables.moment('joined_at')}, "  # noqa: S608
        f"CAST(CASE status {standing} END AS bigint), CAST({career if ranks else 0} AS bigint) "
        f"FROM {TABLE} ORDER BY {tables.bytewise('number')}",
        parameters=ranks,
        shape={
            "id": "int",
            "number": "text",
            **dict.fromkeys(("sponsor_id", "joined", "standing", "career"), "int"),
        },
    )
    return Network(
        id=found["id"],
        number=found["number"],
        sponsor_id=found["sponsor_id"],
        joined_at=found["joined"].astype("datetime64[us]"),
        standing=found["standing"].astype(np.int8),
        career=found["career"],
        ranks=ranks,
    )
