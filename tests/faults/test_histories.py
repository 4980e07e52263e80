"""Whatever happens in whatever order, the books are right after every step: random histories, every plan that ships.

A seed that ever failed is written into histories.txt and is played first from then on. To play one by hand:
`pytest tests/faults/test_histories.py -k again`.
"""

from pathlib import Path

import pytest
from django.db import connection

from commissions.core.plan import load
from commissions.operations import checking, periods, plans
from common.operations import jobs
from sales.models import Order
from tests.commissions.conftest import START, at
from tests.commissions.test_every_plan import PIECES, PLANS, place_everybody
from tests.faults import histories

pytestmark = pytest.mark.django_db
KNOWN = Path(__file__).with_name("histories.txt")
# 500 and more on SQLite, 50 and more on PostgreSQL, over all plans.
EACH = -(-(50 if connection.vendor == "postgresql" else 500) // len(PLANS))
EACH_OF_MANY, PART = -(-20_000 // len(PLANS)), 500


@pytest.fixture
def company(shop, request, monkeypatch):
    """Eight people, a product and an open month with an order of almost each, under a plan that ships."""
    document = request.param.read_text().replace("period: week", "period: month")
    plans.adopt(document=document, now=START)
    place_everybody(load(document), at(9, 1))
    periods.open_first(key="2026-10", now=at(10, 1))
    for seller, pieces in PIECES.items():
        shop.sell(seller, pieces, at(10, 2))
    # What these jobs ask is asked after every step.
    monkeypatch.setitem(jobs._handlers, checking.JOB, lambda **_: False)
    return request.param.stem


by_plan = pytest.mark.parametrize("company", PLANS, indirect=True, ids=lambda path: path.stem)


def play(seed, *, thorough=True):
    """Plays the history of a seed; when it fails, says how, as short as can be."""
    history = histories.made_of(seed)
    if found := histories.fault(history, thorough=thorough):
        least = histories.shorter(history, histories.fault)
        steps = "\n  ".join(str(step) for step in least)
        pytest.fail(f"seed {seed}: {found}\nat the least:\n  {steps}\n{histories.fault(least)}")


@by_plan
def test_seeds_that_failed_once_do_not_again(company):
    for line in KNOWN.read_text().splitlines():
        plan, _, seed = line.partition(" ")
        if plan == company:
            play(seed)


@by_plan
def test_histories(company):
    for at_place in range(EACH):
        play(f"{company} {at_place}", thorough=at_place % 4 == 0)


@pytest.mark.slow
@by_plan
@pytest.mark.parametrize("part", range(-(-EACH_OF_MANY // PART)))
def test_twenty_thousand_histories(company, part):
    for at_place in range(PART):
        play(f"{company} long {part * PART + at_place}")


@pytest.mark.parametrize("company", PLANS[:1], indirect=True, ids=lambda path: path.stem)
def test_a_fault_would_be_found_and_made_short(company):
    """The control: as if each order were a fault. One step is enough to see it, whatever the history was."""
    history = next(made for made in map(histories.made_of, "abcdefgh") if "order" in str(made))
    before = Order.objects.count()
    spoilt = lambda: ["an order"] if Order.objects.count() > before else []  # noqa: E731
    found = histories.shorter(history, lambda steps: histories.fault(steps, spoilt))
    assert [step.name for step in found] == ["order"]
