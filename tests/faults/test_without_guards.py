"""The negative controls: each guard of the close taken away once, and what happens then.

Others stand beside what they control: the line that payments hold still for in tests/sales/test_races.py, the
triggers in tests/commissions/test_guards.py, the key of a posting and the one who closes in test_races.py, the claim of
a job in tests/common/test_jobs.py.
"""

import os
import signal
from contextlib import nullcontext

from commissions.models import Account, Carried, Run, Transfer
from commissions.operations import ledger, partitions, runs, sealing
from commissions.queries import audit, fingerprint
from common.operations import jobs
from distributors.models import Distributor, Placement
from distributors.operations import placing
from tests.faults import worlds


def october():
    return Run.objects.select_related("period", "plan").get(period__key=worlds.MONTH, kind="close")


# --- the run's row, locked and asked for its stage --------------------------------------------------------------------
def take_a_position_twice():
    """Somebody is owed a further position, and two workers come to promote; how many positions there are then."""
    ana = Distributor.objects.get(number="1001")
    placing.open_tree(name="line", slots=2, positions_per_person=3, top_number="1001", now=worlds.NOW)
    Carried.objects.create(run=october(), kind="position", name="line", distributor=ana, amount=1)
    Run.objects.filter(pk=october().pk).update(stage="promote")
    for _ in range(2):
        sealing._promote(october().pk, worlds.NOW)
    return Placement.objects.filter(owner=ana).count()


def test_without_the_run_s_stage_two_workers_promote_twice(world, monkeypatch):
    with world.copy(worlds.APPROVED):
        once = take_a_position_twice()
    with world.copy(worlds.APPROVED):
        monkeypatch.setattr(sealing, "_held", lambda run_id, stage: october())
        monkeypatch.setattr(sealing, "_take_turn", lambda: None)
        assert take_a_position_twice() == once + 1


# --- a state is changed only from the state it was seen in ------------------------------------------------------------
def review_a_draft_that_was_replaced():
    worlds.jobs.advance_due(now=worlds.NOW, owner="one")
    seen = october()
    runs.recompute(period_key=worlds.MONTH, by=worlds.user("paula"), now=worlds.NOW)
    try:
        runs.review(run_id=seen.pk, by=worlds.user("paula"), now=worlds.NOW)
    except runs.WrongState:
        return []
    return [problem for problem in audit.everything() if problem.startswith("P2")]


def test_without_the_condition_a_replaced_draft_comes_back(world, monkeypatch):
    def whatever_it_is(run_id, states, **fields):
        return bool(Run.objects.filter(pk=run_id).update(**fields))

    for damage, move in ((0, runs._move), (1, whatever_it_is)):
        with world.copy(worlds.OPEN):
            worlds.periods.close(key=worlds.MONTH, by=None, now=worlds.NOW)
            monkeypatch.setattr(runs, "_move", move)
            assert len(review_a_draft_that_was_replaced()) == damage


# --- what is posted is what was approved ------------------------------------------------------------------------------
def change_an_item_and_seal():
    """Somebody with the database's password gives himself more after the approval, line and item alike."""
    item = october().items.filter(corrects_period="").first()
    october().items.filter(pk=item.pk).update(amount=item.amount + 100_000)
    line = october().lines.filter(distributor=item.distributor_id, bonus=item.bonus).first()
    october().lines.filter(pk=line.pk).update(whole=line.whole + 100_000)
    before = Account.objects.filter(kind="payable", owner=item.distributor_id).values_list(
        "balance", flat=True
    )
    was = sum(before)
    jobs.advance_due(now=worlds.NOW, owner="one")
    return sum(before.all()) - was >= 100_000


def test_without_the_approved_hash_changed_items_are_paid(world, monkeypatch):
    with world.copy(worlds.APPROVED):
        assert not change_an_item_and_seal()
        assert october().state == "draft"
    with world.copy(worlds.APPROVED):
        approved = october().approved_hash
        monkeypatch.setattr(fingerprint, "of_run", lambda **_: approved)
        assert change_an_item_and_seal()


# --- balances and transfers in one transaction ------------------------------------------------------------------------
def die_between_balances_and_transfers(monkeypatch):
    def die(self, into, currency, now):
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(ledger._Gathered, "_write", die)
    assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
    monkeypatch.undo()
    assert not Transfer.objects.filter(run=october()).exists()
    return audit.ledger()


def test_without_the_transaction_money_is_counted_and_not_posted(world, monkeypatch):
    with world.copy(worlds.APPROVED):
        assert die_between_balances_and_transfers(monkeypatch) == []
    with world.copy(worlds.APPROVED):
        monkeypatch.setattr(sealing.trail, "at_the_end", nullcontext)
        monkeypatch.setattr(sealing, "_held", lambda run_id, stage: october())
        monkeypatch.setattr(sealing, "_take_turn", lambda: None)
        monkeypatch.setattr(partitions, "keep", lambda **_: None)
        problems = die_between_balances_and_transfers(monkeypatch)
        assert any(problem.startswith("L3") for problem in problems)
