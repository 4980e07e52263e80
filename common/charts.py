"""Charts as SVG text: stacked bars for money, lines for volumes. Pure: figures in, markup out.

Solid is final, dashed may change: the last months are dashed while they are open or being closed. Colours are classes
(s1 to s5), lengths are SVG attributes, so a strict content policy holds. Every word from outside is escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import Protocol

HEIGHT = 214
TOP, BOTTOM = 14, 20
LEFT = 44
APART = 26  # between two lines' ends: a value and a name each
STEPS = (1, 2, 5)
LAST_SLOT = 5


class Label(Protocol):
    """How a value is written on an axis; `with_unit` on the top rule."""

    def __call__(self, value: int, *, with_unit: bool = False) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month on the axis: its short and its full name, and whether its figures are final."""

    short: str
    name: str
    final: bool = True


@dataclass(frozen=True, kw_only=True)
class Series:
    """One bonus or one volume: a value for each month, and the colour slot it keeps everywhere (1 to 5).

    `short` is what stands at the end of its line, where there is little room; the name where it is left out.
    """

    name: str
    values: tuple[int, ...]
    slot: int = 1
    short: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn: money as stacked bars (minor units) or volumes as lines (hundredths of a point)."""

    key: str
    title: str
    sentence: str
    months: tuple[Month, ...]
    series: tuple[Series, ...]
    is_money: bool = True
    currency: str = ""
    unit: str = ""
    scale: int = 100
    required: int | None = None
    required_text: str = ""

    def __post_init__(self) -> None:
        if any(len(item.values) != len(self.months) for item in self.series):
            raise ValueError("each series needs one value for each month")
        if any(not 1 <= item.slot <= LAST_SLOT for item in self.series):
            raise ValueError("a colour slot is a number from 1 to 5")

    @property
    def stacked(self) -> bool:
        return self.is_money

    @property
    def open_count(self) -> int:
        """How many of the last months are not final: the open one, and before it one that is being closed."""
        return next((at for at, month in enumerate(reversed(self.months)) if month.final), len(self.months))

    @property
    def has_open(self) -> bool:
        return self.open_count > 0

    def last(self, count: int) -> "Chart":
        """The same chart for its last months only."""
        series = tuple(replace(item, values=item.values[-count:]) for item in self.series)
        return replace(self, months=self.months[-count:], series=series)


def draw(chart: Chart, *, width: int, label: Label) -> str:
    """The chart as one `<svg>`; safe to put into a page."""
    if not chart.months:
        return ""
    return bars(chart, width=width, label=label) if chart.stacked else lines(chart, width=width, label=label)


def bars(chart: Chart, *, width: int, label: Label) -> str:
    """Stacked bars; the open month pale and dashed; totals over the last final month and the open one."""
    sums = [sum(item.values[at] for item in chart.series) for at in range(len(chart.months))]
    highest = [sum(max(0, item.values[at]) for item in chart.series) for at in range(len(chart.months))]
    rules = _rules(max(highest), chart.scale)
    frame = _Frame(width=width, right=8, top=rules[-1], slots=len(chart.months))
    parts = [_grid(frame, rules, label), _months(chart, frame)]
    thick = min(20, int(frame.slot * 0.68))
    for at, month in enumerate(chart.months):
        x = frame.middle(at) - thick / 2
        below = 0
        for item in chart.series:
            value = max(0, item.values[at])
            if value:
                parts.append(_bar(frame, x, thick, below, value, item.slot, final=month.final))
            below += value
        if at in _labelled(chart):
            # a total that falls short of its bars (a correction) still stands above them
            y = frame.y(max(sums[at], highest[at])) - 5
            parts.append(_text(frame.middle(at), y, label(sums[at]), "value", "middle"))
    return _svg(chart, frame, parts)


def lines(chart: Chart, *, width: int, label: Label) -> str:
    """Lines; dashed to a hollow dot in the open month; a dashed rule where something is required."""
    highest = max([value for item in chart.series for value in item.values] + [chart.required or 0])
    rules = _rules(highest, chart.scale)
    frame = _Frame(width=width, right=78, top=rules[-1], slots=len(chart.months), edge_to_edge=True)
    parts = [_grid(frame, rules, label), _months(chart, frame)]
    if chart.required is not None:
        parts.append(_required(frame, chart))
    parts.extend(_line(frame, item, open_count=chart.open_count) for item in chart.series)
    parts.extend(_end_labels(frame, chart, label))
    return _svg(chart, frame, parts)


# --- the ground -------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Where a value and a month stand on the drawing."""

    width: int
    right: int
    top: int
    slots: int
    edge_to_edge: bool = False

    @property
    def span(self) -> int:
        return self.width - LEFT - self.right

    @property
    def slot(self) -> float:
        return self.span / max(1, self.slots - 1 if self.edge_to_edge else self.slots)

    def middle(self, at: int) -> float:
        return LEFT + self.slot * (at if self.edge_to_edge else at + 0.5)

    def y(self, value: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top


def _rules(highest: int, scale: int) -> list[int]:
    """Four or five round values from zero, the last one at or above the highest."""
    whole = max(1, -(-highest // scale))
    power = 1
    while True:
        for step in STEPS:
            if step * power * 4 >= whole:
                count = max(2, -(-whole // (step * power)))
                return [step * power * scale * at for at in range(count + 1)]
        power *= 10


def _grid(frame: _Frame, rules: Sequence[int], label: Label) -> str:
    parts = []
    for rule in rules:
        y = frame.y(rule)
        kind = "axis" if rule == 0 else "rule"
        parts.append(
            f'<line class="{kind}" x1="{LEFT}" x2="{frame.width - frame.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(_text(LEFT - 8, y + 4, label(rule, with_unit=rule == rules[-1]), "tick", "end"))
    return "".join(parts)


def _ruler(frame: _Frame, y: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{LEFT}" x2="{frame.width - frame.right}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _months(chart: Chart, frame: _Frame) -> str:
    """Month names, as many as fit, counted back from the last one."""
    every = max(1, -(-30 // max(1, int(frame.slot))))
    last = len(chart.months) - 1
    parts = []
    for at, month in enumerate(chart.months):
        if (last - at) % every == 0:
            kind = "tick now" if at == last and not month.final else "tick"
            parts.append(_text(frame.middle(at), HEIGHT - 4, month.short, kind, "middle"))
    return "".join(parts)


def _labelled(chart: Chart) -> set[int]:
    """The last final and the current month carry their value."""
    last = len(chart.months) - 1
    return {last, last - chart.open_count} & set(range(len(chart.months)))


# --- marks ------------------------------------------------------------------------------------------------
def _bar(frame: _Frame, x: float, thick: int, below: int, value: int, slot: int, *, final: bool) -> str:
    top, bottom = frame.y(below + value), frame.y(below)
    # one unit of gap keeps neighbours apart for an eye that cannot tell their colours
    high = max(0.5, bottom - top - 1)
    kind = f"bar s{slot}" if final else f"bar open s{slot}"
    if not final:
        x, top, thick, high = x + 0.5, top + 0.5, thick - 1, max(0.5, high - 0.5)
    return f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{thick}" height="{high:.1f}" rx="1"/>'


def _line(frame: _Frame, item: Series, *, open_count: int) -> str:
    points = [(frame.middle(at), frame.y(max(0, value))) for at, value in enumerate(item.values)]
    solid = points[: len(points) - open_count]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in solid)
    parts = [f'<polyline class="line s{item.slot}" points="{path}"/>'] if len(solid) > 1 else []
    if solid:
        parts.append(_dot(solid[-1], item.slot, "dot"))
    dashed = points[max(0, len(solid) - 1) :] if open_count else []
    for (x1, y1), (x2, y2) in pairwise(dashed):
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        parts.append(f'<line class="line open s{item.slot}" {ends}/>')
    parts.extend(_dot(point, item.slot, "dot open") for point in points[len(solid) :])
    return "".join(parts)


def _dot(point: tuple[float, float], slot: int, kind: str) -> str:
    return f'<circle class="{kind} s{slot}" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="3"/>'


def _required(frame: _Frame, chart: Chart) -> str:
    y = frame.y(chart.required or 0)
    words = _text(frame.width - frame.right + 7, y + 4, chart.required_text, "tick", "start")
    return _ruler(frame, y, "required") + words


def _end_labels(frame: _Frame, chart: Chart, label: Label) -> list[str]:
    """The last value and the name at each line's end, pushed apart where two would meet."""
    taken = [frame.y(chart.required) + 4] if chart.required is not None else []
    items = sorted(chart.series, key=lambda item: -item.values[-1])
    places: list[float] = []
    for item in items:
        y = frame.y(max(0, item.values[-1])) + 1
        while any(abs(y - other) < APART for other in taken):
            y += 1
        places.append(y)
        taken.append(y)
    # What was pushed below the axis comes back up to it, and pushes those above.
    floor = HEIGHT - BOTTOM - 17.0
    for at in reversed(range(len(places))):
        places[at] = min(places[at], floor)
        floor = places[at] - APART
    parts = []
    x = frame.middle(len(chart.months) - 1) + 7
    for item, y in zip(items, places, strict=True):
        parts.append(_text(x, y, label(item.values[-1]), "value", "start"))
        parts.append(_text(x, y + 13, item.short or item.name, "tick", "start"))
    return parts


def _text(x: float, y: float, words: str, kind: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(chart: Chart, frame: _Frame, parts: Sequence[str]) -> str:
    size, words = f"0 0 {frame.width} {HEIGHT}", escape(chart.sentence)
    return f'<svg class="chart" viewBox="{size}" role="img" aria-label="{words}">{"".join(parts)}</svg>'
