"""Signing up stores the sponsor; confirming takes the place, once."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connections

from distributors import tree
from distributors.models import Distributor, Enrolment, Holding, Placement, Profile, User
from distributors.operations import enrolment, placing, referrals, standing
from distributors.operations.enrolment import Accepted, Applicant
from distributors.queries import campaigns, documents
from distributors.queries.referrals import share, sponsor

NOW, TODAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC), date(2026, 11, 23)
MARA = Applicant(
    email="Mara@Example.com",
    password_hash="!",
    given_name="Mara",
    family_name="Lind",
    birth_date=date(1991, 2, 28),
    country="BE",
)


def accepted() -> Accepted:
    return Accepted(
        agreement_id=documents.current(kind="agreement", today=TODAY).pk,
        disclosure_id=documents.current(kind="disclosure", today=TODAY).pk,
    )


def sign_up(applicant=MARA, *, kind="distributor", code="eva-code", papers=None):
    papers = accepted() if kind == "distributor" and papers is None else papers
    return enrolment.sign_up(
        kind=kind,
        applicant=applicant,
        referral_code=code,
        accepted=papers,
        now=NOW,
        today=TODAY,
        address="192.0.2.7",
    )


def test_signing_up_stores_the_sponsor_and_takes_no_place(cast):
    before = Distributor.objects.count()
    row = Enrolment.objects.get(user_id=sign_up())
    assert (row.sponsor_id, row.referral.code, row.signed_up_from) == (cast.eva.pk, "eva-code", "192.0.2.7")
    assert Distributor.objects.count() == before


def test_confirming_takes_the_place_under_the_stored_sponsor(cast):
    user_id = sign_up()
    done = enrolment.confirm(user_id=user_id, now=NOW)
    person = Distributor.objects.get(pk=done.distributor_id)
    assert (person.sponsor_id, person.level, person.joined_at) == (cast.eva.pk, 5, NOW)
    assert person.status_changes.count() == person.referral_codes.count() == 1


def test_confirming_twice_changes_nothing(cast):
    user_id = sign_up()
    enrolment.confirm(user_id=user_id, now=NOW)
    assert enrolment.confirm(user_id=user_id, now=NOW) is None
    assert Distributor.objects.filter(profile__user_id=user_id).count() == 1


def test_a_failure_at_the_end_leaves_no_half_distributor(cast, monkeypatch):
    user_id = sign_up()
    monkeypatch.setattr(referrals, "issuing", lambda **how: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        enrolment.confirm(user_id=user_id, now=NOW)
    assert not Distributor.objects.filter(profile__user_id=user_id).exists()
    assert Enrolment.objects.get(user_id=user_id).place_taken_at is None


def test_a_customer_is_confirmed_without_a_place(cast):
    user_id = sign_up(kind="customer")
    done = enrolment.confirm(user_id=user_id, now=NOW)
    assert (done.kind, done.sponsor_id, done.distributor_id) == ("customer", cast.eva.pk, None)


def test_a_known_address_in_other_letters_is_taken(cast):
    with pytest.raises(enrolment.EmailTaken):
        sign_up(replace(MARA, email="EVA@example.com"))
    assert not Profile.objects.filter(given_name="Mara").exists()


def test_under_age_nothing_is_kept(cast):
    with pytest.raises(enrolment.TooYoung):
        sign_up(replace(MARA, birth_date=date(2008, 11, 24)))
    assert not User.objects.filter(email="mara@example.com").exists()


@pytest.mark.parametrize(("born", "years"), [((2008, 11, 23), 18), ((2008, 11, 24), 17), ((2008, 2, 29), 18)])
def test_age_is_whole_years(born, years):
    assert enrolment.age(born=date(*born), today=TODAY) == years


@pytest.mark.parametrize("code", ["hana-code", "nobody", "", "x" * 10_000, "' OR 1=1", "😀"])
def test_codes_that_name_nobody_are_refused(cast, code):
    with pytest.raises(enrolment.SponsorNotAvailable):
        sign_up(code=code)


def test_a_sponsor_suspended_in_between_is_refused(cast):
    standing.change_status(
        distributor_id=cast.eva.pk,
        status="suspended",
        expected="good",
        reason="Complaint",
        by_id=None,
        now=NOW,
    )
    with pytest.raises(enrolment.SponsorNotAvailable):
        sign_up()


def test_what_was_accepted_must_still_be_in_force(cast):
    with pytest.raises(enrolment.DocumentsChanged):
        sign_up(papers=Accepted(agreement_id=1, disclosure_id=999))


def test_numbers_step_over_imported_ones(cast):
    Distributor.objects.filter(pk=cast.gus.pk).update(number="100001")
    done = enrolment.confirm(user_id=sign_up(), now=NOW)
    assert Distributor.objects.get(pk=done.distributor_id).number == "100002"


def four_at_once(work):
    """Runs the work four times together; returns the answers, errors among them."""
    together, answers = threading.Barrier(4), []

    def run() -> None:
        together.wait()
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001 - an answer as well
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_confirming_twice_at_once_gives_one_place(transactional_cast):
    user_id = sign_up()
    answers = four_at_once(lambda: enrolment.confirm(user_id=user_id, now=NOW))
    assert sorted(type(answer).__name__ for answer in answers) == ["Confirmed", *["NoneType"] * 3]
    assert tree.problems() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_address_at_once_gives_one_account(transactional_cast):
    papers = accepted()
    answers = four_at_once(lambda: sign_up(papers=papers))
    assert sorted(type(answer).__name__ for answer in answers) == [*["EmailTaken"] * 3, "int"]
    assert User.objects.filter(email="mara@example.com").count() == 1


@pytest.fixture
def transactional_cast(transactional_db):
    from tests.cast import assemble

    return assemble()


def test_a_new_link_ends_the_old_one(cast):
    code = referrals.renew(distributor_id=cast.eva.pk, now=NOW)
    assert sponsor(code="eva-code") is None
    assert sponsor(code=code.upper()).distributor_id == cast.eva.pk


def test_the_share_counts_what_came_of_the_link(cast):
    enrolment.confirm(user_id=sign_up(), now=NOW)
    sign_up(replace(MARA, email="other@example.com"), kind="customer")
    found = share(distributor_id=cast.eva.pk, site_url="https://portal.example")
    own = campaigns.one(distributor_id=cast.eva.pk, code=found.code)
    # Who has not confirmed their address has not signed up yet.
    assert own.signed_up == 1
    assert (found.shown, "<path" in found.qr) == ("portal.example/r/eva-code", True)


def test_confirming_takes_a_place_in_every_placement_tree(cast):
    placing.open_tree(name="legs", slots=2, top_number="1005", now=NOW)
    placing.open_tree(name="board", slots=3, holding_hours=24, top_number="1005", now=NOW)
    done = enrolment.confirm(user_id=sign_up(), now=NOW)
    assert Placement.objects.get(owner_id=done.distributor_id).tree.name == "legs"
    assert Holding.objects.get(owner_id=done.distributor_id).tree.name == "board"


def test_while_a_placement_tree_is_busy_nothing_is_written(cast, monkeypatch):
    def busy(**_):
        raise enrolment.TreeBusy

    placing.open_tree(name="legs", slots=2, top_number="1005", now=NOW)
    user_id = sign_up()
    monkeypatch.setattr(placing, "newcomer", busy)
    with pytest.raises(enrolment.TreeBusy):
        enrolment.confirm(user_id=user_id, now=NOW)
    assert Distributor.objects.count() == 8
