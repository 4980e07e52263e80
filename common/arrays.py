"""Arrays of keys and where they stand. Pure."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
SPARSE = 20  # how many keys may have been used up for each that is there, before searching is better
NOWHERE = -1


def places(*, of: Ints, among: Ints) -> Ints:
    """Where each key stands among different keys, which need no order; NOWHERE for those that are not there."""
    if not len(among):
        return np.full(len(of), NOWHERE, dtype=np.int64)
    largest = int(among.max())
    if largest < SPARSE * len(among):
        # A table with a cell for each key: searching would jump through memory for every bit of the answer.
        cells = np.full(largest + 2, NOWHERE, dtype=np.int64)
        cells[among] = np.arange(len(among))
        return cells[np.where((of >= 0) & (of <= largest), of, largest + 1)]
    by_key = np.argsort(among)
    at = by_key[np.minimum(np.searchsorted(among, of, sorter=by_key), len(among) - 1)]
    return np.where(among[at] == of, at, NOWHERE)
