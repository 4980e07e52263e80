"""Measures, statuses and memory: the names a plan gives to numbers of people."""

import re
from collections.abc import Iterator

from commissions.core.document import Mapped, Node, Section, nearest, shown, whole_number
from commissions.core.language import (
    Capped,
    Expression,
    Literal,
    SyntaxProblem,
    TypeProblem,
    Word,
    parse,
    understand,
)
from commissions.core.language.units import BARE, in_unit
from commissions.core.reading import choices
from commissions.core.reading.draft import Draft, Raw, mismatch, needs, worded
from commissions.core.terms import MILLION, LegCap, Memory

MEASURED = ("points", "money", "count", "rank", "rate", "days")
CAPPED = {"points", "money", "count"}
KEPT = (2, 120)  # periods
PERIODS = re.compile(r"([0-9]{1,4}) periods?\Z")
TRUTH = {"no": 0, "yes": 1}


def declare(draft: Draft) -> None:
    """Names first: `measures:`, `statuses:` and `memory:` may need each other, whatever their order."""
    for where in ("measures", "statuses"):
        for name, node in _entries(draft, where):
            _declare_one(draft, where, name, node)
    for name, node in _entries(draft, "memory"):
        _declare_memory(draft, name, node)


def _entries(draft: Draft, key: str) -> Iterator[tuple[str, Node]]:
    if key not in draft.root.node.items:
        draft.root.take(key)
        return
    section = draft.root.section(key)
    for name in section.rest():
        yield name, section.node.items[name]


def _declare_one(draft: Draft, where: str, name: str, node: Node) -> None:
    line, key = draft.root.section(where).line(name), f"{where}.{name}"
    if where == "measures" and isinstance(node, Mapped) and "leg" in node.items:
        _declare_cap(draft, name, node, line)
        return
    text, label = worded(draft, node, key, "is")
    unit = "truth" if where == "statuses" else ""
    if not draft.declare(name, unit, label, line, key):
        return
    (draft.statuses if unit else draft.measures).append(name)
    _parse(draft, name, text, line, key)


def _parse(draft: Draft, name: str, text: str, line: int, where: str) -> None:
    try:
        draft.raw[name] = Raw(parse(text), line, where, text)
    except SyntaxProblem as problem:
        if text:
            draft.refuse(line, where, str(problem), text)
        draft.failed.add(name)


# --- measures whose legs are capped -----------------------------------------------------------------------------------
def _declare_cap(draft: Draft, name: str, node: Mapped, line: int) -> None:
    """{leg: gv, own: pv, leg_cap: 40%, leg_cap_base: …, own_volume: …}"""
    where = f"measures.{name}"
    section = Section(node, where, draft.problems)
    section.node.lines.setdefault("", line)
    leg, own, text = section.text("leg"), section.text("own"), section.text("leg_cap")
    cap = draft.rate(text, section.line("leg_cap"), f"{where}.leg_cap", MILLION) if text else 0
    base = section.choice("leg_cap_base", choices.LEG_CAP_BASE)
    own_volume = section.choice("own_volume", choices.CAPPED_OWN)
    label = section.text("label", "")
    section.done()
    if draft.declare(name, "", label, line, where):
        draft.measures.append(name)
        draft.caps[name] = LegCap(leg, own, cap, base, own_volume)
        draft.raw[name] = Raw(Word("", leg), section.line("leg"), f"{where}.leg", leg)


def caps(draft: Draft) -> None:
    """Units of capped measures: those of their legs."""
    for name, cap in draft.caps.items():
        unit = draft.units.pop(name, "points")
        draft.cap_places[name] = draft.raw.pop(name)
        if cap.leg in draft.failed:
            draft.failed.add(name)
        if cap.base == "requirement":
            draft.requirement_caps[name] = unit
        else:
            draft.units[name] = unit
            draft.expressions[name] = Capped(name)


def check_caps(draft: Draft) -> None:
    """Whether what is capped are numbers of people in one unit; looked at when what those are is known."""
    for name, cap in draft.caps.items():
        if not {name, cap.leg, cap.own} & draft.failed:
            _check_cap(draft, name, cap, draft.cap_places[name])


def _check_cap(draft: Draft, name: str, cap: LegCap, raw: Raw) -> None:
    known = {each: unit for each, unit in draft.units.items() if unit in CAPPED and each not in draft.caps}
    where = raw.where.removesuffix(".leg")
    for key, of in (("leg", cap.leg), ("own", cap.own)):
        if of and of not in known:
            hint = nearest(of, list(known))
            draft.refuse(raw.line, f"{where}.{key}", f"{shown(of)} is not a volume or measure{hint}", of)
            draft.failed.add(name)
    units = sorted({known[of] for of in (cap.leg, cap.own) if of in known})
    if len(units) > 1:
        draft.refuse(raw.line, where, f"leg and own: {' and '.join(units)} do not go together")
        draft.failed.add(name)


# --- memory -----------------------------------------------------------------------------------------------------------
def _declare_memory(draft: Draft, name: str, node: Node) -> None:
    line, where = draft.root.section("memory").line(name), f"memory.{name}"
    section = Section(node, where, draft.problems)
    section.node.lines.setdefault("", line)
    label = section.text("label", "")
    if not draft.declare(name, "", label, line, where):
        section.rest()
        return
    if "keeps" in section.node.items:
        keeps, text = periods(section, "keeps", *KEPT), section.text("of")
        draft.windows[name] = ""
        draft.memories[name] = Memory(name, "", 0, None, keeps)
    else:
        unit, starts = _starts(draft, name, section)
        text = section.text("becomes")
        draft.memory_units[name] = unit
        draft.memories[name] = Memory(name, unit, starts)
    section.done(("keeps", "of", "becomes", "starts"))
    key = "of" if name in draft.windows else "becomes"
    _parse(draft, name, text, section.line(key), f"{where}.{key}")


def periods(section: Section, key: str, least: int, most: int, otherwise: str = "") -> int:
    """`6 periods`, within bounds."""
    text = section.text(key, allowed=("n periods", *([otherwise] if otherwise else [])))
    match = PERIODS.match(text)
    found = whole_number(match.group(1), least, most) if match else None
    if found is None and text:
        said = f", or {otherwise}" if otherwise else ""
        section.refuse(key, f"must be {least} to {most} periods, like 6 periods{said}", text)
    return found or least


def _starts(draft: Draft, name: str, section: Section) -> tuple[str, int]:
    """A rank, yes or no, or a number: of the unit that is written or that it becomes."""
    text = section.text("starts")
    unit = section.choice("unit", MEASURED) if "unit" in section.node.items else ""
    if text in draft.ranks:
        return "rank", draft.ranks[text]
    if text in TRUTH:
        return "truth", TRUTH[text]
    try:
        literal = parse(text or "0")
        if not isinstance(literal, Literal):
            raise TypeProblem(f"must be a number, a rank, yes or no, not {shown(text)}")
        _, own = understand(literal, draft.names())
        unit = unit or ("" if own == BARE and not int(literal.digits.replace(".", "")[:40]) else own)
        unit = "count" if unit == BARE else unit
        return unit, in_unit(literal, unit, draft.names()).value if unit else 0
    except (SyntaxProblem, TypeProblem) as problem:
        hint = nearest(text, list(draft.ranks))
        section.refuse("starts", f"{problem}{hint}", text)
        draft.failed.add(name)
        return "count", 0


# --- understanding them -----------------------------------------------------------------------------------------------
def understand_all(draft: Draft) -> None:
    """Every measure, status and memory in its unit, now that all names have one."""
    for name, raw in draft.raw.items():
        if name in draft.failed or needs(raw.expression) & draft.failed:
            draft.failed.add(name)
            continue
        try:
            found, has = understand(
                raw.expression, draft.names(itself=name if name in draft.memory_units else "")
            )
            found, has = _checked(draft, name, found, has)
        except TypeProblem as problem:
            draft.refuse(raw.line, raw.where, str(problem), raw.text)
            draft.failed.add(name)
            continue
        _keep(draft, name, found, has)


def _checked(draft: Draft, name: str, found: Expression, has: str) -> tuple[Expression, str]:
    wanted = draft.memory_units.get(name) or draft.units.get(name, "") if name not in draft.windows else ""
    if isinstance(found, Literal):
        found, has = in_unit(found, wanted or "count", draft.names()), wanted or "count"
    if wanted and has != wanted:
        raise TypeProblem(mismatch(has, wanted))
    if name in draft.windows and has not in {*MEASURED, "truth"}:
        raise TypeProblem(mismatch(has, has.removeprefix("exact ")))
    if name in draft.measures and has not in MEASURED:
        raise TypeProblem(mismatch(has, has.removeprefix("exact ")))
    return found, has


def _keep(draft: Draft, name: str, found: Expression, has: str) -> None:
    if name not in draft.memories:
        draft.expressions[name] = found
        return
    memory = draft.memories[name]
    if name in draft.windows:
        draft.memories[name] = Memory(name, has, 0, None, memory.keeps, found)
    else:
        draft.memories[name] = Memory(name, has, memory.starts, found)
