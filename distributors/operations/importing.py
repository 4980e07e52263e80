"""A company's list of distributors becomes people in the sponsor tree: all of them, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string

from common import csvcells as cells
from common.csvfiles import Layout, Problem, Problems, Progress, Refused, rows, silent
from common.operations.failpoints import failpoint
from distributors.models import Distributor, ReferralCode, StatusChange
from distributors.operations.import_profiles import (
    BATCH,
    NewProfile,
    add_profiles,
    batches,
    country_cell,
    email_cell,
    phone_cell,
    taken_emails,
)
from distributors.operations.referrals import ALPHABET, LENGTH
from distributors.tree import Planting, plant, writing

SHOWN_STEPS = 12  # of a circle of sponsors


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the file. `since` is the status's first moment, or None when it held from the start."""

    row: int
    number: str
    sponsor_number: str
    given_name: str
    family_name: str
    email: str
    joined_on: datetime
    status: str
    phone: str
    city: str
    country: str
    career_rank: str
    referral_code: str
    status_since: datetime | None


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

    Rows may stand in any order. Who is already here with the same data is left alone. Raises Refused with
    every bad row, and TreeBusy; nothing is written then.
    """
    problems = Problems()
    people = _read(path, now, problems, progress)
    _refuse_doubles(people, problems)
    with writing():
        known = _known(people, problems)
        new = [person for person in people if person.number not in known]
        _refuse_taken(new, problems)
        sponsors = _sponsors(new, problems)
        problems.refuse_if_any()
        if not dry_run:
            try:
                with transaction.atomic():
                    _write(new, sponsors, now, progress)
            except IntegrityError as error:
                reason = f"somebody in it was added by someone else meanwhile ({error}); run the import again"
                raise Refused([Problem(0, "", reason)]) from error
    return Imported(added=len(new), known=len(known))


def _read(path: Path, now: datetime, problems: Problems, progress: Progress) -> list[Listed]:
    people = []
    for row in rows(path=path, layout=layout(now=now), problems=problems, progress=progress):
        person = Listed(row=row.number, **row.cells)
        if person.status_since and person.status_since < person.joined_on:
            problems.add(row.number, "status_since", "is before joined_on")
        if person.status != Distributor.Status.GOOD and not person.status_since:
            problems.add(row.number, "status_since", f"is empty; since when is the status {person.status}?")
        people.append(person)
    return people


def _refuse_doubles(people: Sequence[Listed], problems: Problems) -> None:
    for column in ("number", "email", "referral_code"):
        first: dict[str, int] = {}
        for person in people:
            value = getattr(person, column)
            before = first.setdefault(value, person.row) if value else person.row
            if before != person.row:
                problems.add(person.row, column, f"{value!r} stands in row {before} as well")


def _known(people: Sequence[Listed], problems: Problems) -> set[str]:
    """The numbers that are already here. Other data is a problem: an import changes nobody."""
    rows_by_number = {person.number: person for person in people}
    known: set[str] = set()
    for part in batches(rows_by_number, BATCH):
        here = Distributor.objects.filter(number__in=part).select_related("profile__user", "sponsor")
        for distributor in here.order_by():
            person = rows_by_number[distributor.number]
            known.add(person.number)
            for column, value in _stored(distributor).items():
                if getattr(person, column) != value:
                    reason = f"{person.number} is already here with {value!r}"
                    problems.add(person.row, column, f"{reason}; an import changes nobody")
    return known


def _stored(distributor: Distributor) -> dict[str, object]:
    profile, sponsor = distributor.profile, distributor.sponsor
    return {
        "sponsor_number": sponsor.number if sponsor else "",
        "given_name": profile.given_name,
        "family_name": profile.family_name,
        "email": profile.user.email if profile.user else "",
        "joined_on": distributor.joined_at,
    }


def _refuse_taken(new: Sequence[Listed], problems: Problems) -> None:
    emails = {person.email: person.row for person in new if person.email}
    for email in taken_emails(emails=emails):
        problems.add(emails[email], "email", f"{email!r} is somebody else's login")
    codes = {person.referral_code: person.row for person in new if person.referral_code}
    for part in batches(codes, BATCH):
        for code in ReferralCode.objects.filter(code__in=part).values_list("code", flat=True):
            problems.add(codes[code], "referral_code", f"{code!r} is somebody else's")


def _sponsors(new: Sequence[Listed], problems: Problems) -> dict[str, int]:
    """Sponsors of the new who are already here: number to key. Missing sponsors and circles are problems."""
    in_file = {person.number: person for person in new}
    wanted = {person.sponsor_number for person in new if person.sponsor_number} - in_file.keys()
    here: dict[str, int] = {}
    for part in batches(sorted(wanted), BATCH):
        here.update(Distributor.objects.filter(number__in=part).values_list("number", "pk"))
    for person in new:
        if person.sponsor_number in wanted and person.sponsor_number not in here:
            way = f"{person.number} → {person.sponsor_number}"
            problems.add(person.row, "sponsor_number", f"{way}: nobody has this number, here or in the file")
    for circle in circles({number: person.sponsor_number for number, person in in_file.items()}):
        shown = [*circle[:SHOWN_STEPS], "…"] if len(circle) > SHOWN_STEPS else list(circle)
        way = " → ".join([*shown, circle[0]])
        problems.add(in_file[circle[0]].row, "sponsor_number", f"the sponsors form a circle: {way}")
    return here


def circles(sponsor_of: Mapping[str, str]) -> Iterable[list[str]]:
    """Each circle of sponsors once, from the first of its members in the file on."""
    seen: dict[str, int] = {}
    order = {number: place for place, number in enumerate(sponsor_of)}
    for walk, start in enumerate(sponsor_of):
        number, path = start, []
        while number in sponsor_of and number not in seen:
            seen[number] = walk
            path.append(number)
            number = sponsor_of[number]
        if seen.get(number) == walk:
            circle = path[path.index(number) :]
            first = circle.index(min(circle, key=order.__getitem__))
            yield circle[first:] + circle[:first]


def _write(new: Sequence[Listed], sponsors: Mapping[str, int], now: datetime, progress: Progress) -> None:
    index = {person.number: place for place, person in enumerate(new)}
    progress("people", 0, len(new))
    keys = add_profiles(people=[_profile(person) for person in new])
    distributors = [
        Distributor(
            number=person.number,
            profile_id=profile_id,
            status=person.status,
            joined_at=person.joined_on,
            career_rank=person.career_rank,
        )
        for person, profile_id in zip(new, keys, strict=True)
    ]
    progress("tree", 0, len(new))
    plant(
        people=[
            Planting(
                distributor=distributor,
                sponsor_id=sponsors.get(person.sponsor_number),
                sponsor_index=index.get(person.sponsor_number),
            )
            for person, distributor in zip(new, distributors, strict=True)
        ]
    )
    failpoint("import.distributors")
    progress("history", 0, len(new))
    _write_history(new, distributors, now)
    progress("history", len(new), len(new))


def _profile(person: Listed) -> NewProfile:
    names = {field.name for field in fields(NewProfile)} - {"since"}
    return NewProfile(since=person.joined_on, **{name: getattr(person, name) for name in names})


def _write_history(new: Sequence[Listed], distributors: Sequence[Distributor], now: datetime) -> None:
    pairs = list(zip(new, distributors, strict=True))
    joined = "Joined before this portal"
    StatusChange.objects.bulk_create(
        (
            StatusChange(
                distributor=who, status=Distributor.Status.GOOD, effective_at=person.joined_on, reason=joined
            )
            for person, who in pairs
        ),
        batch_size=BATCH,
    )
    StatusChange.objects.bulk_create(
        (
            StatusChange(
                distributor=who, status=who.status, effective_at=person.status_since, reason="Imported"
            )
            for person, who in pairs
            if person.status_since and person.status != Distributor.Status.GOOD
        ),
        batch_size=BATCH,
    )
    ReferralCode.objects.bulk_create(
        (
            ReferralCode(
                distributor=who,
                code=person.referral_code or get_random_string(LENGTH, ALPHABET),
                created_at=now,
            )
            for person, who in pairs
        ),
        batch_size=BATCH,
    )
