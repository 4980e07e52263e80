"""The frame of a plan: its name and dates, how it is settled, what pages show, and its fingerprint."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from commissions.core.document import Listed, Mapped, Node, Section, Text, nearest, shown
from commissions.core.language import Number
from commissions.core.reading import choices
from commissions.core.reading.draft import NAME, TAKEN, Draft
from commissions.core.terms import MILLION, Deduction, Ledger

# ISO 4217: how many decimals a currency has. The engine knows no library of them; a test compares with Babel's.
TWO_DECIMALS = (
    "AED AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR KES MAD MXN MYR NGN NOK NZD PEN PHP "
    "PLN QAR RON SAR SEK SGD THB TRY TWD UAH USD ZAR"
)
EXPONENTS = dict.fromkeys(TWO_DECIMALS.split(), 2)
EXPONENTS |= {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
LAST_VERSION = 32_767
MOST_DEDUCTIONS = 10


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    label: str
    says: str
    version: int
    starts: date
    period: str
    replaces: int


def head(draft: Draft) -> Head:
    """`plan:` — the name, the version, the first day, the currency and the period."""
    section = draft.root.section("plan")
    name = section.text("name")
    if name and not NAME.match(name):
        section.refuse("name", "must be one word of letters, digits and _", name)
    code = section.text("currency")
    if code not in EXPONENTS:
        hint = nearest(code, list(EXPONENTS))
        section.refuse("currency", f"{shown(code)} is not a currency this engine knows{hint}", code)
    # With no currency that is known, amounts in any are read on.
    draft.currency, draft.exponent = (code, EXPONENTS[code]) if code in EXPONENTS else ("", 2)
    period = section.choice("period", choices.PERIOD)
    draft.main_tree = section.text("main_tree")
    section.choice("judged_at", choices.JUDGED_AT, choices.JUDGED_REFUSED)
    told = len(draft.problems)
    version = section.whole("version", 1, LAST_VERSION)
    replaces = section.whole("replaces", 1, LAST_VERSION) if "replaces" in section.node.items else 0
    if replaces and replaces >= version and len(draft.problems) == told:
        section.refuse(
            "replaces", f"a version replaces an earlier one; this is version {version}", str(replaces)
        )
    found = Head(
        name,
        section.text("label", name),
        section.text("says", ""),
        version,
        _starts(section),
        period,
        replaces,
    )
    section.done()
    return found


def _starts(section: Section) -> date:
    text = section.text("starts")
    found = day(text)
    if found is None:
        section.refuse("starts", "must be a day like 2026-01-01", text)
    return found or date(1970, 1, 1)


def day(text: str) -> date | None:
    """A day like 2026-01-01. Older and newer Pythons read more than this; a plan says it one way."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None


def other_plans(draft: Draft) -> None:
    """`other_plans: {monthly: Lumen}` — prefixes under which other plans' last closed ranks are read: monthly.rank."""
    node = draft.root.take("other_plans")
    if node is None:
        return
    section = Section(node, "other_plans", draft.problems)
    for prefix in section.rest():
        name = section.text(prefix)
        if not NAME.match(prefix) or prefix in TAKEN:
            section.refuse(prefix, f"{shown(prefix)} cannot stand before a point", prefix)
        elif not NAME.match(name):
            section.refuse(prefix, "must be the name of another plan", name)
        else:
            draft.other_plans[prefix] = name


def renamed(draft: Draft) -> dict[str, str]:
    """`renamed: {Silver: Builder}` — what an earlier version called a rank or a memory, and what it is called now."""
    node = draft.root.take("renamed")
    if node is None:
        return {}
    section = Section(node, "renamed", draft.problems)
    found: dict[str, str] = {}
    known = [*draft.ranks, *draft.memory_units, *draft.windows]
    for old in section.rest():
        new = section.text(old)
        if old in known:
            section.refuse(
                old, f"{old} is a name of this version; renamed says what earlier ones called it", old
            )
        elif new not in known:
            section.refuse(
                old, f"{shown(new)} is not a rank or memory of this version{nearest(new, known)}", new
            )
        elif new in found.values():
            section.refuse(old, f"{new} is already what another name became", new)
        else:
            found[old] = new
    return found


def ledger(draft: Draft) -> Ledger:
    """`ledger:` — rounding, what a return takes back, deductions, the smallest payout."""
    section = draft.root.section("ledger")
    rounds = section.choice("round", choices.ROUND)
    returns = section.section("returns")
    take_back = returns.choice("take_back", choices.TAKE_BACK)
    ranks = returns.choice("ranks", choices.RETURN_RANKS)
    if ranks == "recomputed" and take_back != "recompute_while_open":
        returns.refuse(
            "ranks", "ranks are recomputed only with take_back: recompute_while_open", ranks, ("stay",)
        )
    not_covered = returns.choice("not_covered", choices.NOT_COVERED)
    returns.done()
    smallest = draft.typed(section, "smallest_payout", "money")
    if smallest is not None and not isinstance(smallest, Number):
        section.refuse("smallest_payout", f"must be an amount like 10 {draft.currency}")
    deductions = _deductions(draft, section)
    section.done()
    least = smallest.value if isinstance(smallest, Number) else 0
    return Ledger(least, take_back, not_covered, rounds, ranks, deductions)


def _deductions(draft: Draft, section: Section) -> tuple[Deduction, ...]:
    node = section.take("deductions")
    if node is None:
        return ()
    if not isinstance(node, Listed) or len(node.items) > MOST_DEDUCTIONS:
        section.refuse("deductions", f"must be a list of at most {MOST_DEDUCTIONS}, in their order")
        return ()
    found: list[Deduction] = []
    for item in node.items:
        entry = Section(item, "ledger.deductions", draft.problems)
        name, text = entry.text("name"), entry.text("rate")
        rate = draft.rate(text, entry.line("rate"), "ledger.deductions.rate", MILLION) if text else 0
        if name and (not NAME.match(name) or name in {one.name for one in found}):
            entry.refuse("name", "each deduction has a name of its own, one word", name)
        found.append(Deduction(name, rate, entry.choice("of", choices.DEDUCTED_OF)))
        entry.done()
    return tuple(found)


def shows(draft: Draft) -> dict[str, str]:
    """`shows:` — which of the plan's names pages call active, own volume and group volume. A plan that is only
    computed, never shown, may leave it out."""
    if "shows" not in draft.root.node.items:
        draft.root.take("shows")
        return {"active": "", "own_volume": "", "group_volume": ""}
    section = draft.root.section("shows")
    failed = sorted(draft.failed)
    points = [name for name, unit in draft.units.items() if unit == "points" and name not in draft.inputs]
    points += [name for name in failed if name not in points]
    found = {
        "active": section.choice("active", (*draft.statuses, *failed) or ("",)),
        "own_volume": section.choice("own_volume", tuple(points) or ("",)),
        "group_volume": section.choice("group_volume", tuple(points) or ("",)),
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
