"""Who stands under whom: the named trees of a plan."""

from dataclasses import replace

from commissions.core.document import Listed, Section, Text, nearest, shown, whole_number
from commissions.core.language import Expression, Names, SyntaxProblem, TypeProblem, parse_rule, understand
from commissions.core.reading import choices
from commissions.core.reading.draft import NAME, TAKEN, Draft, mismatch
from commissions.core.terms import Tree

MOST_TREES = 8
MOST_SLOTS = 20
DEEPEST = 50
MOST_POSITIONS = 100
OF_POSITIONS = ("slots", "depth", "fill", "under", "positions_per_person")


def trees(draft: Draft) -> None:
    """`trees:` — of people, or with slots of positions that people own."""
    rules: list[tuple[str, Section, str]] = []
    sections = draft.sections("trees")
    if len(sections) > MOST_TREES:
        draft.root.refuse("trees", f"a plan has at most {MOST_TREES} trees")
    for name, section in sections[:MOST_TREES]:
        if not NAME.match(name) or name in TAKEN:
            draft.refuse(
                section.line(""), f"trees.{name}", "a tree's name is one word of letters, digits and _", name
            )
        parent = _parent(section)
        tree = _placed(section, name) if parent == "placed" else Tree(name, parent)
        if parent == "rule":
            rules.append((name, section, section.text("parent")))
        draft.trees[name] = _lasting(section, tree)
        if not draft.trees[name].slots:
            section.misplaced(OF_POSITIONS, "trees of positions, parent: placed")
        section.done()
    _known(draft, dict(sections))
    for name, section, text in rules:
        draft.trees[name] = _with_rule(draft, name, section, text)


def _parent(section: Section) -> str:
    node = section.node.items.get("parent")
    text = node.value if isinstance(node, Text) else ""
    if text in choices.PARENT or " " not in text:
        return section.choice("parent", choices.PARENT)
    return "rule"


def _placed(section: Section, name: str) -> Tree:
    return Tree(
        name,
        "placed",
        slots=_slots(section),
        depth=section.whole("depth", 1, DEEPEST) if "depth" in section.node.items else 0,
        fill=section.choice("fill", choices.FILL),
        under=section.text("under"),
        positions_per_person=section.whole("positions_per_person", 1, MOST_POSITIONS)
        if "positions_per_person" in section.node.items
        else 1,
    )


def _slots(section: Section) -> tuple[str, ...]:
    """[left, right], or a number of them."""
    node = section.take("slots")
    if isinstance(node, Text) and (count := whole_number(node.value, 1, MOST_SLOTS)):
        return tuple(str(number) for number in range(1, count + 1))
    names = [item.value for item in node.items if isinstance(item, Text)] if isinstance(node, Listed) else []
    if not 0 < len(names) <= MOST_SLOTS or len(set(names)) < len(names) or not all(map(NAME.match, names)):
        section.refuse(
            "slots", f"must be a number from 1 to {MOST_SLOTS}, or a list of names like [left, right]"
        )
        return ("left", "right")
    return tuple(names)


def _lasting(section: Section, tree: Tree) -> Tree:
    moves = section.choice("moves", choices.MOVES)
    leaves = section.choice("who_leaves", choices.WHO_LEAVES)
    if tree.parent == "rule" and moves != "never":
        section.refuse("moves", "a tree by a rule is settled once, at sign-up", moves, ("never",))
    return replace(tree, moves=moves, who_leaves=leaves)


def _known(draft: Draft, sections: dict[str, Section]) -> None:
    people = [name for name, tree in draft.trees.items() if not tree.slots]
    for name, tree in draft.trees.items():
        if tree.slots and tree.under not in people and sections[name].node.items.get("under"):
            hint = nearest(tree.under, people)
            sections[name].refuse(
                "under", f"{shown(tree.under)} is not a tree of people{hint}", tree.under, tuple(people)
            )
    if draft.main_tree and draft.main_tree not in people:
        line = Section(draft.node.items.get("plan"), "plan", []).line("main_tree")
        what = "a tree of positions" if draft.main_tree in draft.trees else "not a tree"
        hint = nearest(draft.main_tree, people)
        draft.refuse(
            line,
            "plan.main_tree",
            f"{shown(draft.main_tree)} is {what}{hint}",
            draft.main_tree,
            tuple(people),
        )


def _with_rule(draft: Draft, name: str, section: Section, text: str) -> Tree:
    """The parent by a rule that is settled at sign-up: if join_number <= 3 then code of enroller else enroller."""
    tree = draft.trees[name]
    found: Expression | None = None
    try:
        found, unit = understand(parse_rule(text), _rule_names(draft, name))
        if unit != "place":
            raise TypeProblem(mismatch(unit, "place"))
    except (SyntaxProblem, TypeProblem) as problem:
        section.refuse("parent", str(problem), text, choices_of_parent())
    return replace(tree, rule=found)


def choices_of_parent() -> tuple[str, ...]:
    """The kinds of parents, and what a rule looks like."""
    return (*choices.PARENT, "a rule such as: if join_number <= 3 then code of enroller else enroller")


def _rule_names(draft: Draft, itself: str) -> Names:
    """A newcomer knows which trees people have, and how many the one who brought them in brought before."""
    trees_of_people = {name for name, tree in draft.trees.items() if not tree.slots and tree.parent != "rule"}
    nothing: dict[str, str] = {}
    return Names(
        plain={"join_number": "count", **dict.fromkeys(trees_of_people | {itself}, "place")},
        line=nothing,
        seller=nothing,
        earner=nothing,
        person=nothing,
        memories=nothing,
        ranks={},
        currency=draft.currency,
        exponent=draft.exponent,
        trees={name: tree.slots for name, tree in draft.trees.items()},
        sums=False,
    )
