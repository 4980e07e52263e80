"""The pages on which a final month is put right, and the two views of it."""

import pytest

from commissions.models import Correcting, Run, StatementItem
from commissions.operations import estimates
from tests.commissions.conftest import at, draft, finish, work
from tests.commissions.test_correcting import ask, without
from tests.commissions.test_views_months import fresh

pytestmark = pytest.mark.django_db
NOW = at(11, 20)


@pytest.fixture
def final(october, cast, time_machine):
    run = finish(cast, draft())
    time_machine.move_to(NOW, tick=False)
    return run


@pytest.fixture
def posted(final, cast):
    return finish(cast, ask(cast, final, **without(cast)), at(11, 11))


def said(final, cast, **other):
    return {
        "reason": "A test order",
        "evidence": "Ticket 12",
        "plan": final.plan_id,
        "without_orders": without(cast)["without_orders"][0],
        "sponsors": "",
        "standing": "",
        **other,
    }


def test_from_asking_to_posted(final, cast):
    paula, quinn = cast.client("paula"), fresh(cast, "quinn")
    assert "Correct this month" in paula.get("/staff/months/2026-10/").text
    asked = paula.post("/staff/months/2026-10/correct/", said(final, cast))
    made = Correcting.objects.get()
    page = f"/staff/corrections/{made.key}/"
    assert asked.url == page
    work(NOW)
    shown = paula.get(page).text
    assert "A test order" in shown
    assert "I have reviewed these differences" in shown
    paula.post(f"{page}review/")
    made.run.refresh_from_db()
    total = f"{made.run.total / 100:.2f}"
    wrong = quinn.post(f"{page}approve/", {"changes_read": "on", "total": "1.00"})
    assert "not the total" in wrong.text
    quinn.post(f"{page}approve/", {"changes_read": "on", "total": total})
    work(NOW)
    made.run.refresh_from_db()
    assert made.run.state == Run.State.POSTED
    assert "As corrected" in paula.get("/staff/months/2026-10/?view=corrected").text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"reason": ""}, "Say why"),
        ({"standing": "1002 asleep"}, "asleep is not good"),
        ({"sponsors": "1002"}, "is not two words"),
        ({"without_orders": "NONE"}, "No order NONE counted"),
        ({"sponsors": "1002 9999"}, "Nobody has the number 9999"),
    ],
)
def test_what_is_wrong_is_told_beside_it_and_what_was_typed_stays(final, cast, wrong, told):
    answer = cast.client("paula").post("/staff/months/2026-10/correct/", said(final, cast, **wrong))
    assert told in answer.text
    assert "Ticket 12" in answer.text
    assert not Correcting.objects.exists()


def test_who_asked_cannot_approve(final, cast):
    run = ask(cast, final, by="quinn", **without(cast))
    page = f"/staff/corrections/{run.correcting.key}/"
    cast.client("paula").post(f"{page}review/")
    fresh(cast, "quinn").post(f"{page}approve/", {"changes_read": "on", "total": f"{run.total / 100:.2f}"})
    run.refresh_from_db()
    assert run.state == Run.State.REVIEWED


def test_a_statement_as_closed_and_as_corrected(posted, cast):
    client = cast.client("ben")
    closed = client.get("/earnings/2026-10/").text
    assert "As closed and as corrected" not in closed
    corrected = client.get("/earnings/2026-10/?view=corrected").text
    assert "As closed and as corrected" in corrected
    # Linked both ways.
    assert 'href="/earnings/2026-11/"' in corrected
    assert "/staff/corrections/" not in corrected


def test_the_month_it_was_posted_in_says_what_it_corrects(posted, cast):
    estimates.refresh(now=NOW)
    text = cast.client("ben").get("/earnings/2026-11/").text
    assert "/earnings/2026-10/?view=corrected" in text
    assert "Gus ordered for a test" in text


def test_a_month_that_was_never_corrected_has_one_view(final, cast):
    assert "view=corrected" not in cast.client("ben").get("/earnings/2026-10/").text
    assert (
        "As closed and as corrected"
        not in cast.client("paula").get("/staff/months/2026-10/?view=corrected").text
    )


def test_queries_do_not_grow_with_corrections(posted, cast, django_assert_max_num_queries):
    client = cast.client("ben")
    with django_assert_max_num_queries(60) as few:
        client.get("/earnings/2026-10/?view=corrected")
    more = [*without(cast)["without_orders"], *without(cast, "dan")["without_orders"]]
    finish(cast, ask(cast, posted, at(11, 12), without_orders=more), at(11, 13))
    with django_assert_max_num_queries(len(few)):
        client.get("/earnings/2026-10/?view=corrected")


@pytest.fixture
def returned(final, october, cast):
    """What Finn had bought in October comes back in November, and the estimate knows."""
    october.take_back(cast.finn.sales.get(), 10, at(11, 12))
    estimates.refresh(now=at(11, 13))
    return final


def expected_of(cast, name):
    items = StatementItem.objects.filter(run__state="estimate", corrects_period="2026-10")
    return sum(items.filter(distributor=cast.people[name]).values_list("amount", flat=True))


def test_what_a_return_will_take_stands_on_the_month_it_corrects(returned, cast):
    amount = expected_of(cast, "eva")
    assert amount < 0
    page = cast.client("eva").get("/earnings/2026-10/").text
    card = page[page.index("Expected correction") :]
    assert f"−{-amount / 100:.2f}" in card
    assert "As of 13 Nov" in card
    assert 'href="/earnings/2026-11/"' in card
    everybody = cast.client("paula").get("/staff/months/2026-10/").text
    assert "Expected correction" in everybody


def test_nothing_is_expected_where_nothing_came_back_or_once_it_is_posted(returned, cast):
    assert "Expected correction" not in cast.client("gus").get("/earnings/2026-10/").text
    assert "Expected correction" not in cast.client("eva").get("/earnings/2026-11/").text
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    page = cast.client("eva").get("/earnings/2026-10/").text
    assert "Expected correction" not in page
    assert "As corrected" in page
