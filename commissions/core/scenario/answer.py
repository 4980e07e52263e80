"""What a played scenario answers: nested values of texts, whole numbers and truths, in a fixed order.

Money is in minor units, volumes in hundredths of a point, rates in millionths, as the engine counts them.
"""

from typing import Any

import numpy as np

from commissions.core.plan import MILLION, Plan
from commissions.core.result import Kind, Result
from commissions.core.scenario.running import Played
from commissions.core.scenario.terms import STANDINGS, Scenario
from commissions.core.scenario.values import day_text, show_number
from commissions.core.settlement import Statement
from commissions.core.terms import Pair

Told = dict[str, Any]


def tell(scenario: Scenario, played: list[Played]) -> Told:
    plan = scenario.plan
    return {
        "scenario": scenario.says,
        "plan": {
            "name": plan.name,
            "version": plan.version,
            "currency": plan.currency,
            "sha256": plan.sha256,
        },
        "units": {
            "money": f"minor units of {plan.currency}, 1 {plan.currency} is {10**plan.exponent}",
            "points": "hundredths",
            "rate": "millionths",
        },
        "names": {name: plan.units[name] for name in sorted(plan.units)},
        "periods": [tell_period(one) for one in played],
    }


def tell_period(played: Played) -> Told:
    names = played.standing.names
    return {
        "period": played.period.key,
        "first_day": day_text(played.period.first_day),
        "last_day": day_text(played.period.last_day - 1),
        "given": {name: dict(sorted(said.items())) for name, said in sorted(played.period.given.items())},
        "people": {name: tell_person(played, name) for name in sorted(names)},
        "company": tell_company(played),
    }


def tell_person(played: Played, name: str) -> Told:
    plan, result, at = played.plan, played.result, played.standing.place[name]
    memory = tell_memory(played, at)
    return {
        "status": STANDINGS[int(played.standing.standing[at])],
        "parents": {
            tree: str(played.standing.names[int(above[at])]) if above[at] >= 0 else None
            for tree, above in sorted(played.standing.parents.items())
        },
        "positions": tell_positions(played, name),
        "measures": {key: int(values[at]) for key, values in result.measures.items()},
        "statuses": {key: bool(values[at]) for key, values in sorted(result.statuses.items())},
        "rank": plan.ladder[int(result.rank[at])].name,
        "career_rank": career_rank(played, at),
        "memory": memory,
        "missing": tell_missing(played, at),
        "items": items_of(result, at),
        "shares": {key: int(values[at]) for key, values in sorted(result.shares.items()) if values[at]},
        "lines": tell_lines(played, at),
        "carry": tell_carry(played, name),
        "held": held_of(result, at),
        "released": released_of(result, at),
        "returns": {bonus: amount for (who, bonus), amount in played.corrections.items() if who == name},
        **tell_statement(played.statements.get(name)),
    }


def tell_statement(statement: Statement | None) -> Told:
    if statement is None:
        return {"gross": 0, "total": 0, "repaid": 0, "deductions": {}, "payable": 0, "waiting": 0, "debt": 0}
    return {
        "gross": statement.gross,
        "total": statement.gross + statement.returns,
        "repaid": statement.repaid,
        "deductions": dict(statement.deductions),
        "payable": statement.paid,
        "waiting": statement.account.waiting,
        "debt": statement.account.owes,
    }


def career_rank(played: Played, at: int) -> str:
    """The first memory that is a rank, as it is at the period's end; without one, the period's rank."""
    for name, memory in played.plan.memories.items():
        if memory.unit == "rank" and not memory.keeps:
            return played.plan.ladder[int(played.result.memory_after[name][at])].name
    return played.plan.ladder[int(played.result.rank[at])].name


def tell_memory(played: Played, at: int) -> Told:
    found: Told = {}
    for name, memory in played.plan.memories.items():
        if memory.keeps:
            values = played.result.state_after.windows.get(name)
            found[name] = (
                [] if values is None else [_known(played.plan, v, memory.unit) for v in values[at].tolist()]
            )
        else:
            found[name] = _known(played.plan, int(played.result.memory_after[name][at]), memory.unit)
    return found


def _known(plan: Plan, value: int, unit: str) -> Any:
    if unit == "rank":
        return plan.ladder[value].name
    return bool(value) if unit == "truth" else value


def tell_missing(played: Played, at: int) -> Told:
    """Of every rank that was not reached: what each of its requirements asks and what there is."""
    plan, have = played.plan, played.result.have[at].tolist()
    found: Told = {}
    if "rank" in played.period.given.get(played.standing.names[at], {}):
        return found  # the rank was given, whatever it asks
    for requirement, had in zip(plan.requirements, have, strict=True):
        if had < requirement.need and requirement.rank > played.result.rank[at]:
            found.setdefault(plan.ladder[requirement.rank].name, []).append(
                {
                    "requirement": requirement.text,
                    "label": requirement.label,
                    "unit": requirement.unit,
                    "have": int(had),
                    "need": requirement.need,
                    "missing": requirement.need - int(had),
                }
            )
    return found


def items_of(result: Result, at: int) -> dict[str, int]:
    """What each bonus pays somebody, in the plan's order."""
    items = result.items
    start, stop = np.searchsorted(items.beneficiary, [at, at + 1]).tolist()
    mine = dict(zip(items.bonus[start:stop].tolist(), items.amount[start:stop].tolist(), strict=True))
    return {result.plan.bonuses[bonus].name: mine[bonus] for bonus in sorted(mine)}


def rows_of(result: Result, at: int) -> range:
    """The indexes of somebody's lines."""
    start, stop = np.searchsorted(result.lines.beneficiary, [at, at + 1]).tolist()
    return range(start, stop)


def tell_lines(played: Played, at: int) -> list[Told]:
    return [tell_line(played, row) for row in rows_of(played.result, at)]


def tell_line(played: Played, row: int) -> Told:
    plan, lines, source = played.plan, played.result.lines, int(played.result.lines.source[row])
    return {
        "bonus": plan.bonuses[int(lines.bonus[row])].name,
        "kind": Kind(int(lines.kind[row])).name.lower(),
        "order": order_of(played, source),
        "from": played.standing.names[int(lines.origin[row])] if lines.origin[row] >= 0 else None,
        "level": int(lines.level[row]),
        "depth": int(lines.depth[row]),
        "base": int(lines.base[row]),
        "rate": int(lines.rate_ppm[row]),
        "amount": show_number(int(lines.whole[row]) * MILLION + int(lines.micro[row]), 6),
    }


def order_of(played: Played, source: int) -> str | None:
    """The id of the order that a line was paid for."""
    return str(played.facts.lines.key[source]).rpartition("/")[0] if source >= 0 else None


def tell_positions(played: Played, name: str) -> Told:
    return {
        tree: [key for key, owner in owners.items() if owner == name]
        for tree, owners in played.owners.items()
    }


def tell_carry(played: Played, name: str) -> Told:
    """By pair bonus and position: what is carried to the next period, by slot."""
    found: Told = {}
    for bonus in played.plan.bonuses:
        if isinstance(bonus.how, Pair) and bonus.name in played.result.state_after.carry:
            keys = played.standing.positions[bonus.how.along].key.tolist()
            slots = played.plan.trees[bonus.how.along].slots
            values = played.result.state_after.carry[bonus.name]
            mine = [row for row, key in enumerate(keys) if played.owners[bonus.how.along][key] == name]
            found[bonus.name] = {
                keys[row]: dict(zip(slots, values[row].sum(axis=1).tolist(), strict=True)) for row in mine
            }
    return found


def held_of(result: Result, at: int) -> dict[str, int]:
    """What waits until a test is met, by bonus."""
    found = {
        bonus: sum(amount for who, amount, _ in said if who == at)
        for bonus, said in result.state_after.held.items()
    }
    return {bonus: amount for bonus, amount in sorted(found.items()) if amount}


def released_of(result: Result, at: int) -> dict[str, int]:
    lines = result.lines
    found: dict[str, int] = {}
    for row in rows_of(result, at):
        if lines.kind[row] == Kind.RELEASED:
            name = result.plan.bonuses[int(lines.bonus[row])].name
            found[name] = found.get(name, 0) + int(lines.whole[row])
    return found


def tell_company(played: Played) -> Told:
    result, items = played.result, played.result.items
    totals: dict[str, int] = {bonus.name: 0 for bonus in played.plan.bonuses}
    for bonus, amount in zip(items.bonus.tolist(), items.amount.tolist(), strict=True):
        totals[played.plan.bonuses[bonus].name] += amount
    statements = played.statements.values()
    return {
        "volumes": {name: int(values.sum()) for name, values in result.volumes.items()},
        "items": totals,
        "total": sum(totals.values()) + sum(played.corrections.values()),
        "payable": sum(statement.paid for statement in statements),
        "kept": dict(sorted(result.kept.items())),
        "funds": dict(sorted(result.funds.items())),
        "carried": dict(sorted(result.state_after.pools.items())),
        "written_off": sum(statement.written_off for statement in statements),
        "debts": sum(statement.account.owes for statement in statements),
    }
