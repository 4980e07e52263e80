"""A pair: the two legs of each position matched against each other, and what is carried to the next period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses import places
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, rows_of
from commissions.core.columns import LARGEST_SUM
from commissions.core.result import Kind
from commissions.core.rounding import MILLION
from commissions.core.terms import NEVER, UNLIMITED, Bonus, Pair
from commissions.core.values import Overflowing, product, size_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LARGEST = 2**62
BLOCK = 1 << 15


def lines(bonus: Bonus, pair: Pair, board: Board) -> Found:
    """The lines of each position that is paid, and what every position carries."""
    where = places.of(board, pair.along)
    legs = Legs(bonus, pair, board, where)
    if not board.in_campaign(bonus):
        return Found(carry=legs.carried)
    earns = board.treated(bonus)[where.owner]
    ordinal = places.ordinals(where.owner, len(board))
    matched = _Match(pair, board, where, legs, ordinal, earns)
    paid = np.flatnonzero((matched.whole > 0) | (matched.micro > 0))
    paid = paid[np.lexsort((ordinal[paid], where.owner[paid]))]
    rows = rows_of(
        kind=Kind.PAIR,
        beneficiary=where.owner[paid],
        whole=matched.whole[paid],
        micro=matched.micro[paid],
        level=ordinal[paid],
    )
    return Found(rows=rows, carry=legs.left(matched.consumed, earns))


class Legs:
    """Of each position and slot: what is carried, by age, and what this period brought.

    A leg is never below nothing: what a return takes beyond it is forgiven. What pairs take is the oldest first.
    """

    def __init__(self, bonus: Bonus, pair: Pair, board: Board, where: places.Places) -> None:
        self.pair, size = pair, where.nobody
        shape = (size, 2, max(1, pair.carry_expires))
        self.carried = board.facts.state.carry.get(bonus.name, np.zeros(shape, np.int64))
        self.period = np.zeros((size, 2), np.int64)
        volume = board.people.words[pair.volume]
        own = np.where(where.first[where.owner] == np.arange(size), volume[where.owner], 0)
        below = np.flatnonzero(where.parent[:-1] < size)
        slot = board.facts.positions[pair.along].slot[below]
        self.period[where.parent[below], slot] = where.network.self_and_team(own)[below]
        self._place_own(board, own)
        self.total = np.maximum(self.carried.sum(axis=2) + self.period, 0)

    def _place_own(self, board: Board, own: Ints) -> None:
        """The owner's own volume counts in no leg, in the weaker one, or always in the same."""
        goes, every = self.pair.own_volume_goes_to, np.arange(len(own))
        if goes == "neither":
            return
        if goes == "weaker":
            legs = self.carried.sum(axis=2) + self.period
            slot: Ints | int = (legs[:, 0] > legs[:, 1]).astype(np.int64)
        else:
            slot = board.plan.trees[self.pair.along].slots.index(goes)
        self.period[every, slot] += own

    def left(self, consumed: Ints, earns: Bools) -> Ints:
        """What is carried on, [position, slot, age]: youngest first, the oldest used and lost first."""
        pair, ages = self.pair, self.pair.carry_expires
        gathers = earns[:, None] | (pair.when_not_qualified == "keep")
        period = np.where(gathers, self.period, 0)
        stock = np.empty((*period.shape, self.carried.shape[2] + 1), np.int64)
        stock[:, :, 0] = np.maximum(period, 0)
        stock[:, :, 1:] = self.carried
        if pair.when_not_qualified == "lose_all":
            stock[~earns] = 0
        # A negative period takes from what is carried.
        _take(stock, consumed + np.maximum(-period, 0))
        stock = stock.sum(axis=2, keepdims=True) if ages == NEVER else stock[:, :, :ages]
        if pair.carry != UNLIMITED:
            _take(stock, np.maximum(stock.sum(axis=2) - pair.carry, 0))
        return stock


def _take(stock: Ints, taken: Ints) -> None:
    """Takes so much of each leg, the oldest first: from those legs alone of which something is taken, some at a time,
    for a year of weeks is many ages."""
    position, slot = np.nonzero(taken > 0)
    for at in range(0, len(position), BLOCK):
        where = position[at : at + BLOCK], slot[at : at + BLOCK]
        legs = stock[where]
        older = np.cumsum(legs[:, ::-1], axis=1)[:, ::-1] - legs
        stock[where] = legs - np.clip(taken[where][:, None] - older, 0, legs)


@dataclass
class _Amounts:
    """What positions match, in whole pairs or in volume, before any cap."""

    unit: Ints  # pairs, or units of volume
    each: Ints  # what one of them pays: minor units, or millionths of the volume
    takes: Ints  # [position, 2]: what one of them takes of each leg


class _Match:
    """What each position is paid, and what that takes of its legs."""

    def __init__(
        self, pair: Pair, board: Board, where: places.Places, legs: Legs, ordinal: Ints, earns: Bools
    ) -> None:
        self.pair, self.by_volume = pair, pair.unit == (0, 0)
        self.found = self._found(board, where, legs, earns)
        paid = self.found.unit.copy()
        self.whole, self.micro = self._worth(paid)
        if pair.cap is not None:
            paid = self._capped(board, where.owner, ordinal, pair.cap)
        consumed = paid if pair.cap_over == "carry" else self.found.unit
        self.consumed = consumed[:, None] * self.found.takes

    def _found(self, board: Board, where: places.Places, legs: Legs, earns: Bools) -> _Amounts:
        pair, owner = self.pair, where.owner
        left_is_smaller = legs.total[:, 0] <= legs.total[:, 1]
        smaller = np.where(left_is_smaller, legs.total[:, 0], legs.total[:, 1])
        larger = np.where(left_is_smaller, legs.total[:, 1], legs.total[:, 0])
        pays = pair.pays_rate if pair.pays_per_pair is None else pair.pays_per_pair
        each = (
            np.broadcast_to(board.value(pays), (len(board),)).astype(np.int64)
            if pays is not None
            else owner * 0
        )
        each = each[owner] if pays is not None else each
        if self.by_volume:
            unit, takes = smaller, (1, 1)
        else:
            unit, takes = np.minimum(smaller // pair.unit[0], larger // pair.unit[1]), pair.takes
        if pair.pays_rate is not None:
            each = each * pair.worth // MILLION
        by_leg = np.where(left_is_smaller[:, None], np.array(takes), np.array(takes[::-1]))
        return _Amounts(np.where(earns, unit, 0), np.maximum(each, 0), by_leg)

    def _worth(self, unit: Ints) -> tuple[Ints, Ints]:
        """What so many pairs, or so much matched volume, pay."""
        if self.pair.pays_rate is None:
            if size_of(unit) * size_of(self.found.each) > LARGEST_SUM:
                raise Overflowing(f"{size_of(unit)} pairs pay more than exact arithmetic can tell")
            return unit * self.found.each, np.zeros_like(unit)
        volume = unit if self.by_volume else unit * self.pair.unit[0]
        return product(volume, self.found.each)

    def _capped(self, board: Board, owner: Ints, ordinal: Ints, cap: object) -> Ints:
        """Pairs paid under the cap. The positions of a person are asked in turn, since they may share it."""
        pair, paid = self.pair, self.found.unit.copy()
        most = np.maximum(np.broadcast_to(board.value(cap), (len(board),)).astype(np.int64), 0)  # type: ignore[arg-type]
        room = most.copy()
        for turn in range(1, int(ordinal.max(initial=0)) + 1):
            rows = np.flatnonzero(ordinal == turn)
            who = owner[rows]
            if pair.cap_per == "position":
                room = most.copy()
            if pair.cap_of == "pairs":
                paid[rows] = np.minimum(paid[rows], room[who])
                room[who] -= paid[rows]
                continue
            left = room[who]
            if pair.cap_over == "carry":
                paid[rows] = np.minimum(paid[rows], self._fitting(rows, left))
                self.whole[rows], self.micro[rows] = (side[rows] for side in self._worth(paid))
            over = self.whole[rows] >= left
            self.whole[rows] = np.where(over, left, self.whole[rows])
            self.micro[rows] = np.where(over, 0, self.micro[rows])
            # What a part of a unit was paid of is used up.
            room[who] -= self.whole[rows] + (self.micro[rows] > 0)
        if pair.cap_of == "pairs":
            self.whole, self.micro = self._worth(paid)
        return paid

    def _fitting(self, rows: Ints, left: Ints) -> Ints:
        """How many whole pairs fit under what is left of a cap of money; of volume, as much as gives it, rounded up."""
        each = self.found.each[rows]
        if self.pair.pays_rate is None:
            fits = left // np.maximum(each, 1)
        else:
            exact = left.astype(object) * MILLION  # can leave 64 bits
            whole = np.maximum(each, 1).astype(object) * (1 if self.by_volume else self.pair.unit[0])
            fits = -(-exact // whole) if self.by_volume else exact // whole
        # What pays nothing fits in any room.
        return np.where(each > 0, np.array(np.minimum(fits, LARGEST), np.int64), LARGEST)
