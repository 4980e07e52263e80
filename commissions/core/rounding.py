"""Exact amounts, rounded once. docs/money.md argues it."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
MILLION = 1_000_000
BLOCK = 1 << 15
LARGEST_INT = 2**63 - 1


def exact(*, base: Ints, rate_ppm: Ints) -> tuple[Ints, Ints]:
    """base × rate as whole minor units and millionths (0 to 999,999) of one; exact for |base| ≤ 10^15 and rates up to
    a thousand million (a thousand times the base).

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
    return rounded(value, how="half_up")


def rounded(value: int, *, how: str) -> int:
    """Millionths of a minor unit to whole minor units. `half_up`: halves away from zero; `half_even`: to the even
    neighbour; `down`: towards zero. Each takes back exactly what it gave: rounded(-x) = -rounded(x)."""
    whole, rest = divmod(abs(value), MILLION)
    if how == "half_up":
        whole += 2 * rest >= MILLION
    elif how == "half_even":
        whole += 2 * rest > MILLION or (2 * rest == MILLION and whole % 2 == 1)
    return whole if value >= 0 else -whole


def half_up_sums(*, whole: Ints, micro: Ints) -> Ints:
    """`half_up` of sums that are kept as whole units and millionths apart."""
    return rounded_sums(whole=whole, micro=micro, how="half_up")


def rounded_sums(*, whole: Ints, micro: Ints, how: str) -> Ints:
    """`rounded` of sums that are kept as whole units and millionths apart."""
    whole, micro = carried(whole=whole, micro=micro)
    negative = whole < 0
    if how == "down":
        return whole + (negative & (micro > 0)).astype(np.int64)
    if how == "half_even":
        even: Ints = whole + ((2 * micro > MILLION) | ((2 * micro == MILLION) & (whole % 2 == 1)))
        return even
    # -0.4 is kept as -1 and 600,000: a negative value rounds away from zero only from -0.5 on.
    up = np.where(negative, 2 * micro > MILLION, 2 * micro >= MILLION)
    return whole + up.astype(np.int64)


def carried(*, whole: Ints, micro: Ints) -> tuple[Ints, Ints]:
    """Whole units and millionths, the millionths brought back between 0 and 999,999."""
    carry = micro // MILLION
    return whole + carry, micro - carry * MILLION


def total(values: Ints) -> int:
    """The sum, whatever its size: in two halves, each of which stays inside 64 bits."""
    return (int((values >> 31).sum()) << 31) + int((values & (2**31 - 1)).sum())


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


def split(*, total: int, shares: Ints, ties: NDArray[np.generic]) -> Ints:
    """`largest_remainder` of arrays: equal remainders in the order of `ties`, which differ from each other."""
    weight = int(shares.astype(object).sum()) if _large(shares, len(shares)) else int(shares.sum())
    if weight <= 0 or (shares < 0).any():
        raise ValueError("Shares must not be negative and must sum to more than nothing")
    large = _large(shares, max(total, 1)) or weight > LARGEST_INT
    products = shares.astype(object) * total if large else shares * total
    parts = (products // weight).astype(np.int64)
    rests = products % weight
    left = total - int(parts.sum())
    if left:
        # Who is above the last remainder that still gets one is sure of it; those who share it are told apart.
        edge = np.sort(rests)[len(rests) - left]
        parts[rests > edge] += 1
        equal = np.flatnonzero(rests == edge)
        equal = equal[np.argsort(ties[equal], kind="stable")]
        parts[equal[: left - int((rests > edge).sum())]] += 1
    return parts


def above(*, total: int, shares: Ints, most: int) -> NDArray[np.bool_]:
    """Whose part of the total, in proportion to `shares` and not rounded, is more than the most."""
    weight = sum(shares.tolist()) if _large(shares, len(shares)) else int(shares.sum())
    limit = most * weight
    if _large(shares, max(total, 1)) or limit > LARGEST_INT:
        return np.array(shares.astype(object) * total > limit, bool)
    found: NDArray[np.bool_] = shares * total > limit
    return found


def _large(shares: Ints, times: int) -> bool:
    """Whether a product with the largest share leaves 64 bits."""
    return bool(len(shares)) and int(shares.max()) * times > LARGEST_INT
