"""Facts the engine refuses, naming the element, and hashes that name what they hash."""

from dataclasses import replace

import numpy as np
import pytest

from commissions.core.facts import Facts, FactsError, depths
from tests.core.world import facts_of

PEOPLE = [("A", "", 0, 0), ("B", "A", 0, 0), ("C", "B", 0, 0)]
LINES = [
    {"key": "1/1", "seller": "C", "qualifying": 100, "commissionable": 80},
    {"key": "2/1", "seller": "B", "qualifying": 100, "commissionable": 80},
]


def good(**changes) -> Facts:
    return facts_of(**{"people": PEOPLE, "lines": LINES, **changes})


def broken(part: str, **changes) -> None:
    facts = good()
    arrays = {
        name: np.array(values, getattr(getattr(facts, part), name).dtype) for name, values in changes.items()
    }
    replace(facts, **{part: replace(getattr(facts, part), **arrays)})


@pytest.mark.parametrize(
    ("part", "changes", "said"),
    [
        ("people", {"sponsor": [-1, 2, 1]}, "B does not stand after the sponsor"),
        ("people", {"sponsor": [-1, 0, -1]}, "depth"),
        ("people", {"sponsor": [-1, 0]}, "people.sponsor has 2 elements"),
        ("people", {"number": ["A", "B", "B"]}, "twice"),
        ("people", {"standing": [0, 0, 7]}, "C has a standing"),
        ("lines", {"key": ["2/1", "1/1"]}, "not sorted"),
        ("lines", {"key": ["1/1", "1/1"]}, "twice"),
        ("lines", {"seller": [0, 3]}, "2/1 is credited to nobody"),
        ("lines", {"seller": [0, -1]}, "2/1 is credited to nobody"),
        ("lines", {"qualifying": [1, -1]}, "2/1: qualifying is negative"),
        ("lines", {"price": [10**15 + 1, 1]}, "1/1: price is beyond"),
        ("lines", {"day": [1]}, "lines.day has 1 elements"),
    ],
)
def test_broken_facts_are_refused(part, changes, said):
    with pytest.raises(FactsError, match=said):
        broken(part, **changes)


def test_a_column_whose_sum_leaves_64_bits_is_refused():
    lines = [{"key": f"{at:05}/1", "seller": "A", "qualifying": 10**15} for at in range(4_001)]
    with pytest.raises(FactsError, match="sum of qualifying"):
        good(lines=lines)
    assert len(good(lines=lines[:4_000]).lines) == 4_000


def test_a_return_may_be_negative():
    assert good(lines=[{**LINES[0], "qualifying": -100, "reversal": True}]).lines.qualifying.tolist() == [
        -100
    ]


def test_nobody_and_nothing_are_facts_too():
    assert len(good(people=[], lines=[]).people) == 0


def test_depths_of_a_long_line():
    assert depths(np.arange(-1, 9_999)).tolist() == list(range(10_000))


@pytest.mark.parametrize(
    "changes",
    [
        {"people": [*PEOPLE[:2], ("C", "A", 0, 0)]},
        {"people": [*PEOPLE[:2], ("C", "B", 1, 0)]},
        {"people": [*PEOPLE[:2], ("C", "B", 0, 1)]},
        {"memory": {"title": {"A": 1, "B": 0, "C": 0}}},
        {"lines": [LINES[0], {**LINES[1], "commissionable": 81}]},
        {"lines": [LINES[0], {**LINES[1], "seller": "A"}]},
        {"lines": [LINES[0], {**LINES[1], "by_customer": True}]},
    ],
)
def test_the_input_hash_sees_every_change(changes):
    assert good(**changes).input_hash() != good().input_hash()
