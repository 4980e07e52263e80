"""A payment that was corrected, by a correcting run or by hand: whom it concerns is told once, and as they chose."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import Sum
from django.test import Client

from commissions.models import Adjustment, Run, StatementItem
from commissions.operations import adjustments, estimates, runs, telling
from distributors.models import Notice
from distributors.operations import notice_choices, notice_mail
from distributors.operations.notice_choices import Choice
from tests import pseudo
from tests.commissions.conftest import at, draft, finish, work
from tests.commissions.test_adjustments import approve
from tests.commissions.test_adjustments import ask as ask_by_hand
from tests.commissions.test_correcting import ask, without
from tests.commissions.test_telling import told
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
POSTED = at(11, 11)
TITLE = "Your payment for October 2026 was corrected"


@pytest.fixture
@remembered
def final(october, cast):
    """October is final; November is open."""
    return finish(cast, draft())


@pytest.fixture
def as_in_production(settings):
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def corrected(cast, final):
    return finish(cast, ask(cast, final, **without(cast)), POSTED)


def differences(run):
    rows = StatementItem.objects.filter(run=run, corrects_period="2026-10").order_by()
    sums = rows.values_list("distributor__profile__given_name").annotate(Sum("amount"))
    return {name.lower(): amount for name, amount in sums if amount}


def wants(cast, name, kind="corrected", **choice):
    chosen = {kind: Choice(**choice)}
    notice_choices.choose(user_id=cast.users[name].pk, choices=chosen, rhythm="at_once", now=POSTED)


def post(now):
    """What was mailed about corrections since."""
    before = len(mail.outbox)
    notice_mail.request(now=now)
    for moment in (now, now + timedelta(minutes=1)):
        while work(moment):
            pass
    return [letter for letter in mail.outbox[before:] if "was corrected" in letter.body]


def test_those_whose_pay_changes_are_told_by_how_much(final, cast):
    run = corrected(cast, final)
    assert len(differences(run)) > 1
    assert told("corrected") == differences(run)


def test_whose_pay_stays_the_same_in_all_is_not_told(final, cast):
    run = ask(cast, final, **without(cast))
    amount = sum(
        run.items.filter(distributor=cast.ben, corrects_period="2026-10").values_list("amount", flat=True)
    )
    StatementItem.objects.create(
        run=run, distributor=cast.ben, bonus="other", corrects_period="2026-10", amount=-amount, line_count=0
    )
    assert telling.corrected(run=run, now=POSTED) == len(differences(run))
    assert "ben" not in told("corrected")


def test_not_before_it_is_posted(final, cast):
    ask(cast, final, **without(cast))
    assert told("corrected") == {}


def test_what_was_broken_off_told_nobody_and_is_told_when_it_is_done(final, cast, monkeypatch):
    """The notices and what is posted are one transaction."""
    monkeypatch.setenv("FAILPOINT", "seal.correcting:raise")
    run = corrected(cast, final)
    assert (run.state, told("corrected")) == (Run.State.APPROVED, {})
    monkeypatch.delenv("FAILPOINT")
    work(at(11, 12))
    assert told("corrected") == differences(run)


def test_told_once_however_often_it_is_done(final, cast):
    run = corrected(cast, final)
    before = Notice.objects.count()
    assert not runs.advance(run_id=run.pk, now=at(11, 12))
    assert telling.corrected(run=run, now=at(11, 12)) == 0
    assert Notice.objects.count() == before


def test_without_the_key_they_would_be_told_again(final, cast):
    """The control; a second correction of the month is another thing to tell."""
    run = corrected(cast, final)
    run.number += 1
    assert telling.corrected(run=run, now=at(11, 12)) == len(differences(run))


def test_any_number_is_told_in_one_statement(final, cast, django_assert_num_queries, monkeypatch):
    run = ask(cast, final, **without(cast))
    changed, _month = len(differences(run)), run.period
    with django_assert_num_queries(2):
        assert telling.corrected(run=run, now=POSTED) == changed
    run.number += 1
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    assert telling.corrected(run=run, now=POSTED) == changed


def test_what_a_close_takes_back_is_told_with_its_statement_alone(final, october, cast):
    october.take_back(cast.finn.sales.get(), 3, at(11, 5))
    closed = finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert closed.items.exclude(corrects_period="").exists()
    assert Notice.objects.filter(kind="statement", reference="2026-11").exists()
    assert told("corrected") == {}


def test_the_notice_says_how_much_and_leads_to_what_was_and_what_is(final, cast):
    amount = differences(corrected(cast, final))["ben"]
    client = cast.client("ben")
    page = client.get("/notices/?about=month").text
    assert TITLE in page
    assert f"−€{-amount / 100:.2f}" in page
    one = Notice.objects.get(kind="corrected", user=cast.users["ben"])
    link = client.post(f"/notices/{one.pk}/read/", {"open": "1"}).url
    assert link == "/earnings/2026-10/?view=corrected"
    assert "Gus ordered for a test" in client.get(link).text


def test_whoever_switched_it_off_is_not_told(final, cast):
    wants(cast, "ben", in_portal=False, by_mail=False)
    wants(cast, "cleo", kind="statement", in_portal=False, by_mail=False)
    run = corrected(cast, final)
    assert set(told("corrected")) == set(differences(run)) - {"ben"}


def test_it_is_mailed_without_the_amount_to_those_who_want_mail(final, cast, as_in_production):
    post(at(11, 10))
    wants(cast, "ben", in_portal=True, by_mail=False)
    run = corrected(cast, final)
    letters = post(at(11, 12))
    assert {letter.to[0] for letter in letters} == {f"{name}@example.com" for name in differences(run)} - {
        "ben@example.com"
    }
    assert {letter.subject for letter in letters} == {TITLE}
    assert all("/earnings/2026-10/?view=corrected" in letter.body for letter in letters)
    assert not any("€" in letter.body for letter in letters)


def test_one_press_stops_mail_about_corrections_and_no_other(final, cast, as_in_production):
    post(at(11, 10))
    corrected(cast, final)
    letter = next(one for one in post(at(11, 12)) if one.to == ["ben@example.com"])
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    assert "A payment was corrected" in Client().get(stop).text
    Client(enforce_csrf_checks=True).post(stop, {"List-Unsubscribe": "One-Click"})
    both = without(cast, "dan")["without_orders"] + without(cast)["without_orders"]
    finish(cast, ask(cast, final, at(11, 13), without_orders=both), at(11, 14))
    assert "ben@example.com" not in {one.to[0] for one in post(at(11, 15))}
    assert Notice.objects.filter(user=cast.users["ben"], kind="corrected", in_portal=True).count() == 2
    assert Notice.objects.filter(user=cast.users["ben"], mail_at__isnull=False).count() == 0


def test_the_words_are_given_to_translators(final, cast):
    corrected(cast, final)
    approve(cast, ask_by_hand(cast, name="ben"))
    with pseudo.language():
        page = cast.client("ben").get("/notices/?about=month").text
        choices = cast.client("ben").get("/notices/choices/").text
    for words in ("Your payment for", "What it was, what it is now", "How much, and why, stands"):
        assert page.count(words) == page.count(f"⟦{words}") > 0
    assert "⟦A payment was corrected" in choices


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_who_is_given_or_loses_money_by_hand_is_told(october, cast):
    made = approve(cast, ask_by_hand(cast))
    assert told("corrected") == {"eva": 1_500}
    assert Notice.objects.get().reference == f"2026-10 {made.pk}"
    page = cast.client("eva").get("/notices/").text
    assert "Your payment for October 2026 was adjusted by hand" in page
    assert "+€15.00" in page


def test_the_notice_leads_to_the_statement_on_which_it_stands(final, cast):
    made = ask_by_hand(cast)
    adjustments.approve(adjustment_id=made.pk, by=cast.users["quinn"].pk, now=POSTED)
    estimates.refresh(now=POSTED)
    client = cast.client("eva")
    one = Notice.objects.get(kind="corrected")
    link = client.post(f"/notices/{one.pk}/read/", {"open": "1"}).url
    assert link == "/earnings/2026-11/"
    assert "A parcel came late" in client.get(link).text


def test_before_an_estimate_knows_the_person_the_notice_leads_to_all_earnings(october, cast):
    client = cast.client("eva")
    assert client.get("/earnings/2026-10/").status_code == 404
    approve(cast, ask_by_hand(cast))
    page = client.get("/earnings/2026-10/", follow=True)
    assert page.redirect_chain == [("/earnings/", 302)]
    assert "A parcel came late" in page.text
    assert "+€15.00" in page.text
    assert client.get("/earnings/2026-09/").status_code == 404


def test_once_there_is_a_statement_it_stands_there_alone(final, cast):
    adjustments.approve(adjustment_id=ask_by_hand(cast).pk, by=cast.users["quinn"].pk, now=POSTED)
    client = cast.client("eva")
    assert "A parcel came late" in client.get("/earnings/").text
    estimates.refresh(now=POSTED)
    assert "A parcel came late" not in client.get("/earnings/").text
    assert "A parcel came late" in client.get("/earnings/2026-11/").text


def test_not_of_what_is_asked_for_or_refused(october, cast):
    made = ask_by_hand(cast)
    adjustments.refuse(adjustment_id=made.pk, reason="No", by=cast.users["quinn"].pk, now=at(10, 21))
    with pytest.raises(Adjustment.DoesNotExist):
        telling.adjusted(adjustment_id=made.pk, now=at(10, 21))
    assert told("corrected") == {}


def test_of_one_by_hand_too_they_are_told_once(october, cast):
    made = approve(cast, ask_by_hand(cast))
    with pytest.raises(adjustments.AlreadyDecided):
        approve(cast, made)
    assert telling.adjusted(adjustment_id=made.pk, now=at(10, 22)) == 0
    assert Notice.objects.count() == 1


def test_the_suspended_are_not_told(october, cast):
    approve(cast, ask_by_hand(cast, name="hana"))
    assert told("corrected") == {}


def test_who_wants_it_by_hand_switched_off_as_well(october, cast):
    wants(cast, "eva", in_portal=False, by_mail=False)
    approve(cast, ask_by_hand(cast))
    assert told("corrected") == {}
