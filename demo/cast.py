"""The people of the demo whose logins are printed: found by what they are, then given names of their own."""

from dataclasses import dataclass

from demo.people import Customer, Person
from demo.trade import Order


@dataclass(frozen=True, slots=True)
class Role:
    email: str
    given: str
    family: str
    what: str


STAFF_PREPARER = Role("preparer@example.com", "Nora", "Visser", "staff: prepares and reviews a month")
STAFF_APPROVER = Role("approver@example.com", "Henrik", "Dahl", "staff: approves a month")
FOUNDER = Role("founder@example.com", "Mathilde", "Vandenhove", "the first distributor")
LEADER = Role("leader@example.com", "Ines", "Moreau", "a leader with a real team")
MEMBER = Role("member@example.com", "Jonas", "Lindqvist", "a distributor in the middle, with a small team")
NEWCOMER = Role("newcomer@example.com", "Sara", "Okafor", "a newcomer with no team")
CUSTOMER = Role("customer@example.com", "Tomas", "Reyes", "a preferred customer")

STAFF = (STAFF_PREPARER, STAFF_APPROVER)
PORTAL = (LEADER, MEMBER, NEWCOMER, CUSTOMER)


def name_them(everybody: list[Person], customers: list[Customer], sold: list[Order]) -> None:
    """Gives the cast's names to the people who fit best. Deterministic: the earliest of equals."""
    bought: dict[int, int] = {}
    for order in sold:
        if order.paid:
            bought[order.seller.index] = bought.get(order.seller.index, 0) + 1
    staying = [person for person in everybody if not person.left]
    leader = _nearest(staying, 240, bought, exclude=[everybody[0]])
    below = [person for person in staying if _is_below(person, leader)]
    member = _nearest([p for p in below if len(p.directs) >= 3], 16, bought, exclude=[leader])
    new = [p for p in reversed(everybody) if not p.directs and not p.left and bought.get(p.index, 0) >= 2]
    newcomer = next((p for p in new if _is_below(p, leader)), new[0])
    preferred = [one for one in customers if one.kind == "preferred" and not one.seller.left]
    customer = next((one for one in preferred if one.seller is leader), preferred[0])
    for who, role in ((everybody[0], FOUNDER), (leader, LEADER), (member, MEMBER), (newcomer, NEWCOMER)):
        who.given, who.family, who.email = role.given, role.family, role.email
        who.referral_code = f"{role.given}{role.family}".lower()
    customer.given, customer.family, customer.email = CUSTOMER.given, CUSTOMER.family, CUSTOMER.email


def _nearest(among: list[Person], team: int, bought: dict[int, int], exclude: list[Person]) -> Person:
    """Whose team is nearest to `team`, of those who order in most months."""
    regular = [p for p in among if bought.get(p.index, 0) >= 12 and p not in exclude] or among
    return min(regular, key=lambda person: (abs(person.team() - team), person.index))


def _is_below(person: Person, other: Person) -> bool:
    above = person.sponsor
    while above is not None:
        if above is other:
            return True
        above = above.sponsor
    return False
