"""A person's period in words: what was counted, which rank and why not the next, every amount and every zero."""

from collections.abc import Iterator

from commissions.core.explain import LineReason, Reason, Why, counted_legs, matched_legs, why_lines, why_not
from commissions.core.plan import MILLION, Plan
from commissions.core.result import Kind
from commissions.core.scenario import answer
from commissions.core.scenario.running import Played
from commissions.core.scenario.values import day_text, major, show, show_number
from commissions.core.terms import Bonus, Once, Pair, Walk

ZEROS = {
    Why.NOT_GOOD_STANDING: "suspended, or gone",
    Why.BEYOND_LAST_LEVEL: "it is further down than the bonus pays",
    Why.FAST_START_WINDOW: "the seller is so new that another bonus pays this order",
    Why.LEFT_OUT_BY_ONLY: "the bonus is not about such orders",
    Why.OUTSIDE_CAMPAIGN: "the bonus is for other days",
    Why.BEFORE_FIRST_LEVEL: "it is closer than the bonus begins",
    Why.NO_VOLUME: "it counts for nothing here",
    Why.SELLER_SKIPPED: "the plan drops what the skipped sell",
    Why.SKIPPED_INACTIVE: "passed over as not active; the next one up stands closer instead",
    Why.ENDED_AT: "the way up ends with {by}",
    Why.BLOCKED_BY: "{by} blocks it",
    Why.STEP_ALREADY_PAID: "{by} took this generation",
    Why.NOT_QUALIFIED: "what the bonus asks of an earner is not met",
    Why.RANK_NOT_PAID_AT_LEVEL: "the rank {own} is not paid there; {rank} is",
    Why.NOT_ENTITLED: "the rate is nothing",
    Why.NO_DIFFERENCE: "{by} has as high a rate",
    Why.HELD: "it waits until its test is met",
    Why.CAP_REACHED: "the most of this bonus is reached",
    Why.GROUP_RULE: "a rule over several bonuses took it",
    Why.ALREADY_GIVEN: "it was given before",
    Why.NO_POSITION: "there is no position in the tree",
    Why.NO_PAIR: "the two legs make no pair",
    Why.NO_SHARE: "there is no share of the pool",
    Why.EMPTY_FUND: "there was nothing to share",
    Why.NOTHING_SENT: "nobody below had to pass anything up",
}


def explain(played: Played, name: str) -> Iterator[str]:
    at = played.standing.place[name]
    yield f"{name}, {played.period.key} ({played.plan.label}, version {played.plan.version})"
    yield from _counted(played, at)
    yield from _ranks(played, at)
    yield from _earned(played, at)
    yield from _zeros(played, at)
    yield from _settled(played, name)


def _counted(played: Played, at: int) -> Iterator[str]:
    plan, result = played.plan, played.result
    for name, values in result.measures.items():
        yield f"  {plan.labels.get(name, name)}: {_amount(plan, int(values[at]), plan.units.get(name, 'count'))}"
    for name, holds in sorted(result.statuses.items()):
        yield f"  {plan.labels.get(name, name)}: {'yes' if holds[at] else 'no'}"


def _ranks(played: Played, at: int) -> Iterator[str]:
    rank = played.plan.ladder[int(played.result.rank[at])]
    yield f"  Rank this period: {rank.label}; career: {answer.career_rank(played, at)}"
    missing = answer.tell_missing(played, at)
    for name, lacks in list(missing.items())[:1]:
        for one in lacks:
            unit = one["unit"]
            if unit == "truth":
                yield f"  For {name}: {one['label']}: not met"
                continue
            have, need, more = (_amount(played.plan, one[key], unit) for key in ("have", "need", "missing"))
            yield f"  For {name}: {one['label']}: {have} of {need}, {more} missing"
    yield from _legs(played, at, next(iter(missing), ""))


def _legs(played: Played, at: int, rank: str) -> Iterator[str]:
    """What was counted of each leg, and what a cap left out, for the next rank's requirements."""
    plan, names = played.plan, played.standing.names
    for requirement in plan.requirements:
        if plan.ladder[requirement.rank].name != rank:
            continue
        for leg in counted_legs(plan, played.facts, played.result, at, requirement):
            counted, volume = (_amount(plan, value, requirement.unit) for value in (leg.counted, leg.volume))
            whose = "your own" if leg.head == at else f"the leg of {names[leg.head]}"
            yield f"    of {whose} count {counted} of {volume}"


def _exact(plan: Plan, millionths: int) -> str:
    """An exact amount, with as many decimals as it has and no fewer than its currency."""
    if millionths % MILLION == 0:
        return f"{major(plan, millionths // MILLION)} {plan.currency}"
    return f"{show_number(millionths, plan.exponent + 6)} {plan.currency}"


def _amount(plan: Plan, value: int, unit: str) -> str:
    """A value with its unit."""
    if unit == "money":
        return f"{major(plan, value)} {plan.currency}"
    return show(plan, value, unit) + (" points" if unit == "points" else "")


def _earned(played: Played, at: int) -> Iterator[str]:
    plan, result = played.plan, played.result
    items, rows = answer.items_of(result, at), list(answer.rows_of(result, at))
    reasons = dict(zip(rows, why_lines(plan, played.facts, result, rows), strict=True))
    for number, bonus in enumerate(plan.bonuses):
        shares = int(result.shares[bonus.name][at]) if bonus.name in result.shares else 0
        if shares:
            yield f"  {bonus.label}: {shares} shares"
        mine = [row for row in rows if result.lines.bonus[row] == number]
        if mine or bonus.name in items:
            yield f"  {bonus.label}: {major(plan, items.get(bonus.name, 0))} {plan.currency}"
            for row in mine:
                yield "    " + _line(played, row, reasons[row])


def _line(played: Played, row: int, reason: LineReason) -> str:
    amount = _exact(played.plan, reason.exact)
    if reason.kind not in (Kind.SALE, Kind.PERSON):
        return f"{_other(played, reason)}: {amount}"
    base = _amount(played.plan, reason.base, _base_unit(played, row))
    return f"{_whence(played, reason)}: {base} × {_rate(played, reason)} = {amount}"


def _other(played: Played, reason: LineReason) -> str:
    """What a line is that does not come from a walk; of pairs, what was matched; of a guarantee, with whom."""
    names, bonus = played.standing.names, played.plan.bonuses[reason.bonus]
    if reason.kind == Kind.PAIR:
        return f"pairs{_legs_of(played, bonus, reason.beneficiary, reason.level, reason.exact)}"
    if reason.kind == Kind.POOL and bonus.name in played.result.funds:
        fund = f"{major(played.plan, played.result.funds[bonus.name])} {played.plan.currency}"
        return f"share of the pool of {fund}"
    if reason.kind == Kind.GUARANTEE and reason.exact > 0:
        return f"passed up by {names[reason.origin]}"
    if reason.kind == Kind.GUARANTEE:
        return f"passed up to {names[reason.origin]}" if reason.origin >= 0 else "passed up to the company"
    return OTHER[reason.kind]


def _legs_of(played: Played, bonus: Bonus, at: int, ordinal: int, paid: int) -> str:
    """What stood in the legs of a position, and what is carried on; which position, where the owner has several;
    and, where a cap left less than they came to, to how much."""
    how = bonus.how
    if not isinstance(how, Pair):
        return ""
    slots, unit = played.plan.trees[how.along].slots, played.plan.units[how.volume]
    several = matched_legs(played.plan, played.facts, played.result, bonus, at)
    for legs in several:
        if legs.ordinal == ordinal:
            stood, carried = (
                " and ".join(
                    f"{_amount(played.plan, value, unit)} {slot}"
                    for value, slot in zip(two, slots, strict=True)
                )
                for two in (legs.total, legs.carried)
            )
            which = f" of position {ordinal}" if len(several) > 1 else ""
            full = f"; capped, of {_exact(played.plan, legs.uncapped)}" if legs.uncapped > paid else ""
            return f"{which} ({stood}; carried on {carried}{full})"
    return ""


def _whence(played: Played, reason: LineReason) -> str:
    """Whose order, on which level, and who was passed over on the way."""
    names = played.standing.names
    where = f"{_step(played, reason.bonus)} {reason.level}"
    if reason.skipped:
        where += f" ({', '.join(names[one] for one in reason.skipped)} passed over)"
    elif reason.depth != reason.level:
        where += f" ({reason.depth} places below)"
    if reason.source < 0:
        return f"{names[reason.origin]}, {where}"
    order = answer.order_of(played, reason.source)
    return f"{names[reason.origin]}'s order {order} of {_day(played, reason.source)}, {where}"


def _step(played: Played, bonus: int) -> str:
    """What a bonus counts on the way up."""
    how = played.plan.bonuses[bonus].how
    return "generation" if isinstance(how, Walk) and how.counts == "generations" else "level"


def _rate(played: Played, reason: LineReason) -> str:
    """The rate; how it came about where something was subtracted; from which rank on one has it."""
    found = f"{show_number(reason.rate_ppm, 4)} %"
    if reason.subtracted:
        own, less = (show_number(rate, 4) for rate in (reason.own_rate, reason.subtracted))
        found += f" ({own} % less {less} %)"
    if reason.rate_from > 0:
        found += f" (from {played.plan.ladder[reason.rate_from].label} on)"
    return found


OTHER = {
    Kind.AMOUNT: "from your own figures",
    Kind.ONCE: "once",
    Kind.POOL: "share of the pool",
    Kind.MOST: "over the most of this bonus",
    Kind.GROUP: "taken by a group rule",
    Kind.HELD: "held until its test is met",
    Kind.RELEASED: "released, held before",
}


def _base_unit(played: Played, row: int) -> str:
    how = played.plan.bonuses[int(played.result.lines.bonus[row])].how
    if isinstance(how, Walk) and how.source != "earnings":
        return played.plan.units.get(how.on[0], "money")
    return "money"


def _day(played: Played, source: int) -> str:
    return day_text(int(played.facts.lines.day[source]))


def _zeros(played: Played, at: int) -> Iterator[str]:
    for reason in why_not(played.plan, played.facts, played.result, at):
        bonus, names = played.plan.bonuses[reason.bonus].label, played.standing.names
        why = _zero(played, at, reason).format(
            by=names[reason.by] if reason.by is not None else "somebody in between",
            own=played.plan.ladder[int(played.result.rank[at])].label,
            rank=played.plan.ladder[reason.rank].label if reason.rank is not None else "a higher one",
        )
        if reason.source >= 0:
            seller = names[int(played.facts.lines.seller[reason.source])]
            order = (
                f"{seller}'s order {answer.order_of(played, reason.source)} of {_day(played, reason.source)}"
            )
            where = f"{_step(played, reason.bonus)} {reason.level}"
            yield f"  Nothing of {bonus} from {order}, {where}: {why}{_would(played, reason)}"
        else:
            origin = f" from {names[reason.origin]}" if reason.origin >= 0 else ""
            yield f"  Nothing of {bonus}{origin}: {why}"


def _zero(played: Played, at: int, reason: Reason) -> str:
    """The sentence for a reason, in the words of the bonus's shape."""
    bonus = played.plan.bonuses[reason.bonus]
    if reason.why in (Why.NO_PAIR, Why.CAP_REACHED) and isinstance(bonus.how, Pair):
        return ZEROS[reason.why] + _legs_of(played, bonus, at, 1, 0)
    if reason.why is Why.NOT_QUALIFIED and isinstance(bonus.how, Once):
        return "what it is given for has not come about"
    return ZEROS[reason.why]


def _would(played: Played, reason: Reason) -> str:
    """What it would have paid, where that has a meaning."""
    if not reason.would_have:
        return ""
    return f"; it would have paid {_exact(played.plan, reason.would_have)}"


def _settled(played: Played, name: str) -> Iterator[str]:
    plan, told = played.plan, answer.tell_statement(played.statements.get(name))
    for (who, bonus), amount in played.corrections.items():
        if who == name:
            yield f"  Returns take back of {bonus}: {major(plan, amount)} {plan.currency}"
    for deduction, amount in told["deductions"].items():
        yield f"  Deducted, {deduction}: {major(plan, amount)} {plan.currency}"
    for key, words in (("repaid", "Repaid of a debt"), ("waiting", "Waits until there is enough to pay out")):
        if told[key]:
            yield f"  {words}: {major(plan, told[key])} {plan.currency}"
    owes = f", owes {major(plan, told['debt'])} {plan.currency}" if told["debt"] else ""
    yield f"  Paid: {major(plan, told['payable'])} {plan.currency}{owes}"
