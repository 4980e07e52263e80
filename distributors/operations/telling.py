"""Who has joined is told to those above by a job: nobody who takes a place under the tree's lock waits for it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from common.operations import jobs, outbox
from common.queries import jobs as job_rows
from distributors.models import Enrolment, Notice
from distributors.operations import notices, own_data
from distributors.queries.notice_kinds import Kind

JOINED, OLD = "told-joined", "told-old"
AT_A_TIME, GONE_AT_ONCE = 400, 5_000
KEPT = timedelta(days=400)
A_DAY = timedelta(days=1)


def request(*, now: datetime) -> None:
    """Make telling due where somebody has joined, and once a day the forgetting of old notices. The tick asks."""
    if _untold().exists():
        jobs.enqueue(kind=JOINED, subject="team", due_at=now, now=now)
    last = job_rows.latest(kind=OLD, subject="notices")
    if last is None or last.due_at <= now - A_DAY:
        jobs.enqueue(kind=OLD, subject="notices", due_at=now, now=now)


def joined(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler: some hundred newcomers and everybody who is told of them, in one transaction."""
    with transaction.atomic():
        rows = list(_untold().select_for_update().values_list("pk", "distributor_id")[:AT_A_TIME])
        progress(subject, len(rows), len(rows))
        notices.tell_those_above(
            news=[notices.News(person_id=person) for _, person in rows if person],
            direct=Kind.JOINED,
            deeper=Kind.JOINED_DEEPER,
            key="joined",
            now=now,
        )
        Enrolment.objects.filter(pk__in=[pk for pk, _ in rows]).update(told_at=now)
    if len(rows) < AT_A_TIME:
        jobs.forget(kind=JOINED, before=now - A_DAY)
    return len(rows) == AT_A_TIME


def forget(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler that deletes notices older than KEPT, oldest first; True while more are left.

    Old letters and files of people's own data go with them.
    """
    oldest = Notice.objects.order_by("pk").values_list("pk", "created_at")[:GONE_AT_ONCE]
    gone = [pk for pk, created_at in oldest if created_at < now - KEPT]
    progress(subject, len(gone), len(gone))
    Notice.objects.filter(pk__in=gone).delete()
    if len(gone) < GONE_AT_ONCE:
        outbox.forget(now=now)
        own_data.forget(now=now)
        jobs.forget(kind=OLD, before=now - A_DAY)
    return len(gone) == GONE_AT_ONCE


def _untold() -> QuerySet[Enrolment]:
    waiting = Enrolment.objects.filter(told_at__isnull=True, distributor__isnull=False)
    return waiting.order_by("place_taken_at")
