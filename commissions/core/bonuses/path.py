"""What the path from a sale upwards does to a walk: levels and generations counted, and where nobody above is paid.

Everything is a count from the root down, so that what lies between two places is a difference: nobody on the way is
visited for it.
"""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board, Step
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.sources import passes
from commissions.core.language import Word
from commissions.core.terms import Walk
from commissions.core.values import Overflowing

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
MOST_KINDS = 1_000  # of earners that a leader test may tell apart: each costs a sweep over everybody
MOST_COUNTS = 1 << 27  # a gigabyte of counts


class Levels:
    """Level = 1 + those strictly between who count; without compression, the distance in the tree."""

    def __init__(self, walk: Walk, board: Board, places: Places) -> None:
        self.places, self.counts = places, None
        if walk.counts == "levels" and walk.compression == "skip_inactive":
            self.counts = places.counted(passes(walk, board)[places.owner])

    def __call__(self, place: Ints, start: Ints) -> Ints:
        """Of each row: the level of a place strictly above a start."""
        if self.counts is None:
            return self.places.depth[start] - self.places.depth[place]
        return 1 + self.counts[self.places.parent[start]] - self.counts[place]


class Generations:
    """Leaders on the path: from the leader upwards (`starts_at_leader`) or from the earner downwards."""

    def __init__(self, walk: Walk, places: Places, leader: Bools) -> None:
        self.places, self.at_leader = places, walk.convention == "starts_at_leader"
        self.counts = places.counted(leader)
        self.leader = places.at_or_above(leader)

    def __call__(self, place: Ints, start: Ints) -> Ints:
        """Of each row: the generation of a start as seen from a place strictly above it."""
        if self.at_leader:
            return self.counts[start] - self.counts[place]
        return 1 + self.counts[self.places.parent[start]] - self.counts[place]

    def begin(self, first: int) -> Ints:
        """Of each place: where a climb may begin, because nobody below has the first generation that is paid."""
        parent, at = self.places.parent, np.arange(self.places.nobody + 1)
        if first <= 0:
            return at
        if self.at_leader:
            at = self.leader[at]
        elif first > 1:
            at = self.leader[parent[at]]
        for _ in range(min(first, self.places.nobody) - (1 if self.at_leader else 2)):
            at = self.leader[parent[at]]
        return at


class EarnerGenerations:
    """Generations whose leaders depend on the earner (title >= earner.title): one count for each kind of earner."""

    def __init__(self, walk: Walk, board: Board, places: Places, may: Bools) -> None:
        self.kind = np.zeros(places.nobody + 1, np.int64)
        kinds = earner_kinds(walk, board, places, may)
        if len(kinds) * places.nobody > MOST_COUNTS:
            raise Overflowing(f"{len(kinds)} kinds of leaders are too many for {places.nobody} people")
        for at, (among, _) in enumerate(kinds):
            self.kind[:-1][among] = at
        self.places, self.at_leader = places, walk.convention == "starts_at_leader"
        self.counts: Ints = np.array([places.counted(leader) for _, leader in kinds])

    def __call__(self, place: Ints, start: Ints) -> Ints:
        kind, counts = self.kind[place], self.counts
        below: Ints = counts[kind, start] if self.at_leader else 1 + counts[kind, self.places.parent[start]]
        return below - counts[kind, place]


def earner_kinds(walk: Walk, board: Board, places: Places, may: Bools) -> list[tuple[Bools, Bools]]:
    """(which earners, who is a leader for them) for each kind of earner that the leader test tells apart."""
    if walk.leader is None:
        return [(may, np.zeros(places.nobody, bool))]
    words = [part for part in board.asked(walk.leader) if isinstance(part, Word)]
    names = sorted({word.name for word in words if word.prefix == "earner"})
    if not names:
        return [(may, board.test(walk.leader)[places.owner])]
    among = np.flatnonzero(may)
    earners = places.owner[among]
    values = np.stack([board.people.words[name][earners].astype(np.int64) for name in names])
    _, first, kind = np.unique(values, axis=1, return_index=True, return_inverse=True)
    if len(first) > MOST_KINDS:
        raise Overflowing(f"A leader test tells {len(first)} kinds of earners apart, more than {MOST_KINDS}")
    found = []
    for at, example in enumerate(first.tolist()):
        step = Step(earner=np.full(len(board), earners[example]))
        leader = np.broadcast_to(board.value_at(walk.leader, step), (len(board),)).astype(bool)
        mine = np.zeros(places.nobody, bool)
        mine[among[kind.ravel() == at]] = True
        found.append((mine, leader[places.owner]))
    return found or [(may, np.zeros(places.nobody, bool))]


def ceilings(walk: Walk, board: Board, places: Places, levels: Levels) -> Ints:
    """Of each place: the least depth at which somebody above is still paid; 0 where nothing ends the walk.

    `ends_at`: the first such person, the start included, is the last who is paid. A blocker stops those above once they
    are further than `tail` levels above the start: of several, the nearest to the earner decides, which is the furthest
    from the start, so the first one beyond the tail stops everybody above.
    """
    lowest = np.zeros(places.nobody + 1, np.int64)
    if walk.ends_at is not None:
        ends = places.at_or_above(board.test(walk.ends_at)[places.owner])
        lowest = np.maximum(lowest, places.depth[ends])
    if walk.blocker is not None:
        blocker = board.test(walk.blocker)[places.owner]
        if walk.tail < 0:
            stop = places.at_or_above(blocker)
        else:
            above = places.above(blocker)
            start, stop = np.arange(places.nobody + 1), above.copy()
            near = np.flatnonzero(stop < places.nobody)
            while len(near):
                near = near[levels(stop[near], start[near]) <= walk.tail]
                stop[near] = above[stop[near]]
                near = near[stop[near] < places.nobody]
        lowest = np.maximum(lowest, places.depth[stop])
    return lowest
