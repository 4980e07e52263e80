"""A person's period in words: what was counted, which rank and why not the next, every amount and every zero."""

from collections.abc import Iterator

from commissions.core.explain import why_not
from commissions.core.plan import MILLION
from commissions.core.result import Kind
from commissions.core.scenario import answer
from commissions.core.scenario.running import Played
from commissions.core.scenario.values import day_text, decimals_of, major, show, show_number
from commissions.core.terms import Walk

ZEROS = {
    "skipped_inactive": "passed over as not active; the next one up stands closer instead",
    "not_entitled": "the rank is not paid on this level",
    "rank_not_paid_at_level": "the rank is not paid on this level",
    "beyond_last": "it is further down than the bonus pays",
    "beyond_last_level": "it is further down than the bonus pays",
    "blocked_by": "somebody in between blocks it",
    "not_qualified": "what the bonus asks of an earner is not met",
    "not_good_standing": "suspended, or gone",
    "held": "it waits until its test is met",
    "step_already_paid": "somebody further down took this generation",
    "already_given": "it was given before",
    "no_volume": "the order counts for nothing here",
    "seller_skipped": "the plan drops what the skipped sell",
    "fast_start_window": "the seller is so new that another bonus pays this order",
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
        yield f"  {plan.labels.get(name, name)}: {show(plan, int(values[at]), plan.units.get(name, 'count'))}"
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
                yield f"  For {name}: {one['requirement']} is not met"
                continue
            have, need, more = (show(played.plan, one[key], unit) for key in ("have", "need", "missing"))
            yield f"  For {name}: {one['requirement']}: has {have} of {need}, {more} missing"


def _earned(played: Played, at: int) -> Iterator[str]:
    plan, lines = played.plan, played.result.lines
    items = answer.items_of(played.result, at)
    for number, bonus in enumerate(plan.bonuses):
        rows = [row for row in answer.rows_of(played.result, at) if lines.bonus[row] == number]
        if rows or bonus.name in items:
            yield f"  {bonus.label}: {major(plan, items.get(bonus.name, 0))} {plan.currency}"
            for row in rows:
                yield "    " + _line(played, row)


def _line(played: Played, row: int) -> str:
    plan, lines = played.plan, played.result.lines
    kind, source = Kind(int(lines.kind[row])), int(lines.source[row])
    amount = show_number(int(lines.whole[row]) * MILLION + int(lines.micro[row]), plan.exponent + 6)
    origin = played.standing.names[int(lines.origin[row])] if lines.origin[row] >= 0 else "nobody"
    if kind not in (Kind.SALE, Kind.PERSON):
        return f"{OTHER.get(kind, kind.name.lower())}: {amount}"
    how = plan.bonuses[int(lines.bonus[row])].how
    step = "generation" if isinstance(how, Walk) and how.counts == "generations" else "level"
    level, depth = int(lines.level[row]), int(lines.depth[row])
    where = f"{step} {level}" + (f" ({depth} places below)" if depth != level else "")
    what = (
        f"{origin}'s order {answer.order_of(played, source)} of {_day(played, source)}"
        if source >= 0
        else origin
    )
    unit = _base_unit(played, row)
    base = show_number(int(lines.base[row]), decimals_of(plan, unit))
    rate = show_number(int(lines.rate_ppm[row]), 4)
    return f"{what}, {where}: {base}{' points' if unit == 'points' else ''} × {rate} % = {amount}"


OTHER = {
    Kind.AMOUNT: "from your own figures",
    Kind.ONCE: "once",
    Kind.PAIR: "pairs",
    Kind.POOL: "share of the pool",
    Kind.GUARANTEE: "guarantee",
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
    plan, lines = played.plan, played.facts.lines
    for reason in why_not(plan, played.facts, played.result, at):
        bonus = plan.bonuses[reason.bonus].label
        why = ZEROS.get(str(reason.why), str(reason.why).replace("_", " "))
        if reason.source >= 0:
            seller = played.standing.names[int(lines.seller[reason.source])]
            order = answer.order_of(played, reason.source)
            yield f"  Nothing of {bonus} from {seller}'s order {order} of {_day(played, reason.source)}: {why}"
        else:
            yield f"  Nothing of {bonus}: {why}"


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
