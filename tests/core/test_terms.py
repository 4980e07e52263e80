"""What a table gives where it is read one value at a time."""

from commissions.core.language.syntax import Word
from commissions.core.terms import Axis, Table

LEVELS = Axis(Word("", "level"), "count", exact=True, keys=(1, 3))
POINTS = Axis(Word("", "pv"), "points", exact=False, keys=(100, 500))
BOTH = Table("both", "cliff", "rate", (LEVELS, POINTS), ((10, 20), (30, 40)))


def test_a_row_of_an_exact_axis_serves_its_own_value_alone():
    assert [LEVELS.place(value) for value in (0, 1, 2, 3, 4)] == [-1, 0, -1, 1, -1]


def test_a_row_of_another_axis_serves_up_to_the_next():
    assert [POINTS.place(value) for value in (99, 100, 499, 500, 10_000)] == [-1, 0, 0, 1, 1]


def test_a_cell_that_is_not_written_is_nothing():
    assert [BOTH.at(level, 499) for level in (1, 2, 3)] == [10, 0, 30]
    assert [BOTH.at(3, points) for points in (99, 100, 500)] == [0, 30, 40]


def test_slices_that_a_value_does_not_reach_are_left_out():
    table = Table("slices", "marginal", "rate", (POINTS,), ((10,), (20,)))
    found = [table.slices(value) for value in (0, 100, 101, 500, 700)]
    assert found == [(), (), ((1, 10),), ((400, 10),), ((400, 10), (200, 20))]
