"""A company's list of customers, each with the distributor they belong to: all of them, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from common import csvcells as cells
from common.csvfiles import Layout, Problem, Problems, Progress, Refused, rows, silent
from common.operations import statistics
from distributors.operations.import_profiles import (
    NewProfile,
    add_profiles,
    batches,
    country_cell,
    email_cell,
    phone_cell,
    taken_emails,
)
from distributors.queries import people
from sales.models import Customer
from sales.operations.import_numbers import keep_clear

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    row: int
    number: str
    kind: str
    distributor_number: str
    given_name: str
    family_name: str
    since: datetime
    email: str
    phone: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: customers added, and customers who were here already."""

    added: int
    known: int


def layout(*, now: datetime) -> Layout:
    """The columns of a file of customers."""
    return Layout(
        columns={
            "number": cells.key(most=20),
            "kind": cells.choice(*Customer.Kind.values),
            "distributor_number": cells.key(most=20),
            "given_name": cells.text(most=80),
            "family_name": cells.text(most=80),
            "since": cells.moment(zone=ZoneInfo(settings.COMPANY_TIME_ZONE), now=now),
            "email": email_cell,
            "phone": phone_cell,
            "city": cells.text(most=80, needed=False),
            "country": country_cell,
        },
        optional=frozenset({"email", "phone", "city", "country"}),
    )


def import_customers(
    *, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a file of customers (docs/importing.md) in one transaction.

    Who is already here with the same data is left alone. Raises Refused with every bad row; nothing is
    written then.
    """
    problems = Problems()
    listed = [
        Listed(row=row.number, **row.cells)
        for row in rows(path=path, layout=layout(now=now), problems=problems, progress=progress)
    ]
    _refuse_within(listed, problems)
    sellers = people.by_numbers(numbers=sorted({one.distributor_number for one in listed}))
    known = _known(listed, sellers, problems)
    new = [one for one in listed if one.number not in known]
    _refuse_taken(new, problems)
    problems.refuse_if_any()
    if not dry_run:
        _write(new, sellers, progress)
    return Imported(added=len(new), known=len(known))


def _refuse_within(listed: Sequence[Listed], problems: Problems) -> None:
    for column in ("number", "email"):
        first: dict[str, int] = {}
        for one in listed:
            value = getattr(one, column)
            if value and first.setdefault(value, one.row) != one.row:
                problems.add(one.row, column, f"{value!r} stands in row {first[value]} as well")
    for one in listed:
        if one.kind == Customer.Kind.PREFERRED and not one.email:
            problems.add(one.row, "email", "is empty; a preferred customer has an account")


def _known(listed: Sequence[Listed], sellers: dict[str, int], problems: Problems) -> set[str]:
    for one in listed:
        if one.distributor_number not in sellers:
            problems.add(one.row, "distributor_number", f"nobody has the number {one.distributor_number!r}")
    by_number = {one.number: one for one in listed}
    known = set()
    for part in batches(by_number, BATCH):
        for customer in Customer.objects.filter(number__in=part).select_related("profile"):
            one = by_number[customer.number]
            known.add(one.number)
            same = {
                "distributor_number": customer.distributor_id == sellers.get(one.distributor_number),
                "kind": customer.kind == one.kind,
                "given_name": customer.profile.given_name == one.given_name,
                "family_name": customer.profile.family_name == one.family_name,
                "since": customer.since == one.since,
            }
            for column in (name for name, equal in same.items() if not equal):
                problems.add(one.row, column, f"{one.number} is already here with another")
    return known


def _refuse_taken(new: Sequence[Listed], problems: Problems) -> None:
    emails = {one.email: one.row for one in new if one.email}
    for email in taken_emails(emails=emails):
        problems.add(emails[email], "email", f"{email!r} is somebody else's login")


def _write(new: Sequence[Listed], sellers: dict[str, int], progress: Progress) -> None:
    names = ("given_name", "family_name", "email", "phone", "city", "country", "since")
    try:
        with transaction.atomic():
            progress("writing", 0, len(new))
            keys = add_profiles(people=[NewProfile(**{n: getattr(one, n) for n in names}) for one in new])
            Customer.objects.bulk_create(
                (
                    Customer(
                        number=one.number,
                        profile_id=profile_id,
                        distributor_id=sellers[one.distributor_number],
                        kind=one.kind,
                        since=one.since,
                    )
                    for one, profile_id in zip(new, keys, strict=True)
                ),
                batch_size=BATCH,
            )
            statistics.learn(tables=[Customer], rows=len(new))
            keep_clear(name="customer", prefix="C", imported=(one.number for one in new))
            progress("writing", len(new), len(new))
    except IntegrityError as error:
        reason = f"a customer in it was added by someone else meanwhile ({error}); run the import again"
        raise Refused([Problem(0, "", reason)]) from error
