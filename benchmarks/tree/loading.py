"""The network in the peers' tables, with the values their libraries would have written, by COPY."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models

from benchmarks.tree.network import Network
from benchmarks.tree.peers.models import Adjacent, Dense, NestedSet, Path
from common.operations import bulk

JOINED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def load(network: Network) -> None:
    """Fills all four tables and lets PostgreSQL look at them."""
    one = [1] * len(network)
    parents = [at + 1 if at >= 0 else None for at in network.parent.tolist()]
    lft, rght, level = (network.enter + 1).tolist(), (network.leave + 1).tolist(), network.level.tolist()
    depth = (network.level + 1).tolist()
    paths, children = _paths(network)
    _fill(
        Dense,
        ("parent_id", "lft", "rght", "level", "tree_id"),
        zip(parents, lft, rght, level, one, strict=True),
    )
    _fill(NestedSet, ("lft", "rgt", "depth", "tree_id"), zip(lft, rght, depth, one, strict=True))
    _fill(Path, ("path", "depth", "numchild"), zip(paths, depth, children, strict=True))
    _fill(Adjacent, ("parent_id",), zip(parents, strict=True))


def _paths(network: Network) -> tuple[list[str], list[int]]:
    """django-treebeard's path of everybody, and how many they sponsor."""
    paths, children = [""] * len(network), [0] * len(network)
    text = [Path._int2str(n).rjust(Path.steplen, Path.alphabet[0]) for n in range(40_000)]
    paths[0] = text[1]
    parent = network.parent.tolist()
    for positions in network.by_level[1:]:
        for at in positions.tolist():
            above = parent[at]
            children[above] += 1
            paths[at] = paths[above] + text[children[above]]
    return paths, children


def _fill(model: type[models.Model], names: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> None:
    table = model._meta.db_table
    bulk.insert_into(table=table, columns=("id", "number", "joined_at", *names), rows=_rows(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
        cursor.execute(f"VACUUM ANALYZE {table}")


def _rows(values: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for at, own in enumerate(values):
        yield (at + 1, f"N{at + 1}", JOINED, *own)
