"""Every order of every team of random companies is paid or explained, and each reason is what the reference sees."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from commissions.core.explain import Why, why_not
from commissions.core.measures import Overflowing
from commissions.core.plan import load
from commissions.core.reference.company import Company
from commissions.core.reference.walks import Source, Walking
from commissions.core.run import run
from commissions.core.terms import Walk
from tests.core.world_networks import story
from tests.core.world_plans import random_document


@pytest.mark.parametrize("part", range(8))
def test_every_order_is_paid_or_explained_by_the_rules(part):
    told = Counter()
    for seed in range(part, 48, 8):
        for plan, facts, result in months(f"explained {seed}"):
            company = Company(plan, facts)
            for person in range(len(facts.people)):
                reasons = why_not(plan, facts, result, person)
                told.update(one.why for one in reasons)
                for at, bonus in enumerate(plan.bonuses):
                    if (
                        isinstance(bonus.how, Walk)
                        and bonus.how.source == "volume"
                        and bonus.how.pays_in == "money"
                    ):
                        walking = Walking(company, bonus, bonus.how, at)
                        holds_true(walking, person, result, [one for one in reasons if one.bonus == at])
    assert len(told) > 6


def months(seed):
    text, _ = random_document(Random(f"plan {seed}"))
    plan, before = load(text), None
    told = story(f"network {seed}", plan)
    for _ in range(2):
        facts = told.next(before)
        try:
            before = run(plan=plan, facts=facts)
        except Overflowing:
            return
        yield plan, facts, before


def holds_true(walking, person, result, reasons):
    """The orders of the team are paid or explained, never both; and each reason is what the reference sees."""
    lines, company, tree = result.lines, walking.company, walking.company.tree(walking.walk.along)
    paid = {
        int(lines.source[row])
        for row in np.flatnonzero(
            (lines.beneficiary == person) & (lines.bonus == walking.at) & (lines.kind == 0)
        )
    }
    explained = {one.source: one for one in reasons if one.source >= 0}
    assert not paid & set(explained)
    alone = walking.walk.counts == "levels" and walking.walk.last == 0
    for line in range(len(company.facts.lines)):
        path = [tree.owner[node] for node in tree.path(int(company.facts.lines.seller[line]))]
        if person in path[1:] and person != path[0] and not company.facts.lines.reversal[line] and not alone:
            assert line in paid | set(explained)
        if line in explained:
            reference_agrees(walking, explained[line], path, path.index(person))


def reference_agrees(walking, reason, path, place):
    company, walk, person, below = walking.company, walking.walk, path[place], path[:place]
    truth = {
        Why.NOT_GOOD_STANDING: lambda: not company.good(person),
        Why.NO_VOLUME: lambda: company.volume(walk.on[0], reason.source) <= 0,
        Why.SKIPPED_INACTIVE: lambda: not walking.passes(person),
        Why.SELLER_SKIPPED: lambda: not walking.passes(path[0]),
        Why.ENDED_AT: lambda: walking.ended(below, person) and reason.by in below,
        Why.BLOCKED_BY: lambda: walking.blocked(below, person) and company.holds(walk.blocker, reason.by),
        Why.NOT_QUALIFIED: lambda: not walking.gate(person),
        Why.STEP_ALREADY_PAID: lambda: reason.by in below and walking.gate(reason.by),
        Why.NO_DIFFERENCE: lambda: walk.difference is not None and reason.by in below,
        Why.RANK_NOT_PAID_AT_LEVEL: lambda: reason.rank > company.ask(person, "rank"),
    }
    assert truth.get(reason.why, lambda: True)()
    seen = {step.earner: step for step in walking.steps(Source(reason.source, path[0], reason.base))}
    entitled = walk.compression == "skip_not_entitled_at_level"  # there, who is not qualified has no step
    if reason.why == Why.NOT_QUALIFIED and reason.would_have and path.count(person) == 1 and not entitled:
        missed = walking.lines_of(Source(reason.source, path[0], reason.base), seen[person])
        assert sum(line.amount for line in missed) == reason.would_have
    if reason.why == Why.BEYOND_LAST_LEVEL and person in seen:
        assert not walking.rate(Source(reason.source, path[0], reason.base), person, reason.level)
