"""What the audit trail is told of months, money and places: each in the transaction of what it tells, with facts that
its row is held to, and nothing in it that must be erased one day."""

import json
from itertools import pairwise

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from commissions.models import BooksCheck, Freeze, PlanVersion, Run
from commissions.operations import (
    adjustments,
    beginning,
    checking,
    correcting,
    freezing,
    guards,
    plans,
    runs,
    sealing,
    withholding,
)  # fmt: skip
from commissions.queries import audit, audit_trail, trail_page
from common.models import TrailEntry
from common.queries import trail as reading
from distributors.models import Profile, SponsorChange, StatusChange, User
from distributors.operations import leaving, profiles, sponsorship, standing
from tests.commissions.conftest import at, draft, finish, work
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
NOW = at(10, 20)


def told(beginning=0):
    """What was told since, in its order."""
    rows = TrailEntry.objects.filter(number__gt=beginning).order_by("number")
    return list(rows.values_list("what", "kind", "key", "who"))


def whats(beginning=0):
    return [what for what, *_ in told(beginning)]


@pytest.fixture
@remembered
def staff(october, cast):
    rights = ("request_sponsor_change", "approve_sponsor_change")
    for name in ("paula", "quinn"):
        cast.users[name].user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return cast


@pytest.fixture
def began(staff):
    return reading.head().number


def adjust(cast):
    return adjustments.request(
        number=cast.eva.number, label="Goodwill", amount=900, reason="Late", evidence="Ticket",
        by=cast.users["paula"].pk, now=NOW,
    ).pk  # fmt: skip


def move(cast, at=NOW):
    return sponsorship.request(
        number=cast.gus.number, sponsor_number=cast.ana.number, reason="Both want it", effective_at=at,
        by=cast.users["paula"].pk, now=NOW,
    ).pk  # fmt: skip


def moved(cast):
    change = move(cast)
    sponsorship.approve(change_id=change, by=cast.users["quinn"].pk, now=NOW)
    return change


def withheld(cast, end=True):
    paula, quinn = cast.users["paula"].pk, cast.users["quinn"].pk
    made = withholding.withhold(number=cast.dan.number, reason="tax_form", note="Send it.", by=paula, now=NOW)
    if end:
        withholding.end(key=made.key, by=quinn, now=at(10, 21))
    return made.pk


def frozen(cast):
    check = BooksCheck.objects.create(
        which="fast", at=NOW, milliseconds=1, transfer_count=0, last_transfer=0, transfer_sum=0
    )
    freezing.freeze(check=check, problems=["L2 something is missing"], now=NOW)
    cast.users["quinn"].user_permissions.add(Permission.objects.get(codename="lift_freeze"))
    freezing.lift(reason="It was a test", by=cast.users["quinn"].pk, now=NOW)


def suspended(cast):
    standing.change_status(
        distributor_id=cast.finn.pk, status="suspended", expected="good", reason="Complaint upheld",
        by_id=cast.users["paula"].pk, now=NOW,
    )  # fmt: skip


# --- what is told -----------------------------------------------------------------------------------------------------
def test_a_month_is_told_from_its_line_to_its_end(staff, began):
    finish(staff, draft())
    paula, quinn = staff.users["paula"].pk, staff.users["quinn"].pk
    assert told(began) == [
        ("period.line", "period", "2026-10", None),
        ("run.reviewed", "run", "2026-10/close/1", paula),
        ("run.approved", "run", "2026-10/close/1", quinn),
        ("run.posted", "run", "2026-10/close/1", None),
        ("run.final", "run", "2026-10/close/1", None),
    ]
    assert json.loads(TrailEntry.objects.get(what="run.final").facts)["approved_by"] == quinn


def test_a_month_takes_as_many_entries_whoever_has_sold_what(staff, october, began):
    finish(staff, draft())
    first = reading.head().number - began
    order = october.sell("finn", 2, at(11, 5), customer=True)
    for _ in range(5):
        october.sell("eva", 3, at(11, 10), customer=True)
    october.take_back(order, 1, at(11, 20))
    before = reading.head().number
    finish(staff, draft("2026-11", at(12, 2)), at(12, 3))
    assert reading.head().number - before == first


def test_what_is_taken_back_is_told_too(staff):
    run = draft()
    paula, quinn = staff.users["paula"].pk, staff.users["quinn"].pk
    before = reading.head().number
    runs.review(run_id=run.pk, by=paula, now=NOW)
    runs.send_back(run_id=run.pk, reason="Look at Eva", by=quinn, now=NOW)
    runs.review(run_id=run.pk, by=paula, now=NOW)
    runs.approve(run_id=run.pk, by=quinn, typed_total=run.total, now=NOW)
    sealing._void(run.pk, sealing.CHANGED, NOW)
    runs.recompute(period_key="2026-10", by=paula, now=NOW)
    assert whats(before) == [
        "run.reviewed", "run.sent_back", "run.reviewed", "run.approved", "run.voided", "run.replaced",
    ]  # fmt: skip
    assert audit_trail.rows_are_as_it_tells() == []


def test_a_correction_is_told(staff, cast):
    finish(cast, draft())
    before, run = reading.head().number, Run.objects.get(state="final")
    paula = cast.users["paula"].pk
    asked = {
        "period_key": "2026-10",
        "plan_id": run.plan_id,
        "reason": "Wrong",
        "evidence": "Letter",
        "by": paula,
    }
    first = correcting.ask(**asked, standing={cast.dan.number: 1}, now=at(11, 3))
    correcting.give_up(run_id=first.pk, by=paula, now=at(11, 3))
    made = correcting.ask(**asked, standing={cast.dan.number: 1}, now=at(11, 4))
    work(at(11, 4))
    made.refresh_from_db()
    finish(cast, made, at(11, 5))
    assert whats(before) == [
        "run.asked", "run.replaced", "run.asked", "run.reviewed", "run.approved", "run.corrected",
    ]  # fmt: skip
    assert TrailEntry.objects.get(what="run.corrected").key == "2026-10/correct/2"
    assert audit_trail.rows_are_as_it_tells() == []


def test_adjustments_are_told(staff, began):
    paula, quinn = staff.users["paula"].pk, staff.users["quinn"].pk
    one, two, three = adjust(staff), adjust(staff), adjust(staff)
    adjustments.approve(adjustment_id=one, by=quinn, now=NOW)
    adjustments.refuse(adjustment_id=two, reason="No", by=quinn, now=NOW)
    adjustments.withdraw(adjustment_id=three, by=paula, now=NOW)
    assert told(began)[3:] == [
        ("adjustment.posted", "adjustment", str(one), quinn),
        ("adjustment.refused", "adjustment", str(two), quinn),
        ("adjustment.withdrawn", "adjustment", str(three), paula),
    ]
    facts = json.loads(TrailEntry.objects.get(what="adjustment.posted").facts)
    assert (facts["amount"], facts["number"], facts["period"]) == (900, staff.eva.number, "2026-10")


def test_changes_of_sponsor_are_told(staff, began):
    paula, quinn = staff.users["paula"].pk, staff.users["quinn"].pk
    moved(staff)
    assert whats(began) == ["sponsor.asked", "sponsor.approved", "sponsor.applied"]
    later = sponsorship.request(
        number=staff.finn.number, sponsor_number=staff.ana.number, reason="Wants it", effective_at=at(11, 1),
        by=paula, now=NOW,
    ).pk  # fmt: skip
    sponsorship.approve(change_id=later, by=quinn, now=NOW)
    sponsorship.withdraw(change_id=later, by=paula, now=NOW)
    assert whats(began)[3:] == ["sponsor.asked", "sponsor.approved", "sponsor.withdrawn"]
    assert audit_trail.rows_are_as_it_tells() == []


def test_what_cannot_be_carried_out_any_more_is_told(staff, began):
    change = move(staff, at=at(11, 1))
    sponsorship.approve(change_id=change, by=staff.users["quinn"].pk, now=NOW)
    SponsorChange.objects.filter(pk=change).update(from_sponsor=staff.eva)
    sponsorship.apply(change_id=change, now=at(11, 1))
    assert whats(began) == ["sponsor.asked", "sponsor.approved", "sponsor.failed"]


def test_standing_withholding_and_freezes_are_told(staff, began):
    suspended(staff)
    withheld(staff)
    frozen(staff)
    assert whats(began) == [
        "status.changed", "withholding.set", "withholding.ended", "money.frozen", "money.moves",
    ]  # fmt: skip
    assert json.loads(TrailEntry.objects.get(what="status.changed").facts)["before"] == "good"
    assert audit_trail.rows_are_as_it_tells() == []


def test_a_plan_is_told_of_with_who_adopted_it(staff, plan):
    before = reading.head().number
    again = plan.document.replace("version: 1", "version: 2", 1)
    plans.adopt(document=again, by=staff.users["root"].pk, now=NOW)
    plans.adopt(document=again, by=staff.users["root"].pk, now=NOW)
    assert told(before) == [("plan.adopted", "plan", f"{plan.name}/2", staff.users["root"].pk)]


def test_a_standing_that_nobody_gave_is_told_and_no_row_is_held_to_it(staff, began):
    standing.change_status(
        distributor_id=staff.finn.pk, status="suspended", expected="good", reason="By a command", by_id=None, now=NOW
    )  # fmt: skip
    assert told(began) == [("status.changed", "distributor", staff.finn.number, None)]
    assert audit_trail.rows_are_as_it_tells() == []


def test_what_did_not_happen_is_not_told(staff, began):
    made = withholding.withhold(
        number=staff.dan.number, reason="bank", note="", by=staff.users["paula"].pk, now=NOW
    )
    with pytest.raises(withholding.CannotWithhold):
        withholding.end(key=made.key, by=staff.users["paula"].pk, now=NOW)
    with pytest.raises(standing.StandingChanged):
        standing.change_many(
            expected={staff.eva.pk: "good", staff.finn.pk: "left"}, status="suspended", reason="Audit",
            by_id=None, now=NOW,
        )  # fmt: skip
    assert whats(began) == ["withholding.set"]


# --- rights and second factors, in the admin --------------------------------------------------------------------------
def test_rights_that_are_given_in_the_admin_are_told(cast):
    before, root, rolf = reading.head().number, cast.client("root"), cast.users["rolf"]
    right = Permission.objects.get(codename="approve_run")
    form = {"email": rolf.email, "is_active": "on", "is_staff": "on", "user_permissions": [right.pk]}
    page = f"/admin/distributors/user/{rolf.pk}/change/"
    assert root.post(page, form).status_code == root.post(page, form).status_code == 302
    assert told(before) == [("rights.changed", "login", str(rolf.pk), cast.users["root"].pk)]
    facts = json.loads(TrailEntry.objects.latest("number").facts)
    assert (facts["before"]["rights"], facts["after"]["rights"]) == ([], ["commissions.approve_run"])
    assert audit_trail.rights_are_as_it_tells() == []
    rolf.user_permissions.add(Permission.objects.get(codename="prepare_run"))
    assert audit_trail.rights_are_as_it_tells() == [
        f"A1 the login {rolf.pk} has other rights than the audit trail tells"
    ]


def test_a_login_that_may_do_everything_made_at_the_server_is_told(cast):
    before = reading.head().number
    call_command("createsuperuser", "--no-input", email="ada@example.com")
    ada = User.objects.get(email="ada@example.com")
    assert told(before) == [("rights.changed", "login", str(ada.pk), None)]
    assert json.loads(TrailEntry.objects.latest("number").facts)["after"]["superuser"] is True
    User.objects.filter(pk=ada.pk).update(is_staff=False)
    assert audit_trail.rights_are_as_it_tells() == [
        f"A1 the login {ada.pk} has other rights than the audit trail tells"
    ]


def test_rights_of_a_group_are_told(cast):
    before, root = reading.head().number, cast.client("root")
    right = Permission.objects.get(codename="prepare_run")
    root.post("/admin/auth/group/add/", {"name": "Desk", "permissions": [right.pk]})
    group = Group.objects.get(name="Desk")
    assert told(before) == [("group.changed", "group", str(group.pk), cast.users["root"].pk)]
    assert audit_trail.rights_are_as_it_tells() == []
    group.permissions.clear()
    assert audit_trail.rights_are_as_it_tells() == [
        f"A1 the group {group.pk} has other rights than the audit trail tells"
    ]


def test_a_second_factor_that_is_taken_away_is_told(cast):
    before, root, paula = reading.head().number, cast.client("root"), cast.users["paula"]
    made = [
        Authenticator.objects.create(user=paula, type=kind, data={}) for kind in ("totp", "recovery_codes")
    ]
    root.post(f"/admin/mfa/authenticator/{made[0].pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [made[1].pk], "post": "yes"}
    root.post("/admin/mfa/authenticator/", chosen)
    assert told(before) == [("factor.removed", "login", str(paula.pk), cast.users["root"].pk)] * 2
    assert not Authenticator.objects.filter(user=paula).exists()


# --- rows that were changed behind the portal's back ------------------------------------------------------------------
ROOT = "(SELECT id FROM distributors_user WHERE is_superuser)"
SPOILT = {
    "a change of sponsor": (moved, [
        f"UPDATE distributors_sponsorchange SET decided_by_id = {ROOT}",
        f"UPDATE distributors_sponsorchange SET requested_by_id = {ROOT}",
        "UPDATE distributors_sponsorchange SET reason = 'Nobody wants it'",
        "UPDATE distributors_sponsorchange SET applied_at = '2026-10-20 12:00:01'",
        "UPDATE distributors_sponsorchange SET state = 'approved', applied_at = NULL",
        "UPDATE distributors_sponsorchange SET to_sponsor_id = from_sponsor_id",
        "DELETE FROM distributors_sponsorchange",
    ]),
    "a withholding": (withheld, [
        f"UPDATE commissions_withholding SET ended_by_id = {ROOT}",
        f"UPDATE commissions_withholding SET set_by_id = {ROOT}",
        "UPDATE commissions_withholding SET reason = 'bank'",
        "UPDATE commissions_withholding SET ended_at = NULL, ended_by_id = NULL",
        "DELETE FROM commissions_withholding",
    ]),
    "a freeze": (frozen, [
        f"UPDATE commissions_freeze SET lifted_by_id = {ROOT}",
        "UPDATE commissions_freeze SET reason = 'It was right'",
        "UPDATE commissions_freeze SET problems = '[]'",
        "DELETE FROM commissions_freeze",
    ]),
    "a change of standing": (suspended, [
        f"UPDATE distributors_statuschange SET by_id = {ROOT} WHERE by_id IS NOT NULL",
        "UPDATE distributors_statuschange SET status = 'left' WHERE by_id IS NOT NULL",
        "UPDATE distributors_statuschange SET reason = 'None' WHERE by_id IS NOT NULL",
        "DELETE FROM distributors_statuschange WHERE by_id IS NOT NULL",
    ]),
    "an adjustment that waits": (adjust, [
        "UPDATE commissions_adjustment SET amount = 90000",
        f"UPDATE commissions_adjustment SET state = 'refused', decided_at = requested_at, decided_by_id = {ROOT}",
        "DELETE FROM commissions_adjustment",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("about", SPOILT)
def test_a_row_that_says_otherwise_is_found(staff, about):
    does, spoils = SPOILT[about]
    does(staff)
    assert audit_trail.rows_are_as_it_tells() == []
    missed = []
    for statement in spoils:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount
            found = audit_trail.rows_are_as_it_tells()
            transaction.set_rollback(True)
        missed += [] if found and all(one.startswith("A1 ") for one in found) else [statement]
    assert missed == []


def test_what_differs_is_named(staff, cast):
    adjustments.approve(adjustment_id=(made := adjust(staff)), by=cast.users["quinn"].pk, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE commissions_adjustment SET amount = 1, decided_by_id = %s", [cast.users["root"].pk]
        )
    assert audit_trail.rows_are_as_it_tells() == [
        f"A1 adjustment {made}, adjustment.asked: the row says otherwise than the audit trail: amount",
        f"A1 adjustment {made}, adjustment.posted: the row says otherwise than the audit trail: who, amount",
    ]


# --- the head that was counted ----------------------------------------------------------------------------------------
def cut(condition):
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM common_trailentry WHERE {condition}")
        assert cursor.rowcount
    guards.install()


def test_a_check_counts_the_trail_and_misses_what_is_gone_for_ever_after(staff):
    adjust(staff)
    last = reading.head().number
    assert checking.check(which="fast", now=NOW).trail_number == last
    cut(f"number = {last}")
    adjust(staff)
    for which in ("fast", "full", "fast"):
        found = checking.check(which=which, now=NOW)
        said = f"L5 entry {last} of the audit trail, the last one once, is gone or another one now"
        assert said in found.problems
    assert Freeze.objects.count() == 1


def test_the_fast_set_goes_on_from_where_the_last_check_was(staff):
    adjust(staff)
    checking.check(which="fast", now=NOW)
    adjust(staff)
    last = reading.head().number
    assert audit_trail.it_goes_on() == []
    guards.lift()
    TrailEntry.objects.filter(number=last).update(who=None)
    assert audit_trail.it_goes_on() == [f"A1 entry {last} of the audit trail is not what was written"]
    TrailEntry.objects.filter(number__lt=last).update(who=None)
    assert audit_trail.it_is_whole()[0].startswith("A1 entry 1 ") or reading.broken().number < last


def test_a_trail_that_was_counted_is_not_begun_again(staff):
    checking.check(which="fast", now=NOW)
    cut("number > 0")
    beginning.begin(now=NOW)
    assert reading.head().number == 0
    assert audit_trail.it_is_whole() == ["A1 the audit trail has no entry 1: `manage.py migrate` begins it"]


def test_a_database_of_before_begins_with_what_stands(staff, cast):
    moved(staff)
    withheld(staff, end=False)
    suspended(staff)
    finish(cast, draft())
    adjustments.approve(adjustment_id=adjust(staff), by=cast.users["quinn"].pk, now=at(11, 20))
    assert audit.everything() == []
    BooksCheck.objects.all().delete()
    cut("number > 0")
    beginning.begin(now=at(12, 24))
    first = TrailEntry.objects.get(number=1)
    assert (first.what, first.at) == ("trail.begins", at(12, 24))
    assert json.loads(first.facts) == {"taken_over": TrailEntry.objects.count() - 1}
    taken = TrailEntry.objects.filter(number__gt=1).order_by("number").values_list("at", flat=True)
    assert all(one <= other for one, other in pairwise(taken))
    assert audit.everything() == []
    guards.lift()
    Run.objects.filter(state="final").update(engine_version="0")
    assert audit_trail.rows_are_as_it_tells()


# --- erasing ----------------------------------------------------------------------------------------------------------
def test_nothing_that_must_be_erased_is_in_it(staff, cast):
    """Whatever is told of somebody, by somebody: no name, no address, nothing that anybody wrote. So the trail stays
    whole when they are erased."""
    finish(cast, draft())
    for does in (adjust, moved, withheld, frozen, suspended):
        does(staff)
    profile = Profile.objects.get(pk=cast.finn.profile_id)
    login = profile.user_id
    leaving.ask_for(user_id=login, erase=True, now=NOW)
    leaving.work(subject=str(profile.leavings.get().pk), now=at(11, 20), progress=lambda *_: None)
    profiles.erase(profile_id=cast.gus.profile_id, now=NOW)
    assert {"status.changed", "person.erased"} <= set(whats())
    traces = {
        "Late",
        "Ticket",
        "Goodwill",
        "Both want it",
        "Send it.",
        "It was a test",
        "Complaint upheld",
        "@",
    }
    for person in Profile.objects.all():
        traces |= {person.given_name, person.family_name, person.city, person.phone} - {""}
    cells = [
        str(value)
        for row in TrailEntry.objects.values_list("what", "who", "kind", "key", "facts")
        for value in row
    ]
    assert [trace for trace in traces for cell in cells if trace in cell] == []
    facts = [json.loads(text) for text in TrailEntry.objects.values_list("facts", flat=True)]
    assert {name for one in facts for name in one} <= set(trail_page.FACTS)
    assert reading.broken() is None
    assert audit_trail.rows_are_as_it_tells() == []


def test_no_clock_that_runs_backwards_breaks_it(staff):
    adjust(staff)
    withholding.withhold(
        number=staff.dan.number, reason="bank", note="", by=staff.users["paula"].pk, now=at(9, 1)
    )
    assert reading.broken() is None
    assert StatusChange.objects.filter(effective_at__gt=timezone.now()).count() == 0
    assert PlanVersion.objects.exists()
