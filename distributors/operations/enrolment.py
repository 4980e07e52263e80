"""Joining: the sponsor is stored at sign-up, the place taken once when the e-mail address is confirmed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast

from common.models import Sequence
from common.operations import numbers, statements
from common.operations.statements import Statement
from distributors.models import Distributor, Enrolment, PlacementTree, Profile, StatusChange, User
from distributors.operations import documents, invitations, placing, referrals
from distributors.queries.documents import AGREEMENT, DISCLOSURE
from distributors.queries.referrals import sponsor
from distributors.tree import TreeBusy, take_place_inside, writing

__all__ = [
    "Accepted",
    "AlreadySignedUp",
    "Applicant",
    "Confirmed",
    "DocumentsChanged",
    "EmailTaken",
    "SponsorNotAvailable",
    "TooYoung",
    "TreeBusy",
    "confirm",
    "raise_if_submitted",
    "sign_up",
]

SERIES = "distributor"
FIRST_NUMBER = 100_001
OLD_ENOUGH = 18

Kind = Literal["distributor", "customer"]


class SponsorNotAvailable(LookupError):
    """The code names nobody who may sponsor at this moment."""


class EmailTaken(ValueError):
    """There is an account with this address. Say so to the owner by mail, never to whoever asked."""


class AlreadySignedUp(RuntimeError):
    """This very form was sent before, and its answer lost on the way: the person is there."""

    def __init__(self, user_id: int) -> None:
        super().__init__("This form was sent before")
        self.user_id = user_id


class TooYoung(ValueError):
    """Only grown-ups may join."""


class DocumentsChanged(RuntimeError):
    """A newer version was published after the newcomer read; it has to be read first."""


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """What a newcomer says about themselves; the password is already hashed."""

    email: str
    password_hash: str
    given_name: str
    family_name: str
    birth_date: date
    country: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The versions a newcomer distributor has read and accepted."""

    agreement_id: int
    disclosure_id: int


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """A sign-up that has just been completed."""

    kind: Kind
    profile_id: int
    sponsor_id: int | None
    distributor_id: int | None


def sign_up(
    *,
    kind: Kind,
    applicant: Applicant,
    referral_code: str,
    accepted: Accepted | None,
    now: datetime,
    today: date,
    address: str | None,
    submission: str = "",
    invitation: str = "",
) -> int:
    """Stores login, personal data and enrolment and returns the user's id; nobody has a place in the tree
    yet.

    The sponsor is read from the code at this moment. `submission` is the form's token: with the same one only the
    first of several makes a person. `invitation` is the key of the letter the newcomer came by. Raises
    TooYoung, SponsorNotAvailable, DocumentsChanged, EmailTaken, AlreadySignedUp; nothing is kept then.
    """
    if age(born=applicant.birth_date, today=today) < OLD_ENOUGH:
        raise TooYoung
    try:
        with transaction.atomic():
            invited_by = sponsor(code=referral_code)
            if invited_by is None:
                raise SponsorNotAvailable
            if kind == "distributor":
                _must_be_current(accepted, today)
            user = _login(applicant, now)
            made = Enrolment.objects.create(
                kind=kind,
                user=user,
                profile=_profile(user, applicant),
                sponsor_id=invited_by.distributor_id,
                referral_id=invited_by.code_id,
                agreement_id=accepted.agreement_id if accepted else None,
                disclosure_id=accepted.disclosure_id if accepted else None,
                signed_up_at=now,
                signed_up_from=address,
                submission=submission or None,
            )
            invitations.note_sign_up(
                key=invitation, enrolment_id=made.pk, sponsor_id=invited_by.distributor_id
            )
    except (EmailTaken, IntegrityError):
        # Of two that arrive at once the database lets one through; the other one is told whom it made.
        raise_if_submitted(submission=submission)
        raise
    return user.pk


def raise_if_submitted(*, submission: str) -> None:
    """Raises AlreadySignedUp where this form has made a person."""
    if not submission:
        return
    found = Enrolment.objects.filter(submission=submission).values_list("user_id", flat=True).first()
    if found is not None:
        raise AlreadySignedUp(found)


def _login(applicant: Applicant, now: datetime) -> User:
    email = applicant.email.lower()
    if EmailAddress.objects.filter(email__iexact=email).exists():
        raise EmailTaken
    try:
        with transaction.atomic():
            user = User.objects.create(email=email, password=applicant.password_hash, date_joined=now)
    except IntegrityError as error:
        raise EmailTaken from error
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    return user


def _profile(user: User, applicant: Applicant) -> Profile:
    return Profile.objects.create(
        user=user,
        given_name=applicant.given_name,
        family_name=applicant.family_name,
        phone=applicant.phone,
        country=applicant.country,
        birth_date=applicant.birth_date,
    )


def _must_be_current(accepted: Accepted | None, today: date) -> None:
    current = Accepted(
        agreement_id=documents.to_accept(kind=AGREEMENT, today=today),
        disclosure_id=documents.to_accept(kind=DISCLOSURE, today=today),
    )
    if accepted != current:
        raise DocumentsChanged


def confirm(*, user_id: int, now: datetime) -> Confirmed | None:
    """Completes the enrolment of a confirmed address: a distributor takes the place under the stored sponsor.

    Once and for all: None where there is nothing to complete, also for the second of two calls. For a
    customer the caller makes the customer, in the same transaction. Raises TreeBusy; nothing is written then.
    """
    waiting = Enrolment.objects.filter(user_id=user_id, place_taken_at__isnull=True)
    # Read before the lock, under which every statement keeps others waiting: what it says never changes.
    enrolment = waiting.first()
    if enrolment is None:
        return None
    distributor_id = None
    try:
        if enrolment.kind == Enrolment.Kind.DISTRIBUTOR:
            with writing():
                distributor_id = _join(enrolment, now)
        elif not waiting.update(place_taken_at=now):
            return None
    except _CompletedByAnother:
        return None
    return Confirmed(
        kind="distributor" if distributor_id else "customer",
        profile_id=enrolment.profile_id,
        sponsor_id=enrolment.sponsor_id,
        distributor_id=distributor_id,
    )


class _CompletedByAnother(Exception):
    """Two confirmed at once; whatever the second one took, such as a number, is given back."""


def _join(enrolment: Enrolment, now: datetime) -> int:
    """Everything under the tree's lock. Statements that do not need each other's answers are sent together."""
    person = Distributor(
        number=_claim(enrolment, now),
        profile_id=enrolment.profile_id,
        status=Distributor.Status.GOOD,
        joined_at=now,
    )
    history = take_place_inside(distributor=person, sponsor_id=enrolment.sponsor_id)
    _, trees, code, *_ = statements.run(
        [
            history,
            Statement(f"SELECT 1 FROM {PlacementTree._meta.db_table} LIMIT 1"),  # noqa: S608
            referrals.issuing(distributor_id=person.pk, code=referrals.new_code(), now=now),
            _first_status(person),
            Statement(
                f"UPDATE {Enrolment._meta.db_table} SET distributor_id = %s WHERE id = %s",  # noqa: S608
                (person.pk, enrolment.pk),
            ),
        ]
    )
    if trees:
        placing.newcomer(distributor_id=person.pk, now=now)
    if not code:
        referrals.issue(distributor_id=person.pk, now=now)
    return person.pk


def _claim(enrolment: Enrolment, now: datetime) -> str:
    """Completes the enrolment for this call alone and takes the next number. Raises _CompletedByAnother."""
    moment = Enrolment._meta.get_field("place_taken_at").get_db_prep_save(now, connection)
    people, series = Distributor._meta.db_table, Sequence._meta.db_table
    claimed, following, is_held = statements.run(
        [
            Statement(
                f"""UPDATE {Enrolment._meta.db_table} SET place_taken_at = %s
                    WHERE id = %s AND place_taken_at IS NULL RETURNING id""",  # noqa: S608
                (moment, enrolment.pk),
            ),
            numbers.taking(name=SERIES),
            Statement(
                f"""SELECT 1 FROM {people} WHERE number =
                    (SELECT CAST(next - 1 AS varchar(20)) FROM {series} WHERE name = %s)""",  # noqa: S608
                (SERIES,),
            ),
        ]
    )
    if not claimed:
        raise _CompletedByAnother
    if not following or is_held:
        return free_number()
    return str(following[0][0] - 1)


def _first_status(person: Distributor) -> Statement:
    return statements.insertion(
        model=StatusChange,
        values={
            "distributor_id": person.pk,
            "status": person.status,
            "effective_at": person.joined_at,
            "reason": "Joined by confirming the e-mail address",
        },
    )


def free_number() -> str:
    """The next distributor's number; imported numbers are stepped over."""
    number = numbers.take(name=SERIES, first=FIRST_NUMBER)
    if Distributor.objects.filter(number=str(number)).exists():
        digits = Distributor.objects.order_by().filter(number__regex=r"^[1-9][0-9]{0,17}$")
        last = digits.aggregate(last=Max(Cast("number", BigIntegerField())))["last"] or 0
        numbers.skip_past(name=SERIES, number=last)
        number = numbers.take(name=SERIES, first=FIRST_NUMBER)
    return str(number)


def age(*, born: date, today: date) -> int:
    """Whole years; somebody born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
