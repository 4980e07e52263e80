"""The company's months: who may do what, errors beside fields, and a second press that changes nothing."""

import time
from datetime import timedelta

import pytest

from commissions.models import Run
from commissions.operations import periods, runs
from common.models import Job
from common.operations import pace
from tests.cast import PASSWORD
from tests.commissions.conftest import SIGNING, at, draft, finish, work
from tests.portal.counting import queries
from tests.remembered import remembered


def text(response):
    return response.content.decode()


def fresh(cast, name):
    """A browser whose person has just given the password again."""
    client = cast.client(name)
    session = client.session
    session["account_authentication_methods"] = [
        *session["account_authentication_methods"],
        {"method": "password", "at": time.time(), "email": cast.users[name].email, "reauthenticated": True},
    ]
    session.save()
    return client


@pytest.fixture
@remembered
def drafted(october):
    return draft()


@pytest.fixture
@remembered
def reviewed(drafted, cast):
    runs.review(run_id=drafted.pk, by=cast.users["paula"].pk, now=SIGNING)
    drafted.refresh_from_db()
    return drafted


def total_of(run):
    return f"{run.total // 100:,}.{run.total % 100:02d}"


def test_the_list_shows_what_each_month_waits_for(drafted, cast):
    page = text(cast.client("paula").get("/staff/months/"))
    assert "Waits for review" in page


def test_the_month_shows_stages_totals_and_hashes(drafted, cast):
    page = text(cast.client("paula").get("/staff/months/2026-10/"))
    assert "Totals by bonus" in page
    assert total_of(drafted) in page
    assert drafted.output_hash[:4] in page


@pytest.mark.parametrize(
    "address", ["/staff/months/", "/staff/months/2026-10/", "/staff/months/2026-10/progress/"]
)
def test_staff_without_rights_are_refused(drafted, cast, address):
    assert cast.client("rolf").get(address).status_code == 403


def test_distributors_do_not_find_it(drafted, cast):
    assert cast.client("ben").get("/staff/months/2026-10/").status_code == 404


def test_staff_need_the_second_factor(drafted, cast):
    client = cast.client("paula", second_factor=False)
    assert "second-factor" in client.get("/staff/months/2026-10/").url


def test_an_unknown_month_is_404(drafted, cast):
    client = cast.client("paula")
    assert client.get("/staff/months/1999-01/").status_code == 404
    assert client.post("/staff/months/x/close/").status_code == 404


def test_reading_does_not_act(drafted, cast):
    assert cast.client("paula").get("/staff/months/2026-10/review/").status_code == 405


def test_a_review_is_recorded_once(drafted, cast):
    client = cast.client("paula")
    client.post("/staff/months/2026-10/review/")
    page = text(client.post("/staff/months/2026-10/review/", follow=True))
    assert "Only a draft can be reviewed." in page
    assert Run.objects.get(pk=drafted.pk).state == Run.State.REVIEWED


def test_the_reviewer_sees_who_can_approve(reviewed, cast):
    page = text(cast.client("paula").get("/staff/months/2026-10/"))
    assert "It can be approved by:" in page
    assert "Quinn Peeters" in page
    assert "Approve October" not in page


def test_approving_asks_for_the_password_again(reviewed, cast):
    response = cast.client("quinn").post("/staff/months/2026-10/approve/", {"total": total_of(reviewed)})
    assert response.url.startswith("/accounts/reauthenticate/")
    assert Run.objects.get(pk=reviewed.pk).state == Run.State.REVIEWED


def test_the_page_that_asks_for_it_says_what_is_about_to_be_approved(reviewed, cast):
    client = cast.client("quinn")
    asked = client.post("/staff/months/2026-10/approve/", ticked(total=total_of(reviewed)))
    for page in (client.get(asked.url), client.post(asked.url, {"password": "no"})):
        assert "You are about to approve October 2026." in text(page)
        assert "your account or your data" not in text(page)


@pytest.mark.parametrize("path", ["/profile/edit/", "/staff/months/never/approve/", "/nowhere/", "//[", ""])
def test_before_anything_else_it_speaks_of_the_account(cast, path):
    page = cast.client("quinn").get("/accounts/reauthenticate/", {"next": path})
    assert "What comes next concerns your account or your data." in text(page)


def test_the_password_given_again_finishes_the_approval(reviewed, cast, time_machine):
    time_machine.move_to(at(11, 3), tick=False)
    client = cast.client("quinn")
    asked = client.post("/staff/months/2026-10/approve/", ticked(total=total_of(reviewed)))
    client.post(asked.url, {"password": PASSWORD})
    assert Run.objects.get(pk=reviewed.pk).state == Run.State.APPROVED


def ticked(**more):
    return {"warnings_read": "on", "changes_read": "on", **more}


def test_the_right_total_approves(reviewed, cast, time_machine):
    time_machine.move_to(at(11, 3), tick=False)
    fresh(cast, "quinn").post("/staff/months/2026-10/approve/", ticked(total=total_of(reviewed)))
    work(at(11, 4))
    assert Run.objects.get(pk=reviewed.pk).state == Run.State.FINAL


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Type the total"), ("1.00", "not the total"), ("12,34.5x", "cannot be read"), ("1e5", "cannot be read"),
     ("NaN", "cannot be read"), ("9" * 60, "characters"), ("0.001", "cannot be read")],
)  # fmt: skip
def test_a_wrong_total_is_said_beside_the_field(reviewed, cast, typed, said):
    response = fresh(cast, "quinn").post("/staff/months/2026-10/approve/", ticked(total=typed))
    assert response.status_code == 200
    assert said in text(response)
    assert Run.objects.get(pk=reviewed.pk).state == Run.State.REVIEWED


def test_unread_warnings_keep_it_shut(reviewed, cast):
    Run.objects.filter(pk=reviewed.pk).update(warnings=["The total is unusual."])
    response = fresh(cast, "quinn").post("/staff/months/2026-10/approve/", {"total": total_of(reviewed)})
    assert "Read the warnings, then tick this." in text(response)


def test_the_reviewer_cannot_approve_by_post(drafted, cast):
    runs.review(run_id=drafted.pk, by=cast.users["quinn"].pk, now=SIGNING)
    fresh(cast, "quinn").post("/staff/months/2026-10/approve/", ticked(total=total_of(drafted)))
    assert Run.objects.get(pk=drafted.pk).state == Run.State.REVIEWED


def test_sending_back_needs_a_reason(reviewed, cast):
    page = text(cast.client("quinn").post("/staff/months/2026-10/send-back/", {"reason": " "}))
    assert "Say what is wrong with it." in page
    cast.client("quinn").post("/staff/months/2026-10/send-back/", {"reason": "Order 7 is missing"})
    assert Run.objects.get(pk=reviewed.pk).state == Run.State.DRAFT


def test_the_reason_stands_on_the_draft(reviewed, cast):
    cast.client("quinn").post("/staff/months/2026-10/send-back/", {"reason": "<b>Order 7</b>"})
    assert "&lt;b&gt;Order 7" in text(cast.client("paula").get("/staff/months/2026-10/"))


def test_computing_again_shows_what_changed(drafted, cast, time_machine):
    time_machine.move_to(at(11, 2), tick=False)
    cast.client("paula").post("/staff/months/2026-10/compute/")
    work(at(11, 3))
    page = text(cast.client("paula").get("/staff/months/2026-10/"))
    assert "What changed since draft 1" in page
    assert "Nothing differs" in page


def test_a_month_that_is_over_is_closed_by_one_press(october, cast, time_machine):
    time_machine.move_to(at(11, 2), tick=False)
    client = cast.client("paula")
    assert "Close October" in text(client.get("/staff/months/2026-10/"))
    client.post("/staff/months/2026-10/close/")
    page = text(client.post("/staff/months/2026-10/close/", follow=True))
    assert "2026-10 is already" in page
    assert Run.objects.filter(kind=Run.Kind.CLOSE).count() == 1


def test_a_month_that_is_not_over_stays_open(october, cast, time_machine):
    time_machine.move_to(at(10, 20), tick=False)
    page = text(cast.client("paula").post("/staff/months/2026-10/close/", follow=True))
    assert "is not over" in page


def test_progress_is_asked_until_nothing_works(october, cast, time_machine):
    time_machine.move_to(at(11, 2), tick=False)
    client = cast.client("paula")
    client.post("/staff/months/2026-10/close/")
    waiting = client.get("/staff/months/2026-10/progress/")
    assert (waiting.status_code, "every 2s" in text(waiting)) == (200, True)
    work(at(11, 2))
    done = client.get("/staff/months/2026-10/progress/")
    assert (done.status_code, done["HX-Refresh"]) == (286, "true")


def test_a_final_month_has_no_steps(drafted, cast):
    finish(cast, drafted)
    page = text(cast.client("quinn").get("/staff/months/2026-10/"))
    assert "Posted and final." in page
    assert "Compute again" not in page


def test_the_list_asks_no_more_for_more_months(drafted, cast):
    client = cast.client("paula")
    before = queries(lambda: client.get("/staff/months/"))
    finish(cast, drafted)
    draft("2026-11", at(12, 2))
    assert queries(lambda: client.get("/staff/months/")) == before


def test_a_stage_says_how_far_it_is_how_fast_and_how_long_it_still_takes(october, cast, time_machine):
    time_machine.move_to(at(11, 2), tick=False)
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    Run.objects.filter(pk=run.pk).update(stage="store")
    Job.objects.filter(kind="run", subject=str(run.pk)).update(
        state="running", stage="store", done_count=1_200_000, total_count=4_000_000, stage_since=at(11, 2)
    )
    time_machine.move_to(at(11, 2) + timedelta(seconds=6), tick=False)
    page = text(cast.client("paula").get("/staff/months/2026-10/progress/"))
    assert "1,200,000 of 4,000,000 rows" in page
    assert "200,000 a second, about 14 seconds left" in page


def test_a_stage_that_is_done_says_how_long_it_took(drafted, cast):
    times = {"compute": at(11, 2).isoformat(), "check": (at(11, 2) + timedelta(minutes=4)).isoformat()}
    Run.objects.filter(pk=drafted.pk).update(stage_times={**drafted.stage_times, **times})
    assert "4 minutes" in text(cast.client("paula").get("/staff/months/2026-10/"))


def test_storing_tells_every_row_once(october):
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    told = []

    class Hearer:
        def count(self, done, total):
            told.append((done, total))

        def moment(self):
            return at(11, 2)

    with pace.heard_by(Hearer()):
        runs.advance(run_id=run.pk, now=at(11, 2))
    run.refresh_from_db()
    stored = [(done, total) for done, total in told if total > 4]
    rows = run.items.count() + run.lines.count() + run.snapshots.count() + run.carried.count()
    assert stored == sorted(stored)
    assert stored[-1] == (rows, rows)
    assert {(done, total) for done, total in told if total == 4} == {(1, 4), (2, 4), (3, 4)}
