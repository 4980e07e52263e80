"""Group rules: what bonuses pay together."""

from collections.abc import Callable

from commissions.core.document import Listed, Mapped, Section, Text, nearest, shown
from commissions.core.reading import choices
from commissions.core.reading.draft import NAME, Draft, texts_of
from commissions.core.terms import BetterOf, Bonus, Cap, Walk

MOST_RULES = 20
Reader = Callable[[Draft, str, Section, tuple[Bonus, ...]], Cap | BetterOf | None]


def group_rules(draft: Draft, bonuses: tuple[Bonus, ...]) -> tuple[Cap | BetterOf, ...]:
    """`group_rules:` — caps over bonuses together, and bonuses of which the better is paid, in this order."""
    sections = draft.sections("group_rules", needed=False)
    if len(sections) > MOST_RULES:
        draft.root.refuse("group_rules", f"a plan has at most {MOST_RULES} group rules")
    found = []
    for name, section in sections[:MOST_RULES]:
        if not NAME.match(name):
            draft.refuse(
                section.line(""), f"group_rules.{name}", "a name is one word of letters, digits and _", name
            )
        reader: Reader = _better if "better_of" in section.node.items else _cap
        rule = reader(draft, name, section, bonuses)
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _better(draft: Draft, name: str, section: Section, bonuses: tuple[Bonus, ...]) -> BetterOf:
    among = _named(draft, section, "better_of", bonuses, least=2)
    section.choice("equal", choices.EQUAL)
    section.done()
    return BetterOf(name, among)


def _cap(draft: Draft, name: str, section: Section, bonuses: tuple[Bonus, ...]) -> Cap | None:
    if "limit" not in section.node.items and "over" not in section.node.items:
        section.rest()
        section.refuse("", "is neither a limit over bonuses nor better_of two", "", ("limit", "better_of"))
        return None
    of = section.choice("of", choices.CAP_OF) if "of" in section.node.items else "everyone"
    section.take("of")
    names = draft.names("company") if of == "everyone" else draft.names()
    limit = draft.typed(section, "limit", "exact money", names)
    over = _named(draft, section, "over", bonuses, least=1)
    method, order = _method(draft, section, over, bonuses)
    leftover = section.choice("leftover_cents", choices.LEFTOVER)
    section.done()
    return Cap(name, limit, over, method, order, leftover, of) if limit is not None else None


def _method(
    draft: Draft, section: Section, over: tuple[str, ...], bonuses: tuple[Bonus, ...]
) -> tuple[str, tuple[str, ...]]:
    node = section.node.items.get("method")
    if isinstance(node, Mapped) and list(node.items) == ["cut_in_order"]:
        inner = section.section("method")
        order = _named(draft, inner, "cut_in_order", bonuses, least=1)
        if set(order) != set(over) and order and over:
            inner.refuse("cut_in_order", f"must name each of these once: {', '.join(over)}", ", ".join(order))
        return "cut_in_order", order
    word = section.choice("method", choices.METHOD) if isinstance(node, Text | None) else ""
    if word != "pro_rata":
        section.take("method")
        section.refuse("method", "write pro_rata, or {cut_in_order: [the first to be cut, the next]}", word)
    return "pro_rata", ()


def _named(
    draft: Draft, section: Section, key: str, bonuses: tuple[Bonus, ...], least: int
) -> tuple[str, ...]:
    """A list of bonuses that pay money, each once."""
    node = section.take(key)
    if node is None:
        section.missing(key, "is missing: a list of bonuses")
        return ()
    names = [text.value for text in texts_of(node)] if isinstance(node, Listed) else []
    if len(names) < least or len(set(names)) < len(names):
        section.refuse(key, f"must be a list of {least} bonuses or more, each once")
        return ()
    known = draft.node.items.get("bonuses")
    written = list(known.items) if isinstance(known, Mapped) else []
    shares = {
        bonus.name for bonus in bonuses if isinstance(bonus.how, Walk) and bonus.how.pays_in == "shares"
    }
    told = len(draft.problems)
    for name in names:
        if name not in written:
            section.refuse(key, f"{shown(name)} is not a bonus{nearest(name, written)}", name, tuple(written))
        elif name in shares:
            section.refuse(key, f"{name} pays shares, not money", name)
    return tuple(names) if len(draft.problems) == told else ()
