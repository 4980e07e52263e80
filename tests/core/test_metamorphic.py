"""What must not change when a company is described differently, and what must change in proportion.

Plans are drawn from the whole format, and the facts are those of a second period, so that carried state takes part.
"""

from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest

from commissions.core.facts import GOOD, Facts, Positions
from commissions.core.measures import Overflowing
from commissions.core.plan import Plan, load
from commissions.core.result import Kind
from commissions.core.run import run
from commissions.core.taking_back import Back, Taken, take_back
from commissions.core.terms import Cap, Pair, Walk
from tests.core.world import facts_of, random_company
from tests.core.world_changes import items_by_number, proportional, scaled, shuffled, split, with_stranger
from tests.core.world_networks import story
from tests.core.world_plans import random_document

SEEDS = range(40)


@cache
def drawn(seed: int, kind: str = "any") -> tuple[Plan, Facts]:
    """A plan of some kind, and the facts of its second period."""
    text, _ = random_document(
        Random(f"metamorphic {seed}"), of_money=kind != "of points", of_everyone=kind != "of nobody else"
    )
    plan = load(proportional(text) if kind == "proportional" else text)
    told = story(f"metamorphic {seed}", plan)
    told.ceiling = 10**7
    return plan, told.next(run(plan=plan, facts=told.next(None)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_people_and_lines_in_a_file_does_not_matter(seed):
    company, random = random_company(Random(seed)), Random(seed)
    mixed = {
        **company,
        "people": random.sample(company["people"], len(company["people"])),
        "lines": random.sample(company["lines"], len(company["lines"])),
    }
    plan, _ = drawn(seed)
    try:
        one, other = (run(plan=plan, facts=alone_in_trees(plan, facts_of(**c))) for c in (company, mixed))
    except Overflowing:
        return
    assert one.output_hash() == other.output_hash()
    assert one.facts.input_hash() == other.facts.input_hash()


def alone_in_trees(plan: Plan, facts: Facts) -> Facts:
    """With nobody under anybody in the plan's other trees."""
    roots = np.full(len(facts.people), -1, np.int64)
    parents = {name: roots for name, tree in plan.trees.items() if not tree.slots and name != plan.main_tree}
    none = np.empty(0, np.int64)
    positions = {tree.name: Positions(np.empty(0, np.str_), none, none, none) for tree in plan.placements}
    return replace(facts, people=replace(facts.people, parents=parents), positions=positions)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_in_which_orders_came_does_not_matter(seed):
    plan, facts = drawn(seed)
    one, other = run(plan=plan, facts=facts), run(plan=plan, facts=shuffled(facts, Random(seed)))
    assert items_by_number(one) == items_by_number(other)
    assert one.rank.tolist() == other.rank.tolist()
    assert one.have.tolist() == other.have.tolist()
    for name, carried in one.state_after.carry.items():
        assert carried.tolist() == other.state_after.carry[name].tolist()
    assert one.state_after.held == other.state_after.held


@pytest.mark.parametrize("seed", SEEDS)
def test_an_unrelated_root_changes_nobody_elses_pay(seed):
    plan, facts = drawn(seed, kind="of nobody else")
    wider, _ = with_stranger(facts)
    assert items_by_number(run(plan=plan, facts=wider)) == items_by_number(run(plan=plan, facts=facts))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_order_in_two_lines_pays_what_one_line_pays(seed):
    plan, facts = drawn(seed, kind="proportional")
    one, two = run(plan=plan, facts=facts), run(plan=plan, facts=split(facts))
    assert items_by_number(one) == items_by_number(two)
    assert one.rank.tolist() == two.rank.tolist()
    assert {name: shares.tolist() for name, shares in one.shares.items()} == {
        name: shares.tolist() for name, shares in two.shares.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_commissionable_volume_makes_every_base_twice_as_large(seed):
    plan, facts = drawn(seed, kind="of points")
    one, two = run(plan=plan, facts=facts), run(plan=plan, facts=scaled(facts, "commissionable", 2))
    assert one.rank.tolist() == two.rank.tolist()
    plain = [at for at, bonus in enumerate(plan.bonuses) if _pays_a_share_of_cv(plan, bonus)]
    for at in plain:
        first, second = (
            np.flatnonzero((r.lines.bonus == at) & (r.lines.kind == Kind.SALE)) for r in (one, two)
        )
        assert (2 * one.lines.base[first]).tolist() == two.lines.base[second].tolist()
        for column in ("beneficiary", "source", "level", "rate_ppm"):
            assert getattr(one.lines, column)[first].tolist() == getattr(two.lines, column)[second].tolist()


def _pays_a_share_of_cv(plan: Plan, bonus) -> bool:
    how = bonus.how
    sized = {"size", "line_slices", "stack"}
    return (
        isinstance(how, Walk)
        and how.on == ("cv",)
        and getattr(how.rate, "table", "") not in sized
        and how.pays_in == "money"
        and how.rate_unit == "rate"
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_an_order_of_nothing_changes_nothing(seed):
    plan, facts = drawn(seed)
    lines = facts.lines
    if not len(lines):
        return
    nothing = {name: np.zeros(len(lines), np.int64) for name in ("qualifying", "commissionable", "price")}
    nothing |= dict.fromkeys(("list_price", "distributor_price"), nothing["price"])
    idle = replace(lines, **nothing, back={}, key=np.array([f"Z{k}" for k in lines.key], np.str_))
    both = {
        name: np.concatenate([getattr(lines, name), getattr(idle, name)])
        for name in lines.__slots__
        if name not in {"back", "order_number"}
    }
    numbers = None if lines.order_number is None else np.concatenate([lines.order_number, lines.order_number])
    back = {name: np.concatenate([values, np.zeros_like(values)]) for name, values in lines.back.items()}
    wider = replace(facts, lines=replace(lines, **both, back=back, order_number=numbers))
    assert items_by_number(run(plan=plan, facts=wider)) == items_by_number(run(plan=plan, facts=facts))


# --- what holds of every result ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_out_of_good_standing_earns(seed):
    plan, facts = drawn(seed)
    result = run(plan=plan, facts=facts)
    assert (facts.people.standing[result.items.beneficiary[result.items.amount > 0]] == GOOD).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_only_a_guarantee_takes_from_an_item(seed):
    plan, facts = drawn(seed)
    items = run(plan=plan, facts=facts).items
    guarantees = [at for at, bonus in enumerate(plan.bonuses) if bonus.shape == "guarantee"]
    assert set(items.bonus[items.amount < 0].tolist()) <= set(guarantees)


@pytest.mark.parametrize("seed", SEEDS)
def test_carried_volume_keeps_to_its_limit(seed):
    plan, facts = drawn(seed)
    result = run(plan=plan, facts=facts)
    for bonus in plan.bonuses:
        if isinstance(bonus.how, Pair):
            carried = result.state_after.carry[bonus.name]
            assert (carried >= 0).all()
            if bonus.how.carry >= 0 and bonus.valid is None:
                assert (carried.sum(axis=2) <= bonus.how.carry).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_not_touched_by_a_run(seed):
    plan, facts = drawn(seed)
    before, hashed = replace(plan), facts.input_hash()
    first = run(plan=plan, facts=facts).output_hash()
    assert (plan, facts.input_hash()) == (before, hashed)
    assert run(plan=plan, facts=facts).output_hash() == first


def test_the_plans_drawn_here_have_what_these_tests_are_about():
    """Otherwise they would hold for want of anything to hold of."""
    bonuses = [bonus for seed in SEEDS for bonus in drawn(seed)[0].bonuses]
    rules = [rule for seed in SEEDS for rule in drawn(seed)[0].group_rules]
    assert sum(isinstance(bonus.how, Pair) for bonus in bonuses) >= 5
    assert sum(bonus.shape == "guarantee" for bonus in bonuses) >= 5
    assert sum(isinstance(rule, Cap) for rule in rules) >= 5
    assert (
        sum(
            _pays_a_share_of_cv(plan, b)
            for plan in (drawn(s, kind="of points")[0] for s in SEEDS)
            for b in plan.bonuses
        )
        >= 5
    )


# --- returns ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["original_amounts", "average_rate"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_refund_of_everything_nets_to_zero(seed, way):
    plan, facts = drawn(seed)
    plan = replace(plan, ledger=replace(plan.ledger, take_back=way))
    result = run(plan=plan, facts=facts)
    everything = Back(share=dict.fromkeys(range(len(facts.lines)), 1_000_000))
    taken = take_back(plan=plan, facts=facts, result=result, back=everything, before=Taken())
    names = [bonus.name for bonus in plan.bonuses]
    for (who, bonus), amount in items_by_number(result).items():
        kinds = {Kind(k) for k in _kinds_of(result, who, bonus)}
        if kinds <= {Kind.SALE, Kind.MOST, Kind.GROUP, Kind.HELD} and Kind.SALE in kinds:
            assert taken.paid[who, names[bonus]] == -amount


def _kinds_of(result, who: str, bonus: int) -> list[int]:
    lines = result.lines
    mine = (result.facts.people.number[lines.beneficiary] == who) & (lines.bonus == bonus)
    return lines.kind[mine].tolist()
