"""The frame of a plan: its name and dates, its tree, how it is settled, what pages show, and its fingerprint."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from commissions.core.document import Mapped, Node, Section, Text, nearest
from commissions.core.language import Number
from commissions.core.reading.draft import NAME, Draft
from commissions.core.terms import Ledger

# ISO 4217: how many decimals a currency has. The engine knows no library of them; a test compares with Babel's.
TWO_DECIMALS = (
    "AED AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KES MAD MXN MYR NGN NOK NZD PEN PHP "
    "PLN QAR RON SAR SEK SGD THB TRY TWD UAH USD ZAR"
)
EXPONENTS = dict.fromkeys(TWO_DECIMALS.split(), 2)
EXPONENTS |= {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    label: str
    says: str
    version: int
    starts: date


def head(draft: Draft) -> Head:
    """`plan:` — the name, the version, the first day, the currency and the period."""
    section = draft.root.section("plan")
    name = section.text("name")
    if name and not NAME.match(name):
        section.refuse("name", "must be one word of letters, digits and _", name)
    code = section.text("currency")
    if code not in EXPONENTS:
        hint = nearest(code, list(EXPONENTS))
        section.refuse("currency", f"{code!r} is not a currency this engine knows{hint}", code)
    # With no currency that is known, amounts in any are read on.
    draft.currency, draft.exponent = (code, EXPONENTS[code]) if code in EXPONENTS else ("", 2)
    section.choice("period", ("month",), later=("day", "week", "4 weeks"))
    section.choice("main_tree", ("sponsor",))
    section.choice("judged_at", ("end_of_period",), later=("when_sold",))
    found = Head(
        name,
        section.text("label", name),
        section.text("says", ""),
        section.whole("version", 1, 32_767),
        _starts(section),
    )
    section.later("replaces")
    section.done()
    return found


def _starts(section: Section) -> date:
    text = section.text("starts")
    try:
        # Older and newer Pythons read more than this; a plan says it one way.
        if len(text) != 10 or not text.isascii():
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        section.refuse("starts", "must be a day like 2026-01-01", text)
        return date(1970, 1, 1)


def trees(draft: Draft) -> None:
    """`trees:` — the sponsor tree alone, for now."""
    section = draft.root.section("trees")
    sponsor = section.section("sponsor")
    sponsor.choice("parent", ("chosen_at_sign_up",))
    sponsor.choice("moves", ("never", "with_approval"))
    sponsor.choice("who_leaves", ("stays_as_a_gap",), later=("team_moves_up",))
    sponsor.done()
    for name in section.rest():
        section.refuse(name, "a second tree is not supported yet", name)


def ledger(draft: Draft) -> Ledger:
    """`ledger:` — rounding, what a return takes back, the smallest payout."""
    section = draft.root.section("ledger")
    section.choice("round", ("half_up",), later=("half_even", "down"))
    returns = section.section("returns")
    take_back = returns.choice(
        "take_back", ("original_amounts",), later=("average_rate", "recompute_while_open")
    )
    returns.choice("ranks", ("stay",), later=("recomputed",))
    not_covered = returns.choice("not_covered", ("becomes_debt",), later=("written_off", "rolls_up"))
    returns.done()
    smallest = draft.typed(section, "smallest_payout", "money")
    if smallest is not None and not isinstance(smallest, Number):
        section.refuse("smallest_payout", "must be an amount like 10 EUR")
    section.later("deductions")
    section.done()
    return Ledger(smallest.value if isinstance(smallest, Number) else 0, take_back, not_covered)


def shows(draft: Draft) -> dict[str, str]:
    """`shows:` — which of the plan's names pages call active, own volume and group volume."""
    section = draft.root.section("shows")
    points = tuple(name for name, unit in draft.units.items() if unit == "points" or name in draft.failed)
    points += tuple(name for name in sorted(draft.failed) if name not in points)
    found = {
        "active": section.choice("active", (*draft.statuses, *sorted(draft.failed)) or ("",)),
        "own_volume": section.choice("own_volume", points or ("",)),
        "group_volume": section.choice("group_volume", points or ("",)),
    }
    section.done()
    return found


def canonical_hash(root: Mapped) -> str:
    """SHA-256 of what the document says: comments, spacing and the order of keys outside lists do not count."""

    def plain(node: Node) -> Any:
        if isinstance(node, Text):
            return " ".join(node.value.split())
        if isinstance(node, Mapped):
            return {key: plain(value) for key, value in node.items.items()}
        return [plain(item) for item in node.items]

    said = {key: plain(value) for key, value in root.items.items() if key != "scenarios"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
