"""A person's own data as a file: everything the portal keeps about them, as CSV and as JSON, in one zip.

Each app says what it keeps. What belongs to other people, such as the names of customers, is left out.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.db.models import F, Model, QuerySet

from common import csvtext
from common.operations import jobs
from distributors.models import DataFile
from distributors.queries import people
from distributors.queries.own_data import kept, pictures

JOB = "own-data"
KEPT = timedelta(days=7)
# Asked for again before this, the file that is there is the answer.
PAUSE = timedelta(minutes=10)
MOST_A_DAY = 5
# Up to so many rows the file is made while the person waits; a larger one by a job.
AT_ONCE = 3_000


class AskedTooOften(RuntimeError):
    """Five files a day are enough."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose data: the keys under which apps keep something."""

    user_id: int
    profile_id: int | None
    distributor_id: int | None
    customer_id: int | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One file: rows of plain values under these columns. `rows` may be asked more than once; `model` is where they
    are kept."""

    name: str
    model: type[Model]
    columns: Sequence[str]
    rows: Callable[[], Iterable[Sequence[Any]]]
    count: Callable[[], int]


def table(*, name: str, columns: Sequence[str], rows: QuerySet[Any, Any]) -> Table:
    """A table of the rows a query gives, some thousand at a time."""
    return Table(
        name=name,
        model=rows.model,
        columns=columns,
        rows=lambda: rows.iterator(chunk_size=2_000),
        count=lambda: rows.count(),
    )


Part = Callable[[Owner], Iterable[Table]]
_parts: list[Part] = []


def include(*, part: Part) -> None:
    """Tell what an app keeps about a person; told once, when the app is ready."""
    if part not in _parts:
        _parts.append(part)


def ask(*, owner: Owner, now: datetime) -> int:
    """Ask for a file and return its row's key: made at once when it is small, else by a job.

    One that is being made, or was made within the last minutes, is the answer again. Raises AskedTooOften.
    """
    with transaction.atomic():
        mine = DataFile.objects.select_for_update().filter(user_id=owner.user_id)
        last = mine.filter(error="", gone_at__isnull=True).first()
        if last is not None and (last.ready_at is None or last.ready_at > now - PAUSE):
            return last.pk
        if mine.filter(asked_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            raise AskedTooOften("You have asked five times within a day. Please come back tomorrow.")
        asked = DataFile.objects.create(user_id=owner.user_id, asked_at=now)
        if sum(table.count() for table in tables(owner=owner)) <= AT_ONCE:
            _make(asked, owner, now)
        else:
            jobs.enqueue(kind=JOB, subject=str(asked.pk), due_at=now, now=now)
    return asked.pk


def make(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler: makes one file that was asked for."""
    asked = DataFile.objects.filter(pk=int(subject), ready_at__isnull=True).first()
    if asked is not None:
        progress("own data", 0, 1)
        _make(asked, owner_of(user_id=asked.user_id), now, tell=lambda: progress("own data", 0, 1))
    return False


def given_up(*, subject: str, now: datetime, error: str) -> None:
    """A file that could not be made says so; another may be asked for."""
    last = (error.strip().splitlines() or [""])[-1]
    DataFile.objects.filter(pk=int(subject), ready_at__isnull=True).update(error=last[:200] or "given up")


def fetched(*, file_id: int, now: datetime) -> None:
    """Note that it was downloaded."""
    DataFile.objects.filter(pk=file_id).update(fetched=F("fetched") + 1, fetched_at=now)


def forget(*, now: datetime) -> int:
    """Delete the files that are older than KEPT; the rows stay as the log. How many went."""
    old = DataFile.objects.filter(content__isnull=False, ready_at__lt=now - KEPT)
    return old.update(content=None, gone_at=now)


def owner_of(*, user_id: int) -> Owner:
    """The keys of the person behind a login."""
    me, profile_id = people.me(user_id=user_id), people.profile_of_login(user_id=user_id)
    return Owner(
        user_id=user_id,
        profile_id=profile_id,
        distributor_id=me.distributor_id if me else None,
        customer_id=me.customer_id if me else None,
    )


def of_this_app(owner: Owner) -> Iterator[Table]:
    """What people, logins and the tree keep about a person."""
    found = kept(user_id=owner.user_id, profile_id=owner.profile_id, distributor_id=owner.distributor_id)
    return (table(name=name, columns=columns, rows=rows) for name, columns, rows in found)


def tables(*, owner: Owner) -> list[Table]:
    """Every table of a person's file."""
    return [table for part in _parts for table in part(owner)]


def _make(asked: DataFile, owner: Owner, now: datetime, tell: Callable[[], None] = lambda: None) -> None:
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            found = tables(owner=owner)
            archive.writestr("README.txt", _readme(found, now))
            for table in found:
                tell()
                _write_csv(archive, table)
            _write_json(archive, found)
            for key, picture in pictures(profile_id=owner.profile_id):
                archive.writestr(f"picture-{key}.jpg", picture)
        file.seek(0)
        content = file.read()
    DataFile.objects.filter(pk=asked.pk, ready_at__isnull=True).update(
        content=content, size=len(content), sha256=sha256(content).hexdigest(), ready_at=now
    )


def _write_csv(archive: zipfile.ZipFile, table: Table) -> None:
    with (
        archive.open(f"{table.name}.csv", "w") as raw,
        io.TextIOWrapper(raw, "utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(text)
        writer.writerow(table.columns)
        writer.writerows([_cell(value) for value in row] for row in table.rows())


def _write_json(archive: zipfile.ZipFile, tables: Sequence[Table]) -> None:
    with archive.open("everything.json", "w") as raw, io.TextIOWrapper(raw, "utf-8") as text:
        text.writelines(_json(tables))


def _json(tables: Sequence[Table]) -> Iterator[str]:
    """All tables as one object, row by row: a list of objects under each name."""
    yield "{"
    for at, table in enumerate(tables):
        yield f"{',' if at else ''}\n{json.dumps(table.name)}: ["
        for number, row in enumerate(table.rows()):
            values = dict(zip(table.columns, (_plain(value) for value in row), strict=True))
            yield f"{',' if number else ''}\n  {json.dumps(values, ensure_ascii=False)}"
        yield "]"
    yield "\n}\n"


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else _said(value)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int) else csvtext.text("" if value is None else _said(value))


def _said(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _readme(tables: Sequence[Table], now: datetime) -> str:
    lines = [f"What the portal keeps about you, as of {now.isoformat(timespec='minutes')}.", ""]
    lines += [f"{table.name}.csv: {', '.join(table.columns)}" for table in tables]
    lines += [
        "",
        "Your photos are in the files whose names begin with picture.",
        "everything.json holds the same rows. Amounts are in the smallest unit of the currency, volumes in hundredths",
        "of a point, rates in millionths. Passwords and the secrets of second factors are not in here; nor is what",
        "belongs to others, such as the names of your customers.",
        "",
    ]
    return "\n".join(lines)
