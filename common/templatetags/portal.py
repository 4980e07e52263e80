"""What every template may use: icons, numbers in the reader's words, links that may not exist yet, charts.

Amounts are ints of minor units, volumes ints of hundredths of a point, rates ints of parts per million.
"""

from collections.abc import Iterable
from typing import Any

from babel.numbers import get_currency_symbol
from django import template
from django.conf import settings
from django.contrib.messages import constants
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from common import charts, drawn, money, reader

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
NOTICE_OF_LEVEL = {
    constants.DEBUG: "info",
    constants.INFO: "info",
    constants.SUCCESS: "ok",
    constants.WARNING: "wait",
    constants.ERROR: "stop",
}
# What browsers call themselves; most of them also name those that came before.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip
# Whichever of these addresses is the longest beginning of the current one is the current entry.
NAVIGATION = (
    "home", "notices", "earnings", "team", "orders", "catalogue", "sharing", "profile", "security", "disclosure",
    "plan", "news", "questions", "staff-questions",
    "staff-overview", "staff-months", "admin:index", "admin:distributors_distributor_changelist",
    "admin:sales_order_changelist", "admin:commissions_planversion_changelist",
    "admin:commissions_transfer_changelist",
)  # fmt: skip


# --- numbers ----------------------------------------------------------------------------------------------
def _money(amount: object, currency: str, *, signed: bool = False) -> str:
    if not isinstance(amount, int):
        return ""
    return money.format_money(amount, currency or settings.COMPANY_CURRENCY, reader.locale(), signed=signed)


@register.filter(name="money")
def money_filter(amount: object, currency: str = "") -> str:
    """€1,234.56; nothing for what is not an amount."""
    return _money(amount, currency)


@register.filter
def signed_money(amount: object, currency: str = "") -> str:
    """+€212.44 or −€6.48; zero has no sign."""
    return _money(amount, currency, signed=True)


@register.filter
def money_plain(amount: object, currency: str = "") -> str:
    """1,234.56, for a column whose header names the currency."""
    return _without_symbol(_money(amount, currency), currency)


@register.filter
def signed_money_plain(amount: object, currency: str = "") -> str:
    """+212.44 or −6.48, for a column whose header names the currency."""
    return _without_symbol(_money(amount, currency, signed=True), currency)


def _symbol(currency: str) -> str:
    return str(get_currency_symbol(currency or settings.COMPANY_CURRENCY, locale=reader.locale()))


def _without_symbol(text: str, currency: str) -> str:
    return text.replace(_symbol(currency), "").strip(f" {NO_BREAK}\N{NARROW NO-BREAK SPACE}")


@register.simple_tag
def big_money(amount: object, currency: str = "") -> SafeString:
    """An amount whose symbol is lighter than its digits."""
    text, symbol = _money(amount, currency), _symbol(currency)
    before, found, after = text.partition(symbol)
    if not found:
        return format_html('<span class="num">{}</span>', text)
    return format_html('<span class="num">{}<span class="symbol">{}</span>{}</span>', before, symbol, after)


@register.filter
def volume(hundredths: object, unit: str = "") -> str:
    """6,128.40 GV; without a unit where the column's header names it."""
    if not isinstance(hundredths, int):
        return ""
    return money.format_volume(hundredths, unit, reader.locale())


@register.filter
def rate(ppm: object, least: int = 0) -> str:
    """8 % from 80000 parts per million; with as many decimals as a column's numbers have in common, 8.0 %."""
    return money.format_rate(ppm, reader.locale(), least=least) if isinstance(ppm, int) else ""


@register.filter
def percent_floor(have: object, need: object) -> str:
    """How far along, rounded down, so that 100 % is said only when the requirement is met."""
    return f"{share(have, need) // 10}{NO_BREAK}%"


@register.filter
def share(have: object, need: object) -> int:
    """Thousandths reached, from 0 to 1000, rounded down."""
    if not isinstance(have, int) or not isinstance(need, int):
        return 0
    if need <= 0:
        return 1000
    return max(0, min(1000, have * 1000 // need))


@register.filter
def tenths(thousandths: object) -> str:
    """766 as 76.6, for a length in per cent as an SVG attribute."""
    return f"{thousandths // 10}.{thousandths % 10}" if isinstance(thousandths, int) else "0"


@register.filter
def missing(need: object, have: object) -> int:
    """What is still lacking, never below zero."""
    return max(0, need - have) if isinstance(need, int) and isinstance(have, int) else 0


@register.filter
def initials(name: object) -> str:
    """First letters of the first and the last word of a name."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper()


@register.filter
def counted(number: object) -> str:
    """1,660 people: a count as the reader's language writes it."""
    return money.format_count(number, reader.locale()) if isinstance(number, int) else str(number)


@register.filter
def browser_name(user_agent: object) -> str:
    """Firefox on Windows: what a browser says of itself, as people call it."""
    said = str(user_agent or "")
    browser = next((name for mark, name in BROWSERS if mark in said), gettext("A browser"))
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    return (
        gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
    )


@register.filter
def grouped(number: object) -> str:
    """104 233: a long number set in threes by spaces that do not break."""
    return f"{number:,}".replace(",", NO_BREAK) if isinstance(number, int) else str(number)


# --- pieces -----------------------------------------------------------------------------------------------
icon = register.simple_tag(drawn.icon)
register.simple_tag(drawn.rank)
register.simple_tag(drawn.activity)


@register.filter
def notice_kind(level: int) -> str:
    """Which notice a message of Django's levels becomes."""
    return NOTICE_OF_LEVEL.get(level, "info")


@register.simple_tag
def href(name: str, *args: object, **kwargs: object) -> str:
    """The address of a page, or nothing where this installation does not have the page."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    name: str,
    text: str,
    image: str = "",
    kind: str = "side-link",
    count: Any = None,
    waiting: Any = None,
) -> str:
    """One entry of the navigation; left out where the page does not exist.

    `count` is how much there is, `waiting` how much has not been read.

    A view may put `nav` into its context to say which entry is the current one.
    """
    address = href(name)
    if not address:
        return ""
    return format_html(
        '<a class="{}" href="{}"{}>{}<span>{}</span>{}</a>',
        kind,
        address,
        mark_safe(' aria-current="page"') if _current(context) == name else "",
        icon(image) if image else "",
        text,
        _side_count(count, waiting),
    )


def _side_count(count: Any, waiting: Any) -> str:
    if waiting:
        unread = gettext("not read")
        marked = '<span class="side-count waiting num">{}<span class="sr-only"> {}</span></span>'
        return format_html(marked, waiting, unread)
    return format_html('<span class="side-count num">{}</span>', counted(count)) if count else ""


def _current(context: Context) -> str:
    if context.get("nav"):
        return str(context["nav"])
    request = context.get("request")
    if request is None:
        return ""
    memory = context.render_context
    if "current_entry" not in memory:
        memory["current_entry"] = _longest_match(request.path)
    return str(memory["current_entry"])


def _longest_match(path: str) -> str:
    matches = []
    for name in NAVIGATION:
        address = href(name)
        if address and (path == address or (address != "/" and path.startswith(address))):
            matches.append((len(address), name))
    return max(matches)[1] if matches else ""


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The current query string with some values changed; None or "" takes one away."""
    request = context.get("request")
    values = request.GET.copy() if request is not None else None
    if values is None:
        return format_html_join("&", "{}={}", ((k, v) for k, v in changes.items() if v not in (None, "")))
    for key, value in changes.items():
        if value in (None, ""):
            values.pop(key, None)
        else:
            values[key] = str(value)
    return f"?{values.urlencode()}"


# --- charts -----------------------------------------------------------------------------------------------
@register.inclusion_tag("components/chart.html", takes_context=True)
def chart(context: Context, drawing: charts.Chart, level: int = 2) -> dict[str, Any]:
    """A card with a chart at two widths and its table, which `?<key>=table` asks for."""
    request = context.get("request")
    asked = request.GET.get(drawing.key) if request is not None else None
    label = _axis_label(drawing)
    return {
        "chart": drawing,
        "level": level,
        "as_table": asked == "table",
        "wide": mark_safe(charts.draw(drawing, width=460, label=label)),  # noqa: S308
        "narrow": mark_safe(charts.draw(drawing.last(7), width=310, label=label)),  # noqa: S308
        "head": [item.name for item in drawing.series],
        "rows": list(_table_rows(drawing)),
    }


def _axis_label(drawing: charts.Chart) -> charts.Label:
    """Whole currency units or points on an axis; the exact figures stand in the table."""

    def label(value: int, *, with_unit: bool = False) -> str:
        whole = (value + drawing.scale // 2) // drawing.scale
        text = money.format_volume(whole * 100, "", reader.locale()).rpartition(_decimal_mark())[0]
        if not with_unit or not drawing.is_money:
            return text
        # The unit once, on the top rule, where the formatter would put it.
        return _money(value, drawing.currency).replace(money_plain(value, drawing.currency), text)

    return label


def _decimal_mark() -> str:
    return money.format_volume(0, "", reader.locale())[1]


def _table_rows(drawing: charts.Chart) -> Iterable[dict[str, Any]]:
    show = money_plain if drawing.is_money else volume
    for at, month in enumerate(drawing.months):
        values = [item.values[at] for item in drawing.series]
        yield {
            "month": month.name,
            "open": not month.final,
            "values": [show(value) for value in values],
            "sum": show(sum(values)) if drawing.stacked else "",
        }
