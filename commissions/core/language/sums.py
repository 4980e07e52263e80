"""Units of what looks over people: sums, counts, legs, and who is whose."""

from collections.abc import Iterator
from dataclasses import replace

from commissions.core.language.names import Names, TypeProblem
from commissions.core.language.syntax import (
    Aggregate,
    Expression,
    Legs,
    LegsOnce,
    Literal,
    Logic,
    Mine,
    Scope,
    Word,
    children,
)
from commissions.core.language.types import RULES, Understood, of_unit, understand
from commissions.core.language.units import BARE, a_unit, in_unit

MOST_KINDS = 6  # of legs_once(): every group of kinds is looked at, so twice as much work for each


def _aggregate(aggregate: Aggregate, names: Names) -> Understood:
    scope = aggregate.scope
    _may_stand(names, scope)
    if scope.name == "memory":
        inner = names.kept(_window(scope, names))
    else:
        inner = names.met(scope)
        _scope(aggregate, names)
    # What stops a sum is the same for all who ask: not whose somebody is.
    on_the_way = replace(inner, inside=False)
    where, until, skipping = (
        of_unit(test, "truth", names_there, clause) if test is not None else None
        for clause, test, names_there in (
            ("where", aggregate.where, inner),
            ("until", aggregate.until, on_the_way),
            ("skipping", aggregate.skipping, on_the_way),
        )
    )
    of, unit = _looked_at(aggregate, inner)
    found = replace(aggregate, of=of, where=where, until=until, skipping=skipping)
    if found.kind in {"largest", "smallest"} and not (_none_mine(of) and _mine_joined(where)):
        where_alone = "stands in where alone, joined by and, or: where active and mine(…)"
        raise TypeProblem(f"in {found.kind}() mine(tree) {where_alone}")
    if scope.name not in {"memory", "frontline"}:
        _asker_is_a_step(found, inner)
    return found, unit


def _looked_at(aggregate: Aggregate, inner: Names) -> tuple[Expression | None, str]:
    """What an aggregate adds up or compares, and the unit of the whole."""
    kind = aggregate.kind
    if kind == "count":
        if aggregate.of is not None:
            raise TypeProblem("count() counts people: count(team where …)")
        return None, "count"
    if aggregate.of is None:
        needs = "any(team where active)" if kind == "any" else f"{kind}(pv of team)"
        raise TypeProblem(f"{kind}() needs something to look at: {needs}")
    if kind == "any":
        return of_unit(aggregate.of, "truth", inner, "any()"), "truth"
    of, unit = understand(aggregate.of, inner)
    if unit == BARE and isinstance(of, Literal):
        of, unit = in_unit(of, "count", inner), "count"
    allowed = {"points", "money", "count"} | (set() if kind == "sum" else {"rank", "days"})
    if unit not in allowed:
        hint = (
            "; round each first, with round_half_up(…) or round_down(…)" if unit.startswith("exact ") else ""
        )
        raise TypeProblem(f"{kind}() does not work on {a_unit(unit)}{hint}")
    return of, unit


def _may_stand(names: Names, scope: Scope | None = None) -> None:
    if not names.sums:
        raise TypeProblem(
            "sums over people do not stand here; give it a name under measures and write the name"
        )
    if names.only_everyone and (scope is None or scope.name != "everyone"):
        raise TypeProblem(
            "this is asked of the company, which knows sums over everyone alone: sum(cv of everyone)"
        )


def _window(scope: Scope, names: Names) -> str:
    if scope.memory in names.windows:
        return scope.memory
    kept = f"; those are {', '.join(names.windows)}" if names.windows else ""
    over = "before" if scope.before else "over people write sum(pv of team), count(team where active)"
    hint = "" if scope.before else f"; {over}"
    raise TypeProblem(f"{scope.memory!r} is not a memory that keeps periods{kept}{hint}")


def _scope(aggregate: Aggregate, names: Names) -> None:
    scope, tree = aggregate.scope, names.tree(aggregate.tree)
    if scope.name == "leg":
        if not tree or not names.trees[tree]:
            raise TypeProblem(f"leg {scope.slot} needs a tree with slots: … of leg {scope.slot} in placement")
        if scope.slot not in names.trees[tree]:
            slots = ", ".join(names.trees[tree])
            raise TypeProblem(f"{tree} has no slot {scope.slot!r}; its slots are {slots}")
    if aggregate.skipping is not None and scope.name != "levels":
        raise TypeProblem(f"skipping counts levels: … of levels 1 to 9 skipping …, not of {scope.name}")
    if aggregate.until is not None and scope.name in {"self", "everyone", "frontline"}:
        raise TypeProblem(f"until stops on the way down a team; it means nothing over {scope.name}")
    if scope.name == "everyone" and tree:
        raise TypeProblem("everyone is everyone, in whichever tree; leave out 'in'")


def _asker_is_a_step(found: Aggregate, inner: Names) -> None:
    """Over more than the front line each value that askers may have costs a pass: ranks and counts alone."""
    for word in _asked_here(found):
        unit = inner.my.get(word.name, "")
        if word.prefix == "my" and unit not in {"rank", "count", "truth"}:
            raise TypeProblem(
                f"my.{word.name} is {a_unit(unit)}; over a team only ranks and counts of the one who asks can be "
                "compared with"
            )


def _asked_here(expression: Expression) -> Iterator[Word]:
    """The words of an aggregate, not of those inside it: there `my` is somebody else."""
    for inner in children(expression):
        if isinstance(inner, Word):
            yield inner
        elif not isinstance(inner, Aggregate | Legs | LegsOnce):
            yield from _asked_here(inner)


def _mine_joined(test: Expression | None) -> bool:
    """Whether whose somebody is only lets people in: joined by and, or; never turned round by not."""
    if isinstance(test, Logic):
        return _mine_joined(test.left) and _mine_joined(test.right)
    return isinstance(test, Mine) or _none_mine(test)


def _none_mine(expression: Expression | None) -> bool:
    """Whether nothing asks whose somebody is, but in sums inside, where it is asked anew."""
    if isinstance(expression, Mine):
        return False
    if expression is None or isinstance(expression, Aggregate | Legs | LegsOnce):
        return True
    return all(_none_mine(inner) for inner in children(expression))


def _legs(legs: Legs, names: Names) -> Understood:
    _may_stand(names)
    test = of_unit(legs.test, "truth", names.met(Scope("team")), "legs()")
    return Legs(test, names.tree(legs.tree)), "count"


def _legs_once(legs: LegsOnce, names: Names) -> Understood:
    _may_stand(names)
    if len(legs.tests) > MOST_KINDS:
        raise TypeProblem(f"legs_once() takes at most {MOST_KINDS} kinds of legs, not {len(legs.tests)}")
    inner = names.met(Scope("team"))
    tests = tuple(of_unit(test, "truth", inner, "legs_once()") for test in legs.tests)
    return LegsOnce(legs.counts, tests), "truth"


def _mine(mine: Mine, names: Names) -> Understood:
    if not names.inside:
        raise TypeProblem(
            f"mine({mine.tree}) asks of people met by a sum whose they are, as in count(team where mine({mine.tree})); "
            "not over everyone, in until or in skipping"
        )
    return Mine(names.tree(mine.tree)), "truth"


RULES.update({Aggregate: _aggregate, Legs: _legs, LegsOnce: _legs_once, Mine: _mine})

__all__ = ["understand"]
