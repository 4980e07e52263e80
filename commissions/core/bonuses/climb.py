"""Walks that look at the path: generations, differences, blockers, unlimited levels.

All sources climb at once, but each goes from one person who may be paid to the next: a pointer for each place says who
that is, so that nobody who can never be paid is visited, however long the line. The pointers are of *edges*: from the
person just below the one who may be paid, who is the front-line person on the path.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board
from commissions.core.bonuses.path import EarnerGenerations, Generations, Levels, ceilings, earner_kinds
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates
from commissions.core.bonuses.sources import Sources, passes
from commissions.core.bonuses.steps import BLOCK, Steps, by_row, joined
from commissions.core.terms import UNLIMITED, Bonus, Walk

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
MOST_KINDS = 64
ENDLESS = 2**31
LARGEST_INT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Course:
    """A walk made ready to be climbed. Arrays have one element per place, and one for nobody."""

    walk: Walk
    places: Places
    rates: Rates
    sources: Sources
    start: Ints  # the place of each source
    own: Bools  # who may be paid on their own sales …
    may: Bools  # … and who on those of others
    levels: Levels | Generations | EarnerGenerations
    lowest: Ints  # ceilings
    begin: Ints  # where the climb begins
    target: Ints  # the next place that may be paid …
    via: Ints  # … and the place just below it on the path
    rate: Ints | None  # when it depends on the person alone
    block: Ints  # the rate that each place takes away from those above, when rates depend on the person alone
    blocks: Bools  # who takes a rate away
    records: bool  # targets are the next higher rate: the one before is the highest below
    jumps: Ints | None  # after being paid: where to go on, when each generation is paid once

    @property
    def pays_gaps_alone(self) -> bool:
        """Whether only who has a higher rate than the blocker matters, for nobody takes a step without being paid."""
        gap = self.walk.difference
        return (
            gap is not None
            and gap.negative_gap == "zero_per_leg"
            and self.walk.each_step_pays != "first_earner"
        )

    @property
    def looks_down(self) -> bool:
        """Whether everybody on the path matters, so that nobody may be jumped over."""
        return self.walk.difference is not None and self.walk.difference.who_blocks == "highest_on_path"


def climb(bonus: Bonus, walk: Walk, board: Board, places: Places, rates: Rates, sources: Sources) -> Steps:
    """The steps that earners are paid."""
    treated = board.treated(bonus)
    may = (treated & passes(walk, board))[places.owner]
    return _climb(walk, board, places, rates, sources, may, treated)


def unearned(bonus: Bonus, walk: Walk, board: Board, places: Places, rates: Rates, sources: Sources) -> Steps:
    """The steps of those who fail the gate alone; of walks in which everybody above every sale need not be visited."""
    gap = walk.difference
    if gap is None:
        visits = walk.counts == "levels" and walk.last != UNLIMITED
    else:
        visits = (
            gap.blockers == "everyone"
            and gap.negative_gap == "zero_per_leg"
            and gap.who_blocks != "seller_only"
        )
    once = walk.each_step_pays == "first_earner" or walk.compression == "skip_not_entitled_at_level"
    if not visits or once:
        return joined([])
    treated = board.treated(bonus)
    may = (~treated & passes(walk, board))[places.owner]
    return _climb(walk, board, places, rates, sources, may, treated)


def _climb(
    walk: Walk, board: Board, places: Places, rates: Rates, sources: Sources, may: Bools, treated: Bools
) -> Steps:
    start = places.first[sources.origin]
    steady = np.append(rates.of_people()[places.owner], 0) if rates.steady else None
    if steady is not None:
        may = may & (steady[:-1] != 0)
    everyone = walk.difference is not None and walk.difference.blockers == "everyone"
    blocks = np.append(treated[places.owner] | everyone, False)
    block = np.zeros(places.nobody + 1, np.int64) if steady is None else np.where(blocks, steady, 0)
    levels = Levels(walk, board, places)
    course = Course(
        walk=walk,
        places=places,
        rates=rates,
        sources=sources,
        start=start,
        own=np.append(may, False),
        may=np.append(may, False),
        levels=levels,
        lowest=ceilings(walk, board, places, levels),
        begin=np.arange(places.nobody + 1),
        target=start,
        via=start,
        rate=steady,
        block=block,
        blocks=blocks,
        records=False,
        jumps=None,
    )
    rows = np.flatnonzero(start < places.nobody)
    parts = [_run(course, rows) for course, rows in _variants(course, board, rows)]
    return parts[0] if len(parts) == 1 else by_row(joined(parts))


def _variants(course: Course, board: Board, rows: Ints) -> list[tuple[Course, Ints]]:
    """The courses that together are the walk: one for each kind of earner, or of seller, with pointers of its own."""
    walk, places = course.walk, course.places
    if walk.counts != "generations":
        return _by_seller(course, rows)
    kinds = earner_kinds(walk, board, places, course.may[:-1])
    if len(kinds) > 1 and walk.each_step_pays == "first_earner":
        return [
            (_towards(replace(course, levels=EarnerGenerations(walk, board, places, course.may[:-1]))), rows)
        ]
    found = []
    for may, leader in kinds:
        levels = Generations(walk, places, leader)
        mine = replace(course, own=np.append(may, False), may=np.append(may, False), levels=levels)
        if not course.looks_down:
            jumps = levels.leader if walk.each_step_pays == "first_earner" else None
            mine = replace(mine, begin=levels.begin(walk.first), jumps=jumps)
        found += _by_seller(mine, rows)
    return found


def _by_seller(course: Course, rows: Ints) -> list[tuple[Course, Ints]]:
    """Where the seller's own rate is subtracted: a course for each such rate, to whoever has a higher one."""
    gap = course.walk.difference
    if gap is None or gap.who_blocks != "seller_only" or course.rate is None or not course.pays_gaps_alone:
        return [(_towards(course), rows)]
    of_row = course.block[course.start[rows]]
    values = np.unique(of_row)
    if len(values) > MOST_KINDS:
        return [(_towards(course), rows)]
    return [
        (_towards(replace(course, may=course.may & (course.rate > value))), rows[of_row == value])
        for value in values.tolist()
    ]


def _towards(course: Course) -> Course:
    """A course with its pointers."""
    places, gap, rate = course.places, course.walk.difference, course.rate
    parent, may = places.parent, course.may
    pays = may[parent]
    if gap is not None and gap.who_blocks == "highest_on_path":
        if rate is None:
            pays = np.ones(places.nobody + 1, bool)
        elif course.pays_gaps_alone:
            higher = _records(places, course.block)
            return replace(course, target=higher, via=higher, records=True)
        else:
            pays = pays | (course.block[parent] > 0)
    elif gap is not None and gap.who_blocks == "front_line" and rate is not None and course.pays_gaps_alone:
        pays = pays & (rate[parent] > course.block)
    via = places.at_or_above(pays[:-1] & (parent[:-1] < places.nobody))
    return replace(course, target=parent[via], via=via)


def _records(places: Places, block: Ints) -> Ints:
    """Of each place: the nearest one above with a higher rate."""
    found = np.full(places.nobody + 1, places.nobody)
    for level in places.network.levels[1:]:
        rows = np.arange(places.nobody)[level]
        next_up = places.parent[rows]
        open_rows = np.arange(len(rows))
        while len(open_rows):
            here = next_up[open_rows]
            lower = (here < places.nobody) & (block[here] <= block[rows[open_rows]])
            open_rows = open_rows[lower]
            next_up[open_rows] = found[next_up[open_rows]]
        found[rows] = next_up
    return found


def _run(course: Course, rows: Ints) -> Steps:
    blocks = [_block(course, rows[at : at + BLOCK]) for at in range(0, len(rows), BLOCK)]
    return joined(blocks)


def _block(course: Course, rows: Ints) -> Steps:
    """The paid steps of a block of sources, one hop upwards at a time."""
    hop = _Hop(course, rows)
    parts = [hop.own()]
    while hop.move():
        parts.append(hop.pay())
    return by_row(joined(parts))


class _Hop:
    """Where each source of a block is, and what it has met. Sources that have nobody above are dropped."""

    def __init__(self, course: Course, rows: Ints) -> None:
        self.course, self.walk, self.row = course, course.walk, rows
        self.start = course.start[rows]
        self.below = course.begin[self.start]  # the last place that was met
        self.place = self.via = self.below
        self.level = np.zeros(len(rows), np.int64)
        # Levels used up, where only who is entitled to one uses it up; those before the first are used up by anybody.
        self.used = np.full(len(rows), max(self.walk.first, 1) - 1)
        self.entitled = self.walk.compression == "skip_not_entitled_at_level"
        self.last = self.walk.last if self.walk.last != UNLIMITED else ENDLESS
        gap = self.walk.difference
        self.blocked_by = "" if gap is None else gap.who_blocks
        self.least = 1 if gap is None or gap.negative_gap == "zero_per_leg" else -LARGEST_INT
        self.highest = self._blocks(self.start) if course.looks_down else self.start
        self.taken = self._nothing_taken()

    def own(self) -> Steps:
        """Level 0: the sellers themselves, where they are paid."""
        walk, course = self.walk, self.course
        if walk.counts == "nothing":
            pays = walk.own_volume == "pays_seller"
        else:
            pays = walk.first == 0 and (walk.counts == "levels" or walk.own_volume == "pays_seller")
        if not pays:
            return joined([])
        rate = self._rates(self.start)
        paid = np.flatnonzero(course.own[self.start] & (rate != 0))
        steps = Steps(self.row[paid], self.start[paid], self.level[paid], rate[paid])
        # Where a generation starts at the earner, nobody above is in the seller's own.
        if self.taken is not None or walk.convention == "starts_at_leader":
            self._take(paid, self.start)
        return steps

    def move(self) -> bool:
        """To the next place that may be paid. Whether anybody is left."""
        course = self.course
        self.place, self.via = course.target[self.below], course.via[self.below]
        there = self.place < course.places.nobody
        self._keep(there & (course.places.depth[self.place] >= course.lowest[self.start]))
        self.level = self.used + 1 if self.entitled else course.levels(self.place, self.start)
        if not isinstance(course.levels, EarnerGenerations):
            self._keep(self.level <= self.last)
        return len(self.row) > 0

    def pay(self) -> Steps:
        """The steps paid where the sources are now."""
        course, depth = self.course, self.course.places.depth
        rate = self._rates(self.place)
        gap = rate - self._subtracted()
        takes = course.may[self.place] & (rate != 0)
        takes &= (self.level >= self.walk.first) & (self.level <= self.last)
        if self.entitled:
            takes &= depth[self.start] - depth[self.place] >= self.walk.first
            self.used = self.used + takes
        if self.taken is not None:
            takes &= ~self.taken[np.arange(len(takes)), np.minimum(self.level, self.taken.shape[1] - 1)]
        if course.looks_down and not course.records:
            self.highest = np.maximum(self.highest, self._blocks(self.place))
        self.below = self.place
        self._take(np.flatnonzero(takes), self.place)
        found = np.flatnonzero(takes & (gap != 0) & (gap >= self.least))
        return Steps(self.row[found], self.place[found], self.level[found], gap[found])

    def _rates(self, place: Ints) -> Ints:
        if self.course.rate is not None:
            return self.course.rate[place]
        sources = self.course.sources.taken(self.row)
        return self.course.rates.at(self.course.places.owner[place], self.level, sources)

    def _blocks(self, place: Ints) -> Ints:
        """What places take away from whoever stands above them."""
        if self.course.rate is not None:
            return self.course.block[place]
        blocks = self.course.blocks[place]
        return np.where(blocks, self._rates(place), 0)

    def _subtracted(self) -> Ints | int:
        if self.blocked_by == "front_line":
            return self._blocks(self.via)
        if self.blocked_by == "seller_only":
            return self._blocks(self.start)
        if self.blocked_by == "highest_on_path":
            return self._blocks(self.below) if self.course.records else self.highest
        return 0

    def _nothing_taken(self) -> Bools | None:
        """Which generations of each source somebody took, when that cannot be told by jumping on to the next leader."""
        if self.walk.each_step_pays != "first_earner" or self.course.jumps is not None:
            return None
        counts = self.course.levels.counts
        most = min(self.last, 1 + (0 if counts is None else int(counts.max(initial=0))))
        return np.zeros((len(self.row), most + 1), bool)

    def _take(self, paid: Ints, place: Ints) -> None:
        if self.taken is not None:
            self.taken[paid, self.level[paid]] = True
        if self.course.jumps is not None:
            self.below = self.below.copy()
            self.below[paid] = self.course.jumps[place[paid]]

    def _keep(self, rows: Bools) -> None:
        if rows.all():
            return
        for name in ("row", "start", "below", "place", "via", "level", "used", "highest"):
            setattr(self, name, getattr(self, name)[rows])
        if self.taken is not None:
            self.taken = self.taken[rows]
