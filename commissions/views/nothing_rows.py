"""Why orders paid nothing, in sentences: what happened, where the person stands, what the rule is."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commissions.core.explain import Why
from commissions.queries.unpaid import Group
from commissions.queries.unpaid_orders import UnpaidOrder, UnpaidPage
from common import spoken
from common.templatetags.portal import counted, money_filter
from sales.queries import orders

TEXTS = {
    Why.NOT_GOOD_STANDING: gettext_lazy("Nothing is paid while a distributorship is suspended or has ended."),
    Why.BEYOND_LAST_LEVEL: gettext_lazy(
        "The bonus ends with level %(last)s, and whoever sold stands deeper."
    ),
    Why.FAST_START_WINDOW: gettext_lazy(
        "Whoever sold had joined so recently that another bonus of the plan pays for it."
    ),
    Why.NO_VOLUME: gettext_lazy(
        "Nothing of it counts for this bonus, as nothing of starter kits, fees and orders at your own price does."
    ),
    Why.SELLER_SKIPPED: gettext_lazy("The plan leaves out what somebody sells who is not active."),
    Why.SKIPPED_INACTIVE: gettext_lazy(
        "You were not active, so it was passed on to the next active person above you."
    ),
    Why.LEFT_OUT_BY_ONLY: gettext_lazy("This bonus is paid for orders of another kind."),
    Why.OUTSIDE_CAMPAIGN: gettext_lazy("This bonus is a campaign of other days."),
    Why.BEFORE_FIRST_LEVEL: gettext_lazy("Whoever sold stands closer to you than this bonus begins."),
    Why.ENDED_AT: gettext_lazy(
        "Somebody between you and the seller has reached so much that nobody above is paid from there."
    ),
    Why.BLOCKED_BY: gettext_lazy("Somebody between you and the seller blocks what is further down."),
    Why.STEP_ALREADY_PAID: gettext_lazy("Somebody between you and the seller was paid this step already."),
    Why.NO_DIFFERENCE: gettext_lazy(
        "Only the difference between rates is paid, and somebody between you and the seller has as high a rate as you."
    ),
    Why.NOT_ENTITLED: gettext_lazy("Your rate under this bonus was nothing."),
    Why.HELD: gettext_lazy("It waits until you meet what the bonus asks."),
    Why.CAP_REACHED: gettext_lazy("You have had the most that this bonus pays in one period."),
    Why.GROUP_RULE: gettext_lazy("A rule over several bonuses took it back."),
    Why.ALREADY_GIVEN: gettext_lazy("It is given once, and you have had it."),
    Why.NO_POSITION: gettext_lazy("You have no position in the tree that this bonus looks at."),
    Why.NO_PAIR: gettext_lazy("Your two legs do not make a pair yet."),
    Why.NO_SHARE: gettext_lazy("You had no share of this pool."),
    Why.EMPTY_FUND: gettext_lazy("There was nothing to share."),
    Why.NOTHING_SENT: gettext_lazy("Nobody below you had anything to pass up."),
    Why.NOT_QUALIFIED: gettext_lazy("You did not meet what this bonus asks of you."),
    Why.RANK_NOT_PAID_AT_LEVEL: gettext_lazy(
        "You were paid as %(own)s, and a %(own)s is not paid on level %(level)s. A %(rank)s is."
    ),
}


# What the list is narrowed to, by the word in the address.
AT_ALL, ELSEWHERE = "nothing", "elsewhere"
BY_ORDER = "order"


def narrowed(found: Sequence[Group], *, to: str) -> list[Group]:
    """The orders that paid nothing at all, or those that were paid under another bonus."""
    return [one for one in found if one.paid_elsewhere == (to == ELSEWHERE)]


def switch(
    found: Sequence[Group] | None, *, chosen: str, path: str, by_order: bool = False
) -> list[dict[str, Any]]:
    """The two lists, each with how many orders are in it, as far as that is known."""
    words = {AT_ALL: _("Paid you nothing at all"), ELSEWHERE: _("Paid under another bonus")}
    return [
        {
            "text": word,
            "count": "" if found is None else counted(_count(narrowed(found, to=to))),
            "link": address(path, orders=to, by_order=by_order),
            "chosen": to == chosen,
        }
        for to, word in words.items()
    ]


def _count(found: Sequence[Group]) -> int:
    return len({number for one in found for number in one.numbers})


def address(path: str, *, orders: str, by_order: bool, after: str = "") -> str:
    """Where a list stands: `orders` is AT_ALL or ELSEWHERE."""
    asked = {"orders": orders if orders != AT_ALL else "", "by": BY_ORDER if by_order else "", "after": after}
    words = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{words}" if words else path


def singly(found: UnpaidPage, *, chosen: str, path: str) -> dict[str, Any]:
    """A page of single orders, each with its reasons, and the way to older ones."""
    given = {"total": counted(found.total), "unpaid": counted(found.unpaid)}
    summary = ngettext(
        "Of %(total)s order of yours and of your team in these days, %(unpaid)s paid you nothing under any bonus.",
        "Of %(total)s orders of yours and of your team in these days, %(unpaid)s paid you nothing under any bonus.",
        found.total,
    )
    deep = ngettext(
        "%(n)s order of somebody far below you is not listed here; ask for it by its number.",
        "%(n)s orders of people far below you are not listed here; ask for one by its number.",
        found.too_deep,
    )
    return {
        "summary": summary % given,
        "rows": [_single(one) for one in found.orders],
        "deep": deep % {"n": counted(found.too_deep)} if found.too_deep else "",
        "first_link": address(path, orders=chosen, by_order=True),
        "more_link": address(path, orders=chosen, by_order=True, after=found.after) if found.after else "",
    }


def _single(one: UnpaidOrder) -> dict[str, Any]:
    where = _("Your own sale")
    if one.levels:
        told = ngettext("%(n)s level below you", "%(n)s levels below you", one.levels)
        where = told % {"n": counted(one.levels)}
    return {
        "number": one.number,
        "buyer": one.buyer,
        "day": spoken.day_in_year(one.booked_at) if one.booked_at else "",
        "where": where,
        "reasons": rows(one.reasons),
    }


def named(found: Sequence[Group], *, reader_id: int) -> list[dict[str, Any]]:
    """The groups as `rows` shows them, with the orders that have a name: by whom, and when. One query for all."""
    lines = orders.describe(
        order_line_ids={one for group in found for one in group.line_ids}, viewer_id=reader_id
    )
    return [
        {**row, "orders": [_order(number, lines[line]) for number, line in row["named"]]}
        for row in rows(found)
    ]


def _order(number: str, line: orders.LineInfo) -> dict[str, str]:
    day = spoken.day_in_year(line.booked_at or line.placed_on)
    return {"number": number, "buyer": line.buyer_label, "day": day}


def rows(found: Sequence[Group]) -> list[dict[str, Any]]:
    """The groups, those that would have paid most first."""
    ordered = sorted(found, key=lambda one: (-(one.would_have or 0), one.label, -one.orders))
    return [
        {
            "count": counted(one.orders),
            "title": _title(one),
            "bonus": one.label,
            "named": tuple(zip(one.numbers, one.line_ids, strict=False)),
            "unnamed": max(0, one.orders - len(one.line_ids)),
            "text": TEXTS[one.why]
            % {"own": one.own_rank, "rank": one.rank, "level": one.level, "last": one.last_level},
            "amount": _amount(one),
        }
        for one in ordered
    ]


def _title(one: Group) -> str:
    given = {"bonus": one.label, "level": one.level}
    if one.level:
        text = ngettext(
            "order on level %(level)s, under %(bonus)s",
            "orders on level %(level)s, under %(bonus)s",
            one.orders,
        )
        return text % given
    return ngettext("order under %(bonus)s", "orders under %(bonus)s", one.orders) % given


def _amount(one: Group) -> str:
    if one.would_have is None:
        return money_filter(0)
    if one.rank:
        return _("%(amount)s as %(rank)s") % {"amount": money_filter(one.would_have), "rank": one.rank}
    return _("would have paid %(amount)s") % {"amount": money_filter(one.would_have)}
