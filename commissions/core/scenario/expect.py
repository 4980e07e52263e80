"""Holds what was computed against what a scenario expects, name by name."""

from dataclasses import dataclass

from commissions.core.document import Mapped, Node, Problem, Text
from commissions.core.scenario import answer
from commissions.core.scenario.findings import Findings, Unknown, text_of
from commissions.core.scenario.running import Played
from commissions.core.scenario.values import YES, hint, major


@dataclass(frozen=True, slots=True)
class Difference:
    line: int
    period: str
    person: str
    name: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.period}: {self.person}: {self.name} is {self.found}, not {self.expected}"


class Checker:
    """One period against its expectations."""

    def __init__(self, played: Played) -> None:
        self.played, self.findings = played, Findings(played)
        self.problems: list[Problem] = []
        self.differences: list[Difference] = []

    def check(self, expect: Mapped) -> None:
        for name, said in expect.items.items():
            line = expect.lines[name]
            if name == "only" and isinstance(said, Text):
                if said.value in YES:
                    self._only(expect)
            elif name == "company" or name in self.played.standing.place:
                self._person(name, said, line)
            else:
                meant = hint(name, self.played.standing.names)
                self.problems.append(
                    Problem(line, f"expect.{name}", f"is nobody in this period{meant}", name)
                )

    def _person(self, name: str, said: Node, line: int) -> None:
        if not isinstance(said, Mapped):
            told = "must be a mapping of names to what is expected"
            self.problems.append(Problem(line, f"expect.{name}", told))
            return
        for key, node in said.items.items():
            self._one(name, key, node, said.lines[key])

    def _one(self, person: str, key: str, node: Node, line: int) -> None:
        expected = text_of(node)
        try:
            found = (
                self.findings.of_company(key, expected)
                if person == "company"
                else self.findings.of_person(person, key, node)
            )
        except Unknown as error:
            self.problems.append(Problem(line, f"expect.{person}.{key}", str(error), key))
            return
        if found is not None:
            self.differences.append(Difference(line, self.played.period.key, person, key, expected, found))

    def _only(self, expect: Mapped) -> None:
        """Nobody is paid a bonus that is not named for them."""
        for name, at in self.played.standing.place.items():
            said = expect.items.get(name)
            named = said.items if isinstance(said, Mapped) else {}
            if "total" in named or "gross" in named:
                continue
            for bonus, amount in answer.items_of(self.played.result, at).items():
                if not any(key.partition(" ")[0] == bonus for key in named):
                    line = expect.lines.get(name, expect.line)
                    found = major(self.played.plan, amount)
                    self.differences.append(
                        Difference(line, self.played.period.key, name, bonus, "nothing", found)
                    )
