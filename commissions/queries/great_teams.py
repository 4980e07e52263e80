"""A great team out of everybody of a run: a slice of them, and those who have come, gone or moved since.

Who stands below is decided by the sponsors of today, figures and places are those of the run, as for small teams.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from commissions.queries.everyone import Everyone
from commissions.queries.team_arrays import NOBODY, Ints, Team, way, ways

Kind = TypeVar("Kind", bound=np.generic)


def of(*, everyone: Everyone, at: int) -> Team:
    """The team of whoever stands at this place."""
    return _with_moves(everyone, at) if _is_touched(everyone, at) else _as_the_run_saw_it(everyone, at)


def _is_touched(everyone: Everyone, at: int) -> bool:
    """Whether anybody who moved stands in this team, or did, or has come to somebody of it."""
    here = everyone.team(at)
    left, joined = everyone.places(everyone.moved), everyone.places(everyone.moved_to)
    was_here = (left >= here.start) & (left < here.stop)
    is_here = (joined >= at) & (joined < here.stop)
    return bool((was_here | is_here).any())


def _as_the_run_saw_it(everyone: Everyone, at: int) -> Team:
    here = everyone.team(at)
    active = everyone.active[here]
    level = everyone.depth[here] - everyone.depth[at]
    front = np.flatnonzero(level == 1)
    size = everyone.size[here]
    return Team(
        ids=everyone.ids[here],
        joined=everyone.joined[here],
        level=level,
        generation=everyone.active_above[here] - everyone.active_above[at] - int(everyone.active[at]) + 1,
        head=np.repeat(front, size[front] + 1),
        below=size,
        known=np.ones(len(level), bool),
        rank=everyone.rank[here],
        title=everyone.title[here],
        active=active,
        was_active=everyone.was_active[here],
        own=everyone.own[here],
        group=everyone.group[here],
        place=np.arange(here.start, here.stop),
        near=everyone.near[here],
    )


def _with_moves(everyone: Everyone, at: int) -> Team:
    """Everybody who was in the team or has moved, each with those below: who of them stands below the viewer today."""
    moved = everyone.places(everyone.moved)
    known = moved >= 0
    parts = [everyone.team(at), *(slice(one, everyone.team(one).stop) for one in moved[known].tolist())]
    inside = np.zeros(len(everyone), bool)
    for part in parts:
        inside[part] = True
    inside[at] = False
    places = np.flatnonzero(inside)
    ids = np.concatenate([everyone.ids[places], everyone.moved[~known]])
    size, new = len(ids), len(ids) - len(places)

    def index(person: Ints) -> Ints:
        """Where each of these people is among ours: `size` for the viewer, one more for anybody else."""
        order = np.argsort(ids)
        found = order[np.minimum(np.searchsorted(ids, person, sorter=order), size - 1)]
        return np.where(person == everyone.ids[at], size, np.where(ids[found] == person, found, size + 1))

    above = everyone.parent[places]
    numbers = np.append(np.cumsum(inside) - 1, NOBODY)
    then = np.where(above == at, size, np.where((above >= 0) & inside[above], numbers[above], size + 1))
    then = np.concatenate([then, np.full(new, size + 1)])
    today = then.copy()
    who = index(everyone.moved)
    today[who[who < size]] = index(everyone.moved_to)[who < size]
    then[size - new :] = today[size - new :]

    def column(values: NDArray[Kind], missing: int = 0) -> NDArray[Kind]:
        return np.concatenate([values[places], np.full(new, missing, values.dtype)])

    active = column(everyone.active)
    joined = np.concatenate([everyone.joined[places], everyone.moved_joined[~known]])
    below, _, _ = way(today, active)
    stays = np.flatnonzero((below != NOBODY) & (joined < everyone.until))
    again = np.full(size + 2, len(stays) + 1)
    again[stays], again[size] = np.arange(len(stays)), len(stays)
    found = ways(then=again[then[stays]], today=again[today[stays]], active=active[stays])
    return Team(
        ids=ids[stays],
        joined=joined[stays],
        **found,
        known=np.concatenate([np.ones(len(places), bool), np.zeros(new, bool)])[stays],
        rank=column(everyone.rank, NOBODY)[stays],
        title=column(everyone.title, NOBODY)[stays],
        active=active[stays],
        was_active=column(everyone.was_active)[stays],
        own=column(everyone.own)[stays],
        group=column(everyone.group)[stays],
        place=np.concatenate([places, np.full(new, NOBODY)])[stays],
        near=column(everyone.near, NOBODY)[stays],
    )
