"""Ranks, lowest first, and what each needs."""

from dataclasses import replace

from commissions.core.document import Listed, Mapped, Node, Section, Text
from commissions.core.language import Compare, Expression, Number, Word
from commissions.core.reading import choices
from commissions.core.reading.draft import MOST_TESTS, NAME, TAKEN, Draft, joined, texts_of, worded
from commissions.core.terms import Rank, Requirement

MOST_RANKS = 50
NEEDS = "ranks.ladder.needs"
EVERYBODY = "Member"  # the one rank of a plan without ranks


def names(draft: Draft) -> None:
    """The names of the ranks, which expressions everywhere may use."""
    if "ranks" not in draft.root.node.items:
        draft.ranks[EVERYBODY] = 0
        return
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
            draft.refuse(name.line, "ranks.ladder", draft.taken(name.value), name.value)
        else:
            draft.ranks[name.value] = len(draft.ranks)


def ranks(draft: Draft) -> tuple[Rank, ...]:
    """`ranks:` — each with its requirements. With `lower_ranks: required` a rank also needs what lower ones need."""
    if "ranks" not in draft.root.node.items:
        draft.root.take("ranks")
        return (Rank(EVERYBODY, EVERYBODY, "", ()),)
    section = draft.root.section("ranks")
    required = section.choice("lower_ranks", choices.LOWER_RANKS) == "required"
    ladder = section.take("ladder")
    section.done()
    found = []
    for item in ladder.items[:MOST_RANKS] if isinstance(ladder, Listed) else ():
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
        entry.missing("needs", "is missing; write needs: always for a rank that everybody has")
        return ()
    if isinstance(needs, Text) and needs.value == "always":
        return ()
    items = needs.items if isinstance(needs, Listed) else (needs,)
    if not 0 < len(items) <= MOST_TESTS:
        entry.refuse(
            "needs", f"must be always, a test, or a list of at most {MOST_TESTS} tests of which all must hold"
        )
        return ()
    found = [_one(draft, node, rank) for node in items]
    return tuple(one for one in found if one is not None)


def _one(draft: Draft, node: Node, rank: int) -> Requirement | None:
    if isinstance(node, Mapped) and "any_of" in node.items:
        return _any_of(draft, node, rank)
    return _requirement(draft, node, rank)


def _any_of(draft: Draft, node: Mapped, rank: int) -> Requirement | None:
    """Alternatives are one requirement that is true or not: there is no single thing that is missing."""
    section = Section(node, NEEDS, draft.problems)
    ways, label = section.take("any_of"), section.text("label", "")
    section.done()
    items = ways.items if isinstance(ways, Listed) else ()
    texts = [texts_of(way) for way in items]
    if not texts or not all(texts) or sum(map(len, texts)) > MOST_TESTS:
        section.refuse("any_of", "must be a list of alternatives, each a test or a list of tests")
        return None
    tests = [[draft.expression(one.value, one.line, NEEDS, "truth") for one in way] for way in texts]
    read = [[one for one in way if one is not None] for way in tests]
    if any(len(way) < len(all_of) for way, all_of in zip(read, texts, strict=True)):
        return None
    said = " or ".join(
        " and ".join(f"({one.value})" if len(way) > 1 else one.value for one in way) for way in texts
    )
    found = joined("or", [joined("and", way) for way in read])
    return Requirement(rank, said, label or said, "truth", 1, found)


def _requirement(draft: Draft, node: Node, rank: int) -> Requirement | None:
    text, label = worded(draft, node, NEEDS, "test")
    expression = draft.expression(text, node.line, NEEDS, "truth") if text else None
    match expression:
        case None:
            return None
        case Compare(">=", have, Number(need, unit)) if unit in {"points", "money", "count"}:
            return Requirement(rank, text, label or _label_of(draft, have, text), unit, need, have)
        case _:
            return Requirement(
                rank, text, label or _label_of(draft, expression, text), "truth", 1, expression
            )


def _label_of(draft: Draft, expression: Expression, text: str) -> str:
    return draft.labels.get(expression.name, text) if isinstance(expression, Word) else text
