"""Memories that keep periods: the last values of an expression, and what is asked of them."""

from collections.abc import Callable

import numpy as np

from commissions.core.facts import LARGEST_SUM
from commissions.core.language import Aggregate, Expression, Word
from commissions.core.network import Ints
from commissions.core.values import Overflowing, Values, total_size

IT = Word("", "it")


def opened(stored: Ints | None, keeps: int, people: int) -> Ints:
    """The periods that are kept, [person, period], with room for this one's value at the end."""
    kept = np.zeros((people, 0), np.int64) if stored is None else stored
    return np.concatenate([kept, np.zeros((people, 1), np.int64)], axis=1)[:, -keeps:]


def over(part: Aggregate, kept: Ints, ask: Callable[[Expression, Ints], Values]) -> Values:
    """A sum, a count or an extreme over the kept values of each row; `it` is one of them."""
    values, among = np.zeros_like(kept), np.ones(kept.shape, bool)
    for period in range(kept.shape[1]):
        it = kept[:, period]
        if part.where is not None:
            among[:, period] = ask(part.where, it)
        values[:, period] = 1 if part.kind == "count" else ask(part.of or IT, it)
    if part.kind == "any":
        some: Values = ((values != 0) & among).any(axis=1)
        return some
    if part.kind in {"sum", "count"}:
        if total_size(values) > LARGEST_SUM:
            raise Overflowing("A sum over periods is too large for exact arithmetic")
        total: Values = np.where(among, values, 0).sum(axis=1)
        return total
    bound = np.iinfo(np.int64)
    nothing, best = (bound.min, np.max) if part.kind == "largest" else (bound.max, np.min)
    found = best(np.where(among, values, nothing), axis=1, initial=nothing)
    return np.where(among.any(axis=1), found, 0)
