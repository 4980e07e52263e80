"""An amount: so much for an order line, to its seller. Retail profit is one."""

import numpy as np

from commissions.core.bonuses.board import Board, Paid
from commissions.core.bonuses.walk import earners, walked
from commissions.core.terms import MILLION, Bonus


def lines(bonus: Bonus, board: Board) -> Paid:
    """The lines an amount pays: the whole volume, on level 0."""
    source = np.flatnonzero(walked(bonus, board))
    source = source[earners(bonus, board)[board.facts.lines.seller[source]]]
    return Paid(
        beneficiary=board.facts.lines.seller[source],
        source=source,
        level=np.zeros(len(source), np.int64),
        rate_ppm=np.full(len(source), MILLION, np.int64),
    )
