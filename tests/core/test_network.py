"""Trees as levels: sorted or not, of people or of positions, and what rises in them."""

from random import Random

import numpy as np
import pytest

from commissions.core import network
from commissions.core.facts import FactsError, depths
from commissions.core.rising import LARGEST, SUM, Levels, Look, Team
from commissions.core.values import Overflowing


def ints(*values):
    return np.array(values, np.int64)


def random_tree(random, size):
    """Parents in any order."""
    order = random.sample(range(size), size)
    parents = np.full(size, -1)
    for at, node in enumerate(order):
        if at and random.random() > 0.1:
            parents[node] = order[random.randrange(at)]
    return parents


def in_order(parents):
    """The same tree, sorted by depth."""
    order = np.argsort(depths(parents), kind="stable")
    place = np.empty(len(parents), np.int64)
    place[order] = np.arange(len(parents))
    return np.where(parents[order] >= 0, place[parents[order]], -1)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 40, 300])
def test_a_sorted_tree_has_the_same_levels_as_any_other(size):
    for seed in range(10):
        parents = in_order(random_tree(Random(seed), size))
        fast, plain = network.of_sorted(parents), network.of(parents)
        assert fast.depth.tolist() == plain.depth.tolist()
        assert [np.arange(size)[rows].tolist() for rows in fast.levels] == [
            np.arange(size)[rows].tolist() for rows in plain.levels
        ]


def test_a_line_and_a_star_are_trees_too():
    line = network.of_sorted(np.arange(-1, 4_999))
    assert (len(line.levels), line.depth[-1]) == (5_000, 4_999)
    star = network.of_sorted(ints(-1, *[0] * 4_999))
    assert [rows.stop - rows.start for rows in star.levels] == [1, 4_999]


def test_a_circle_is_refused():
    with pytest.raises(FactsError, match="circle"):
        network.of(ints(1, 2, 0, -1))


TREE = network.of(ints(4, -1, 4, 0, 1, 0))  # 1 – 4 – (0 – (3, 5), 2)


def test_the_nearest_above():
    assert TREE.nearest_above(np.array([False, True, False, False, False, False])).tolist() == [
        1,
        -1,
        1,
        1,
        1,
        1,
    ]
    assert TREE.nearest_above(np.array([True, False, False, False, True, False])).tolist() == [
        4,
        -1,
        4,
        0,
        -1,
        0,
    ]


def seen(stops=None, passed=None, values=(1, 2, 4, 8, 16, 32)):
    def look(level):
        rows = TREE.levels[level]
        cut = [None if column is None else np.array(column)[rows] for column in (stops, passed)]
        return Look(ints(*values)[rows], *cut)

    return look


def told(sweep):
    sweep.through(0)
    return sweep.found.tolist()


NODE_0 = [True, False, False, False, False, False]


def test_a_team_is_everybody_below():
    assert told(Team(TREE, SUM, seen())) == [40, 61, 0, 0, 45, 0]
    assert told(Team(TREE, SUM, seen(NODE_0))) == [40, 20, 0, 0, 4, 0]
    assert told(Team(TREE, SUM, seen(NODE_0), inclusive=True)) == [40, 21, 0, 0, 5, 0]
    nothing = LARGEST.nothing
    assert told(Team(TREE, LARGEST, seen())) == [32, 32, nothing, nothing, 32, nothing]


def test_levels_are_counted_from_the_one_who_asks():
    assert told(Levels(TREE, SUM, seen(), 1, 1)) == [40, 16, 0, 0, 5, 0]
    assert told(Levels(TREE, SUM, seen(), 2, 3)) == [0, 45, 0, 0, 40, 0]
    assert told(Levels(TREE, SUM, seen(), 2, 90)) == [0, 45, 0, 0, 40, 0]
    assert told(Levels(TREE, SUM, seen(), 50, 90)) == [0] * 6


def test_who_is_passed_over_uses_up_no_level():
    assert told(Levels(TREE, SUM, seen(passed=NODE_0), 1, 1)) == [40, 16, 0, 0, 44, 0]
    assert told(Levels(TREE, SUM, seen(NODE_0, NODE_0), 1, 1, inclusive=True)) == [40, 16, 0, 0, 4, 0]


def test_a_sweep_rises_as_far_as_it_is_asked():
    team = Team(TREE, SUM, seen())
    team.through(1)
    assert (team.found[4], team.found[1]) == (45, 0)
    team.through(0)
    assert team.found[1] == 61


def test_sums_that_leave_64_bits_are_refused():
    with pytest.raises(Overflowing):
        told(Team(TREE, SUM, seen(values=(2**62,) * 6)))
