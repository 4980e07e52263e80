"""Months and weeks side by side: the same people and orders, two plans, two calendars, one set of books."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from commissions.core.plan import PlanError
from commissions.models import Account, Line, Period, PlanVersion, Promotion, Run, StatementItem, Transfer
from commissions.operations import (
    adjustments,
    corrections,
    estimates,
    periods,
    plans,
    recomputing,
    runs,
    schedule,
    sealing,
)
from commissions.operations.sponsor_changes import beginnings
from commissions.queries import audit, audit_sales, order_reasons, standing
from commissions.queries import plans as plan_queries
from common.models import Job
from distributors.models import Distributor
from sales.models import Books, Order
from tests.commissions.conftest import START, at, draft, finish, work
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
CLOVER = Path(__file__).with_name("clover.yaml").read_text()
W41, W42 = "2026-W41", "2026-W42"


@pytest.fixture
@remembered
def both(october):
    """October is open, and beside it the week from 5 to 11 October, in which most of October's orders lie."""
    plans.adopt(document=CLOVER, now=START)
    periods.open_first(key=W41, now=at(10, 5))
    return october


def through(cast, keys, now):
    """Closes these periods one after the other, each final before the next."""
    for key in keys:
        now += timedelta(hours=2)
        run = finish(cast, draft(key, now), now + timedelta(hours=1))
    return run


def states():
    return dict(Period.objects.values_list("key", "state"))


def test_each_calendar_has_its_open_period_and_its_plan(both):
    assert states() == {"2026-10": "open", W41: "open"}
    week, month = Period.objects.get(key=W41), Period.objects.get(key="2026-10")
    assert (week.starts_at, week.ends_at) == (at(10, 4, 22), at(10, 11, 22))
    assert [plan_queries.of_period(period=one).name for one in (week, month)] == ["Clover", "Linden"]
    with pytest.raises(periods.AlreadyStarted, match="first week is 2026-W41"):
        periods.open_first(key=W42, now=at(10, 5))


@pytest.mark.parametrize(
    ("key", "error", "said"),
    [
        (W41, periods.PeriodNotOver, "not over"),
        (W42, periods.UnknownPeriod, "open week is 2026-W41"),
        ("2026-W60", periods.BadKey, "a week 2026-W44"),
        ("2025-W53", periods.BadKey, "2025 has no week 53"),
    ],
)
def test_what_cannot_be_closed_says_why(both, key, error, said):
    with pytest.raises(error, match=said):
        periods.close(key=key, by=None, now=at(10, 11, 21))


def test_without_a_week_there_is_none_to_close(october):
    with pytest.raises(periods.UnknownPeriod, match="no week was ever opened"):
        periods.close(key=W41, by=None, now=at(10, 12))


def test_a_week_is_paid_while_the_month_goes_on(both, cast):
    run = finish(cast, draft(W41, at(10, 12)), at(10, 13))
    assert (run.state, states()) == ("final", {"2026-10": "open", W41: "closed", W42: "open"})
    assert {key.split(":")[1] for key in Transfer.objects.values_list("key", flat=True)} == {W41}
    # Ben's 4 pieces at 31.00 each: 5 % to Ana, for no month is closed yet.
    assert StatementItem.objects.get(run=run, distributor=cast.ana).amount == 620
    month = finish(cast, draft())
    assert (month.state, audit.everything()) == ("final", [])
    owed = Account.objects.get(kind="payable", owner=cast.ana).balance
    paid = StatementItem.objects.filter(distributor=cast.ana).values_list("amount", flat=True)
    assert owed == sum(paid) > 620


def test_neither_calendar_waits_for_the_other(both, cast):
    """October is approved while weeks that began before it are still drafts."""
    draft(W41, at(10, 12))
    assert finish(cast, draft()).state == "final"
    assert audit.everything() == []


def test_a_week_waits_for_the_week_before(both, cast):
    first, second = draft(W41, at(10, 12)), draft(W42, at(10, 19))
    with pytest.raises(runs.EarlierPeriod, match=W41):
        finish(cast, second, at(10, 20))
    finish(cast, first, at(10, 20, 13))
    runs.send_back(run_id=second.pk, reason="Again", by=cast.users["quinn"].pk, now=at(10, 20, 14))
    with pytest.raises(runs.EarlierPeriod, match="An earlier week"):
        finish(cast, second, at(10, 20, 15))


def test_a_late_payment_counts_in_what_is_open_and_is_flagged(both, cast):
    periods.close(key=W41, by=None, now=at(10, 12))
    late = both.sell("eva", 1, at(10, 8))
    assert Order.objects.get(pk=late.pk).booked_at == at(10, 11, 22)
    week, month = draft(W42, at(10, 19)), draft("2026-10")
    flagged = "One order came late: paid before Week 42 of 2026, it counts in it."
    assert {
        "says": flagged,
        "about": "late-orders",
        "count": 1,
        "first": [[late.pk, late.number]],
    } in week.warnings
    # It was paid in October, and counts in October.
    assert not [warning for warning in month.warnings if "late" in warning["says"]]
    assert week.order_count == 2
    assert month.order_count == 9


def test_what_is_late_for_both_is_flagged_in_both(both, cast):
    periods.close(key=W41, by=None, now=at(11, 2))
    periods.close(key="2026-10", by=None, now=at(11, 2))
    both.sell("eva", 1, at(10, 8))
    order = both.sell("eva", 1, at(10, 9))
    both.take_back(order, 1, at(10, 10))
    assert set(Order.objects.filter(paid_at__lt=at(10, 10)).values_list("booked_at", flat=True)) == {
        at(10, 31, 23)
    }
    for key in ("2026-W42", "2026-W43"):
        periods.close(key=key, by=None, now=at(11, 2))
    week, month = draft("2026-W44", at(11, 9)), draft("2026-11", at(12, 1))
    for run in (week, month):
        assert any(warning["says"].startswith("2 orders came late") for warning in run.warnings)
        assert any(warning["says"].startswith("One return came late") for warning in run.warnings)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_closed_when_each_order_counts_once_in_each_calendar(both, seed):
    """Lines drawn late, early and out of step, with payments of any day between: what a period held when its line was
    drawn, it holds for ever."""
    chance, now = random.Random(seed), at(10, 15)
    held = {}
    while now < at(12, 20):
        now += timedelta(hours=chance.randrange(1, 100))
        paid = max(at(10, 6), now - timedelta(hours=chance.choice([0, 1, 30, 400])))
        both.sell("eva", 1, paid)
        over = Period.objects.filter(state="open", ends_at__lte=now)
        for period in over.order_by("?" if seed % 2 else "-calendar"):
            if chance.random() < 0.6:
                periods.close(key=period.key, by=None, now=now)
                held[period.key] = inside(period)
    assert len(held) > 4
    for calendar in ("month", "week"):
        known = list(Period.objects.filter(calendar=calendar).order_by("starts_at"))
        assert {one.key: inside(one) for one in known if one.key in held} == {
            one.key: held[one.key] for one in known if one.key in held
        }
        for order in Order.objects.all():
            assert sum(order.number in inside(one) for one in known) <= 1
            assert order.booked_at >= known[0].starts_at
    assert [found for found in audit.everything() if found.startswith("P1")] == []


def inside(period):
    booked = Order.objects.filter(booked_at__gte=period.starts_at, booked_at__lt=period.ends_at)
    return set(booked.values_list("number", flat=True))


def test_the_books_must_be_shut_as_far_as_any_line(both):
    periods.close(key=W41, by=None, now=at(10, 12))
    Books.objects.update(shut_until=at(10, 1))
    assert [found for found in audit.fast(now=at(10, 12)) if "lies behind" in found]


def test_each_calendar_takes_back_what_it_paid(both, cast):
    """Sold and paid in week 41, it comes back in week 43 and in the same month: the week corrects, the month never
    counted it."""
    order = Order.objects.get(seller=cast.eva, customer__isnull=True)
    first = finish(cast, draft(W41, at(10, 12)), at(10, 12, 13))
    both.take_back(order, 4, at(10, 20))
    finish(cast, draft(W42, at(10, 26)), at(10, 26, 13))
    third = finish(cast, draft("2026-W43", at(10, 26, 14)), at(10, 26, 15))
    back = Line.objects.filter(run=third, corrects__isnull=False)
    assert {line.corrects.run_id for line in back} == {first.pk}
    paid = StatementItem.objects.get(run=first, distributor=cast.dan).amount
    assert StatementItem.objects.get(run=third, distributor=cast.dan).amount == -paid == -620
    assert Account.objects.get(kind="payable", owner=cast.dan).balance == 0
    assert audit.everything() == []
    october = finish(cast, draft())
    assert not Line.objects.filter(run=october, corrects__isnull=False).exists()
    assert audit.everything() == []


def test_what_a_week_has_taken_back_the_month_still_may(both, cast):
    """October paid for it and corrects in November; in between the books are whole."""
    order = Order.objects.get(seller=cast.eva, customer__isnull=True)
    through(cast, (W41, W42, "2026-W43", "2026-W44", "2026-10"), at(11, 2))
    both.take_back(order, 4, at(11, 4))
    week = finish(cast, draft("2026-W45", at(11, 9)), at(11, 10))
    assert set(StatementItem.objects.filter(run=week).values_list("corrects_period", flat=True)) == {W41}
    assert audit_sales.what_came_back_whole_pays_nothing() == []
    month = finish(cast, draft("2026-11", at(12, 1)), at(12, 2))
    assert set(StatementItem.objects.filter(run=month).values_list("corrects_period", flat=True)) == {
        "2026-10"
    }
    assert audit.everything() == []


def test_what_a_calendar_did_not_take_back_is_found(both, cast, monkeypatch):
    """The control: nobody corrects, and the audit says so."""
    order = Order.objects.get(seller=cast.eva, customer__isnull=True)
    finish(cast, draft(W41, at(10, 12)), at(10, 12, 13))
    both.take_back(order, 4, at(10, 14))
    monkeypatch.setattr(corrections, "find", lambda loaded: corrections.Corrections())
    finish(cast, draft(W42, at(10, 19)), at(10, 20))
    assert [found for found in audit.everything() if found.startswith("L8")]


def test_a_week_reads_the_ranks_of_the_last_month_that_is_final(both, cast):
    through(cast, (W41, W42, "2026-W43"), at(11, 2))
    waiting = draft("2026-W44", at(11, 2, 22))
    assert waiting.reads == {"monthly": ""}
    finish(cast, draft("2026-10", at(11, 2, 22)))
    both.sell("cleo", 10, at(11, 4))
    # October is final by now, and ended with week 44: computed anew, its ranks are read.
    again = runs.recompute(period_key="2026-W44", by=cast.users["paula"].pk, now=at(11, 4))
    work(at(11, 4))
    assert again.reads == {"monthly": "2026-10"}
    finish(cast, again, at(11, 5))
    both.sell("ben", 4, at(11, 4))
    week = finish(cast, draft("2026-W45", at(11, 9)), at(11, 10))
    assert week.reads == {"monthly": "2026-10"}
    # Ben was a Builder in October: 8 % of the 10 pieces of Cleo, whom he brought in.
    assert StatementItem.objects.get(run=week, distributor=cast.ben).amount == 2480


@pytest.mark.parametrize("key", [W41, "2026-10"])
def test_each_is_computed_again_to_the_byte_whatever_the_other_has_done(both, cast, key):
    """October promotes Ben while week 41 is closed and final: neither sees the other."""
    finish(cast, draft(W41, at(10, 12)), at(10, 13))
    finish(cast, draft())
    through(cast, (W42, "2026-W43", "2026-W44"), at(11, 9))
    assert recomputing.again(period_key=key).same


def test_career_ranks_are_the_leading_calendars(both, cast, monkeypatch):
    """Finn's ten pieces make him a Builder of the week; that promotes nobody, unless nothing kept it from it."""
    plans.adopt(document=CLOVER.replace("needs: [monthly.rank >= Builder]", "needs: [pv >= 300]"), now=START)
    finish(cast, draft(W41, at(10, 12)), at(10, 13))
    assert standing.of_person(person_id=cast.finn.pk, key=W41).rank.label == "Builder"
    assert not Promotion.objects.exists()
    finish(cast, draft())
    assert {promotion.run.period.key for promotion in Promotion.objects.all()} == {"2026-10"}
    assert Distributor.objects.get(pk=cast.ben.pk).career_rank == "Builder"
    both.sell("finn", 10, at(11, 3))
    through(cast, (W42, "2026-W43", "2026-W44"), at(11, 9))
    monkeypatch.setattr(sealing.periods, "leads", lambda calendar: True)
    through(cast, ("2026-W45",), at(11, 10))
    assert Distributor.objects.get(pk=cast.finn.pk).career_rank == "Builder"


def test_an_adjustment_is_posted_in_the_leading_calendar(both, cast):
    asked = adjustments.request(
        number=cast.ben.number,
        label="Goodwill",
        amount=500,
        reason="Promised",
        evidence="Letter",
        by=cast.users["paula"].pk,
        now=at(10, 12),
    )
    adjustments.approve(adjustment_id=asked.pk, by=cast.users["quinn"].pk, now=at(10, 12))
    asked.refresh_from_db()
    assert asked.period.key == "2026-10"


def test_a_change_of_sponsor_counts_from_a_month_or_a_week_that_has_no_tree_yet(both):
    assert [one.key for one in beginnings()][:5] == ["2026-11", "2026-12", "2027-01", W41, W42]
    periods.close(key="2026-10", by=None, now=at(11, 2))
    # Weeks before November have October's tree no more, but their own: none may begin before it.
    assert [one.key for one in beginnings()][:2] == ["2026-11", "2026-12"]
    assert "2026-W44" not in [one.key for one in beginnings()]


def test_the_clock_closes_both_and_neither_keeps_the_other(both, cast):
    schedule.enqueue_due(now=at(11, 2))
    assert {key for key, state in states().items() if state == "open"} == {"2026-11", "2026-W45"}


def test_a_calendar_without_a_plan_leaves_the_other_alone(both):
    PlanVersion.objects.filter(calendar="week").delete()
    schedule.enqueue_due(now=at(11, 2))
    assert states() == {"2026-10": "closing", "2026-11": "open", W41: "open"}


def test_each_calendar_has_its_estimate_and_it_is_what_the_draft_will_be(both):
    assert estimates.request_refresh(now=at(10, 10))
    assert not estimates.request_refresh(now=at(10, 10))
    assert set(Job.objects.filter(kind="estimate").values_list("subject", flat=True)) == {W41, "2026-10"}
    work(at(10, 11, 21))
    estimate = Run.objects.get(period__key=W41, state="estimate")
    run = draft(W41, at(10, 12))
    assert (estimate.input_hash, estimate.output_hash) == (run.input_hash, run.output_hash)
    assert Run.objects.get(period__key="2026-10", state="estimate").total > 0


@pytest.mark.parametrize(
    ("said", "instead", "problem"),
    [
        ("period: week", "period: 4 weeks", "4 weeks: the portal closes months, and weeks"),
        ("period: week", "period: day", "day: the portal closes months, and weeks"),
        ("name: Clover, version: 1", "name: Linden, version: 2", "Linden is paid by the month"),
        ("monthly: Linden", "monthly: Elder", "Elder is not adopted"),
    ],
)
def test_a_plan_that_fits_no_calendar_is_not_adopted(plan, said, instead, problem):
    with pytest.raises(PlanError, match=problem):
        plans.adopt(document=CLOVER.replace(said, instead), now=START)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati"],
)
def test_weeks_go_on_over_the_end_of_the_year_in_every_zone(plan, settings, zone):
    settings.COMPANY_TIME_ZONE = zone
    plans.adopt(document=CLOVER, now=START)
    periods.open_first(key="2026-W52", now=at(12, 21))
    for key in ("2026-W52", "2026-W53", "2027-W01"):
        periods.close(key=key, by=None, now=at(2, 1, year=2027))
    assert list(Period.objects.order_by("starts_at").values_list("key", flat=True)) == [
        "2026-W52", "2026-W53", "2027-W01", "2027-W02",
    ]  # fmt: skip
    assert audit.everything() == []


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati"]
)
def test_the_last_instant_is_the_old_periods_and_the_next_one_the_new_ones(shop, plan, settings, zone):
    """Week 44 ends a day after October, and in it New York puts the clock back."""
    settings.COMPANY_TIME_ZONE = zone
    plans.adopt(document=CLOVER, now=START)
    opened = [periods.open_first(key=key, now=at(10, 1)) for key in ("2026-10", "2026-W44")]
    for period in opened:
        for moment in (period.ends_at - timedelta(microseconds=1), period.ends_at):
            shop.sell("ana", 1, moment)
    counts = {}
    for key, _next in (("2026-10", "2026-11"), ("2026-W44", "2026-W45")):
        counts[key] = draft(key, at(11, 3)).order_count
        estimates.refresh(now=at(11, 3), key=_next)
        counts[_next] = Run.objects.get(period__key=_next, kind="estimate").order_count
    assert counts == {"2026-10": 1, "2026-11": 3, "2026-W44": 3, "2026-W45": 1}


def test_the_pages_show_months_and_weeks(both, cast, time_machine):
    time_machine.move_to(at(10, 20))
    finish(cast, draft(W41, at(10, 12)), at(10, 13))
    for key in (W42, "2026-10"):
        estimates.refresh(now=at(10, 16), key=key)
    ana = cast.client("ana")
    page = ana.get("/earnings/").content.decode()
    page = page[page.index("Months</h2>") :]
    assert page.index("October 2026") < page.index("Weeks</h2>") < page.index("Week 41 of 2026")
    assert "5 October to 11 October" in page
    statement = ana.get(f"/earnings/{W41}/").content.decode()
    assert "Quick start" in statement
    assert "Week 41 is in what is payable to you." in statement
    assert ana.get(f"/earnings/{W41}/quick/").status_code == 200
    assert ana.get(f"/earnings/{W41}/nothing/").status_code == 200
    assert "Week 42 so far" in ana.get("/").content.decode()
    quinn = cast.client("quinn")
    desk = quinn.get("/staff/months/").content.decode()
    assert desk.index("Months</h2>") < desk.index("October 2026") < desk.index("Weeks</h2>")
    assert "Week 41 of 2026" in quinn.get(f"/staff/months/{W41}/").content.decode()
    assert "Week 42 of 2026 is open until" in quinn.get("/staff/").content.decode()


def test_a_company_with_months_only_sees_no_weeks(october, cast, time_machine):
    time_machine.move_to(at(10, 20))
    estimates.refresh(now=at(10, 16))
    assert "Week" not in cast.client("ana").get("/earnings/").content.decode()


def test_each_reason_says_of_which_period_it_is(both, cast):
    """Finn's order paid Ben nothing by the month's plan and by the week's: each reason names its own."""
    for key in ("2026-10", W41):
        estimates.refresh(now=at(10, 16), key=key)
    number = Order.objects.get(seller=cast.finn).number
    told = order_reasons.of_order(person_id=cast.ben.pk, number=number)
    assert told.by_two_plans
    assert {one.key for one in told.reasons} == {"2026-10", W41}
    page = cast.client("ben").get("/earnings/order/", {"number": number}).content.decode()
    reasons = page[page.index('id="reasons-title"') :]
    assert f'<a href="/earnings/{W41}/">' in reasons
    assert '<a href="/earnings/2026-10/">' in reasons


def test_with_one_calendar_no_reason_says_it(october, cast):
    estimates.refresh(now=at(10, 20))
    number = Order.objects.get(seller=cast.finn).number
    page = cast.client("ben").get("/earnings/order/", {"number": number}).content.decode()
    assert '<a href="/earnings/2026-10/">' not in page[page.index('id="reasons-title"') :]
