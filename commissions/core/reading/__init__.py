"""From a strict document to a plan: section by section, gathering every problem instead of stopping at the first.

Read `read_plan`: one line per section, in the order in which they need each other. A section's file says what its
keys mean to a company; `draft.py` is what they share; `choices.py` lists what a document must choose.
"""

from commissions.core.document import Mapped, PlanError
from commissions.core.reading import (
    bonuses,
    frame,
    inference,
    ladder,
    need,
    people,
    rules,
    tables,
    trees,
    volumes,
)
from commissions.core.reading.draft import Draft, empty_values
from commissions.core.terms import Plan

MOST_PROBLEMS = 200  # told at once; who writes more mistakes hears of the rest next time


def read_plan(root: Mapped) -> Plan:
    """The plan a document declares. Raises PlanError with every problem, in the order of the document's lines."""
    draft = Draft(root)
    head = frame.head(draft)
    frame.other_plans(draft)
    trees.trees(draft)
    ladder.names(draft)
    volumes.inputs(draft)
    volumes.volumes(draft)
    people.declare(draft)
    outlines = tables.outline(draft)
    inference.infer(draft)
    people.caps(draft)
    tables.signatures(draft, outlines)
    people.understand_all(draft)
    people.check_caps(draft)
    tables.tables(draft, outlines)
    ranks = ladder.ranks(draft)
    order = (
        ()
        if draft.problems
        else need.order_of_need(draft, tuple(r for rank in ranks for r in rank.requirements))
    )
    volumes.point_value(draft)
    paid = bonuses.bonuses(draft)
    bonus_order = bonuses.order(draft, paid)
    group_rules = rules.group_rules(draft, paid)
    ledger, shows, renamed = frame.ledger(draft), frame.shows(draft), frame.renamed(draft)
    draft.root.take("scenarios")
    draft.root.done()
    draft.problems += empty_values(draft)
    if draft.problems:
        raise PlanError(sorted(draft.problems, key=lambda problem: problem.line)[:MOST_PROBLEMS])
    return Plan(
        name=head.name,
        label=head.label,
        says=head.says,
        version=head.version,
        starts=head.starts,
        currency=draft.currency,
        exponent=draft.exponent,
        sha256=frame.canonical_hash(root),
        period=head.period,
        trees=draft.trees,
        main_tree=draft.main_tree,
        inputs=draft.inputs,
        volumes=tuple(draft.volumes),
        measures={name: draft.units[name] for name in draft.measures if name in draft.units},
        caps=draft.caps,
        statuses=frozenset(draft.statuses),
        labels=draft.labels,
        units={**draft.units, **draft.requirement_caps},
        expressions={
            name: one for name, one in draft.expressions.items() if name not in draft.requirement_caps
        },
        order=order,
        memories=draft.memories,
        ladder=ranks,
        tables=draft.tables,
        bonuses=paid,
        bonus_order=bonus_order,
        group_rules=group_rules,
        ledger=ledger,
        active=shows["active"],
        own_volume=shows["own_volume"],
        group_volume=shows["group_volume"],
        replaces=head.replaces,
        renamed=renamed,
        other_plans=draft.other_plans,
    )
