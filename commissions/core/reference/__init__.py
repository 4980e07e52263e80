"""The same rules, slowly and obviously: one person, one order line, one position at a time, in Python integers.

Only tests and benchmarks import this. It shares the reading of the document with the engine and nothing else: no
arrays, no sweeps, no sums kept in two parts. Where both say the same of thousands of random companies, both are
believed. A new shape of bonus is written here too, before it is made fast.
"""

from dataclasses import dataclass

from commissions.core.facts import Facts
from commissions.core.reference.company import Company
from commissions.core.reference.payroll import Held, Payroll
from commissions.core.terms import Plan

__all__ = ["Answer", "run_reference"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What `run` answers, as plain lists and tuples."""

    volumes: dict[str, list[int]]
    measures: dict[str, list[int]]
    statuses: dict[str, list[bool]]
    rank: list[int]
    memory_after: dict[str, list[int]]
    have: list[list[int]]
    lines: list[tuple[int, ...]]  # the columns of result.Lines, in their order
    items: list[tuple[int, ...]]  # the columns of result.Items, in their order
    # State.
    carry: dict[str, list[list[list[int]]]]
    windows: dict[str, list[list[int]]]
    given: dict[str, list[int]]
    held: dict[str, list[Held]]
    pools: dict[str, int]
    funds: dict[str, int]
    kept: dict[str, int]
    shares: dict[str, list[int]]
    new_positions: dict[str, list[int]]


def run_reference(*, plan: Plan, facts: Facts) -> Answer:
    """A period, computed person by person."""
    company = Company(plan, facts)
    everybody, every_line = company.everybody, range(len(facts.lines))
    payroll = Payroll(company)
    payroll.run()
    volumes = [volume.name for volume in plan.volumes]
    alone = [name for name in plan.measures if name not in plan.caps or plan.caps[name].base != "requirement"]
    windows = [name for name, memory in plan.memories.items() if memory.keeps]
    return Answer(
        volumes={name: [company.volume(name, line) for line in every_line] for name in volumes},
        measures={name: [company.ask(p, name) for p in everybody] for name in (*volumes, *alone)},
        statuses={name: [bool(company.ask(p, name)) for p in everybody] for name in plan.statuses},
        rank=[company.ask(person, "rank") for person in everybody],
        memory_after={
            name: [company.ask(p, name) for p in everybody] for name in plan.memories if name not in windows
        },
        have=[[company.of(p, need.have) for need in plan.requirements] for p in everybody],
        lines=sorted((line.columns for line in payroll.lines), key=_order),
        items=_items(payroll),
        carry=payroll.carry,
        windows={name: [company.window(p, name, before=False) for p in everybody] for name in windows},
        given=payroll.given,
        held=payroll.held,
        pools={name: size for name, size in payroll.pools.items() if size},
        funds=payroll.funds,
        kept={name: size // 1_000_000 for name, size in payroll.kept.items() if size // 1_000_000},
        shares=payroll.shares,
        new_positions={name: sorted(people) for name, people in payroll.wanted.items() if people},
    )


def _order(line: tuple[int, ...]) -> tuple[int, ...]:
    """By beneficiary, bonus, kind, source, origin, level and rate."""
    return (line[1], line[0], line[9], line[2], line[10], line[3], line[6], *line)


def _items(payroll: Payroll) -> list[tuple[int, ...]]:
    keys = sorted({(line.beneficiary, line.bonus) for line in payroll.lines})
    found: list[tuple[int, ...]] = []
    for person, bonus in keys:
        amount = payroll.item(bonus, person)
        if amount:
            count = sum((line.beneficiary, line.bonus) == (person, bonus) for line in payroll.lines)
            found.append((person, bonus, amount, count))
    return found
