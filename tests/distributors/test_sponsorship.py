"""A change of sponsor: asked for, approved by somebody else, counted from its day on, and kept."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from common.operations import jobs
from distributors import tree
from distributors.models import Distributor, SponsorChange, Sponsorship
from distributors.operations import sponsorship
from distributors.queries import network, sponsor_tree
from tests.cast import JOINED, join
from tests.distributors.people import LATER, batch, children, everybody_below

pytestmark = pytest.mark.django_db
NOW = LATER - timedelta(days=12)


@pytest.fixture
def staff(cast):
    return cast


def ask(cast, *, who="eva", under="gus", at=LATER, by="paula", reason="Both asked for it in writing"):
    return sponsorship.request(
        number=cast.people[who].number,
        sponsor_number=cast.people[under].number,
        reason=reason,
        effective_at=at,
        by=cast.users[by].pk,
        now=NOW,
    )


def sponsor_of(cast, name):
    return Distributor.objects.get(pk=cast.people[name].pk).sponsor_id


def test_it_says_how_many_it_moves_and_nobody_moves_yet(staff):
    change = ask(staff)
    assert (change.people, change.from_sponsor_id) == (2, staff.dan.pk)
    assert sponsor_of(staff, "eva") == staff.dan.pk


def test_a_second_person_approves_and_its_day_moves_the_team(staff):
    change = ask(staff)
    sponsorship.approve(change_id=change.pk, by=staff.users["quinn"].pk, now=NOW)
    jobs.advance_due(now=NOW, owner="the test")
    assert sponsor_of(staff, "eva") == staff.dan.pk
    jobs.advance_due(now=LATER, owner="the test")
    assert sponsor_of(staff, "eva") == staff.gus.pk
    assert [step.number for step in sponsor_tree.walk_up(distributor_id=staff.finn.pk)][1:3] == [
        "1005",
        "1007",
    ]
    assert tree.problems() == tree.history_problems() == []


def test_one_whose_day_has_come_happens_at_once(staff):
    change = ask(staff, at=NOW - timedelta(days=3))
    sponsorship.approve(change_id=change.pk, by=staff.users["quinn"].pk, now=NOW)
    change.refresh_from_db()
    assert (change.state, change.applied_at) == ("applied", NOW)
    assert sponsor_of(staff, "eva") == staff.gus.pk


def test_who_asked_does_not_approve(staff):
    change = ask(staff, by="quinn")
    with pytest.raises(sponsorship.SamePerson):
        sponsorship.approve(change_id=change.pk, by=staff.users["quinn"].pk, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SponsorChange.objects.update(state="approved", decided_by=staff.users["quinn"])


def test_without_the_right_nothing_happens(staff):
    with pytest.raises(sponsorship.CannotChange):
        ask(staff, by="rolf")
    change = ask(staff)
    with pytest.raises(sponsorship.CannotChange):
        sponsorship.approve(change_id=change.pk, by=staff.users["paula"].pk, now=NOW)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"under": "dan"}, "sponsor_number"),
        ({"under": "finn"}, "sponsor_number"),
        ({"under": "hana"}, "sponsor_number"),
        ({"under": "eva"}, "sponsor_number"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(staff, wrong, field):
    with pytest.raises(sponsorship.CannotChange) as error:
        ask(staff, **wrong)
    assert error.value.field == field
    assert not SponsorChange.objects.exists()


def test_one_change_a_person_waits_at_a_time(staff):
    ask(staff)
    with pytest.raises(sponsorship.CannotChange):
        ask(staff, under="ben")


def test_what_has_become_impossible_says_so(staff):
    change = ask(staff, who="dan", under="gus")
    sponsorship.approve(change_id=change.pk, by=staff.users["quinn"].pk, now=NOW)
    tree.move(distributor_id=staff.gus.pk, sponsor_id=staff.finn.pk, effective_at=NOW)
    jobs.advance_due(now=LATER, owner="the test")
    change.refresh_from_db()
    assert change.state == "failed"
    assert "below the person" in change.note
    assert sponsor_of(staff, "dan") == staff.cleo.pk


def test_a_withdrawn_change_does_not_happen(staff):
    change = ask(staff)
    sponsorship.approve(change_id=change.pk, by=staff.users["quinn"].pk, now=NOW)
    sponsorship.withdraw(change_id=change.pk, by=staff.users["paula"].pk, now=NOW)
    jobs.advance_due(now=LATER, owner="the test")
    assert sponsor_of(staff, "eva") == staff.dan.pk


def test_a_refused_change_keeps_its_reason(staff):
    change = ask(staff)
    sponsorship.refuse(change_id=change.pk, reason="No written consent", by=staff.users["quinn"].pk, now=NOW)
    change.refresh_from_db()
    assert (change.state, change.note) == ("refused", "No written consent")


# --- history ----------------------------------------------------------------------------------------------------------
def line_on(cast, name, moment):
    return [
        step.number for step in sponsor_tree.upline_on(distributor_id=cast.people[name].pk, moment=moment)
    ]


def test_the_line_of_any_day_is_known(staff):
    tree.move(distributor_id=staff.eva.pk, sponsor_id=staff.gus.pk, effective_at=LATER)
    assert line_on(staff, "finn", LATER - timedelta(microseconds=1)) == [
        "1006",
        "1005",
        "1004",
        "1003",
        "1002",
        "1001",
    ]
    assert line_on(staff, "finn", LATER) == ["1006", "1005", "1007", "1002", "1001"]
    assert line_on(staff, "finn", JOINED - timedelta(days=1)) == []


def test_the_arrays_of_a_period_have_the_tree_of_its_end(staff):
    tree.move(distributor_id=staff.eva.pk, sponsor_id=staff.gus.pk, effective_at=LATER)

    def sponsor(until):
        rows = network.network(until=until)
        return dict(zip(rows.id.tolist(), rows.sponsor_id.tolist(), strict=True))[staff.eva.pk]

    assert sponsor(LATER) == staff.dan.pk
    assert sponsor(LATER + timedelta(days=30)) == sponsor(None) == staff.gus.pk


def test_moving_twice_for_one_day_counts_once(staff):
    for under in (staff.gus.pk, staff.ben.pk):
        tree.move(distributor_id=staff.eva.pk, sponsor_id=under, effective_at=LATER)
    rows = Sponsorship.objects.filter(distributor=staff.eva).values_list("sponsor_id", "starts_at", "ends_at")
    assert list(rows) == [(staff.dan.pk, JOINED, LATER), (staff.ben.pk, LATER, None)]
    assert tree.history_problems() == []


def test_a_move_is_never_put_before_one_that_counts(staff):
    tree.move(distributor_id=staff.eva.pk, sponsor_id=staff.gus.pk, effective_at=LATER)
    with pytest.raises(tree.MovesBackwards):
        tree.move(distributor_id=staff.dan.pk, sponsor_id=staff.gus.pk, effective_at=NOW)


def test_without_that_rule_a_past_day_would_run_in_a_circle(staff):
    """The control: a later move counts first, an earlier one is put before it, and between them stands a circle."""
    tree.move(distributor_id=staff.dan.pk, sponsor_id=staff.gus.pk, effective_at=NOW)
    tree.move(distributor_id=staff.dan.pk, sponsor_id=staff.ana.pk, effective_at=LATER)
    Sponsorship.objects.filter(distributor=staff.gus).update(sponsor=staff.dan)
    seen = line_on(staff, "dan", NOW)
    assert len(seen) > len(set(seen))


def test_a_wrong_history_is_found_out(staff):
    Sponsorship.objects.filter(distributor=staff.eva).update(sponsor=staff.ana)
    assert "1005" in tree.history_problems()[0]
    Sponsorship.objects.filter(distributor=staff.eva).update(sponsor=staff.dan, ends_at=LATER)
    assert len(tree.history_problems()) == 2


@pytest.fixture
def eva_left(staff):
    Distributor.objects.filter(pk=staff.eva.pk).update(status="left")
    return staff


def ask_up(cast, name="eva"):
    return sponsorship.request_roll_up(
        number=cast.people[name].number,
        reason="Left in writing",
        effective_at=LATER,
        by=cast.users["paula"].pk,
        now=NOW,
    )


def test_the_team_of_who_left_moves_up_by_the_same_way(eva_left):
    change = ask_up(eva_left)
    assert (change.people, change.to_sponsor_id) == (1, eva_left.dan.pk)
    sponsorship.approve(change_id=change.pk, by=eva_left.users["quinn"].pk, now=NOW)
    jobs.advance_due(now=LATER, owner="the test")
    assert sponsor_of(eva_left, "finn") == sponsor_of(eva_left, "eva") == eva_left.dan.pk
    assert line_on(eva_left, "finn", NOW)[1] == "1005"
    assert tree.problems() == tree.history_problems() == []


def test_the_team_of_who_stays_does_not(staff):
    with pytest.raises(sponsorship.CannotChange):
        ask_up(staff)


def test_what_is_late_is_done_before_a_line_is_drawn(staff):
    change = ask(staff)
    sponsorship.approve(change_id=change.pk, by=staff.users["quinn"].pk, now=NOW)
    sponsorship.apply_until(moment=LATER, now=LATER + timedelta(days=40))
    assert sponsor_of(staff, "eva") == staff.dan.pk
    sponsorship.apply_until(moment=LATER + timedelta(days=30), now=LATER + timedelta(days=40))
    assert sponsor_of(staff, "eva") == staff.gus.pk


def test_a_newcomer_put_right_does_not_keep_others_from_moving(staff):
    """Who joined later than the moment a move counts from has the new sponsor from joining on."""
    newcomer = join(cast=staff, name="nora", under="gus", number="2001", joined_at=LATER + timedelta(days=9))
    tree.move(distributor_id=newcomer.pk, sponsor_id=staff.dan.pk, effective_at=LATER)
    tree.move(distributor_id=staff.eva.pk, sponsor_id=staff.gus.pk, effective_at=LATER)
    rows = Sponsorship.objects.filter(distributor=newcomer).values_list("sponsor_id", "starts_at", "ends_at")
    assert list(rows) == [(staff.dan.pk, LATER + timedelta(days=9), None)]
    assert tree.history_problems() == []


def test_months_of_random_moves_leave_every_months_tree_to_be_read(db):
    chance = random.Random(3)
    tree.plant(people=batch([None, *(chance.randrange(at) for at in range(1, 60))]))
    ids, stood = list(Distributor.objects.values_list("pk", flat=True)), []

    def sponsors(until):
        rows = network.network(until=until)
        return dict(zip(rows.id.tolist(), rows.sponsor_id.tolist(), strict=True))

    for month in range(8):
        moment = LATER + timedelta(days=30 * month)
        stood.append((moment, sponsors(None)))
        for _ in range(6):
            one, other = chance.sample(ids, 2)
            if one != other and other not in everybody_below(one, children()):
                tree.move(distributor_id=one, sponsor_id=other, effective_at=moment)
        leaver = chance.choice([pk for pk, above in sponsors(None).items() if above])
        tree.roll_up(distributor_id=leaver, effective_at=moment)
    assert [sponsors(moment) for moment, _ in stood] == [then for _, then in stood]
    assert tree.problems() == tree.history_problems() == []


def test_nobody_to_move_up_and_nobody_to_move_up_to(staff):
    assert tree.roll_up(distributor_id=staff.finn.pk, effective_at=LATER) == 0
    with pytest.raises(tree.NobodyAbove):
        tree.roll_up(distributor_id=staff.ana.pk, effective_at=LATER)


def test_the_network_is_read_in_the_order_of_numbers_whoever_came_first(cast):
    """By code point, as every database and the engine take it; each row stays together."""
    for name, number in (("ana", "z9"), ("ben", "10"), ("eva", "Ä1"), ("dan", "9")):
        Distributor.objects.filter(pk=cast.people[name].pk).update(number=number)
    found = network.network()
    assert found.number.tolist() == sorted(found.number.tolist())
    assert [found.number[at] for at in (0, -2, -1)] == ["10", "z9", "Ä1"]
    sponsors = dict(Distributor.objects.values_list("number", "sponsor_id"))
    read = dict(zip(found.number.tolist(), found.sponsor_id.tolist(), strict=True))
    assert read == {number: sponsor or network.NOBODY for number, sponsor in sponsors.items()}
    assert found.id.tolist() != sorted(found.id.tolist())
