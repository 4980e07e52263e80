"""From what the bonuses pay to lines in their final order, and from lines to items."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, Paid, joined, taken
from commissions.core.columns import LARGEST_SUM
from commissions.core.result import Items, Kind, Lines
from commissions.core.rounding import MILLION
from commissions.core.values import Overflowing, bounded_total, product, size_of

Ints = NDArray[np.int64]
SIXTEEN_BITS = np.uint16
BLOCK = 1 << 18
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
    of_item = (lines.beneficiary * len(board.plan.bonuses) + lines.bonus) * len(Kind) + lines.kind
    return np.argsort(of_item, kind="stable")


def _bulk(board: Board, found: dict[int, Found]) -> Lines:
    """Lines of walks from sales, sorted by beneficiary, bonus, source and level. Each walk's are sorted by source and
    level already."""
    heads = [(at, found[at].along, found[at].on) for at in sorted(found)]
    paid = [bulk for bulk in (found[at].bulk for at in sorted(found)) if bulk is not None]
    found.clear()
    beneficiary = _joined([bulk.beneficiary for bulk in paid])
    source, which, level, rate = _sorted(paid, _by_person(beneficiary))
    people = len(board)
    beneficiary = np.repeat(np.arange(people), np.bincount(beneficiary, minlength=people))
    volumes = [board.volumes[on] for _, _, on in heads]
    _fits(volumes, rate)
    base = _looked_up(volumes, which, source)
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    bounded_total(whole)
    seller = board.facts.lines.seller[source]
    depths = {along: board.tree_depths(along) for _, along, _ in heads}
    trees = [depths[along] for _, along, _ in heads]
    same = [trees[0]] if len(depths) == 1 else trees
    depth = np.empty(len(source), np.int64)
    for start in range(0, len(source), BLOCK):
        rows = slice(start, start + BLOCK)
        depth[rows] = _looked_up(same, which[rows], seller[rows])
        depth[rows] -= _looked_up(same, which[rows], beneficiary[rows])
    bonuses = [at for at, _, _ in heads]
    return Lines(
        bonus=which if bonuses == list(range(len(heads))) else np.array(bonuses, np.int64)[which],
        beneficiary=beneficiary,
        source=source,
        level=level,
        depth=depth,
        base=base,
        rate_ppm=rate,
        whole=whole,
        micro=micro,
        kind=np.broadcast_to(np.int64(Kind.SALE), len(source)),
        origin=seller,
    )


def _fits(volumes: list[Ints], rate: Ints) -> None:
    """Refuses products that leave 64 bits: volumes and rates far larger than any in use. Raises Overflowing."""
    largest, highest = max([size_of(values) for values in volumes], default=0), size_of(rate)
    if (largest // MILLION + 1) * highest > LARGEST_SUM:
        raise Overflowing(f"{largest} × {highest} is too large for exact arithmetic")


def _sorted(paid: list[Paid], order: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """(source, which of the bonuses, level, rate) of the lines in this order. Lets go of `paid` as soon as it can.

    Sorting millions of lines is a walk through memory at random; so it is done once and not for each column, unless
    they do not fit in one number.
    """
    pack = _Pack(paid)
    if pack.fits:
        packed = np.empty(len(order), np.int64)
        ends = np.cumsum([len(bulk.source) for bulk in paid])
        for at, (bulk, end) in enumerate(zip(paid, ends, strict=True)):
            packed[end - len(bulk.source) : end] = pack.packed(at, bulk)
        paid.clear()
        return pack.unpacked(packed[order])
    which = np.repeat(np.arange(len(paid)), [len(bulk.source) for bulk in paid])
    source, level, rate = (
        _joined([getattr(bulk, name) for bulk in paid])[order] for name in ("source", "level", "rate_ppm")
    )
    return source, which[order], level, rate


class _Pack:
    """Source, rate, level and bonus of a line in one number, as many bits for each as its largest value has."""

    def __init__(self, paid: list[Paid]) -> None:
        names = ("source", "rate_ppm", "level")
        # A difference may be negative where legs offset each other.
        self.least = min([0, *(int(bulk.rate_ppm.min()) for bulk in paid)])
        most = [max([int(getattr(bulk, name).max()) for bulk in paid], default=0) for name in names]
        most[1] -= self.least
        self.bits = [value.bit_length() for value in (*most, max(0, len(paid) - 1))]
        self.fits = sum(self.bits) < 64

    def packed(self, which: int, paid: Paid) -> Ints:
        """One number for each line of one of the bonuses."""
        _, rate, level, bonus = self.bits
        found = paid.source << rate | (paid.rate_ppm - self.least)
        return (found << level | paid.level) << bonus | which

    def unpacked(self, packed: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """(source, which, level, rate)."""
        _, rate, level, bonus = self.bits
        which, packed = packed & ((1 << bonus) - 1), packed >> bonus
        levels, packed = packed & ((1 << level) - 1), packed >> level
        return packed >> rate, which, levels, (packed & ((1 << rate) - 1)) + self.least


def _looked_up(tables: list[Ints], which: Ints, at: Ints) -> Ints:
    """tables[which][at] of each row; some rows at a time, so that what is in between is never as long as the lines."""
    if len(tables) == 1:
        return tables[0][at]
    found = np.empty(len(at), np.int64)
    for start in range(0, len(at), BLOCK):
        rows = slice(start, start + BLOCK)
        for table, values in enumerate(tables):
            mine = which[rows] == table
            found[rows][mine] = values[at[rows][mine]]
    return found


def _joined(columns: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *columns])


def _by_person(beneficiary: Ints) -> Ints:
    """A stable order by beneficiary, by sixteen bits at a time: numpy sorts those by counting, several times faster
    than it compares 64 bits."""
    order = np.argsort(beneficiary.astype(SIXTEEN_BITS), kind="stable")
    rest = beneficiary >> 16
    while rest.any():
        order = order[np.argsort(rest.astype(SIXTEEN_BITS)[order], kind="stable")]
        rest >>= 16
    return order


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
    whole, micro = np.add.reduceat(earned, starts), np.add.reduceat(lines.micro, starts)
    amount = rounding.rounded_sums(whole=whole, micro=micro, how=how)
    if after is not None:
        amount = amount + np.add.reduceat(lines.whole - earned, starts)
    count = np.diff(np.append(starts, len(lines)))
    kept = amount != 0
    return Items(lines.beneficiary[starts][kept], lines.bonus[starts][kept], amount[kept], count[kept])
