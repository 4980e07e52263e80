"""Which single orders of a person's team paid them nothing in a month, the newest first, a page at a time.

However large the team is, the work of a page is bounded: the orders lie ready (`run_orders`), and the reasons are asked
of the engine for one page of them, told for the people between the sellers and the person alone.
"""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from commissions.core.columns import depths
from commissions.core.plan import Plan
from commissions.models import Run, Snapshot
from commissions.queries import earner_orders, everyone, members, run_orders, scene, unpaid
from commissions.queries.everyone import Everyone
from commissions.queries.run_orders import RunOrders
from commissions.queries.unpaid import Group
from sales.queries import orders, volume

Ints = NDArray[np.int64]
PAGE = 25
# So many orders are looked at for a page: not each of them has a reason to tell.
LOOKED_AT = 40
# So many people may stand between the sellers of a page and the person.
MOST_BETWEEN = 3_000
AT_ONCE = 5_000
CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class UnpaidOrder:
    """One order with its reasons, bonus by bonus. `levels` is how far below the person its seller stood in the month,
    0 for themselves."""

    number: str
    buyer: str
    booked_at: datetime | None
    levels: int
    reasons: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class UnpaidPage:
    """`after` says where the next page goes on, empty on the last. Of the `total` orders of the person and their team
    `unpaid` paid nothing under any bonus. Of this page's, those of `too_deep` stand so far down that a page does not
    walk the way to them."""

    orders: tuple[UnpaidOrder, ...]
    after: str
    total: int
    unpaid: int
    too_deep: int = 0


def page(*, person_id: int, key: str, elsewhere: bool = False, after: str = "") -> UnpaidPage | None:
    """The orders that paid the person nothing at all, or those that another bonus paid, from `after` on; None where the
    run does not tell. A fixed number of queries."""
    told = unpaid.run_of(key=key)
    known = everyone.of_month(month=members.of_run(run=told[0])) if told is not None else None
    at = known.place(person_id) if known is not None else everyone.NOBODY
    if told is None or known is None or at < 0:
        return None
    run, plan = told
    sold, paid = (
        run_orders.of(run=run, everyone=known),
        earner_orders.paid(run_id=run.pk, person_id=person_id),
    )
    mine = sold.of_team(everyone=known, at=at)
    chosen = _chosen(sold, mine[_begin(sold, mine, after) :], paid, elsewhere)
    reach = _reach(known, at, sold.seller[chosen[:LOOKED_AT]].tolist())
    near = [order for order in chosen[: reach.looked_at].tolist() if sold.seller[order] not in reach.too_deep]
    reasons = _reasons(run, plan, known, reach.people, sold.ids[near].tolist())
    shown = [order for order in near if int(sold.ids[order]) in reasons]
    last = None
    if len(shown) > PAGE:
        last = shown[PAGE - 1]
    elif reach.looked_at < len(chosen):
        last = int(chosen[reach.looked_at - 1])
    return UnpaidPage(
        orders=_described(person_id, known, at, [reasons[int(sold.ids[order])] for order in shown[:PAGE]]),
        after="" if last is None else f"{sold.moment[last]}-{sold.ids[last]}",
        total=len(mine),
        unpaid=max(0, len(mine) - len(paid)),
        too_deep=reach.looked_at - len(near),
    )


def _begin(sold: RunOrders, mine: Ints, after: str) -> int:
    """Where in `mine` the page begins: behind the order of this moment and key, whether or not it is there."""
    found = CURSOR.fullmatch(after)
    if found is None:
        return 0
    moment, key = map(int, found.groups())
    upwards = sold.moment[::-1]
    newer, from_then = (
        len(upwards) - int(np.searchsorted(upwards, moment, side=side)) for side in ("right", "left")
    )
    behind = newer + int(np.count_nonzero(sold.ids[newer:from_then] >= key))
    return int(np.searchsorted(mine, behind))


def _chosen(sold: RunOrders, mine: Ints, paid: Ints, elsewhere: bool) -> Ints:
    """The first orders that belong into the list, and one more to know whether there are any."""
    found: list[int] = []
    for start in range(0, len(mine), AT_ONCE):
        part = mine[start : start + AT_ONCE]
        ids = sold.ids[part]
        is_paid = np.zeros(len(part), bool)
        if len(paid):
            is_paid = paid[np.minimum(np.searchsorted(paid, ids), len(paid) - 1)] == ids
        found += part[is_paid == elsewhere].tolist()
        if len(found) > LOOKED_AT:
            break
    return np.array(found[: LOOKED_AT + 1], np.int64)


@dataclass(frozen=True)
class _Reach:
    """How many of the orders a page looks at, the places of everybody between their sellers and the person, both
    included, and the sellers who stand too deep."""

    looked_at: int
    people: set[int]
    too_deep: set[int]


def _reach(known: Everyone, at: int, sellers: list[int]) -> _Reach:
    people, too_deep = {at}, set()
    for looked_at, seller in enumerate(sellers):
        if known.depth[seller] - known.depth[at] > MOST_BETWEEN:
            too_deep.add(seller)
            continue
        way, place = [], seller
        while place not in people:
            way.append(place)
            place = int(known.parent[place])
        if len(people) + len(way) > MOST_BETWEEN + 1:
            return _Reach(looked_at, people, too_deep)
        people.update(way)
    return _Reach(len(sellers), people, too_deep)


@dataclass(frozen=True)
class _Told:
    number: str
    line_id: int
    reasons: tuple[Group, ...]


def _reasons(
    run: Run, plan: Plan, known: Everyone, people: set[int], order_ids: list[int]
) -> dict[int, _Told]:
    """The reasons of each of these orders that has any and that the person may know of, by the order's key. `people`
    are the places of everybody on the way, the person among them."""
    if not order_ids:
        return {}
    snapshots = Snapshot.objects.filter(run=run, distributor_id__in=known.ids[sorted(people)].tolist())
    team = scene.known(plan=plan, people=snapshots)
    team = team.picked(np.lexsort((team.numbers, depths(team.sponsors))))
    counted = volume.counted(starts_at=run.period.starts_at, ends_at=run.period.ends_at, order_ids=order_ids)
    told = unpaid.scene_of(run=run, plan=plan, team=team, counted=counted)
    by_order = told.by_order(told.of_sellers_below())
    lines = zip(counted.key.tolist(), counted.order_id.tolist(), strict=True)
    keys = {key.rpartition("/")[0]: order for key, order in lines}
    return {
        keys[number]: _Told(number, groups[0].line_ids[0], tuple(groups))
        for number, groups in by_order.items()
    }


def _described(person_id: int, known: Everyone, at: int, found: list[_Told]) -> tuple[UnpaidOrder, ...]:
    lines = orders.describe(order_line_ids=[one.line_id for one in found], viewer_id=person_id)
    sellers = known.places(np.array([lines[one.line_id].seller_id for one in found], np.int64))
    levels = known.depth[sellers] - known.depth[at]
    return tuple(
        UnpaidOrder(
            number=one.number,
            buyer=lines[one.line_id].buyer_label,
            booked_at=lines[one.line_id].booked_at,
            levels=level,
            reasons=one.reasons,
        )
        for one, level in zip(found, levels.tolist(), strict=True)
    )
