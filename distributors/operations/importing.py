"""A company's list of distributors becomes people in the sponsor tree: all of them, or none."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from common import csvcells as cells
from common.csvfiles import Layout, Problem, Problems, Progress, Refused, silent
from common.operations import staging
from distributors.models import Distributor
from distributors.operations import import_staging as staged
from distributors.operations.import_profiles import country_cell, email_cell, phone_cell
from distributors.operations.import_writing import write
from distributors.tree import writing


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: people added, and people who were already here, unchanged."""

    added: int
    known: int


def layout(*, now: datetime) -> Layout:
    """The columns of a file of distributors."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    return Layout(
        columns={
            "number": cells.key(most=20),
            "sponsor_number": cells.key(most=20, needed=False),
            "given_name": cells.text(most=80),
            "family_name": cells.text(most=80),
            "email": email_cell,
            "joined_on": cells.moment(zone=zone, now=now),
            "status": cells.choice(*Distributor.Status.values, default=Distributor.Status.GOOD),
            "phone": phone_cell,
            "city": cells.text(most=80, needed=False),
            "country": country_cell,
            "career_rank": cells.text(most=40, needed=False),
            "referral_code": _referral_cell,
            "status_since": cells.moment(zone=zone, now=now, needed=False),
        },
        optional=frozenset(
            {"phone", "city", "country", "career_rank", "referral_code", "status", "status_since"}
        ),
    )


def _referral_cell(cell: str) -> str:
    return cells.key(most=24, needed=False)(cell).lower()


def import_distributors(
    *, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a file of distributors (docs/importing.md) in one transaction.

    Rows may stand in any order. Who is already here with the same data is left alone. The rows wait in a
    temporary table, so that memory holds numbers alone; the tree's lock is taken when all are read.
    Raises Refused with every bad row, and TreeBusy; nothing is written then.
    """
    problems = Problems()
    with staging.table(name=staged.STAGED, kinds=staged.KINDS):
        staged.read(path=path, layout=layout(now=now), problems=problems, progress=progress)
        progress("checking", 0, 0)
        staged.refuse_doubles(problems=problems)
        with writing():
            staging.sort_in_memory()
            known = staged.set_known_aside(problems=problems)
            staged.refuse_taken(problems=problems)
            new = staged.sponsors(problems=problems)
            problems.refuse_if_any()
            if not dry_run:
                _write(new, now, progress)
    return Imported(added=len(new.line), known=known)


def _write(new: staged.Lines, now: datetime, progress: Progress) -> None:
    try:
        with transaction.atomic():
            write(new=new, now=now, progress=progress)
    except IntegrityError as error:
        reason = f"somebody in it was added by someone else meanwhile ({error}); run the import again"
        raise Refused([Problem(0, "", reason)]) from error
