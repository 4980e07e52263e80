"""Which order lines a bonus is about."""

import numpy as np

from commissions.core.bonuses.board import Board, Step
from commissions.core.bonuses.sources import Bools, Sources
from commissions.core.facts import Facts
from commissions.core.language import Expression, parts
from commissions.core.language.syntax import Word
from commissions.core.terms import Bonus
from commissions.core.values import Values
from commissions.core.volumes import LineWords

LONG_AGO = 100_000  # days (and months) since joining: past every window a plan can have
WINDOWS = frozenset({"seller_days", "seller_month"})


def lines_about(bonus: Bonus, board: Board, found: Sources) -> Bools:
    """Which of these sources lie outside the bonus's campaign."""
    if bonus.valid is None or found.line is None:
        return np.full(len(found), not board.in_campaign(bonus))
    day = board.facts.lines.day[found.line]
    return (day < bonus.valid[0]) | (day >= bonus.valid[1])


def newcomers(only: Expression | None, bonus: Bonus, board: Board, found: Sources) -> tuple[Bools, Bools]:
    """(which sources `only` leaves out since the seller joined so recently, which it leaves out for another reason)."""
    none = np.zeros(len(found), bool)
    if only is None:
        return none, none
    if found.line is None:
        step = Step(seller=np.arange(len(board)))
        kept = np.broadcast_to(board.value_at(only, step).astype(bool), (len(board),))[found.origin]
        return none, ~kept
    kept = board.of_lines(only).astype(bool)[found.line]
    later = _LongAgo(board.plan, board.facts, board.volumes, board.people.words).value(only).astype(bool)
    fresh = ~kept & later[found.line]
    return fresh, ~kept & ~fresh


class _LongAgo(LineWords):
    """Order lines as if everybody had joined long ago."""

    facts: Facts

    def line_word(self, name: str) -> Values:
        if name in WINDOWS:
            return np.full(len(self.facts.lines), LONG_AGO, np.int64)
        return super().line_word(name)


def asks_for_windows(expression: Expression) -> bool:
    """Whether how long ago the seller joined decides."""
    return any(isinstance(part, Word) and part.name in WINDOWS for part in parts(expression))
