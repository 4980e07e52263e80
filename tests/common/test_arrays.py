import numpy as np
import pytest

from common.arrays import NOWHERE, first, places


@pytest.mark.parametrize("spread", [1, 1_000_000])
def test_each_key_is_found_where_it_stands(spread):
    among = np.array([7, 3, 9]) * spread
    wanted = np.array([9, 4, 3, 0, -1, 10**12]) * spread
    assert places(of=wanted, among=among).tolist() == [2, NOWHERE, 1, NOWHERE, NOWHERE, NOWHERE]


def test_among_nobody_nobody_is_found():
    assert places(of=np.array([1, 2]), among=np.array([], np.int64)).tolist() == [NOWHERE, NOWHERE]


@pytest.mark.parametrize("most", [None, 1, 3, 10, 40, 400])
@pytest.mark.parametrize("kinds", [2, 5, 1_000])
def test_the_first_rows_are_those_of_the_whole_order(most, kinds):
    chance = np.random.default_rng(7)
    by = [chance.integers(0, kinds, 200), chance.integers(0, 3, 200), chance.permutation(200)]
    order = np.lexsort(by[::-1])
    assert first(by=by, most=most).tolist() == order[:most].tolist()


def test_the_first_of_nobody_is_nobody():
    assert first(by=[np.empty(0, np.int64)], most=5).tolist() == []
