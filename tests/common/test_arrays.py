import numpy as np
import pytest

from common.arrays import NOWHERE, places


@pytest.mark.parametrize("spread", [1, 1_000_000])
def test_each_key_is_found_where_it_stands(spread):
    among = np.array([7, 3, 9]) * spread
    wanted = np.array([9, 4, 3, 0, -1, 10**12]) * spread
    assert places(of=wanted, among=among).tolist() == [2, NOWHERE, 1, NOWHERE, NOWHERE, NOWHERE]


def test_among_nobody_nobody_is_found():
    assert places(of=np.array([1, 2]), among=np.array([], np.int64)).tolist() == [NOWHERE, NOWHERE]
