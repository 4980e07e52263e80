"""From the database to the engine's facts: a few wide queries, then arrays."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from commissions.core.facts import Facts, OrderLines, People
from commissions.core.plan import Plan
from commissions.models import Period, Run, Snapshot
from commissions.queries import plans
from distributors.queries import sponsor_tree
from distributors.queries.sponsor_tree import NetworkRows
from sales.queries import volume
from sales.queries.volume import CountedLines, ReturnedLines

Ints = NDArray[np.int64]
STANDINGS = {"good": 0, "suspended": 1, "left": 2}
QUARTER_OF_AN_HOUR = 15 * 60 * 1_000_000
DAY_ONE = np.datetime64(0, "us")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The facts of a period, and the keys of the database beside them: element i belongs to element i."""

    facts: Facts
    person_ids: Ints
    order_line_ids: Ints
    order_count: int
    returned: ReturnedLines
    titles_before: Ints


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside sees one state of the database: REPEATABLE READ on PostgreSQL, always on SQLite."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def load(*, period: Period, plan: Plan) -> Loaded:
    """Read what a period is computed from: everybody who joined before its end, and the lines that count.

    A person's standing and sponsor are those of the moment of reading: who is suspended while a month is
    under review is suspended in the next draft. Raises FactsError when the database holds what the engine refuses.
    """
    with one_view():
        network = sponsor_tree.network()
        lines = volume.counted(starts_at=period.starts_at, ends_at=period.ends_at)
        returned = volume.returned_since(starts_at=period.starts_at, ends_at=period.ends_at)
        titles = _titles_before(period, plan, network)
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    people, ids = _people(network, period, zone, plan, titles)
    facts = Facts(
        period=period.key,
        first_day=_day(period.starts_at, zone),
        last_day=_day(period.ends_at, zone),
        people=people,
        lines=_lines(lines, ids, zone),
    )
    orders = {key.rpartition("/")[0] for key in lines.key[~lines.reversal].tolist()}
    before = people.memory.get("title", np.zeros(len(ids), np.int64))
    return Loaded(facts, ids, lines.order_line_id, len(orders), returned, before)


def _people(
    network: NetworkRows, period: Period, zone: tzinfo, plan: Plan, titles: Mapping[int, int]
) -> tuple[People, Ints]:
    ids = np.array(network.id, dtype=np.int64)
    numbers = np.array(network.number, dtype=np.str_)
    joined = _moments(network.joined_at)
    sponsor = _positions(ids, network.sponsor_id)
    member = _with_sponsors(joined < _moments([period.ends_at])[0], sponsor)
    order = np.lexsort((numbers, _depth(sponsor)))
    order = order[member[order]]
    place = np.full(len(ids) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    standing = np.array([STANDINGS[word] for word in network.status], dtype=np.int8)
    ids = ids[order]
    return People(
        number=numbers[order],
        sponsor=place[sponsor[order]],
        joined=_days(joined[order], zone),
        standing=standing[order],
        memory=_memory(plan, ids, titles),
    ), ids


def _lines(lines: CountedLines, people: Ints, zone: tzinfo) -> OrderLines:
    return OrderLines(
        key=lines.key,
        seller=_positions(people, lines.seller_id),
        by_customer=lines.by_customer,
        qualifying=lines.qualifying,
        commissionable=lines.commissionable,
        price=lines.price,
        list_price=lines.list_price,
        distributor_price=lines.distributor_price,
        day=_days(lines.booked_at, zone),
        reversal=lines.reversal,
    )


def _memory(plan: Plan, ids: Ints, titles: Mapping[int, int]) -> dict[str, Ints]:
    if "title" not in plan.memories or not titles:
        return {}
    start = plan.memories["title"].starts
    return {"title": np.array([titles.get(pk, start) for pk in ids.tolist()], dtype=np.int64)}


def _titles_before(period: Period, plan: Plan, network: NetworkRows) -> dict[int, int]:
    """Everybody's title when the period begins: that after the last final run, by the rank's name.

    Whom no final run knows has the career rank they came with; who has none, or one the plan does not know, begins
    where the plan says.
    """
    last = (
        Run.objects.filter(state=Run.State.FINAL, period__starts_at__lt=period.starts_at)
        .select_related("plan")
        .order_by("-period__starts_at")
        .first()
    )
    known = {word: step for step, rank in enumerate(plan.ladder) for word in (rank.name, rank.label)}
    titles = {
        person: known[rank]
        for person, rank in zip(network.id, network.career_rank, strict=True)
        if rank in known
    }
    if last is None:
        return titles
    then = [known.get(rank.name, 0) for rank in plans.parsed(version=last.plan).ladder]
    rows = Snapshot.objects.filter(run=last).values_list("distributor_id", "title")
    return titles | {person: then[title] for person, title in rows.iterator(chunk_size=20_000)}


def _positions(ids: Ints, wanted: Any) -> Ints:
    """Where each wanted key stands in `ids`; -1 for None and for keys that are not there."""
    keys = np.array([-1 if key is None else key for key in wanted], dtype=np.int64)
    if not len(ids):
        return np.full(len(keys), -1, dtype=np.int64)
    by_key = np.argsort(ids)
    at = by_key[np.minimum(np.searchsorted(ids, keys, sorter=by_key), len(ids) - 1)]
    return np.where(ids[at] == keys, at, -1)


def _depth(sponsor: Ints) -> Ints:
    """How far below a root each one stands; one step for all at once. A circle counts as a root's line."""
    depth = np.zeros(len(sponsor), dtype=np.int64)
    above = sponsor.copy()
    while (above >= 0).any() and depth.max(initial=0) <= len(sponsor):
        depth += above >= 0
        above = np.where(above >= 0, sponsor[above], -1)
    return depth


def _with_sponsors(member: NDArray[np.bool_], sponsor: Ints) -> NDArray[np.bool_]:
    """The members and everybody above them: a file may say that a sponsor joined later than the sponsored."""
    while True:
        above = sponsor[member]
        wider = member.copy()
        wider[above[above >= 0]] = True
        if (wider == member).all():
            return member
        member = wider


def _moments(moments: list[datetime]) -> NDArray[np.datetime64]:
    return np.array([round(moment.timestamp() * 1_000_000) for moment in moments], "datetime64[us]")


def _day(moment: datetime, zone: tzinfo) -> int:
    return int(_days(_moments([moment]), zone)[0])


def _days(moments: NDArray[np.datetime64], zone: tzinfo) -> Ints:
    """The company's calendar day of each moment, in days since 1970-01-01.

    Zones change their offset on quarters of an hour at most, so each quarter is looked up once.
    """
    quarters, where = np.unique(
        (moments - DAY_ONE).astype(np.int64) // QUARTER_OF_AN_HOUR, return_inverse=True
    )
    offsets = [_offset(int(quarter) * QUARTER_OF_AN_HOUR // 1_000_000, zone) for quarter in quarters]
    local = moments + np.array(offsets, dtype="timedelta64[s]")[where]
    days: Ints = local.astype("datetime64[D]").astype(np.int64)
    return days


def _offset(seconds: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
