"""What needs what: the order in which names are computed, and circles that go through people below."""

from collections.abc import Callable, Iterator

from commissions.core.language import Aggregate, Capped, Expression, Legs, LegsOnce, Lookup, Word, children
from commissions.core.reading.draft import Draft
from commissions.core.terms import Group, Requirement

# Of whom something is needed: the person themself, somebody strictly below in a tree, or anybody.
SELF, EVERYONE = "", "*"
Edge = tuple[str, str]  # the name needed, of whom


def order_of_need(draft: Draft, requirements: tuple[Requirement, ...]) -> tuple[Group, ...]:
    """Groups of names, each after those it needs. Circles that are not of people strictly below in one tree are
    refused, and the message prints them."""
    needed = {name: _edges(draft, expression) for name, expression in _expressions(draft).items()}
    needed["rank"] = {edge for one in requirements for edge in _edges(draft, one.have)}
    known = {name: {edge for edge in edges if edge[0] in needed} for name, edges in needed.items()}
    return tuple(_group(draft, names, known) for names in components(known))


def _expressions(draft: Draft) -> dict[str, Expression]:
    found = {
        name: draft.expressions[name] for name in draft.expressions if name not in draft.requirement_caps
    }
    for name, memory in draft.memories.items():
        expression = memory.of if memory.keeps else memory.becomes
        if expression is not None:
            found[name] = expression
    return found


# --- edges ------------------------------------------------------------------------------------------------------------
def _edges(draft: Draft, expression: Expression) -> set[Edge]:
    return set(_asked(draft, expression, SELF, SELF))


def _asked(draft: Draft, expression: Expression, of: str, asker: str) -> Iterator[Edge]:
    """Which names an expression asks, of whom. `of` is where plain words look, `asker` where `my` does."""
    match expression:
        case Word(prefix, name):
            if name in draft.tables and not prefix:
                yield from _table(draft, name, 0, of, asker)
            elif prefix in {"", "my"}:
                yield name, asker if prefix else of
        case Aggregate():
            yield from _aggregate(draft, expression, of)
        case Legs(test, tree):
            yield from _asked(draft, test, _below(of, tree or draft.main_tree), of)
        case LegsOnce(_, tests):
            for test in tests:
                yield from _asked(draft, test, _below(of, draft.main_tree), of)
        case Capped(name):
            yield from _capped(draft, name, of)
        case Lookup(table, arguments):
            for argument in arguments:
                yield from _asked(draft, argument, of, asker)
            yield from _table(draft, table, len(arguments), of, asker)
        case _:
            for inner in children(expression):
                yield from _asked(draft, inner, of, asker)


def _capped(draft: Draft, name: str, of: str) -> Iterator[Edge]:
    cap = draft.caps[name]
    yield cap.own, of
    yield cap.leg, _below(of, draft.main_tree)


def _table(draft: Draft, name: str, given: int, of: str, asker: str) -> Iterator[Edge]:
    for by in draft.axes[name].by[given:]:
        yield from _asked(draft, by, of, asker)


def _aggregate(draft: Draft, aggregate: Aggregate, of: str) -> Iterator[Edge]:
    scope = aggregate.scope
    if scope.name == "memory":
        if not scope.before:
            yield scope.memory, of
        met = [of]
    else:
        tree = aggregate.tree or draft.main_tree
        met = {"self": [of], "everyone": [EVERYONE], "self and team": [of, _below(of, tree)]}.get(
            scope.name, [_below(of, tree)]
        )
    for part in (aggregate.of, aggregate.where):
        for place in met if part is not None else ():
            yield from _asked(draft, part, place, of)  # type: ignore[arg-type]
    for part in (aggregate.until, aggregate.skipping):
        if part is not None:  # the starter is never asked
            yield from _asked(draft, part, met[-1], of)


def _below(of: str, tree: str) -> str:
    """Strictly below in one tree; through two trees it is anybody."""
    return tree if of in {SELF, tree} else EVERYONE


# --- groups -----------------------------------------------------------------------------------------------------------
def components(needed: dict[str, set[Edge]]) -> list[list[str]]:
    """Names that need each other together, each group after those it needs (Tarjan). The same whatever the order in
    which the document names them."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    open_: set[str] = set()
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        open_.add(name)
        for other in sorted({other for other, _ in needed[name]}):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in open_:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            found.append(sorted(stack[at:]))
            open_.difference_update(stack[at:])
            del stack[at:]

    for name in sorted(needed):
        if name not in index:
            visit(name)
    return found


def _group(draft: Draft, names: list[str], needed: dict[str, set[Edge]]) -> Group:
    inside = {name: {edge for edge in needed[name] if edge[0] in names} for name in names}
    trees = sorted({of for edges in inside.values() for _, of in edges})
    if not trees:
        return Group(tuple(names))
    steps = [of for of in trees if of != SELF]
    if EVERYONE in steps:
        return _refused(
            draft, names, inside, "through everyone, or through two trees at once", lambda of: True
        )
    if len(steps) > 1:
        return _refused(
            draft, names, inside, f"through {len(steps)} trees ({', '.join(steps)})", lambda of: True
        )
    here = {name: {edge for edge in edges if edge[1] == SELF} for name, edges in inside.items()}
    flat = components(here)
    if any(len(group) > 1 or any(other == group[0] for other, _ in here[group[0]]) for group in flat):
        return _refused(draft, names, inside, "", lambda of: of == SELF)
    return Group(tuple(group[0] for group in flat), steps[0])


def _refused(
    draft: Draft, names: list[str], inside: dict[str, set[Edge]], how: str, counts: Callable[[str], bool]
) -> Group:
    circle = circle_in(
        {name: [other for other, of in sorted(edges) if counts(of)] for name, edges in inside.items()}
    )
    line = min((draft.lines[name] for name in circle if name in draft.lines), default=_ranks_line(draft))
    section = {**dict.fromkeys(draft.measures, "measures."), **dict.fromkeys(draft.statuses, "statuses.")}
    key = "ranks.ladder" if circle[0] == "rank" else section.get(circle[0], "memory.") + circle[0]
    if circle[0] in draft.lines:
        line = draft.lines[circle[0]]
    said = f"needs itself {how}: " if how else "needs itself: "
    draft.refuse(
        line,
        key,
        said
        + " → ".join(circle)
        + "; names may need each other only through people strictly below, in one tree: "
        "of frontline, of team, of levels, legs()",
    )
    return Group(tuple(names))


def _ranks_line(draft: Draft) -> int:
    return draft.node.lines.get("ranks", 1)


def circle_in(needed: dict[str, list[str]]) -> list[str]:
    """One circle among names that need each other, its first name repeated at the end."""
    for start in sorted(needed):
        paths = {start: [start]}
        queue = [start]
        for name in queue:
            for other in needed[name]:
                if other == start:
                    return [*paths[name], start]
                if other not in paths:
                    paths[other] = [*paths[name], other]
                    queue.append(other)
    return []
