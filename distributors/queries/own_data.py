"""What this app keeps about a person, as rows; and the files that were asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model, QuerySet

from distributors.models import (
    DataFile,
    Distributor,
    Enrolment,
    Holding,
    Invitation,
    LastLook,
    Leaving,
    LinkVisits,
    MailRhythm,
    NewsRead,
    Notice,
    NoticeChoice,
    Openness,
    PageVersion,
    PersonalPage,
    Picture,
    Placement,
    Profile,
    QuestionPart,
    ReferralCode,
    SponsorChange,
    Sponsorship,
    StatusChange,
    User,
)

AT_ONCE = 2_000
# Name of the file, where it is kept, what leads to the person, and the columns with their names in the file.
LOGIN: tuple[tuple[str, type[Model], str, dict[str, str]], ...] = (
    ("login", User, "pk", {"email": "email", "date_joined": "made_at", "last_login": "last_sign_in"}),
    ("addresses", EmailAddress, "user_id", {"email": "email", "verified": "confirmed", "primary": "primary"}),
    ("sessions", UserSession, "user_id",
     {"created_at": "since", "last_seen_at": "last_seen", "ip": "address", "user_agent": "browser"}),
    ("second-factors", Authenticator, "user_id",
     {"type": "kind", "created_at": "since", "last_used_at": "last_used"}),
    ("joining", Enrolment, "user_id",
     {"kind": "as", "signed_up_at": "signed_up_at", "signed_up_from": "from_address",
      "place_taken_at": "completed_at", "sponsor__number": "sponsor_number", "referral__code": "referral_code",
      "agreement__title": "agreement", "agreement__version": "agreement_version",
      "disclosure__title": "disclosure", "disclosure__version": "disclosure_version"}),
    ("notices", Notice, "user_id",
     {"kind": "kind", "reference": "about", "number": "number", "created_at": "told_at", "read_at": "read_at"}),
    ("notice-choices", NoticeChoice, "user_id",
     {"kind": "kind", "in_portal": "on_the_portal", "by_mail": "by_mail"}),
    ("mail-rhythm", MailRhythm, "user_id", {"rhythm": "rhythm"}),
    ("news-read", NewsRead, "user_id", {"item__title": "title", "read_at": "read_at"}),
    ("questions", QuestionPart, "question__user_id",
     {"question__subject": "subject", "of_company": "by_the_company", "written_at": "written_at", "text": "text"}),
    ("last-looks", LastLook, "user_id", {"began_at": "last_visit", "before_at": "visit_before"}),
    ("data-files", DataFile, "user_id",
     {"asked_at": "asked_at", "ready_at": "ready_at", "size": "bytes", "fetched": "downloads"}),
)  # fmt: skip
PROFILE: tuple[tuple[str, type[Model], str, dict[str, str]], ...] = (
    ("person", Profile, "pk",
     {"given_name": "given_name", "family_name": "family_name", "birth_date": "birth_date", "phone": "phone",
      "contact_email": "email_without_a_login",
      "street": "street", "postcode": "postcode", "city": "city", "country": "country"}),
    # The pictures themselves are files named after it.
    ("pictures", Picture, "profile_id",
     {"key": "file", "width": "width", "height": "height", "made_at": "made_at"}),
    ("shown-to-those-above", Openness, "profile_id", {"phone": "phone", "email": "email", "city": "city"}),
    ("leaving", Leaving, "profile_id",
     {"asked_at": "asked_at", "due_at": "due_at", "erase": "with_erasure", "state": "state"}),
)  # fmt: skip
PLACE: tuple[tuple[str, type[Model], str, dict[str, str]], ...] = (
    ("distributor", Distributor, "pk",
     {"number": "number", "joined_at": "joined_at", "status": "status", "career_rank": "career_rank",
      "sponsor__number": "sponsor_number"}),
    ("sponsors", Sponsorship, "distributor_id",
     {"sponsor__number": "sponsor_number", "starts_at": "from", "ends_at": "until"}),
    ("standing", StatusChange, "distributor_id",
     {"status": "status", "effective_at": "from", "reason": "reason"}),
    ("referral-codes", ReferralCode, "distributor_id",
     {"code": "code", "campaign": "campaign", "created_at": "made_at", "revoked_at": "revoked_at"}),
    ("link-visits", LinkVisits, "link__distributor_id",
     {"link__code": "code", "link__campaign": "campaign", "day": "day", "visits": "visits"}),
    ("sponsor-changes", SponsorChange, "distributor_id",
     {"kind": "kind", "from_sponsor__number": "from_number", "to_sponsor__number": "to_number",
      "effective_at": "counts_from", "state": "state", "reason": "reason", "requested_at": "asked_at",
      "decided_at": "decided_at", "note": "answer"}),
    ("positions", Placement, "owner_id",
     {"tree__name": "tree", "ordinal": "number", "parent__owner__number": "below", "slot": "slot",
      "placed_at": "placed_at", "how": "how"}),
    ("waited-for-a-place", Holding, "owner_id",
     {"tree__name": "tree", "since": "since", "ends_at": "until_at_most", "ended_at": "ended_at"}),
    # To whom invitations went is other people's.
    ("invitations", Invitation, "sponsor_id",
     {"sent_at": "sent_at", "opened_at": "opened_at", "refused_at": "refused_at"}),
    ("personal-page-address", PersonalPage, "distributor_id", {"slug": "address", "created_at": "made_at"}),
    ("personal-page", PageVersion, "page__distributor_id",
     {"page__slug": "address", "number": "version", "story": "story", "skus": "products", "picture__key": "picture",
      "state": "state",
      "submitted_at": "written_at", "decided_at": "decided_at", "reason": "reason"}),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that was asked for; `content` is asked for apart."""

    id: int
    asked_at: datetime
    ready_at: datetime | None
    gone_at: datetime | None
    size: int
    error: str
    fetched: int

    @property
    def is_there(self) -> bool:
        return self.ready_at is not None and self.gone_at is None


def kept(
    *, user_id: int, profile_id: int | None, distributor_id: int | None
) -> list[tuple[str, list[str], QuerySet[Any, Any]]]:
    """Name, columns and rows of everything this app keeps about a person."""
    asked = [(LOGIN, user_id), (PROFILE, profile_id), (PLACE, distributor_id)]
    return [
        (name, list(columns.values()), _rows(model, by, key, columns))
        for tables, key in asked
        if key is not None
        for name, model, by, columns in tables
    ]


def _rows(model: type[Model], by: str, key: int, columns: dict[str, str]) -> QuerySet[Any, Any]:
    return model._default_manager.filter(**{by: key}).order_by("pk").values_list(*columns)


def pictures(*, profile_id: int | None) -> Iterator[tuple[str, bytes]]:
    """The key and the JPEG of each picture of a person, one in memory at a time."""
    rows = Picture.objects.filter(profile_id=profile_id or 0).order_by("pk")
    for key, data in rows.values_list("key", "data").iterator(chunk_size=1):
        yield key, bytes(data)


def files(*, user_id: int) -> list[File]:
    """The files a person asked for, newest first; the last twenty."""
    fields = ("id", "asked_at", "ready_at", "gone_at", "size", "error", "fetched")
    rows = DataFile.objects.filter(user_id=user_id).values(*fields)[:20]
    return [File(**row) for row in rows]


def content(*, user_id: int, file_id: int) -> bytes | None:
    """The file itself, for its owner alone; None when there is none, or none any more."""
    row = DataFile.objects.filter(user_id=user_id, pk=file_id, content__isnull=False)
    found = row.values_list("content", flat=True).first()
    return bytes(found) if found is not None else None
