"""Invitations by mail: the company's words in a distributor's name, few a day, and never to who has refused them."""

import hashlib
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from common.fields import plain_text
from common.mail import KEY
from common.operations import jobs
from distributors.models import Distributor, Enrolment, Invitation, InvitationRefusal
from distributors.models.sharing import MOST_A_DAY
from distributors.queries import documents

__all__ = ["FORGET", "MOST_A_DAY", "CannotInvite", "forget", "note_opened", "note_sign_up", "refuse", "send"]

FORGET = "forget-invitation"
KEPT_FOR = timedelta(days=90)


class CannotInvite(ValueError):
    """This invitation is not sent; the sentence says why."""


def send(*, sponsor_id: int, email: str, now: datetime, today: date) -> str:
    """Writes an invitation and puts its letter into the outbox, or neither; returns its key.

    The letter's words are the company's, so that nobody can promise anything in its name. Raises CannotInvite:
    for an address that has refused, that was written to before, and when the day's number is used up.
    """
    email = email.strip().lower()
    digest = _digest(email)
    sponsor = Distributor.objects.in_good_standing().filter(pk=sponsor_id).select_related("profile").first()
    if sponsor is None:
        raise CannotInvite(_("You cannot invite anybody at the moment."))
    if InvitationRefusal.objects.filter(digest=digest).exists():
        raise CannotInvite(_("Whoever reads this address wants no invitations."))
    mine = Invitation.objects.filter(sponsor_id=sponsor_id)
    if mine.filter(digest=digest).exists():
        raise CannotInvite(_("You have invited this address before. One letter is enough."))
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                sponsor=sponsor,
                key=get_random_string(32),
                email=email,
                digest=digest,
                sent_on=today,
                ordinal=_next(mine.filter(sent_on=today).count()),
                sent_at=now,
            )
            _letter(made, sponsor.profile.name, today).send()
            jobs.enqueue(kind=FORGET, subject=str(made.pk), due_at=now + KEPT_FOR, now=now)
    except IntegrityError:
        # The same form twice at the same moment: the database has let one through.
        raise CannotInvite(_("This was sent a moment ago. Look at the list before you try again.")) from None
    return made.key


def _next(sent: int) -> int:
    if sent >= MOST_A_DAY:
        text = _("You have sent %(most)s invitations today. You can go on tomorrow.")
        raise CannotInvite(text % {"most": MOST_A_DAY})
    return sent + 1


def _letter(made: Invitation, name: str, today: date) -> EmailMessage:
    stop = settings.SITE_URL + reverse("invited-refuse", args=[made.key])
    # What was imported may hold a new line, which no header can.
    name = plain_text(name)
    context = {
        "name": name,
        "company": settings.COMPANY_NAME,
        "link": settings.SITE_URL + reverse("invited", args=[made.key]),
        "stop": stop,
        "disclosure": documents.current(kind=documents.DISCLOSURE, today=today).summary,
        "disclosure_link": settings.SITE_URL + reverse("disclosure"),
    }
    return EmailMessage(
        subject=_("%(name)s invites you to %(company)s") % {"name": name, "company": settings.COMPANY_NAME},
        body=render_to_string("distributors/email/invitation.txt", context),
        to=[made.email],
        headers={
            KEY: f"invitation:{made.key}",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def note_opened(*, key: str, now: datetime) -> None:
    """The link was opened; the first time counts."""
    Invitation.objects.filter(key=key, opened_at__isnull=True).update(opened_at=now)


def note_sign_up(*, key: str, enrolment_id: int, sponsor_id: int) -> None:
    """The sign-up that came of an invitation; only where it is with the one who invited."""
    if not key:
        return
    open_ones = Invitation.objects.filter(key=key, enrolment__isnull=True, sponsor_id=sponsor_id)
    if Enrolment.objects.filter(pk=enrolment_id, sponsor_id=sponsor_id, invitation__isnull=True).exists():
        open_ones.update(enrolment_id=enrolment_id)


def refuse(*, key: str, now: datetime) -> bool:
    """No invitation to this address any more, from anybody. The address is forgotten; a digest of it stays.

    False where the key is unknown; refusing twice is refusing.
    """
    with transaction.atomic():
        digest = Invitation.objects.filter(key=key).values_list("digest", flat=True).first()
        if digest is None:
            return False
        InvitationRefusal.objects.bulk_create(
            [InvitationRefusal(digest=digest, refused_at=now)], ignore_conflicts=True
        )
        # Every letter to this address, whoever sent it, is answered with this.
        same = Invitation.objects.filter(digest=digest)
        same.filter(refused_at__isnull=True).update(refused_at=now)
        same.update(email="")
    return True


def forget(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of the job: after three months nobody needs the address any more."""
    Invitation.objects.filter(pk=subject, sent_at__lte=now - KEPT_FOR).update(email="")
    return False


def _digest(email: str) -> str:
    return hashlib.sha256(f"no invitations:{email.lower()}".encode()).hexdigest()
