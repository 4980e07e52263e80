"""The whole team as a table: filtered, sorted, a bounded page at a time.

Queries do not grow with the team: the numbers of everybody are read at once (`team_numbers`), the names and what else
is shown only for the people of the page. Each of them is confirmed by walking up before it is given out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from commissions.queries import members, outline, plans, team_numbers
from commissions.queries.team_arrays import NOBODY, Bools, Ints, Team
from common.arrays import first
from distributors.queries import people, sponsor_tree
from distributors.queries.people import PersonName
from sales.queries import activity

PAGE = 50
# Whoever needs more than this narrows the list or takes it as a file.
MOST = 2_000
# Of a thousand: how near everything the next rank asks has to be.
CLOSE = 750
ACTIVITIES = ("active", "inactive", "at_risk")
# The natural direction of each column; True is the highest first.
SORTS: Mapping[str, bool] = {
    "gv": True, "pv": True, "name": False, "level": False, "generation": False, "leg": True, "rank": True,
    "career": True, "active": True, "joined": True, "last": True, "below": True, "near": True,
}  # fmt: skip
# Of a great team by a run's own order; who joined since has no place in it.
KEPT_ORDERS = ("name", "last")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a table is narrowed to and how it is sorted; None and "" narrow nothing.

    `rank` is an index in the ladder, `leg` the number of the person a leg begins with, `joined` a half-open span.
    """

    level: int | None = None
    rank: int | None = None
    activity: str = ""
    joined: tuple[datetime, datetime] | None = None
    close: bool = False
    leg: str = ""
    sort: str = "gv"
    reverse: bool = False
    with_near: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One person. `near` is in thousandths of the way to the next rank, None where it was not asked for."""

    person: outline.Person
    level: int
    generation: int
    leg: PersonName | None
    below: int
    figures: members.Figures | None
    career: str
    last_order: date | None
    near: int | None = None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Whom a choice leaves, as indices of the team, those who come first in order; `count` says how many it leaves,
    `total` counts the whole team, `active` its active; `at_the_end` how many a kept order does not know: they stand
    last whatever they are called and whenever they sold."""

    team: Team
    order: Ints
    near: Ints | None
    count: int
    total: int
    active: int
    at_the_end: int

    def __len__(self) -> int:
        return self.count


def select(*, viewer_id: int, month: members.Month, choice: Choice, most: int | None = None) -> Selection:
    """Whom of the team the choice leaves, sorted: everybody, or the first `most`; a fixed number of queries."""
    team = team_numbers.load(viewer_id=viewer_id, month=month)
    near = None
    if choice.close or choice.with_near or choice.sort == "near":
        near = team_numbers.nearness(team=team, viewer_id=viewer_id, month=month)
    kept = np.flatnonzero(_kept(team, choice, near))
    count = len(kept)
    is_kept_order = team.is_cut_out and choice.sort in KEPT_ORDERS
    at_the_end = int((team.place[kept] < 0).sum()) if is_kept_order else 0
    by = _keys(team, choice, near, viewer_id, month)
    if by is not None:
        highest_first = SORTS[choice.sort] != choice.reverse
        keys = _ranked(by[kept], highest_first=highest_first)
        kept = kept[first(by=[keys, -team.group[kept], team.ids[kept]], most=most)]
    stands = team.level > 0
    return Selection(
        team=team,
        order=kept,
        near=near,
        count=count,
        total=int(stands.sum()),
        active=int((team.active & team.known & stands).sum()),
        at_the_end=at_the_end,
    )


def rows(*, viewer_id: int, month: members.Month, selection: Selection, part: Sequence[int]) -> list[Row]:
    """The rows of some indices of the selection's team, in their order; who does not stand below is left out."""
    team = selection.team
    ids = team.ids[list(part)].tolist() if part else []
    confirmed = sponsor_tree.below(distributor_id=viewer_id, ids=ids)
    found = outline.people_of(ids=confirmed)
    legs = _legs(team, part)
    last = activity.last_order_on(seller_ids=ids, before=None if month.is_open else month.ends_at)
    ladder = [rank.label for rank in plans.of_run(run_id=month.run_id).ladder] if month.run_id else []
    return [
        _row(selection, at, found[person], legs.get(int(team.head[at])), ladder, last.get(person))
        for at, person in zip(part, ids, strict=True)
        if person in found
    ]


def _kept(team: Team, choice: Choice, near: Ints | None) -> Bools:
    kept = team.level > 0
    if choice.level is not None:
        kept &= team.level == choice.level
    if choice.rank is not None:
        kept &= team.rank == choice.rank
    if choice.activity == "active":
        kept &= team.known & team.active
    elif choice.activity:
        kept &= team.known & ~team.active
        if choice.activity == "at_risk":
            kept &= team.was_active
    if choice.joined is not None:
        since, until = (team_numbers.moment(one) for one in choice.joined)
        kept &= (team.joined >= since) & (team.joined < until)
    if choice.close and near is not None:
        kept &= near >= CLOSE
    if choice.leg:
        head = people.by_numbers(numbers=[choice.leg]).get(choice.leg, NOBODY)
        kept &= (team.ids[team.head] == head) & (team.head >= 0)
    return kept


def _keys(team: Team, choice: Choice, near: Ints | None, viewer_id: int, month: members.Month) -> Ints | None:
    """What is sorted by; NOBODY where there is nothing, which comes last whichever way."""
    plain = {"rank": team.rank, "career": team.title, "joined": team.joined, "below": team.below}
    plain |= {"level": team.level, "generation": team.generation}
    if choice.sort in plain:
        return plain[choice.sort]
    if choice.sort in ("pv", "gv"):
        return np.where(team.known, team.own if choice.sort == "pv" else team.group, NOBODY)
    if choice.sort == "active":
        return np.where(team.known, 2 * team.active + (~team.active & team.was_active), NOBODY)
    if choice.sort == "leg":
        # Whole legs one after the other, that with the most volume first; inside it the most volume first.
        heads = np.lexsort((team.ids, team.group, team.group[team.head], team.head >= 0))
        return np.where(team.head >= 0, np.argsort(heads), NOBODY)
    if choice.sort == "name":
        return team_numbers.named(team=team, viewer_id=viewer_id, month=month)
    if choice.sort == "last":
        return team_numbers.last_orders(team=team, viewer_id=viewer_id, month=month)
    return near


def _ranked(keys: Ints, *, highest_first: bool) -> Ints:
    """The same turned so that the least comes first, and NOBODY last. Among equals those with the most group volume
    come first, then those who came first."""
    turned = -keys.astype(np.int64) if highest_first else keys.astype(np.int64)
    return np.where(keys == NOBODY, np.iinfo(np.int64).max, turned)


def _legs(team: Team, part: Sequence[int]) -> dict[int, PersonName]:
    heads = sorted({int(team.head[at]) for at in part if team.head[at] >= 0})
    named = people.names(ids=[int(team.ids[head]) for head in heads])
    return {head: named[int(team.ids[head])] for head in heads if int(team.ids[head]) in named}


def _row(
    selection: Selection,
    at: int,
    person: outline.Person,
    leg: PersonName | None,
    ladder: Sequence[str],
    last: date | None,
) -> Row:
    team = selection.team
    figures = None
    if team.known[at]:
        figures = members.Figures(
            rank_step=int(team.rank[at]) + 1,
            rank_name=ladder[team.rank[at]],
            rank_count=len(ladder),
            activity=members.activity_word(
                active=bool(team.active[at]), was_active=bool(team.was_active[at])
            ),
            own_volume=int(team.own[at]),
            group_volume=int(team.group[at]),
        )
    return Row(
        person=person,
        level=int(team.level[at]),
        generation=int(team.generation[at]),
        leg=leg,
        below=int(team.below[at]),
        figures=figures,
        career=ladder[team.title[at]] if team.known[at] else "",
        last_order=last,
        near=int(selection.near[at]) if selection.near is not None and selection.near[at] >= 0 else None,
    )
