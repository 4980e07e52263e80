"""From what the bonuses pay to lines in their final order, and from lines to items."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core import packing, rounding
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, joined, taken
from commissions.core.columns import LARGEST_SUM
from commissions.core.result import WIDTHS, Items, Kind, Lines
from commissions.core.rounding import MILLION
from commissions.core.values import Overflowing, bounded_total, product, size_of

Ints = NDArray[np.int64]
APART = ("kind", "whole")  # the same of all lines; written where the lines stood before
# Kinds that take away or give back whole minor units of an item that is rounded already.
AFTER_ROUNDING = (Kind.GUARANTEE, Kind.MOST, Kind.GROUP, Kind.HELD, Kind.RELEASED)


def lines_of(board: Board, found: dict[int, Found], rows: Lines) -> Lines:
    """All lines, exact, in the order that result.Lines promises.

    `found`, by bonus: those with lines in bulk. They are taken out of it, for these lines are most of what a run has in
    memory. `rows` are the lines that are not in bulk, those of a bonus sorted by source or origin.
    """
    bulk = _bulk(board, found)
    if not len(rows):
        return bulk
    rows = taken(rows, _by_item(rows, board))
    if not len(bulk):
        return rows
    lines = joined([bulk, rows])
    return taken(lines, _by_item(lines, board))


def _by_item(lines: Lines, board: Board) -> Ints:
    """A stable order by beneficiary, bonus and kind."""
    of_item = lines.beneficiary.astype(np.int64) * len(board.plan.bonuses) + lines.bonus
    return np.argsort(of_item * len(Kind) + lines.kind, kind="stable")


def _bulk(board: Board, found: dict[int, Found]) -> Lines:
    """Lines of walks from sales, sorted by beneficiary, bonus, source, level and rate: each column is written once, a
    block of rows after the other."""
    heads = [(at, found[at].along, found[at].on) for at in sorted(found)]
    paid = [bulk for bulk in (found[at].bulk for at in sorted(found)) if bulk is not None]
    found.clear()
    ordered = packing.in_order(paid)
    bonuses = np.array([at for at, _, _ in heads], np.int64)
    _fits([board.volumes[on] for _, _, on in heads], ordered.highest)
    of_source, depths = _OfSource(board, heads), [board.tree_depths(along) for _, along, _ in heads]
    columns = {name: np.empty(len(ordered), width) for name, width in _widths(ordered, depths).items()}
    columns["whole"] = ordered.room()
    for start in range(0, len(ordered), packing.BLOCK):
        rows = slice(start, start + packing.BLOCK)
        block = ordered.block(rows)
        base, seller, depth = of_source.of(block.which, block.source)
        whole, micro = rounding.exact(base=base, rate_ppm=block.rate)
        values = {
            "bonus": bonuses[block.which], "beneficiary": block.beneficiary, "source": block.source,
            "level": block.level, "depth": depth - _looked_up(depths, block.which, block.beneficiary),
            "base": base, "rate_ppm": block.rate, "whole": whole, "micro": micro, "origin": seller,
        }  # fmt: skip
        for name, column in columns.items():
            column[rows] = values[name]
    bounded_total(columns["whole"])
    kind = np.broadcast_to(np.asarray(Kind.SALE, WIDTHS["kind"]), (len(ordered),))
    return Lines(**columns, kind=kind)


def _widths(ordered: packing.Packed | packing.Apart, depths: list[Ints]) -> dict[str, np.dtype[Any]]:
    """How wide each column has to be: with everyday values far less than it may be."""
    deepest = max((int(depth.max(initial=0)) for depth in depths), default=0)
    largest = {"level": ordered.deepest, "depth": deepest, "rate_ppm": ordered.highest}
    narrow = {name: np.min_scalar_type(-value - 1) for name, value in largest.items()}
    return {name: narrow.get(name, np.dtype(width)) for name, width in WIDTHS.items() if name not in APART}


class _OfSource:
    """What a line takes from its order line: side by side, since lines of one beneficiary jump from sale to sale, and
    what stands together is fetched together."""

    def __init__(self, board: Board, heads: list[tuple[int, str, str]]) -> None:
        seller = board.facts.lines.seller
        volumes, trees = sorted({on for _, _, on in heads}), sorted({along for _, along, _ in heads})
        self.table = np.column_stack(
            [
                seller,
                *(board.volumes[on] for on in volumes),
                *(board.tree_depths(tree)[seller] for tree in trees),
            ]
        )
        self.volume = np.array([1 + volumes.index(on) for _, _, on in heads], np.int64)
        self.depth = np.array([1 + len(volumes) + trees.index(tree) for _, tree, _ in heads], np.int64)

    def of(self, which: Ints, source: Ints) -> tuple[Ints, Ints, Ints]:
        """(base, seller, how deep the seller stands) of each line."""
        flat, start = self.table.ravel(), source * self.table.shape[1]
        return flat[start + self.volume[which]], flat[start], flat[start + self.depth[which]]


def _fits(volumes: list[Ints], highest: int) -> None:
    """Refuses products that leave 64 bits: volumes and rates far larger than any in use. Raises Overflowing."""
    largest = max([size_of(values) for values in volumes], default=0)
    if (largest // MILLION + 1) * highest > LARGEST_SUM:
        raise Overflowing(f"{largest} × {highest} is too large for exact arithmetic")


def _looked_up(tables: list[Ints], which: Ints, at: Ints) -> Ints:
    """tables[which][at] of each row."""
    if all(table is tables[0] for table in tables):
        return tables[0][at]
    found = np.empty(len(at), np.int64)
    for table, values in enumerate(tables):
        mine = which == table
        found[mine] = values[at[mine]]
    return found


def sums(board: Board, found: Found) -> tuple[Ints, Ints]:
    """What one bonus pays each person, exact and not yet rounded: whole minor units, and millionths."""
    whole, micro = np.zeros(len(board), np.int64), np.zeros(len(board), np.int64)
    if found.bulk is not None:
        bulk = found.bulk
        units, parts = product(board.volumes[found.on][bulk.source], bulk.rate_ppm)
        bounded_total(units)
        np.add.at(whole, bulk.beneficiary, units)
        np.add.at(micro, bulk.beneficiary, parts)
    if found.rows is not None:
        bounded_total(found.rows.whole)
        np.add.at(whole, found.rows.beneficiary, found.rows.whole)
        np.add.at(micro, found.rows.beneficiary, found.rows.micro)
    return rounding.carried(whole=whole, micro=micro)


def items_of(lines: Lines, how: str) -> Items:
    """Sums of lines per person and bonus, rounded once (docs/money.md). What is taken away or given back afterwards is
    whole, and is not rounded again."""
    if not len(lines):
        empty = np.empty(0, np.int64)
        return Items(empty, empty, empty, empty)
    new = lines.beneficiary[1:] != lines.beneficiary[:-1]
    new |= lines.bonus[1:] != lines.bonus[:-1]
    starts = np.flatnonzero(np.concatenate(([True], new)))
    after = np.isin(lines.kind, AFTER_ROUNDING) if lines.kind.any() else None
    earned = lines.whole if after is None else np.where(after, 0, lines.whole)
    whole = np.add.reduceat(earned, starts)
    micro = np.add.reduceat(lines.micro, starts, dtype=np.int64)
    amount = rounding.rounded_sums(whole=whole, micro=micro, how=how)
    if after is not None:
        amount = amount + np.add.reduceat(lines.whole - earned, starts)
    count = np.diff(np.append(starts, len(lines)))
    kept = amount != 0
    who, which = (column[starts][kept].astype(np.int64) for column in (lines.beneficiary, lines.bonus))
    return Items(who, which, amount[kept], count[kept])
