"""The demo company's files: believable, and the same bytes each time."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from demo import cast, people, products, trade
from demo.generate import generate


@pytest.fixture(scope="module")
def company():
    random = Random(7)
    everybody = people.join(random)
    customers = people.find_customers(random, everybody)
    sold = trade.orders(random, everybody)
    cast.name_them(everybody, customers, sold)
    return everybody, customers, sold, trade.returns(random, sold)


def depth(person):
    return 0 if person.sponsor is None else 1 + depth(person.sponsor)


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        generate(folder=tmp_path / name, seed=3)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 1 + 5 * 14
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_tree_is_one_tree_and_deep(company):
    everybody = company[0]
    assert len(everybody) == people.DISTRIBUTORS
    assert [person.sponsor for person in everybody].count(None) == 1
    assert max(depth(person) for person in everybody) >= 10


def test_nobody_joins_under_somebody_who_came_later_or_has_left(company):
    below = [person for person in company[0] if person.sponsor]
    assert all(person.sponsor.joined <= person.joined for person in below)
    assert any(person.left for person in below)


def test_numbers_and_addresses_are_unique(company):
    everybody, customers, sold, back = company
    emails = [one.email for one in [*everybody, *customers] if one.email]
    for keys in (emails, [one.number for one in everybody], [one.number for one in [*sold, *back]]):
        assert len(keys) == len(set(keys))
    assert all(email.endswith("@example.com") for email in emails)


def test_the_year_has_a_season(company):
    months = Counter(order.placed.strftime("%Y-%m") for order in company[2])
    assert len(months) == 14
    assert months["2026-08"] < months["2026-07"] < months["2026-10"]
    assert months["2026-01"] < months["2025-12"]


def test_about_two_orders_in_a_hundred_come_back(company):
    assert 0.01 < len(company[3]) / len(company[2]) < 0.03
    assert all(one.lines[sku] <= one.order.lines[sku] for one in company[3] for sku in one.lines)


def test_nothing_happens_after_today_or_before_joining(company):
    for order in company[2]:
        assert order.seller.joined <= order.placed.date()
        assert max(order.placed, order.paid or order.placed, order.shipped or order.placed) <= trade.NOW


def test_kits_and_fees_carry_no_volume():
    assert {article.points for article in products.ARTICLES if article.kind != "product"} == {0}
    assert all(article.points > 0 for article in products.GOODS)


def test_the_cast_is_what_it_says(company):
    by_email = {person.email: person for person in company[0]}
    assert 150 < by_email[cast.LEADER.email].team() < 350
    assert 5 < by_email[cast.MEMBER.email].team() < 40
    assert by_email[cast.NEWCOMER.email].team() == 0
    assert by_email[cast.NEWCOMER.email].joined > date(2026, 8, 1)
    assert [one.kind for one in company[1] if one.email == cast.CUSTOMER.email] == ["preferred"]
