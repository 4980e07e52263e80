"""Exact amounts, rounded once. docs/money.md argues it."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
MILLION = 1_000_000
BLOCK = 1 << 15


def exact(*, base: Ints, rate_ppm: Ints) -> tuple[Ints, Ints]:
    """base × rate as whole minor units and millionths (0 to 999,999) of one; exact for |base| ≤ 10^15.

    base = q·10⁶ + r, so whole = q·rate + r·rate // 10⁶ and micro = r·rate mod 10⁶: no product leaves 64 bits.
    """
    whole, micro = np.empty_like(base), np.empty_like(base)
    for at in range(0, len(base), BLOCK):  # what is in between stays in the processor's cache
        rows = slice(at, at + BLOCK)
        q = base[rows] // MILLION
        rest = (base[rows] - q * MILLION) * rate_ppm[rows]
        carried = rest // MILLION
        whole[rows] = q * rate_ppm[rows] + carried
        micro[rows] = rest - carried * MILLION
    return whole, micro


def half_up(value: int) -> int:
    """Millionths of a minor unit to whole minor units, halves away from zero: the same for what is given and taken."""
    whole, rest = divmod(abs(value), MILLION)
    rounded = whole + (2 * rest >= MILLION)
    return rounded if value >= 0 else -rounded


def half_up_sums(*, whole: Ints, micro: Ints) -> Ints:
    """`half_up` of sums that are kept as whole units and millionths apart."""
    whole, micro = whole + micro // MILLION, micro % MILLION
    negative = whole < 0
    # -0.4 is kept as -1 and 600,000: a negative value rounds away from zero only from -0.5 on.
    up = np.where(negative, 2 * micro > MILLION, 2 * micro >= MILLION)
    return whole + up


def largest_remainder(*, total: int, shares: list[int]) -> list[int]:
    """Splits whole units in proportion to `shares`; the parts sum to the total. Equal remainders: the first gets more.

    Raises ValueError when the shares are negative or sum to nothing.
    """
    weight = sum(shares)
    if weight <= 0 or min(shares) < 0:
        raise ValueError("Shares must not be negative and must sum to more than nothing")
    parts = [total * share // weight for share in shares]
    rests = [total * share % weight for share in shares]
    for index in sorted(range(len(shares)), key=lambda i: (-rests[i], i))[: total - sum(parts)]:
        parts[index] += 1
    return parts
