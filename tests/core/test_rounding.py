from fractions import Fraction
from random import Random

import numpy as np
import pytest

from commissions.core.rounding import exact, half_up, half_up_sums, largest_remainder

MILLION = 1_000_000


def test_base_times_rate_is_exact_up_to_the_bounds():
    random = Random(1)
    bases = [random.randint(-(10**15), 10**15) for _ in range(2_000)] + [10**15, -(10**15), 0, 1, -1]
    rates = [random.randint(0, MILLION) for _ in range(2_000)] + [MILLION] * 5
    whole, micro = exact(base=np.array(bases), rate_ppm=np.array(rates))
    assert [w * MILLION + m for w, m in zip(whole.tolist(), micro.tolist(), strict=True)] == [
        base * rate for base, rate in zip(bases, rates, strict=True)
    ]


def test_one_product_would_have_left_64_bits():
    """The negative control of the split: the plain product wraps."""
    base, rate = np.array([10**15]), np.array([999_999])
    assert int((base * rate)[0]) != 10**15 * 999_999


@pytest.mark.parametrize(
    ("micro", "rounded"),
    [
        (0, 0),
        (499_999, 0),
        (500_000, 1),
        (1_499_999, 1),
        (1_500_000, 2),
        (-499_999, 0),
        (-500_000, -1),
        (-1_500_000, -2),
    ],
)
def test_halves_go_away_from_zero(micro, rounded):
    assert half_up(micro) == rounded
    sums = half_up_sums(whole=np.array([micro // MILLION]), micro=np.array([micro % MILLION]))
    assert sums.tolist() == [rounded]


def test_sums_round_like_fractions():
    random = Random(2)
    for _ in range(500):
        value = random.randint(-(10**9), 10**9)
        nearest = int(abs(Fraction(value, MILLION)) + Fraction(1, 2)) * (1 if value >= 0 else -1)
        assert half_up(value) == nearest


def test_a_split_adds_up_and_the_first_gets_the_odd_cent():
    assert largest_remainder(total=100, shares=[1, 1, 1]) == [34, 33, 33]
    assert largest_remainder(total=42, shares=[28, 20]) == [25, 17]
    with pytest.raises(ValueError, match="Shares"):
        largest_remainder(total=1, shares=[0])
