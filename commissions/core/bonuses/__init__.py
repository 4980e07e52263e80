"""One file for each shape of bonus: (bonus, what it says, board) -> what it pays. `core/pay.py` runs them in order."""

from commissions.core.bonuses.board import Board, Step

__all__ = ["Board", "Step"]
