"""Two legs of each position matched against each other, with what was carried."""

from dataclasses import dataclass
from fractions import Fraction

from commissions.core.reference.arithmetic import MILLION
from commissions.core.reference.company import Company
from commissions.core.reference.lines import Line, flat
from commissions.core.reference.shapes import gate
from commissions.core.reference.walks import runs_now
from commissions.core.result import Kind
from commissions.core.terms import NEVER, UNLIMITED, Bonus, Pair

Leg = list[int]  # volume by age, the newest first: this period's, then what is carried


def pair(company: Company, bonus: Bonus, how: Pair, at: int) -> tuple[list[Line], list[list[list[int]]]]:
    """(lines, what each position carries: [slot][age])."""
    pairing = _Pairing(company, bonus, how)
    tree = company.tree(how.along)
    if not runs_now(company, bonus):
        return [], [[pairing.carried(node, slot) for slot in (0, 1)] for node in range(len(tree.owner))]
    lines, after = [], []
    left_of_cap: dict[int, int] = {}
    for node, owner in enumerate(tree.owner):
        legs = pairing.legs(node)
        if gate(company, bonus, owner):
            if how.cap is not None and (how.cap_per == "position" or owner not in left_of_cap):
                left_of_cap[owner] = max(0, company.of(owner, how.cap))
            paid, used = pairing.matched(owner, legs, left_of_cap)
            place = 1 + sum(tree.owner[other] == owner for other in range(node))
            lines += [flat(Kind.PAIR, at, owner, paid, level=place)] if paid > 0 else []
            legs = [_taken(leg, taken) for leg, taken in zip(legs, used, strict=True)]
        else:
            legs = [pairing.unqualified(leg) for leg in legs]
        after.append([pairing.kept(leg) for leg in legs])
    return lines, after


def _total(leg: Leg) -> int:
    return max(0, sum(leg))


def _taken(leg: Leg, volume: int) -> Leg:
    """What is left when some volume is used up, oldest first; a negative volume uses up too."""
    volume += max(0, -leg[0])
    left = [max(0, leg[0]), *leg[1:]]
    for age in reversed(range(len(left))):
        part = min(left[age], volume)
        left[age] -= part
        volume -= part
    return left


@dataclass
class _Pairing:
    company: Company
    bonus: Bonus
    how: Pair

    @property
    def ages(self) -> int:
        return max(1, self.how.carry_expires)

    def carried(self, node: int, slot: int) -> list[int]:
        before = self.company.facts.state.carry.get(self.bonus.name)
        return [0] * self.ages if before is None else [int(value) for value in before[node][slot]]

    def legs(self, node: int) -> list[Leg]:
        """Both legs of a position, with the owner's own volume where the plan says it goes."""
        company, how = self.company, self.how
        tree = company.tree(how.along)
        legs = []
        for slot in (0, 1):
            heads = [child for child in tree.below[node] if tree.slot[child] == slot]
            people = [person for head in heads for person in tree.branch(head)]
            legs.append([sum(company.ask(p, how.volume) for p in people), *self.carried(node, slot)])
        if tree.standing_at(node) >= 0 and how.own_volume_goes_to != "neither":
            slots = company.plan.trees[how.along].slots
            weaker = 0 if sum(legs[0]) <= sum(legs[1]) else 1
            to = weaker if how.own_volume_goes_to == "weaker" else slots.index(how.own_volume_goes_to)
            legs[to][0] += company.ask(tree.owner[node], how.volume)
        return legs

    def matched(self, owner: int, legs: list[Leg], left_of_cap: dict[int, int]) -> tuple[int, list[int]]:
        """(what is paid, in millionths; what each leg is used up by). Lowers what is left of the cap."""
        how, by_volume = self.how, self.how.unit == (0, 0)
        totals = [_total(leg) for leg in legs]
        smaller = 0 if totals[0] <= totals[1] else 1
        if by_volume:  # each unit of volume is a pair
            count, takes = totals[smaller], (1, 1)
        else:
            count, takes = min(totals[smaller] // how.unit[0], totals[1 - smaller] // how.unit[1]), how.takes
        pairs, paid = count, count * self.each(owner)
        if how.cap is not None and how.cap_of == "pairs":
            pairs = min(count, left_of_cap[owner])
            paid = pairs * self.each(owner)
            left_of_cap[owner] -= pairs
        elif how.cap is not None:
            most = left_of_cap[owner] * MILLION
            if paid > most:
                fit = Fraction(most, self.each(owner))
                pairs = min(count, fit.__ceil__()) if by_volume else fit.__floor__()
                paid = most if by_volume or how.cap_over == "flush" else pairs * self.each(owner)
            left_of_cap[owner] -= Fraction(paid, MILLION).__ceil__()
        used = pairs if how.cap_over == "carry" else count
        taken = [0, 0]
        taken[smaller], taken[1 - smaller] = used * takes[0], used * takes[1]
        return paid, taken

    def each(self, owner: int) -> int:
        """What one pair pays, in millionths of a minor unit."""
        how = self.how
        if how.pays_rate is None:
            assert how.pays_per_pair is not None  # noqa: S101
            return max(0, self.company.of(owner, how.pays_per_pair)) * MILLION
        rate = max(0, self.company.of(owner, how.pays_rate) * how.worth // MILLION)
        return rate * (how.unit[0] or 1)

    def unqualified(self, leg: Leg) -> Leg:
        if self.how.when_not_qualified == "lose_all":
            return [0] * len(leg)
        if self.how.when_not_qualified == "keep_but_gather_nothing":
            return [0, *leg[1:]]
        return _taken(leg, 0)

    def kept(self, leg: Leg) -> list[int]:
        """What a leg carries into the next period: too old volume drops, then the oldest that is over the limit."""
        how = self.how
        ages = [sum(leg)] if how.carry_expires == NEVER else leg[: self.ages]
        over = 0 if how.carry == UNLIMITED else max(0, sum(ages) - how.carry)
        return _taken(ages, over)
