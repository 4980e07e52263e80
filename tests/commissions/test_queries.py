"""What pages ask: statements, reasons, standing, months, charts. The number of queries does not grow with the rows."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.operations import estimates, runs
from commissions.queries import charts, drawings, explain, members, months, standing, statements
from tests.commissions.conftest import at, draft, finish, work
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def final(october, cast):
    return finish(cast, draft())


def asked(call):
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def test_a_statement_adds_up(final, cast):
    found = statements.statement(person_id=cast.dan.pk, key="2026-10")
    assert found.is_final
    assert found.total == sum(item.amount for item in found.items) > 0


def test_a_month_is_an_estimate_until_it_is_final(october, cast):
    estimates.refresh(now=at(10, 20))
    assert statements.statement(person_id=cast.dan.pk, key="2026-10").state == "open"
    run = draft()
    assert statements.statement(person_id=cast.dan.pk, key="2026-10").state == "closing"
    finish(cast, run)
    assert statements.statement(person_id=cast.dan.pk, key="2026-10").state == "final"


@pytest.mark.parametrize("key", ["2026-12", "nonsense", ""])
def test_an_unknown_month_has_no_statement(final, cast, key):
    with pytest.raises(statements.NoStatement):
        statements.statement(person_id=cast.dan.pk, key=key)


def test_an_unknown_item_has_no_lines(final, cast):
    with pytest.raises(statements.NoStatement):
        statements.item_lines(person_id=cast.dan.pk, key="2026-10", bonus="nonsense")


def test_lines_add_up_to_their_item(final, cast):
    found = statements.item_lines(person_id=cast.dan.pk, key="2026-10", bonus="level_pay")
    exact = sum(Decimal(line.whole) + Decimal(line.micro) / 10**6 for line in found.lines)
    assert abs(exact - found.item.amount) <= Decimal("0.5")
    assert len(found.lines) == found.item.line_count


def test_a_line_says_why(final, cast):
    found = statements.item_lines(person_id=cast.dan.pk, key="2026-10", bonus="level_pay")
    said = {line.seller: line.sentence for line in found.lines if not line.order.by_customer}
    assert said["Finn Vermeer"] == (
        "Finn Vermeer bought on 10 October; €310.00 of it counts. Finn Vermeer is on your level 2. "
        "A Partner receives 4\u00a0% on level 2."
    )


def test_a_passed_over_person_is_told(october, cast):
    """Eva's direct sale to Dan's upline skips Cleo once Cleo has bought nothing."""
    cast.cleo.sales.update(state="cancelled")
    run = finish(cast, draft())
    line = run.lines.filter(distributor=cast.ben, bonus="level_pay", order_line__order__seller=cast.dan).get()
    found = statements.item_lines(person_id=cast.ben.pk, key="2026-10", bonus="level_pay")
    said = next(one.sentence for one in found.lines if one.seller.startswith("Dan"))
    assert (line.level, line.depth) == (1, 2)
    assert "1 person between you was not active and is passed over" in said


def test_a_bonus_that_paid_nothing_says_why(final, cast):
    found = {one.bonus: one.reason for one in explain.why_nothing(person_id=cast.finn.pk, key="2026-10")}
    assert found["level_pay"] == "Nobody in your team ordered."
    assert found["retail_profit"] == "No order was of the kind this bonus pays for."


def test_the_suspended_are_told_so(final, cast):
    found = explain.why_nothing(person_id=cast.hana.pk, key="2026-10")
    assert all("suspended" in one.reason for one in found)
    assert len(found) == 3


def test_a_correction_says_what_came_back(final, cast, october):
    october.take_back(cast.finn.sales.get(), 3, at(11, 20))
    estimates.refresh(now=at(11, 21))
    found = statements.item_lines(person_id=cast.eva.pk, key="2026-11", bonus="level_pay", corrects="2026-10")
    assert found.lines[0].is_correction
    assert "€93.00 came back and no longer counts" in found.lines[0].sentence


def test_months_of_a_person_newest_first(final, cast):
    estimates.refresh(now=at(11, 10))
    assert [one.key for one in statements.months(person_id=cast.dan.pk)] == ["2026-11", "2026-10"]


def test_standing_tells_have_need_and_missing(final, cast):
    found = standing.of_person(person_id=cast.cleo.pk, key="2026-10")
    legs = next(one for one in found.next_rank.requirements if one.unit == "count")
    assert found.next_rank.label == "Builder"
    assert (legs.have, legs.need, legs.missing, legs.percent) == (1, 2, 1, 50)


def test_standing_of_a_builder(final, cast):
    found = standing.of_person(person_id=cast.ben.pk, key="2026-10")
    assert (found.rank.label, found.title.label, found.next_rank.label) == ("Builder", "Builder", "Leader")
    assert found.group_volume == 34 * 3100


def test_a_statement_asks_no_more_for_more_lines(october, cast):
    finish(cast, draft())
    little = asked(lambda: statements.item_lines(person_id=cast.ana.pk, key="2026-10", bonus="level_pay"))
    for _ in range(10):
        october.sell("ben", 1, at(11, 10))
        october.sell("ana", 4, at(11, 10))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    much = asked(lambda: statements.item_lines(person_id=cast.ana.pk, key="2026-11", bonus="level_pay"))
    assert little == much


def test_totals_of_a_run_stand_beside_the_last_month(final, october):
    october.sell("eva", 2, at(11, 10), customer=True)
    run = draft("2026-11", at(12, 2))
    found = {one.bonus: one for one in months.totals(run_id=run.pk)}
    assert (found["retail_profit"].amount, found["retail_profit"].before) == (1200, 1800)
    assert found["retail_profit"].change == -600


def test_the_difference_to_the_last_draft(october, cast):
    draft()
    type(cast.dan).objects.filter(pk=cast.dan.pk).update(status="suspended")
    second = runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 2, 15))
    work(at(11, 2, 15))
    found = months.since_last_draft(run_id=second.pk)
    assert found.losers[0].person.id == cast.dan.pk
    assert found.losers[0].now == 0
    assert found.people >= 1


def test_a_first_draft_differs_from_nothing(october):
    assert months.since_last_draft(run_id=draft().pk) is None


def test_negative_items_are_a_warning(final, cast, october):
    october.take_back(cast.finn.sales.get(), 10, at(11, 20))
    run = draft("2026-11", at(12, 2))
    assert any("negative" in one["says"] for one in run.warnings)


def test_charts_have_a_value_for_each_month(final, cast):
    estimates.refresh(now=at(11, 10))
    earned = charts.earnings(person_id=cast.dan.pk, months=members.months())
    assert [point.key for point in earned.points] == ["2026-10", "2026-11"]
    assert all(len(values) == 2 for _, values in earned.series)
    assert charts.volumes(person_id=cast.dan.pk, months=members.months()).own == (5 * 3100, 0)
    assert [point.final for point in earned.points] == [True, False]


def test_a_month_that_is_being_closed_is_shown_from_its_estimate(final, cast):
    """Between its end and its approval a month is in charts, team and rank reports, neither open nor final."""
    estimates.refresh(now=at(11, 30))
    draft("2026-11", at(12, 2))
    estimates.refresh(now=at(12, 3))
    found = members.months()
    assert [(one.key, one.final, one.is_open) for one in found] == [
        ("2026-12", False, True),
        ("2026-11", False, False),
        ("2026-10", True, False),
    ]
    earned = charts.earnings(person_id=cast.dan.pk, months=found)
    assert [(point.key, point.final) for point in earned.points] == [
        ("2026-10", True),
        ("2026-11", False),
        ("2026-12", False),
    ]
    opened, closing = (members.figures(month=one, ids=[cast.dan.pk])[cast.dan.pk] for one in found[:2])
    # Nobody can do anything about a month that is over.
    assert (opened.activity, closing.activity) == ("at_risk", "inactive")


def test_volumes_outside_of_the_strongest_leg_where_the_plan_asks_for_them(final, cast):
    """Ben's group are Cleo's line, with 26 pieces the stronger, Gus with 4 and his own 4, and Hana."""
    found = charts.volumes(person_id=cast.ben.pk, months=members.months())
    assert (found.group[0], found.outside[0]) == (34 * 3100, 8 * 3100)
    drawn = drawings.volumes(person_id=cast.ben.pk, months=members.months(), known={"2026-10"})
    assert [one.name for one in drawn.series] == ["Group volume", "Own volume", "Outside your strongest leg"]


def test_no_such_line_where_no_rank_asks_for_it(final, cast, monkeypatch):
    monkeypatch.setattr(charts, "_asked_outside", lambda plan: None)
    assert charts.volumes(person_id=cast.ben.pk, months=members.months()).outside == ()
    drawn = drawings.volumes(person_id=cast.ben.pk, months=members.months(), known={"2026-10"})
    assert len(drawn.series) == 2


def test_of_no_month_that_is_known_there_is_no_chart(final, cast):
    """The only estimate was replaced between asking which months know the person and drawing them."""
    drawn = {"person_id": cast.ben.pk, "months": members.months()}
    assert drawings.earnings(**drawn, known={"2026-10"}) is not None
    assert drawings.earnings(**drawn, known=set()) is drawings.volumes(**drawn, known=set()) is None
