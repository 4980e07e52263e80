"""What the demo's newcomers read: the agreement, and an income disclosure counted from its own books."""

from collections.abc import Sequence
from datetime import date, datetime
from statistics import median_low
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from commissions.models import StatementItem
from common.money import format_money
from distributors.models import Distributor, Document
from distributors.operations import documents

YEAR = ("2025-10", "2026-09")
YEAR_ENDS = datetime(2026, 10, 1, tzinfo=ZoneInfo(settings.COMPANY_TIME_ZONE))
# Minor units: from, up to and not including; None has no upper bound.
BANDS = ((0, 1), (1, 10_000), (10_000, 50_000), (50_000, 200_000), (200_000, 1_000_000), (1_000_000, None))

AGREEMENT = """\
You are an independent seller of Linden & Rye, not an employee. You choose when, where and whether you sell.

The starter kit costs €49.00 once, the portal €15.00 a year. Nothing else has to be bought, to join or to \
stay. The kit and the fee carry no volume: nobody earns from them.

You are paid for what is sold. Bringing in other people pays nothing by itself.

You may give back the starter kit and unopened goods within twelve months, for at least 90\N{NO-BREAK SPACE}% \
of what you paid.

You may leave on any day by telling us; nothing is owed for leaving. What you have earned is still paid.

You say about earnings what the income disclosure says, and nothing beyond it.
"""
FACTS = [
    {"label": "To join", "text": "€49.00 for the starter kit, once"},
    {"label": "To stay", "text": "€15.00 a year for the portal"},
    {
        "label": "To leave",
        "text": "On any day; unopened goods go back for 90\N{NO-BREAK SPACE}% or more within a year",
    },
]


def publish_agreement() -> None:
    """Version 1, unless it stands already."""
    if Document.objects.filter(kind=Document.Kind.AGREEMENT).exists():
        return
    documents.publish(
        kind=Document.Kind.AGREEMENT,
        title="Distributor agreement",
        summary="You may leave on any day, and nobody may ask you to buy more than you can sell.",
        body=AGREEMENT,
        figures={"facts": FACTS},
        published_on=date(2024, 11, 4),
    )


def publish_disclosure() -> None:
    """Version 1 counts everybody who was a distributor in the year, zeros first; unless it stands."""
    if Document.objects.filter(kind=Document.Kind.DISCLOSURE).exists():
        return
    figures = count(earned=_earned())
    nothing = figures["bands"][0]["people"]
    share = 100 * nothing // figures["people"]
    documents.publish(
        kind=Document.Kind.DISCLOSURE,
        title="Income disclosure",
        summary=f"From October 2025 to September 2026, {share}\N{NO-BREAK SPACE}% of our distributors were paid "
        "nothing.",
        body=_words(figures),
        figures=figures,
        published_on=date(2026, 10, 5),
    )


def _earned() -> list[int]:
    """What each distributor was paid in the year, in minor units; also who was paid nothing, or left."""
    people = Distributor.objects.filter(joined_at__lt=YEAR_ENDS).order_by()
    sums = dict(
        StatementItem.objects.filter(
            run__state="final", run__period__key__gte=YEAR[0], run__period__key__lte=YEAR[1]
        )
        .values_list("distributor_id")
        .annotate(Sum("amount"))
    )
    return [sums.get(pk, 0) for pk in people.values_list("pk", flat=True)]


def count(*, earned: Sequence[int]) -> dict[str, Any]:
    """The table: how many people were paid how much. The bands' people add up to everybody."""
    bands = []
    for low, high in BANDS:
        inside = [
            amount for amount in earned if (low <= amount or not low) and (high is None or amount < high)
        ]
        share_ppm = 1_000_000 * len(inside) // len(earned)
        bands.append({"from": low, "to": high, "people": len(inside), "share_ppm": share_ppm})
    return {
        "from": YEAR[0],
        "to": YEAR[1],
        "currency": settings.COMPANY_CURRENCY,
        "people": len(earned),
        "paid": sum(earned),
        "median": median_low(earned),
        "highest": max(earned),
        "bands": bands,
        "costs": [
            {"label": "Starter kit, once", "amount": 4_900},
            {"label": "Portal, each year", "amount": 1_500},
        ],
    }


def _words(figures: dict[str, Any]) -> str:
    people, bands = figures["people"], figures["bands"]
    below = sum(band["people"] for band in bands[:2])
    return (
        f"{people:,} people were distributors of Linden & Rye for some or all of these twelve months. All of "
        "them are counted, also those who left, who ordered for themselves only, or who joined in the last "
        "month.\n\n"
        f"{bands[0]['people']:,} of them were paid nothing. {_half(figures['median'])} {below:,} were paid less "
        f"than {_money(bands[1]['to'])} in the whole year.\n\n"
        f"{bands[-1]['people']:,} were paid {_money(bands[-1]['from'])} or more. That is not what you should "
        "expect.\n\n"
        "These amounts are before your own costs: the starter kit, the yearly fee, travel, goods you do not "
        "sell, and your time. Many people who were paid something spent more than that."
    )


def _half(median: int) -> str:
    if median <= 0:
        return "That is more than half of all."
    return f"Half were paid {_money(median)} or less."


def _money(amount: int) -> str:
    return format_money(amount, settings.COMPANY_CURRENCY, settings.COMPANY_LOCALE)
