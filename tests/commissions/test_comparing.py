"""A draft beside the one before and the last month: by bonus, by rank, by person, and what looks unusual."""

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from commissions.models import LevelSum, Run
from commissions.operations import plans, runs, summing
from commissions.queries import comparing, months, unusual
from tests.commissions.conftest import PLAN, at, draft, finish, work
from tests.portal.counting import queries
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def again(october, cast):
    """Draft 2, in which Finn is suspended."""
    draft()
    type(cast.finn).objects.filter(pk=cast.finn.pk).update(status="suspended")
    type(cast.eva).objects.filter(pk=cast.eva.pk).update(status="suspended")
    runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 2, 15))
    work(at(11, 2, 15))
    return Run.objects.get(kind="close", number=2)


def test_bonuses_stand_beside_each_other(again):
    first = comparing.last_draft(run_id=again.pk)
    rows = comparing.by_bonus(run_id=again.pk, other_id=first.pk)
    assert sum(row.now for row in rows) == again.total
    assert sum(row.before for row in rows) == first.total
    assert sum(row.change for row in rows) == again.total - first.total != 0


def test_ranks_stand_beside_each_other(again, cast):
    first = comparing.last_draft(run_id=again.pk)
    rows = comparing.by_rank(run_id=again.pk, other_id=first.pk)
    assert sum(row.now for row in rows) == again.total
    assert sum(row.before for row in rows) == first.total
    assert sum(row.people for row in rows) == sum(row.people_before for row in rows) == len(cast.people)


def test_a_person_is_shown_down_to_the_lines(again, cast):
    found = comparing.person(run_id=again.pk, number=cast.eva.number)
    assert found.before == "draft 1"
    assert sum(item.now for item in found.items) == 0 < sum(item.before for item in found.items)
    assert {line.now for line in found.lines} == {0}
    assert [line.before for line in found.lines] == sorted(
        (line.before for line in found.lines), reverse=True
    )
    assert all(line.order_number for line in found.lines)


def test_who_is_the_same_has_no_lines_that_differ(again, cast):
    found = comparing.person(run_id=again.pk, number=cast.gus.number)
    assert (found.lines, found.more_lines) == ((), 0)


def test_of_a_first_draft_all_lines_are_shown(october, cast):
    run = draft()
    found = comparing.person(run_id=run.pk, number=cast.eva.number)
    assert found.before == ""
    assert len(found.lines) == run.lines.filter(distributor=cast.eva).count() > 0


def test_nobody_of_that_number(again):
    with pytest.raises(comparing.NobodyThere):
        comparing.person(run_id=again.pk, number="9999")


def test_the_page_shows_bonuses_ranks_and_people(again, cast):
    page = cast.client("paula").get("/staff/months/2026-10/").content.decode()
    assert "What changed since draft 1" in page
    assert "Paid as" in page
    assert f"/staff/months/2026-10/people/{cast.eva.number}/" in page


def test_the_persons_page_asks_no_more_for_more_lines(again, october, cast):
    client = cast.client("paula")
    few = queries(lambda: client.get(f"/staff/months/2026-10/people/{cast.gus.number}/"))
    many = queries(lambda: client.get(f"/staff/months/2026-10/people/{cast.eva.number}/"))
    assert many - few <= 2  # names and orders, once each


@pytest.mark.parametrize("address", ["2026-10/people/9999/", "1999-01/people/1005/"])
def test_what_is_not_there_is_404(again, cast, address):
    assert cast.client("paula").get(f"/staff/months/{address}").status_code == 404


def test_large_items_are_told(october, settings):
    settings.LARGE_ITEM = 100
    assert any("items are over €1.00." in one["says"] for one in draft().warnings)


def test_small_items_are_not(october):
    assert not any("items are over" in one["says"] for one in draft().warnings)


def test_a_changed_plan_is_told(october, cast):
    finish(cast, draft())
    later = PLAN.read_text().replace("version: 1", "version: 2").replace("2025-01-01", "2026-11-01")
    plans.adopt(document=later, now=at(10, 20))
    october.sell("eva", 4, at(11, 5))
    assert any("The plan has changed" in one["says"] for one in draft("2026-11", at(12, 2)).warnings)


def test_the_band_is_that_of_the_months_before(october, cast):
    """Three final months that paid 30 % or so: a month that pays nothing is unusual, though 5 % would not be."""
    run = finish(cast, draft())
    for key, month, closed in (
        ("2026-11", 11, at(12, 2)),
        ("2026-12", 12, at(1, 2, year=2027)),
    ):
        for seller in ("eva", "dan", "finn", "cleo", "ben"):
            october.sell(seller, 4, at(month, 10))
        finish(cast, draft(key, closed), closed)
    shares = [one.total * 10**6 // one.commissionable for one in Run.objects.filter(state="final")]
    later = Run(period=run.period, total=1, commissionable=100)
    later.period.starts_at = at(1, 1, year=2027)
    assert unusual._usual_payout(later) == (min(shares) * 4 // 5, max(shares) * 6 // 5)
    later.total = min(shares) * 100 // 10**6 // 2
    assert "unusual" in unusual._payout(later)[0]["says"]


def test_one_persons_figures_are_found_by_number(again, cast):
    month = "/staff/months/2026-10/"
    client = cast.client("paula")
    assert client.get(f"{month}?person={cast.eva.number}")["Location"] == f"{month}people/{cast.eva.number}/"
    assert "Nobody has this number." in client.get(f"{month}?person=9999").content.decode()
    newest = client.get(f"/staff/months/?person={cast.eva.number}")["Location"]
    assert client.get(newest).status_code == 200


def test_the_items_of_a_person_have_their_sum(again, cast):
    found = comparing.person(run_id=again.pk, number=cast.eva.number).total
    assert (found.now, found.before) == (0, 0 - found.change)
    page = cast.client("paula").get(f"/staff/months/2026-10/people/{cast.eva.number}/").content.decode()
    assert "Total</th>" in page


def test_what_changed_is_added_up_person_by_person(again):
    first = comparing.last_draft(run_id=again.pk)
    found = months.since_last_draft(run_id=again.pk)
    sums = [
        dict(run.items.order_by().values_list("distributor_id").annotate(Sum("amount")))
        for run in (again, first)
    ]
    changes = {
        pk: (sums[1].get(pk, 0), sums[0].get(pk, 0))
        for pk in sums[0].keys() | sums[1].keys()
        if sums[0].get(pk, 0) != sums[1].get(pk, 0)
    }
    told = {one.person.id: (one.before, one.now) for one in (*found.winners, *found.losers)}
    assert found.people == len(changes) > 0
    assert told == changes
    assert [one.change for one in found.losers] == sorted(one.change for one in found.losers)


def test_runs_that_stand_are_added_up_once(again):
    first = comparing.last_draft(run_id=again.pk)
    asked = (
        lambda: months.totals(run_id=again.pk),
        lambda: months.since_last_draft(run_id=again.pk),
        lambda: comparing.by_bonus(run_id=again.pk, other_id=first.pk),
        lambda: comparing.by_rank(run_id=again.pk, other_id=first.pk),
    )
    for ask in asked:
        said = ask()
        with CaptureQueriesContext(connection) as seen:
            assert ask() == said
        assert not [one["sql"] for one in seen if "SUM(" in one["sql"]]


def test_of_whom_the_run_added_up_levels_stand_beside_each_other(october, cast, monkeypatch):
    monkeypatch.setattr(summing, "MANY_LINES", 0)
    draft()
    monkeypatch.setattr(summing, "MANY_LINES", 2_000)
    type(cast.eva).objects.filter(pk=cast.eva.pk).update(status="suspended")
    runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 2, 15))
    work(at(11, 2, 15))
    second = Run.objects.get(kind="close", number=2)
    found = comparing.person(run_id=second.pk, number=cast.eva.number)
    assert found.added_up
    told = {(one.label, one.level): (one.now, one.before) for one in found.lines}
    LevelSum.objects.all().delete()
    apart = comparing.person(run_id=second.pk, number=cast.eva.number)
    assert not apart.added_up
    sums = {}
    for one in apart.lines:
        now, before = sums.get((one.label, one.level), (0, 0))
        sums[one.label, one.level] = (now + one.now, before + one.before)
    # Lines of one level may differ against each other: the level then does not.
    assert told == {key: sums[key] for key in sums if sums[key][0] != sums[key][1]}
    assert told


def test_the_page_of_whom_the_run_added_up_says_so(october, cast, monkeypatch):
    monkeypatch.setattr(summing, "MANY_LINES", 0)
    draft()
    page = cast.client("paula").get(f"/staff/months/2026-10/people/{cast.ben.number}/").content.decode()
    assert "added up level by level" in page
    assert ">From</th>" not in page
