"""Whatever happens in whatever order, the books are right after every step: random histories, every plan that ships.

A seed that ever failed is written into histories.txt, behind its company's name, and is played first from then on.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection

from commissions.core.plan import load
from commissions.operations import checking, periods, plans
from commissions.queries import audit, counting
from common.operations import jobs
from sales.models import Order
from tests.commissions.conftest import START, at, draft, finish
from tests.commissions.test_calendars import CLOVER
from tests.commissions.test_every_plan import PIECES, PLANS, place_everybody
from tests.faults import histories

pytestmark = pytest.mark.django_db
KNOWN = Path(__file__).with_name("histories.txt")
NAMED = {path.stem: path.read_text() for path in PLANS}
MONTHLY = {name: text.replace("period: week", "period: month") for name, text in NAMED.items()}
# A plan by the month, or plans by their calendars; in some, the first period is final and was given back from already.
COMPANIES = {
    **{name: ((text, "2026-10"),) for name, text in MONTHLY.items()},
    "weeks": ((MONTHLY["linden"], "2026-10"), (CLOVER, "2026-W40")),
    "twin-weeks": ((NAMED["twin"], "2026-W40"),),
}
LATER = [f"{name}-later" for name in ("linden", "grove", "oak", "twin", "weeks", "twin-weeks")]
EVERY = [*COMPANIES, *LATER]
# 500 and more on SQLite, 50 and more on PostgreSQL, over all companies.
EACH = -(-(50 if connection.vendor == "postgresql" else 500) // len(EVERY))
EACH_OF_MANY, PART = -(-20_000 // len(EVERY)), 500


class Begun(NamedTuple):
    """A company, and the moment its histories begin."""

    name: str
    at: datetime


@pytest.fixture
def company(shop, cast, request, monkeypatch):
    """Eight people, a product and open periods with an order of almost each, under plans that ship."""
    name, _, later = request.param.partition("-later")
    for document, _key in COMPANIES[name]:
        plans.adopt(document=document, now=START)
        place_everybody(load(document), at(9, 1))
    for _document, key in COMPANIES[name]:
        periods.open_first(key=key, now=at(9, 28))
    sold = [shop.sell(seller, pieces, at(10, 2)) for seller, pieces in PIECES.items()]
    # What these jobs ask is asked after every step.
    monkeypatch.setitem(jobs._handlers, checking.JOB, lambda **_: False)
    if not later:
        return Begun(name, at(10, 3))
    now = at(11, 2)
    for _document, key in COMPANIES[name]:
        finish(cast, draft(key, now), now + timedelta(hours=1))
        now += timedelta(hours=2)
    for order in sold[::3]:
        shop.take_back(order, 4, now)
    return Begun(request.param, now)


by_company = pytest.mark.parametrize("company", EVERY, indirect=True)


def play(company, seed, *, thorough=True):
    """Plays the history of a seed; when it fails, says how, as short as can be."""
    history = histories.made_of(seed)

    def fails(steps, check=None, thorough=True):
        return histories.fault(steps, check, begins=company.at, thorough=thorough)

    if found := fails(history, thorough=thorough):
        least = histories.shorter(history, fails)
        steps = "\n  ".join(str(step) for step in least)
        pytest.fail(f"seed {seed}: {found}\nat the least:\n  {steps}\n{fails(least)}")


@by_company
def test_histories(company):
    """First those that failed once."""
    for line in KNOWN.read_text().splitlines():
        name, _, seed = line.partition(" ")
        if name == company.name:
            play(company, seed)
    for at_place in range(EACH):
        play(company, f"{company.name} {at_place}", thorough=at_place % 4 == 0)


@pytest.mark.slow
@by_company
@pytest.mark.parametrize("part", range(-(-EACH_OF_MANY // PART)))
def test_twenty_thousand_histories(company, part):
    for at_place in range(PART):
        play(company, f"{company.name} long {part * PART + at_place}")


@pytest.mark.parametrize("company", EVERY[:1], indirect=True)
def test_a_fault_would_be_found_and_made_short(company):
    """The control: as if each order were a fault. One step is enough to see it, whatever the history was."""
    history = next(made for made in map(histories.made_of, "abcdefgh") if "order" in str(made))
    before = Order.objects.count()
    spoilt = lambda: ["an order"] if Order.objects.count() > before else []  # noqa: E731
    found = histories.shorter(history, lambda steps: histories.fault(steps, spoilt, begins=company.at))
    assert [step.name for step in found] == ["order"]


@pytest.mark.parametrize("company", EVERY[:1], indirect=True)
def test_who_shares_an_answer_is_asked_again_when_it_may_be_another(company, monkeypatch):
    count, counted, asking = counting.all_that_count, [], []
    monkeypatch.setattr(counting, "all_that_count", lambda: counted.append(1) or count())
    for check in audit.CHECKS:
        counted.clear()
        check()
        asking += [check] if counted else []
    assert len(asking) > 3
    counted.clear()
    monkeypatch.setattr(histories.Books, "reads", {})
    histories.Books().problems()
    assert len(counted) == 1
    for check in set(asking) & set(histories.Books.reads):
        assert {"commissions_run", "commissions_period"} <= histories.Books.reads[check]
