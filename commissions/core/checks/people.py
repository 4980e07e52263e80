"""Doubts about what was found of people."""

import numpy as np

from commissions.core.checks.telling import Check, person_name, told
from commissions.core.facts import Facts, depths
from commissions.core.language import Aggregate, Scope, Word
from commissions.core.result import Result
from commissions.core.terms import Plan


def ranks_are_earned(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Everybody has what their rank needs, and nobody has what a higher one needs."""
    wrong = np.zeros(len(facts.people), bool)
    for step in range(len(plan.ladder)):
        met = np.ones(len(facts.people), bool)
        for column, requirement in enumerate(result.requirements):
            if requirement.rank == step:
                met &= result.have.column(column) >= requirement.need
        wrong |= np.where(met, result.rank < step, (result.rank == step) & (step > 0))
    return told("has a rank that the requirements do not give", person_name(facts), np.flatnonzero(wrong))


def volume_is_whole(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Nothing is lost on the way: each volume's sum over people is its sum over order lines; nor does the tree
    lose anybody's group volume."""
    found = []
    for name, values in result.volumes.items():
        if name in result.measures and int(values.sum()) != int(result.measures[name].sum()):
            found.append(
                f"{name}: people have {int(result.measures[name].sum())}, orders {int(values.sum())}"
            )
    roots = depths(facts.people.sponsor) == 0
    for name in plan.measures:
        own = _whole_group(plan, name)
        if own in result.measures:
            total, everybody = int(result.measures[name][roots].sum()), int(result.measures[own].sum())
            if total != everybody:
                found.append(f"{name} of the roots is {total}, {own} of everybody {everybody}")
    return found


def _whole_group(plan: Plan, name: str) -> str:
    """The name that a measure adds up over everybody below and oneself; '' when it is no such measure."""
    match plan.expressions.get(name):
        case Aggregate("sum", Word("", own), Scope("self and team"), None, None, tree=tree):
            return own if tree in {"", plan.main_tree} else ""
    return ""


def memory_follows(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Everybody has every memory, and the last value of each window is there."""
    size, found = len(facts.people), []
    for name, memory in plan.memories.items():
        if memory.keeps:
            kept = result.state_after.windows.get(name)
            if kept is None or kept.shape[0] != size or not 1 <= kept.shape[1] <= memory.keeps:
                found.append(f"{name} does not keep one row of periods for each person")
        elif len(result.memory_after.get(name, ())) != size:
            found.append(f"{name} is not remembered for everybody")
    return found


PEOPLE: tuple[Check, ...] = (ranks_are_earned, volume_is_whole, memory_follows)
