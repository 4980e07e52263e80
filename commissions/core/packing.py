"""Lines in bulk, in their order: each line as one number, which is quicker to sort than what it is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.found import Paid
from commissions.core.result import Narrow
from commissions.core.values import size_of

Ints = NDArray[np.int64]
BLOCK = 1 << 14  # what is in between stays in the processor's cache
DEALT = 1 << 17
SIXTEEN = 16
NARROW = 1 << 22  # how far apart rates may be to be told apart by a table


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines, in parallel. `which` of the bonuses that pay in bulk."""

    beneficiary: Ints
    which: Ints
    source: Ints
    level: Ints
    rate: Ints


class Packed:
    """Beneficiary, which of the bonuses, source, level and the place of the rate among all rates: as many bits for each
    as its largest value has. Sorting the numbers sorts the lines."""

    def __init__(self, paid: list[Paid]) -> None:
        self.rates = _different([bulk.rate_ppm for bulk in paid])
        most = [_most([getattr(bulk, name) for bulk in paid]) for name in ("beneficiary", "source", "level")]
        self.deepest = most[2]  # no level is above
        most[1:1] = [len(paid) - 1]
        self.bits = [max(0, value).bit_length() for value in (*most, len(self.rates) - 1)]
        self.fits = sum(self.bits) < 64
        self.codes, self.numbers = _Codes(self.rates), np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def highest(self) -> int:
        """No rate is further from nothing."""
        return size_of(self.rates)

    def sort(self, paid: list[Paid]) -> None:
        """Takes the lines, which are gone from the list as soon as they are not needed any more.

        They stand in order but for the beneficiary. So they are dealt out by its upper bits while they are written, and
        then sorted by its lower sixteen, which numpy does by counting.
        """
        self.numbers = np.empty(sum(len(bulk.source) for bulk in paid), np.int64)
        starts = self._starts(paid)
        ends = starts.copy()
        for at in range(len(paid)):
            bulk = paid.pop(0)
            for start in range(0, len(bulk.source), DEALT):
                self._deal(self._pack(bulk, at, slice(start, start + DEALT)), ends)
        shift = sum(self.bits[1:])
        for rows in map(slice, starts, ends):
            part = self.numbers[rows]
            part[:] = part[np.argsort((part >> shift).astype(np.uint16), kind="stable")]

    def _starts(self, paid: list[Paid]) -> Ints:
        """Where each part begins whose beneficiaries have the same upper bits."""
        counts = np.zeros(1 << max(0, self.bits[0] - SIXTEEN), np.int64)
        for bulk in paid:
            for start in range(0, len(bulk.source), DEALT):
                upper = bulk.beneficiary[start : start + DEALT] >> SIXTEEN
                counts += np.bincount(upper, minlength=len(counts))
        return np.cumsum(counts) - counts

    def _pack(self, bulk: Paid, at: int, rows: slice) -> Ints:
        _, which, source, level, rate = self.bits
        found = bulk.beneficiary[rows].astype(np.int64) << which | at
        found = (found << source | bulk.source[rows]) << level | bulk.level[rows]
        return found << rate | self.codes.of(bulk.rate_ppm[rows])

    def _deal(self, found: Ints, ends: Ints) -> None:
        """Each number behind those of its part."""
        if len(ends) == 1:
            self.numbers[ends[0] : ends[0] + len(found)] = found
            ends[0] += len(found)
            return
        upper = (found >> (sum(self.bits[1:]) + SIXTEEN)).astype(np.uint16)
        found = found[np.argsort(upper, kind="stable")]
        counts, start = np.bincount(upper, minlength=len(ends)), 0
        for part in np.flatnonzero(counts).tolist():
            end, count = int(ends[part]), int(counts[part])
            self.numbers[end : end + count] = found[start : start + count]
            ends[part], start = end + count, start + count

    def room(self) -> Ints:
        """A number for each line that may be written once the line has been read: the lines' own."""
        return self.numbers

    def block(self, rows: slice) -> Block:
        """Some of the lines."""
        left, found = self.numbers[rows], []
        for bits in reversed(self.bits):
            found.append(left & ((1 << bits) - 1))
            left = left >> bits
        rate, level, source, which, beneficiary = found
        return Block(beneficiary, which, source, level, self.rates[rate])


class Apart:
    """The same for lines that do not fit in one number: enormous numbers of them, or of different rates."""

    def __init__(self, paid: list[Paid]) -> None:
        which = np.repeat(np.arange(len(paid)), [len(bulk.source) for bulk in paid])
        beneficiary, source, level, rate = (
            np.concatenate([getattr(bulk, name) for bulk in paid]).astype(np.int64)
            for name in ("beneficiary", "source", "level", "rate_ppm")
        )
        order = np.lexsort((rate, level, source, which, beneficiary))
        self.columns = [column[order] for column in (beneficiary, which, source, level, rate)]
        self.deepest = _most([level])

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def highest(self) -> int:
        """No rate is further from nothing."""
        return size_of(self.columns[-1])

    def room(self) -> Ints:
        """A number for each line, to be written."""
        return np.empty(len(self), np.int64)

    def block(self, rows: slice) -> Block:
        """Some of the lines."""
        return Block(*(column[rows] for column in self.columns))


def in_order(paid: list[Paid]) -> Packed | Apart:
    """The lines sorted by beneficiary, bonus, source, level and rate. Empties the list."""
    packed = Packed(paid)
    if not packed.fits:
        return Apart(paid)
    packed.sort(paid)
    return packed


class _Codes:
    """The place of each rate among all that there are."""

    def __init__(self, rates: Ints) -> None:
        self.rates = rates
        self.table: Ints | None = None
        if len(rates) and rates[-1] - rates[0] < NARROW:
            self.table = np.zeros(int(rates[-1] - rates[0]) + 1, np.int64)
            self.table[rates - rates[0]] = np.arange(len(rates))

    def of(self, rates: Narrow) -> Ints:
        if self.table is None:
            return np.searchsorted(self.rates, rates)
        found: Ints = self.table[rates - self.rates[0]]
        return found


def _different(columns: list[Narrow]) -> Ints:
    """The rates that there are, sorted."""
    columns = [column for column in columns if len(column)]
    if not columns:
        return np.empty(0, np.int64)
    least = min(int(column.min()) for column in columns)
    if _most(columns) - least >= NARROW:
        return np.unique(np.concatenate([np.unique(column).astype(np.int64) for column in columns]))
    there = np.zeros(_most(columns) - least + 1, bool)
    for column in columns:
        for start in range(0, len(column), BLOCK):
            there[column[start : start + BLOCK] - least] = True
    return np.flatnonzero(there) + least


def _most(columns: list[Narrow]) -> int:
    return max((int(column.max()) for column in columns if len(column)), default=0)
