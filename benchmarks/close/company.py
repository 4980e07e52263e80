"""A made-up company in the database, of any size: people in a tree, a product, a month of paid orders.

The arrays go into two tables of numbers first, and from there, in one statement a table, to where they belong.
"""

from datetime import UTC, datetime

import numpy as np
from django.contrib.auth.models import Permission
from django.db import connection, transaction

from benchmarks.engine_companies import company
from commissions.core.facts import AMOUNTS, Facts
from commissions.core.plan import load
from commissions.operations import periods, plans
from common.operations import statistics, tables
from common.operations.tables import Numbers
from distributors.models import Distributor, Profile, User
from distributors.tree.arrays import numbered
from distributors.tree.labels import TOP
from sales.models import Customer, Order, OrderLine, Product, ProductTerms

MONTH = "2025-11"
STARTS = datetime(2025, 11, 1, tzinfo=UTC)
ENDING = datetime(2025, 11, 30, 12, tzinfo=UTC)
AFTER = datetime(2025, 12, 2, 8, tzinfo=UTC)
FIRST = 1  # the key of the first person, profile, order and order line: each is one more than its place in the arrays
PERSON = ("at", "sponsor", "standing", "joined", "lft", "rght", "depth")
SOLD = ("at", "seller", "customer", "day", *AMOUNTS)


def furnish(*, people: int, plan: str) -> None:
    """People, orders and an open month, written in bulk; two staff who prepare and approve."""
    facts = company(load(plan), people)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # What is made up points to nothing that is not there.
            _run("SET LOCAL session_replication_role = replica")
        _people(facts)
        _orders(facts)
        _next_keys(people)
        for email, permission in (("prepares", "prepare_run"), ("approves", "approve_run")):
            user = User.objects.create_user(email=f"{email}@example.com", password=None, is_staff=True)
            user.user_permissions.add(Permission.objects.get(codename=permission))
    statistics.learn(tables=[Distributor, Profile, Order, OrderLine], rows=people + 1_000)
    plans.adopt(document=plan, now=STARTS)
    periods.open_first(key=MONTH, now=STARTS)


def _people(facts: Facts) -> None:
    everybody = facts.people
    new = numbered(everybody.sponsor, top=TOP)
    at = np.arange(len(everybody))
    _gather("made_up", PERSON, (
        at + FIRST, everybody.sponsor + FIRST, everybody.standing, everybody.joined, new.lft, new.rght, new.level,
    ))  # fmt: skip
    name, moment = _padded("at - 1"), _moment("joined")
    _run(
        "INSERT INTO distributors_profile (id, given_name, family_name, phone, street, postcode, city, country) "
        "SELECT at, 'Ada', 'Number' || at, '', '', '', '', '' FROM made_up ORDER BY at"
    )
    _run(
        "INSERT INTO distributors_distributor (id, number, status, joined_at, career_rank, lft, rght, tree_id, "
        f"level, profile_id, sponsor_id) SELECT at, {name}, CASE standing WHEN 0 THEN 'good' ELSE 'suspended' END, "
        f"{moment}, '', lft, rght, 1, depth, at, NULLIF(sponsor, 0) FROM made_up ORDER BY at"
    )
    _run(
        "INSERT INTO distributors_sponsorship (distributor_id, sponsor_id, starts_at, moved) "
        f"SELECT at, NULLIF(sponsor, 0), {moment}, {'false' if connection.vendor == 'postgresql' else '0'} "
        "FROM made_up ORDER BY at"
    )
    _run("DROP TABLE made_up")


def _orders(facts: Facts) -> None:
    product, customer, lines = _product(), _customer(len(facts.people)), facts.lines
    _gather("made_up", SOLD, (
        np.arange(len(lines)) + FIRST, lines.seller + FIRST, np.where(lines.by_customer, customer, 0), lines.day,
        *(getattr(lines, name) for name in AMOUNTS),
    ))  # fmt: skip
    moment = _moment("day")
    _run(
        "INSERT INTO sales_order (id, number, seller_id, customer_id, buyer_standing, purpose, state, source, "
        f"currency, total, placed_at, paid_at, booked_at) SELECT at, {_padded('at - 1')}, seller, "
        "NULLIF(customer, 0), CASE customer WHEN 0 THEN 'distributor' ELSE 'retail' END, 'own_use', 'paid', "
        f"'import', 'EUR', price, {moment}, {moment}, {moment} FROM made_up ORDER BY at"
    )
    _run(
        "INSERT INTO sales_orderline (id, order_id, position, product_id, product_class, quantity, "
        f"{', '.join(AMOUNTS)}) SELECT at, at, 1, {product:d}, 'product', 1, {', '.join(AMOUNTS)} "
        "FROM made_up ORDER BY at"
    )
    _run("DROP TABLE made_up")


def _product() -> int:
    product = Product.objects.create(sku="THING", name="Thing")
    ProductTerms.objects.create(
        product=product, valid_from=STARTS.date(), retail_price=60_000, preferred_price=54_000,
        distributor_price=40_000, qualifying=40_000, commissionable=32_000,
    )  # fmt: skip
    return product.pk


def _customer(people: int) -> int:
    profile = Profile.objects.create(pk=people + FIRST, given_name="C", family_name="C")
    return Customer.objects.create(number="C1", profile=profile, distributor_id=FIRST, since=STARTS).pk


def _gather(table: str, names: tuple[str, ...], columns: tuple[np.ndarray, ...]) -> None:
    _run(f"CREATE TEMPORARY TABLE {table} ({', '.join(f'{name} bigint NOT NULL' for name in names)})")
    values = {name: Numbers(column.astype(np.int64)) for name, column in zip(names, columns, strict=True)}
    tables.write(table=table, columns=values)


def _next_keys(people: int) -> None:
    """Keys that the database gives go on behind those that were written."""
    if connection.vendor == "postgresql":
        for model in (Profile, Distributor, Order, OrderLine):
            _run(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), {people + 10:d})")


def _padded(number: str) -> str:
    if connection.vendor == "postgresql":
        return f"lpad(CAST({number} AS text), 9, '0')"
    return f"printf('%%09d', {number})"


def _moment(day: str) -> str:
    """Noon of a day."""
    seconds = f"{day} * 86400 + 43200"
    if connection.vendor == "postgresql":
        return f"to_timestamp({seconds})"
    return f"datetime({seconds}, 'unixepoch')"


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [])
