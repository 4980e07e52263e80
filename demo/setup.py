"""Brings the demo company into the portal as a real one would come: its files, month by month, and a close
after each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from commissions.models import Period, Run
from commissions.operations import estimates, periods, plans, runs, telling
from common.csvfiles import Layout, Problems, rows
from common.models import Sequence
from common.operations import jobs
from demo import documents, life, logins, trade
from demo.cast import STAFF_APPROVER, STAFF_PREPARER
from demo.generate import GOODBYE_HEADER, generate
from distributors.models import Distributor, User
from distributors.operations import notices, standing
from distributors.operations.importing import import_distributors
from distributors.queries import people
from sales.operations.import_customers import import_customers
from sales.operations.import_products import import_products
from sales.operations.import_returns import import_returns
from sales.operations.importing import import_orders
from sales.operations.signals import booked

PLAN = Path("commissions/plans/linden.yaml")
PLAN_CURRENCY = "EUR"
# The last month that is over is left to whoever looks at the demo: a draft that waits for a review.
WAITING = f"{trade.months()[-2]:%Y-%m}"
MARK = "demo-company"
BEGUN, READY = 1, 2
ZONE = ZoneInfo(settings.COMPANY_TIME_ZONE)
Say = Callable[[str], None]


class NotTheDemo(RuntimeError):
    """This database belongs to somebody: the demo neither moves in nor clears it."""


def is_ready() -> bool:
    """Whether the demo company is in the portal, whole."""
    return _mark() == READY


def set_up(*, folder: Path, now: datetime, say: Say) -> None:
    """Loads the company and closes its past months. What is done already is skipped, so that an interrupted
    set-up goes on where it stopped. Raises NotTheDemo."""
    refuse_strangers()
    # Each file would make an estimate of its month due; the last one is enough, and is made below.
    booked.disconnect(dispatch_uid="commissions.refresh_soon")
    Sequence.objects.get_or_create(name=MARK, defaults={"next": BEGUN})
    say("Writing the company's files …")
    generate(folder=folder)
    import_products(path=folder / "products.csv", now=now)
    documents.publish_agreement()
    office = logins.staff()
    first = trade.months()[0]
    begin = datetime(first.year, first.month, 1, tzinfo=ZONE)
    plans.adopt(document=plan(), now=begin)
    periods.open_first(key=f"{first:%Y-%m}", now=begin)
    for month in trade.months():
        key = f"{month:%Y-%m}"
        if not Period.objects.filter(key=key, state=Period.State.CLOSED).exists():
            _month(folder, key, office[STAFF_PREPARER], office[STAFF_APPROVER], say)
        if key == documents.YEAR[1]:
            documents.publish_disclosure()
    logins.open_portal_logins()
    say("Bringing the last weeks to life …")
    life.bring()
    say("Estimating the open month …")
    estimates.refresh(now=now)
    _all_told(now)
    Sequence.objects.filter(name=MARK).update(next=READY)


def plan() -> str:
    """The shipped plan, in the currency the demo sells in."""
    document = (settings.BASE_DIR / PLAN).read_text(encoding="utf-8")
    return document.replace(PLAN_CURRENCY, settings.COMPANY_CURRENCY)


def refuse_strangers() -> None:
    """Raises NotTheDemo when the database holds people the demo did not bring, or this is no demo."""
    if settings.MODE != "demo":
        raise NotTheDemo(f"PORTAL_MODE is {settings.MODE}; the demo company is for PORTAL_MODE=demo alone.")
    if (
        _mark() is None
        and "distributors_user" in connection.introspection.table_names()
        and User.objects.exists()
    ):
        raise NotTheDemo(
            "This database holds people who are not the demo's. Set DATABASE_URL to another one."
        )


def _mark() -> int | None:
    if "common_sequence" not in connection.introspection.table_names():
        return None
    return Sequence.objects.filter(name=MARK).values_list("next", flat=True).first()


def _month(folder: Path, key: str, preparer: User, approver: User, say: Say) -> None:
    ends_at = periods.bounds(key=key)[1]
    demo_now = trade.NOW.replace(tzinfo=ZONE).astimezone(UTC)
    now = min(ends_at + timedelta(days=2, hours=8), demo_now + timedelta(minutes=1))
    say(f"{key}: importing …")
    import_distributors(path=folder / f"distributors-{key}.csv", now=now)
    import_customers(path=folder / f"customers-{key}.csv", now=now)
    import_orders(path=folder / f"orders-{key}.csv", now=now)
    import_returns(path=folder / f"returns-{key}.csv", now=now)
    _say_goodbye(folder / f"goodbyes-{key}.csv", preparer)
    if ends_at <= now:
        _close(key, preparer, approver, now, say)


def _say_goodbye(path: Path, by: User) -> None:
    columns = dict.fromkeys(GOODBYE_HEADER, str)
    leaving = [row.cells for row in rows(path=path, layout=Layout(columns), problems=Problems())]
    ids = people.by_numbers(numbers=[row["number"] for row in leaving])
    staying = set(Distributor.objects.filter(pk__in=ids.values(), status="good").values_list("pk", flat=True))
    for row in leaving:
        if ids[row["number"]] in staying:
            standing.change_status(
                distributor_id=ids[row["number"]],
                status=row["status"],
                expected="good",
                reason="Asked to leave" if row["status"] == "left" else "Claims about earnings, under review",
                by_id=by.pk,
                now=datetime.fromisoformat(f"{row['effective_on']}T12:00").replace(tzinfo=ZONE),
            )


def _all_told(now: datetime) -> None:
    """What people would have been told and sent by now is done: nobody gets the letters of fourteen months at once,
    or of this morning's news."""
    telling.request(now=now)
    jobs.advance_due(now=now, owner="demo")
    notices.mail_nothing()


def _close(key: str, preparer: User, approver: User, now: datetime, say: Say) -> None:
    say(f"{key}: closing …")
    if Period.objects.filter(key=key, state=Period.State.OPEN).exists():
        if key == WAITING:
            # Until it is final, people see the estimate of the day it was closed.
            estimates.refresh(now=now - timedelta(minutes=20), key=key)
        periods.close(key=key, by=preparer.pk, now=now)
    run = _worked(key, now)
    if key == WAITING:
        return
    if run.state == Run.State.DRAFT:
        runs.review(run_id=run.pk, by=preparer.pk, now=now + timedelta(hours=2))
        run = _worked(key, now + timedelta(hours=2))
    if run.state == Run.State.REVIEWED:
        later = now + timedelta(hours=5)
        runs.approve(run_id=run.pk, by=approver.pk, typed_total=run.total, now=later)
        run = _worked(key, later)
    if run.state != Run.State.FINAL:
        raise RuntimeError(f"{key} did not become final: {run.get_state_display()}. {run.error}")


def _worked(key: str, now: datetime) -> Run:
    """The month's run, after the jobs that were due have been done."""
    jobs.advance_due(now=now, owner="demo")
    return Run.objects.filter(period__key=key, kind=Run.Kind.CLOSE).latest("number")
