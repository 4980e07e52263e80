"""From a strict document to a plan: section by section, gathering every problem instead of stopping at the first.

Read `read_plan`: one line per section, in the order in which they need each other. A section's file says what its
keys mean to a company; `draft.py` is what they share.
"""

from commissions.core.document import Mapped, PlanError
from commissions.core.reading import bonuses, frame, ladder, people
from commissions.core.reading.draft import Draft
from commissions.core.terms import Plan

LATER = ("inputs", "point_value", "group_rules", "renamed")


def read_plan(root: Mapped) -> Plan:
    """The plan a document declares. Raises PlanError with every problem, in the order of the document's lines."""
    draft = Draft(root)
    head = frame.head(draft)
    frame.trees(draft)
    ladder.names(draft)
    people.volumes(draft)
    people.memory_names(draft)
    people.measures_and_statuses(draft)
    before, after = people.order_of_need(draft)
    ranks = ladder.ranks(draft)
    people.memories(draft)
    bonuses.tables(draft)
    paid = bonuses.bonuses(draft)
    ledger, shows = frame.ledger(draft), frame.shows(draft)
    draft.root.later(*LATER)
    draft.root.take("scenarios")
    draft.root.done()
    if draft.problems:
        raise PlanError(sorted(draft.problems, key=lambda problem: problem.line))
    return Plan(
        name=head.name,
        label=head.label,
        says=head.says,
        version=head.version,
        starts=head.starts,
        currency=draft.currency,
        exponent=draft.exponent,
        sha256=frame.canonical_hash(root),
        volumes=tuple(draft.volumes),
        measures={name: draft.units[name] for name in draft.measures},
        statuses=frozenset(draft.statuses),
        labels=draft.labels,
        units=draft.units,
        expressions=draft.expressions,
        before_ranks=before,
        after_ranks=after,
        memories=draft.memories,
        ladder=ranks,
        bonuses=paid,
        ledger=ledger,
        active=shows["active"],
        own_volume=shows["own_volume"],
        group_volume=shows["group_volume"],
    )
