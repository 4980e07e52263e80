"""Readers of a CSV file's cells: text in, value out, or a CellError that says how to write it.

Each function makes a reader for one column. What could be understood in two ways is refused.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


class CellError(ValueError):
    """A cell does not say what its column holds; the message is for the person who made the file."""


KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*", re.ASCII)
WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)


def text(*, most: int, needed: bool = True) -> Callable[[str], str]:
    """A reader of plain text of up to `most` characters."""

    def read(cell: str) -> str:
        if needed and not cell:
            raise CellError("is empty")
        if len(cell) > most:
            raise CellError(f"has {len(cell)} characters; at most {most} fit")
        return cell

    return read


def key(*, most: int, needed: bool = True) -> Callable[[str], str]:
    """A reader of a business key: letters without accents, digits, and . _ / - inside."""
    plain = text(most=most, needed=needed)

    def read(cell: str) -> str:
        if plain(cell) and not KEY.fullmatch(cell):
            raise CellError(f"{cell!r}: only the letters A to Z, digits and . _ / - are taken")
        return cell

    return read


def choice(*allowed: str, default: str | None = None) -> Callable[[str], str]:
    """A reader of one word of a list; an empty cell is `default`, or refused."""

    def read(cell: str) -> str:
        if not cell and default is not None:
            return default
        if cell.lower() not in allowed:
            raise CellError(
                f"{cell!r} is none of {', '.join(allowed)}"
                if cell
                else f"is empty; say {' or '.join(allowed)}"
            )
        return cell.lower()

    return read


def whole(*, least: int, most: int) -> Callable[[str], int]:
    """A reader of a whole number from `least` to `most`."""

    def read(cell: str) -> int:
        if not WHOLE.fullmatch(cell) or not least <= int(cell) <= most:
            raise CellError(f"{cell!r} is not a whole number from {least:,} to {most:,}")
        return int(cell)

    return read


def hundredths(*, exponent: int = 2, needed: bool = True, most: int = 10**11) -> Callable[[str], int | None]:
    """A reader of an amount such as 1234.56, as a whole number of 1/10**exponent. An empty cell is None.

    Refuses what another country could read otherwise: thousands separators, commas, exponents.
    """
    fraction = rf"(?:\.([0-9]{{1,{exponent}}}))?" if exponent else "()"
    shape = re.compile(rf"([0-9]{{1,12}}){fraction}", re.ASCII)
    example = "1234" + ("." + "567"[:exponent] if exponent else "")

    def read(cell: str) -> int | None:
        if not cell and not needed:
            return None
        found = shape.fullmatch(cell)
        if not found:
            raise CellError(
                f"{cell!r}: write it as {example}, digits with a point, nothing between the thousands"
            )
        value = int(found[1]) * int(10**exponent) + int((found[2] or "").ljust(exponent, "0") or 0)
        if value > most:
            raise CellError(f"{cell!r} is too large")
        return value

    return read


def moment(*, zone: ZoneInfo, now: datetime, needed: bool = True) -> Callable[[str], datetime | None]:
    """A reader of an instant, as UTC. Without an offset it is company time; a day alone is its midnight.

    An hour that the clocks skip is refused; of an hour that comes twice the first is meant.
    """
    latest = now.astimezone(UTC)

    @lru_cache(maxsize=65_536)
    def parse(cell: str) -> datetime:
        if not MOMENT.fullmatch(cell):
            raise CellError(f"{cell!r} is not a day such as 2026-03-31 or a time such as 2026-03-31T14:05")
        try:
            value = datetime.fromisoformat(cell)
        except ValueError as error:
            raise CellError(f"{cell!r} is not in the calendar") from error
        if not 1980 <= value.year <= 9000:
            raise CellError(f"{cell!r} is too long ago or too far ahead")
        if value.tzinfo is None:
            local = value.replace(tzinfo=zone)
            value = local.astimezone(UTC)
            if value.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise CellError(f"{cell!r} does not exist: the clocks go forward over it in {zone.key}")
        value = value.astimezone(UTC)
        if value > latest:
            raise CellError(f"{cell!r} is in the future")
        return value

    def read(cell: str) -> datetime | None:
        if not cell and not needed:
            return None
        return parse(cell)

    return read


def day(*, today: date, earliest: date = date(1980, 1, 1)) -> Callable[[str], date]:
    """A reader of a calendar day such as 2026-03-31, at most a year ahead."""

    def read(cell: str) -> date:
        try:
            value = (
                date.fromisoformat(cell)
                if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell, re.ASCII)
                else None
            )
        except ValueError:
            value = None
        if value is None:
            raise CellError(f"{cell!r} is not a day such as 2026-03-31")
        if not earliest <= value <= today + timedelta(days=366):
            raise CellError(f"{cell!r} is too long ago or too far ahead")
        return value

    return read
