"""Who joins the demo company, under whom, and who leaves again."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from math import exp
from random import Random

from demo.names import DIALLING, FAMILY, GIVEN, PLACES

FOUNDED = date(2024, 11, 4)
LAST_DAY = date(2026, 11, 22)
DISTRIBUTORS = 2_000
CUSTOMERS = 3_000
PIONEERS = 12  # the founder and those of the first six weeks: they stay, and order every month

# kind: (share, weight when a newcomer looks for a sponsor, usual number of customers)
KINDS = {"builder": (0.10, 8.0, 3.0), "seller": (0.34, 1.8, 3.2), "member": (0.56, 0.4, 0.35)}


@dataclass(slots=True)
class Person:
    """A distributor of the demo. `drive` scales how often and how much they order; 1 is usual."""

    index: int
    number: str
    sponsor: "Person | None"
    joined: date
    kind: str
    drive: float
    given: str = ""
    family: str = ""
    email: str = ""
    phone: str = ""
    referral_code: str = ""
    country: str = ""
    city: str = ""
    left: date | None = None
    left_as: str = "good"
    directs: list["Person"] = field(default_factory=list)
    customers: list["Customer"] = field(default_factory=list)

    def team(self) -> int:
        count, todo = 0, list(self.directs)
        while todo:
            one = todo.pop()
            count += 1
            todo.extend(one.directs)
        return count


@dataclass(slots=True)
class Customer:
    number: str
    seller: Person
    kind: str
    since: date
    given: str
    family: str
    email: str
    country: str
    city: str


class Names:
    """Names and addresses, each e-mail address once."""

    def __init__(self, random: Random) -> None:
        self.random, self.used = random, set[str]()
        self.countries = [code for code, _, _ in PLACES]
        self.weights = [weight for _, weight, _ in PLACES]
        self.cities = {code: cities.split() for code, _, cities in PLACES}

    def name(self) -> tuple[str, str]:
        return self.random.choice(GIVEN), self.random.choice(FAMILY)

    def email(self, given: str, family: str) -> str:
        base = f"{given}.{family}".lower()
        number, address = 1, base
        while address in self.used:
            number += 1
            address = f"{base}{number}"
        self.used.add(address)
        return f"{address}@example.com"

    def place(self) -> tuple[str, str]:
        country = self.random.choices(self.countries, self.weights)[0]
        return country, self.random.choice(self.cities[country])

    def phone(self, country: str) -> str:
        digits = "".join(str(self.random.randrange(10)) for _ in range(8))
        return f"{DIALLING[country]}{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"


def join(random: Random) -> list[Person]:
    """The distributors in the order of joining; each newcomer finds a sponsor among those who work then."""
    days = _joining_days(random)
    everybody: list[Person] = []
    names = Names(random)
    weights: list[float] = []
    for index, day in enumerate(days):
        sponsor = random.choices(everybody, cum_weights=list(accumulate(weights)))[0] if everybody else None
        kind = (
            "builder" if index < PIONEERS else random.choices(list(KINDS), [k[0] for k in KINDS.values()])[0]
        )
        person = Person(index, str(100_001 + index), sponsor, day, kind, _drive(random, kind))
        _introduce(person, names)
        everybody.append(person)
        weights.append(_pull(person, day))
        if sponsor:
            sponsor.directs.append(person)
            weights[sponsor.index] = _pull(sponsor, day)
        if index % 50 == 0:
            weights = [_pull(one, day) for one in everybody]
    _say_goodbye(random, everybody)
    return everybody


def _joining_days(random: Random) -> list[date]:
    """More join as more are there to bring them in; the first twelve in the first six weeks."""
    span = (LAST_DAY - FOUNDED).days
    days = [FOUNDED, *sorted(FOUNDED + timedelta(days=random.randrange(1, 42)) for _ in range(PIONEERS - 1))]
    rest = sorted(42 + int((span - 42) * random.random() ** 0.62) for _ in range(DISTRIBUTORS - PIONEERS))
    return days + [FOUNDED + timedelta(days=day) for day in rest]


def _drive(random: Random, kind: str) -> float:
    usual = {"builder": 1.5, "seller": 1.05, "member": 0.8}[kind]
    return usual * random.lognormvariate(0, 0.35)


def _pull(person: Person, today: date) -> float:
    """How likely the next newcomer is to be theirs: who has brought people in brings more, until
    everybody they know has been asked."""
    if person.left and person.left <= today:
        return 0.0
    known = len(person.directs)
    used_up = exp(-known / 9)
    tired = (0.6 if person.kind == "builder" else 0.3) if (today - person.joined).days > 240 else 1.0
    return KINDS[person.kind][1] * person.drive * (1 + 0.5 * known) * used_up * tired


def _introduce(person: Person, names: Names) -> None:
    person.given, person.family = names.name()
    person.email = names.email(person.given, person.family)
    person.country, person.city = names.place()
    person.phone = names.phone(person.country)


def _say_goodbye(random: Random, everybody: list[Person]) -> None:
    """About one in twenty leaves, a few are suspended; nobody who holds a large team, and nobody early."""
    for person in everybody[PIONEERS:]:
        earliest = max(person.joined + timedelta(days=45), date(2025, 10, 5))
        room = (date(2026, 11, 15) - earliest).days
        chance = 0.075 if person.kind == "member" else 0.03
        if room <= 0 or person.team() > 40 or random.random() >= chance:
            continue
        person.left = earliest + timedelta(days=random.randrange(room))
        person.left_as = "suspended" if random.random() < 0.15 else "left"


def find_customers(random: Random, everybody: list[Person]) -> list[Customer]:
    """Customers of the demo, each with the distributor they buy from."""
    names = Names(random)
    names.used.update(person.email.split("@")[0] for person in everybody)
    weights = [KINDS[person.kind][2] * person.drive for person in everybody]
    sellers = random.choices(everybody, weights, k=CUSTOMERS)
    found = []
    for seller in sorted(sellers, key=lambda one: one.index):
        end = min(seller.left or LAST_DAY, LAST_DAY)
        since = seller.joined + timedelta(
            days=int(random.random() ** 1.6 * max(0, (end - seller.joined).days))
        )
        found.append((since, seller))
    customers = []
    for number, (since, seller) in enumerate(
        sorted(found, key=lambda pair: (pair[0], pair[1].index)), start=1
    ):
        given, family = names.name()
        kind = "preferred" if random.random() < 0.22 else "retail"
        email = names.email(given, family) if kind == "preferred" else ""
        customer = Customer(
            f"C{number:06d}", seller, kind, since, given, family, email, seller.country, seller.city
        )
        seller.customers.append(customer)
        customers.append(customer)
    return customers
