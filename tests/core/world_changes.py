"""The same facts described differently, and a little more of them."""

import re
from dataclasses import fields, replace
from random import Random

import numpy as np

from commissions.core.facts import AMOUNTS, Facts, OrderLines, State
from commissions.core.result import Result


def lines_at(lines: OrderLines, order: np.ndarray) -> OrderLines:
    """Order lines picked by index, under new keys in their new order."""
    found = {}
    for column in fields(lines):
        values = getattr(lines, column.name)
        if column.name == "back":
            found["back"] = {name: value[order] for name, value in values.items()}
        else:
            found[column.name] = None if values is None else values[order]
    found["key"] = np.array([f"N{at:04}/1" for at in range(len(order))], np.str_)
    return OrderLines(**found)


def shuffled(facts: Facts, random: Random) -> Facts:
    """The same order lines, in another order."""
    order = np.array(random.sample(range(len(facts.lines)), len(facts.lines)), np.int64)
    return replace(facts, lines=lines_at(facts.lines, order))


def split(facts: Facts) -> Facts:
    """Each order line in two, a third and the rest."""
    twice = lines_at(facts.lines, np.repeat(np.arange(len(facts.lines)), 2))
    second = np.arange(len(twice)) % 2 == 1

    def parts(values: np.ndarray) -> np.ndarray:
        third = np.sign(values) * (np.abs(values) // 3)
        return np.where(second, values - third, third)

    amounts = {name: parts(getattr(twice, name)) for name in AMOUNTS}
    return replace(
        facts,
        lines=replace(twice, **amounts, back={name: parts(values) for name, values in twice.back.items()}),
    )


def scaled(facts: Facts, name: str, factor: int) -> Facts:
    """One column of the order lines so many times as large."""
    lines = facts.lines
    back = {key: values * factor if key == name else values for key, values in lines.back.items()}
    return replace(facts, lines=replace(lines, **{name: getattr(lines, name) * factor}, back=back))


def with_stranger(facts: Facts) -> tuple[Facts, int]:
    """(the same company and a suspended root who sells nothing, at this index)."""
    people = facts.people
    at = int((people.sponsor < 0).sum())  # last of the roots

    def moved(values: np.ndarray) -> np.ndarray:
        return np.where(values >= at, values + 1, values)

    def among(values: np.ndarray, new: int = 0) -> np.ndarray:
        return np.insert(values, at, new, axis=0)

    state = facts.state
    return replace(
        facts,
        people=replace(
            people,
            number=np.insert(people.number.astype("<U8"), at, "zz"),
            sponsor=among(moved(people.sponsor), -1),
            joined=among(people.joined),
            standing=among(people.standing, 1),
            memory={name: among(values) for name, values in people.memory.items()},
            parents={name: among(moved(values), -1) for name, values in people.parents.items()},
            inputs={name: among(values) for name, values in people.inputs.items()},
            others={name: among(values) for name, values in people.others.items()},
        ),
        lines=replace(facts.lines, seller=moved(facts.lines.seller)),
        positions={name: replace(one, owner=moved(one.owner)) for name, one in facts.positions.items()},
        state=State(
            carry=state.carry,
            windows={name: among(values) for name, values in state.windows.items()},
            given={name: among(values) for name, values in state.given.items()},
            held={
                name: tuple((who + (who >= at), size, age) for who, size, age in rows)
                for name, rows in state.held.items()
            },
            pools=state.pools,
        ),
    ), at


def items_by_number(result: Result) -> dict[tuple[str, int], int]:
    """What everybody is paid, by number and bonus."""
    items, numbers = result.items, result.facts.people.number
    return {
        (str(numbers[who]), bonus): amount
        for who, bonus, amount in zip(
            items.beneficiary.tolist(), items.bonus.tolist(), items.amount.tolist(), strict=True
        )
    }


def proportional(text: str) -> str:
    """The same plan, in which what an order pays does not depend on how large it is."""
    text = re.sub(r"\n  cv_later: .*", "\n  cv_later: {is: cv, unit: money}", text)
    text = re.sub(r"\n  profit: .*", "\n  profit: {is: cv, unit: money}", text)
    text = re.sub(r"(on: (?:pv|extra|gv),.*)rate: stack\b", r"\1rate: 5%, worth: pv", text)
    text = re.sub(r"rate: (size|line_slices|stack|heads)\b", "rate: 5%", text)
    return re.sub(r"only: line\.price [^,]*, ", "", text)
