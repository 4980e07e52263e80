"""Takes a document apart: the plan it names or holds, and the scenarios written with it."""

from collections.abc import Callable
from difflib import get_close_matches

from commissions.core.document import Listed, Mapped, Node, PlanError, Problem, Text, nearest, read
from commissions.core.scenario.terms import Parts

WHAT = "a scenario"
LONGEST = 1_000_000
MOST_NODES = 200_000
KEYS = (
    "scenario", "source", "says", "people", "generate", "before", "given", "periods", "period", "orders", "returns",
    "expect", "refused",
)  # fmt: skip
SECTIONS = (
    "plan", "trees", "inputs", "volumes", "point_value", "measures", "statuses", "shows", "memory", "ranks", "tables",
    "bonuses", "group_rules", "ledger", "renamed", "other_plans",
)  # fmt: skip


def take_apart(text: str, find_plan: Callable[[str], str | None]) -> Parts:
    """The plan may stand in the document itself, section by section; whole under `plan`; or in a file of its own that
    `plan` names. Raises PlanError."""
    root = read(text, what=WHAT, longest=LONGEST, most_nodes=MOST_NODES)
    plan = root.items.get("plan")
    if isinstance(plan, Text):
        _known(root, (*KEYS, "plan", "scenarios"))
        return _with(_named(plan, root, find_plan), _without(root, ("plan",)))
    if isinstance(plan, Mapped) and any(section in plan.items for section in ("plan", "volumes", "bonuses")):
        _known(root, (*KEYS, "plan", "scenarios"))
        return _with(plan, _without(root, ("plan",)))
    _known(root, (*KEYS, *SECTIONS, "scenarios"))
    return _with(_without(root, (*KEYS, "scenarios")), _only(root, (*KEYS, "scenarios")))


def _with(plan: Mapped, rest: Mapped) -> Parts:
    listed = rest.items.get("scenarios")
    if listed is None:
        inner = rest.items.get("scenario")
        if isinstance(inner, Mapped) and len(rest.items) == 1:  # all of it under one key
            rest = inner
        return Parts(plan, (rest,), False, rest.items.get("refused"))
    if isinstance(listed, Mapped):  # by name
        listed = Listed(tuple(listed.items.values()), listed.line)
    if not isinstance(listed, Listed) or not all(isinstance(item, Mapped) for item in listed.items):
        raise PlanError([Problem(listed.line, "scenarios", "must be a list of scenarios")])
    beside = [key for key in rest.items if key != "scenarios"]
    if beside:
        told = "stands beside scenarios; write it inside one of them"
        raise PlanError([Problem(rest.lines[beside[0]], beside[0], told, beside[0])])
    scenarios = tuple(item for item in listed.items if isinstance(item, Mapped))
    return Parts(plan, scenarios, True, None)


def _named(plan: Text, root: Mapped, find_plan: Callable[[str], str | None]) -> Mapped:
    text = find_plan(plan.value)
    if text is None:
        told = f"no plan {plan.value!r} is found; write a path, the name of a plan that ships, or the plan itself"
        raise PlanError([Problem(root.lines["plan"], "plan", told, plan.value)])
    found = read(text)
    return _without(found, (*KEYS, "scenarios"))


def _known(root: Mapped, known: tuple[str, ...]) -> None:
    """A key nobody knows is told at once: it would hide what stands under it."""
    problems = [
        Problem(root.lines[key], key, f"is not a key here{_hint(key, known)}", key)
        for key in root.items
        if key not in known
    ]
    if problems:
        raise PlanError(problems)


def _hint(key: str, known: tuple[str, ...]) -> str:
    if key in ("inputs", "changes"):
        return "; it stands inside a period: periods: {2026-01: {inputs: …}}"
    return nearest(key, list(known)) if get_close_matches(key, known, n=1) else ""


def _without(root: Mapped, keys: tuple[str, ...]) -> Mapped:
    return _only(root, tuple(key for key in root.items if key not in keys))


def _only(root: Mapped, keys: tuple[str, ...]) -> Mapped:
    items: dict[str, Node] = {key: value for key, value in root.items.items() if key in keys}
    return Mapped(items, root.lines, root.line)
