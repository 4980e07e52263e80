"""Changes of sponsor on the staff's pages: asked for by Paula, decided by Quinn."""

import pytest

from distributors.models import Distributor, SponsorChange
from tests.commissions.test_views_months import fresh
from tests.portal.policy import CHANGE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("furnished_company")]
LIST, ONE = "/staff/moves/", f"/staff/moves/{CHANGE}/"


def ask(client, **changed):
    sent = {"number": "1005", "sponsor_number": "1007", "month": "2026-11", "reason": "Both asked"} | changed
    return client.post(LIST, sent)


def test_a_change_is_asked_for_and_shows_whom_it_moves(furnished, cast):
    answer = ask(cast.client("paula"))
    change = SponsorChange.objects.get(distributor=cast.eva)
    assert answer["Location"] == f"/staff/moves/{change.key}/"
    page = cast.client("quinn").get(answer["Location"]).content.decode()
    assert "It moves 2 people" in page
    assert "Approve this change" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "9"}, "Nobody has this number"),
        ({"sponsor_number": "1006"}, "below this person"),
        ({"reason": ""}, "Say why"),
        ({"month": "2026-10"}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(furnished, cast, wrong, said):
    page = ask(cast.client("paula"), **wrong).content.decode()
    assert said in page
    assert not SponsorChange.objects.filter(distributor=cast.eva).exists()


def test_who_asked_is_offered_no_decision(furnished, cast):
    assert "Approve this change" not in cast.client("paula").get(ONE).content.decode()


def test_approving_moves_the_people(furnished, cast):
    asked = cast.client("quinn").post(f"{ONE}approve/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert (
        "You are about to approve a change of sponsor."
        in cast.client("quinn").get(asked["Location"]).content.decode()
    )
    fresh(cast, "quinn").post(f"{ONE}approve/")
    assert Distributor.objects.get(pk=cast.gus.pk).sponsor_id == cast.cleo.pk
    assert "Applied" in cast.client("paula").get(ONE).content.decode()


def test_a_refusal_needs_its_reason(furnished, cast):
    quinn = cast.client("quinn")
    assert "Say why it is refused" in quinn.post(f"{ONE}refuse/", {"reason": " "}).content.decode()
    quinn.post(f"{ONE}refuse/", {"reason": "No consent"})
    assert SponsorChange.objects.get(key=CHANGE).note == "No consent"


def test_the_list_asks_the_same_number_of_questions_for_more_changes(
    furnished, cast, django_assert_max_num_queries
):
    client = cast.client("paula")
    with django_assert_max_num_queries(40) as before:
        client.get(LIST)
    asked = len(before)
    ask(client)
    client.get(LIST)
    with django_assert_max_num_queries(asked):
        client.get(LIST)
