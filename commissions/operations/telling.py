"""Whom a month concerns is told: statements that are ready, payments that were corrected, people at risk of not being
active, people close to a rank.

All of it in statements that reach any number of people; each may run again, for nobody is told the same thing twice.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BigIntegerField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from commissions.models import Adjustment, Period, Run, Snapshot, StatementItem
from commissions.queries import near, periods, plan_words, plans
from common.operations import jobs
from common.queries import jobs as job_rows
from distributors.operations import notices
from distributors.queries import notice_kinds

JOB = "told"
AT_RISK_BEFORE = timedelta(days=5)
# A period shorter than this has no five days' notice.
LONG_ENOUGH = timedelta(days=20)
AT_ONCE = 200_000
NEAR_HOUR = 6
LONGEST = 60  # of what a notice refers to: it stands in its key too


def request(*, now: datetime) -> None:
    """Make due what the calendar asks for in the open month: once, five days before its end, and once a day."""
    leading = Period.objects.filter(state=Period.State.OPEN, calendar=periods.leading() or "")
    open_ones = leading.filter(starts_at__lte=now, ends_at__gt=now)
    for period in open_ones.filter(runs__state=Run.State.ESTIMATE).distinct():
        if period.ends_at - period.starts_at < LONG_ENOUGH:
            continue
        risk_at = period.ends_at - AT_RISK_BEFORE
        if risk_at <= now:
            _once(f"risk {period.key}", risk_at, now)
        morning = now.astimezone(ZoneInfo(settings.COMPANY_TIME_ZONE)).replace(
            hour=NEAR_HOUR, minute=0, second=0, microsecond=0
        )
        if morning <= now:
            _once(f"near {period.key}", morning, now)


def statements_ready(*, run: Run, now: datetime) -> int:
    """Tell everybody whom a run paid something or found active that the statement is there; how many were told now.

    Call it in the transaction that makes the run final: with that, it happens or does not. A range of keys at a time.
    """
    return sum(
        notices.tell_all(
            people=_paid(run, start, start + AT_ONCE),
            kind=notice_kinds.STATEMENT,
            key=f"statement:{run.period.key}",
            reference=run.period.key,
            now=now,
        )
        for start in _starts(Snapshot.objects.filter(run=run))
    )


def corrected(*, run: Run, now: datetime) -> int:
    """Tell everybody whose pay of a period a correcting run changes, and by how much; how many were told now.

    Call it in the transaction that posts the run. What a close takes back is told with that period's statement.
    """
    changes = StatementItem.objects.filter(run=run, corrects_period=run.period.key).order_by()
    sums = changes.values("distributor_id").annotate(sum=Sum("amount")).exclude(sum=0)
    return sum(
        notices.tell_all(
            people=sums.filter(distributor_id__gte=start, distributor_id__lt=start + AT_ONCE).values_list(
                "distributor_id", "sum"
            ),
            kind=notice_kinds.CORRECTED,
            key=f"corrected:{run.period.key}:{run.number}",
            reference=run.period.key,
            now=now,
        )
        for start in _starts(changes)
    )


def adjusted(*, adjustment_id: int, now: datetime) -> int:
    """Tell somebody what was given or taken by hand; call it in the transaction that posts it. 0 where they have been
    told."""
    found = Adjustment.objects.select_related("period").get(pk=adjustment_id, state=Adjustment.State.POSTED)
    if found.period is None:  # the database says that it has one
        return 0
    return notices.tell_all(
        people=Adjustment.objects.filter(pk=found.pk).order_by().values_list("distributor_id", "amount"),
        kind=notice_kinds.CORRECTED,
        key=f"adjusted:{found.pk}",
        reference=f"{found.period.key} {found.pk}",
        now=now,
    )


def work(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler: `subject` is a word and a period's key."""
    what, _space, key = subject.partition(" ")
    if what == "risk":
        _at_risk(key, now)
    elif what == "near":
        _near(key, now)
    return False


def _once(subject: str, due_at: datetime, now: datetime) -> None:
    last = job_rows.latest(kind=JOB, subject=subject)
    if last is None or last.due_at < due_at:
        jobs.enqueue(kind=JOB, subject=subject, due_at=due_at, now=now)


def _starts(rows: "QuerySet[Snapshot] | QuerySet[StatementItem]") -> range:
    """Where each range of people begins that is told in one statement."""
    ends = rows.order_by().aggregate(first=Min("distributor_id"), last=Max("distributor_id"))
    return range(0) if ends["first"] is None else range(ends["first"], ends["last"] + 1, AT_ONCE)


def _paid(run: Run, start: int, stop: int) -> QuerySet[Snapshot, tuple[int, int | None]]:
    items = StatementItem.objects.filter(run=run, distributor_id=OuterRef("distributor_id")).order_by()
    amount = items.values("distributor_id").annotate(sum=Sum("amount")).values("sum")
    part = Snapshot.objects.filter(run=run, distributor_id__gte=start, distributor_id__lt=stop).order_by()
    found = part.annotate(amount=Coalesce(Subquery(amount, BigIntegerField()), Value(0)))
    return found.filter(Exists(items) | Q(active=True)).values_list("distributor_id", "amount")


def _at_risk(key: str, now: datetime) -> None:
    """Those who were active in the last final month and are not in the open one."""
    run = _estimate(key)
    final = Run.objects.filter(state=Run.State.FINAL, period__calendar=periods.leading() or "")
    before = final.order_by("-period__starts_at").first()
    if run is None or before is None:
        return
    need = plan_words.active_need(plan=plans.parsed(version=run.plan))
    missing = Greatest(Value(0), Value(need or 0) - F("own_volume"), output_field=BigIntegerField())
    once = Snapshot.objects.filter(run=before, distributor_id=OuterRef("distributor_id"), active=True)
    people = Snapshot.objects.filter(Exists(once), run=run, active=False).order_by()
    notices.tell_all(
        people=people.annotate(missing=missing).values_list("distributor_id", "missing"),
        kind=notice_kinds.AT_RISK,
        key=f"risk:{key}",
        reference=key,
        now=now,
    )


def _near(key: str, now: datetime) -> None:
    """The uplines of those who are close to a rank; of each person and rank once a month."""
    run = _estimate(key)
    if run is None:
        return
    found = near.close_to_a_rank(run_id=run.pk)
    news = [
        notices.News(person_id=person, reference=f"{key} {found.labels[rank]}"[:LONGEST])
        for person, rank in zip(found.person_ids.tolist(), found.ranks.tolist(), strict=True)
    ]
    notices.tell_those_above(
        news=news, direct=notice_kinds.NEAR, deeper=notice_kinds.NEAR_DEEPER, key="near", now=now
    )


def _estimate(key: str) -> Run | None:
    runs = Run.objects.filter(state=Run.State.ESTIMATE, period__key=key).select_related("plan")
    return runs.order_by("-number").first()
