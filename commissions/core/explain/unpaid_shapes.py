"""Why a bonus that is no walk paid a person nothing."""

import numpy as np

from commissions.core.bonuses import places
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.pair import Legs
from commissions.core.bonuses.sources import Sources
from commissions.core.explain.orders import lines_about, newcomers
from commissions.core.explain.reasons import Reason, Why
from commissions.core.facts import GOOD
from commissions.core.result import Kind, Result
from commissions.core.terms import Amount, Bonus, Guarantee, Once, Pair, Pool

MICRO = 1_000_000


def why_not(
    bonus: Bonus,
    how: Amount | Once | Pair | Pool | Guarantee,
    at: int,
    board: Board,
    result: Result,
    person: int,
) -> list[Reason]:
    """One reason for the bonus as a whole; of an amount for each order line, one for each of the person's lines."""
    if isinstance(how, Amount) and how.volume:
        return _of_lines(bonus, how, at, board, result, person)
    start, stop = np.searchsorted(result.lines.beneficiary, [person, person + 1])
    if (result.lines.bonus[start:stop] == at).any():
        return []
    why = _gate(bonus, board, person, qualifies=not isinstance(how, Guarantee))
    if isinstance(how, Once):
        why = _once(bonus, how, board, person) or why
    elif why is None:
        why = _shape(bonus, how, board, result, person)
    return [] if why is None else [Reason(bonus=at, why=why)]


def _gate(bonus: Bonus, board: Board, person: int, *, qualifies: bool = True) -> Why | None:
    if int(board.facts.people.standing[person]) != GOOD:
        return Why.NOT_GOOD_STANDING
    if not board.in_campaign(bonus):
        return Why.OUTSIDE_CAMPAIGN
    return Why.NOT_QUALIFIED if qualifies and not board.treated(bonus)[person] else None


def _once(bonus: Bonus, how: Once, board: Board, person: int) -> Why | None:
    given = board.facts.state.given.get(bonus.name)
    before = 0 if given is None else int(given[person])
    if before == 1 or (before == 2 and how.again == "never"):
        return Why.ALREADY_GIVEN
    return None if bool(board.test(how.test)[person]) else Why.NOT_QUALIFIED


def _shape(
    bonus: Bonus, how: Amount | Pair | Pool | Guarantee, board: Board, result: Result, person: int
) -> Why:
    if isinstance(how, Amount):
        return Why.NO_VOLUME
    if isinstance(how, Guarantee):
        return Why.NOTHING_SENT
    if isinstance(how, Pair):
        return _pair(bonus, how, board, person)
    if how.shares is not None:
        shares = int(np.broadcast_to(board.value(how.shares), (len(board),))[person])
    else:
        paid = result.shares.get(how.shares_of)
        shares = 0 if paid is None else int(paid[person])
    return Why.NO_SHARE if shares <= 0 else Why.EMPTY_FUND


def _pair(bonus: Bonus, how: Pair, board: Board, person: int) -> Why:
    where = places.of(board, how.along)
    mine = np.flatnonzero(where.owner == person)
    if not len(mine):
        return Why.NO_POSITION
    legs = Legs(bonus, how, board, where).total[mine]
    smaller, larger = how.unit if how.unit != (0, 0) else (1, 1)
    if not ((legs.min(axis=1) >= smaller) & (legs.max(axis=1) >= larger)).any():
        return Why.NO_PAIR
    pays = how.pays_rate if how.pays_per_pair is None else how.pays_per_pair
    if pays is not None and int(np.broadcast_to(board.value(pays), (len(board),))[person]) <= 0:
        return Why.NOT_ENTITLED
    return Why.CAP_REACHED if how.cap is not None else Why.NO_PAIR


def _of_lines(bonus: Bonus, how: Amount, at: int, board: Board, result: Result, person: int) -> list[Reason]:
    """An amount for each order line goes to its seller: each of the person's lines that paid nothing."""
    lines, mine = board.facts.lines, result.lines
    start, stop = np.searchsorted(mine.beneficiary, [person, person + 1])
    about = (lines.seller == person) & ~lines.reversal
    about[mine.source[start:stop][mine.bonus[start:stop] == at]] = False
    rows = np.flatnonzero(about)
    found = Sources(rows, lines.seller[rows], board.volumes[how.volume][rows])
    fresh, left_out = newcomers(how.only, bonus, board, found)
    tests = [
        (Why.NOT_GOOD_STANDING, np.full(len(rows), int(board.facts.people.standing[person]) != GOOD)),
        (Why.OUTSIDE_CAMPAIGN, lines_about(bonus, board, found)),
        (Why.FAST_START_WINDOW, fresh),
        (Why.LEFT_OUT_BY_ONLY, left_out),
        (Why.NO_VOLUME, found.base <= 0),
        (Why.NOT_QUALIFIED, np.full(len(rows), True)),
    ]
    reasons = []
    for row, source in enumerate(rows.tolist()):
        why, base = next(why for why, holds in tests if holds[row]), int(found.base[row])
        meant = why in {Why.NOT_GOOD_STANDING, Why.NOT_QUALIFIED} and base > 0
        reasons.append(
            Reason(
                bonus=at,
                why=why,
                source=source,
                origin=person,
                base=base,
                rate_ppm=MICRO if meant else None,
                would_have=base * MICRO if meant else None,
            )
        )
    return reasons


def taken_away(at: int, result: Result, person: int) -> list[Reason]:
    """What was computed and does not arrive: it waits, is over the most, or a rule over several bonuses took it."""
    lines = result.lines
    start, stop = np.searchsorted(lines.beneficiary, [person, person + 1])
    rows = np.arange(start, stop)[lines.bonus[start:stop] == at]
    items = result.items
    kept = items.amount[(items.beneficiary == person) & (items.bonus == at)]
    reasons = []
    for kind, why in ((Kind.HELD, Why.HELD), (Kind.MOST, Why.CAP_REACHED), (Kind.GROUP, Why.GROUP_RULE)):
        off = -int(lines.whole[rows[lines.kind[rows] == kind]].sum())
        if off > 0 and (kind == Kind.HELD or not len(kept)):
            reasons.append(Reason(bonus=at, why=why, origin=person, would_have=off * MICRO))
    return reasons
