"""Writes the demo company, Linden & Rye, as CSV files like a company's export: one seed, one set of bytes.

python -m demo.generate [FOLDER]
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random

from demo import cast, people, products, trade

SEED = 20_251_001
PEOPLE_HEADER = [
    "number", "sponsor_number", "given_name", "family_name", "email", "phone", "country", "city", "joined_on",
    "referral_code",
]  # fmt: skip
CUSTOMER_HEADER = [
    "number", "kind", "distributor_number", "given_name", "family_name", "email", "country", "city", "since",
]  # fmt: skip
ORDER_HEADER = [
    "order_number", "placed_at", "paid_at", "state", "distributor_number", "customer_number", "purpose",
    "sku", "quantity", "shipped_at", "cancelled_at",
]  # fmt: skip
RETURN_HEADER = ["return_number", "order_number", "sku", "quantity", "returned_at", "reason"]
GOODBYE_HEADER = ["number", "status", "effective_on"]
Rows = Iterable[Sequence[str]]


def generate(*, folder: Path, seed: int = SEED) -> None:
    """Writes products.csv and, for each month, who came, who left, and what was sold and came back."""
    random = Random(seed)  # noqa: S311 - a demo, and the same one each time
    everybody = people.join(random)
    customers = people.find_customers(random, everybody)
    sold = trade.orders(random, everybody)
    back = trade.returns(random, sold)
    cast.name_them(everybody, customers, sold)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "products.csv", products.PRICE_HEADER, products.price_rows())
    by_month: dict[str, defaultdict[str, list[Sequence[str]]]] = {
        name: defaultdict(list) for name in ("distributors", "customers", "orders", "returns", "goodbyes")
    }
    for person in everybody:
        by_month["distributors"][_month(person.joined)].append(_person_row(person))
        if person.left:
            row = [person.number, person.left_as, person.left.isoformat()]
            by_month["goodbyes"][_month(person.left)].append(row)
    for customer in customers:
        by_month["customers"][_month(customer.since)].append(_customer_row(customer))
    for order in sold:
        by_month["orders"][order.month].extend(_order_rows(order))
    for one in back:
        by_month["returns"][one.at.strftime("%Y-%m")].extend(_return_rows(one))
    headers = dict(zip(by_month, _headers(), strict=True))
    for name, rows_of in by_month.items():
        for first in trade.months():
            key = first.strftime("%Y-%m")
            _write(folder / f"{name}-{key}.csv", headers[name], rows_of[key])


def _headers() -> list[list[str]]:
    return [PEOPLE_HEADER, CUSTOMER_HEADER, ORDER_HEADER, RETURN_HEADER, GOODBYE_HEADER]


def _month(day: date) -> str:
    """Who came before the demo's first month comes with its files."""
    return max(day, trade.FIRST_DAY).strftime("%Y-%m")


def _person_row(person: people.Person) -> list[str]:
    sponsor = person.sponsor.number if person.sponsor else ""
    return [
        person.number, sponsor, person.given, person.family, person.email, person.phone, person.country,
        person.city, person.joined.isoformat(), person.referral_code,
    ]  # fmt: skip


def _customer_row(customer: people.Customer) -> list[str]:
    return [
        customer.number, customer.kind, customer.seller.number, customer.given, customer.family,
        customer.email, customer.country, customer.city, customer.since.isoformat(),
    ]  # fmt: skip


def _order_rows(order: trade.Order) -> Rows:
    for sku, quantity in order.lines.items():
        yield [
            order.number, _at(order.placed), _at(order.paid), order.state, order.seller.number,
            order.customer.number if order.customer else "", order.purpose, sku, str(quantity),
            _at(order.shipped), _at(order.cancelled),
        ]  # fmt: skip


def _return_rows(one: trade.Return) -> Rows:
    for sku, quantity in one.lines.items():
        yield [one.number, one.order.number, sku, str(quantity), _at(one.at), one.reason]


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _write(path: Path, header: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    generate(folder=Path(sys.argv[1] if len(sys.argv) > 1 else "var/demo"))
