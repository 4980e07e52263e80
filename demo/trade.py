"""Who orders what and when: months with a season, people who order often or hardly, and what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from demo.people import PIONEERS, Customer, Person
from demo.products import GIFTS, GOODS

FIRST_DAY = date(2025, 10, 1)
NOW = datetime(2026, 11, 22, 21, 0)  # noqa: DTZ001 - company time, as a company's export writes it
SEASON = {1: 85, 2: 92, 3: 100, 4: 98, 5: 104, 6: 96, 7: 84, 8: 70, 9: 100, 10: 106, 11: 124, 12: 138}
REASONS = (
    "Did not suit my skin",
    "Arrived damaged",
    "Ordered one too many",
    "Wrong scent",
    "A gift not needed",
)
OPENING_HOURS = [1, 0, 0, 0, 0, 1, 3, 6, 9, 10, 11, 10, 11, 9, 9, 9, 9, 10, 11, 13, 14, 12, 7, 3]


@dataclass(slots=True)
class Order:
    """An order of the demo; moments are company time."""

    seller: Person
    customer: Customer | None
    purpose: str
    placed: datetime
    lines: dict[str, int]
    state: str
    paid: datetime | None = None
    shipped: datetime | None = None
    cancelled: datetime | None = None
    number: str = ""
    months_late: int = 0  # comes with the export of the next month

    @property
    def month(self) -> str:
        known = self.paid or self.cancelled or self.placed
        first = known.date().replace(day=1)
        return (first + timedelta(days=32 * self.months_late)).strftime("%Y-%m")


@dataclass(slots=True)
class Return:
    order: Order
    at: datetime
    lines: dict[str, int]
    reason: str
    number: str = ""


def months() -> list[date]:
    """The first days of the demo's months."""
    found, day = [], FIRST_DAY
    while day <= NOW.date():
        found.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def orders(random: Random, everybody: list[Person]) -> list[Order]:
    """All orders in the order of placing, numbered."""
    found: list[Order] = []
    for first in months():
        for person in everybody:
            found.extend(_month_of(random, person, first))
    found.sort(key=lambda order: (order.placed, order.seller.index))
    for number, order in enumerate(found, start=1):
        order.number = f"W{number:06d}"
    return found


def _month_of(random: Random, person: Person, first: date) -> Iterator[Order]:
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    start, end = max(first, person.joined), min(last, NOW.date())
    if person.left:
        end = min(end, person.left - timedelta(days=1))
    if start > end:
        return
    share = ((end - start).days + 1) / ((last - first).days + 1)
    season = SEASON[first.month] / 100 * share
    if person.joined >= first:
        yield _order(random, person, None, "own_use", person.joined, {"KIT-START": 1}, NOW)
    elif _anniversary(person.joined, first) and start <= person.joined.replace(year=first.year) <= end:
        yield _order(
            random, person, None, "own_use", person.joined.replace(year=first.year), {"FEE-YEAR": 1}, NOW
        )
    for purpose, chance, size in _habits(person, first):
        if random.random() < chance * season:
            lines = basket(random, size * person.drive, first.month)
            yield _order(random, person, None, purpose, _day(random, start, end), lines, NOW)
    for customer in person.customers:
        chance = (0.58 if customer.kind == "preferred" else 0.42) * season
        since = max(start, customer.since)
        if since <= end and random.random() < chance:
            lines = basket(random, random.choice((36, 52, 70, 100)), first.month)
            yield _order(random, person, customer, "customer", _day(random, since, end), lines, NOW)


def _anniversary(joined: date, first: date) -> bool:
    return (
        joined.month == first.month
        and joined.year < first.year
        and not (joined.month == 2 and joined.day == 29)
    )


def _habits(person: Person, first: date) -> list[tuple[str, float, float]]:
    """(purpose, chance in a month, usual points): newcomers begin with more."""
    fresh = 1.35 if (first - person.joined).days < 75 else 1.0
    if person.index < PIONEERS:
        return [("own_use", 2.0, 80.0), ("own_use", 2.0, 50.0), ("resale", 0.5, 120.0)]  # never miss a month
    return {
        "builder": [("own_use", 0.88 * fresh, 106.0), ("resale", 0.42, 130.0), ("own_use", 0.25, 45.0)],
        "seller": [("own_use", 0.68 * fresh, 92.0), ("resale", 0.34, 105.0), ("own_use", 0.12, 40.0)],
        "member": [("own_use", 0.48 * fresh, 82.0), ("own_use", 0.14, 38.0)],
    }[person.kind]


def basket(random: Random, points: float, month: int) -> dict[str, int]:
    """Articles and quantities of about so many points."""
    wanted = max(8.0, points * random.lognormvariate(0, 0.38)) * 100
    gifts = month in (11, 12)
    weights = [article.liking * (3 if gifts and article.sku in GIFTS else 1) for article in GOODS]
    lines: dict[str, int] = {}
    while wanted > 0:
        article = random.choices(GOODS, weights)[0]
        quantity = random.choices((1, 2, 3, 4), (44, 33, 15, 8))[0]
        lines[article.sku] = lines.get(article.sku, 0) + quantity
        wanted -= quantity * article.points
    return lines


def _day(random: Random, start: date, end: date) -> date:
    return start + timedelta(days=random.randrange((end - start).days + 1))


def _order(
    random: Random, seller: Person, customer: Customer | None, purpose: str, day: date, lines: dict[str, int],
    now: datetime,
) -> Order:  # fmt: skip
    hour = random.choices(range(24), OPENING_HOURS)[0]
    placed = datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)))
    placed = min(placed, now - timedelta(hours=1))
    days = 0 if seller.index < PIONEERS else random.choices((0, 1, 2, 4), (78, 12, 7, 3))[0]
    waited = days * 86_400 + random.randrange(30, 3_000)
    order = Order(seller, customer, purpose, placed, lines, "shipped", placed + timedelta(seconds=waited))
    if random.random() < 0.006 and seller.index >= PIONEERS:
        order.state, order.paid = "cancelled", None
        order.cancelled = min(placed + timedelta(days=random.randrange(1, 5)), now)
    elif order.paid is not None and order.paid > now:
        order.state, order.paid = "placed", None
    elif order.paid is not None:
        packed = time(random.randrange(8, 18), random.randrange(60))
        order.shipped = datetime.combine(
            order.paid.date() + timedelta(days=random.choice((1, 1, 1, 2))), packed
        )
        if order.shipped > now:
            order.state, order.shipped = "paid", None
        order.months_late = 1 if random.random() < 0.0015 and order.paid < datetime(2026, 10, 20) else 0  # noqa: DTZ001
    return order


def returns(random: Random, sold: list[Order]) -> list[Return]:
    """What comes back: about two orders in a hundred, half of them whole."""
    found = []
    for order in sold:
        if (
            not order.shipped
            or random.random() >= 0.021
            or "KIT-START" in order.lines
            or "FEE-YEAR" in order.lines
        ):
            continue
        at = order.shipped + timedelta(days=random.randrange(2, 30), hours=random.randrange(1, 10))
        if at > NOW or order.months_late:
            continue
        lines = dict(order.lines)
        if random.random() < 0.5:
            sku = random.choice(sorted(lines))
            lines = {sku: random.randrange(1, lines[sku] + 1)}
        found.append(Return(order, at, lines, random.choice(REASONS)))
    found.sort(key=lambda one: (one.at, one.order.number))
    for number, one in enumerate(found, start=1):
        one.number = f"RW{number:05d}"
    return found
