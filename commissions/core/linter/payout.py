"""How much of what is sold a plan may pay out. Organisations that are built to be expensive are computed by the engine
itself; the dearest that was found is told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from commissions.core.facts import FactsError
from commissions.core.given import pinned_plan
from commissions.core.language import Compare, Expression, Logic, Lookup, Not, Number, parts
from commissions.core.linter.cases import (
    LARGE,
    Profile,
    Sale,
    Shape,
    assumed_names,
    facts_of,
    line_of,
    profiles,
    sales,
    tree_of,
)
from commissions.core.linter.warning import KOREA, RUNAWAY, Doubt
from commissions.core.run import run
from commissions.core.terms import MILLION, Amount, Bonus, Cap, Once, Pair, Plan, Walk
from commissions.core.values import Overflowing

LEVELS = 5
SHORT, LOW = line_of(16), tree_of(LEVELS)
STEP = 2  # levels
MOST_PEOPLE, MOST_LEVELS = 300, 9  # of a line, of a tree with two below each
MOST_DEEPER = 2
GROWTH = 2_000  # millionths of the volume per level: less is rounding
TRUE = Number(1, "truth")
World = tuple[Shape, Sale, Profile]


@dataclass(frozen=True, slots=True)
class Case:
    """An organisation, and what the plan pays on what it sells."""

    told: str
    share: int  # millionths of the commissionable volume
    by_bonus: tuple[tuple[str, int], ...]
    shape: Shape
    sale: Sale
    profile: Profile
    grows: int = 0  # millionths more with each further level

    def __str__(self) -> str:
        parts_ = ", ".join(f"{name} {percent(share)}" for name, share in self.by_bonus)
        return f"{percent(self.share)} of the commissionable volume ({parts_}) with {self.told}"


def percent(share: int) -> str:
    """Millionths as a percentage with one decimal."""
    return f"{(share + 500) // 1000 / 10:.1f} %"


def may_pay_more_than_is_sold(plan: Plan) -> list[Doubt]:
    """More than 100 % of the commissionable volume in a case that was found, or in one that is deep enough."""
    case = worst(plan)
    if case is None or (case.share <= MILLION and not case.grows):
        return []
    said = f"it can pay more than is sold: {case}"
    if case.share <= MILLION:
        levels = (MILLION - case.share) // case.grows + 1
        said = (
            f"payout grows with depth: {case}; each further level pays {percent(case.grows)} more, so that {levels} "
            "more levels pay more than 100 %"
        )
    said += ". Ranks and activity are assumed, fixed amounts left out. A limit over all bonuses (group_rules) bounds it"
    return [Doubt("may_pay_more_than_is_sold", "bonuses", said, f"{RUNAWAY}; {KOREA}")]


def worst(plan: Plan) -> Case | None:
    """The dearest case that was found; None when nothing is paid on volume."""
    return _worst(_ByHash(plan))


class _ByHash:
    """A plan as a key: the same document is searched once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __hash__(self) -> int:
        return hash(self.plan.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByHash) and other.plan.sha256 == self.plan.sha256


@lru_cache(maxsize=32)
def _worst(key: _ByHash) -> Case | None:
    search, assumed = Search(key.plan), profiles(key.plan)
    found = search.all_of(
        (shape, sale, one) for sale in sales(key.plan) for one in assumed[:3] for shape in (SHORT, LOW)
    )
    if not found:
        return None
    large = [case for case in found if case.sale.size == LARGE] or found
    dearest = max(large, key=lambda case: case.share).sale  # whose other ranks and statuses are looked at too
    found += search.all_of((SHORT, dearest, one) for one in assumed[3:])
    candidates = [one for shape in (SHORT, LOW) for one in _dearest(found, shape)]
    return max([deeper for one in candidates for deeper in search.deeper(one)], key=_dear)


def _dear(case: Case) -> tuple[bool, bool, int, int]:
    """What is told first: more than is sold, then what grows, then the larger share, then the smaller organisation."""
    return case.share > MILLION, case.grows > 0, case.share, -len(case.shape.parent)


def _dearest(found: list[Case], shape: Shape) -> list[Case]:
    return sorted((case for case in found if case.shape is shape), key=lambda case: -case.share)[:MOST_DEEPER]


class Search:
    """One plan, computed in many small organisations."""

    def __init__(self, plan: Plan) -> None:
        self.plan = prepared(plan)
        self.pinned = pinned_plan(self.plan, assumed_names(self.plan))
        days = (self.plan.starts - date(1970, 1, 1)).days
        self.first_day = max([days, *(bonus.valid[0] for bonus in plan.bonuses if bonus.valid)])
        self.of_pairs = _of_pairs(plan)
        # What a limit over everybody's bonuses holds does not grow without end.
        self.limited = {
            name
            for rule in plan.group_rules
            if isinstance(rule, Cap)
            for name in rule.over
            if rule.of == "everyone"
        }

    def all_of(self, worlds: Iterable[World]) -> list[Case]:
        """What is paid in each organisation that the engine computes."""
        return [case for case in (self.looked_at(*world) for world in worlds) if case is not None]

    def looked_at(self, shape: Shape, sale: Sale, profile: Profile) -> Case | None:
        """What is paid in one organisation; None where the engine refuses to compute."""
        try:
            facts = facts_of(self.plan, shape, sale, profile, self.first_day)
            result = run(plan=self.pinned, facts=facts)
        except (Overflowing, FactsError):
            return None
        volume, items = int(facts.lines.commissionable.sum()), result.items
        shares = {}
        for index, bonus in enumerate(self.plan.bonuses):
            paid = int(np.sum(items.amount[items.bonus == index])) if on_volume(bonus) else 0
            if paid > 0:
                shares[bonus.name] = paid * MILLION // volume
        told = f"{shape.told}; {sale.told} each; {profile.told}"
        return Case(told, sum(shares.values()), tuple(shares.items()), shape, sale, profile)

    def deeper(self, case: Case) -> list[Case]:
        """The case, and the same organisation with more levels, as long as each pays more."""
        line = case.shape is SHORT
        levels = len(SHORT.parent) if line else LEVELS
        further = self.at(case, levels + STEP)
        if further is None or self.growth(case, further, set()) <= GROWTH:
            return [case] if further is None else [case, further]
        ended = set() if line else self.ended(case)
        missing = (MILLION - further.share) // self.growth(case, further, set()) + 1
        depth = max(levels, min(levels + STEP + max(missing, 0), MOST_PEOPLE if line else MOST_LEVELS))
        last, beyond = self.at(case, depth), self.at(case, depth + STEP)
        if last is None or beyond is None:
            return [case, further]
        grows = self.growth(last, beyond, ended)
        return [case, further, last, replace(beyond, grows=grows if grows > GROWTH else 0)]

    def at(self, case: Case, levels: int) -> Case | None:
        """The same sale and assumptions with so many levels."""
        shape = line_of(levels) if case.shape is SHORT else tree_of(levels)
        return self.looked_at(shape, case.sale, case.profile)

    def ended(self, case: Case) -> set[str]:
        """Bonuses that a long line shows to have a last level: a tree is never so deep. What pairs pay, a line does
        not show."""
        long = self.looked_at(line_of(MOST_PEOPLE), case.sale, case.profile)
        longer = self.looked_at(line_of(MOST_PEOPLE + STEP), case.sale, case.profile)
        if long is None or longer is None:
            return set()
        before = dict(long.by_bonus)
        return {
            name
            for name, share in longer.by_bonus
            if name not in self.of_pairs and share - before.get(name, 0) <= GROWTH
        }

    def growth(self, case: Case, further: Case, ended: set[str]) -> int:
        """What each further level pays more, but for bonuses that end."""
        return (self.unlimited(further, ended) - self.unlimited(case, ended)) // STEP

    def unlimited(self, case: Case, ended: set[str]) -> int:
        """What is paid outside every limit."""
        return sum(share for name, share in case.by_bonus if name not in self.limited | ended)


def _of_pairs(plan: Plan) -> set[str]:
    """Pairs, and matches of what they pay."""
    found: set[str] = set()
    for index in plan.bonus_order:
        bonus = plan.bonuses[index]
        how = bonus.how
        matches = isinstance(how, Walk) and how.source == "earnings" and bool(found & set(how.on))
        if isinstance(how, Pair) or matches:
            found.add(bonus.name)
    return found


def prepared(plan: Plan) -> Plan:
    """The plan with what it asks in volumes taken as met: ranks, titles and statuses are assumed of people, volumes are
    not. What waits is paid at once."""
    bonuses = tuple(
        replace(bonus, earner=_met(bonus.earner), hold=None, how=_skips(bonus)) for bonus in plan.bonuses
    )
    return replace(plan, bonuses=bonuses)


def _skips(bonus: Bonus) -> Any:
    how = bonus.how
    return (
        replace(how, skip_test=_met(how.skip_test))
        if isinstance(how, Walk) and how.skip_test is not None
        else how
    )


def _met(test: Expression | None) -> Expression | None:
    match test:
        case Compare(_, _, right) if not (isinstance(right, Number) and right.unit == "rank"):
            return TRUE
        case Logic(word, left, right):
            first, second = _met(left), _met(right)
            return Logic(word, first or TRUE, second or TRUE)
        case Not(of):
            return Not(_met(of) or TRUE)
        case _:
            return test


def on_volume(bonus: Bonus) -> bool:
    """Whether a bonus pays shares of what is sold, and not fixed amounts."""
    match bonus.how:
        case Once():
            return False
        case Walk(rate_unit=unit):
            return unit == "rate"
        case Amount(amount=amount) if amount is not None:
            return any(_is_share(part) for part in parts(amount))
        case _:
            return True


def _is_share(part: Expression) -> bool:
    return isinstance(part, Lookup) or (
        isinstance(part, Number) and part.unit == "rate" and part.value != MILLION
    )
