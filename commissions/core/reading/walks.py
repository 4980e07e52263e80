"""Walks: up from every sale, every person, or everybody's earnings of other bonuses."""

from dataclasses import dataclass, replace

from commissions.core.document import Section, Text, nearest, shown, whole_number
from commissions.core.language import Expression, Lookup, Number, Word, parts
from commissions.core.reading import choices
from commissions.core.reading.draft import Draft
from commissions.core.reading.volumes import worth_of
from commissions.core.terms import MILLION, UNLIMITED, Difference, Walk

MOST_LEVELS = 100
EARNINGS = "earnings of "
TAILS = "none (not even the blocker's own), blocker_only, n levels (so many below the blocker)"
KEYS = {
    "levels": ("compression", "skip_test", "volume_of_the_skipped"),
    "generations": ("convention", "leader", "each_step_pays"),
    "levels or generations": ("first", "last"),
    "generations or nothing": ("own_volume",),
}
STEPS = {"levels": "level", "generations": "generation", "nothing": ""}
COMPARED = ("rank", "count", "truth")
RATE_UNITS = ("rate", "money", "count")


@dataclass(frozen=True, slots=True)
class Source:
    """From what a walk starts."""

    kind: str  # volume | measure | earnings
    on: tuple[str, ...]
    unit: str


def walk(draft: Draft, name: str, section: Section) -> Walk | None:
    """The whole walk; None after noting what is wrong with what it cannot be read without."""
    source = _source(draft, section)
    steps = section.section("walk")
    along = _tree(draft, steps)
    counts = steps.choice("counts", choices.COUNTS)
    rate = _rate(draft, section, source, STEPS[counts])
    found = Walk(
        source.kind,
        source.on,
        along,
        counts,
        rate[0] if rate else Number(0, "rate"),
        rate[1] if rate else "rate",
    )
    found = _COUNTED[counts](draft, steps, found)
    found = _stops(draft, steps, found)
    for other, keys in KEYS.items():
        steps.misplaced(keys, f"counts: {other}")
    steps.done(("ends_at", "blocker", "tail"))
    found = _how_much(draft, section, source, found)
    return found if rate else None


# --- on what ----------------------------------------------------------------------------------------------------------
def _source(draft: Draft, section: Section) -> Source:
    text = section.text("on")
    volumes = {volume.name: volume.unit for volume in draft.volumes}
    if text.startswith(EARNINGS):
        names = tuple(text.removeprefix(EARNINGS).split(" and "))
        if len(set(names)) < len(names):
            section.refuse("on", "names a bonus twice", text)
        return Source("earnings", names, "money")
    if text in volumes:
        return Source("volume", (text,), volumes[text])
    if text in draft.measures and text in draft.units:
        if draft.units[text] not in {"points", "money", "count"} and text not in draft.failed:
            section.refuse("on", f"{text} is a {draft.units[text]}, nothing to pay on", text)
        return Source("measure", (text,), draft.units[text])
    known = [*volumes, *(name for name in draft.measures if name in draft.units)]
    if text and text not in draft.failed:
        said = f"{shown(text)} is not a volume, a measure or earnings of a bonus{nearest(text, known)}"
        section.refuse("on", said, text, (*known, "earnings of BONUS and BONUS"))
    return Source("volume", (text,), "money")


def _tree(draft: Draft, steps: Section) -> str:
    return steps.choice("along", tuple(draft.trees) or ("",))


# --- how much ---------------------------------------------------------------------------------------------------------
def _rate(draft: Draft, section: Section, source: Source, step: str) -> tuple[Expression, str] | None:
    """A table, a percentage, an amount or an expression. A marginal table pays the slices of what is walked itself."""
    node = section.node.items.get("rate")
    text = node.value if isinstance(node, Text) else ""
    if text in draft.axes and draft.axes[text].marginal:
        section.take("rate")
        return _marginal(draft, section, source, text)
    names = draft.names("rate", steps=step, lines=source.kind == "volume")
    found = draft.in_units(section, "rate", RATE_UNITS, names)
    if (
        found is not None
        and isinstance(found[0], Number)
        and found[1] == "count"
        and "pays_in" not in section.node.items
    ):
        section.refuse(
            "rate", f"{shown(text)} is a bare number; a rate is a percentage like 5% or an amount", text
        )
        return None
    return found


def _marginal(draft: Draft, section: Section, source: Source, table: str) -> tuple[Expression, str] | None:
    if table in draft.failed:
        return None
    walked = Word({"volume": "line", "measure": "seller"}.get(source.kind, ""), source.on[0])
    if draft.axes[table].by != (walked,) or source.kind == "earnings":
        by = f"{walked.prefix}.{walked.name}" if walked.prefix else "a volume or measure"
        said = f"a walk pays slices of what it walks from: the marginal table {table} must be by: {by}"
        section.refuse("rate", said, table)
        return None
    return Lookup(table), "rate"


def _how_much(draft: Draft, section: Section, source: Source, found: Walk) -> Walk:
    pays_in = section.choice("pays_in", choices.PAYS_IN) if "pays_in" in section.node.items else "money"
    section.take("pays_in")
    if pays_in == "money" and found.rate_unit == "count":
        section.refuse("rate", "a count is no money; write pays_in: shares, or an amount for each", "")
    if pays_in == "shares" and found.rate_unit == "money":
        section.refuse("rate", "shares are a count or a share of points, not money", "")
    worth = None
    if found.rate_unit == "rate" and pays_in == "money":
        worth = worth_of(draft, section, source.on[0], source.unit)
        if source.unit == "count":
            section.refuse(
                "on", f"{source.on[0]} is a count: pay an amount for each, not a percentage", source.on[0]
            )
    elif section.take("worth") is not None:
        section.refuse("worth", "a rate that is no percentage needs no worth", "")
    if worth is not None:
        _whole_worth(draft, section, found.rate, worth)
    found = replace(found, worth=worth or MILLION, pays_in=pays_in)
    found = replace(found, difference=_difference(draft, section, found), only=_only(draft, section, source))
    if source.kind == "earnings":
        return replace(found, taken=section.choice("taken", choices.TAKEN))
    if section.take("taken") is not None:
        section.refuse("taken", "is said of earnings of other bonuses alone", "")
    return found


def _whole_worth(draft: Draft, section: Section, rate: Expression, worth: int) -> None:
    """A rate of a point's worth must be whole millionths, so that lines stay exact."""
    for each in rates_in(draft, rate):
        if each * worth % MILLION:
            section.refuse(
                "worth",
                f"{each / 10_000:g}% of a point's worth has more decimals than money's millionths",
                "",
            )
            return


def rates_in(draft: Draft, rate: Expression) -> set[int]:
    """Every percentage that an expression names, in it or in its tables."""
    found = {part.value for part in parts(rate) if isinstance(part, Number) and part.unit == "rate"}
    for part in parts(rate):
        if isinstance(part, Lookup) and part.table in draft.tables:
            found |= {cell for row in draft.tables[part.table].cells for cell in row}
    return found


def _only(draft: Draft, section: Section, source: Source) -> Expression | None:
    return draft.test(section, "only", draft.names("line") if source.kind == "volume" else None)


def _difference(draft: Draft, section: Section, found: Walk) -> Difference | None:
    if "difference" not in section.node.items:
        section.take("difference")
        return None
    inner = section.section("difference")
    difference = Difference(
        inner.choice("who_blocks", choices.WHO_BLOCKS),
        inner.choice("blockers", choices.BLOCKERS),
        inner.choice("negative_gap", choices.NEGATIVE_GAP),
    )
    inner.done()
    if found.compression == "skip_not_entitled_at_level":
        section.refuse(
            "difference",
            "does not go with skip_not_entitled_at_level: who is entitled hangs on the difference",
        )
    elif found.counts != "nothing" and _reads_steps(draft, found.rate):
        section.refuse(
            "difference", "compares rates of people, so the rate must not be read by level or generation"
        )
    elif isinstance(found.rate, Lookup) and draft.axes[found.rate.table].marginal:
        section.refuse("difference", f"does not go with slices: {found.rate.table} is marginal")
    elif found.pays_in == "shares":
        section.refuse("difference", "is of percentages or amounts, not of shares")
    return difference


def _reads_steps(draft: Draft, rate: Expression) -> bool:
    asked = {part.name for part in parts(rate) if isinstance(part, Word) and not part.prefix}
    for part in parts(rate):
        if isinstance(part, Lookup):
            for axis in draft.signatures[part.table].axes[len(part.arguments) :]:
                asked |= axis.asks
    return bool(asked & {"level", "generation"})


# --- to whom on the way -----------------------------------------------------------------------------------------------
def _levels(draft: Draft, steps: Section, found: Walk) -> Walk:
    first, last = _first_and_last(steps)
    told = len(draft.problems)
    compression = steps.choice("compression", choices.COMPRESSION)
    test, skipped = None, "paid"
    if compression == "skip_inactive":
        test = draft.typed(steps, "skip_test", "truth")
        skipped = steps.choice("volume_of_the_skipped", choices.SKIPPED)
    elif len(draft.problems) > told:  # which keys belong to it is not known
        steps.take("skip_test"), steps.take("volume_of_the_skipped")
    else:
        steps.misplaced(("skip_test", "volume_of_the_skipped"), "compression: skip_inactive")
    if steps.take("own_volume") is not None:
        steps.refuse(
            "own_volume", "levels say it by first: 0 (pays people on their own sales too) or first: 1"
        )
    return replace(
        found, first=first, last=last, compression=compression, skip_test=test, volume_of_the_skipped=skipped
    )


def _generations(draft: Draft, steps: Section, found: Walk) -> Walk:
    first, last = _first_and_last(steps)
    return replace(
        found,
        first=first,
        last=last,
        convention=steps.choice("convention", choices.CONVENTION),
        leader=_on_path(draft, steps, "leader"),
        each_step_pays=steps.choice("each_step_pays", choices.EACH_STEP),
        own_volume=steps.choice("own_volume", choices.OWN_VOLUME),
    )


def _nothing(draft: Draft, steps: Section, found: Walk) -> Walk:
    return replace(found, own_volume=steps.choice("own_volume", choices.OWN_VOLUME))


_COUNTED = {"levels": _levels, "generations": _generations, "nothing": _nothing}


def _first_and_last(steps: Section) -> tuple[int, int]:
    told = len(steps.problems)
    first = steps.whole("first", 0, MOST_LEVELS)
    node = steps.node.items.get("last")
    if isinstance(node, Text) and node.value == "unlimited":
        steps.take("last")
        return first, UNLIMITED
    text = steps.text("last", allowed=(f"a whole number to {MOST_LEVELS}", "unlimited"))
    last = whole_number(text, 0, MOST_LEVELS)
    if last is None and text:
        steps.refuse("last", f"must be a whole number from 0 to {MOST_LEVELS}, or unlimited", text)
    elif last is not None and last < first and len(steps.problems) == told:
        steps.refuse("last", "must not be before first", text)
    return first, last or 0


def _on_path(draft: Draft, steps: Section, key: str) -> Expression | None:
    """A test of people on the path, which may compare them with the earner: title >= earner.title."""
    found = draft.typed(steps, key, "truth", draft.names("leader"))
    people = draft.people()
    for word in parts(found) if found is not None else ():
        if isinstance(word, Word) and word.prefix == "earner" and people[word.name] not in COMPARED:
            unit = people[word.name]
            said = f"earner.{word.name} is {unit}; only ranks and counts of the earner can be compared with"
            steps.refuse(key, said, word.name)
    return found


def _stops(draft: Draft, steps: Section, found: Walk) -> Walk:
    ends = draft.typed(steps, "ends_at", "truth") if "ends_at" in steps.node.items else None
    if "blocker" not in steps.node.items:
        steps.take("blocker")
        if steps.take("tail") is not None:
            steps.refuse("tail", "is how far below a blocker pay goes on; it needs a blocker:")
        return replace(found, ends_at=ends)
    return replace(found, ends_at=ends, blocker=draft.typed(steps, "blocker", "truth"), tail=_tail(steps))


def _tail(steps: Section) -> int:
    node = steps.node.items.get("tail")
    text = node.value if isinstance(node, Text) else ""
    number, _, word = text.partition(" ")
    levels = whole_number(number, 1, MOST_LEVELS) if word in {"level", "levels"} else None
    if levels is None and text not in {"none", "blocker_only"}:
        if not text:
            steps.choice("tail", tuple(TAILS.split(", ")))
        else:
            steps.take("tail")
            steps.refuse("tail", f"{shown(text)} is not known", text, tuple(TAILS.split(", ")))
        return 0
    steps.take("tail")
    return levels if levels is not None else {"none": -1, "blocker_only": 0}[text]
