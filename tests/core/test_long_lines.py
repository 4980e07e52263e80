"""Walks without a last level: whoever can never be paid is not visited, however long the line."""

from dataclasses import replace

import numpy as np
import pytest

from commissions.core.bonuses import climb
from commissions.core.facts import Facts, OrderLines, People
from commissions.core.run import run
from commissions.core.values import Overflowing
from tests.core.by_hand import plan_of

LONG = 2_000
KEPT = "earner: rank >= C, if_not_earned: kept_by_company"
WALKS = {
    "unlimited": "{along: sponsor, counts: levels, first: 1, last: unlimited, compression: none}",
    "infinity": "{along: sponsor, counts: levels, first: 9, last: unlimited, compression: none, blocker: rank >= C, "
    "tail: 9 levels}",
    "generations": "{along: sponsor, counts: generations, convention: starts_at_leader, leader: rank >= C, first: 1, "
    "last: unlimited, each_step_pays: first_earner, own_volume: not_paid}",
    "their own leaders": "{along: sponsor, counts: generations, convention: starts_at_earner, "
    "leader: rank >= earner.rank, first: 1, last: unlimited, each_step_pays: every_earner, own_volume: not_paid}",
    "nothing": "{along: sponsor, counts: nothing, own_volume: pays_seller}",
}


def line_of_people(leaders: tuple[int, ...]) -> Facts:
    """Each under the one before; the last sells."""
    step = np.zeros(LONG, np.int64)
    step[list(leaders)] = 2
    one = np.array([10_000], np.int64)
    nothing = np.zeros(1, np.int64)
    return Facts(
        period="2025-11",
        first_day=20_393,
        last_day=20_423,
        people=People(
            number=np.char.zfill(np.arange(LONG).astype(np.str_), 5),
            sponsor=np.arange(LONG) - 1,
            joined=np.zeros(LONG, np.int64),
            standing=np.zeros(LONG, np.int8),
            memory={},
            inputs={"step": step},
        ),
        lines=OrderLines(
            key=np.array(["O1"]),
            seller=np.array([LONG - 1], np.int64),
            by_customer=np.array([False]),
            qualifying=nothing,
            commissionable=one,
            price=nothing,
            list_price=nothing,
            distributor_price=nothing,
            day=np.array([20_400], np.int64),
            reversal=np.array([False]),
        ),
    )


@pytest.mark.parametrize("kind", WALKS)
def test_only_who_may_be_paid_is_visited(kind, monkeypatch):
    """Two of two thousand may be paid: the walk makes two hops and finds nobody on the third."""
    hops = []
    move = climb._Hop.move

    def counted(hop):
        hops.append(1)
        return move(hop)

    monkeypatch.setattr(climb._Hop, "move", counted)
    plan = plan_of(f"  x: {{on: cv, walk: {WALKS[kind]}, rate: 1%, {KEPT}}}")
    result = run(plan=plan, facts=line_of_people(leaders=(0, 1_000)))
    assert 1 <= len(hops) <= 3
    assert set(result.lines.beneficiary.tolist()) <= {0, 1_000}
    assert len(result.lines) >= 1


DIFFERENCE = "difference: {{who_blocks: {who}, blockers: everyone, negative_gap: zero_per_leg}}"


@pytest.mark.parametrize("who", ["front_line", "highest_on_path", "seller_only"])
def test_only_who_has_a_higher_rate_is_visited(who, monkeypatch):
    """Everybody earns; the rates rise at the 1,000th and nowhere above: 5 %, then 10 %."""
    hops = []
    move = climb._Hop.move
    monkeypatch.setattr(climb._Hop, "move", lambda hop: hops.append(1) or move(hop))
    gap = DIFFERENCE.format(who=who)
    kept = "earner: always, if_not_earned: kept_by_company"
    bonus = f"  x: {{on: cv, walk: {WALKS['nothing']}, rate: by_rank, {gap}, {kept}}}"
    result = run(plan=plan_of(bonus), facts=line_of_people(leaders=(1_000,)))
    # The seller is paid the 5 % of their own, the 1,000th the difference.
    assert result.lines.beneficiary.tolist() == [1_000, LONG - 1]
    assert result.lines.whole.tolist() == [500, 500]
    # A second walk asks what nobody earned.
    assert len(hops) <= 2 + 2


def test_levels_of_a_long_line_are_counted_exactly():
    plan = plan_of(f"  x: {{on: cv, walk: {WALKS['unlimited']}, rate: 1%, {KEPT}}}")
    result = run(plan=plan, facts=line_of_people(leaders=(0, 1_000)))
    assert result.lines.level.tolist() == [LONG - 1, LONG - 1 - 1_000]
    assert result.lines.depth.tolist() == result.lines.level.tolist()


def test_too_many_kinds_of_earners_are_refused_before_they_cost_a_night():
    """Everybody has another number: a leader would be somebody else for each."""
    facts = line_of_people(leaders=())
    inputs = {"step": np.arange(LONG)}
    many = replace(facts, people=replace(facts.people, inputs=inputs))
    walk = WALKS["their own leaders"].replace("rank >= earner.rank", "step >= earner.step")
    plan = plan_of(f"  x: {{on: cv, walk: {walk}, rate: 1%, earner: always, if_not_earned: kept_by_company}}")
    with pytest.raises(Overflowing, match="2000 kinds"):
        run(plan=plan, facts=many)
