"""Bonuses: what those of every shape say alike, and the order in which they need each other."""

from collections.abc import Callable

from commissions.core.document import Mapped, Section, Text, shown
from commissions.core.reading import choices
from commissions.core.reading.draft import NAME, TAKEN, Draft
from commissions.core.reading.frame import day
from commissions.core.reading.need import circle_in, components
from commissions.core.reading.people import periods
from commissions.core.reading.shapes import amount, guarantee, once, pair, pool
from commissions.core.reading.walks import walk
from commissions.core.terms import NEVER, Amount, Bonus, Guarantee, Hold, How, Most, Once, Pool, Walk

MOST_BONUSES = 64
MOST_LAPSE = 120  # periods
SHAPES: dict[str, Callable[[Draft, str, Section], How | None]] = {
    "walk": walk,
    "amount": amount,
    "once": once,
    "pair": pair,
    "pool": pool,
    "guarantee": guarantee,
}
# Keys that a shape takes beside those of every bonus; for messages.
EVERY_BONUS = ("label", "says", "earner", "valid")


def bonuses(draft: Draft) -> tuple[Bonus, ...]:
    """`bonuses:` — each of one shape, which one of its keys names."""
    found = []
    sections = draft.sections("bonuses", needed=False)
    if len(sections) > MOST_BONUSES:
        draft.root.refuse("bonuses", f"a plan has at most {MOST_BONUSES} bonuses")
    for name, section in sections[:MOST_BONUSES]:
        _name(draft, name, section)
        shapes = [shape for shape in SHAPES if shape in section.node.items]
        if len(shapes) != 1:
            said = f"has {len(shapes)} shapes, {' and '.join(shapes)}" if shapes else "has no shape"
            section.refuse("", f"{said}; a bonus says one of these", "", tuple(SHAPES))
            continue
        how = SHAPES[shapes[0]](draft, name, section)
        bonus = _bonus(draft, name, section, shapes[0], how)
        if bonus is not None:
            found.append(bonus)
    return tuple(found)


def _name(draft: Draft, name: str, section: Section) -> None:
    line, where = section.line(""), f"bonuses.{name}"
    if not NAME.match(name):
        draft.refuse(line, where, "a name is one word of letters, digits and _", name)
    elif name in TAKEN or name in draft.lines or name in draft.ranks:
        draft.refuse(line, where, draft.taken(name), name)


def _bonus(draft: Draft, name: str, section: Section, shape: str, how: How | None) -> Bonus | None:
    """What bonuses of every shape say alike."""
    earner = draft.test(section, "earner")
    hold = _if_not_earned(draft, section, shape, gated="earner" in section.node.items)
    most = _most(draft, section, shape)
    if isinstance(how, Walk) and how.pays_in == "shares" and (hold or most):
        section.refuse("pays_in", "shares are not held and have no most", "shares", ("money",))
    section.refused("every", choices.EVERY)
    valid = _valid(section)
    label, says = section.text("label", name.replace("_", " ").capitalize()), section.text("says", "")
    section.done(EVERY_BONUS)
    return Bonus(name, label, says, how, earner, hold, most, valid) if how is not None else None


def _if_not_earned(draft: Draft, section: Section, shape: str, *, gated: bool) -> Hold | None:
    """kept_by_company, or {held_until: test, lapses_after: 3 periods}. Pairs say when_not_qualified instead; who does
    not qualify for a pool has no share; a guarantee takes from what was received."""
    if shape not in {"walk", "amount", "once"} or (shape == "once" and not gated):
        if section.take("if_not_earned") is not None:
            section.refuse(
                "if_not_earned", f"is not said of a {shape}" + ("" if gated else " without an earner")
            )
        return None
    node = section.node.items.get("if_not_earned")
    if not isinstance(node, Mapped):
        word = section.choice("if_not_earned", choices.IF_NOT_EARNED)
        if word != "kept_by_company":
            section.refuse(
                "if_not_earned", "write {held_until: a test, lapses_after: 3 periods or never}", word
            )
        return None
    held = section.section("if_not_earned")
    until = draft.typed(held, "held_until", "truth")
    after = held.node.items.get("lapses_after")
    lapses = NEVER if isinstance(after, Text) and after.value == "never" else None
    if lapses is None:
        lapses = periods(held, "lapses_after", 1, MOST_LAPSE, "never")
    else:
        held.take("lapses_after")
    held.done()
    return Hold(until, lapses) if until is not None else None


def _most(draft: Draft, section: Section, shape: str) -> Most | None:
    """{amount: 200 USD, of: each_seller}"""
    if section.node.items.get("most") is None:
        section.take("most")
        return None
    if shape in {"pool", "guarantee"}:
        section.take("most")
        section.refuse(
            "most", f"is not said of a {shape}" + ("; write most_per_person" if shape == "pool" else "")
        )
        return None
    most = section.section("most")
    found = draft.typed(most, "amount", "money")
    of = most.choice("of", choices.MOST_OF)
    if of == "each_seller" and shape != "walk":
        most.refuse("of", f"a {shape} does not come from sellers", of, ("all",))
    most.done()
    return Most(found, of) if found is not None else None


def _valid(section: Section) -> tuple[int, int] | None:
    """A campaign: 2026-03-01 to 2026-05-31, both days included."""
    if "valid" not in section.node.items:
        section.take("valid")
        return None
    text = section.text("valid")
    first, _, last = text.partition(" to ")
    begins, ends = day(first), day(last)
    if begins is None or ends is None or ends < begins:
        section.refuse("valid", "must be two days, like 2026-03-01 to 2026-05-31", text)
        return None
    epoch = begins.replace(1970, 1, 1)
    return (begins - epoch).days, (ends - epoch).days + 1


# --- order of need ----------------------------------------------------------------------------------------------------
def order(draft: Draft, found: tuple[Bonus, ...]) -> tuple[int, ...]:
    """Indexes of bonuses, each after those whose earnings, shares or payments it reads. Circles are refused."""
    by_name = {bonus.name: bonus for bonus in found}
    told = len(draft.problems)
    needed = {bonus.name: _needed(bonus, found) for bonus in found}
    for name, others in needed.items():
        for other, key in others:
            _paid_in_money(draft, name, other, key, by_name)
    edges = {
        name: {(other, "") for other, _ in others if other in by_name} for name, others in needed.items()
    }
    groups = components(edges)
    for group in groups if len(draft.problems) == told else ():
        if len(group) > 1 or any(other == group[0] for other, _ in edges[group[0]]):
            circle = circle_in(
                {name: sorted(other for other, _ in edges[name] if other in group) for name in group}
            )
            line = Section(draft.node.items["bonuses"], "bonuses", []).line(circle[0])
            draft.refuse(line, f"bonuses.{circle[0]}", "needs its own earnings: " + " → ".join(circle))
    places = {bonus.name: place for place, bonus in enumerate(found)}
    return tuple(places[name] for group in groups for name in group)


def _needed(bonus: Bonus, found: tuple[Bonus, ...]) -> set[tuple[str, str]]:
    """(name, the key that says so) of each bonus that must be known first."""
    match bonus.how:
        case Walk(source="earnings", on=on, taken=taken):
            guarantees = {
                other.name
                for other in found
                if isinstance(other.how, Guarantee) and other.how.of in on and other.name not in on
            }
            after = {(name, "on") for name in guarantees} if taken == "after_caps" else set()
            return {(name, "on") for name in on} | after
        case Pool(shares_of=shares) if shares:
            return {(shares, "shares")}
        case Guarantee(of=of):
            return {(of, "guarantee.of")}
        case Amount() | Once() | _:
            return set()


def _paid_in_money(draft: Draft, name: str, other: str, key: str, by_name: dict[str, Bonus]) -> None:
    bonuses_node = draft.node.items["bonuses"]
    names = list(bonuses_node.items) if isinstance(bonuses_node, Mapped) else []
    section = draft.inner(Section(bonuses_node, "bonuses", draft.problems), name)
    outer = key.partition(".")[0]
    found = by_name.get(other)
    if other not in names:
        section.refuse(
            outer, f"{shown(other)} is not a bonus", other, tuple(each for each in names if each != name)
        )
    elif (
        found is not None
        and key != "shares"
        and isinstance(found.how, Walk)
        and found.how.pays_in == "shares"
    ):
        section.refuse(outer, f"{other} pays shares, not money", other)
    elif found is not None and key == "guarantee.of" and isinstance(found.how, Guarantee):
        section.refuse(outer, f"{other} is a guarantee itself", other)
