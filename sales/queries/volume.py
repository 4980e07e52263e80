# ruff: noqa: S608 - the queries are put together from names of columns, never from input
"""The sales of a period as parallel arrays: few wide queries, no model instances.

One element per order line; element i of every array belongs together. Money is in minor units, volume
in hundredths of a point, moments are UTC without a zone (numpy knows none).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from common.arrays import places
from common.operations import tables
from sales.models import Books

Ints = NDArray[np.int64]
AMOUNTS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CountedLines:
    """What counts in a period, sorted by key."""

    order_line_id: Ints
    order_id: Ints
    key: NDArray[np.str_]  # "ORDER/position"; of a reversal "RETURN/position"
    seller_id: Ints  # the distributor who is credited
    by_customer: NDArray[np.bool_]  # bought by a retail or preferred customer
    qualifying: Ints  # net of what came back in the same period
    commissionable: Ints
    price: Ints
    list_price: Ints
    distributor_price: Ints
    booked_at: NDArray[np.datetime64]
    reversal: NDArray[np.bool_]  # a negative line: a return of an order of an earlier period

    def __len__(self) -> int:
        return len(self.order_line_id)


@dataclass(frozen=True, slots=True)
class ReturnedLines:
    """Order lines of earlier periods of which something came back, sorted by key."""

    order_line_id: Ints
    key: NDArray[np.str_]  # "ORDER/position"
    seller_id: Ints
    booked_at: NDArray[np.datetime64]  # when the order counted
    qualifying: Ints  # of the whole line, as it was sold
    commissionable: Ints
    price: Ints
    list_price: Ints
    distributor_price: Ints
    qualifying_back: Ints  # of it, what has come back from the sale until the period's end
    commissionable_back: Ints
    price_back: Ints
    list_price_back: Ints
    distributor_price_back: Ints

    def __len__(self) -> int:
        return len(self.order_line_id)


@dataclass(frozen=True, slots=True)
class ReturnedNow:
    """What came back in the period of its sale, by order line."""

    order_line_id: Ints
    pieces_left: Ints
    qualifying: Ints
    commissionable: Ints
    price: Ints
    list_price: Ints
    distributor_price: Ints


Rows = TypeVar("Rows", CountedLines, ReturnedLines, ReturnedNow)
Sortable = TypeVar("Sortable", CountedLines, ReturnedLines)


def counted(
    *,
    starts_at: datetime,
    ends_at: datetime,
    whole_returns: bool = False,
    order_ids: Collection[int] | None = None,
    seller_ids: Collection[int] | None = None,
) -> CountedLines:
    """The order lines booked in [starts_at, ends_at), without cancelled orders; with `order_ids` of these orders alone,
    with `seller_ids` of these distributors alone.

    What came back of them in the same period is taken off the line; a line that came back whole is left out, unless
    `whole_returns` asks for it, with nothing left on it.
    What came back of earlier periods' orders stands as negative lines of its own. Read it in a REPEATABLE
    READ transaction after the books are shut when the figures must stay the same.
    """
    period = [_utc(starts_at), _utc(ends_at)]
    said, only = _only({"o.id": order_ids, "o.seller_id": seller_ids})
    order = _AS_THEY_LIE if connection.vendor == "postgresql" else ""
    sold = _read(CountedLines, _narrowed(_SOLD + order, said), [*period, *only])
    back = _read(ReturnedNow, _narrowed(_RETURNED_NOW, said), [*period, *period, *only])
    reversals = _read(CountedLines, _narrowed(_REVERSALS, said), [*period, period[0], *only])
    return _sorted(_joined(_net(sold, back, whole_returns), reversals))


def nothing() -> CountedLines:
    """No line at all."""
    kinds = {"key": np.str_, "by_customer": np.bool_, "reversal": np.bool_, "booked_at": "datetime64[us]"}
    return CountedLines(
        **{field.name: np.zeros(0, kinds.get(field.name, np.int64)) for field in fields(CountedLines)}
    )


def came_back(*, lines: CountedLines, starts_at: datetime, ends_at: datetime) -> dict[str, Ints]:
    """What came back of each line in the period of its sale, as positive amounts by column."""
    keys = np.where(lines.reversal, 0, lines.order_line_id)
    return came_back_at_once(order_line_ids=keys, starts_at=starts_at, ends_at=ends_at)


def came_back_at_once(*, order_line_ids: Ints, starts_at: datetime, ends_at: datetime) -> dict[str, Ints]:
    """What came back in a period of its own sales: for each of these order lines, positive amounts by column."""
    period = [_utc(starts_at), _utc(ends_at)]
    back = _read(ReturnedNow, _RETURNED_NOW, [*period, *period])
    at = places(of=order_line_ids, among=back.order_line_id)
    return {name: np.append(getattr(back, name), 0)[at] for name in AMOUNTS}


def order_numbers(*, lines: CountedLines, ends_at: datetime) -> Ints:
    """Which order of its seller each line belongs to, from 1, in the order in which they counted over all periods."""
    found = tables.read(
        query="SELECT id, CAST(row_number() OVER (PARTITION BY seller_id ORDER BY booked_at, "
        f"{tables.bytewise('number')}) AS bigint) FROM sales_order WHERE booked_at < %s AND state <> 'cancelled'",
        parameters=[_utc(ends_at)],
        shape={"sold": "int", "place": "int"},
    )
    return np.append(found["place"], 1)[places(of=lines.order_id, among=found["sold"])]


def open_volumes() -> dict[int, int]:
    """Qualifying volume by seller since the books were last shut, in hundredths of a point."""
    shut_until = Books.objects.values_list("shut_until", flat=True).first()
    lines = counted(starts_at=shut_until or datetime.min.replace(tzinfo=UTC), ends_at=END_OF_TIME)
    sellers, at = np.unique(lines.seller_id, return_inverse=True)
    sums = np.zeros(len(sellers), dtype=np.int64)
    np.add.at(sums, at, lines.qualifying)
    return dict(zip(sellers.tolist(), sums.tolist(), strict=True))


def returned_since(*, starts_at: datetime, ends_at: datetime) -> ReturnedLines:
    """Lines of orders booked before `starts_at` of which something came back in [starts_at, ends_at).

    `*_back` adds up everything that came back of the line before `ends_at`, in whichever period: what stands
    is the line less that. A return is the exact share of its line, so a full return leaves nothing.
    """
    start, end = _utc(starts_at), _utc(ends_at)
    return _sorted(_read(ReturnedLines, _RETURNED_SINCE, [end, start, end, start]))


_LINE = ", ".join(f"l.{name}" for name in AMOUNTS)
_SUMS = ", ".join(f"CAST(SUM(b.{name}) AS bigint) AS {name}" for name in AMOUNTS)

_SOLD = f"""
    SELECT l.id, o.id AS order_id, o.number || '/' || l.position AS key, o.seller_id,
           o.customer_id IS NOT NULL, {_LINE}, MOMENT(o.booked_at), 1 = 0
    FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id
    WHERE o.booked_at >= %s AND o.booked_at < %s AND o.state <> 'cancelled'
"""
# Keys come nearly in this order, in which PostgreSQL reads both tables without sorting anything; what is left to sort
# takes numpy a moment. SQLite would read every order line there ever was to have it.
_AS_THEY_LIE = "\n    ORDER BY l.order_id, l.position"
_RETURNED_NOW = f"""
    SELECT l.id, CAST(l.quantity - SUM(b.quantity) AS bigint), {_SUMS}
    FROM sales_returnline b
    JOIN sales_return r ON r.id = b.returned_id
    JOIN sales_orderline l ON l.id = b.order_line_id
    JOIN sales_order o ON o.id = l.order_id
    WHERE r.booked_at >= %s AND r.booked_at < %s AND o.booked_at >= %s AND o.booked_at < %s
    GROUP BY l.id, l.quantity
"""
_REVERSALS = f"""
    SELECT l.id, o.id, r.number || '/' || l.position, o.seller_id, o.customer_id IS NOT NULL,
           {", ".join(f"-b.{name}" for name in AMOUNTS)}, MOMENT(r.booked_at), 1 = 1
    FROM sales_returnline b
    JOIN sales_return r ON r.id = b.returned_id
    JOIN sales_orderline l ON l.id = b.order_line_id
    JOIN sales_order o ON o.id = l.order_id
    WHERE r.booked_at >= %s AND r.booked_at < %s AND o.booked_at < %s
"""
_RETURNED_SINCE = f"""
    SELECT l.id, o.number || '/' || l.position, o.seller_id, MOMENT(o.booked_at), {_LINE},
           {", ".join(f"back.{name}" for name in AMOUNTS)}
    FROM (SELECT b.order_line_id, {_SUMS}
          FROM sales_returnline b JOIN sales_return r ON r.id = b.returned_id
          WHERE r.booked_at < %s AND b.order_line_id IN (
              SELECT n.order_line_id FROM sales_returnline n JOIN sales_return m ON m.id = n.returned_id
              WHERE m.booked_at >= %s AND m.booked_at < %s)
          GROUP BY b.order_line_id) back
    JOIN sales_orderline l ON l.id = back.order_line_id
    JOIN sales_order o ON o.id = l.order_id
    WHERE o.booked_at < %s
"""


def _only(asked: Mapping[str, Collection[int] | None]) -> tuple[str, list[Any]]:
    """Further conditions, where some orders or some sellers alone are asked for, and what they compare with."""
    said: list[str] = []
    values: list[Any] = []
    for column, keys in asked.items():
        if keys is None:
            continue
        if connection.vendor == "postgresql":
            said.append(f" AND {column} = ANY(%s)")
            values.append(list(keys))
        else:
            said.append(f" AND {column} IN ({', '.join(['%s'] * len(keys))})")
            values += keys
    return "".join(said), values


def _narrowed(query: str, said: str) -> str:
    """The query with further conditions at the end of its WHERE."""
    head, word, tail = re.split(r"(\n    (?:ORDER|GROUP) BY |\Z)", query.rstrip(), maxsplit=1)
    return f"{head}{said}{word}{tail}\n"


def _utc(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment.astimezone(UTC))


def _read(shape: type[Rows], query: str, parameters: list[Any]) -> Rows:
    names = [field.name for field in fields(shape)]
    query = re.sub(r"MOMENT\((.*?)\)", lambda found: tables.moment(found[1]), query)
    found = tables.read(query=query, parameters=parameters, shape={name: _kind(name) for name in names})
    if "booked_at" in found:
        found["booked_at"] = found["booked_at"].astype("datetime64[us]")
    return shape(**found)


def _kind(name: str) -> str:
    if name == "key":
        return "text"
    return "bool" if name in {"by_customer", "reversal"} else "int"


def _net(sold: CountedLines, back: ReturnedNow, whole_returns: bool) -> CountedLines:
    if not len(back.order_line_id):
        return sold
    by_id = np.argsort(sold.order_line_id)
    at = np.searchsorted(sold.order_line_id, back.order_line_id, sorter=by_id)
    at = by_id[np.minimum(at, len(by_id) - 1)] if len(by_id) else np.zeros(0, np.int64)
    known = sold.order_line_id[at] == back.order_line_id[: len(at)]
    at = at[known]
    net = {}
    for name in AMOUNTS:
        net[name] = getattr(sold, name).copy()
        net[name][at] -= getattr(back, name)[: len(known)][known]
    if whole_returns:
        return replace(sold, **net)
    stands = np.ones(len(sold), np.bool_)
    stands[at] = back.pieces_left[: len(known)][known] > 0
    return _picked(replace(sold, **net), np.flatnonzero(stands))


def _joined(first: CountedLines, second: CountedLines) -> CountedLines:
    if not len(second):
        return first
    return CountedLines(
        *(np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(CountedLines))
    )


def _sorted(rows: Sortable) -> Sortable:
    # numpy compares by code point, which is the order of UTF-8 bytes: the same on every database.
    if (rows.key[:-1] <= rows.key[1:]).all():
        return rows
    return _picked(rows, np.argsort(rows.key, kind="stable"))


def _picked(rows: Rows, at: NDArray[np.intp]) -> Rows:
    return type(rows)(*(getattr(rows, field.name)[at] for field in fields(rows)))
