"""Why an amount is what it is, and why there is none, in sentences. Derived on demand from what the run stored."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.core.explain import rates_of_ranks
from commissions.core.plan import Bonus, Plan
from commissions.core.terms import Amount, Walk
from commissions.models import Line, Snapshot, StatementItem
from commissions.queries import plans, shown
from common import reader, spoken
from common.money import format_money, format_rate, format_volume
from sales.queries.orders import LineInfo

GOOD = 0


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """A bonus that paid a person nothing in a month, and why."""

    bonus: str
    label: str
    says: str
    reason: str


def unit_of(*, plan: Plan, bonus: str) -> str:
    """What the bases of a bonus are counted in: "points" or "money"."""
    known = _bonus(plan, bonus)
    if known is None:
        return "points"
    how = known.how
    if isinstance(how, Walk) and how.source != "earnings":
        return plan.units.get(how.on[0], "points")
    return plan.units.get(how.volume, "money") if isinstance(how, Amount) else "money"


def sentence(
    *,
    plan: Plan,
    rank: int,
    line: Line,
    info: LineInfo,
    seller: str,
    is_own: bool,
    base: int | None = None,
) -> str:
    """Why a line was earned: who bought when, how much of it counts, where they stand, and what the plan gives for it.

    `base` is that of the whole order where a sentence tells about all its lines.
    """
    shown = _amount(plan, unit_of(plan=plan, bonus=line.bonus), abs(line.base if base is None else base))
    day = spoken.day_in_year(info.booked_at or info.placed_on)
    given = {"seller": seller, "base": shown, "day": day, "order": info.order_number}
    if line.is_correction:
        if plan.ledger.take_back == "recompute_while_open":
            return (
                _("Order %(order)s counts otherwise once the month is computed without what came back.")
                % given
            )
        told = _("Of order %(order)s, %(base)s came back and no longer counts.")
        return f"{told % given} {_received(plan, rank, line)}"
    where = _standing(_walk(plan, line.bonus), line, seller, is_own)
    return " ".join([_bought(info, is_own) % given, *where, _received(plan, rank, line)])


def why_nothing(*, person_id: int, key: str) -> list[Nothing]:
    """The bonuses that paid a person nothing in a month, each with its reason.

    Empty when the month has no figures for the person.
    """
    run = shown.of_period(key=key)
    had = Snapshot.objects.filter(run=run, distributor_id=person_id).first() if run else None
    if run is None or had is None:
        return []
    plan = plans.parsed(version=run.plan)
    paid = StatementItem.objects.filter(run=run, distributor_id=person_id, corrects_period="")
    known = set(paid.values_list("bonus", flat=True))
    return [
        Nothing(bonus=bonus.name, label=bonus.label, says=bonus.says, reason=_reason(plan, bonus, had))
        for bonus in plan.bonuses
        if bonus.name not in known
    ]


def _bonus(plan: Plan, name: str) -> Bonus | None:
    return next((bonus for bonus in plan.bonuses if bonus.name == name), None)


def _bought(info: LineInfo, is_own: bool) -> str:
    if info.by_customer:
        if is_own:
            return _("Your customer bought on %(day)s; %(base)s of it counts.")
        return _("A customer of %(seller)s bought on %(day)s; %(base)s of it counts.")
    if is_own:
        return _("You bought on %(day)s; %(base)s of it counts.")
    return _("%(seller)s bought on %(day)s; %(base)s of it counts.")


def _walk(plan: Plan, name: str) -> Walk | None:
    known = _bonus(plan, name)
    return known.how if known is not None and isinstance(known.how, Walk) else None


def _standing(walk: Walk | None, line: Line, seller: str, is_own: bool) -> list[str]:
    if is_own or line.level == 0 or (walk is not None and walk.counts == "nothing"):
        return []
    if walk is not None and walk.counts == "generations":
        return [_("%(seller)s is in your generation %(level)s.") % {"seller": seller, "level": line.level}]
    passed = line.depth - line.level
    given = {"seller": seller, "level": line.level, "n": passed}
    if passed <= 0:
        return [_("%(seller)s is on your level %(level)s.") % given]
    told = ngettext(
        "%(seller)s counts on your level %(level)s: %(n)s person between you was not active and is passed over.",
        "%(seller)s counts on your level %(level)s: %(n)s people between you were not active and are passed over.",
        passed,
    )
    return [told % given]


def _received(plan: Plan, rank: int, line: Line) -> str:
    given = {
        "rank": plan.ladder[rank].label,
        "rate": format_rate(line.rate_ppm, reader.locale()),
        "level": line.level,
    }
    if line.is_correction and plan.ledger.take_back == "average_rate":
        return _("On average %(rate)s had been paid.") % given
    if line.is_correction:
        return _("%(rate)s had been paid for it.") % given
    walk = _walk(plan, line.bonus)
    if walk is not None and walk.difference is not None and line.depth > 0:
        return _("You receive %(rate)s: your own rate less that of whoever stands between.") % given
    if line.level == 0 or (walk is not None and walk.counts == "nothing"):
        return _("You receive %(rate)s of it.") % given
    if walk is not None and walk.counts == "generations":
        return _("This generation pays %(rate)s.") % given
    bonus = _bonus(plan, line.bonus)
    if bonus and _ranks_differ(_Read(plan), bonus.name, line.level):
        return _("A %(rank)s receives %(rate)s on level %(level)s.") % given
    return _("Level %(level)s pays %(rate)s.") % given


@dataclass(frozen=True, slots=True)
class _Read:
    """A plan as it was read from its document: the same document is the same plan."""

    plan: Plan

    def __hash__(self) -> int:
        return hash(self.plan.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Read) and self.plan.sha256 == other.plan.sha256


@lru_cache(maxsize=1000)
def _ranks_differ(read: _Read, name: str, level: int) -> bool:
    """Whether a level of a bonus pays ranks differently: asked for each line, and the same for all of them."""
    bonus = _bonus(read.plan, name)
    return bonus is not None and len(set(rates_of_ranks(read.plan, bonus, level) or ())) > 1


def _reason(plan: Plan, bonus: Bonus, had: Snapshot) -> str:
    if had.standing != GOOD:
        return _("Nothing is paid while a distributorship is suspended or has ended.")
    if bonus.earner is not None and not had.active:
        return _("You were not active, and this bonus is paid to active distributors.")
    walk = bonus.how if isinstance(bonus.how, Walk) else None
    if walk is None or walk.last == 0:
        return _("No order was of the kind this bonus pays for.")
    if not had.active and walk.compression == "skip_inactive":
        return _("You were not active, so orders in your team were passed on to the next active person.")
    if had.group_volume <= had.own_volume:
        return _("Nobody in your team ordered.")
    return _("No order in your team is on a level, or of a kind, that this bonus pays a %(rank)s for.") % {
        "rank": plan.ladder[had.rank].label
    }


def _amount(plan: Plan, unit: str, value: int) -> str:
    if unit == "money":
        return format_money(value, plan.currency, reader.locale())
    return format_volume(value, _("points"), reader.locale())
