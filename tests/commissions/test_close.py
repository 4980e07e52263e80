"""A month from the line to FINAL, and everything that is refused on the way."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from commissions.models import (
    Account,
    Carried,
    Period,
    PlanVersion,
    Promotion,
    Run,
    StatementItem,
    Transfer,
)
from commissions.operations import guards, periods, promoting, runs, schedule, sealing
from commissions.operations.permissions import NotAllowed
from commissions.queries import audit, fingerprint, trail
from common.models import Job, TrailEntry
from common.trail import canonical
from sales.models import Books, Order
from tests.commissions.conftest import at, draft, finish, work

pytestmark = pytest.mark.django_db


def test_closing_draws_the_line_and_opens_the_next(october):
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    states = dict(Period.objects.values_list("key", "state"))
    assert states == {"2026-10": "closing", "2026-11": "open"}
    assert (run.state, run.number) == ("computing", 1)


def test_months_begin_at_the_company_s_midnight(october):
    period = Period.objects.get(key="2026-10")
    assert (period.starts_at, period.ends_at) == (at(9, 30, 22), at(10, 31, 23))


def test_closing_shuts_the_books(october):
    periods.close(key="2026-10", by=None, now=at(11, 2))
    assert Books.objects.get().shut_until == Period.objects.get(key="2026-10").ends_at


def test_a_late_payment_counts_in_the_next_month(october):
    periods.close(key="2026-10", by=None, now=at(11, 2))
    late = october.sell("eva", 1, at(10, 30))
    assert Order.objects.get(pk=late.pk).booked_at == Period.objects.get(key="2026-10").ends_at


def test_a_job_computes_the_draft(october):
    run = draft()
    assert (run.state, run.stage) == ("draft", "review")
    assert run.total == sum(StatementItem.objects.filter(run=run).values_list("amount", flat=True)) > 0
    assert run.order_count == 8


def test_the_stored_rows_hash_to_what_was_computed(october):
    run = draft()
    assert fingerprint.of_run(run_id=run.pk) == run.output_hash


def test_computing_again_gives_the_same_hashes(october, cast):
    first = draft()
    second = runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 2, 15))
    work(at(11, 2, 15))
    second.refresh_from_db()
    assert (second.input_hash, second.output_hash) == (first.input_hash, first.output_hash)
    assert second.number == 2


def kept(run):
    run.refresh_from_db()
    return run.state, run.items.exists(), run.lines.exists(), run.snapshots.exists()


def test_the_draft_before_is_kept_and_of_older_ones_their_items(october, cast):
    first = draft()
    for hour in (15, 16):
        second = Run.objects.latest("number")
        runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 2, hour))
        work(at(11, 2, hour))
    assert kept(first) == ("superseded", True, False, False)
    assert kept(second) == ("superseded", True, True, True)
    finish(cast, Run.objects.latest("number"))
    assert kept(second) == ("superseded", True, False, False)


def test_a_second_close_is_refused(october):
    draft()
    with pytest.raises(periods.PeriodNotOpen, match="already closing"):
        periods.close(key="2026-10", by=None, now=at(11, 2))


def test_a_month_that_is_not_over_cannot_be_closed(october):
    with pytest.raises(periods.PeriodNotOver):
        periods.close(key="2026-10", by=None, now=at(10, 31, 22))


def test_the_moment_it_is_over_it_can(october):
    assert periods.close(key="2026-10", by=None, now=at(10, 31, 23)).pk


@pytest.mark.parametrize("key", ["2026-12", "2025-01"])
def test_a_month_that_has_not_begun_cannot_be_closed(october, key):
    with pytest.raises(periods.UnknownPeriod):
        periods.close(key=key, by=None, now=at(12, 31))


@pytest.mark.parametrize("key", ["october", "2026-13", "2026-1", "", "２０２６-10"])
def test_a_key_that_is_no_month_is_refused(october, key):
    with pytest.raises(periods.BadKey):
        periods.close(key=key, by=None, now=at(11, 2))


def test_a_month_without_orders_closes(plan, cast):
    periods.open_first(key="2026-10", now=at(10, 1))
    run = finish(cast, draft())
    assert (run.state, run.total, run.items.count()) == ("final", 0, 0)


def test_a_month_without_people_closes(plan):
    periods.open_first(key="2026-10", now=at(10, 1))
    assert draft().state == "draft"


def test_a_run_that_cannot_be_computed_fails_and_can_be_computed_again(october, cast, monkeypatch):
    monkeypatch.setenv("FAILPOINT", "run.check:raise")
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    for hour in range(5):
        work(at(11, 2, 12 + hour))
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "common.operations.failpoints.Broken: run.check")
    monkeypatch.delenv("FAILPOINT")
    again = runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 3))
    work(at(11, 3))
    again.refresh_from_db()
    assert again.state == "draft"


@pytest.mark.parametrize("state", ["done", None])
def test_a_run_that_has_no_job_gets_one_again(october, state):
    """The job's row was deleted, or came from a copy of the table that says it was done."""
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    mine = Job.objects.filter(kind="run", subject=str(run.pk))
    if state:
        mine.update(state=state)
    else:
        mine.delete()
    work(at(11, 2, 1))
    assert Run.objects.get(pk=run.pk).state == "computing", "nobody works on it without a job"
    schedule.tick(now=at(11, 2, 2), owner="a test")
    schedule.tick(now=at(11, 2, 3), owner="a test")
    assert Run.objects.get(pk=run.pk).state == "draft"
    schedule.tick(now=at(11, 2, 4), owner="a test")
    assert mine.count() == (2 if state else 1), "a draft waits for people"


def test_a_run_whose_job_was_given_up_is_left_to_people(october):
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    mine = Job.objects.filter(kind="run", subject=str(run.pk))
    mine.update(state="failed", attempts=5)
    schedule.enqueue_due(now=at(11, 2, 1))
    assert mine.count() == 1


def test_a_contradiction_fails_the_run(october, monkeypatch):
    monkeypatch.setattr(runs.computing, "problems", lambda computed: ["An item is not its lines"])
    run = draft()
    assert (run.state, run.error, run.items.exists()) == ("failed", "An item is not its lines", False)


# --- four eyes ----------------------------------------------------------------------------------------------


def test_reviewed_and_approved_it_is_final(october, cast):
    run = finish(cast, draft())
    assert (run.state, run.stage) == ("final", "done")
    assert Period.objects.get(key="2026-10").state == "closed"
    assert audit.everything() == []


def test_who_reviewed_cannot_approve(october, cast):
    run = draft()
    quinn = cast.users["quinn"].pk
    runs.review(run_id=run.pk, by=quinn, now=at(11, 3))
    with pytest.raises(runs.SamePerson):
        runs.approve(run_id=run.pk, by=quinn, typed_total=run.total, now=at(11, 3))


def test_who_prepared_cannot_approve(october, cast):
    quinn = cast.users["quinn"].pk
    run = periods.close(key="2026-10", by=quinn, now=at(11, 2))
    work(at(11, 2))
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 3))
    run.refresh_from_db()
    with pytest.raises(runs.SamePerson):
        runs.approve(run_id=run.pk, by=quinn, typed_total=run.total, now=at(11, 3))


@pytest.mark.parametrize("name", ["rolf", "eva"])
def test_without_the_right_nobody_reviews(october, cast, name):
    run = draft()
    with pytest.raises(NotAllowed):
        runs.review(run_id=run.pk, by=cast.users[name].pk, now=at(11, 3))


def test_without_the_right_nobody_approves(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["quinn"].pk, now=at(11, 3))
    with pytest.raises(NotAllowed):
        runs.approve(run_id=run.pk, by=cast.users["paula"].pk, typed_total=run.total, now=at(11, 3))


def test_a_draft_nobody_reviewed_cannot_be_approved(october, cast):
    run = draft()
    with pytest.raises(runs.WrongState):
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=at(11, 3))


def test_the_typed_total_has_to_be_right(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 3))
    with pytest.raises(runs.WrongTotal):
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total + 1, now=at(11, 3))


def test_what_is_sent_back_is_a_draft_with_a_reason(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 3))
    runs.send_back(run_id=run.pk, reason="Order P000003 is missing", by=cast.users["quinn"].pk, now=at(11, 3))
    run.refresh_from_db()
    assert (run.state, run.reviewed_by_id, run.note) == ("draft", None, "Order P000003 is missing")


def test_rows_changed_after_approval_void_it(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 3))
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=at(11, 3))
    line = run.lines.first()
    run.lines.filter(pk=line.pk).update(whole=line.whole + 1)
    work(at(11, 3))
    run.refresh_from_db()
    assert (run.state, run.approved_by_id, Transfer.objects.count()) == ("draft", None, 0)


def of_a_person(run):
    run.snapshots.filter(distributor__number="1003").update(title=1)


def of_what_is_carried(run):
    Carried.objects.create(run=run, kind="pool", name="level_pay", amount=500)


def of_the_plan(run):
    PlanVersion.objects.update(document=Concat("document", Value("ledger: {}")))


def of_who_prepared(run):
    run.__class__.objects.filter(pk=run.pk).update(prepared_by=None)


@pytest.mark.parametrize("changed", [of_a_person, of_what_is_carried, of_the_plan, of_who_prepared])
def test_whatever_else_is_changed_after_approval_voids_it(october, cast, changed):
    """Ranks and what is carried over, the plan by which it is posted, who answered for it."""
    paula, quinn = cast.users["paula"].pk, cast.users["quinn"].pk
    run = periods.close(key="2026-10", by=paula, now=at(11, 2))
    work(at(11, 2))
    runs.review(run_id=run.pk, by=paula, now=at(11, 3))
    run.refresh_from_db()
    runs.approve(run_id=run.pk, by=quinn, typed_total=run.total, now=at(11, 3))
    changed(run)
    work(at(11, 3))
    run.refresh_from_db()
    assert (run.state, run.approved_by_id, run.error) == ("draft", None, sealing.CHANGED)
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("told_of", [False, True])
def test_an_approval_that_nobody_gave_posts_nothing(october, cast, told_of):
    """Somebody wrote it into the database itself, and an entry of the audit trail beside it, without the key."""
    run = draft()
    run.__class__.objects.filter(pk=run.pk).update(
        state="approved", stage="post", reviewed_by=cast.users["paula"], reviewed_at=at(11, 3),
        approved_by=cast.users["quinn"], approved_at=at(11, 3), approved_hash=run.output_hash,
    )  # fmt: skip
    if told_of:
        run.refresh_from_db()
        *_, said = trail.of_run(run=run)
        last = TrailEntry.objects.order_by("-number")[0]
        TrailEntry.objects.create(
            number=last.number + 1, at=said.at, what=said.what, who=said.who, kind=said.kind, key=said.key,
            facts=canonical(facts=said.facts), signed_with=last.signed_with, previous=last.hash, hash="f" * 64,
        )  # fmt: skip
    schedule.enqueue_due(now=at(11, 3))
    work(at(11, 3))
    run.refresh_from_db()
    assert (run.state, run.approved_by_id, Transfer.objects.count()) == ("draft", None, 0)


def test_items_changed_before_approval_are_refused(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(11, 3))
    item = run.items.first()
    run.items.filter(pk=item.pk).update(amount=item.amount + 1)
    with pytest.raises(runs.Changed):
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=at(11, 3))


def test_an_approved_run_cannot_be_computed_again(october, cast):
    finish(cast, draft())
    with pytest.raises(runs.WrongState):
        runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 4))


def test_months_become_final_in_their_order(october, cast):
    draft()
    november = draft("2026-11", at(12, 2))
    runs.review(run_id=november.pk, by=cast.users["paula"].pk, now=at(12, 3))
    with pytest.raises(runs.EarlierPeriod):
        runs.approve(run_id=november.pk, by=cast.users["quinn"].pk, typed_total=november.total, now=at(12, 3))


def test_a_run_computed_before_the_earlier_month_was_final_is_stale(october, cast):
    first = draft()
    november = draft("2026-11", at(12, 2))
    finish(cast, first, at(12, 3))
    runs.review(run_id=november.pk, by=cast.users["paula"].pk, now=at(12, 4))
    with pytest.raises(runs.EarlierPeriod, match="recompute"):
        runs.approve(run_id=november.pk, by=cast.users["quinn"].pk, typed_total=november.total, now=at(12, 4))


# --- what a final month leaves -------------------------------------------------------------------------------


def test_every_item_is_posted_to_its_person(october, cast):
    run = finish(cast, draft())
    for item in run.items.all():
        key = f"comm:2026-10:{run.plan.name}:{item.bonus}:{item.distributor.number}"
        assert Transfer.objects.get(key=key).amount == item.amount


def test_payable_holds_what_the_statement_says(october, cast):
    run = finish(cast, draft())
    mine = sum(run.items.filter(distributor=cast.dan).values_list("amount", flat=True))
    assert Account.objects.get(kind="payable", owner=cast.dan).balance == mine > 0


def test_the_clearing_of_the_month_is_empty(october, cast):
    finish(cast, draft())
    assert Account.objects.get(kind="clearing", name="2026-10").balance == 0


def test_career_ranks_rise_and_are_remembered(october, cast):
    run = finish(cast, draft())
    risen = Promotion.objects.filter(run=run)
    assert {row.distributor.career_rank for row in risen} == {row.rank for row in risen}
    assert risen.get(distributor=cast.ben).rank == "Builder"


def test_promoting_twice_promotes_once(october, cast):
    run = finish(cast, draft())
    assert Promotion.objects.filter(run=run).exists()
    before = list(Promotion.objects.order_by("pk").values())
    type(cast.ben).objects.filter(pk=cast.ben.pk).update(career_rank="")
    # The rank is written again; that it was reached is not told again.
    guards.lift()
    assert promoting.promote(run=run) == 1
    assert promoting.promote(run=run) == 0
    assert list(Promotion.objects.order_by("pk").values()) == before


def test_a_title_outlasts_a_month_without_sales(october, cast):
    first = finish(cast, draft())
    second = finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    was = first.snapshots.get(distributor=cast.ben)
    now = second.snapshots.get(distributor=cast.ben)
    assert now.title == was.title > now.rank


def test_a_title_from_before_the_first_month_counts(october, cast):
    type(cast.gus).objects.filter(pk=cast.gus.pk).update(career_rank="Senior Leader")
    had = draft().snapshots.get(distributor=cast.gus)
    assert (had.title, had.rank) == (3, 0)


def test_who_came_with_a_title_is_not_promoted_to_less(october, cast):
    type(cast.ben).objects.filter(pk=cast.ben.pk).update(career_rank="Director")
    finish(cast, draft())
    cast.ben.refresh_from_db()
    assert cast.ben.career_rank == "Director"


def test_the_job_that_is_woken_again_does_nothing(october, cast):
    run = finish(cast, draft())
    before = Transfer.objects.count()
    assert not runs.advance(run_id=run.pk, now=at(11, 5))
    assert Transfer.objects.count() == before


def test_jobs_are_done_and_their_progress_kept(october, cast):
    finish(cast, draft())
    assert set(Job.objects.filter(kind="run").values_list("state", flat=True)) == {"done"}


def test_a_suspended_person_earns_nothing_in_the_next_draft(october, cast):
    draft()
    type(cast.dan).objects.filter(pk=cast.dan.pk).update(status="suspended")
    runs.recompute(period_key="2026-10", by=cast.users["paula"].pk, now=at(11, 2, 15))
    work(at(11, 2, 15))
    latest = Run.objects.get(kind="close", number=2)
    assert not latest.items.filter(distributor=cast.dan).exists()
