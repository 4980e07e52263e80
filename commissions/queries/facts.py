"""From the database to the engine's facts: a few wide queries, then arrays."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from commissions.core.facts import Facts, OrderLines, People
from commissions.core.language import Word, parts
from commissions.core.plan import Plan
from commissions.core.terms import Amount, Walk
from commissions.models import Period
from commissions.queries import before, counting, periods, trees
from common.arrays import places
from common.operations import pace
from distributors.queries import network
from distributors.queries.network import Network
from sales.queries import volume
from sales.queries.volume import CountedLines, ReturnedLines

Ints = NDArray[np.int64]
READS = 4  # people, sales, returns, and what the period before left
QUARTER_OF_AN_HOUR = 15 * 60 * 1_000_000
DAY_ONE = np.datetime64(0, "us")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The facts of a period, and the keys of the database beside them: element i belongs to element i."""

    period: Period
    facts: Facts
    person_ids: Ints
    order_line_ids: Ints
    order_ids: Ints  # of each order line
    position_ids: Mapping[str, Ints]  # by placement tree
    order_count: int
    returned: ReturnedLines
    titles_before: Ints
    seen: int  # the last correcting run that was posted


@dataclass(frozen=True, slots=True)
class PutRight:
    """What is otherwise about a closed period's facts than the database says: the newest key of a person who was known
    then; what was wrong, sponsors by number, and the numbers of orders that do not count."""

    sponsors: Mapping[str, str] = field(default_factory=dict)
    without_orders: frozenset[str] = frozenset()
    newest: int | None = None

    def network(self, everybody: Network) -> Network:
        """Everybody who was known, with the sponsors they should have had."""
        if self.newest is not None and (everybody.id > self.newest).any():
            there = everybody.id <= self.newest
            columns = ("id", "number", "sponsor_id", "joined_at", "standing", "career")
            everybody = replace(everybody, **{name: getattr(everybody, name)[there] for name in columns})
        if not self.sponsors:
            return everybody
        place = {number: at for at, number in enumerate(everybody.number.tolist())}
        sponsor_id = everybody.sponsor_id.copy()
        for number, sponsor in self.sponsors.items():
            if number in place and sponsor in place:
                sponsor_id[place[number]] = everybody.id[place[sponsor]]
        return replace(everybody, sponsor_id=sponsor_id)

    def lines(self, lines: CountedLines) -> CountedLines:
        """The lines of the orders that count."""
        if not self.without_orders:
            return lines
        kept = [
            at
            for at, (key, reversal) in enumerate(
                zip(lines.key.tolist(), lines.reversal.tolist(), strict=True)
            )
            if reversal or key.rpartition("/")[0] not in self.without_orders
        ]
        at = np.array(kept, np.int64)
        return CountedLines(*(getattr(lines, one.name)[at] for one in fields(CountedLines)))


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
                # Millions of rows are joined and sorted once: in memory, not in a hundred parts on the disk.
                cursor.execute("SET LOCAL work_mem = '256MB'")
        yield


def load(
    *,
    period: Period,
    plan: Plan,
    reads: Mapping[str, str] | None = None,
    seen: int | None = None,
    put_right: PutRight | None = None,
) -> Loaded:
    """Read what a period is computed from: everybody who joined before its end, and the lines that count.

    `reads` says which closed periods of other plans it looks at (before.to_read).

    The tree is that of the period's last moment, so that a move which counts from later on changes nothing in it. A
    person's standing is that of the moment of reading: who is suspended while a month is under review is suspended
    in the next draft. Earlier periods count as corrected up to the turn `seen`: by all that is posted, where it says
    nothing. What was wrong about the facts is `put_right`. Raises FactsError when the database holds what the engine
    refuses.
    """
    with one_view():
        everybody = network.network(until=period.ends_at)
        pace.tell(1, READS)
        lines = volume.counted(
            starts_at=period.starts_at, ends_at=period.ends_at, whole_returns=_asks_for_returned(plan)
        )
        pace.tell(2, READS)
        returned = volume.returned_since(starts_at=period.starts_at, ends_at=period.ends_at)
        pace.tell(3, READS)
        if put_right is not None:
            everybody, lines = put_right.network(everybody), put_right.lines(lines)
        turn = counting.last_turn() if seen is None else seen
        return _loaded(period, plan, everybody, lines, returned, reads or {}, turn)


def _loaded(
    period: Period,
    plan: Plan,
    everybody: Network,
    lines: CountedLines,
    returned: ReturnedLines,
    reads: Mapping[str, str],
    seen: int,
) -> Loaded:
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    order, sponsor = _in_order(everybody, period)
    ids, numbers, joined = everybody.id[order], everybody.number[order], everybody.joined_at[order]
    arrays, keys = trees.positions(plan=plan, people=ids, numbers=numbers, before=period.ends_at)
    # Career ranks are the leading calendar's, which goes on while this one is computed: another one begins at nothing.
    who = before.Who(ids, keys, everybody.career[order], everybody.ranks)
    if not periods.leads(calendar=period.calendar):
        who = before.Who(ids, keys, np.zeros(len(ids), np.int64), [""])
    last = before.last_final(period=period, plan=plan, seen=seen)
    facts = Facts(
        period=period.key,
        first_day=_day(period.starts_at, zone),
        last_day=_day(period.ends_at, zone),
        people=People(
            number=numbers,
            sponsor=sponsor,
            joined=days(joined, zone),
            standing=everybody.standing[order],
            memory=before.memories(plan=plan, run=last, who=who),
            others=before.others(plan=plan, reads=reads, who=who, seen=seen),
            parents=trees.parents(
                plan=plan, people=ids, numbers=numbers, joined=joined.astype(np.int64), sponsor=sponsor
            ),
        ),
        lines=_lines(lines, ids, zone, plan, period),
        positions=arrays,
        state=before.state(plan=plan, run=last, who=who),
    )
    titles = before.titles(plan=plan, run=last, who=who)
    return Loaded(
        period, facts, ids, lines.order_line_id, lines.order_id, keys, _orders(lines), returned, titles, seen
    )


def _in_order(everybody: Network, period: Period) -> tuple[Ints, Ints]:
    """Who belongs to the period, by depth and number, and where each one's sponsor stands then."""
    sponsor = places(of=everybody.sponsor_id, among=everybody.id)
    member = _with_sponsors(everybody.joined_at < _moments([period.ends_at])[0], sponsor)
    # People stand in the order of their numbers already: a stable sort by depth keeps it within each depth.
    order = np.argsort(_depth(sponsor), kind="stable")
    order = order[member[order]]
    place = np.full(len(everybody) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return order, place[sponsor[order]]


def _asks_for_returned(plan: Plan) -> bool:
    """Whether some volume counts what came back as if it had not."""
    return any(volume.returns_count == "not_subtracted" for volume in plan.volumes)


def _asks_for_order_numbers(plan: Plan) -> bool:
    expressions = [bonus.how.only for bonus in plan.bonuses if isinstance(bonus.how, Walk | Amount)]
    expressions += [bonus.how.rate for bonus in plan.bonuses if isinstance(bonus.how, Walk)]
    expressions += [volume.expression for volume in plan.volumes]
    named = (part for one in expressions if one is not None for part in parts(one))
    return any(isinstance(part, Word) and part.name == "order_number" for part in named)


def _orders(lines: CountedLines) -> int:
    """How many orders the lines belong to. Sorted by "ORDER/position", an order's lines stand together."""
    sold = lines.order_id[~lines.reversal]
    return int(len(sold) > 0) + int(np.count_nonzero(np.diff(sold)))


def _lines(lines: CountedLines, people: Ints, zone: tzinfo, plan: Plan, period: Period) -> OrderLines:
    return OrderLines(
        key=lines.key,
        seller=places(of=lines.seller_id, among=people),
        by_customer=lines.by_customer,
        qualifying=lines.qualifying,
        commissionable=lines.commissionable,
        price=lines.price,
        list_price=lines.list_price,
        distributor_price=lines.distributor_price,
        day=days(lines.booked_at, zone),
        reversal=lines.reversal,
        order_number=(
            volume.order_numbers(lines=lines, ends_at=period.ends_at)
            if _asks_for_order_numbers(plan)
            else None
        ),
        back=(
            volume.came_back(lines=lines, starts_at=period.starts_at, ends_at=period.ends_at)
            if _asks_for_returned(plan)
            else {}
        ),
    )


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
    return int(days(_moments([moment]), zone)[0])


def days(moments: NDArray[np.datetime64], zone: tzinfo) -> Ints:
    """The company's calendar day of each moment, in days since 1970-01-01.

    Zones change their offset on quarters of an hour at most, so each quarter is looked up once.
    """
    quarters, where = np.unique(
        (moments - DAY_ONE).astype(np.int64) // QUARTER_OF_AN_HOUR, return_inverse=True
    )
    offsets = [_offset(int(quarter) * QUARTER_OF_AN_HOUR // 1_000_000, zone) for quarter in quarters]
    local = moments + np.array(offsets, dtype="timedelta64[s]")[where]
    found: Ints = local.astype("datetime64[D]").astype(np.int64)
    return found


def _offset(seconds: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
