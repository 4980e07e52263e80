"""Doubts about a result, before anybody is paid: small functions that look at it from another side than the engine."""

from commissions.core.checks.lines import LINES
from commissions.core.checks.people import PEOPLE
from commissions.core.checks.shapes import SHAPES
from commissions.core.checks.telling import Check
from commissions.core.facts import Facts
from commissions.core.result import Result
from commissions.core.terms import Plan

CHECKS: tuple[Check, ...] = (*LINES, *SHAPES, *PEOPLE)


def check(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """What is wrong with a result, one sentence each; empty when nothing is.

    Each check stands alone and knows nothing of how the engine computes.
    """
    return [problem for check_one in CHECKS for problem in check_one(plan, facts, result)]
