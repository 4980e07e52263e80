"""The sponsor tree as arrays, for the engine: one element a person, few wide queries, no object for anybody."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from common.arrays import places
from common.operations import tables
from distributors.models import Distributor, Sponsorship

Ints = NDArray[np.int64]
STANDINGS = {"good": 0, "suspended": 1, "left": 2}
TABLE = Distributor._meta.db_table
HISTORY = Sponsorship._meta.db_table
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


def network(*, until: datetime | None = None) -> Network:
    """Everybody, and who sponsors them: now, or as it stood right before a moment.

    Standing and career rank are today's in either case. Who had not joined by then has the sponsor they joined with.
    """
    ranks = list(Distributor.objects.order_by().values_list("career_rank", flat=True).distinct())
    career = " ".join(["CASE career_rank", *(f"WHEN %s THEN {at}" for at in range(len(ranks))), "END"])
    standing = " ".join(f"WHEN '{word}' THEN {at}" for word, at in STANDINGS.items())
    sponsor, history, moments = _sponsors(until)
    found = tables.read(
        query=f"SELECT d.id, number, COALESCE({sponsor}, {NOBODY}), {tables.moment('joined_at')}, "  # noqa: S608
        f"CAST(CASE status {standing} END AS bigint), CAST({career if ranks else 0} AS bigint) "
        f"FROM {TABLE} d {history} ORDER BY d.id",
        parameters=[*ranks, *moments],
        shape={
            "id": "int",
            "number": "text",
            **dict.fromkeys(("sponsor_id", "joined", "standing", "career"), "int"),
        },
    )
    # Numbers are mostly given in turn: then little is left to sort. numpy compares by code point, as bytes of UTF-8 do.
    order = np.argsort(found["number"], kind="stable")
    if (order[:-1] > order[1:]).any():
        found = {name: column[order] for name, column in found.items()}
    return Network(
        id=found["id"],
        number=found["number"],
        sponsor_id=found["sponsor_id"],
        joined_at=found["joined"].astype("datetime64[us]"),
        standing=found["standing"].astype(np.int8),
        career=found["career"],
        ranks=ranks,
    )


def _sponsors(until: datetime | None) -> tuple[str, str, list[Any]]:
    """SQL for the sponsor, what it is joined with, and its parameters."""
    later = (
        Sponsorship.objects.filter(moved=True, starts_at__gte=until) if until else Sponsorship.objects.none()
    )
    if until is None or not later.exists():
        return "sponsor_id", "", []
    moment = connection.ops.adapt_datetimefield_value(until.astimezone(UTC))
    joined = (
        f"LEFT JOIN {HISTORY} s ON s.distributor_id = d.id AND s.starts_at < %s "
        "AND (s.ends_at IS NULL OR s.ends_at >= %s)"
    )
    return "CASE WHEN s.id IS NULL THEN d.sponsor_id ELSE s.sponsor_id END", joined, [moment, moment]


def first_sponsors(*, ids: Ints) -> Ints:
    """The keys of those with whom these people joined, in the order of `ids`; NOBODY for roots."""
    found = tables.read(
        query=f"SELECT s.distributor_id, COALESCE(s.sponsor_id, {NOBODY}) FROM {HISTORY} s JOIN "  # noqa: S608
        f"(SELECT distributor_id, MIN(starts_at) AS began FROM {HISTORY} GROUP BY distributor_id) f "
        "ON f.distributor_id = s.distributor_id AND f.began = s.starts_at",
        shape={"person": "int", "sponsor": "int"},
    )
    return np.append(found["sponsor"], NOBODY)[places(of=ids, among=found["person"])]
