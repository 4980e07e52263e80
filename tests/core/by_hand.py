"""Small companies whose lines can be computed in the head: one line of people, one order, one bonus."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from commissions.core.facts import Facts, Positions, State
from commissions.core.plan import Plan, load
from commissions.core.result import Kind, Result
from commissions.core.run import run
from tests.core.world import facts_of

NAMES = ("Ana", "Ben", "Cy", "Dee", "Eve")
PLAN = """
plan: {{name: Hand, version: 1, starts: 2025-01-01, currency: EUR, period: month, main_tree: sponsor,
       judged_at: end_of_period}}
trees:
  sponsor: {{parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}}
  binary: {{parent: placed, slots: [left, right], fill: chosen, under: sponsor, moves: never,
           who_leaves: stays_as_a_gap}}
inputs:
  step: {{unit: count, per: period}}
  works: {{unit: count, per: period}}
  buys: {{unit: count, per: period}}
volumes:
  cv: {{field: commissionable, unit: money, orders_of: self_and_customers, returns_count: in_period_of_return}}
measures: {{gcv: sum(cv of self and team)}}
statuses: {{active: works >= 1, buyer: buys >= 1}}
ranks:
  lower_ranks: not_required
  ladder:
    - {{name: A, needs: always}}
    - {{name: B, needs: [step >= 1]}}
    - {{name: C, needs: [step >= 2]}}
tables:
  by_rank: {{by: rank, reading: cliff, rows: {{A: 5%, B: 8%, C: 10%}}}}
  by_level: {{by: [level, rank], reading: cliff, rows: {{1: {{B: 5%}}, 2: {{C: 4%}}, 3: {{A: 3%}}}}}}
  two: {{by: rank, reading: cliff, rows: {{A: 2}}}}
  slices: {{by: line.cv, reading: marginal, rows: {{0 EUR: 10%, 60 EUR: 20%}}}}
bonuses:
{bonuses}
{rules}
ledger:
  round: {rounding}
  returns: {{take_back: original_amounts, ranks: stay, not_covered: becomes_debt}}
  smallest_payout: 0 EUR
"""


def plan_of(bonuses: str, *, rules: str = "", rounding: str = "half_up") -> Plan:
    """A plan of these bonuses. What if_not_earned says is added where it is not said."""
    return load(PLAN.format(bonuses=bonuses, rules=rules, rounding=rounding))


def company(
    orders: Sequence[tuple[str, int]],
    *,
    under: Mapping[str, str] | None = None,
    steps: Mapping[str, int] | None = None,
    idle: Sequence[str] = (),
    buyers: Sequence[str] = NAMES,
    standing: Mapping[str, int] | None = None,
    positions: Sequence[tuple[str, int, int]] = (),
    state: State | None = None,
) -> Facts:
    """Ana over Ben over Cy over Dee over Eve, unless `under` says otherwise; orders are (who, minor units).

    `positions` are (owner, index of the position above, slot).
    """
    above = under if under is not None else dict(zip(NAMES[1:], NAMES, strict=False))
    people = [(name, above.get(name, ""), 0, (standing or {}).get(name, 0)) for name in NAMES]
    lines = [
        {"key": f"O{at}", "seller": who, "commissionable": size, "qualifying": 0}
        for at, (who, size) in enumerate(orders)
    ]
    facts = facts_of(people=people, lines=lines)
    numbers = facts.people.number.tolist()
    inputs = {
        "step": np.array([(steps or {}).get(name, 0) for name in numbers], np.int64),
        "works": np.array([name not in idle for name in numbers], np.int64),
        "buys": np.array([name in buyers for name in numbers], np.int64),
    }
    columns = list(zip(*positions, strict=True)) or [(), (), ()]
    placed = Positions(
        key=np.array([f"N{at}" for at in range(len(positions))], np.str_),
        owner=np.array([numbers.index(owner) for owner in columns[0]], np.int64),
        parent=np.array(columns[1], np.int64),
        slot=np.array(columns[2], np.int64),
    )
    people_with = replace(facts.people, inputs=inputs)
    return replace(facts, people=people_with, positions={"binary": placed}, state=state or State())


def lines_of(result: Result) -> list[tuple[str, str, str, str, int, int, Fraction]]:
    """(who, bonus, kind, from whom, level, places above, amount in minor units) of each line."""
    lines, names = result.lines, [*result.facts.people.number.tolist(), ""]
    bonuses = [bonus.name for bonus in result.plan.bonuses]
    return [
        (
            names[int(lines.beneficiary[at])],
            bonuses[int(lines.bonus[at])],
            Kind(int(lines.kind[at])).name,
            names[int(lines.origin[at])],
            int(lines.level[at]),
            int(lines.depth[at]),
            int(lines.whole[at]) + Fraction(int(lines.micro[at]), 1_000_000),
        )
        for at in range(len(lines))
    ]


def paid(bonuses: str, facts: Facts) -> dict[str, Fraction]:
    """What each person gets of the lines of a plan's only bonus."""
    found: dict[str, Fraction] = {}
    for who, _, _, _, _, _, amount in lines_of(run(plan=plan_of(bonuses), facts=facts)):
        found[who] = found.get(who, Fraction(0)) + amount
    return found


def items_of(result: Result) -> dict[tuple[str, str], int]:
    """(who, bonus) to minor units."""
    items, names = result.items, result.facts.people.number.tolist()
    bonuses = [bonus.name for bonus in result.plan.bonuses]
    rows = zip(items.beneficiary.tolist(), items.bonus.tolist(), items.amount.tolist(), strict=True)
    return {(names[who], bonuses[bonus]): amount for who, bonus, amount in rows}
