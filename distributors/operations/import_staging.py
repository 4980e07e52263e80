"""The rows of a file of distributors in a temporary table, and what is wrong with them as a whole."""

import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from common.csvfiles import Layout, Problems, Progress, rows
from common.operations import columns, staging
from common.operations.staging import Kind
from common.operations.tables import Ints
from distributors.models import Distributor, Profile, ReferralCode, User
from distributors.operations.referrals import ALPHABET, LENGTH
from distributors.tree import circles

STAGED = "imported_people"
KINDS: dict[str, Kind] = {
    "line": "key",
    "number": "text",
    "sponsor_number": "text",
    "given_name": "text",
    "family_name": "text",
    "email": "text",
    "joined_on": "moment",
    "status": "text",
    "phone": "text",
    "city": "text",
    "country": "text",
    "career_rank": "text",
    "referral_code": "text",
    "status_since": "moment",
    # What follows an unusable password, and the code of who brings none: drawn row by row.
    "secret": "text",
    "fresh_code": "text",
}
CELLS = [name for name in KINDS if name not in ("line", "secret", "fresh_code")]
NO_SPONSOR = "CASE WHEN person.sponsor_number = '' THEN 1 ELSE 0 END"
SHOWN_STEPS = 12  # of a circle of sponsors

PEOPLE = Distributor._meta.db_table
PROFILES = Profile._meta.db_table
USERS = User._meta.db_table
CODES = ReferralCode._meta.db_table


@dataclass(frozen=True, slots=True)
class Lines:
    """The people who are new, in the order of their rows: parent is a position here or -1, sponsor_id is of
    somebody who was here before, or 0."""

    line: Ints
    parent: Ints
    sponsor_id: Ints


def read(*, path: Path, layout: Layout, problems: Problems, progress: Progress) -> int:
    """Stages the rows that can be understood; how many."""
    source = rows(path=path, layout=layout, problems=problems, progress=progress)
    return staging.fill(name=STAGED, kinds=KINDS, rows=_values(source, problems))


def _values(source: Iterable[Any], problems: Problems) -> Iterator[list[Any]]:
    for row in source:
        cells = row.cells
        _refuse_undated(row.number, cells, problems)
        secret = secrets.token_hex(20) if cells["email"] else ""
        code = "" if cells["referral_code"] else _code()
        yield [row.number, *(cells[name] for name in CELLS), secret, code]


def _refuse_undated(line: int, cells: Mapping[str, Any], problems: Problems) -> None:
    since: datetime | None = cells["status_since"]
    if since and since < cells["joined_on"]:
        problems.add(line, "status_since", "is before joined_on")
    if cells["status"] != Distributor.Status.GOOD and not since:
        problems.add(line, "status_since", f"is empty; since when is the status {cells['status']}?")


def _code() -> str:
    drawn = secrets.token_bytes(LENGTH * 4)
    return "".join(ALPHABET[number % len(ALPHABET)] for number in struct.unpack(f"{LENGTH}I", drawn))


def refuse_doubles(*, problems: Problems) -> None:
    """What stands in two rows. Of a number that does, the first row is kept for the checks that follow."""
    for column in ("email", "referral_code", "number"):
        doubles = f"""FROM {STAGED} person JOIN (
                SELECT {column} AS value, min(line) AS first FROM {STAGED} WHERE {column} <> ''
                GROUP BY {column} HAVING count(*) > 1
            ) AS twice ON twice.value = person.{column} AND person.line <> twice.first"""  # noqa: S608
        for line, value, first in staging.found(f"SELECT person.line, twice.value, twice.first {doubles}"):
            problems.add(line, column, f"{value!r} stands in row {first} as well")
    staging.execute(f"DELETE FROM {STAGED} WHERE line IN (SELECT person.line {doubles})")  # noqa: S608


def set_known_aside(*, problems: Problems) -> int:
    """Takes people out who are here already; how many. Other data is a problem: an import changes nobody."""
    stored = {
        "sponsor_number": "coalesce(sponsor.number, '')",
        "given_name": "profile.given_name",
        "family_name": "profile.family_name",
        "email": "coalesce(login.email, '')",
        "joined_on": "here.joined_at",
    }
    for column, value in stored.items():
        sql = f"""SELECT person.line, person.number, {value} FROM {STAGED} person
            JOIN {PEOPLE} here ON here.number = person.number
            JOIN {PROFILES} profile ON profile.id = here.profile_id
            LEFT JOIN {PEOPLE} sponsor ON sponsor.id = here.sponsor_id
            LEFT JOIN {USERS} login ON login.id = profile.user_id
            WHERE {value} <> person.{column}"""  # noqa: S608
        for line, number, held in staging.found(sql):
            problems.add(line, column, f"{number} is already here with '{held}'; an import changes nobody")
    return staging.execute(f"DELETE FROM {STAGED} WHERE number IN (SELECT number FROM {PEOPLE})")  # noqa: S608


def refuse_taken(*, problems: Problems) -> None:
    """Addresses and referral codes that are somebody else's."""
    for column, table, held, whose in (
        ("email", USERS, "email", "somebody else's login"),
        ("referral_code", CODES, "code", "somebody else's"),
    ):
        sql = f"""SELECT person.line, person.{column} FROM {STAGED} person
            JOIN {table} theirs ON theirs.{held} = person.{column}"""  # noqa: S608
        for line, value in staging.found(sql):
            problems.add(line, column, f"{value!r} is {whose}")


def sponsors(*, problems: Problems) -> Lines:
    """Who sponsors whom among the new. Missing sponsors and circles are problems."""
    line, above, outside, nobody = columns.read(
        select=f"""FROM {STAGED} person LEFT JOIN {STAGED} above ON above.number = person.sponsor_number
            LEFT JOIN {PEOPLE} here ON here.number = person.sponsor_number ORDER BY person.line""",
        columns=["person.line", "above.line", "here.id", NO_SPONSOR],
    )
    parent = np.where(above > 0, np.searchsorted(line, above), -1)
    missing = line[(above == 0) & (outside == 0) & (nobody == 0)]
    for at in missing.tolist():
        for number, sponsor in staging.found(
            f"SELECT number, sponsor_number FROM {STAGED} WHERE line = %s",  # noqa: S608
            [at],
        ):
            way = f"{number} → {sponsor}"
            problems.add(at, "sponsor_number", f"{way}: nobody has this number, here or in the file")
    for circle in circles(parent=parent):
        _refuse_circle(line[circle].tolist(), problems)
    return Lines(line, parent, np.where(parent < 0, outside, 0))


def _refuse_circle(lines: list[int], problems: Problems) -> None:
    marks = ", ".join(["%s"] * min(len(lines), SHOWN_STEPS))
    numbers = dict(
        staging.found(f"SELECT line, number FROM {STAGED} WHERE line IN ({marks})", lines[:SHOWN_STEPS])  # noqa: S608
    )
    shown = [numbers[line] for line in lines[:SHOWN_STEPS]]
    way = " → ".join([*shown, *(["…"] if len(lines) > SHOWN_STEPS else []), shown[0]])
    problems.add(lines[0], "sponsor_number", f"the sponsors form a circle: {way}")
