"""A wrong close is put right: computed again from corrected facts, answered for by two, posted as differences."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from commissions.models import Account, Line, Run, StatementItem, Transfer
from commissions.operations import correcting, guards, ledger, periods, plans, recomputing, runs, sealing
from commissions.operations.permissions import NotAllowed
from commissions.queries import audit, counting, order_reasons
from tests.commissions.conftest import PLAN, START, at, draft, finish, work
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def final(october, cast):
    """October is final; November is open."""
    return finish(cast, draft())


def ask(cast, run, now=None, by="paula", **wrong):
    made = correcting.ask(
        period_key="2026-10",
        plan_id=wrong.pop("plan_id", run.plan_id),
        reason="Gus ordered for a test",
        evidence="Ticket 12",
        by=cast.users[by].pk,
        now=now or at(11, 10),
        **wrong,
    )
    work(now or at(11, 10))
    made.refresh_from_db()
    return made


def without(cast, name="gus"):
    return {"without_orders": [cast.people[name].sales.get().number]}


def sums(person, **filters):
    items = StatementItem.objects.filter(distributor=person, **filters)
    return dict(items.order_by("bonus").values_list("bonus", "amount"))


def payable(person):
    return Account.objects.filter(owner=person, kind="payable").values_list("balance", flat=True).first() or 0


def test_only_differences_are_posted_and_in_the_open_month(final, cast):
    before = {name: payable(person) for name, person in cast.people.items()}
    transfers = set(final.transfers.values_list("key", "amount"))
    run = finish(cast, ask(cast, final, **without(cast)), at(11, 11))
    assert (run.state, run.correcting.posted_in.key, run.turn) == (Run.State.POSTED, "2026-11", 1)
    differences = StatementItem.objects.filter(run=run, corrects_period="2026-10")
    assert run.total == sum(differences.values_list("amount", flat=True)) < 0
    for name, person in cast.people.items():
        change = sum(differences.filter(distributor=person).values_list("amount", flat=True))
        assert payable(person) == before[name] + change, name
    ben = sums(cast.ben, run=run, corrects_period="2026-10")
    posted = Transfer.objects.get(key=f"corr:2026-10:1:level_pay:{cast.ben.number}")
    assert (posted.amount, posted.period.key) == (-ben["level_pay"], "2026-11")
    # What was final stands as it was.
    assert set(final.transfers.values_list("key", "amount")) == transfers
    assert audit.everything() == []
    assert recomputing.again(period_key="2026-10").same


def test_the_order_that_should_not_have_counted_says_what_it_paid_and_that_it_was_taken_back(final, cast):
    number = without(cast)["without_orders"][0]
    before = order_reasons.of_order(person_id=cast.ben.pk, number=number).paid
    assert sum(one.amount for one in before) > 0
    asked = ask(cast, final, **without(cast))
    assert order_reasons.of_order(person_id=cast.ben.pk, number=number).paid == before
    finish(cast, asked, at(11, 11))
    after = order_reasons.of_order(person_id=cast.ben.pk, number=number).paid
    assert after[: len(before)] == before
    assert sum(one.amount for one in after) == 0
    assert {(one.key, one.corrects) for one in after[len(before) :]} == {("2026-11", "2026-10")}
    page = cast.client("ben").get("/earnings/order/", {"number": number}).content.decode()
    assert "What it paid you was taken back" in page
    assert "Gus ordered for a test" in page
    other = cast.dan.sales.get().number
    # Without Gus's order Ben is no Builder: what Dan's paid him is corrected, and is not taken back.
    kept = order_reasons.of_order(person_id=cast.ben.pk, number=other).paid
    assert sum(one.amount for one in kept) > 0
    assert [one.by_correction for one in kept] == [False, True]


def test_what_counts_as_corrected_is_what_that_month_would_have_paid(october, cast):
    """The same as if Gus had never ordered: played on another database it would be the first draft."""
    unwanted = without(cast)
    run = finish(cast, ask(cast, finish(cast, draft()), **unwanted), at(11, 11))
    order = Line.objects.filter(run=run, order_line__order__number=unwanted["without_orders"][0])
    assert not order.exists()
    for person in cast.people.values():
        own = sums(person, run=run, corrects_period="")
        posted = {}
        for items in (sums(person, run__state="final"), sums(person, run=run, corrects_period="2026-10")):
            for bonus, amount in items.items():
                posted[bonus] = posted.get(bonus, 0) + amount
        assert {bonus: amount for bonus, amount in posted.items() if amount} == own


def test_another_version_of_the_plan_another_sponsor_and_another_standing(final, cast):
    raised = PLAN.read_text().replace("version: 1", "version: 2", 1).replace("Partner: 6%", "Partner: 7%", 1)
    version = plans.adopt(document=raised, now=at(11, 5))
    run = ask(cast, final, plan_id=version.pk)
    assert run.total > 0
    correcting.give_up(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 10))
    moved = ask(cast, final, sponsors={cast.finn.number: cast.gus.number})
    assert sums(cast.gus, run=moved, corrects_period="2026-10").get("level_pay", 0) > 0
    correcting.give_up(run_id=moved.pk, by=cast.users["paula"].pk, now=at(11, 10))
    stood = ask(cast, final, standing={cast.ben.number: 1})
    assert sum(sums(cast.ben, run=stood, corrects_period="2026-10").values()) == -sum(
        sums(cast.ben, run=final).values()
    )


def test_a_circle_of_sponsors_is_told_and_posts_nothing(final, cast):
    run = ask(cast, final, sponsors={cast.ben.number: cast.finn.number})
    assert run.state == Run.State.FAILED
    assert run.error


def test_two_people_answer_for_it_and_the_asker_is_neither(final, cast):
    run = ask(cast, final, **without(cast))
    with pytest.raises(NotAllowed):
        runs.review(run_id=run.pk, by=cast.users["eva"].pk, now=at(11, 11))
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 11))
    with pytest.raises(runs.WrongTotal):
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total + 1, now=at(11, 11))
    with pytest.raises(NotAllowed):
        runs.approve(run_id=run.pk, by=cast.users["paula"].pk, typed_total=run.total, now=at(11, 11))


def test_what_differs_from_what_was_approved_is_not_posted(final, cast):
    run = ask(cast, final, **without(cast))
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 11))
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=at(11, 11))
    item = run.items.filter(corrects_period="2026-10").first()
    StatementItem.objects.filter(pk=item.pk).update(amount=item.amount + 1)
    work(at(11, 11))
    run.refresh_from_db()
    assert (run.state, run.approved_hash) == (Run.State.DRAFT, "")
    assert not run.transfers.exists()


def test_posted_once_however_often_it_is_advanced(final, cast):
    run = finish(cast, ask(cast, final, **without(cast)), at(11, 11))
    count = Transfer.objects.count()
    assert not runs.advance(run_id=run.pk, now=at(11, 12))
    ledger.post_correction(run=run, open_period=run.correcting.posted_in, now=at(11, 12))
    assert Transfer.objects.count() == count


def test_it_is_immutable_once_posted(final, cast):
    run = finish(cast, ask(cast, final, **without(cast)), at(11, 11))
    for statement in (
        f"UPDATE commissions_statementitem SET amount = 1 WHERE run_id = {run.pk}",
        f"DELETE FROM commissions_line WHERE run_id = {run.pk}",
        f"UPDATE commissions_correcting SET reason = 'x' WHERE run_id = {run.pk}",
        f"UPDATE commissions_run SET total = 0 WHERE id = {run.pk}",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_later_returns_and_a_second_correction_work_against_the_first(final, october, cast):
    october.take_back(cast.finn.sales.get(), 3, at(11, 5))
    finish(cast, ask(cast, final, **without(cast)), at(11, 11))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert audit.everything() == []
    # Eva's customer's order too should not have counted; Finn's has come back in part meanwhile.
    unwanted = without(cast)["without_orders"] + without(cast, "dan")["without_orders"]
    second = finish(cast, ask(cast, final, at(12, 10), without_orders=unwanted), at(12, 11))
    assert (second.turn, second.correcting.against.turn) == (2, 1)
    assert Transfer.objects.filter(key__startswith="corr:2026-10:3:").exists()
    assert audit.everything() == []
    # Everything that counted comes back: nothing is left of October.
    for name in ("finn", "eva", "cleo", "ben", "ana"):
        for order in cast.people[name].sales.all():
            left = order.lines.get().quantity - (3 if name == "finn" else 0)
            october.take_back(order, left, at(12, 20))
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    assert audit.everything() == []
    for person in cast.people.values():
        posted = StatementItem.objects.filter(
            distributor=person, run__state="final", run__period__key="2026-10"
        )
        about = StatementItem.objects.filter(distributor=person, corrects_period="2026-10").exclude(
            run__state__in=["superseded", "estimate"]
        )
        amounts = [*posted.values_list("amount", flat=True), *about.values_list("amount", flat=True)]
        assert sum(amounts) == 0, person.number
    for key in ("2026-10", "2026-11", "2026-12"):
        assert recomputing.again(period_key=key).same, key
    assert [one.other for one in recomputing.corrections(period_key="2026-10")] == [(), ()]


@pytest.mark.parametrize("way", ["average_rate", "recompute_while_open"])
def test_in_every_way_of_taking_back(shop, cast, way):
    plans.adopt(document=PLAN.read_text().replace("original_amounts", way), now=START)
    periods.open_first(key="2026-10", now=at(10, 1))
    for seller, pieces in (("eva", 4), ("dan", 5), ("finn", 10), ("cleo", 4), ("ben", 4), ("gus", 4)):
        shop.sell(seller, pieces, at(10, 10))
    final = finish(cast, draft())
    shop.take_back(cast.finn.sales.get(), 4, at(11, 5))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    finish(cast, ask(cast, final, at(12, 10), **without(cast)), at(12, 11))
    assert audit.everything() == []
    shop.take_back(cast.finn.sales.get(), 6, at(12, 20))
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    assert audit.everything() == []
    assert recomputing.again(period_key="2026-12").same


def test_a_draft_that_did_not_see_the_correction_cannot_be_approved(final, october, cast):
    """And the other way round: a correction that did not see a month become final."""
    october.take_back(cast.finn.sales.get(), 3, at(11, 5))
    correction = ask(cast, final, **without(cast))
    november = draft("2026-11", at(12, 2))
    finish(cast, correction, at(12, 3))
    runs.review(run_id=november.pk, by=cast.users["paula"].pk, now=at(12, 4))
    with pytest.raises(runs.EarlierPeriod):
        runs.approve(run_id=november.pk, by=cast.users["quinn"].pk, typed_total=november.total, now=at(12, 4))
    again = runs.recompute(period_key="2026-11", by=cast.users["paula"].pk, now=at(12, 4))
    work(at(12, 4))
    second = ask(cast, final, at(12, 4), **without(cast, "ben"))
    finish(cast, again, at(12, 5))
    runs.review(run_id=second.pk, by=cast.users["paula"].pk, now=at(12, 6))
    with pytest.raises(runs.EarlierPeriod):
        runs.approve(run_id=second.pk, by=cast.users["quinn"].pk, typed_total=second.total, now=at(12, 6))
    correcting.again(run_id=second.pk, by=cast.users["paula"].pk, now=at(12, 6))
    work(at(12, 6))
    finish(cast, second, at(12, 7))
    assert audit.everything() == []


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("snapshot", "rank = rank + 1", "snapshots or what is carried"),
        ("line", "level = level + 1", "the stored items and lines"),
        ("run", "input_hash = '0'", "the input"),
        ("run", "engine_hash = '0'", "what is computed"),
    ],
)
def test_a_posted_correction_is_computed_again_beside_its_month(final, cast, capsys, table, change, said):
    run = finish(cast, ask(cast, final, **without(cast)), at(11, 11))
    call_command("recompute", "2026-10")
    assert "correction 1, Linden 1: the same" in capsys.readouterr().out
    guards.lift()
    where = "id" if table == "run" else "run_id"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE commissions_{table} SET {change} WHERE {where} = %s", [run.pk])
    with pytest.raises(CommandError, match="a correction of it is not"):
        call_command("recompute", "2026-10")
    assert f"correction 1, Linden 1: other: {said}" in capsys.readouterr().out


def test_without_that_check_a_return_is_taken_back_twice(final, october, cast, monkeypatch):
    october.take_back(cast.finn.sales.get(), 3, at(11, 5))
    correction = ask(cast, final, **without(cast, "finn"))
    november = draft("2026-11", at(12, 2))
    monkeypatch.setattr(sealing, "is_stale", lambda run: False)
    finish(cast, correction, at(12, 3))
    finish(cast, november, at(12, 4))
    assert any(problem.startswith("P3") for problem in audit.everything())


def test_one_correction_at_a_time(final, cast):
    ask(cast, final, **without(cast))
    with pytest.raises(correcting.CannotCorrect, match="under way"):
        ask(cast, final, **without(cast, "ben"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"without_orders": ["NONE"]}, "without_orders"),
        ({"sponsors": {"1002": "9"}}, "sponsors"),
        ({"standing": {"9": 1}}, "standing"),
        ({"standing": {"1002": 7}}, "standing"),
        ({"plan_id": 0}, "plan"),
    ],
)
def test_what_is_named_has_to_be_there(final, cast, wrong, field):
    with pytest.raises(correcting.CannotCorrect) as error:
        ask(cast, final, **wrong)
    assert error.value.field == field


def test_a_month_that_is_not_final_is_not_corrected(october, cast):
    run = draft()
    with pytest.raises(correcting.CannotCorrect, match="not final"):
        ask(cast, run)
    assert counting.last_turn() == 0
