"""How a doubt is told."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Facts
from commissions.core.result import Result
from commissions.core.terms import Plan

Ints = NDArray[np.int64]
Check = Callable[[Plan, Facts, Result], list[str]]
MOST_SHOWN = 5


def person_name(facts: Facts) -> Callable[[int], str]:
    return lambda at: str(facts.people.number[at])


def position_name(facts: Facts, tree: str) -> Callable[[int], str]:
    return lambda at: str(facts.positions[tree].key[at])


def line_name(facts: Facts, result: Result) -> Callable[[int], str]:
    """The order line, or whom it comes from, and who is paid."""
    lines, numbers, keys = result.lines, facts.people.number, facts.lines.key

    def name(at: int) -> str:
        source, origin = int(lines.source[at]), int(lines.origin[at])
        sold = (
            keys[source] if source >= 0 else f"what comes of {numbers[origin] if origin >= 0 else 'nobody'}"
        )
        return f"{sold} for {numbers[lines.beneficiary[at]]}"

    return name


def told(message: str, name: Callable[[int], str], wrong: Ints) -> list[str]:
    """One sentence for the first few, and one that counts the others."""
    found = [f"{name(at)} {message}" for at in wrong[:MOST_SHOWN].tolist()]
    more = len(wrong) - len(found)
    return [*found, f"… and {more} more: {message}"] if more else found
