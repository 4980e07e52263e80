"""Everybody's bonuses, in the order in which they need each other: lines, items, what the next period starts with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from commissions.core import groups, holds, most, rounding
from commissions.core.bonuses import amount, guarantee, once, pair, pool, walk
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, in_order, joined, rows_of
from commissions.core.lines import items_of, lines_of, sums
from commissions.core.result import Items, Kind, Lines
from commissions.core.terms import Amount, Bonus, Guarantee, Once, Pair, Pool, Walk
from commissions.core.values import bounded_total

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Payment:
    """What a period pays, and what it leaves to the next one."""

    lines: Lines
    items: Items
    carry: Mapping[str, Ints]
    given: Mapping[str, Ints]
    held: Mapping[str, holds.Waiting]
    pools: Mapping[str, int]
    funds: Mapping[str, int]
    kept: Mapping[str, int]
    shares: Mapping[str, Ints]
    new_positions: Mapping[str, Ints]


def pay(board: Board) -> Payment:
    """Computes every bonus of the plan, then its group rules."""
    till = _Till(board)
    for at in till.order():
        till.compute(at)
    return till.payment()


def offsets(bonus: Bonus) -> bool:
    """Whether the lines of a bonus may be negative."""
    gap = bonus.how.difference if isinstance(bonus.how, Walk) else None
    return gap is not None and gap.negative_gap == "offsets_other_legs"


def _never_below_nothing(items: Ints) -> Lines:
    """What brings an item that its legs offset to less than nothing back to nothing."""
    who = np.flatnonzero(items < 0)
    return rows_of(kind=Kind.MOST, beneficiary=who, whole=-items[who])


@dataclass
class _Till:
    """What has been computed so far."""

    board: Board
    found: dict[int, Found] = field(default_factory=dict)
    bulk: dict[int, Found] = field(default_factory=dict)  # those with lines in bulk
    rows: dict[int, list[Lines]] = field(default_factory=dict)
    before_caps: dict[int, Ints] = field(default_factory=dict)  # per person, what is held taken out
    items: dict[int, Ints] = field(default_factory=dict)  # per person, where somebody else needs them
    held: dict[str, holds.Waiting] = field(default_factory=dict)
    shares: dict[str, Ints] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    @property
    def bonuses(self) -> tuple[Bonus, ...]:
        """The plan's, in the document's order."""
        return self.board.plan.bonuses

    def order(self) -> list[int]:
        """Each bonus after those it needs; a match on what somebody keeps, after the guarantees of it too."""
        found: list[int] = []

        def need(at: int) -> None:
            if at in found:
                return
            how = self.bonuses[at].how
            if isinstance(how, Walk) and how.source == "earnings" and how.taken == "after_caps":
                for other in self._guarantees(how):
                    need(self._index(self.bonuses[other].how.of))  # type: ignore[union-attr]
                    need(other)
            found.append(at)

        for at in self.board.plan.bonus_order:
            need(at)
        return found

    def compute(self, at: int) -> None:
        """One bonus: its lines, then the most of it, what waits, and what is released."""
        bonus, rows = self.bonuses[at], []
        found = self._shape(bonus)
        self.found[at] = replace(found, bulk=None, rows=None)
        if isinstance(bonus.how, Walk) and bonus.how.pays_in == "shares":
            self.shares[bonus.name] = self._rounded(found)
            self.rows[at], self.items[at] = [], np.zeros(len(self.board), np.int64)
            return
        if found.bulk is not None and len(found.bulk.source):
            self.bulk[at] = found
        kept = found.kept[0] if bonus.hold is None else 0
        if isinstance(bonus.how, Guarantee):
            self.items[at] = self.before_caps[at] = self._rounded(found)
        elif self._looks_at_items(at):
            items = self._rounded(found)
            self.before_caps[at] = np.maximum(items, 0)
            if bonus.most is not None:
                rows.append(most.over(bonus.most, self.board, found, items))
                kept -= int(rows[-1].whole.sum())
                items = items.copy()
                np.add.at(items, rows[-1].beneficiary, rows[-1].whole)
            if offsets(bonus):
                rows.append(_never_below_nothing(items))
                items = np.maximum(items, 0)
            if bonus.hold is not None:
                settled = holds.settle(bonus, bonus.hold, self.board, items)
                kept += settled.lapsed
                self.before_caps[at] = np.where(settled.items == items, self.before_caps[at], 0)
                items, self.held[bonus.name] = settled.items, settled.waiting
                rows += settled.lines
            self.items[at] = items
            rows = [in_order(joined(rows))]
        own = [] if found.rows is None else [found.rows]
        for part in own:
            bounded_total(part.whole)
        self.rows[at] = [replace(part, bonus=np.full(len(part), at)) for part in own + rows]
        if kept:
            self.kept[bonus.name] = kept

    def payment(self) -> Payment:
        """The end of it: group rules, lines in order, items, state."""
        board, names = self.board, [bonus.name for bonus in self.bonuses]
        found = [self.found[at] for at in range(len(names))]
        standing = {at: self._with_released(at) for at in self.items}
        cut = groups.apply(board, standing) if board.plan.group_rules else joined([])
        rows = joined([part for at in range(len(names)) for part in self.rows[at]] + [cut])
        lines = lines_of(board, self.bulk, rows)
        return Payment(
            lines=lines,
            items=items_of(lines, board.plan.ledger.round),
            carry={name: one.carry for name, one in zip(names, found, strict=True) if one.carry is not None},
            given={name: one.given for name, one in zip(names, found, strict=True) if one.given is not None},
            held=self.held,
            pools={name: one.pool for name, one in zip(names, found, strict=True) if one.pool},
            funds={name: one.fund for name, one in zip(names, found, strict=True) if one.fund is not None},
            kept=self.kept,
            shares=self.shares,
            new_positions=self._new_positions(found),
        )

    def _shape(self, bonus: Bonus) -> Found:
        board = self.board
        match bonus.how:
            case Walk() as how:
                return walk.lines(bonus, how, board, self._earned(how) if how.source == "earnings" else None)
            case Amount() as how:
                return amount.lines(bonus, how, board)
            case Once() as how:
                return once.lines(bonus, how, board)
            case Pair() as how:
                return pair.lines(bonus, how, board)
            case Pool() as how:
                return pool.lines(bonus, how, board, self.shares.get(how.shares_of))
            case Guarantee() as how:
                return guarantee.lines(bonus, how, board, self._with_released(self._index(how.of)))

    def _earned(self, how: Walk) -> Ints:
        """What everybody earned of the bonuses that a match looks at."""
        taken = self.items if how.taken == "after_caps" else self.before_caps
        bonuses = [self._index(name) for name in how.on]
        if how.taken == "after_caps":
            bonuses += self._guarantees(how)
        found: Ints = sum((taken[at] for at in bonuses), np.zeros(len(self.board), np.int64))
        return found

    def _guarantees(self, how: Walk) -> list[int]:
        """The guarantees of the bonuses that a match looks at, unless it names them itself."""
        return [
            at
            for at, bonus in enumerate(self.bonuses)
            if isinstance(bonus.how, Guarantee) and bonus.how.of in how.on and bonus.name not in how.on
        ]

    def _looks_at_items(self, at: int) -> bool:
        bonus = self.bonuses[at]
        return bonus.hold is not None or bonus.most is not None or offsets(bonus) or at in self._needed()

    def _needed(self) -> set[int]:
        """The bonuses whose items others look at, or a group rule."""
        names: set[str] = set()
        for bonus in self.bonuses:
            if isinstance(bonus.how, Walk) and bonus.how.source == "earnings":
                names |= {*bonus.how.on, *(self.bonuses[at].name for at in self._guarantees(bonus.how))}
            elif isinstance(bonus.how, Guarantee):
                names.add(bonus.how.of)
        for rule in self.board.plan.group_rules:
            names |= set(getattr(rule, "over", ()) or getattr(rule, "among", ()))
        return {self._index(name) for name in names}

    def _with_released(self, at: int) -> Ints:
        """The items as they stand, with what was released: as group rules and guarantees see them."""
        items = self.items[at].copy()
        for part in self.rows[at]:
            released = part.kind == Kind.RELEASED
            np.add.at(items, part.beneficiary[released], part.whole[released])
        return items

    def _rounded(self, found: Found) -> Ints:
        whole, micro = sums(self.board, found)
        return rounding.rounded_sums(whole=whole, micro=micro, how=self.board.plan.ledger.round)

    def _new_positions(self, found: list[Found]) -> dict[str, Ints]:
        """By tree: whose new positions are asked for, as often as bonuses ask for them."""
        asked: dict[str, list[Ints]] = {}
        for bonus, one in zip(self.bonuses, found, strict=True):
            if isinstance(bonus.how, Once) and one.new_positions is not None and len(one.new_positions):
                asked.setdefault(bonus.how.tree, []).append(one.new_positions)
        return {tree: np.sort(np.concatenate(parts)) for tree, parts in asked.items()}

    def _index(self, name: str) -> int:
        return next(at for at, bonus in enumerate(self.bonuses) if bonus.name == name)
