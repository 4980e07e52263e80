"""From a strict document to a plan: section by section, gathering every problem instead of stopping at the first."""

import hashlib
import json
import re
from datetime import date
from typing import Any

from commissions.core.document import Listed, Mapped, Node, PlanError, Problem, Section, Text, nearest
from commissions.core.language import (
    Aggregate,
    Before,
    Compare,
    Expression,
    Legs,
    Literal,
    Names,
    Number,
    SyntaxProblem,
    TypeProblem,
    Word,
    parse,
    parts,
    understand,
)
from commissions.core.language.types import in_unit
from commissions.core.plan import MILLION, Bonus, Ledger, Memory, Plan, Rank, Rates, Requirement, Volume

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")
EXPONENTS = {
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "CHF": 2,
    "INR": 2,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "BHD": 3,
    "TND": 3,
}
LINE_WORDS = {
    "seller_days": "days",
    "seller_month": "count",
    "by_customer": "truth",
    "price": "money",
    "list_price": "money",
    "distributor_price": "money",
}
FIELDS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")
LATER_SECTIONS = ("inputs", "point_value", "group_rules", "renamed")
LATER_SHAPES = ("pool", "pair", "guarantee", "once", "amount")
LATER_WALK = ("ends_at", "blocker", "tail", "convention", "leader", "each_step_pays", "own_volume")
MOST_LEVELS = 100
MOST_RANKS = 50


class PlanReader:
    def __init__(self, root: Mapped) -> None:
        self.problems: list[Problem] = []
        self.root_node = root
        self.root = Section(root, "", self.problems)
        self.volumes: list[Volume] = []
        self.units: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.raw: dict[str, tuple[Expression, int, str]] = {}  # measures and statuses as parsed
        self.expressions: dict[str, Expression] = {}
        self.memories: dict[str, Memory] = {}
        self.ranks: dict[str, int] = {}
        self.tables: dict[str, Rates] = {}
        self.currency, self.exponent = "EUR", 2

    def plan(self) -> Plan:
        """Raises PlanError."""
        head = self._head()
        self._tree()
        self._rank_names()
        self._volumes()
        self._memory_names()
        measures, statuses = self._measures_and_statuses()
        before, after = self._order_of_need()
        ladder = self._ladder(after)
        self._memories()
        self._tables()
        bonuses = self._bonuses()
        ledger, shows = self._ledger(), self._shows(statuses)
        for name in LATER_SECTIONS:
            if self.root.take(name) is not None:
                self.root.refuse(name, "is not supported yet")
        self.root.take("scenarios")
        self.root.done()
        if self.problems:
            raise PlanError(sorted(self.problems, key=lambda problem: problem.line))
        return Plan(
            **head,
            currency=self.currency,
            exponent=self.exponent,
            sha256=canonical_hash(self.root_node),
            volumes=tuple(self.volumes),
            measures=measures,
            statuses=frozenset(statuses),
            labels=self.labels,
            units=self.units,
            expressions=self.expressions,
            before_ranks=before,
            after_ranks=after,
            memories=self.memories,
            ladder=ladder,
            bonuses=bonuses,
            ledger=ledger,
            active=shows["active"],
            own_volume=shows["own_volume"],
            group_volume=shows["group_volume"],
        )

    # --- head ---------------------------------------------------------------------------------------------
    def _head(self) -> dict[str, Any]:
        section = self.root.section("plan")
        name = self._name(section, "name")
        version = section.text("version")
        if not (version.isascii() and version.isdigit()) or not 1 <= int(version) <= 32_767:
            section.refuse("version", "must be a whole number from 1", version)
            version = "1"
        starts = self._date(section)
        self.currency = section.text("currency")
        if self.currency not in EXPONENTS:
            section.refuse("currency", f"{self.currency!r} is not known", self.currency, tuple(EXPONENTS))
        self.exponent = EXPONENTS.get(self.currency, 2)
        section.choice("period", ("month",), later=("day", "week", "4 weeks"))
        section.choice("main_tree", ("sponsor",))
        section.choice("judged_at", ("end_of_period",), later=("when_sold",))
        label, says = section.text("label", name), section.text("says", "")
        section.done()
        return {"name": name, "label": label, "says": says, "version": int(version), "starts": starts}

    def _date(self, section: Section) -> date:
        text = section.text("starts")
        try:
            return date.fromisoformat(text)
        except ValueError:
            section.refuse("starts", "must be a day like 2026-01-01", text)
            return date(1970, 1, 1)

    def _name(self, section: Section, key: str) -> str:
        text = section.text(key)
        if text and not NAME.match(text):
            section.refuse(key, "must be one word of letters, digits and _", text)
        return text

    def _tree(self) -> None:
        trees = self.root.section("trees")
        sponsor = trees.section("sponsor")
        sponsor.choice("parent", ("chosen_at_sign_up",))
        sponsor.choice("moves", ("never", "with_approval"))
        sponsor.choice("who_leaves", ("stays_as_a_gap",), later=("team_moves_up",))
        sponsor.done()
        for name in trees.rest():
            trees.refuse(name, "a second tree is not supported yet", name)

    # --- names --------------------------------------------------------------------------------------------
    def _rank_names(self) -> None:
        section = self.root.section("ranks")
        ladder = section.take("ladder")
        if not isinstance(ladder, Listed) or not ladder.items or len(ladder.items) > MOST_RANKS:
            section.refuse("ladder", f"must be a list of 1 to {MOST_RANKS} ranks, lowest first")
            return
        for item in ladder.items:
            name = item.items.get("name") if isinstance(item, Mapped) else None
            if not isinstance(name, Text) or not NAME.match(name.value):
                self._refuse(item.line, "ranks.ladder", "each rank needs a name of one word")
            elif name.value in self.ranks:
                self._refuse(name.line, "ranks.ladder", f"{name.value} stands twice")
            else:
                self.ranks[name.value] = len(self.ranks)

    def _refuse(self, line: int, key: str, message: str, allowed: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem(line, key, message, "", allowed))

    def _declare(self, name: str, unit: str, label: str, line: int, where: str) -> bool:
        taken = {*self.units, *self.ranks, *self.memories, "rank"}
        if not NAME.match(name):
            self._refuse(line, f"{where}.{name}", "a name is one word of letters, digits and _")
        elif name in taken:
            self._refuse(line, f"{where}.{name}", "this name is taken")
        else:
            self.units[name] = unit
            self.labels[name] = label or name.replace("_", " ").capitalize()
            return True
        return False

    def _volumes(self) -> None:
        sections = self.root.section("volumes")
        for name in sections.rest():
            section = Section(sections.node.items[name], f"volumes.{name}", self.problems)
            unit = section.choice("unit", ("points", "money"))
            label, expression, column, orders_of = section.text("label", ""), None, "", "self_and_customers"
            if "is" in section.node.items:
                expression = self._typed(
                    section.text("is"), section.line("is"), f"volumes.{name}.is", unit, "line"
                )
            else:
                column = section.choice("field", FIELDS)
                orders_of = section.choice("orders_of", ("self", "self_and_customers", "customers"))
                section.choice(
                    "returns_count",
                    ("in_period_of_return",),
                    later=("in_period_of_sale_while_open", "not_subtracted"),
                )
            section.done()
            if self._declare(name, unit, label, sections.line(name), "volumes"):
                self.volumes.append(
                    Volume(name, label or self.labels[name], unit, column, orders_of, expression)
                )

    def _memory_names(self) -> None:
        """Memories are known by name and unit before anything is typed; what they become is read later."""
        node = self.root.node.items.get("memory")
        for name, value in (node.items if isinstance(node, Mapped) else {}).items():
            starts = value.items.get("starts") if isinstance(value, Mapped) else None
            word = starts.value if isinstance(starts, Text) else ""
            unit, first = ("rank", self.ranks[word]) if word in self.ranks else ("count", 0)
            if word not in self.ranks and word != "0":
                self._refuse(value.line, f"memory.{name}.starts", "must be 0 or a rank")
            if name in {*self.units, *self.ranks, "rank"} or not NAME.match(name):
                self._refuse(value.line, f"memory.{name}", "this name is taken, or not one word")
            self.memories[name] = Memory(name, unit, first, Number(first, unit))

    # --- expressions --------------------------------------------------------------------------------------
    def _names(self, kind: str) -> Names:
        people = {**self.units, "rank": "rank", **{m.name: m.unit for m in self.memories.values()}}
        on_lines = {volume.name: volume.unit for volume in self.volumes}
        return Names(
            plain=on_lines if kind == "line" else people,
            line=LINE_WORDS if kind == "line" else {},
            seller=people if kind == "line" else {},
            earner={},
            person=people,
            memories={m.name: m.unit for m in self.memories.values()},
            ranks=self.ranks,
            currency=self.currency,
            exponent=self.exponent,
        )

    def _typed(self, text: str, line: int, key: str, unit: str, kind: str = "person") -> Expression | None:
        """The expression in this unit, or None after noting the problem. 'always' is true of everybody."""
        try:
            found, has = understand(parse(text), self._names(kind))
            if isinstance(found, Literal):
                found, has = in_unit(found, unit, self._names(kind)), unit
            if kind == "line" and any(isinstance(part, Aggregate | Legs | Before) for part in parts(found)):
                raise TypeProblem("sums over people do not stand on an order line")
            if has != unit:
                raise TypeProblem(f"this is {has}, not {unit}")
        except (SyntaxProblem, TypeProblem) as problem:
            self._refuse(line, key, str(problem))
            return None
        return found

    def _measures_and_statuses(self) -> tuple[dict[str, str], list[str]]:
        measures: dict[str, str] = {}
        statuses: list[str] = []
        for where in ("measures", "statuses"):
            section = self.root.section(where)
            for name in section.rest():
                text, label = self._worded(section.node.items[name], f"{where}.{name}", "is")
                try:
                    self.raw[name] = (parse(text), section.line(name), where)
                except SyntaxProblem as problem:
                    self._refuse(section.line(name), f"{where}.{name}", str(problem))
                    continue
                unit = "truth" if where == "statuses" else "points"
                if self._declare(name, unit, label, section.line(name), where):
                    (statuses.append(name) if where == "statuses" else measures.setdefault(name, unit))
        self._type_in_order(measures)
        return measures, statuses

    def _worded(self, node: Node, key: str, main: str) -> tuple[str, str]:
        """A bare expression, or a mapping of it and its label."""
        if isinstance(node, Text):
            return node.value, ""
        section = Section(node, key, self.problems)
        found = section.text(main), section.text("label", "")
        section.done()
        return found

    def _needs(self, expression: Expression) -> set[str]:
        return {part.name for part in parts(expression) if isinstance(part, Word) and not part.prefix}

    def _type_in_order(self, measures: dict[str, str]) -> None:
        """A measure's unit is that of its expression, so what it needs is typed first. Circles are refused."""
        done: set[str] = set()

        def visit(name: str, path: list[str]) -> None:
            if name in done or name not in self.raw:
                return
            expression, line, where = self.raw[name]
            if name in path:
                circle = " → ".join([*path[path.index(name) :], name])
                self._refuse(line, f"{where}.{name}", f"needs itself: {circle}")
                done.add(name)
                return
            for needed in sorted(self._needs(expression)):
                visit(needed, [*path, name])
            if name in done:
                return
            done.add(name)
            self._type_one(name, expression, line, where, measures)

        for name in self.raw:
            visit(name, [])

    def _type_one(
        self, name: str, expression: Expression, line: int, where: str, measures: dict[str, str]
    ) -> None:
        try:
            found, unit = understand(expression, self._names("person"))
        except TypeProblem as problem:
            self._refuse(line, f"{where}.{name}", str(problem))
            return
        wanted = ("truth",) if where == "statuses" else ("points", "money", "count")
        if unit not in wanted:
            self._refuse(line, f"{where}.{name}", f"this is {unit}, not {' or '.join(wanted)}")
            return
        self.expressions[name], self.units[name] = found, unit
        if where == "measures":
            measures[name] = unit

    def _order_of_need(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Measures and statuses, each after what it needs: those known before ranks, and those that need the rank."""
        after = {"rank", *self.memories}
        order: list[str] = []

        def visit(name: str) -> None:
            if name not in self.expressions or name in order:
                return
            for needed in sorted(self._needs(self.expressions[name])):
                visit(needed)
            order.append(name)

        for name in sorted(self.expressions) if not self.problems else []:
            visit(name)
        for name in order:
            if self._needs(self.expressions[name]) & after:
                after.add(name)
        self.after = after
        return tuple(n for n in order if n not in after), tuple(n for n in order if n in after)

    # --- ranks and memory ---------------------------------------------------------------------------------
    def _ladder(self, after: tuple[str, ...]) -> tuple[Rank, ...]:
        section = self.root.section("ranks")
        self.root.taken.add("ranks")
        section.choice("lower_ranks", ("not_required", "required"))
        self.lower_required = section.text("lower_ranks", "not_required") == "required"
        ladder = section.take("ladder")
        section.done()
        ranks = []
        for item in ladder.items if isinstance(ladder, Listed) else ():
            entry = Section(item, "ranks.ladder", self.problems)
            name = entry.text("name", "")
            label, says = entry.text("label", name), entry.text("says", "")
            needs = self._requirements(entry, self.ranks.get(name, 0))
            entry.done()
            ranks.append(Rank(name, label, says, needs))
        if ranks and ranks[0].requirements:
            section.refuse("ladder", "the first rank is everybody's: needs: always")
        return self._with_lower(tuple(ranks)) if self.lower_required else tuple(ranks)

    def _with_lower(self, ranks: tuple[Rank, ...]) -> tuple[Rank, ...]:
        """`required`: a rank also asks what every lower rank asks."""
        found: list[Rank] = []
        gathered: tuple[Requirement, ...] = ()
        for step, rank in enumerate(ranks):
            gathered = (*gathered, *rank.requirements)
            own = tuple(Requirement(step, r.text, r.label, r.unit, r.need, r.have) for r in gathered)
            found.append(Rank(rank.name, rank.label, rank.says, own))
        return tuple(found)

    def _requirements(self, entry: Section, rank: int) -> tuple[Requirement, ...]:
        needs = entry.take("needs")
        if needs is None:
            entry.refuse("needs", "is missing; write needs: always for a rank that everybody has")
            return ()
        if isinstance(needs, Text) and needs.value == "always":
            return ()
        if isinstance(needs, Mapped) and "any_of" in needs.items:
            entry.refuse("needs", "any_of is not supported yet")
            return ()
        items = needs.items if isinstance(needs, Listed) else (needs,)
        found = [self._requirement(item, rank) for item in items]
        return tuple(requirement for requirement in found if requirement is not None)

    def _requirement(self, node: Node, rank: int) -> Requirement | None:
        text, label = self._worded(node, "ranks.ladder.needs", "test")
        key = "ranks.ladder.needs"
        expression = self._typed(text, node.line, key, "truth")
        if expression is None:
            return None
        if self._looks_up(expression):
            self._refuse(node.line, key, "a rank may need ranks only of people below: legs(rank >= …)")
            return None
        match expression:
            case Compare(">=", have, Number(need, unit)) if unit != "rank":
                return Requirement(rank, text, label or self._label_of(have, text), unit, need, have)
            case _:
                return Requirement(
                    rank, text, label or self._label_of(expression, text), "truth", 1, expression
                )

    def _looks_up(self, expression: Expression, inside_legs: bool = False) -> bool:
        if isinstance(expression, Legs):
            return self._looks_up(expression.test, inside_legs=True)
        if isinstance(expression, Word) and expression.name in self.after:
            return not (inside_legs and expression.name == "rank")
        inner = [part for part in parts(expression) if part is not expression]
        if isinstance(expression, Aggregate):
            return any(isinstance(part, Word) and part.name in self.after for part in inner)
        direct = _children(expression)
        return any(self._looks_up(part, inside_legs) for part in direct)

    def _label_of(self, expression: Expression, text: str) -> str:
        return self.labels.get(expression.name, text) if isinstance(expression, Word) else text

    def _memories(self) -> None:
        section = self.root.section("memory") if "memory" in self.root.node.items else None
        for name in section.rest() if section else ():
            entry = Section(section.node.items[name] if section else None, f"memory.{name}", self.problems)
            entry.text("starts")
            memory = self.memories[name]
            text, line = entry.text("becomes"), entry.line("becomes")
            becomes = self._typed(text, line, f"memory.{name}.becomes", memory.unit)
            if becomes is not None and any(
                isinstance(p, Word) and p.name in self.memories for p in parts(becomes)
            ):
                self._refuse(
                    line, f"memory.{name}.becomes", "write before(…) for the value at the period's start"
                )
            entry.done()
            self.memories[name] = Memory(name, memory.unit, memory.starts, becomes or Number(0, memory.unit))

    # --- tables and bonuses -------------------------------------------------------------------------------
    def _tables(self) -> None:
        sections = self.root.section("tables") if "tables" in self.root.node.items else None
        for name in sections.rest() if sections else ():
            section = Section(
                sections.node.items[name] if sections else None, f"tables.{name}", self.problems
            )
            by = section.take("by")
            wanted = (
                [item.value for item in by.items if isinstance(item, Text)]
                if isinstance(by, Listed)
                else None
            )
            if isinstance(by, Text):
                wanted = [by.value]
            if wanted not in (["level", "rank"], ["level"], ["rank"]):
                section.refuse("by", "is not supported yet", allowed=("[level, rank]", "level", "rank"))
                wanted = ["level", "rank"]
            section.choice("reading", ("cliff",), later=("marginal", "stacked"))
            self.tables[name] = Rates(name, self._cells(section, wanted))
            section.done()

    def _cells(self, section: Section, by: list[str]) -> dict[int, tuple[int, ...]]:
        rows = section.section("rows")
        if by == ["rank"]:
            cells = self._by_rank(rows)
            rows.done()
            return dict.fromkeys(range(MOST_LEVELS + 1), cells)
        found = {}
        for key in rows.rest():
            if not (key.isascii() and key.isdigit()) or int(key) > MOST_LEVELS:
                rows.refuse(key, f"must be a level from 0 to {MOST_LEVELS}", key)
                continue
            node = rows.node.items[key]
            if by == ["level"]:
                found[int(key)] = (self._rate(node, f"{rows.name}.{key}"),) * max(1, len(self.ranks))
            else:
                row = Section(node, f"{rows.name}.{key}", self.problems)
                found[int(key)] = self._by_rank(row)
                row.done(tuple(self.ranks))
        return found

    def _by_rank(self, row: Section) -> tuple[int, ...]:
        """A rank's rate serves that rank and higher ones, up to the next one written."""
        rate, found = 0, []
        for name in self.ranks:
            node = row.take(name)
            rate = rate if node is None else self._rate(node, f"{row.name}.{name}")
            found.append(rate)
        return tuple(found)

    def _rate(self, node: Node, key: str) -> int:
        text = node.value if isinstance(node, Text) else ""
        try:
            literal = parse(text)
            if not isinstance(literal, Literal) or literal.suffix != "%":
                raise TypeProblem(f"{text!r} is not a percentage like 8%")
            rate = in_unit(literal, "rate", self._names("person")).value
            if rate > MILLION:
                raise TypeProblem(f"{text} is more than 100 %")
        except (SyntaxProblem, TypeProblem) as problem:
            self._refuse(node.line, key, str(problem))
            return 0
        return rate

    def _bonuses(self) -> tuple[Bonus, ...]:
        sections = self.root.section("bonuses")
        found = []
        for name in sections.rest():
            section = Section(sections.node.items[name], f"bonuses.{name}", self.problems)
            if not NAME.match(name):
                sections.refuse(name, "a name is one word of letters, digits and _")
            shape = next((shape for shape in LATER_SHAPES if shape in section.node.items), "")
            if shape:
                section.refuse(shape, f"bonuses of the shape {shape!r} are not supported yet")
            else:
                found.append(self._walk(name, section))
        return tuple(found)

    def _walk(self, name: str, section: Section) -> Bonus:
        where = f"bonuses.{name}"
        on = section.text("on")
        volumes = [volume.name for volume in self.volumes]
        if on not in volumes:
            hint = "earnings of a bonus are not supported yet" if on.startswith("earnings") else ""
            section.refuse("on", hint or f"{on!r} is not a volume{nearest(on, volumes)}", on, tuple(volumes))
        only = self._optional(section, "only", "truth", "line")
        walk = section.section("walk")
        walk.choice("along", ("sponsor",))
        walk.choice("counts", ("levels",), later=("generations", "nothing"))
        first, last = self._level(walk, "first"), self._level(walk, "last")
        if last < first:
            walk.refuse("last", "must not be before first", str(last))
        compression = walk.choice(
            "compression", ("none", "skip_inactive"), later=("skip_not_entitled_at_level",)
        )
        test, skipped = None, "paid"
        if compression == "skip_inactive":
            test = self._typed(
                walk.text("skip_test"), walk.line("skip_test"), f"{where}.walk.skip_test", "truth"
            )
            skipped = walk.choice("volume_of_the_skipped", ("paid", "dropped"))
        for key in LATER_WALK:
            if walk.take(key) is not None:
                walk.refuse(key, "is not supported yet")
        walk.done()
        earner = self._optional(section, "earner", "truth", "person")
        section.choice("if_not_earned", ("kept_by_company",), later=("held_until",))
        for key in ("difference", "most", "taken", "worth", "every"):
            if section.take(key) is not None:
                section.refuse(key, "is not supported yet")
        rates = self._rates_of(section)
        label, says = section.text("label", name.replace("_", " ").capitalize()), section.text("says", "")
        section.done()
        return Bonus(
            name, label, says, "walk", on, only, first, last, compression, test, skipped, rates, earner
        )

    def _optional(self, section: Section, key: str, unit: str, kind: str) -> Expression | None:
        node = section.take(key)
        if node is None:
            return None
        texts = [n.value for n in node.items if isinstance(n, Text)] if isinstance(node, Listed) else []
        text = " and ".join(f"({part})" for part in texts) if texts else section.text(key)
        return self._typed(text, section.line(key), f"{section.name}.{key}", unit, kind)

    def _level(self, walk: Section, key: str) -> int:
        text = walk.text(key)
        if not (text.isascii() and text.isdigit()) or int(text) > MOST_LEVELS:
            walk.refuse(key, f"must be a level from 0 to {MOST_LEVELS}", text)
            return 0
        return int(text)

    def _rates_of(self, section: Section) -> Rates:
        node = section.take("rate")
        text = node.value if isinstance(node, Text) else ""
        if text in self.tables:
            return self.tables[text]
        if "%" in text and node is not None:
            rate = (self._rate(node, f"{section.name}.rate"),) * max(1, len(self.ranks))
            return Rates("", dict.fromkeys(range(MOST_LEVELS + 1), rate))
        hint = nearest(text, list(self.tables))
        section.refuse("rate", f"must be a table or a percentage{hint}", text, tuple(self.tables))
        return Rates("", {})

    # --- the rest -----------------------------------------------------------------------------------------
    def _ledger(self) -> Ledger:
        section = self.root.section("ledger")
        section.choice("round", ("half_up",), later=("half_even", "down"))
        returns = section.section("returns")
        take_back = returns.choice(
            "take_back", ("original_amounts",), later=("average_rate", "recompute_while_open")
        )
        returns.choice("ranks", ("stay",), later=("recomputed",))
        not_covered = returns.choice("not_covered", ("becomes_debt",), later=("written_off", "rolls_up"))
        returns.done()
        smallest = self._typed(
            section.text("smallest_payout"),
            section.line("smallest_payout"),
            "ledger.smallest_payout",
            "money",
        )
        section.done()
        return Ledger(smallest.value if isinstance(smallest, Number) else 0, take_back, not_covered)

    def _shows(self, statuses: list[str]) -> dict[str, str]:
        """Which names the pages call active, own volume and group volume."""
        section = self.root.section("shows")
        points = tuple(name for name, unit in self.units.items() if unit == "points")
        found = {
            "active": section.choice("active", tuple(statuses) or ("",)),
            "own_volume": section.choice("own_volume", points or ("",)),
            "group_volume": section.choice("group_volume", points or ("",)),
        }
        section.done()
        return found


def _children(expression: Expression) -> list[Expression]:
    values = [getattr(expression, name) for name in expression.__dataclass_fields__]
    flat = [inner for value in values for inner in (value if isinstance(value, tuple) else (value,))]
    return [inner for inner in flat if inner is not None and not isinstance(inner, str | int)]


def canonical_hash(root: Mapped) -> str:
    """SHA-256 of what the document says: comments, spacing and the order of keys outside lists do not count."""

    def plain(node: Node) -> Any:
        if isinstance(node, Text):
            return " ".join(node.value.split())
        if isinstance(node, Listed):
            return [plain(item) for item in node.items]
        return {key: plain(value) for key, value in node.items.items() if key != "scenarios"}

    return hashlib.sha256(json.dumps(plain(root), sort_keys=True, ensure_ascii=True).encode()).hexdigest()
