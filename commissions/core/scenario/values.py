"""Numbers, ranks and days as people write them, to the engine's integers."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import islice

from commissions.core.columns import LARGEST
from commissions.core.document import Section, Text, nearest
from commissions.core.plan import Plan

EPOCH = date(1970, 1, 1)
NUMBER = re.compile(r"(-?)([0-9][0-9_]*)(?:\.([0-9]+))?")
YES, NO = ("yes", "true"), ("no", "false")
LONGEST = 24


MOST_LOOKED_AT = 200  # names that a hint is sought among; a scenario may have a hundred thousand people


def hint(word: str, known: Iterable[str]) -> str:
    """'; did you mean …?' or nothing."""
    return nearest(word, list(islice(known, MOST_LOOKED_AT)))


def digits(text: str, decimals: int) -> int | None:
    """A number with at most so many decimals as a whole number of its smallest unit; None when it is not one."""
    match = NUMBER.fullmatch(text)
    if match is None or len(text) > LONGEST:
        return None
    sign, whole, rest = match[1], match[2].replace("_", ""), match[3] or ""
    if len(rest.rstrip("0")) > decimals:
        return None
    value = int(whole + rest[:decimals].ljust(decimals, "0"))
    return -value if sign else value


def decimals_of(plan: Plan, unit: str) -> int:
    """How many decimals a value of this unit is written with."""
    return {"points": 2, "money": plan.exponent, "rate": 4}.get(unit, 0)


def read_value(plan: Plan, text: str, unit: str) -> int | None:
    """A value of a unit as the engine counts it; None when the text is not one."""
    if unit == "truth":
        return 1 if text in YES else 0 if text in NO else None
    if unit == "rank":
        names = [rank.name for rank in plan.ladder]
        labels = [rank.label for rank in plan.ladder]
        return names.index(text) if text in names else labels.index(text) if text in labels else None
    if unit == "rate" and not text.endswith("%"):
        return None  # 0.5 may be half or half a percent
    suffix = {"money": plan.currency, "points": "points", "rate": "%", "days": "days"}.get(unit, "")
    return digits(text.removesuffix(suffix).strip() if suffix else text, decimals_of(plan, unit))


def allowed_of(plan: Plan, unit: str) -> tuple[str, ...]:
    """What a value of this unit may be, for a message."""
    if unit == "truth":
        return ("yes", "no")
    if unit == "rank":
        return tuple(rank.name for rank in plan.ladder)
    many = decimals_of(plan, unit)
    if unit == "rate":
        return ("a percentage like 12.5%",)
    return (f"a number with at most {many} decimals" if many else "a whole number",)


def show(plan: Plan, value: int, unit: str) -> str:
    """A value as it is written in scenarios: major units, no more decimals than it has."""
    if unit == "truth":
        return "yes" if value else "no"
    if unit == "rank":
        return plan.ladder[value].name
    return show_number(value, decimals_of(plan, unit)) + ("%" if unit == "rate" else "")


def show_number(value: int, decimals: int) -> str:
    sign = "-" if value < 0 else ""
    text = str(abs(value)).rjust(decimals + 1, "0")
    whole, rest = (text[:-decimals], text[-decimals:].rstrip("0")) if decimals else (text, "")
    return sign + whole + ("." + rest if rest else "")


def major(plan: Plan, amount: int) -> str:
    """Minor units as an amount people read: 4320 are 43.20."""
    sign = "-" if amount < 0 else ""
    text = str(abs(amount)).rjust(plan.exponent + 1, "0")
    return sign + (text[: -plan.exponent] + "." + text[-plan.exponent :] if plan.exponent else text)


def value_in(section: Section, key: str, plan: Plan, unit: str) -> int:
    """The value at a key, in its unit; a wrong one is a problem."""
    text = section.text(key)
    found = read_value(plan, text, unit)
    if found is None:
        allowed = allowed_of(plan, unit)
        meant = hint(text, allowed) if unit in ("rank", "truth") else ""
        section.refuse(key, f"{text!r} is no {unit}{meant}", text, allowed)
    return within(section, key, found or 0)


def amount_in(section: Section, key: str, plan: Plan, unit: str) -> int:
    """The value at a key that is nothing or more."""
    found = value_in(section, key, plan, unit)
    if found < 0:
        section.refuse(key, "is negative")
    return max(0, found)


def within(section: Section, key: str, value: int) -> int:
    """The value, when the engine can hold it; one that it cannot is a problem."""
    if abs(value) <= LARGEST:
        return value
    section.refuse(key, f"is beyond {LARGEST} of the smallest unit")
    return 0


def truth_in(section: Section, key: str) -> bool:
    text = section.text(key, "no")
    if text not in YES + NO:
        section.refuse(key, f"{text!r} is neither yes nor no", text, ("yes", "no"))
    return text in YES


def day_in(section: Section, key: str, default: int) -> int:
    """A day like 2026-01-31, as days since 1970-01-01."""
    node = section.take(key)
    if node is None:
        return default
    try:
        if not isinstance(node, Text) or len(node.value) != 10:
            raise ValueError
        return (date.fromisoformat(node.value) - EPOCH).days
    except ValueError:
        found = node.value if isinstance(node, Text) else "a list or mapping"
        section.refuse(key, f"{found!r} is not a day", found, ("a day like 2026-01-31",))
        return default


def day_text(day: int) -> str:
    return date.fromordinal(day + EPOCH.toordinal()).isoformat()


def one_of(section: Section, *keys: str) -> str:
    """Which of several words for one thing stands there; the first when none does. Two of them are a problem."""
    found = [key for key in keys if key in section.node.items]
    for key in keys:
        section.taken.add(key)
    if len(found) > 1:
        section.refuse(found[1], f"says the same as {found[0]}; write one of them", found[1])
    return found[0] if found else keys[0]
