"""Orders and returns that stand beside several periods: each belongs to the period of its day."""

from commissions.core.document import Listed, Mapped, Node, Section, Text
from commissions.core.plan import Plan
from commissions.core.scenario.calendar import days_of
from commissions.core.scenario.values import day_in, one_of

DATED = ("orders", "returns")


def period_key(node: Node) -> Text | None:
    """What a period in a list is called: itself, or its `period` (or `id`, or `name`)."""
    if isinstance(node, Text):
        return node
    keys = [node.items.get(word) for word in ("period", "id", "name")] if isinstance(node, Mapped) else []
    return next((key for key in keys if isinstance(key, Text)), None)


def is_bare(node: Node, key: str) -> bool:
    """A period of which nothing but its name is said."""
    return isinstance(node, Text) and node.value in ("", "null", "~", key)


def with_dated(plan: Plan, section: Section) -> Node | None:
    """`periods`, with the orders and returns beside them sorted into the period of their day."""
    node = section.take("periods")
    beside = {key: section.take(key) for key in DATED if key in section.node.items}
    if not beside:
        return node
    found = _periods(plan, node)
    if not found:
        for key in beside:
            told = "stands inside a period, or beside `period: 2026-01`"
            section.refuse(key, f"{told}, or, with their days, beside `periods: [2026-01, 2026-02]`", key)
        return node
    for key, several in beside.items():
        for at, item in enumerate(several.items if isinstance(several, Listed) else (), 1):
            inner = Section(item, f"{key} {at}", section.problems)
            period = _period_of(inner, found)
            if period is not None:
                period.said.setdefault(key, []).append(item)
        if not isinstance(several, Listed):
            section.refuse(key, "must be a list")
    return Listed(tuple(period.node() for period in found), node.line if node else section.node.line)


class _Dated:
    """A period, and what is sorted into it."""

    def __init__(self, key: str, inner: Mapped, days: tuple[int, int]) -> None:
        self.key, self.inner, self.days = key, inner, days
        self.said: dict[str, list[Node]] = {}

    def node(self) -> Mapped:
        items: dict[str, Node] = {**self.inner.items, "period": Text(self.key, self.inner.line)}
        lines: dict[str, int] = {"period": self.inner.line, **self.inner.lines}
        for key, more in self.said.items():
            there = items.get(key)
            items[key] = Listed((*(there.items if isinstance(there, Listed) else ()), *more), more[0].line)
            lines.setdefault(key, more[0].line)
        return Mapped(items, lines, self.inner.line)


def _periods(plan: Plan, node: Node | None) -> list[_Dated]:
    pairs: list[tuple[Text | None, Node]] = []
    if isinstance(node, Listed):
        pairs = [(period_key(item), item) for item in node.items]
    elif isinstance(node, Mapped):
        pairs = [(Text(key, node.lines[key]), item) for key, item in node.items.items()]
    found = []
    for key, item in pairs:
        days = days_of(plan, key.value) if key is not None else None
        said = isinstance(item, Mapped) or (key is not None and is_bare(item, key.value))
        if key is not None and days is not None and said:
            inner = item if isinstance(item, Mapped) else Mapped({}, {}, key.line)
            found.append(_Dated(key.value, inner, days))
    return found if len(found) == len(pairs) else []


def _period_of(inner: Section, found: list[_Dated]) -> _Dated | None:
    key = one_of(inner, "on", "date", "day")
    if key not in inner.node.items:
        if len(found) > 1:
            inner.refuse(key, "is missing: the day says to which of the periods it belongs")
        return found[0]
    told = len(inner.problems)
    day = day_in(inner, key, found[0].days[0])
    if len(inner.problems) > told:
        return None
    fitting = [period for period in found if period.days[0] <= day < period.days[1]]
    if not fitting:
        inner.refuse(key, "is in none of the periods", "", tuple(period.key for period in found))
    return fitting[0] if fitting else None
