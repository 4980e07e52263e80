"""The shapes of bonuses beside the walk: amount, once, pair, pool, guarantee."""

import re

from commissions.core.document import Mapped, Section, Text, shown
from commissions.core.language import Expression, Number, SyntaxProblem, Word, exactly, parse, parts
from commissions.core.reading import choices
from commissions.core.reading.draft import Draft
from commissions.core.reading.people import periods
from commissions.core.reading.volumes import worth_of
from commissions.core.terms import MILLION, NEVER, UNLIMITED, Amount, Guarantee, Once, Pair, Pool, Volume

MOST_EXPIRY = 120  # periods
OF_FUND = re.compile(r"(.+%) of fund\Z")
UNIT = re.compile(r"([0-9][0-9_.]*) to ([0-9][0-9_.]*)\Z")


# --- amount -----------------------------------------------------------------------------------------------------------
def amount(draft: Draft, name: str, section: Section) -> Amount | None:
    """So much for a person; or, by a volume or an expression over the order line, for each line to its seller."""
    node = section.node.items.get("amount")
    text = node.value if isinstance(node, Text) else ""
    volume = _volume(draft, name, section, text)
    if volume is not None:
        section.take("amount")
        worth = worth_of(draft, section, volume.name, volume.unit)
        return Amount(None, volume.name, draft.test(section, "only", draft.names("line")), worth or MILLION)
    if section.take("only") is not None:
        section.refuse("only", "is asked of order lines; this amount is of a person")
    found = draft.in_units(section, "amount", ("money", "exact money", "points", "exact points"))
    if found is None:
        section.take("worth")
        return None
    expression, unit = found
    worth = worth_of(draft, section, "the amount", unit.removeprefix("exact "))
    return Amount(expression if unit.startswith("exact ") else exactly(expression), worth=worth or MILLION)


def _volume(draft: Draft, name: str, section: Section, text: str) -> Volume | None:
    """The volume of that name; or one of its own, named like the bonus, for an expression over the order line."""
    known = {volume.name: volume for volume in draft.volumes}
    if text in known:
        return known[text]
    try:
        over_lines = any(isinstance(part, Word) and part.prefix == "line" for part in parts(parse(text)))
    except SyntaxProblem:
        return None  # told when it is read as a person's amount
    if not over_lines:
        return None
    where, names = f"{section.name}.amount", draft.names("volume")
    expression = draft.expression(text, section.line("amount"), where, "money", names)
    volume = Volume(name, name, "money", "", "self_and_customers", expression)
    draft.units[name], draft.lines[name] = "money", section.line("")
    draft.labels[name] = section.text("label", name.replace("_", " ").capitalize())
    draft.volumes.append(volume)
    return volume


# --- once -------------------------------------------------------------------------------------------------------------
def once(draft: Draft, name: str, section: Section) -> Once | None:
    """The first time a test holds."""
    test = draft.typed(section, "once", "truth")
    then = section.choice("then", ("new_position",)) if "then" in section.node.items else ""
    section.take("then")
    gives = draft.typed(section, "gives", "money") if "gives" in section.node.items or not then else None
    section.take("gives")
    again = section.choice("again", choices.AGAIN)
    tree = _position_tree(draft, section, then, test)
    return Once(test, gives, again, then, tree) if test is not None else None


def _position_tree(draft: Draft, section: Section, then: str, test: Expression | None) -> str:
    """Where the new position is taken: the tree that is said, or the only one that the test, or the plan, can mean."""
    trees = tuple(tree.name for tree in draft.trees.values() if tree.slots)
    if not then:
        if section.take("in") is not None:
            section.refuse("in", "says where a new position is taken; it needs then: new_position")
        return ""
    asked = {getattr(part, "tree", "") for part in parts(test)} if test is not None else set()
    meant = [tree for tree in trees if tree in asked] or list(trees)
    if "in" not in section.node.items and len(meant) == 1:
        section.take("in")
        return meant[0]
    if not trees:
        section.refuse("then", "a new position needs a tree with slots", then)
        return ""
    return section.choice("in", trees)


# --- pair -------------------------------------------------------------------------------------------------------------
def pair(draft: Draft, name: str, section: Section) -> Pair | None:
    """Two legs of each position matched against each other."""
    inner = section.section("pair")
    two = tuple(tree.name for tree in draft.trees.values() if len(tree.slots) == 2)
    many = [tree.name for tree in draft.trees.values() if len(tree.slots) != 2]
    refused = dict.fromkeys(many, "pairs need a tree with exactly two slots")
    along = inner.choice("along", two or ("a tree with two slots",), refused)
    slots = draft.trees[along].slots if along in draft.trees else ("left", "right")
    volumes = {volume.name: volume.unit for volume in draft.volumes}
    volume = inner.choice("volume", tuple(volumes) or ("",))
    volume_unit = volumes.get(volume, "points")
    unit = _unit(draft, inner, "unit", volume_unit)
    percent = unit == (0, 0)
    takes = _unit(draft, inner, "takes", volume_unit) if "takes" in inner.node.items else unit
    pays, rate = _pays(draft, inner, percent=percent)
    worth = _worth(draft, inner, volume, volume_unit, percent=percent)
    if percent and "takes" in inner.node.items:
        inner.refuse("takes", "a percentage of the smaller leg takes that from both legs")
    found = Pair(
        along,
        volume,
        unit,
        takes,
        pays,
        rate,
        inner.choice(
            "own_volume_goes_to", {"neither": "", "weaker": "the leg with less", **dict.fromkeys(slots, "")}
        ),
        _carry(draft, inner, volume_unit),
        _expires(inner),
        inner.choice("when_not_qualified", choices.NOT_QUALIFIED),
        *_cap(draft, inner, along, percent=percent),
        worth=worth,
    )
    inner.done(("cap", "takes", "pays_rate", "pays_per_pair"))
    return found if pays is not None or rate is not None else None


def _unit(draft: Draft, inner: Section, key: str, volume_unit: str) -> tuple[int, int]:
    """200 to 400: of the smaller and of the larger leg; any: percent of the smaller leg."""
    text = inner.text(key)
    if text == "any" and key == "unit":
        return 0, 0
    match = UNIT.match(text)
    if match is None:
        if text:
            inner.refuse(key, "must be like 200 to 400 (of the smaller and of the larger leg)"
                              + (", or any" if key == "unit" else ""), text)  # fmt: skip
        return 1, 1
    found = [_amount_of(draft, inner, key, digits, volume_unit) for digits in match.groups()]
    if not all(found):
        inner.refuse(key, "must be more than 0 of each leg", text)
    return found[0] or 1, found[1] or 1


def _amount_of(draft: Draft, inner: Section, key: str, text: str, volume_unit: str) -> int:
    """A number of a volume; a bare one is in the volume's unit."""
    said = (
        f"{text} {draft.currency}"
        if volume_unit == "money" and text.replace("_", "").replace(".", "").isdigit()
        else text
    )
    number = draft.number(said, inner.line(key), f"{inner.name}.{key}", (volume_unit,))
    return number.value if isinstance(number, Number) else 0


def _pays(draft: Draft, inner: Section, *, percent: bool) -> tuple[Expression | None, Expression | None]:
    key, other = ("pays_rate", "pays_per_pair") if percent else ("pays_per_pair", "pays_rate")
    if inner.take(other) is not None:
        kind = "of any unit pays a percentage" if percent else "of a unit pays an amount"
        inner.refuse(other, f"a pair {kind}: {key}")
        if key not in inner.node.items:
            inner.take(key)
            return None, None
    found = draft.typed(inner, key, "rate" if percent else "money")
    return (None, found) if percent else (found, None)


def _worth(draft: Draft, inner: Section, volume: str, unit: str, *, percent: bool) -> int:
    if percent:
        return worth_of(draft, inner, volume, unit) or MILLION
    if inner.take("worth") is not None:
        inner.refuse("worth", "a pair that pays an amount needs no worth")
    return MILLION


def _carry(draft: Draft, inner: Section, volume_unit: str) -> int:
    text = inner.text("carry", "")
    if not text:
        inner.missing("carry", "must be chosen, there is no default", choices.CARRY)
        return 0
    if text in {"none", "unlimited"}:
        return 0 if text == "none" else UNLIMITED
    return _amount_of(draft, inner, "carry", text, volume_unit)


def _expires(inner: Section) -> int:
    node = inner.node.items.get("carry_expires")
    if isinstance(node, Text) and node.value == "never":
        inner.take("carry_expires")
        return NEVER
    if node is None:
        inner.missing("carry_expires", "must be chosen, there is no default", ("n periods", "never"))
        return NEVER
    return periods(inner, "carry_expires", 1, MOST_EXPIRY, "never")


def _cap(
    draft: Draft, inner: Section, along: str, *, percent: bool
) -> tuple[Expression | None, str, str, str]:
    """{pairs: 40, over: flush} or {money: 2_000 USD, over: carry}"""
    if "cap" not in inner.node.items:
        inner.take("cap")
        return None, "", "", "position"
    cap = inner.section("cap")
    kinds = [kind for kind in ("pairs", "money") if kind in cap.node.items]
    over = cap.choice("over", choices.OVER_THE_CAP)
    several = along in draft.trees and draft.trees[along].positions_per_person > 1
    per = cap.choice("per", choices.CAP_PER) if several or "per" in cap.node.items else "position"
    cap.take("per")
    if len(kinds) != 1:
        cap.take("pairs"), cap.take("money")
        cap.done()
        cap.refuse("", "a cap counts one of these", "", ("pairs", "money"))
        return None, "", over, per
    if percent and kinds == ["pairs"]:
        cap.refuse("pairs", "a pair of any unit is a percentage: there are no pairs to count", "", ("money",))
    found = draft.typed(cap, kinds[0], "count" if kinds[0] == "pairs" else "money")
    cap.done(("pairs", "money"))
    return found, kinds[0], over, per


# --- pool -------------------------------------------------------------------------------------------------------------
def pool(draft: Draft, name: str, section: Section) -> Pool | None:
    """A fund of the company, shared."""
    inner = section.section("pool")
    fund = draft.typed(inner, "fund", "exact money", draft.names("company"))
    shares_are = inner.choice("shares_are", choices.SHARES_ARE)
    shares_of = _shares_of(draft, inner)
    units = ("points", "money", "count") if shares_are == "divided_by_all_shares" else ("rate",)
    shares = None if shares_of else draft.in_units(inner, "shares", units)
    inner.take("shares")
    if shares_of and shares_are == "fraction_of_fund":
        inner.refuse(
            "shares",
            f"{shares_of} pays shares, which are divided; a fraction of the fund is a percentage",
            shares_of,
        )
    most, over = _most_per_person(draft, inner)
    nobody = inner.choice("nobody_qualifies", choices.NOBODY_QUALIFIES)
    inner.done(("over",))
    if fund is None or (shares is None and not shares_of):
        return None
    return Pool(fund, shares[0] if shares else None, shares_of, shares_are, most, over, nobody)


def _shares_of(draft: Draft, inner: Section) -> str:
    """The name of a walk that pays in shares."""
    node, bonuses = inner.node.items.get("shares"), draft.node.items.get("bonuses")
    text = node.value if isinstance(node, Text) else ""
    other = bonuses.items.get(text) if isinstance(bonuses, Mapped) else None
    pays_in = other.items.get("pays_in") if isinstance(other, Mapped) else None
    if isinstance(other, Mapped) and text not in draft.lines:
        if not (isinstance(pays_in, Text) and pays_in.value == "shares"):
            inner.refuse("shares", f"{text} pays no shares: it needs pays_in: shares", text)
        return text
    return ""


def _most_per_person(draft: Draft, inner: Section) -> tuple[int, str]:
    """no_limit, or `10% of fund` with `over:`."""
    text = inner.text("most_per_person", "")
    allowed = ("no_limit", "n% of fund, with over:")
    match = OF_FUND.match(text)
    if match is None:
        if inner.take("over") is not None and text == "no_limit":
            inner.refuse("over", "is said of a most_per_person; without a limit nothing is over it")
        if not text:
            inner.missing("most_per_person", "must be chosen, there is no default", allowed)
        elif text != "no_limit":
            inner.refuse("most_per_person", f"{shown(text)} is not known", text, allowed)
        return MILLION, ""
    rate = draft.rate(match.group(1), inner.line("most_per_person"), f"{inner.name}.most_per_person", MILLION)
    return rate, inner.choice("over", choices.OVER_THE_MOST)


# --- guarantee --------------------------------------------------------------------------------------------------------
def guarantee(draft: Draft, name: str, section: Section) -> Guarantee | None:
    """Everybody who received a bonus must have sent a minimum up."""
    inner = section.section("guarantee")
    of = inner.text("of")
    people = tuple(tree.name for tree in draft.trees.values() if not tree.slots)
    placed = [tree.name for tree in draft.trees.values() if tree.slots]
    along = inner.choice(
        "along", people or ("",), dict.fromkeys(placed, "a guarantee goes up a tree of people")
    )
    node = inner.node.items.get("minimum")
    everything = isinstance(node, Text) and node.value == "everything"
    minimum = None if everything else draft.typed(inner, "minimum", "money")
    inner.take("minimum")
    sent = draft.typed(inner, "already_sent", "exact money") if "already_sent" in inner.node.items else None
    inner.take("already_sent")
    nobody = inner.choice("nobody_above", choices.NOBODY_ABOVE)
    inner.done()
    return Guarantee(of, along, minimum, sent, nobody) if of and (everything or minimum is not None) else None
