"""Pinned names: the plan in which a name is, for some people, what the scenario says instead of what is computed."""

from collections.abc import Mapping
from dataclasses import replace

from commissions.core.language import Arithmetic, Choose, Compare, Expression, Number, Word
from commissions.core.plan import Plan, Requirement
from commissions.core.terms import Memory

# Names of inputs that no document can declare, for they hold a space.
IS, VALUE = "is given ", "given "
ONE = Number(1, "count")


def pinned_names(given: Mapping[str, Mapping[str, int]]) -> set[str]:
    """The names of this plan that are pinned for anybody; `monthly.rank` is another plan's."""
    return {name for said in given.values() for name in said if "." not in name}


def pinned_plan(plan: Plan, names: set[str]) -> Plan:
    """The same plan, with a choice before each of these names: if it is given then that, else its own rule."""
    if not names:
        return plan
    volumes = {volume.name for volume in plan.volumes}
    inputs = dict(plan.inputs)
    units = dict(plan.units)
    for name in sorted(names):
        unit = _unit(plan, name)
        inputs |= {IS + name: "count", VALUE + name: unit}
        units |= {IS + name: "count", VALUE + name: unit}
    return replace(
        plan,
        inputs=inputs,
        units=units,
        expressions={
            name: _either(name, rule) if name in names else rule for name, rule in plan.expressions.items()
        },
        memories={
            name: _memory(memory) if name in names and memory.becomes else memory
            for name, memory in plan.memories.items()
        },
        ladder=tuple(
            replace(rank, requirements=tuple(_requirement(one) for one in rank.requirements))
            for rank in plan.ladder
        )
        if "rank" in names
        else plan.ladder,
        volumes=plan.volumes if not names & volumes else _refuse(names & volumes),
    )


def given_inputs(
    given: Mapping[str, Mapping[str, int]], names: set[str], people: tuple[str, ...]
) -> dict[str, list[int]]:
    """The inputs that the pinned plan reads, one number per person."""
    found: dict[str, list[int]] = {}
    for name in sorted(names):
        said = [given.get(person, {}).get(name) for person in people]
        found[IS + name] = [0 if value is None else 1 for value in said]
        found[VALUE + name] = [value or 0 for value in said]
    return found


def _unit(plan: Plan, name: str) -> str:
    if name in plan.memories:
        return plan.memories[name].unit
    return "rank" if name == "rank" else "truth" if name in plan.statuses else plan.units[name]


def _is_given(name: str) -> Expression:
    return Compare("==", Word("", IS + name), ONE)


def _either(name: str, rule: Expression) -> Expression:
    return Choose(_is_given(name), Word("", VALUE + name), rule)


def _memory(memory: Memory) -> Memory:
    return memory if memory.becomes is None else replace(memory, becomes=_either(memory.name, memory.becomes))


def _requirement(one: Requirement) -> Requirement:
    """Met by those whose given rank is at least this one, and by nobody else whose rank is given."""
    need = Number(one.need, one.unit)
    short = Arithmetic("-", need, Number(1, one.unit)) if one.unit != "truth" else Number(0, "truth")
    met = Compare(">=", Word("", VALUE + "rank"), Number(one.rank, "rank"))
    return replace(one, have=Choose(_is_given("rank"), Choose(met, need, short), one.have))


def _refuse(names: set[str]) -> tuple[()]:
    raise ValueError(f"a volume cannot be given: {', '.join(sorted(names))}; write an order")
