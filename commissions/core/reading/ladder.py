"""Ranks, lowest first, and what each needs."""

from dataclasses import fields, replace

from commissions.core.document import Listed, Mapped, Node, Section, Text
from commissions.core.language import Aggregate, Compare, Expression, Legs, Number, Word, parts
from commissions.core.reading.draft import NAME, TAKEN, Draft, worded
from commissions.core.terms import Rank, Requirement

MOST_RANKS = 50
NEEDS = "ranks.ladder.needs"


def names(draft: Draft) -> None:
    """The names of the ranks, which expressions everywhere may use."""
    section = draft.root.section("ranks")
    ladder = section.take("ladder")
    if not isinstance(ladder, Listed) or not 0 < len(ladder.items) <= MOST_RANKS:
        section.refuse("ladder", f"must be a list of 1 to {MOST_RANKS} ranks, lowest first")
        return
    for item in ladder.items:
        name = item.items.get("name") if isinstance(item, Mapped) else None
        if not isinstance(name, Text) or not NAME.match(name.value):
            draft.refuse(item.line, "ranks.ladder", "each rank needs a name of one word")
        elif name.value in draft.ranks or name.value in TAKEN:
            draft.refuse(name.line, "ranks.ladder", f"the name {name.value} is taken", name.value)
        else:
            draft.ranks[name.value] = len(draft.ranks)


def ranks(draft: Draft) -> tuple[Rank, ...]:
    """`ranks:` — each with its requirements. With `lower_ranks: required` a rank also needs what lower ones need."""
    section = draft.root.section("ranks")
    required = section.choice("lower_ranks", ("not_required", "required")) == "required"
    ladder = section.take("ladder")
    section.done()
    found = []
    for item in ladder.items if isinstance(ladder, Listed) else ():
        entry = Section(item, "ranks.ladder", draft.problems)
        name = entry.text("name", "")
        label, says = entry.text("label", name), entry.text("says", "")
        needs = _requirements(draft, entry, draft.ranks.get(name, 0))
        entry.done()
        found.append(Rank(name, label, says, needs))
    if found and found[0].requirements:
        section.refuse("ladder", "the first rank is everybody's: needs: always")
    return _with_lower(found) if required else tuple(found)


def _with_lower(found: list[Rank]) -> tuple[Rank, ...]:
    gathered: tuple[Requirement, ...] = ()
    ladder = []
    for step, rank in enumerate(found):
        gathered = (*gathered, *rank.requirements)
        ladder.append(replace(rank, requirements=tuple(replace(one, rank=step) for one in gathered)))
    return tuple(ladder)


def _requirements(draft: Draft, entry: Section, rank: int) -> tuple[Requirement, ...]:
    needs = entry.take("needs")
    if needs is None:
        entry.refuse("needs", "is missing; write needs: always for a rank that everybody has")
        return ()
    if isinstance(needs, Text) and needs.value == "always":
        return ()
    if isinstance(needs, Mapped) and "any_of" in needs.items:
        return _any_of(draft, needs, rank)
    items = needs.items if isinstance(needs, Listed) else (needs,)
    found = [_requirement(draft, node, rank) for node in items]
    return tuple(one for one in found if one is not None)


def _any_of(draft: Draft, needs: Mapped, rank: int) -> tuple[Requirement, ...]:
    """Alternatives are one requirement that is true or not: there is no single thing that is missing."""
    section = Section(needs, NEEDS, draft.problems)
    ways, label = section.take("any_of"), section.text("label", "")
    section.done()
    texts = []
    for way in ways.items if isinstance(ways, Listed) else ():
        parts_of = way.items if isinstance(way, Listed) else (way,)
        texts.append(" and ".join(f"({part.value})" for part in parts_of if isinstance(part, Text)))
    if not texts or not all(texts):
        section.refuse("any_of", "must be a list of alternatives, each a test or a list of tests")
        return ()
    text = " or ".join(f"({one})" if " and " in one else one for one in texts)
    found = _checked(draft, text, needs.line)
    return (Requirement(rank, text, label or text, "truth", 1, found),) if found is not None else ()


def _requirement(draft: Draft, node: Node, rank: int) -> Requirement | None:
    text, label = worded(draft, node, NEEDS, "test")
    expression = _checked(draft, text, node.line)
    match expression:
        case None:
            return None
        case Compare(">=", have, Number(need, unit)) if unit != "rank":
            return Requirement(rank, text, label or _label_of(draft, have, text), unit, need, have)
        case _:
            return Requirement(
                rank, text, label or _label_of(draft, expression, text), "truth", 1, expression
            )


def _checked(draft: Draft, text: str, line: int) -> Expression | None:
    expression = draft.expression(text, line, NEEDS, "truth")
    if expression is not None and _needs_a_circle(draft, expression):
        draft.refuse(
            line, NEEDS, "a rank may need the rank of people below alone, as in legs(rank >= …) >= 2", text
        )
    return expression


def _needs_a_circle(draft: Draft, expression: Expression, below: bool = False) -> bool:
    """Whether a rank is asked that is not known yet when the ladder is climbed: everybody's but that of people in
    one's legs."""
    if isinstance(expression, Legs):
        return _needs_a_circle(draft, expression.test, below=True)
    if isinstance(expression, Word):
        return expression.name in draft.after_ranks and not (below and expression.name == "rank")
    inner = [part for part in parts(expression) if part is not expression]
    if isinstance(expression, Aggregate):
        return any(isinstance(part, Word) and part.name in draft.after_ranks for part in inner)
    return any(_needs_a_circle(draft, part, below) for part in _children(expression))


def _children(expression: Expression) -> list[Expression]:
    values = [getattr(expression, field.name) for field in fields(expression)]
    flat = [inner for value in values for inner in (value if isinstance(value, tuple) else (value,))]
    return [inner for inner in flat if inner is not None and not isinstance(inner, str | int)]


def _label_of(draft: Draft, expression: Expression, text: str) -> str:
    return draft.labels.get(expression.name, text) if isinstance(expression, Word) else text
