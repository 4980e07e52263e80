"""A made-up company in the database, of any size: people in a tree, a product, a month of paid orders."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.contrib.auth.models import Permission
from django.db import transaction

from benchmarks.bench_engine import company
from commissions.core.facts import Facts
from commissions.operations import periods, plans
from common.operations import bulk, statistics
from distributors.models import Distributor, Profile, User
from distributors.tree.arrays import levels, tour
from distributors.tree.labels import TOP
from sales.models import Customer, Order, OrderLine, Product

MONTH = "2025-11"
STARTS = datetime(2025, 11, 1, tzinfo=UTC)
AFTER = datetime(2025, 12, 2, 8, tzinfo=UTC)
DAY_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def furnish(*, people: int, plan: str) -> None:
    """People, orders and an open month, written in bulk; two staff who prepare and approve."""
    facts = company(people)
    with transaction.atomic():
        _people(facts)
        customer = _customer()
        _orders(facts, customer)
        for email, permission in (("prepares", "prepare_run"), ("approves", "approve_run")):
            user = User.objects.create_user(email=f"{email}@example.com", password=None, is_staff=True)
            user.user_permissions.add(Permission.objects.get(codename=permission))
    statistics.learn(tables=[Distributor, Profile, Order, OrderLine], rows=people + 1_000)
    plans.adopt(document=plan, now=STARTS)
    periods.open_first(key=MONTH, now=STARTS)


def _people(facts: Facts) -> None:
    everybody = facts.people
    _, by_level = levels(everybody.sponsor)
    enter, leave = tour(everybody.sponsor, by_level)
    depth = np.zeros(len(everybody), np.int64)
    for at, rows in enumerate(by_level):
        depth[rows] = at
    step = (TOP - 1) // (2 * len(everybody))
    profiles = ((at + 1, "Ada", f"Number{at}", "", "", "", "", "") for at in range(len(everybody)))
    bulk.insert(
        model=Profile,
        columns=("id", "given_name", "family_name", "phone", "street", "postcode", "city", "country"),
        rows=profiles,
    )
    names = ("id", "number", "status", "joined_at", "career_rank", "lft", "rght", "tree_id", "level", "profile_id",
             "sponsor_id")  # fmt: skip
    rows = zip(
        everybody.number.tolist(), everybody.standing.tolist(), everybody.joined.tolist(),
        (1 + enter * step).tolist(), (1 + leave * step).tolist(), depth.tolist(), everybody.sponsor.tolist(),
        strict=True,
    )  # fmt: skip
    bulk.insert(
        model=Distributor,
        columns=names,
        rows=(
            (at, number, "suspended" if standing else "good", _moment(day), "", lft, rght, 1, level, at,
             sponsor + 1 if sponsor >= 0 else None)
            for at, (number, standing, day, lft, rght, level, sponsor) in enumerate(rows, 1)
        ),
    )  # fmt: skip


def _customer() -> int:
    profile = Profile.objects.create(pk=Profile.objects.count() + 1, given_name="C", family_name="C")
    owner = Distributor.objects.earliest("pk")
    return Customer.objects.create(number="C1", profile=profile, distributor=owner, since=STARTS).pk


def _orders(facts: Facts, customer: int) -> None:
    product = Product.objects.create(sku="THING", name="Thing")
    lines = facts.lines
    sold = list(zip(lines.key.tolist(), lines.seller.tolist(), lines.by_customer.tolist(), lines.day.tolist(),
                    lines.price.tolist(), strict=True))  # fmt: skip

    def orders() -> Iterator[tuple[Any, ...]]:
        for at, (key, seller, by_customer, day, price) in enumerate(sold, 1):
            moment = _moment(day)
            yield (at, key.partition("/")[0], seller + 1, customer if by_customer else None,
                   "retail" if by_customer else "distributor", "own_use", "paid", "import", "EUR", price,
                   moment, moment, moment)  # fmt: skip

    bulk.insert(
        model=Order,
        columns=("id", "number", "seller_id", "customer_id", "buyer_standing", "purpose", "state", "source",
                 "currency", "total", "placed_at", "paid_at", "booked_at"),
        rows=orders(),
    )  # fmt: skip
    amounts = zip(*(getattr(lines, name).tolist() for name in AMOUNTS), strict=True)
    bulk.insert(
        model=OrderLine,
        columns=("id", "order_id", "position", "product_id", "product_class", "quantity", *AMOUNTS),
        rows=((at, at, 1, product.pk, "product", 1, *row) for at, row in enumerate(amounts, 1)),
    )


AMOUNTS = ("price", "list_price", "distributor_price", "qualifying", "commissionable")


def _moment(day: int) -> str:
    return (
        (DAY_ZERO + timedelta(days=day, hours=12)).strftime("%Y-%m-%d %H:%M:%S+00:00").removesuffix("+00:00")
    )
