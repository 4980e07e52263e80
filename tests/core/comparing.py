"""Engine and reference beside each other, column by column, and what to look at when they differ."""

from collections.abc import Iterator
from dataclasses import fields, replace
from random import Random
from typing import Any

import numpy as np

from commissions.core.facts import Facts, OrderLines
from commissions.core.measures import Overflowing
from commissions.core.plan import Plan, PlanError, load
from commissions.core.reference import run_reference
from commissions.core.result import Items, Lines, Result
from commissions.core.run import run
from tests.core.world import rows_of
from tests.core.world_networks import story
from tests.core.world_plans import random_document

SMALL = 10**9  # with amounts up to here no value may leave 64 bits


class Differing(AssertionError):
    """Engine and reference do not say the same."""


def lists(arrays: Any) -> dict[str, Any]:
    """Arrays by name as lists, without the names that have nothing."""
    found = {name: np.asarray(values).tolist() for name, values in arrays.items()}
    return {name: values for name, values in found.items() if np.size(values)}


def both(plan: Plan, facts: Facts) -> tuple[Result, dict[str, tuple[Any, Any]]]:
    """(the engine's result, each column as engine and reference have it)."""
    fast, slow = run(plan=plan, facts=facts), run_reference(plan=plan, facts=facts)
    after = fast.state_after
    held = {name: [tuple(map(int, one)) for one in rows] for name, rows in after.held.items() if rows}
    return fast, {
        "volumes": (lists(fast.volumes), lists(slow.volumes)),
        "measures": (lists(fast.measures), lists(slow.measures)),
        "statuses": (lists(fast.statuses), lists(slow.statuses)),
        "have": (fast.have.tolist(), slow.have),
        "rank": (fast.rank.tolist(), slow.rank),
        "memory": (lists(fast.memory_after), lists(slow.memory_after)),
        "windows": (lists(after.windows), lists(slow.windows)),
        "lines": (rows_of(fast.lines, [column.name for column in fields(Lines)]), slow.lines),
        "items": (rows_of(fast.items, [column.name for column in fields(Items)]), slow.items),
        "carry": (lists(after.carry), lists(slow.carry)),
        "given": (lists(after.given), lists(slow.given)),
        "held": (held, {name: rows for name, rows in slow.held.items() if rows}),
        "pools": ({name: size for name, size in after.pools.items() if size}, slow.pools),
        "funds": (dict(fast.funds), slow.funds),
        "kept": ({name: size for name, size in fast.kept.items() if size}, slow.kept),
        "shares": (lists(fast.shares), lists(slow.shares)),
        "new positions": (lists(fast.new_positions), lists(slow.new_positions)),
    }


def disagreement(plan: Plan, facts: Facts) -> str:
    """The first thing they disagree on, or nothing."""
    _, columns = both(plan, facts)
    return next((_told(name, a, b) for name, (a, b) in columns.items() if a != b), "")


def _told(name: str, fast: Any, slow: Any) -> str:
    if isinstance(fast, dict) and isinstance(slow, dict):
        keys = [key for key in sorted({*fast, *slow}) if fast.get(key) != slow.get(key)]
        return _told(f"{name} {keys[0]}", fast.get(keys[0]), slow.get(keys[0]))
    if name in {"lines", "items"}:
        more = [row for row in fast if row not in slow]
        less = [row for row in slow if row not in fast]
        return f"{name}: the engine alone has {more[:4]}, the reference alone {less[:4]} (or their order differs)"
    return f"{name}: {fast} is not {slow}"


def differences(seed: str, *, networks: int, largest: int = 12) -> Iterator[tuple[str, str, Facts]]:
    """(what differs, the plan's text, the facts) over several networks of one random plan, period after period."""
    text, _ = random_document(Random(f"plan {seed}"))
    plan = load(text)
    for at in range(networks):
        told = story(f"network {seed} {at}", plan, largest=largest)
        before = None
        for _ in range(told.random.randint(1, 3)):
            facts = told.next(before)
            try:
                before, columns = both(plan, facts)
            except Overflowing as too_large:
                if told.ceiling <= SMALL:
                    yield f"refused small amounts: {too_large}", text, facts
                break
            wrong = next((_told(name, a, b) for name, (a, b) in columns.items() if a != b), "")
            if wrong:
                yield wrong, text, facts
                break


# --- the smallest case that still differs -----------------------------------------------------------------------------
def fails(text: str, facts: Facts) -> bool:
    try:
        return bool(disagreement(load(text), facts))
    except (PlanError, Overflowing):
        return False


def shrunk(text: str, facts: Facts) -> tuple[str, Facts]:
    """The same difference with as few bonuses, rules, measures and order lines as are needed for it."""
    rows = text.splitlines()
    for at in reversed(range(len(rows))):
        fewer = "\n".join(rows[:at] + rows[at + 1 :])
        if rows[at].startswith("  ") and fails(fewer, facts):
            rows = fewer.splitlines()
    text = "\n".join(rows)
    for at in reversed(range(len(facts.lines))):
        fewer_lines = replace(facts, lines=_without(facts.lines, at))
        if fails(text, fewer_lines):
            facts = fewer_lines
    return text, facts


def _without(lines: OrderLines, at: int) -> OrderLines:
    found = {}
    for column in fields(lines):
        values = getattr(lines, column.name)
        if column.name == "back":
            found["back"] = {name: np.delete(value, at) for name, value in values.items()}
        else:
            found[column.name] = None if values is None else np.delete(values, at)
    return OrderLines(**found)


def shown(text: str, facts: Facts) -> str:
    """A failing case for people to read."""
    people, lines = facts.people, facts.lines
    told = [text, "", f"days {facts.first_day} to {facts.last_day}"]
    for at in range(len(people)):
        others = {name: int(parents[at]) for name, parents in people.parents.items()}
        told.append(
            f"person {at} {people.number[at]}: sponsor {people.sponsor[at]}, {others}, joined {people.joined[at]}, "
            f"standing {people.standing[at]}, inputs { {n: int(v[at]) for n, v in people.inputs.items()} }, "
            f"memory { {n: int(v[at]) for n, v in people.memory.items()} }"
        )
    for name, there in facts.positions.items():
        told += [
            f"{name} {at} {there.key[at]}: owner {there.owner[at]}, under {there.parent[at]}, slot {there.slot[at]}"
            for at in range(len(there))
        ]
    for at in range(len(lines)):
        shown_columns = {
            c.name: getattr(lines, c.name)[at]
            for c in fields(lines)
            if c.name not in {"back", "order_number"}
        }
        shown_columns |= {f"back {name}": values[at] for name, values in lines.back.items()}
        if lines.order_number is not None:
            shown_columns["order_number"] = lines.order_number[at]
        told.append(f"line {at}: " + ", ".join(f"{name} {value}" for name, value in shown_columns.items()))
    return "\n".join([*told, f"state {facts.state}"])
