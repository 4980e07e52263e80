"""The figures of the close as tables that a person reads."""

import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

TITLE = "## Closing a month"
# Orders commissioned per second by the two open-source portals that could be measured.
ELSEWHERE = (44, 93)
CHECKED = "check the books in full"
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
Figures = Mapping[str, Any]


def section(figures: Sequence[Figures], server: str) -> str:
    """The chapter of docs/benchmarks.md that `make bench-close` writes."""
    return "\n\n".join([
        TITLE, _how(server), _table(["", *map(_name, figures)], _summary(figures)),
        "### Stage by stage", STAGES, _table(["stage", *map(_name, figures)], _stages(figures)),
        "### What is stored", _table(["rows, and bytes with indexes", *map(_name, figures)], _stored(figures)),
        "### Beside a portal that pays order by order", PORTAL, _table(HEAD, _portal(figures)),
    ]) + "\n"  # fmt: skip


def _how(server: str) -> str:
    python, machine, cores = platform.python_version(), platform.machine(), os.cpu_count()
    return f"""`make bench-close` writes this chapter (`SIZES="10000 10000000"` for other sizes). A made-up company of
so many distributors and as many orders closes a month with the plan `linden`: seven compressed levels, six ranks,
retail profit and fast start. Every line, item and snapshot is stored. The databases are a throw-away {server}
and a file of SQLite, both with durability on: every commit waits for the disk. Python {python}, {machine}, {cores}
processors, which may have been shared with other work: *load* is how many processes wanted one at the beginning and
at the end, and *ten million additions* compare machines. Memory is the most that the process which closes the month
held, Python included; PostgreSQL's own comes on top. The first touch of memory costs time that depends on the
machine."""


STAGES = """Seconds by the clock; in brackets the processor's seconds of the process itself, PostgreSQL's are not in
them; then the most memory while the stage lasted, where the stage had the process to itself. A month of a million
lines or more is stored by two connections to PostgreSQL at once."""
PORTAL = """What portals usually do: for each order up the sponsors through the ORM, one row inserted on each level,
one transaction for each order. It is given ranks and who is active for nothing, and pays level pay alone. The two
open-source portals that could be measured commission {} and {} orders a second. The close is counted with
everything until its draft stands: snapshots, ranks, all bonuses, checks and hashes.""".format(*ELSEWHERE)
HEAD = [
    "",
    "orders per second of close",
    "order by order",
    "ratio",
    f"beside {ELSEWHERE[0]}/s",
    f"beside {ELSEWHERE[1]}/s",
]


def _name(one: Figures) -> str:
    return f"{DATABASES[one['database']]}, {one['people']:,}"


def _summary(figures: Sequence[Figures]) -> list[list[str]]:
    rows: list[tuple[str, Any]] = [
        ("load of the machine", lambda one: f"{one['load'][0]:.1f}, {one['load'][1]:.1f}"),
        ("ten million additions in Python", _loop),
        ("close to a draft", lambda one: _seconds(_stage(one, "close", "close to a draft"))),
        ("… its memory", lambda one: _bytes(_stage(one, "close", "close to a draft")["memory"])),
        ("approve and post", lambda one: _seconds(_stage(one, "close", "approve and post"))),
        ("… per million items", _per_million),
        ("from an order to the upline's estimate", _estimate),
        ("longest that a page's query took beside two estimates more", _longest_read),
        ("check the books in full", _checked),
        (
            "… its memory",
            lambda one: _bytes(_stage(one, "books", CHECKED)["memory"]) if "books" in one else "–",
        ),
        ("delete a draft", _deleted),
        ("a statement's page", lambda one: _milliseconds(one, "the statement")),
        ("a page of one level's orders", lambda one: _milliseconds(one, "a page of the orders of a level")),
        ("a thousand lines explained", _explained),
    ]
    return [[name, *(told(one) for one in figures)] for name, told in rows]


def _per_million(one: Figures) -> str:
    items = one["close"]["stored"].get("statement items", {"rows": 0})["rows"]
    return f"{_stage(one, 'close', 'approve and post')['seconds'] * 1e6 / items:.1f} s" if items else "–"


def _estimate(one: Figures) -> str:
    if "estimate" not in one:
        return "–"
    return f"{sum(stage['seconds'] for stage in one['estimate']['stages'] if stage['name'] != 'delete a draft'):.1f} s"


def _longest_read(one: Figures) -> str:
    found = one.get("estimate", {})
    return f"{found['longest_read_ms']:.0f} ms of {found['reads']:,}" if "reads" in found else "–"


def _checked(one: Figures) -> str:
    return _seconds(_stage(one, "books", CHECKED)) if "books" in one else "–"


def _deleted(one: Figures) -> str:
    if "estimate" not in one:
        return "–"
    return f"{_stage(one, 'estimate', 'delete a draft')['seconds']:.2f} s, {one['estimate']['lines']:,} lines"


def _milliseconds(one: Figures, name: str) -> str:
    return f"{one['reading']['milliseconds'][name]:.0f} ms"


def _explained(one: Figures) -> str:
    return f"{_milliseconds(one, 'a thousand lines explained')}, {one['reading']['lines']:,} lines"


def _stages(figures: Sequence[Figures]) -> list[list[str]]:
    rows = []
    for name in _names(figures):
        found = [_stage(one, "close", name) for one in figures]
        bold = "**" if all(one is NOTHING or not one["inside"] for one in found) else ""
        rows.append([f"{bold}{name}{bold}", *map(_taken, found)])
    return rows


def _names(figures: Sequence[Figures]) -> list[str]:
    """Every stage that any of them went through: a great month is stored in another way than a small one."""
    names: list[str] = []
    for one in figures:
        place = 0
        for stage in one["close"]["stages"]:
            if stage["name"] not in names:
                names.insert(place, stage["name"])
            place = names.index(stage["name"]) + 1
    return names


def _taken(stage: Figures) -> str:
    if stage is NOTHING:
        return "–"
    memory = f", {_bytes(stage['memory'])}" if stage["memory"] else ""
    return f"{_seconds(stage)} ({stage['cpu']:.1f}){memory}"


def _stored(figures: Sequence[Figures]) -> list[list[str]]:
    rows = []
    for name in figures[0]["close"]["stored"]:
        found = [one["close"]["stored"].get(name, {"rows": 0, "bytes": 0}) for one in figures]
        rows.append([name, *(f"{one['rows']:,}, {_bytes(one['bytes'])}" for one in found)])
    return rows


def _portal(figures: Sequence[Figures]) -> list[list[str]]:
    rows = []
    for one in figures:
        rate = one["close"]["orders"] / _stage(one, "close", "close to a draft")["seconds"]
        row = [_name(one), f"{rate:,.0f}"]
        if "portal" in one:
            other = one["portal"]["orders"] / one["portal"]["seconds"]
            row += [f"{other:,.0f}/s, {one['portal']['orders']:,} orders", f"{rate / other:,.0f} ×"]
        else:
            row += ["–", "–"]
        rows.append([*row, *(f"{rate / elsewhere:,.0f} ×" for elsewhere in ELSEWHERE)])
    return rows


def _stage(one: Figures, part: str, name: str) -> Figures:
    return next((stage for stage in one[part]["stages"] if stage["name"] == name), NOTHING)


NOTHING: Figures = {"name": "", "inside": "", "seconds": 0.0, "cpu": 0.0, "memory": 0, "rows": 0}


def _loop(one: Figures) -> str:
    """How fast the machine was, at the beginning and at the end."""
    return ", ".join(f"{seconds:.1f} s" for seconds in one.get("loop", ())) or "–"


def _seconds(stage: Figures) -> str:
    return f"{stage['seconds']:.2f} s" if stage["seconds"] < 10 else f"{stage['seconds']:.1f} s"


def _bytes(size: int | None) -> str:
    if size is None:
        return "–"
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)
