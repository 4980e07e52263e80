"""The figures as tables that a person reads."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

TITLE = "## The sponsor tree beside other libraries"
PEERS = (
    ("django-mptt", "django-mptt"),
    ("django-treebeard, materialized path", "treebeard, path"),
    ("django-treebeard, nested sets", "treebeard, nested sets"),
    ("django-tree-queries", "tree-queries"),
)
OURS = "this portal"

Figure = Mapping[str, Any]


def section(sizes: Sequence[Mapping[str, Any]], server: str) -> str:
    """The chapter of docs/benchmarks.md that `make bench-tree` writes."""
    parts = [TITLE, _how(server)]
    for one in sizes:
        parts += [
            f"### {one['people']:,} people, {one['levels']} levels",
            _load(one),
            _beside(one),
            _ours(one),
        ]
    notes = _notes(sizes)
    return "\n\n".join([*parts, *([notes] if notes else [])]) + "\n"


def _how(server: str) -> str:
    libraries = ", ".join(
        f"{name} {version(name)}"
        for name in ("django", "django-mptt", "django-treebeard", "django-tree-queries")
    )
    return f"""`make bench-tree` writes this chapter (`SIZES=10000` for less). All libraries hold the same made-up
network and are asked in one run, one after the other, on one throw-away {server} with durability on: every commit
waits for the disk. Python {platform.python_version()}, {libraries}.
The machine has {os.cpu_count()} processors ({platform.machine()}); how many more processes wanted one
stands beside each table.

Every call begins with a key and fetches what its library needs. The peers' tables hold a number and a date beside
the tree; the portal's hold a whole distributor, with more indexes and foreign keys to serve. Times are medians
unless they say otherwise. In brackets: how many times the portal's figure a peer needs, or how many times fewer it
gets done (below 1 the peer does better). After ·: how often it was measured, where less than ten times. A sign-up
is the place in the tree alone; the whole enrolment follows in the second table. The peers' tables are filled by
COPY with the values their libraries write; the portal's people and orders come in through its own import."""


def _load(one: Mapping[str, Any]) -> str:
    before, after = one.get("load_of_others") or one["load"]
    wanted = f"{before:.1f} at the beginning, {after:.1f} at the end"
    said = f"Load of the machine (processes that wanted a processor): {wanted}."
    if one.get("load_of_others"):
        before, after = one["load"]
        said += f" The second table was measured again by itself later: {before:.1f} and {after:.1f}."
    return said


def _beside(one: Mapping[str, Any]) -> str:
    head = ["", OURS, *(short for _, short in PEERS)]
    rows = [head, ["---"] + ["--:"] * (len(head) - 1)]
    for operation, row in one["beside"].items():
        told = operation.replace("a team", f"a team of {one['team']:,}")
        own = row.get(OURS)
        rows.append([told, _cell(own, None), *(_cell(row.get(name), own) for name, _ in PEERS)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _ours(one: Mapping[str, Any]) -> str:
    rows = [["the portal alone", ""], ["---", "--:"]]
    rows += [[operation, _cell(figure, None)] for operation, figure in one["ours"].items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(figure: Figure | None, own: Figure | None) -> str:
    if figure is None or figure["value"] is None:
        return "–" if figure is None or figure["unit"] != "ms" else "> 60 s"
    value, unit = figure["value"], figure["unit"]
    said = f"{_number(value)} {unit}".strip()
    if own is not None and own["value"] and unit in ("ms", "/s", "kB"):
        ratio = own["value"] / value if unit == "/s" and value else value / own["value"]
        said += f" ({_number(ratio)}×)"
    if unit == "ms" and figure["times"] < 10 and own is not None:
        said += f" · {figure['times']}"
    return said


def _number(value: float) -> str:
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _notes(sizes: Sequence[Mapping[str, Any]]) -> str:
    found = {
        figure["note"]
        for one in sizes
        for row in one["beside"].values()
        for figure in row.values()
        if figure["note"]
    }
    return "– " + "; ".join(sorted(found)) + "." if found else ""
