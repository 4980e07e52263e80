"""Where the audit trail stands, sent out of the house once a day: who could write every row of the database anew could
not change the letters that others have.

To each of those who may approve months, at seven in the company's morning, and only where something was added since.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from commissions.queries import colleagues
from common import mail, spoken
from common.operations import jobs, outbox
from common.queries import jobs as job_rows
from common.queries import trail

JOB = "send-head"
HOUR = time(7)
KEPT = timedelta(days=7)


def request(*, now: datetime) -> None:
    """Make the day's letter due once its hour has come. The tick asks."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    today = now.astimezone(zone).date()
    due_at = datetime.combine(today, HOUR, zone)
    if now < due_at or job_rows.latest(kind=JOB, subject=today.isoformat()) is not None:
        return
    jobs.enqueue(kind=JOB, subject=today.isoformat(), due_at=due_at, now=now)
    jobs.forget(kind=JOB, before=now - KEPT)


def send(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler: a letter to everybody who may approve; the same head is sent to nobody twice."""
    progress("head", 0, 1)
    head = trail.head()
    context = {
        "company": settings.COMPANY_NAME,
        "number": head.number,
        "head": f"{head.number}:{head.hash}",
        "day": spoken.day(now),
    }
    letters = [
        (
            f"trail:{head.number}:{head.hash[:8]}:{user_id}",
            mail.letter(
                to=address,
                subject=_("Audit trail of %(company)s: %(number)d entries")
                % {"company": settings.COMPANY_NAME, "number": head.number},
                body=render_to_string("emails/trail.txt", context),
                headers={},
            ),
        )
        for user_id, address in colleagues.approvers()
    ]
    if letters and head.number:
        outbox.enqueue_many(letters=letters, now=now)
    return False
