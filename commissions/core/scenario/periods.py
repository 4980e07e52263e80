"""`periods:` — orders, returns, inputs and what changed, period by period."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from commissions.core.document import Listed, Mapped, Node, Problem, Section, Text, whole_number
from commissions.core.plan import Plan
from commissions.core.scenario.calendar import EXAMPLES, days_of
from commissions.core.scenario.dated import is_bare, period_key
from commissions.core.scenario.people import PeopleReader
from commissions.core.scenario.returns import ReturnsReader
from commissions.core.scenario.terms import FIELDS, Change, Order, Period, Person, Return
from commissions.core.scenario.values import (
    NO,
    YES,
    day_in,
    day_text,
    hint,
    one_of,
    value_in,
)

PRICE_WORDS = {
    "price": ("price", "paid"),
    "list_price": ("list_price", "retail", "retail_price"),
    "distributor_price": ("distributor_price", "own_price", "wholesale", "wholesale_price"),
}
CUSTOMER = ("customer", "retail", "preferred", "preferred_customer", "retail_customer")
SELF = ("self", "own", "personal", "distributor", "member")
DAYS = ("on", "day", "date")
TITLES = ("by", "seller", "buyer", "person", "distributor", "member")


class PeriodsReader:
    def __init__(self, plan: Plan, people: PeopleReader, problems: list[Problem]) -> None:
        self.plan, self.people, self.problems = plan, people, problems
        self.names: Mapping[str, Person] = people.found
        self.orders: dict[str, Order] = {}  # of every period so far, by id
        self.returns = ReturnsReader(plan, self.orders)
        self.fields = {volume.name: (volume.field, volume.unit) for volume in plan.volumes if volume.field}
        self.words = self._words()  # for what an order holds

    def read(
        self,
        node: Node | None,
        given: Mapped | None,
        grown: Sequence[tuple[tuple[str, ...], Node]],
        expect: Section,
    ) -> tuple[Period, ...]:
        if isinstance(node, Listed):
            keys = [period_key(item) for item in node.items]
            pairs = [
                (key.value if key else "", item.line, item)
                for key, item in zip(keys, node.items, strict=True)
            ]
        else:
            section = Section(node, "periods", self.problems)
            pairs = [(key, section.line(key), section.node.items[key]) for key in section.rest()]
        said = _merged(self.people.inactive, self.given(given, "given"))
        found: list[Period] = []
        for key, line, inner in pairs:
            period = self._period(key, line, inner, said, grown, expect, found)
            if period is not None:
                found.append(period)
        if not found and not self.problems:
            self._refuse(node.line if node else 1, "periods", "needs at least one period")
        return tuple(found)

    def _period(
        self, key: str, line: int, node: Node, given: dict[str, dict[str, int]],
        grown: Sequence[tuple[tuple[str, ...], Node]], expect: Section, before: list[Period],
    ) -> Period | None:  # fmt: skip
        days = days_of(self.plan, key)
        if days is None:
            told = f"{key!r} is no period of a plan whose period is {self.plan.period}"
            self.problems.append(Problem(line, f"periods.{key}", told, key, EXAMPLES[self.plan.period]))
            return None
        if before and days[0] < before[-1].last_day:
            self._refuse(
                line, f"periods.{key}", f"begins before {before[-1].key} ends; periods stand in their order"
            )
            return None
        section = Section(
            Mapped({}, {}, line) if is_bare(node, key) else node, f"periods.{key}", self.problems
        )
        section.taken.update(("period", "id", "name", "says"))
        changes = self._changes(section)
        orders = self._orders(section, key, days, grown)
        found = Period(
            key=key,
            first_day=days[0],
            last_day=days[1],
            orders=orders,
            returns=self._returns(section, days),
            inputs=self._inputs(section),
            given=_merged(given, self.given(_mapped(section.take("given")), f"periods.{key}.given")),
            changes=changes,
            expect=self._expect(key, section, expect),
        )
        section.done()
        return found

    def _expect(self, key: str, section: Section, expect: Section) -> Mapped | None:
        """What is expected stands beside the periods, or inside its period."""
        nodes = [node for node in (section.take("expect"), expect.take(key)) if node is not None]
        if len(nodes) > 1:
            section.refuse("expect", "stands beside the periods already; write it once")
        if nodes and not isinstance(nodes[0], Mapped):
            self._refuse(nodes[0].line, f"expect.{key}", "must be a mapping of people")
        return _mapped(nodes[0]) if nodes else None

    # --- orders -----------------------------------------------------------------------------------------------------
    def _orders(
        self, section: Section, key: str, days: tuple[int, int], grown: Sequence[tuple[tuple[str, ...], Node]]
    ) -> tuple[Order, ...]:
        found = [
            self._order(
                Section(item, f"{section.name}.orders {at}", self.problems), f"{key} {at:04}", days, ""
            )
            for at, item in enumerate(_listed(section, "orders"), 1)
        ]
        for at, (names, node) in enumerate(grown, 1):
            for name in names:
                inner = Section(node, "generate.each_orders", self.problems)
                found.append(self._order(inner, f"{key} grown {at} {name}", days, name))
        return tuple(found)

    def _order(self, section: Section, default: str, days: tuple[int, int], seller: str) -> Order:
        name = section.text("id", default) if not seller else default
        if name in self.orders:
            section.refuse("id", f"{name!r} stands twice", name)
        by = seller or self.person(section, one_of(section, *TITLES))
        found = Order(
            id=name,
            seller=by,
            by_customer=self._by_customer(section),
            day=self._day_of_order(section, days, by),
            fields={},
            quantity=section.whole("quantity", 1, 1_000_000) if "quantity" in section.node.items else 0,
        )
        found = replace(found, fields=self._amounts(section, found.by_customer))
        section.done(
            (
                "quantity",
                *self.fields,
                *FIELDS,
                *(word for words in PRICE_WORDS.values() for word in words),
                "volumes",
            )
        )
        self.orders[name] = found
        return found

    def person(self, section: Section, key: str) -> str:
        name = section.text(key)
        if name not in self.names and isinstance(section.node.items.get(key), Text):
            section.refuse(key, f"{name!r} is nobody{hint(name, self.names)}", name)
        return name

    def _by_customer(self, section: Section) -> bool:
        key = one_of(section, "class", "customer")
        text = section.text(key, "no" if key == "customer" else "self")
        allowed = (YES + NO) if key == "customer" else CUSTOMER + SELF
        if text not in allowed:
            section.refuse(key, f"{text!r} is not known{hint(text, allowed)}", text, allowed)
        return text in (*YES, *CUSTOMER)

    def _day_of_order(self, section: Section, days: tuple[int, int], seller: str) -> int:
        """Left out, the first day of the period on which the one who sells was here."""
        joined = self.names[seller].joined if seller in self.names else days[0]
        if joined >= days[1]:
            one_of(section, *DAYS)
            section.refuse("", f"{seller} joins later, on {day_text(joined)}")
            return days[0]
        found = self._day(section, days, joined)
        if found < joined:
            key = one_of(section, *DAYS)
            section.refuse(key, f"is before {seller} joined, on {day_text(joined)}")
        return found

    def _day(self, section: Section, days: tuple[int, int], since: int) -> int:
        """The day that is said; left out, the first of the period that is not before `since`."""
        key = one_of(section, *DAYS)
        node = section.node.items.get(key)
        counted = whole_number(node.value, 1, 31) if isinstance(node, Text) else None
        if counted:  # the third day of the period
            section.take(key)
            found = days[0] + counted - 1
        else:
            found = day_in(section, key, max(days[0], since))
        if not days[0] <= found < days[1]:
            allowed = (f"{day_text(days[0])} to {day_text(days[1] - 1)}",)
            section.refuse(key, f"{day_text(found)} is outside the period", day_text(found), allowed)
        return found

    def _amounts(self, section: Section, by_customer: bool) -> dict[str, int]:
        """Volumes by the plan's names or by the fields they are made of; prices left out follow from those written."""
        if "volumes" in section.node.items:  # {volumes: {pv: 100, cv: 80}} says what {pv: 100, cv: 80} says
            section = self._unfolded(section)
        found: dict[str, int] = {}
        for name in [name for name in section.node.items if name in self.words]:
            field, unit = self.words[name]
            value = value_in(section, name, self.plan, unit)
            if value < 0:
                section.refuse(name, "is negative; what comes back is written under returns")
            if found.setdefault(field, value) != value:
                section.refuse(name, f"says {field} a second time, with another number")
        for name in [
            name for name in section.node.items if name in {v.name for v in self.plan.volumes if not v.field}
        ]:
            section.refuse(name, "is computed by the plan, from the volumes it names; leave it out")
            section.taken.add(name)
        usual = "list_price" if by_customer else "distributor_price"
        price = found.get("price", found.get(usual, 0))
        prices = {"price": price, "list_price": found.get("list_price", price)}
        prices["distributor_price"] = found.get("distributor_price", price)
        return dict.fromkeys(FIELDS, 0) | prices | found

    def _words(self) -> dict[str, tuple[str, str]]:
        """Volumes by the plan's names, fields, prices in the words of the field: each with its field and unit."""
        units = dict(reversed(self.fields.values()))
        named = {**self.fields}
        named |= {field: (field, units.get(field, "points")) for field in FIELDS[:2] if field not in named}
        for field, words in PRICE_WORDS.items():
            named |= {word: (field, "money") for word in words if word not in named}
        return named

    def _unfolded(self, section: Section) -> Section:
        inner = section.section("volumes").node
        for name in [name for name in inner.items if name in section.node.items]:
            section.refuse(name, "stands inside volumes too", name)
        section.node = Mapped(
            {**section.node.items, **inner.items}, {**section.node.lines, **inner.lines}, section.node.line
        )
        return section

    def _returns(self, section: Section, days: tuple[int, int]) -> tuple[Return, ...]:
        found = []
        for at, item in enumerate(_listed(section, "returns"), 1):
            inner = Section(item, f"{section.name}.returns {at}", self.problems)
            name = self.returns.order(inner)
            sold = self.orders[name].day if name in self.orders else days[0]
            day = self._day(inner, days, sold)
            if day < sold:
                inner.refuse(one_of(inner, *DAYS), f"is before the sale, on {day_text(sold)}")
            found.append(Return(name, day, self.returns.share(inner, name, self.words)))
            inner.done(("order", "on", "share", "quantity", *self.fields))
        return tuple(found)

    # --- what else a period says ------------------------------------------------------------------------------------
    def _inputs(self, section: Section) -> dict[str, dict[str, int]]:
        """By person, {Ana: {coupons_used: 3}}, or by input, {coupons_used: {Ana: 3}}."""
        node = section.take("inputs")
        if node is None:
            return {}
        inner = Section(node, f"{section.name}.inputs", self.problems)
        found: dict[str, dict[str, int]] = {}
        for key in inner.rest():
            if key in self.names:
                found.setdefault(key, {}).update(self.people.inputs(inner.section(key)))
            elif key in self.plan.inputs:
                by_person = inner.section(key)
                for name in by_person.rest():
                    if name not in self.names:
                        by_person.refuse(name, f"is nobody{hint(name, self.names)}")
                    unit = self.plan.inputs[key]
                    found.setdefault(name, {})[key] = value_in(by_person, name, self.plan, unit)
            else:
                known = tuple(self.plan.inputs)
                inner.refuse(key, f"is neither a person nor an input{hint(key, known)}", key, known)
        return found

    def given(self, node: Mapped | None, where: str) -> dict[str, dict[str, int]]:
        """Names that are pinned: {Ana: {rank: Silver, gv: 500}}."""
        if node is None:
            return {}
        section = Section(node, where, self.problems)
        found: dict[str, dict[str, int]] = {}
        for name in section.rest():
            if name not in self.names:
                section.refuse(name, f"is nobody{hint(name, self.names)}", name)
            inner = section.section(name)
            found[name] = {word: self._pinned(inner, word) for word in inner.rest()}
        return found

    def _pinned(self, section: Section, word: str) -> int:
        """`monthly.rank` and the like are what another plan's last closed period gave."""
        units: dict[str, str] = {**self.plan.units, **self.plan.inputs, "rank": "rank"}
        units |= {name: memory.unit for name, memory in self.plan.memories.items()}
        units |= dict.fromkeys(self.plan.statuses, "truth")
        if word in {volume.name for volume in self.plan.volumes}:
            section.refuse(word, "a volume cannot be given; write an order of that size", word)
            section.taken.add(word)
            return 0
        unit = "rank" if word.endswith(".rank") else units.get(word, "")
        if not unit or word in self.plan.caps:
            meant = hint(word, units)
            section.refuse(word, f"is no measure, status, memory or rank of the plan{meant}", word)
            section.taken.add(word)
            return 0
        return value_in(section, word, self.plan, unit)

    def _changes(self, section: Section) -> dict[str, Change]:
        """{Ben: {status: left}, Cas: {sponsor: Ana}}: from this period on."""
        node = section.take("changes")
        if node is None:
            return {}
        inner = Section(node, f"{section.name}.changes", self.problems)
        found = {}
        for name in inner.rest():
            if name not in self.names:
                inner.refuse(name, f"is nobody{hint(name, self.names)}", name)
            said = inner.section(name)
            standing = self.people.standing(said)
            parents, places = self.people.above(name, said)
            if places:
                said.refuse(next(iter(places)), "a position stays where it was taken")
            for tree, above in parents.items():
                if above and above not in self.names:
                    said.refuse(tree, f"{above!r} is nobody{hint(above, self.names)}", above)
            said.done()
            found[name] = Change(standing, parents, inner.line(name))
        return found

    def _refuse(self, line: int, key: str, message: str) -> None:
        self.problems.append(Problem(line, key, message))


def _merged(
    one: Mapping[str, Mapping[str, int]], other: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, int]]:
    return {name: {**one.get(name, {}), **other.get(name, {})} for name in {**one, **other}}


def _mapped(node: Node | None) -> Mapped | None:
    return node if isinstance(node, Mapped) else None


def _empty(node: Node) -> bool:
    return isinstance(node, Text) and not node.value


def _listed(section: Section, key: str) -> Sequence[Node]:
    node = section.take(key)
    if node is None or _empty(node):
        return ()
    if isinstance(node, Listed):
        return node.items
    section.refuse(key, "must be a list")
    return ()
