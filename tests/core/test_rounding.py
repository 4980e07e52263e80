from fractions import Fraction
from random import Random

import numpy as np
import pytest

from commissions.core.rounding import (
    above,
    exact,
    half_up,
    half_up_sums,
    largest_remainder,
    rounded,
    rounded_sums,
    split,
    total,
)

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


@pytest.mark.parametrize(
    ("micro", "half_even", "down"),
    [
        (500_000, 0, 0),
        (500_001, 1, 0),
        (1_500_000, 2, 1),
        (1_999_999, 2, 1),
        (2_500_000, 2, 2),
        (-500_000, 0, 0),
        (-1_500_000, -2, -1),
        (-1_500_001, -2, -1),
        (-2_500_000, -2, -2),
        (-1_000_000, -1, -1),
    ],
)
def test_halves_to_the_even_neighbour_and_everything_towards_zero(micro, half_even, down):
    for how, expected in (("half_even", half_even), ("down", down)):
        assert rounded(micro, how=how) == expected
        sums = rounded_sums(whole=np.array([micro // MILLION]), micro=np.array([micro % MILLION]), how=how)
        assert sums.tolist() == [expected]


@pytest.mark.parametrize("how", ["half_up", "half_even", "down"])
def test_what_is_taken_back_is_what_was_given(how):
    random = Random(3)
    for _ in range(300):
        value = random.randint(-(10**8), 10**8) // random.choice([1, 500_000]) * random.choice([1, 500_000])
        assert rounded(-value, how=how) == -rounded(value, how=how)
        sums = rounded_sums(whole=np.array([value // MILLION]), micro=np.array([value % MILLION]), how=how)
        assert sums.tolist() == [rounded(value, how=how)]


def test_a_split_of_arrays_is_the_split_one_by_one():
    """Ties are told apart by what is said, not by where somebody stands; sums beyond 64 bits are exact."""
    random = Random(4)
    for _ in range(300):
        largest = random.choice([3, 10**6, 10**15, 4 * 10**18])
        shares = [random.choice([0, 1, random.randint(0, largest)]) for _ in range(random.randint(1, 9))] + [
            1
        ]
        total_cents = random.choice([0, 1, 7, random.randint(0, 10**15)])
        order = list(range(len(shares)))
        random.shuffle(order)
        ties = np.array([f"{order.index(at):03}" for at in range(len(shares))])
        found = split(total=total_cents, shares=np.array(shares), ties=ties).tolist()
        told = largest_remainder(total=total_cents, shares=[shares[at] for at in order])
        assert [found[at] for at in order] == told


def test_whose_part_is_too_large():
    """A third of 10 is more than 3, and not more than 4; the comparison does not round."""
    shares = np.array([1, 1, 1])
    assert above(total=10, shares=shares, most=3).tolist() == [True] * 3
    assert above(total=9, shares=shares, most=3).tolist() == [False] * 3
    huge = np.array([4 * 10**18, 4 * 10**18])
    assert above(total=10**15, shares=huge, most=5 * 10**14 - 1).tolist() == [True, True]
    assert above(total=10**15, shares=huge, most=5 * 10**14).tolist() == [False, False]


def test_a_total_beyond_64_bits_is_exact():
    values = np.full(4, 4 * 10**18)
    assert int(values.sum()) != 16 * 10**18
    assert total(values) == 16 * 10**18
    assert total(-values) == -16 * 10**18
