"""One file for each shape of bonus, one signature: (bonus, board) -> the lines it pays."""

from collections.abc import Callable

from commissions.core.bonuses import amount, walk
from commissions.core.bonuses.board import Board, Paid
from commissions.core.plan import Bonus

SHAPES: dict[str, Callable[[Bonus, Board], Paid]] = {
    "walk": walk.lines,
    "amount": amount.lines,
}

__all__ = ["SHAPES", "Board", "Paid"]
