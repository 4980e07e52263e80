"""Arrays of keys and where they stand. Pure."""

from collections.abc import Sequence

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


def different(*, keys: Ints) -> Ints:
    """Each key once, in their order."""
    if not len(keys):
        return keys
    least, most = int(keys.min()), int(keys.max())
    if most - least > SPARSE * len(keys):
        return np.unique(keys)
    seen = np.zeros(most - least + 1, np.bool_)
    seen[keys - least] = True
    return np.flatnonzero(seen) + least


def first(*, by: Sequence[Ints], most: int | None) -> Ints:
    """The order of rows by their least `by[0]`, among equals by `by[1]`, and so on: of all, or of the first `most`, for
    which not everything is sorted."""
    at = np.arange(len(by[0]))
    if most is not None:
        sure = np.empty(0, np.int64)
        for column in by:
            if len(at) <= 2 * most:
                break
            values = column[at]
            left = most - len(sure)
            last = np.partition(values, left - 1)[left - 1]
            sure = np.concatenate([sure, at[values < last]])
            at = at[values == last]
            if len(sure) == most:
                break
        at = np.sort(np.concatenate([sure, at]))
    order: Ints = at[np.lexsort([column[at] for column in reversed(by)])]
    return order[:most]
