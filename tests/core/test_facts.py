"""Facts the engine refuses, naming the element, and hashes that name what they hash."""

from dataclasses import replace

import numpy as np
import pytest

from commissions.core.facts import Facts, FactsError, Positions, depths
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


# Two positions of A, the second under the slot 1 of the first.
PLACED = Positions(np.array(["A", "A#2"]), np.array([0, 0]), np.array([-1, 0]), np.array([-1, 1]))
THREE = np.zeros(3, np.int64)


def grown(**changes) -> Facts:
    """The good facts with something on top."""
    facts = replace(good(), positions={"board": PLACED})
    for part, columns in changes.items():
        if part == "positions":
            facts = replace(facts, positions={"board": replace(PLACED, **columns)})
        else:
            facts = replace(facts, **{part: replace(getattr(facts, part), **columns)})
    return facts


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"people": {"parents": {"code": np.array([1, 2, 0])}}}, "tree code goes round in a circle"),
        ({"people": {"parents": {"code": np.array([-1, 3, 0])}}}, "B stands under nobody in the tree code"),
        ({"people": {"parents": {"code": np.array([-1])}}}, "parents.code has 1 elements"),
        ({"people": {"inputs": {"coupons": np.array([0])}}}, "inputs.coupons has 1 elements"),
        ({"people": {"others": {"monthly.rank": np.array([0, 0, 2**62])}}}, "monthly.rank of C is beyond"),
        ({"people": {"memory": {"life": np.array([-(2**62), 0, 0])}}}, "life of A is beyond"),
        ({"lines": {"order_number": np.array([1, 0])}}, "2/1: a seller's first order is number 1"),
        ({"lines": {"order_number": np.array([1])}}, "order_number has 1 elements"),
        (
            {"lines": {"back": {"qualifying": np.array([0, -1])}}},
            "2/1: qualifying that came back is negative",
        ),
        ({"lines": {"back": {"price": np.array([10**15 + 1, 0])}}}, "1/1: price that came back is beyond"),
        ({"lines": {"back": {"weight": np.array([0, 0])}}}, "back.weight is not an amount"),
        ({"positions": {"key": np.array(["A", "A"])}}, "key stands twice in the tree board"),
        ({"positions": {"owner": np.array([0, 3])}}, "A#2 belongs to nobody"),
        ({"positions": {"parent": np.array([1, -1])}}, "A does not stand after the position above"),
        ({"positions": {"slot": np.array([-1])}}, "board.slot has 1 elements"),
        ({"positions": {"slot": np.array([-1, -1])}}, "A#2: a slot and a position above go together"),
        ({"state": {"carry": {"pairs": np.zeros((3, 2, 1), np.int64)}}}, "carry.pairs is not one row"),
        ({"state": {"carry": {"pairs": np.full((2, 2, 1), -1)}}}, "carry.pairs has a leg that is negative"),
        ({"state": {"windows": {"recent": np.zeros((2, 1), np.int64)}}}, "windows.recent has 2 elements"),
        ({"state": {"windows": {"recent": THREE}}}, "windows.recent is not one row of periods"),
        ({"state": {"given": {"first": np.array([0, 3, 0])}}}, "given.first has a state"),
        ({"state": {"held": {"level": ((3, 5, 1),)}}}, "held.level has an amount for nobody"),
        ({"state": {"held": {"level": ((1, 5, 1), (0, 5, 1))}}}, "held.level is not sorted"),
        ({"state": {"pools": {"leaders": -1}}}, "pools.leaders is negative"),
    ],
)
def test_broken_trees_positions_and_states_are_refused(changes, said):
    with pytest.raises(FactsError, match=said):
        grown(**changes)


def test_two_positions_do_not_share_a_slot():
    three = Positions(
        np.array(["A", "B", "C"]), np.array([0, 1, 2]), np.array([-1, 0, 0]), np.array([-1, 1, 1])
    )
    with pytest.raises(FactsError, match="C stands in a slot that is taken"):
        replace(good(), positions={"board": three})


@pytest.mark.parametrize(
    "changes",
    [
        {"people": {"parents": {"code": np.array([-1, 0, 0])}}},
        {"people": {"inputs": {"coupons": THREE}}},
        {"people": {"others": {"monthly.rank": THREE}}},
        {"lines": {"order_number": np.array([1, 2])}},
        {"lines": {"back": {"qualifying": np.array([0, 1])}}},
        {"positions": {"owner": np.array([0, 1])}},
        {"positions": {"slot": np.array([-1, 0])}},
        {"positions": {"key": np.array(["A", "A#3"])}},
        {"state": {"carry": {"pairs": np.zeros((2, 2, 1), np.int64)}}},
        {"state": {"windows": {"recent": np.zeros((3, 1), np.int64)}}},
        {"state": {"windows": {"recent": np.zeros((3, 2), np.int64)}}},
        {"state": {"given": {"first": THREE}}},
        {"state": {"held": {"level": ((0, 5, 1),)}}},
        {"state": {"pools": {"leaders": 1}}},
    ],
)
def test_the_input_hash_sees_trees_positions_and_state(changes):
    assert grown(**changes).input_hash() != grown().input_hash()


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
