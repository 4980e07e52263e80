"""From the database to the engine's facts: a few wide queries, then arrays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from commissions.core.facts import Facts, OrderLines, People
from commissions.core.plan import Plan
from commissions.models import Period, Run
from commissions.queries import plans
from common.arrays import places
from common.operations import tables
from distributors.queries import network
from distributors.queries.network import Network
from sales.queries import volume
from sales.queries.volume import CountedLines, ReturnedLines

Ints = NDArray[np.int64]
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

    The tree is that of the period's last moment, so that a move which counts from later on changes nothing in it. A
    person's standing is that of the moment of reading: who is suspended while a month is under review is suspended
    in the next draft. Raises FactsError when the database holds what the engine refuses.
    """
    with one_view():
        everybody = network.network(until=period.ends_at)
        lines = volume.counted(starts_at=period.starts_at, ends_at=period.ends_at)
        returned = volume.returned_since(starts_at=period.starts_at, ends_at=period.ends_at)
        titles = _titles_before(period, plan, everybody)
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    people, ids = _people(everybody, period, zone, plan, titles)
    facts = Facts(
        period=period.key,
        first_day=_day(period.starts_at, zone),
        last_day=_day(period.ends_at, zone),
        people=people,
        lines=_lines(lines, ids, zone),
    )
    before = people.memory.get("title", np.zeros(len(ids), np.int64))
    return Loaded(facts, ids, lines.order_line_id, _orders(lines), returned, before)


def _people(
    everybody: Network, period: Period, zone: tzinfo, plan: Plan, titles: Ints
) -> tuple[People, Ints]:
    sponsor = places(of=everybody.sponsor_id, among=everybody.id)
    member = _with_sponsors(everybody.joined_at < _moments([period.ends_at])[0], sponsor)
    # People stand in the order of their numbers already: a stable sort by depth keeps it within each depth.
    order = np.argsort(_depth(sponsor), kind="stable")
    order = order[member[order]]
    place = np.full(len(everybody) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return People(
        number=everybody.number[order],
        sponsor=place[sponsor[order]],
        joined=_days(everybody.joined_at[order], zone),
        standing=everybody.standing[order],
        memory={"title": titles[order]} if "title" in plan.memories else {},
    ), everybody.id[order]


def _orders(lines: CountedLines) -> int:
    """How many orders the lines belong to. Sorted by "ORDER/position", an order's lines stand together."""
    sold = lines.order_id[~lines.reversal]
    return int(len(sold) > 0) + int(np.count_nonzero(np.diff(sold)))


def _lines(lines: CountedLines, people: Ints, zone: tzinfo) -> OrderLines:
    return OrderLines(
        key=lines.key,
        seller=places(of=lines.seller_id, among=people),
        by_customer=lines.by_customer,
        qualifying=lines.qualifying,
        commissionable=lines.commissionable,
        price=lines.price,
        list_price=lines.list_price,
        distributor_price=lines.distributor_price,
        day=_days(lines.booked_at, zone),
        reversal=lines.reversal,
    )


def _titles_before(period: Period, plan: Plan, everybody: Network) -> Ints:
    """Everybody's title when the period begins: that after the last final run, by the rank's name.

    Whom no final run knows has the career rank they came with; who has none, or one the plan does not know, begins
    where the plan says.
    """
    known = {word: step for step, rank in enumerate(plan.ladder) for word in (rank.name, rank.label)}
    start = plan.memories["title"].starts if "title" in plan.memories else 0
    titles = np.array([known.get(rank, start) for rank in everybody.ranks], dtype=np.int64)[everybody.career]
    last = (
        Run.objects.filter(state=Run.State.FINAL, period__starts_at__lt=period.starts_at)
        .select_related("plan")
        .order_by("-period__starts_at")
        .first()
    )
    if last is None:
        return titles
    then = np.array([known.get(rank.name, 0) for rank in plans.parsed(version=last.plan).ladder], np.int64)
    stored = tables.read(
        query=f"SELECT distributor_id, CAST(title AS bigint) FROM commissions_snapshot WHERE run_id = {last.pk:d}",  # noqa: S608
        shape={"person": "int", "title": "int"},
    )
    at = places(of=stored["person"], among=everybody.id)
    titles[at[at >= 0]] = then[stored["title"]][at >= 0]
    return titles


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
