"""A team as parallel arrays, and what of it follows from who stands under whom. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.have import Have
from commissions.core.plan import Plan

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Team:
    """Element i of every array belongs to the person ids[i]. Volumes in hundredths of a point.

    Of a team that was cut out of its run `place` says where each stands among everybody of it, and `near` how far they
    are to the next rank, NOBODY where the run does not know; both are empty of a team that was read.

    `level` counts from the viewer, `generation` counts those on the way who are active; `head` is the index of whoever
    the person's leg begins with. `rank` and `title` are indices in the ladder, NOBODY for whom the run did not know.
    """

    ids: Ints
    joined: Ints  # microseconds since 1970
    level: Ints
    generation: Ints
    head: Ints
    below: Ints
    known: Bools
    rank: Ints
    title: Ints
    active: Bools
    was_active: Bools
    own: Ints
    group: Ints
    place: Ints
    near: Ints

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def is_cut_out(self) -> bool:
        return bool(len(self.place))


def nearness(*, plan: Plan, rank: Ints, have: Ints | Have) -> Ints:
    """How far each one is to the next rank in thousandths, by what is furthest from being met; NOBODY at the top and
    of a rank that is none. `have` is a row for each person, in the order of the plan's requirements."""
    found = np.full(len(rank), NOBODY, np.int64)
    for step in range(len(plan.ladder) - 1):
        asked = [at for at, one in enumerate(plan.requirements) if one.rank == step + 1]
        rows = np.flatnonzero(rank == step)
        had = have[rows]
        shares = [np.clip(had[:, at] * 1000 // max(1, plan.requirements[at].need), 0, 1000) for at in asked]
        found[rows] = np.min(shares, axis=0) if shares else 1000
    return found


def ways(*, then: Ints, today: Ints, active: Bools) -> dict[str, Ints]:
    """Level, generation, leg and how many are below, by the parents `then`; where these do not lead to the viewer, by
    those of `today`. A parent is an index: one more than the last for the viewer, two more for somebody elsewhere."""
    level, generation, head = way(then, active)
    lost = level == NOBODY
    if lost.any():
        # Came into the team after the month: where they stand today.
        parent = np.where(lost, today, then)
        level, generation, head = way(parent, active)
        lost = level == NOBODY
        if lost.any():
            parent = today
            level, generation, head = way(parent, active)
    else:
        parent = then
    return {"level": level, "generation": generation, "head": head, "below": _below(parent, level)}


def way(parent: Ints, active: Bools, /) -> tuple[Ints, Ints, Ints]:
    """Level, generation and leg of each, by doubling the steps that are looked at: as many rounds as the depth has
    binary digits."""
    size = len(parent)
    hop = np.concatenate([parent, [size, size + 1]])
    steps = (hop != np.arange(size + 2)).astype(np.int64)
    between = np.append(active, [False, False]).astype(np.int64)[hop]
    head = np.where(hop == size, np.arange(size + 2), hop)
    head[size:] = [size, size + 1]
    for _round in range(max(1, size).bit_length() + 1):
        if (hop[:size] >= size).all():
            break
        steps += steps[hop] * (hop != np.arange(size + 2))
        between += between[hop] * (hop < size)
        head, hop = head[head], hop[hop]
    reached = hop[:size] == size
    level = np.where(reached, steps[:size], NOBODY)
    return level, np.where(reached, between[:size] + 1, NOBODY), np.where(reached, head[:size], NOBODY)


def _below(parent: Ints, level: Ints) -> Ints:
    """How many people stand below each, deepest level first."""
    size = len(parent)
    count = np.zeros(size + 2, np.int64)
    order = np.argsort(-level, kind="stable")
    ends = np.flatnonzero(np.diff(level[order])) + 1
    for rows in np.split(order, ends) if size else []:
        np.add.at(count, parent[rows], count[rows] + 1)
    return count[:size]
