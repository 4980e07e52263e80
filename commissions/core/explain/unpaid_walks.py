"""Why a walk paid a person nothing: each source in their team, and what stood between."""

from dataclasses import dataclass, replace

import numpy as np

from commissions.core.bonuses import places, sources
from commissions.core.bonuses.board import Board, Step
from commissions.core.bonuses.path import EarnerGenerations, Levels, ceilings
from commissions.core.bonuses.rates import Rates, slices
from commissions.core.bonuses.sources import Bools, Ints, Sources
from commissions.core.explain.earned import earned_of
from commissions.core.explain.orders import lines_about, newcomers
from commissions.core.explain.reasons import Reason, Why
from commissions.core.facts import GOOD
from commissions.core.result import Kind, Result
from commissions.core.rounding import MILLION
from commissions.core.terms import UNLIMITED, Bonus, Walk

WOULD_HAVE = frozenset(
    {Why.NOT_GOOD_STANDING, Why.SKIPPED_INACTIVE, Why.NOT_QUALIFIED, Why.RANK_NOT_PAID_AT_LEVEL}
)
# In the order in which they are told: the first that applies.
ORDER = (
    Why.NOT_GOOD_STANDING, Why.OUTSIDE_CAMPAIGN, Why.BEFORE_FIRST_LEVEL, Why.BEYOND_LAST_LEVEL, Why.FAST_START_WINDOW,
    Why.LEFT_OUT_BY_ONLY, Why.NO_VOLUME, Why.SELLER_SKIPPED, Why.SKIPPED_INACTIVE, Why.ENDED_AT, Why.BLOCKED_BY,
    Why.STEP_ALREADY_PAID, Why.NOT_QUALIFIED, Why.RANK_NOT_PAID_AT_LEVEL, Why.NOT_ENTITLED, Why.NO_DIFFERENCE,
)  # fmt: skip


def why_not(bonus: Bonus, walk: Walk, at: int, board: Board, result: Result, person: int) -> list[Reason]:
    """Left out are own sales where the bonus pays none, and the team's where it pays own sales alone."""
    view = _View(bonus, walk, board, person)
    start = _unpaid(view, at, result)
    if not len(start):
        return []
    return _told(at, view, start)


class _View:
    """A person's walk: where they stand, and what it asks of everybody on the way."""

    def __init__(self, bonus: Bonus, walk: Walk, board: Board, person: int) -> None:
        self.bonus, self.walk, self.board, self.person = bonus, walk, board, person
        self.places = places.of(board, walk.along)
        self.rates, self.passes = Rates(walk, board), sources.passes(walk, board)
        self.good, self.treated = board.good(), board.treated(bonus)
        mine = self.places.owner == person
        self.mine = self.places.at_or_above(mine)
        levels = Levels(walk, board, self.places)
        self.levels: Levels | EarnerGenerations = levels
        if walk.counts == "generations":
            asked = mine if walk.each_step_pays == "every_earner" else np.ones(self.places.nobody, bool)
            self.levels = EarnerGenerations(walk, board, self.places, asked)
        self.ends = ceilings(replace(walk, blocker=None), board, self.places, levels)
        self.blocked = ceilings(replace(walk, ends_at=None), board, self.places, levels)

    @property
    def pays_own(self) -> bool:
        walk = self.walk
        if walk.counts == "levels":
            return walk.first == 0
        return walk.own_volume == "pays_seller" and (walk.counts == "nothing" or walk.first == 0)

    @property
    def pays_team(self) -> bool:
        return self.walk.counts != "levels" or self.walk.last != 0

    def level(self, place: Ints, start: Ints) -> Ints:
        return np.where(place == start, 0, self.levels(place, start))


def _unpaid(view: _View, at: int, result: Result) -> Sources:
    """The sources in the person's team that paid them nothing under the bonus."""
    walk, board, where, lines = view.walk, view.board, view.places, result.lines
    start, stop = np.searchsorted(lines.beneficiary, [view.person, view.person + 1])
    paid = np.arange(start, stop)[(lines.bonus[start:stop] == at) & (lines.kind[start:stop] <= Kind.PERSON)]
    if walk.source == "volume":
        origin, base = board.facts.lines.seller, board.volumes[walk.on[0]]
        about = ~board.facts.lines.reversal
        about[lines.source[paid]] = False
    else:
        origin = np.arange(len(board))
        base = board.people.words[walk.on[0]] if walk.source == "measure" else earned_of(walk, board, result)
        about = base > 0
        about[lines.origin[paid]] = False
    if not where.nobody:
        return Sources(None, origin[:0], base[:0])
    first = where.first[origin]
    about &= view.mine[first] < where.nobody
    about &= np.where(view.mine[first] == first, view.pays_own, view.pays_team)
    rows = np.flatnonzero(about)
    return Sources(rows if walk.source == "volume" else None, origin[rows], base[rows])


def _told(at: int, view: _View, found: Sources) -> list[Reason]:
    where, walk = view.places, view.walk
    start = where.first[found.origin]
    place = view.mine[start]
    way = _Way(view, found, start, place)
    why = _why(view, found, start, place, way)
    value = way.would_have(why == ORDER.index(Why.RANK_NOT_PAID_AT_LEVEL))
    reasons = []
    depth = where.depth[start] - where.depth[place]
    for row in range(len(found)):
        reason = ORDER[why[row]]
        if (
            reason is Why.NO_DIFFERENCE
            and walk.pays_in == "shares"
            and int(way.rate[row]) > int(way.highest[row])
        ):
            continue  # it gave shares, of which there are no lines
        meant = reason in WOULD_HAVE and int(value[row]) > 0 and int(found.base[row]) > 0
        by = int(way.by[reason][row]) if reason in way.by else where.nobody
        reasons.append(
            Reason(
                bonus=at,
                why=reason,
                source=int(found.line[row]) if found.line is not None else -1,
                origin=int(found.origin[row]),
                level=int(way.level[row]),
                depth=int(depth[row]),
                base=int(found.base[row]),
                rank=int(way.first_rank[row]) if reason == Why.RANK_NOT_PAID_AT_LEVEL else None,
                by=int(where.owner[by]) if by < where.nobody else None,
                rate_ppm=int(way.rate[row])
                if meant and walk.rate_unit == "rate" and way.table is None
                else None,
                would_have=int(value[row]) if meant else None,
            )
        )
    return reasons


def _why(view: _View, found: Sources, start: Ints, place: Ints, way: "_Way") -> Ints:
    """Of each source: the index in ORDER of the first reason that applies."""
    walk, board, person, where = view.walk, view.board, view.person, view.places
    size, above = len(found), place != start

    def always(value: bool) -> Bools:
        return np.full(size, value)

    last = np.full(size, walk.last != UNLIMITED and walk.counts != "nothing") & (way.level > walk.last)
    unpaid_there = (way.rate == 0) & (way.first_rank < 0) & ("step" in view.rates.needs)
    fresh, left_out = newcomers(walk.only, view.bonus, board, found)
    tests = {
        Why.NOT_GOOD_STANDING: always(int(board.facts.people.standing[person]) != GOOD),
        Why.OUTSIDE_CAMPAIGN: lines_about(view.bonus, board, found),
        Why.BEYOND_LAST_LEVEL: last | unpaid_there,
        Why.BEFORE_FIRST_LEVEL: (way.level < walk.first) & np.full(size, walk.counts != "nothing"),
        Why.FAST_START_WINDOW: fresh,
        Why.LEFT_OUT_BY_ONLY: left_out,
        Why.NO_VOLUME: found.base <= 0,
        Why.SELLER_SKIPPED: (walk.volume_of_the_skipped == "dropped") & ~view.passes[found.origin],
        Why.SKIPPED_INACTIVE: always(not view.passes[person]),
        Why.ENDED_AT: above & (where.depth[place] < view.ends[start]),
        Why.BLOCKED_BY: above & (where.depth[place] < view.blocked[start]),
        Why.STEP_ALREADY_PAID: way.by[Why.STEP_ALREADY_PAID] < where.nobody,
        Why.NOT_QUALIFIED: always(not view.treated[person]),
        Why.RANK_NOT_PAID_AT_LEVEL: (way.rate == 0) & (way.first_rank >= 0),
        Why.NOT_ENTITLED: way.rate == 0,
        Why.NO_DIFFERENCE: always(True),
    }
    first: Ints = np.argmax(np.stack([tests[why] for why in ORDER]), axis=0)
    return first


@dataclass
class _Way:
    """What lies between each source and the person, climbed where the walk depends on it."""

    view: _View
    found: Sources
    start: Ints
    place: Ints

    def __post_init__(self) -> None:
        view, walk, size = self.view, self.view.walk, len(self.found)
        nobody = view.places.nobody
        self.table = view.rates.slices
        self.level = view.level(self.place, self.start)
        self.highest, highest_by = np.zeros(size, np.int64), np.full(size, nobody)
        taken_by, used = np.full(size, nobody), np.full(size, max(walk.first, 1) - 1)
        self.by = {Why.STEP_ALREADY_PAID: taken_by, Why.NO_DIFFERENCE: highest_by}
        if walk.difference is not None or walk.each_step_pays == "first_earner" or self._entitled:
            self._climb(used)
        self.rate = self._rates(np.full(size, view.person), self.level, np.arange(size))
        self.first_rank, self.rate_of_first = self._first_rank()
        for why, test in ((Why.ENDED_AT, walk.ends_at), (Why.BLOCKED_BY, walk.blocker)):
            if test is not None:
                self.by[why] = self._stop(why, test)

    @property
    def _entitled(self) -> bool:
        return self.view.walk.compression == "skip_not_entitled_at_level"

    def _climb(self, used: Ints) -> None:
        view, where, rows = self.view, self.view.places, np.flatnonzero(self.place != self.start)
        at = self.start.copy()
        while len(rows):
            here, level = at[rows], view.level(at[rows], self.start[rows])
            if self._entitled:
                above = here != self.start[rows]
                level = np.where(above, used[rows] + 1, 0)
            rate = self._rates(where.owner[here], level, rows)
            gate = view.treated[where.owner[here]]
            self._block(rows, here, np.where(gate, rate, 0) if self._earners_only else rate)
            pays = gate & (rate != 0)
            if self._entitled:
                fits = where.depth[self.start[rows]] - where.depth[here] >= view.walk.first
                used[rows] += above & (pays & fits)
            elif view.walk.each_step_pays == "first_earner":
                pays &= (here != self.start[rows]) | view.pays_own
                same = pays & (level == self.level[rows])
                self.by[Why.STEP_ALREADY_PAID][rows[same]] = here[same]
            at[rows] = where.parent[here]
            rows = rows[at[rows] != self.place[rows]]
        if self._entitled:
            depth = where.depth[self.start] - where.depth[self.place]
            self.level = np.where((depth == 0) | (depth < view.walk.first), depth, used + 1)

    @property
    def _earners_only(self) -> bool:
        gap = self.view.walk.difference
        return gap is not None and gap.blockers == "earners_only"

    def _block(self, rows: Ints, here: Ints, rate: Ints) -> None:
        """The rate that is subtracted: of the last one below, the first one, or the highest of all."""
        gap = self.view.walk.difference
        if gap is None:
            return
        counts = {
            "front_line": self.view.places.parent[here] == self.place[rows],
            "seller_only": here == self.start[rows],
            "highest_on_path": rate > self.highest[rows],
        }[gap.who_blocks]
        self.highest[rows[counts]] = rate[counts]
        self.by[Why.NO_DIFFERENCE][rows[counts]] = here[counts]

    def _rates(self, person: Ints, level: Ints, rows: Ints) -> Ints:
        taken = self.found.taken(rows)
        if self.table is None:
            return self.view.rates.at(person, level, taken)
        row, part, cell = slices(self.table, taken.base, self.view.walk.worth)
        found = np.zeros(len(rows), np.int64)
        np.add.at(found, row, part * cell)
        return found

    def _first_rank(self) -> tuple[Ints, Ints]:
        """The first rank above the person's own that would be paid there, and its rate; -1 without one."""
        view, size = self.view, len(self.found)
        own, ladder = int(view.board.rank[view.person]), len(view.board.plan.ladder)
        first, rates = np.full(size, -1), np.zeros(size, np.int64)
        if self.table is not None or "rank" not in view.rates.needs:
            return first, rates
        for rank in range(ladder - 1, own, -1):
            step = Step(
                person=np.full(size, view.person),
                level=self.level,
                line=self.found.line,
                seller=self.found.origin,
                rank=np.full(size, rank),
            )
            rate = view.rates.effective(np.broadcast_to(view.board.value_at(view.walk.rate, step), (size,)))
            first, rates = np.where(rate != 0, rank, first), np.where(rate != 0, rate, rates)
        return first, rates

    def _stop(self, why: Why, test: object) -> Ints:
        """Who ends the walk, or blocks it: the one who stands where nobody above is paid any more."""
        view, where = self.view, self.view.places
        holds = view.board.test(test)[where.owner]  # type: ignore[arg-type]
        lowest = view.ends if why == Why.ENDED_AT else view.blocked
        at, above = where.at_or_above(holds)[self.start], where.above(holds)
        rows = np.flatnonzero((at < where.nobody) & (where.depth[at] > lowest[self.start]))
        while len(rows):
            at[rows] = above[at[rows]]
            rows = rows[(at[rows] < where.nobody) & (where.depth[at[rows]] > lowest[self.start[rows]])]
        return at

    def would_have(self, by_rank: Bools) -> Ints:
        """Millionths of a minor unit, had the person earned it: their rate less what is subtracted; that of the first
        rank that is paid, where theirs is not."""
        own = np.where(by_rank, self.rate_of_first, self.rate)
        rate = own - np.where(self.place == self.start, 0, self.highest)
        if self.table is not None:
            return self.rate
        if self.view.walk.rate_unit != "rate":
            money: Ints = np.maximum(rate, 0) * MILLION
            return money
        self.rate = np.maximum(rate, 0)
        exact: Ints = self.found.base.astype(object) * self.rate  # may leave 64 bits
        return exact
