"""The cells of the table of people. A page has some hundred of them: a row is put together by one call, not by a
template's questions for each cell whether its column is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import drawn, spoken
from common.templatetags.portal import counted, percent_floor, volume

Row = Mapping[str, Any]
# The label stands beside the number where the table is too narrow for columns.
NUMBER = '<td class="num" data-label="{0}">{1}</td>'
WORDS = '<td data-label="{0}">{1}</td>'
SPEAKS_FOR_ITSELF = "<td>{1}</td>"


@dataclass(frozen=True)
class _Column:
    markup: str
    label: str | Promise
    say: Callable[[Row], object]


def with_cells(rows: Sequence[Row], *, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows, each with its cells behind the name, in the order of the table."""
    shown = [column for name, column in COLUMNS.items() if name in columns]
    markup = "".join(format_html(column.markup, column.label, "{}") for column in shown)
    return [{**row, "cells": format_html(markup, *(column.say(row) for column in shown))} for row in rows]


def _leg(row: Row) -> SafeString | str:
    if not row["leg_link"]:
        return ""
    return format_html('<a class="plain-link" href="{}">{}</a>', row["leg_link"], row["leg"])


COLUMNS: Mapping[str, _Column] = {
    "level": _Column(NUMBER, _("Level"), lambda row: counted(row["level"])),
    "generation": _Column(NUMBER, _("Generation"), lambda row: counted(row["generation"])),
    "leg": _Column(WORDS, _("Leg"), _leg),
    "below": _Column(NUMBER, _("People below"), lambda row: counted(row["below"])),
    "rank": _Column(
        SPEAKS_FOR_ITSELF, "", lambda row: drawn.rank(row["rank_name"], row["rank_step"], row["rank_total"])
    ),
    "career": _Column(WORDS, _("Career rank"), lambda row: row["career"]),
    "active": _Column(SPEAKS_FOR_ITSELF, "", lambda row: drawn.activity(row["activity"])),
    "near": _Column(
        NUMBER,
        _("To the next rank"),
        lambda row: "" if row["near"] is None else percent_floor(row["near"], 1000),
    ),
    "joined": _Column(NUMBER, _("Joined"), lambda row: spoken.brief_day(row["joined"])),
    "last": _Column(
        NUMBER,
        _("Last order"),
        lambda row: spoken.brief_day(row["last"]) if row["last"] else gettext("none"),
    ),
    "pv": _Column(NUMBER, "PV", lambda row: volume(row["pv"])),
    "gv": _Column('<td class="num main">{1}</td>', "", lambda row: volume(row["gv"])),
}
