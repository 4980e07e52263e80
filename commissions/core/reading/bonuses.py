"""Tables of rates, and bonuses: on what, to whom on the way, how much, who may earn it."""

from collections.abc import Callable

from commissions.core.document import Listed, Node, Section, Text, nearest, whole_number
from commissions.core.language import Expression
from commissions.core.reading.draft import NAME, Draft
from commissions.core.terms import MILLION, Bonus, Rates, Volume

LATER_SHAPES = ("pair", "pool", "guarantee", "once")
LATER_KEYS = ("difference", "most", "taken", "worth", "every", "gives", "again", "then", "pays_in", "valid")
LATER_WALK = (
    "ends_at",
    "blocker",
    "tail",
    "convention",
    "leader",
    "each_step_pays",
    "own_volume",
    "below",
    "offset",
)
MOST_LEVELS = 100
MOST_BONUSES = 32
BY = (["level", "rank"], ["level"], ["rank"])


# --- tables -----------------------------------------------------------------------------------------------------------
def tables(draft: Draft) -> None:
    """`tables:` — percentages by level, by rank, or by both."""
    for name, section in draft.sections("tables", needed=False):
        node = section.take("by")
        by = (
            [item.value for item in node.items if isinstance(item, Text)]
            if isinstance(node, Listed)
            else None
        )
        by = [node.value] if isinstance(node, Text) else by
        if by not in BY:
            allowed = ("[level, rank]", "level", "rank")
            section.refuse("by", "is missing" if node is None else "is not supported yet", str(by), allowed)
            by = BY[0]
        section.choice("reading", ("cliff",), later=("marginal", "stacked"))
        draft.tables[name] = Rates(name, _cells(draft, section, by))
        section.done()


def _cells(draft: Draft, section: Section, by: list[str]) -> dict[int, tuple[int, ...]]:
    rows = section.section("rows")
    if by == ["rank"]:
        cells = _by_rank(draft, rows)
        rows.done()
        return dict.fromkeys(range(MOST_LEVELS + 1), cells)
    found = {}
    for key in rows.rest():
        level = whole_number(key, 0, MOST_LEVELS)
        where = f"{rows.name}.{key}"
        if level is None:
            rows.refuse(key, f"must be a level from 0 to {MOST_LEVELS}", key)
        elif by == ["level"]:
            found[level] = (draft.rate(rows.node.items[key], where),) * max(1, len(draft.ranks))
        else:
            row = Section(rows.node.items[key], where, draft.problems)
            found[level] = _by_rank(draft, row)
            row.done(tuple(draft.ranks))
    return found


def _by_rank(draft: Draft, row: Section) -> tuple[int, ...]:
    """A rank's rate serves that rank and higher ones, up to the next one written."""
    rate, found = 0, []
    for name in draft.ranks:
        node = row.take(name)
        rate = rate if node is None else draft.rate(node, f"{row.name}.{name}")
        found.append(rate)
    return tuple(found)


# --- bonuses ----------------------------------------------------------------------------------------------------------
def bonuses(draft: Draft) -> tuple[Bonus, ...]:
    """`bonuses:` — each of one shape, which one of its keys names."""
    found = []
    for name, section in draft.sections("bonuses"):
        if not NAME.match(name):
            draft.refuse(
                section.line(""), f"bonuses.{name}", "a name is one word of letters, digits and _", name
            )
        later = [shape for shape in LATER_SHAPES if shape in section.node.items]
        shapes = [shape for shape in SHAPES if shape in section.node.items]
        for shape in later:
            section.refuse(shape, f"a bonus of the shape {shape} is not supported yet", shape, tuple(SHAPES))
        if not later and len(shapes) != 1:
            said = "has two shapes" if shapes else "has no shape"
            section.refuse("", f"{said}; a bonus says one of these", "", tuple(SHAPES))
        if not later and len(shapes) == 1:
            found.append(SHAPES[shapes[0]](draft, name, section))
    if len(found) > MOST_BONUSES:
        draft.root.refuse("bonuses", f"a plan has at most {MOST_BONUSES} bonuses")
    return tuple(found)


def _walk(draft: Draft, name: str, section: Section) -> Bonus:
    """Up along the sponsors from every sale, paying a rate of its volume on some levels."""
    walk = section.section("walk")
    walk.choice("along", ("sponsor",))
    walk.choice("counts", ("levels",), later=("generations", "nothing"))
    told = len(draft.problems)
    first, last = walk.whole("first", 0, MOST_LEVELS), walk.whole("last", 0, MOST_LEVELS)
    if last < first and len(draft.problems) == told:
        walk.refuse("last", "must not be before first", str(last))
    told = len(draft.problems)
    compression = walk.choice("compression", ("none", "skip_inactive"), later=("skip_not_entitled_at_level",))
    test, skipped = None, "paid"
    if compression == "skip_inactive" or len(draft.problems) > told:
        test = draft.typed(walk, "skip_test", "truth")
        skipped = walk.choice("volume_of_the_skipped", ("paid", "dropped"))
    walk.later(*LATER_WALK)
    walk.done()
    on, rates = _on(draft, section), _rates(draft, section)
    return _bonus(draft, name, section, "walk", on, rates, (first, last), (compression, test, skipped))


def _amount(draft: Draft, name: str, section: Section) -> Bonus:
    """So much for an order line, to its seller. The amount is a volume of its own, named like the bonus."""
    text = section.text("amount")
    known = {volume.name: volume for volume in draft.volumes}
    if text not in known:
        expression = draft.expression(
            text, section.line("amount"), f"{section.name}.amount", "money", "volume"
        )
        if draft.declare(name, "money", section.text("label", ""), section.line(""), f"bonuses.{name}"):
            volume = Volume(name, draft.labels[name], "money", "", "self_and_customers", expression)
            draft.volumes.append(volume)
        text = name
    elif known[text].unit != "money":
        section.refuse("amount", f"{text} is points, not money", text)
    rates = Rates("", {0: (MILLION,) * max(1, len(draft.ranks))})
    return _bonus(draft, name, section, "amount", text, rates, (0, 0), ("none", None, "paid"))


SHAPES: dict[str, Callable[[Draft, str, Section], Bonus]] = {"walk": _walk, "amount": _amount}


def _bonus(
    draft: Draft,
    name: str,
    section: Section,
    shape: str,
    on: str,
    rates: Rates,
    levels: tuple[int, int],
    skips: tuple[str, Expression | None, str],
) -> Bonus:
    """What bonuses of every shape say alike."""
    only = _all_of(draft, section, "only", "line")
    earner = _all_of(draft, section, "earner", "person")
    if not isinstance(section.node.items.get("if_not_earned"), Text | None):
        section.take("if_not_earned")
        section.refuse("if_not_earned", "to hold a bonus is not supported yet", "", ("kept_by_company",))
    else:
        section.choice("if_not_earned", ("kept_by_company",))
    section.later(*LATER_KEYS)
    label, says = section.text("label", name.replace("_", " ").capitalize()), section.text("says", "")
    section.done()
    return Bonus(
        name=name,
        label=label,
        says=says,
        shape=shape,
        on=on,
        only=only,
        first=levels[0],
        last=levels[1],
        compression=skips[0],
        skip_test=skips[1],
        volume_of_the_skipped=skips[2],
        rates=rates,
        earner=earner,
    )


def _on(draft: Draft, section: Section) -> str:
    text = section.text("on")
    known = {volume.name: volume.unit for volume in draft.volumes}
    if text.startswith("earnings of "):
        section.refuse("on", "a bonus on the earnings of others is not supported yet", text, tuple(known))
    elif text in draft.measures:
        section.refuse("on", "a bonus on a measure is not supported yet", text, tuple(known))
    elif text and text not in known:
        section.refuse("on", f"{text!r} is not a volume{nearest(text, list(known))}", text, tuple(known))
    elif known.get(text) == "points":
        section.refuse("on", f"{text} is points; what a point is worth (worth:) is not supported yet", text)
    return text


def _rates(draft: Draft, section: Section) -> Rates:
    node: Node | None = section.take("rate")
    text = node.value if isinstance(node, Text) else ""
    if text in draft.tables:
        return draft.tables[text]
    if "%" in text:
        rate = draft.rate(node, f"{section.name}.rate")
        return Rates("", dict.fromkeys(range(MOST_LEVELS + 1), (rate,) * max(1, len(draft.ranks))))
    hint = nearest(text, list(draft.tables))
    section.refuse("rate", f"must be a table or a percentage{hint}", text, tuple(draft.tables))
    return Rates("", {})


def _all_of(draft: Draft, section: Section, key: str, kind: str) -> Expression | None:
    """A test, or a list of tests of which all must hold; nothing, or `always`, is no test."""
    node = section.take(key)
    if node is None or (isinstance(node, Text) and node.value == "always"):
        return None
    items = node.items if isinstance(node, Listed) else (node,)
    texts = [item.value for item in items if isinstance(item, Text)]
    if len(texts) != len(items) or not texts:
        section.refuse(key, "must be a test, or a list of tests of which all must hold")
        return None
    text = texts[0] if len(texts) == 1 else " and ".join(f"({one})" for one in texts)
    return draft.expression(text, section.line(key), f"{section.name}.{key}", "truth", kind)
