"""Doubts about lines and items."""

from itertools import pairwise

import numpy as np

from commissions.core.checks.telling import Check, Ints, line_name, person_name, told
from commissions.core.facts import GOOD, Facts
from commissions.core.language import Lookup
from commissions.core.result import Kind, Narrow, Result
from commissions.core.rounding import MILLION
from commissions.core.terms import UNLIMITED, Amount, Bonus, Plan, Walk

# Computed by bonuses, always more than nothing; and what only takes away.
GIVING = (Kind.AMOUNT, Kind.ONCE, Kind.PAIR, Kind.POOL, Kind.RELEASED)
TAKING = (Kind.GROUP, Kind.HELD)
ORDER = ("beneficiary", "bonus", "kind", "source", "origin", "level", "rate_ppm")


def exact_lines(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """base × rate = whole and micro, to the last millionth; of lines that are no walk's, the amount itself."""
    lines = result.lines
    walked, rate = lines.kind <= Kind.PERSON, lines.rate_ppm
    low = lines.base % MILLION
    carried = (low * rate) // MILLION
    whole = np.where(walked, (lines.base // MILLION) * rate + carried, lines.base)
    micro = np.where(walked, low * rate - carried * MILLION, lines.micro)
    wrong = (whole != lines.whole) | (micro != lines.micro) | (lines.micro < 0) | (lines.micro >= MILLION)
    # Where legs offset each other a rate may be negative, or the amount for each sale, which is then the base.
    may = offsetting(plan)[lines.bonus]
    wrong |= ((rate < 0) & ~may) | (rate == 0) | (walked & (((lines.base < 0) & ~may) | (lines.base == 0)))
    wrong |= ~walked & (rate != MILLION)
    return told("is not its base times its rate", line_name(facts, result), np.flatnonzero(wrong))


def offsetting(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The bonuses in which a leg may take from what another gives; one more for no bonus at all."""

    def offsets(bonus: Bonus) -> bool:
        gap = bonus.how.difference if isinstance(bonus.how, Walk) else None
        return gap is not None and gap.negative_gap == "offsets_other_legs"

    return np.array([*map(offsets, plan.bonuses), False], bool)


def sliced(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The bonuses that pay each slice of a sale by itself, two of which may have one rate; one more for none at all."""

    def slices(bonus: Bonus) -> bool:
        rate = bonus.how.rate if isinstance(bonus.how, Walk) else None
        return isinstance(rate, Lookup) and plan.tables[rate.table].reading == "marginal"

    return np.array([*map(slices, plan.bonuses), False], bool)


def signs(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """What is given is more than nothing, what is taken is less, to the whole unit."""
    lines = result.lines
    nothing = (lines.whole == 0) & (lines.micro == 0)
    wrong = nothing | (np.isin(lines.kind, GIVING) & (lines.whole < 0))
    # A rule that leaves a person the better of two bonuses may also take away a debt of the other one.
    wrong |= (lines.kind == Kind.HELD) & (lines.whole >= 0)
    wrong |= (lines.kind == Kind.MOST) & (lines.whole > 0) & ~offsetting(plan)[lines.bonus]
    wrong |= np.isin(lines.kind, (*TAKING, Kind.MOST, Kind.GUARANTEE)) & (lines.micro != 0)
    return told(
        "gives where it should take, or takes where it should give",
        line_name(facts, result),
        np.flatnonzero(wrong),
    )


def in_order(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Lines stand in their one order, so that a second run gives the same bytes."""
    before = np.zeros(max(0, len(result.lines) - 1), np.int8)
    for name in ORDER:
        column: Ints = getattr(result.lines, name)
        before = np.where(before == 0, np.sign(np.diff(column)).astype(np.int8), before)
    return told("stands before a line that comes first", line_name(facts, result), np.flatnonzero(before < 0))


def items_of_lines(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Every item is its lines' sum to within half a minor unit, and no line is left without an item."""
    lines, items, bonuses = result.lines, result.items, max(1, len(plan.bonuses))
    size = len(facts.people) * bonuses
    whole, micro = (np.zeros(size, np.int64) for _ in range(2))
    of_line = lines.beneficiary.astype(np.int64) * bonuses + lines.bonus
    count = np.bincount(of_line, minlength=size)
    if len(lines):
        # An item's lines mostly follow each other: they are summed first, wherever they do.
        start = np.concatenate([[0], np.flatnonzero(np.diff(of_line)) + 1])
        np.add.at(whole, of_line[start], np.add.reduceat(lines.whole, start))
        np.add.at(micro, of_line[start], np.add.reduceat(lines.micro, start, dtype=np.int64))
    of_item = items.beneficiary * bonuses + items.bonus
    amount, counted = (np.zeros(size, np.int64) for _ in range(2))
    np.add.at(amount, of_item, items.amount)
    np.add.at(counted, of_item, items.line_count)
    off = np.abs((whole - amount) * MILLION + micro)
    far = off >= MILLION if plan.ledger.round == "down" else 2 * off > MILLION
    uncounted = (amount != 0) & (counted != count)
    twice = np.bincount(of_item, minlength=size) > 1
    wrong = np.flatnonzero(far | uncounted | twice) // bonuses
    return told("is paid something else than the lines say", person_name(facts), wrong)


def only_good_standing(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Nobody suspended or gone is paid, or counts as active."""
    away = facts.people.standing != GOOD
    paid = np.flatnonzero(away[result.lines.beneficiary])
    active = np.flatnonzero(away & result.statuses[plan.active]) if plan.active else paid[:0]
    return [
        *told("is paid without being in good standing", line_name(facts, result), paid),
        *told("is active without being in good standing", person_name(facts), active),
    ]


def lines_go_up(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Who is paid stands exactly `depth` above the sale in the walk's tree, on a level the bonus has, not deeper than
    real."""
    wrong = []
    for at, bonus in enumerate(plan.bonuses):
        rows = np.flatnonzero((result.lines.bonus == at) & (result.lines.kind <= Kind.PERSON))
        if isinstance(bonus.how, Amount):
            lines = result.lines
            astray = (lines.origin != lines.beneficiary) | (lines.depth != 0) | (lines.level != 0)
            wrong.append(rows[astray[rows]])
        elif isinstance(bonus.how, Walk):
            wrong.append(_astray(plan, facts, result, bonus.how, rows))
    found = np.sort(np.concatenate([np.empty(0, np.int64), *wrong]))
    return told("does not lead from the sale to the one who is paid", line_name(facts, result), found)


def _astray(plan: Plan, facts: Facts, result: Result, walk: Walk, rows: Ints) -> Ints:
    lines, parent, owner = result.lines, *_tree(plan, facts, walk.along)
    origin, depth, level = lines.origin[rows], lines.depth[rows], lines.level[rows]
    stray = (lines.source[rows] >= 0) & (facts.lines.seller[lines.source[rows]] != origin)
    stray |= (level > depth) | (depth < 0)
    above = _above(_first(owner, len(facts.people)), parent, origin, np.maximum(depth, 0))
    stray |= (above < 0) | (np.append(owner, -1)[above] != lines.beneficiary[rows])
    if walk.counts == "nothing":
        stray |= level != depth
    else:
        stray |= (level < walk.first) | ((walk.last != UNLIMITED) & (level > walk.last))
    found: Ints = rows[stray]
    return found


def _above(place: Ints, parent: Ints, origin: Ints, depth: Ints) -> Ints:
    """Which place stands so far above each origin's first one; -1 for none. All origins climb together, each as far as
    a row of its own asks for, and each row is looked at once."""
    found = np.full(len(origin), -1)
    if not len(origin):
        return found
    by_depth = np.argsort(_narrow(depth), kind="stable")
    ends = np.cumsum(np.bincount(depth)).tolist()
    deepest = np.full(len(place), -1)
    deepest[origin[by_depth]] = depth[by_depth]  # of several, the last: the deepest
    climbing = np.flatnonzero((place >= 0) & (deepest >= 0))
    here = np.full(len(place), -1)
    here[climbing] = place[climbing]
    for steps, (start, end) in enumerate(pairwise([0, *ends])):
        asked = by_depth[start:end]
        found[asked] = here[origin[asked]]
        climbing = climbing[(deepest[climbing] > steps) & (here[climbing] >= 0)]
        if not len(climbing):
            break
        here[climbing] = parent[here[climbing]]
    return found


def _narrow(depth: Ints) -> Narrow:
    """In sixteen bits where they suffice: those numpy sorts by counting."""
    return depth.astype(np.int16) if depth.max() < 1 << 15 else depth


def _tree(plan: Plan, facts: Facts, name: str) -> tuple[Ints, Ints]:
    """(the place above each place, whose each place is)."""
    if plan.trees[name].slots:
        there = facts.positions.get(name)
        nothing = np.empty(0, np.int64)
        return (nothing, nothing) if there is None else (there.parent, there.owner)
    everybody = np.arange(len(facts.people))
    if name == plan.main_tree:
        return facts.people.sponsor, everybody
    return facts.people.parents.get(name, np.full(len(everybody), -1)), everybody


def _first(owner: Ints, people: int) -> Ints:
    found = np.full(people, -1)
    found[owner[::-1]] = np.arange(len(owner))[::-1]
    return found


def sales_only(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """No return is walked, and no sale pays one person twice on one level of one bonus at one rate."""
    lines, names = result.lines, line_name(facts, result)
    sold = np.flatnonzero(lines.source >= 0)
    returned = sold[facts.lines.reversal[lines.source[sold]]]
    same = np.diff(lines.kind) == 0
    for name in ("beneficiary", "bonus", "source", "origin", "level", "depth", "rate_ppm"):
        same &= np.diff(getattr(lines, name)) == 0
    same &= (lines.kind[1:] <= Kind.PERSON) & ~sliced(plan)[lines.bonus[1:]]
    return [
        *told("pays on a return", names, returned),
        *told("pays one person twice for one sale", names, np.flatnonzero(same)),
    ]


LINES: tuple[Check, ...] = (
    exact_lines,
    signs,
    in_order,
    items_of_lines,
    only_good_standing,
    lines_go_up,
    sales_only,
)
