"""Where newcomers are put in a tree of positions, and the parent that a rule says."""

import pytest

from commissions.core.placing import find_place
from commissions.core.terms import Tree

TWO = Tree("placement", "placed", slots=("left", "right"), fill="first_free_by_level", under="sponsor")
TOP = {"Top": ("Top", "", -1)}
FULL = {
    **TOP,
    "A": ("A", "Top", 0),
    "B": ("B", "Top", 1),
    "C": ("C", "A", 0),
    "D": ("D", "A", 1),
    "E": ("E", "B", 0),
    "F": ("F", "B", 1),
}


def test_the_first_is_the_top():
    assert find_place(TWO, {}, "") == ("", -1)


@pytest.mark.parametrize(
    ("held", "under", "place"),
    [
        (TOP, "Top", ("Top", 0)),
        (FULL, "Top", ("C", 0)),
        (FULL, "B", ("E", 0)),
        ({key: held for key, held in FULL.items() if key != "D"}, "Top", ("A", 1)),
        (FULL, "nobody who has a position", ("C", 0)),
    ],
)
def test_level_by_level_from_the_first_slot(held, under, place):
    assert find_place(TWO, held, under) == place


def test_a_matrix_is_full_below_its_depth():
    shallow = Tree("board", "placed", slots=("1", "2"), depth=2, fill="first_free_by_level", under="sponsor")
    assert find_place(shallow, FULL, "Top") is None
    assert find_place(shallow, FULL, "A") == ("C", 0)


@pytest.mark.parametrize(("brought", "place"), [(0, ("C", 0)), (1, ("F", 1)), (2, ("C", 0))])
def test_the_outside_of_one_leg_after_the_other(brought, place):
    tree = Tree("placement", "placed", slots=("left", "right"), fill="alternate", under="sponsor")
    assert find_place(tree, FULL, "Top", brought) == place


def test_the_leg_with_fewer_positions():
    tree = Tree("placement", "placed", slots=("left", "right"), fill="weaker_leg", under="sponsor")
    assert find_place(tree, TOP, "Top") == ("Top", 0)
    assert find_place(tree, {**TOP, "A": ("A", "Top", 0)}, "Top") == ("Top", 1)
    lean = {key: held for key, held in FULL.items() if key not in "EF"}
    assert find_place(tree, lean, "Top") == ("B", 0)
    assert find_place(tree, FULL, "Top") == ("C", 0)
