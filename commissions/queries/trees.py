"""The trees a plan names, as arrays over the facts' people: who brought whom in, who stands where in a placement tree,
and whose parent a rule of the plan decides."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from commissions.core.columns import depths
from commissions.core.facts import Positions
from commissions.core.placing import parent_by_rule
from commissions.core.plan import Plan
from common.arrays import places
from distributors.queries import network, placements

Ints = NDArray[np.int64]
Texts = NDArray[np.str_]


def parents(*, plan: Plan, people: Ints, numbers: Texts, joined: Ints, sponsor: Ints) -> dict[str, Ints]:
    """Parents in the plan's other trees of people: an index in `people`, -1 for a root.

    Who brought somebody in is the sponsor they joined with, whatever moves came later. `joined` orders the newcomers
    of one person, for rules that count them.
    """
    others = [tree for tree in plan.trees.values() if not tree.slots and tree.name != plan.main_tree]
    found: dict[str, Ints] = {}
    first = places(of=network.first_sponsors(ids=people), among=people) if others else sponsor
    for tree in others:
        if tree.rule is None:
            found[tree.name] = first if tree.parent == "who_brought_them_in" else sponsor
    for tree in others:
        if tree.rule is not None:
            known = {plan.main_tree: sponsor, **found}
            found[tree.name] = _by_rule(plan, tree.name, numbers, joined, known)
    return found


def _by_rule(plan: Plan, name: str, numbers: Texts, joined: Ints, known: Mapping[str, Ints]) -> Ints:
    """Settled for one after the other in the order of joining, as it was at sign-up."""
    order = np.lexsort((numbers, joined))
    names = numbers.tolist()
    above: dict[str, dict[str, str]] = {
        tree: {names[at]: names[up] for at, up in enumerate(column.tolist()) if up >= 0}
        for tree, column in known.items()
    }
    above[name] = {}
    joining: list[str] = []
    for at in order.tolist():
        joining.append(names[at])
        parent = parent_by_rule(plan, plan.trees[name], names[at], joining, above)
        if parent:
            above[name][names[at]] = parent
    place = {number: at for at, number in enumerate(names)}
    return np.array([place.get(above[name].get(number, ""), -1) for number in names], np.int64)


def positions(
    *, plan: Plan, people: Ints, numbers: Texts, before: datetime
) -> tuple[dict[str, Positions], dict[str, Ints]]:
    """Every placement tree of the plan as it stood at a moment, and its positions' keys in the database.

    Raises placements.NoSuchTree.
    """
    arrays, keys = {}, {}
    for tree in plan.placements:
        arrays[tree.name], keys[tree.name] = _positions(tree.name, people, numbers, before)
    return arrays, keys


def _positions(tree: str, people: Ints, numbers: Texts, before: datetime) -> tuple[Positions, Ints]:
    stored = placements.positions(tree=tree, before=before)
    owner = places(of=stored.owner_id, among=people)
    ordinal = stored.ordinal
    first = numbers[owner] if len(owner) else numbers[:0]
    key = np.where(ordinal > 1, np.char.add(np.char.add(first, "#"), ordinal.astype(np.str_)), first)
    order = np.lexsort((key, depths(stored.parent)))
    place = np.empty(len(order) + 1, np.int64)
    place[order] = np.arange(len(order))
    place[-1] = -1
    return Positions(
        key=key[order],
        owner=owner[order],
        parent=place[stored.parent[order]],
        slot=stored.slot[order] - 1,
    ), stored.position_id[order]
