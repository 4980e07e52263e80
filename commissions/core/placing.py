"""Where newcomers are put: the free place that a tree's `fill` finds, and the parent that a tree's rule says.

Both are settled once, at sign-up, and never looked at again. Positions are (owner, key above, slot) by key, in the
order in which they were taken.
"""

import operator
from collections import deque
from collections.abc import Mapping, Sequence

from commissions.core.language import Choose, Compare, Expression, Logic, Not, Number, Word
from commissions.core.language.syntax import TreeOf
from commissions.core.plan import Plan
from commissions.core.terms import Tree

Held = Mapping[str, tuple[str, str, int]]
Children = Mapping[str, Mapping[int, str]]


def find_place(tree: Tree, held: Held, under: str, brought: int = 0) -> tuple[str, int] | None:
    """The key above and the slot of the next position at or below `under` ('' is the top); None when all is full.

    `brought` is how many of those whom the one at `under` brought in stand in the tree already: legs are filled in
    turn by it.
    """
    if not held:
        return ("", -1)
    children = _children(held)
    start = under if under in held else next(key for key, (_, above, _) in held.items() if not above)
    if tree.fill == "alternate":
        return _outermost(children, start, brought % len(tree.slots))
    if tree.fill == "weaker_leg":
        sizes = [_size(children, children[start].get(slot)) for slot in range(len(tree.slots))]
        slot = sizes.index(min(sizes))
        if slot not in children[start]:
            return start, slot
        return _first_free(tree, children, children[start][slot])
    return _first_free(tree, children, start)


def _children(held: Held) -> dict[str, dict[int, str]]:
    children: dict[str, dict[int, str]] = {key: {} for key in held}
    for key, (_, above, slot) in held.items():
        if above:
            children[above][slot] = key
    return children


def _first_free(tree: Tree, children: Children, start: str) -> tuple[str, int] | None:
    """Level by level below the start, each level from the first slot to the last; a forced matrix is full below its
    depth, counted from where it starts."""
    level, below = [start], 0
    while level and (not tree.depth or below < tree.depth):
        for key in level:
            for slot in range(len(tree.slots)):
                if slot not in children[key]:
                    return key, slot
        level = [children[key][slot] for key in level for slot in range(len(tree.slots))]
        below += 1
    return None


def _outermost(children: Children, start: str, slot: int) -> tuple[str, int]:
    """Down the same slot, to the first place that is free."""
    while slot in children[start]:
        start = children[start][slot]
    return start, slot


def _size(children: Children, key: str | None) -> int:
    if key is None:
        return 0
    count, waiting = 0, deque([key])
    while waiting:
        count += 1
        waiting.extend(children[waiting.popleft()].values())
    return count


# --- a parent by rule -------------------------------------------------------------------------------------------------
def parent_by_rule(
    plan: Plan, tree: Tree, name: str, joined: Sequence[str], parents: Mapping[str, Mapping[str, str]]
) -> str:
    """The parent that the tree's rule says for a newcomer; '' for nobody. `joined` is everybody in the order in which
    they joined, the newcomer among them; `parents` are those of every tree, settled for whoever joined before."""
    if tree.rule is None:
        raise ValueError(f"the tree {tree.name} has no rule")
    return _Rule(plan, name, joined, parents).parent(tree.rule)


class _Rule:
    def __init__(
        self, plan: Plan, name: str, joined: Sequence[str], parents: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.plan, self.name, self.joined, self.parents = plan, name, joined, parents

    def parent(self, rule: Expression) -> str:
        if isinstance(rule, Choose):
            return self.parent(rule.then if self.holds(rule.test) else rule.otherwise)
        if isinstance(rule, TreeOf):
            above = self.parents[rule.of].get(self.name, "")
            return self.parents[rule.tree].get(above, "") if above else ""
        if isinstance(rule, Word):
            return self.parents[rule.name].get(self.name, "")
        raise TypeError(f"{rule} is no parent")

    def holds(self, test: Expression) -> bool:
        if isinstance(test, Not):
            return not self.holds(test.of)
        if isinstance(test, Logic):
            left, right = self.holds(test.left), self.holds(test.right)
            return (left and right) if test.operator == "and" else (left or right)
        if isinstance(test, Compare):
            return bool(COMPARE[test.operator](self.number(test.left), self.number(test.right)))
        raise TypeError(f"{test} is no test of a newcomer")

    def number(self, value: Expression) -> int:
        if isinstance(value, Number):
            return value.value
        if isinstance(value, Word) and value.name == "join_number":
            return self.join_number()
        raise TypeError(f"{value} is not known of a newcomer")

    def join_number(self) -> int:
        """Which of those whom the same person brought in the newcomer is, from 1."""
        brought = [tree for tree in self.plan.trees.values() if tree.parent == "who_brought_them_in"]
        above = self.parents[brought[0].name if brought else self.plan.main_tree]
        same = [one for one in self.joined if above.get(one, "") == above.get(self.name, "")]
        return same.index(self.name) + 1


COMPARE = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
