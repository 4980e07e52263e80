"""What must not change when a company is described differently, and what must change in proportion."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from commissions.core.plan import load
from commissions.core.run import run
from tests.core.world import facts_of, random_company, random_plan

SEEDS = range(60)
LINDEN = Path(__file__).resolve().parents[2] / "commissions/plans/linden.yaml"
LEVEL_PAY = 1


def plan_of(seed: int):
    return load(random_plan(Random(f"plan {seed % 12}")))


def pay(plan, company):
    """What everybody is paid, by number and bonus."""
    facts = facts_of(**company)
    items = run(plan=plan, facts=facts).items
    columns = (items.beneficiary.tolist(), items.bonus.tolist(), items.amount.tolist())
    return {
        (str(facts.people.number[who]), bonus): amount for who, bonus, amount in zip(*columns, strict=True)
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_people_and_lines_does_not_matter(seed):
    company, random = random_company(Random(seed)), Random(seed)
    shuffled = {
        **company,
        "people": random.sample(company["people"], len(company["people"])),
        "lines": random.sample(company["lines"], len(company["lines"])),
    }
    plan = plan_of(seed)
    one, other = (run(plan=plan, facts=facts_of(**c)) for c in (company, shuffled))
    assert one.output_hash() == other.output_hash()
    assert one.facts.input_hash() == other.facts.input_hash()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_unrelated_company_beside_it_changes_nothing(seed):
    company = random_company(Random(seed))
    people = [*company["people"], ("Z0", "", 0, 0), ("Z1", "Z0", 0, 0)]
    stranger = {"key": "Z/1", "seller": "Z1", "qualifying": 900_00, "commissionable": 700_00, "day": 20_400}
    memory = company["memory"] and {"title": {**company["memory"]["title"], "Z0": 0, "Z1": 0}}
    with_others = {"people": people, "lines": [*company["lines"], stranger], "memory": memory}
    plan = plan_of(seed)
    found = {key: amount for key, amount in pay(plan, with_others).items() if not key[0].startswith("Z")}
    assert found == pay(plan, company)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_order_in_two_lines_pays_what_one_line_pays(seed):
    company = random_company(Random(seed))
    parts = []
    for line in company["lines"]:
        amounts = ("qualifying", "commissionable", "price", "list_price", "distributor_price")
        half = {name: line[name] // 3 if line[name] > 0 else -(-line[name] // 3) for name in amounts}
        parts += [
            {**line, **half},
            {**line, **{n: line[n] - half[n] for n in amounts}, "key": line["key"] + "b"},
        ]
    plan = load(LINDEN.read_text(encoding="utf-8"))
    assert pay(plan, {**company, "lines": parts}) == pay(plan, company)


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_commissionable_volume_pays_twice_as_much(seed):
    company = random_company(Random(seed))
    company["lines"] = [{**line, "commissionable": line["commissionable"] // 2} for line in company["lines"]]
    doubled = [{**line, "commissionable": 2 * line["commissionable"]} for line in company["lines"]]
    plan = plan_of(seed)
    one = run(plan=plan, facts=facts_of(**company)).lines
    two = run(plan=plan, facts=facts_of(**{**company, "lines": doubled})).lines
    levels = one.bonus == 0
    assert (2 * one.base[levels] == two.base[two.bonus == 0]).all()
    assert (one.rate_ppm[levels] == two.rate_ppm[two.bonus == 0]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_inactive_person_between_changes_no_compressed_pay(seed):
    company = random_company(Random(seed))
    number, sponsor, joined, standing = company["people"][-1]
    between = [("X9", sponsor, 0, 0), (number, "X9", joined, standing)]
    memory = company["memory"] and {"title": {**company["memory"]["title"], "X9": 0}}
    longer = {**company, "people": [*company["people"][:-1], *between], "memory": memory}
    plan = load(LINDEN.read_text(encoding="utf-8"))
    levels = [
        {who: paid for (who, bonus), paid in pay(plan, c).items() if bonus == LEVEL_PAY}
        for c in (company, longer)
    ]
    assert levels[0] == levels[1]


def test_a_plan_is_not_touched_by_a_run():
    plan = plan_of(0)
    before = replace(plan)
    pay(plan, random_company(Random(1)))
    assert plan == before
