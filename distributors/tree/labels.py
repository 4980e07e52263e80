"""Labels in order, with room between them.

Each tree is one ordered list of 2n labels (everybody's lft and rght) in 1 .. 2**62. Where the room before a
label is used up, the labels of the smallest aligned range of 2**i around it that is not too dense are spread
evenly over that range. The allowed density of a range falls with its size as DENSITY**-i, which makes
spreading rare and small: O(log n) labels per insertion, amortised (Bender, Cole, Demaine, Farach-Colton and
Zito, "Two simplified algorithms for maintaining order in a list", 2002).
"""

import math

from django.db import connection

BITS = 62
TOP = 1 << BITS
# Between 1 and 2. Lower leaves more room after each spread and fits more people: (2/1.4)**62 labels.
DENSITY = 1.4
SMALLEST_RANGE = 4


class TreeFull(RuntimeError):
    """More labels than 2**62 can hold at the allowed density: two thousand million people in one tree.

    Never before, in whatever order they join: the widest range is the whole tree, and it alone decides.
    """


def greatest_below(*, table: str, tree_id: int, label: int) -> int:
    """The label that stands right before this one; 0 before the first."""
    sql = f"""SELECT max(found) FROM (
        SELECT * FROM (SELECT lft AS found FROM {table}
                       WHERE tree_id = %s AND lft < %s ORDER BY tree_id DESC, lft DESC LIMIT 1) AS starts
        UNION ALL
        SELECT * FROM (SELECT rght FROM {table}
                       WHERE tree_id = %s AND rght < %s ORDER BY tree_id DESC, rght DESC LIMIT 1) AS ends
    ) AS labels"""  # noqa: S608
    return _number(sql, [tree_id, label, tree_id, label])


def comfortable(labels: int) -> int:
    """How wide a gap should be for so many labels: no denser than a range of their number may be.

    A team that filled its gap to the last label would have to be spread again by the first who joins in it.
    """
    bits = int(math.log(labels, 2 / DENSITY))
    return int(labels * DENSITY**bits)


def with_last_gap(*, table: str, place_id: int) -> tuple[int, int, int, int, int] | None:
    """(lft, rght, tree_id, level) of a place, and the label that stands right before its rght, in one statement:
    while somebody joins, everybody else waits."""
    nearest = f"""SELECT {{label}} FROM {table} WHERE tree_id = place.tree_id AND {{label}} < place.rght
        ORDER BY tree_id DESC, {{label}} DESC LIMIT 1"""  # noqa: S608
    sql = f"""SELECT lft, rght, tree_id, level, ({nearest.format(label="lft")}), ({nearest.format(label="rght")})
        FROM {table} place WHERE id = %s"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [place_id])
        row = cursor.fetchone()
    return (*row[:4], max(row[4], row[5] or 0)) if row else None


def make_room(*, table: str, tree_id: int, label: int, extra: int) -> None:
    """Spreads the labels around `label` so that at least `extra` more fit right before it. Raises TreeFull.

    Moves labels, perhaps also the given one: read it again afterwards.
    """
    for bits in range(SMALLEST_RANGE, BITS + 1):
        start, width = label >> bits << bits, 1 << bits
        held = _held(table, tree_id, start, start + width)
        if held + extra <= (2 / DENSITY) ** bits:
            step = width // (held + extra)
            within, first = (start, start + width), start + step // 2
            _spread(table, tree_id, within, first=first, step=step, hole=(label, extra))
            return
    raise TreeFull(f"Tree {tree_id} has no room for {extra} more labels")


def _held(table: str, tree_id: int, start: int, end: int) -> int:
    sql = f"""SELECT (SELECT count(*) FROM {table} WHERE tree_id = %s AND lft >= %s AND lft < %s)
                   + (SELECT count(*) FROM {table} WHERE tree_id = %s AND rght >= %s AND rght < %s)"""  # noqa: S608
    return _number(sql, [tree_id, start, end] * 2)


def _spread(
    table: str, tree_id: int, within: tuple[int, int], *, first: int, step: int, hole: tuple[int, int]
) -> None:
    """One UPDATE: the n-th label of the range becomes first + n * step; the hole counts as labels before
    hole[0].
    """
    sql = f"""WITH label AS (
            SELECT id, lft AS old, 0 AS is_end FROM {table} WHERE tree_id = %s AND lft >= %s AND lft < %s
            UNION ALL
            SELECT id, rght, 1 FROM {table} WHERE tree_id = %s AND rght >= %s AND rght < %s
        ), placed AS (
            SELECT id, is_end, %s + %s * (row_number() OVER (ORDER BY old) - 1
                                          + CASE WHEN old >= %s THEN %s ELSE 0 END) AS new FROM label
        ), person AS (
            SELECT id, max(CASE WHEN is_end = 0 THEN new END) AS lft,
                       max(CASE WHEN is_end = 1 THEN new END) AS rght
            FROM placed GROUP BY id
        )
        UPDATE {table} SET lft = coalesce(person.lft, {table}.lft), rght = coalesce(person.rght, {table}.rght)
        FROM person WHERE person.id = {table}.id"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [tree_id, *within, tree_id, *within, first, step, *hole])


def _number(sql: str, params: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0] or 0)
