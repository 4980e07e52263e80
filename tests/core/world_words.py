"""Random expressions of the plan language, each of a known unit and each over names that are known where it stands."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

RANKS = ("A", "B", "C", "D")


def flow(items: dict[str, object]) -> str:
    """{a: b, c: d} on one line; None is left out."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in items.items() if value is not None) + "}"


@dataclass
class Draw:
    """Chance that writes down what it chose, so that a test can ask whether everything is drawn."""

    random: Random
    chosen: Counter = field(default_factory=Counter)

    def one(self, what: str, options: Any) -> Any:
        found = self.random.choice(list(options))
        self.chosen[what, str(found)] += 1
        return found

    def any_of(self, *options: Any) -> Any:
        return self.random.choice(options)

    def often(self, probability: float) -> bool:
        return self.random.random() < probability


@dataclass
class Words:
    """The names that an expression may use, by unit, and the trees it may look along."""

    draw: Draw
    currency: str
    decimals: int
    points: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)
    truths: list[str] = field(default_factory=list)
    ranks: list[str] = field(default_factory=list)  # names whose value is a rank
    windows: dict[str, str] = field(default_factory=dict)  # memories that keep periods, and their unit
    trees: list[str] = field(default_factory=list)  # `in` these; the main tree goes without saying
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    of_money: bool = True  # whether a condition may depend on money
    of_everyone: bool = True  # whether an aggregate may look at everyone

    # --- numbers ---
    def number(self) -> str:
        return self.draw.any_of("0", "1", "20", "49.99", "100", "300", "1_000.50", "10_000")

    def share(self) -> str:
        return self.draw.any_of("3%", "5%", "12.5%", "33.3333%", "0.0333%", "50%", "80%", "100%")

    def cash(self, whole: str = "") -> str:
        whole = whole or self.draw.any_of("1", "2", "5", "10", "50", "300", "1_000")
        cents = self.draw.any_of("", "", ".5", ".05")
        return f"{whole}{cents if len(cents) - 1 <= self.decimals else ''} {self.currency}"

    def literal(self, unit: str) -> str:
        if unit == "money":
            return self.cash()
        return self.number() if unit == "points" else str(self.draw.random.randint(0, 4))

    # --- values ---
    def value(self, unit: str, deep: int = 2) -> str:
        """A number of people's, of a unit."""
        names = {"points": self.points, "money": self.money, "count": self.counts}[unit]
        shapes = ["name"] * 3 * bool(names) + (["count"] if unit == "count" else [])
        if deep > 0 and names:
            shapes += ["sum", "sum", "best", "highest", "choose", "plus"]
            shapes += ["share"] if unit != "count" else ["whole"] * bool(self.points)
        if unit == "count" or not names:
            return (
                self.count(deep)
                if shapes[:1] != ["name"] or self.draw.often(0.7)
                else self.draw.any_of(*names)
            )
        match self.draw.one("value", shapes):
            case "name":
                return self.draw.any_of(*names)
            case "sum":
                return self.aggregate("sum", self.value(unit, deep - 1), deep)
            case "best":
                kind = self.draw.one("aggregate", ("largest", "smallest"))
                return self.aggregate(kind, self.draw.any_of(*names), deep)
            case "highest":
                call = self.draw.one("call", ("highest", "lowest"))
                return f"{call}({self.value(unit, deep - 1)}; {self.value(unit, 0)})"
            case "choose":
                return f"(if {self.truth(deep - 1)} then {self.value(unit, 0)} else {self.value(unit, deep - 1)})"
            case "plus":
                sign = self.draw.one("operator", "+-")
                return f"({self.value(unit, deep - 1)} {sign} {self.value(unit, 0)})"
            case _:
                call = self.draw.one("call", ("round_half_up", "round_down"))
                return f"{call}({self.draw.any_of(*names)} * {self.share()})"

    def count(self, deep: int) -> str:
        shapes = ["frontline", "scope"] + ["legs", "legs_in"] * (deep > 0) + ["window"] * bool(self.windows)
        shapes += ["whole"] * bool(self.points)
        match self.draw.one("count", shapes):
            case "frontline":
                names = [name for name in self.points if "(" not in name]
                if names and deep >= 2 and self.draw.often(0.4):
                    name = self.draw.any_of(*names)
                    return f"count(frontline where {name} > my.{name})"
                return f"count(frontline where {self.truth(deep - 1)})"
            case "scope":
                scope, test = self.scope(deep), self.truth(deep - 1)
                test = test if scope == "everyone" else self.of_asker(test, adds_up=True)
                where = f" where {test}" if self.draw.often(0.8) else ""
                return f"count({scope}{where}{'' if scope == 'everyone' else self.of_tree()})"
            case "legs":
                return f"legs({self.truth(deep - 1)})"
            case "legs_in":
                return f"legs({self.of_asker(self.truth(deep - 1), adds_up=True)}{self.of_tree()})"
            case "window":
                name = self.draw.any_of(*self.windows)
                test = (
                    "it >= B" if self.windows[name] == "rank" else f"it > {self.literal(self.windows[name])}"
                )
                return f"count({self._window(name)} where {test})"
            case _:
                divisor = self.draw.any_of(*self.points, "500", "0.07")
                return f"whole({self.draw.any_of(*self.points)} / {divisor})"

    def _window(self, name: str) -> str:
        return (
            name
            if self.draw.one("window", ("with this period", "before")) == "with this period"
            else f"before({name})"
        )

    # --- over people ---
    def scope(self, deep: int) -> str:
        """A scope with its clauses; `where` and `in` are added by who asks."""
        names = ("self", "frontline", "team", "self and team", "levels", "level")
        name = self.draw.one("scope", (*names, "everyone") if self.of_everyone else names)
        if name == "levels":
            first = self.draw.random.randint(1, 2)
            name = f"levels {first} to {first + self.draw.random.randint(0, 2)}"
        elif name == "level":
            name = f"level {self.draw.random.randint(1, 3)}"
        if name.startswith("levels") and self.draw.often(0.5):
            self.draw.chosen["clause", "skipping"] += 1
            name += f" skipping {self.truth(deep - 1)}"
        if not name.startswith(("self", "everyone", "frontline")) and self.draw.often(0.4):
            kind = self.draw.one("clause", ("until", "until inclusive"))
            test = self.of_asker(self.truth(deep - 1), whose=False)
            name += f" until {test}{' inclusive' if 'inclusive' in kind else ''}"
        return name

    def of_asker(self, test: str, *, whose: bool = True, adds_up: bool = False) -> str:
        """The test, or one that asks how the person met stands to the one who asks."""
        names = [name for name in (*self.ranks, *self.counts) if name.isidentifier()]
        kinds = (
            ["no"] * 3
            + ["my"] * bool(names)
            + ["whose"] * bool(self.trees and whose)
            + ["my truth"] * bool(self.truths)
        )
        match self.draw.one("asker", kinds):
            case "my":
                name = self.draw.any_of(*names)
                return f"({name} {self.draw.any_of('>=', '>', '==', '<')} my.{name})"
            case "whose":
                mine = f"mine({self.draw.any_of(*self.trees)})"
                told = [f"{test} and {mine}"]
                if adds_up:
                    told += [f"{test} or {mine}", f"({test}) and not {mine}", f"not ({test} and {mine})"]
                return f"({self.draw.any_of(*told)})"
            case "my truth":
                return f"({test} and not my.{self.draw.any_of(*self.truths)})"
            case _:
                return test

    def of_tree(self) -> str:
        return f" in {self.draw.any_of(*self.trees)}" if self.trees and self.draw.often(0.5) else ""

    def aggregate(self, kind: str, of: str, deep: int) -> str:
        self.draw.chosen["aggregate", kind] += 1
        if self.slots and self.draw.often(0.3):
            tree = self.draw.any_of(*self.slots)
            where = f"leg {self.draw.any_of(*self.slots[tree])} in {tree}"
            self.draw.chosen["scope", "leg"] += 1
        else:
            where = self.scope(deep)
            where += "" if where == "everyone" else self.of_tree()
        if self.draw.often(0.3):
            test = self.truth(deep - 1)
            adds_up = kind in {"sum", "any"}
            where += f" where {test if where == 'everyone' else self.of_asker(test, adds_up=adds_up)}"
        return f"{kind}({of} of {where})"

    # --- conditions ---
    def truth(self, deep: int = 1) -> str:
        shapes = (
            ["name"] * 2 * bool(self.truths) + ["points"] * bool(self.points) + ["rank"] * bool(self.ranks)
        )
        shapes += ["money"] * bool(self.money and self.of_money)
        if deep > 0:
            shapes += ["and", "not", "any", "count", "share"] + ["mine"] * bool(self.trees)
            shapes += ["once"] * bool(self.truths) + ["window"] * bool(self.windows)
        match self.draw.one("truth", shapes):
            case "name":
                return self.draw.any_of(*self.truths)
            case "rank":
                sign = self.draw.one("compare", (">=", ">", "<=", "<", "==", "!="))
                return f"{self.draw.any_of(*self.ranks)} {sign} {self.draw.any_of(*RANKS)}"
            case "points" | "money" as unit:
                sign = self.draw.one("compare", (">=", ">", "<=", "<", "==", "!="))
                return f"{self.value(unit, deep - 1)} {sign} {self.literal(unit)}"
            case "share":
                sign = self.draw.one("compare", (">=", ">", "<=", "<", "==", "!="))
                one, other = (self.draw.any_of(*self.points) for _ in range(2))
                left = self.draw.any_of(
                    one, f"{self.share()} * {one}", f"lowest({self.share()} * {one}; {other})"
                )
                return f"{left} {sign} {self.share()} * {other}"
            case "and":
                word = self.draw.one("logic", ("and", "or"))
                return f"({self.truth(deep - 1)} {word} {self.truth(0)})"
            case "not":
                return f"not ({self.truth(deep - 1)})"
            case "any":
                return self.aggregate("any", f"({self.truth(deep - 1)})", deep)
            case "mine":
                tree = self.draw.any_of(*self.trees)
                return f"any(({self.truth(0)} and mine({tree})) of team{self.of_tree()})"
            case "once":
                tests = (self.truth(0), self.truth(0))
                return f"legs_once({self.draw.any_of(1, 2)} {tests[0]}; 1 {tests[1]})"
            case "window":
                name = self.draw.any_of(*self.windows)
                unit, kind = self.windows[name], self.draw.any_of("largest", "smallest", "sum")
                kind = "largest" if unit == "rank" and kind == "sum" else kind
                need = "B" if unit == "rank" else self.literal(unit)
                return f"{kind}({self._window(name)}) >= {need}"
            case _:
                return f"{self.count(deep - 1)} >= {self.draw.random.randint(0, 2)}"
