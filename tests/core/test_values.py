"""Expressions as arrays: exact products, tables, bounds."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from commissions.core.language import Arithmetic, Call, Choose, Compare, Lookup, Number, Word
from commissions.core.plan import load
from commissions.core.terms import Axis, Table
from commissions.core.values import Overflowing, cells, compute, exact, is_exact, less, slices, total_size

LINDEN = load(
    (Path(__file__).resolve().parents[2] / "commissions/plans/linden.yaml").read_text(encoding="utf-8")
)
SLICED = Table(
    "sliced", "marginal", "rate", (Axis(Word("", "pv"), "points", False, (0, 100)),), ((50_000,), (80_000,))
)
PLAN = SimpleNamespace(
    units=LINDEN.units, tables={**LINDEN.tables, "sliced": SLICED}, memories=LINDEN.memories
)
PV, GV = Word("", "pv"), Word("", "gv")


def rate(millionths):
    return Number(millionths, "rate")


def value(expression, **words):
    return compute(expression, lambda word: np.array(words[word.name], np.int64), PLAN).tolist()


@pytest.mark.parametrize("own", [399_999_999_999_999, 400_000_000_000_000])
def test_a_share_is_compared_exactly_at_the_largest_amounts(own):
    test = Compare(">=", Arithmetic("*", PV, rate(1_000_000)), Arithmetic("*", GV, rate(400_000)))
    assert value(test, pv=[own], gv=[10**15]) == [own >= 4 * 10**14]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (">=", [1, 1, 0]),
        (">", [1, 0, 0]),
        ("<=", [0, 1, 1]),
        ("<", [0, 0, 1]),
        ("==", [0, 1, 0]),
        ("!=", [1, 0, 1]),
    ],
)
def test_millionths_decide_where_whole_units_are_equal(operator, expected):
    third = Arithmetic("*", GV, rate(333_333))
    test = Compare(operator, Arithmetic("*", PV, rate(1)), third)
    assert value(test, pv=[333_334, 333_333, 333_332], gv=[1, 1, 1]) == expected


def test_a_rounded_product():
    product = Arithmetic("*", PV, rate(125_000))
    assert value(Call("round_half_up", (product,)), pv=[3, 4, 12, -4, -5]) == [0, 1, 2, -1, -1]
    assert value(Call("round_down", (product,)), pv=[3, 4, 12, -4, -5]) == [0, 0, 1, -1, -1]


def test_a_count_times_a_rate_is_a_rate():
    assert not is_exact(Arithmetic("*", Number(2, "count"), rate(50_000)), PLAN)
    assert is_exact(Arithmetic("*", PV, Arithmetic("*", Number(2, "count"), rate(50_000))), PLAN)
    assert is_exact(
        Choose(Compare(">=", PV, GV), Arithmetic("*", PV, rate(1)), Arithmetic("*", GV, rate(1))), PLAN
    )


def test_whole_parts_and_extremes():
    assert value(Call("whole", (PV, GV)), pv=[7, -7, 7], gv=[2, 2, 0]) == [3, -4, 0]
    assert value(Call("highest", (PV, GV, Number(5, "points"))), pv=[1, 9], gv=[2, 2]) == [5, 9]
    assert value(Call("lowest", (PV, GV)), pv=[1, 9], gv=[2, 2]) == [1, 2]


def test_a_marginal_table_pays_each_slice():
    whole, micro = exact(Lookup("sliced"), lambda word: np.array([0, 50, 250]), PLAN)
    assert (whole * 1_000_000 + micro).tolist() == [0, 50 * 50_000, 100 * 50_000 + 150 * 80_000]
    assert [(part.tolist(), cell) for part, cell in slices(SLICED, np.array([250]))] == [
        ([100], 50_000),
        ([150], 80_000),
    ]


def test_cells_are_read_like_a_table_reads_itself():
    exactly = Axis(Word("", "level"), "count", True, (1, 3))
    steps = Axis(Word("", "rank"), "rank", False, (1, 2))
    table = Table("two", "cliff", "rate", (exactly, steps), ((10, 20), (30, 40)))
    asked = [(level, rank) for level in range(5) for rank in range(4)]
    read = cells(table, [np.array([one[0] for one in asked]), np.array([one[1] for one in asked])])
    assert read.tolist() == [table.at(*one) for one in asked]


def test_what_leaves_64_bits_is_refused():
    with pytest.raises(Overflowing):
        value(Arithmetic("*", PV, GV), pv=[10**12], gv=[10**8])
    with pytest.raises(Overflowing):
        value(Arithmetic("+", PV, GV), pv=[2**62], gv=[2**62])
    with pytest.raises(Overflowing):
        exact(Arithmetic("*", PV, rate(10**7)), lambda word: np.array([4 * 10**18]), PLAN)


def test_a_total_is_never_told_too_small():
    for values in ([], [5, -7], [2**61, -(2**61)], [10**15] * 100):
        assert total_size(np.array(values, np.int64)) >= sum(map(abs, values))


def test_less_is_decided_by_millionths_where_whole_units_are_equal():
    one = np.array([1, 1, 2, 1, 5]), np.array([5, 6, 0, 7, 1])
    other = np.array([1, 1, 1, 2, 5]), np.array([6, 5, 9, 0, 1])
    assert less(one, other).tolist() == [True, False, False, True, False]
