"""The worked months of tests/plans, computed by the engine and by its reference."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commissions.core.document import Listed, Mapped, Node, Text, read
from commissions.core.explain import missing_of, why_not
from commissions.core.facts import Facts
from commissions.core.plan import Plan, load
from commissions.core.reference import Answer, run_reference
from commissions.core.run import Result, run
from common.dates import day_number, next_period
from common.money import currency, parse_money, parse_volume
from tests.core.world import facts_of

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests/plans").glob("*.yaml"))
STANDINGS = {"good": 0, "suspended": 1, "left": 2}
EUR = currency(code="EUR")


def test_there_are_worked_months():
    assert len(FILES) >= 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_worked_month(path):
    document = plain(read(path.read_text(encoding="utf-8")))
    plan = load((ROOT / f"commissions/plans/{document['plan']}.yaml").read_text(encoding="utf-8"))
    for month in months(plan, document):
        for wrong in month.wrong():
            pytest.fail(f"{path.name}: {wrong}")


def plain(node: Node) -> Any:
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Listed):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.items.items()} if isinstance(node, Mapped) else None


def months(plan: Plan, document: dict[str, Any]) -> Iterator["Month"]:
    """The periods in their order, each with the memory that the one before left."""
    names = [rank.name for rank in plan.ladder]
    memory = {
        name: {
            person: names.index(values[person]) if person in values else 0 for person in document["people"]
        }
        for name, values in document.get("before", {}).items()
    }
    orders: dict[str, tuple[str, dict[str, Any]]] = {}
    for key, period in document["periods"].items():
        facts = facts_of(
            people=[person_of(name, said) for name, said in document["people"].items()],
            lines=list(lines_of(key, period, orders)),
            memory=memory,
            first_day=day(f"{key}-01"),
            last_day=day(f"{next_period(key)}-01"),
        )
        month = Month(plan, facts, document.get("expect", {}).get(key, {}), key)
        yield month
        numbers = facts.people.number.tolist()
        memory = {
            name: dict(zip(numbers, values.tolist(), strict=True))
            for name, values in month.fast.memory_after.items()
        }


def person_of(name: str, said: dict[str, str]) -> tuple[str, str, int, int]:
    return name, said.get("sponsor", ""), day(said["joined"]), STANDINGS[said.get("standing", "good")]


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def lines_of(
    key: str, period: dict[str, Any], orders: dict[str, tuple[str, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """A month's order lines. What comes back of the same month makes its order smaller, what comes back of an
    earlier one is a line of its own, negative and not to be walked."""
    sold: dict[str, dict[str, Any]] = {}
    for at, order in enumerate(period.get("orders", []), 1):
        line = line_of(f"{key}-{at:03}/1", order)
        sold[line["key"]] = line
        orders[order.get("id", line["key"])] = (key, line)
    for at, back in enumerate(period.get("returns", []), 1):
        sold_in, line = orders[back["order"]]
        percent = int(back.get("share", "100%").rstrip("%"))
        taken = {name: line[name] * percent // 100 for name in AMOUNTS}
        if sold_in == key:
            sold[line["key"]].update({name: line[name] - taken[name] for name in AMOUNTS})
        else:
            negative = {name: -amount for name, amount in taken.items()}
            sold[f"R{at}"] = (
                line | negative | {"key": f"{key}-R{at}/1", "reversal": True, "day": day(back["on"])}
            )
    yield from sold.values()


AMOUNTS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")


def line_of(key: str, order: dict[str, str]) -> dict[str, Any]:
    def money(name: str) -> int:
        return parse_money(text=order.get(name, "0"), currency=EUR)

    return {
        "key": key,
        "seller": order["by"],
        "by_customer": order.get("customer") == "yes",
        "qualifying": parse_volume(text=order["pv"]),
        "commissionable": money("cv"),
        "price": money("price"),
        "list_price": money("price"),
        "distributor_price": money("own_price"),
        "day": day(order["on"]),
    }


class Month:
    """One computed month and what is expected of it."""

    def __init__(self, plan: Plan, facts: Facts, expect: dict[str, Any], key: str) -> None:
        self.plan, self.facts, self.expect, self.key = plan, facts, expect, key
        self.fast: Result = run(plan=plan, facts=facts)
        self.slow: Answer = run_reference(plan=plan, facts=facts)
        self.numbers = facts.people.number.tolist()
        self.bonuses = [bonus.name for bonus in plan.bonuses]

    def wrong(self) -> Iterator[str]:
        """Everything that is not as expected, in the engine's answer and in the reference's."""
        items = self.fast.items
        columns = (items.beneficiary.tolist(), items.bonus.tolist(), items.amount.tolist())
        yield from self.wrong_in("engine", list(zip(*columns, strict=True)), self.fast.rank.tolist())
        yield from self.wrong_in("reference", [item[:3] for item in self.slow.items], self.slow.rank)

    def wrong_in(self, who: str, items: list[tuple[int, int, int]], rank: list[int]) -> Iterator[str]:
        paid: dict[tuple[str, str], int] = defaultdict(int)
        for beneficiary, bonus, amount in items:
            paid[self.numbers[beneficiary], self.bonuses[bonus]] += amount
        self.rank = rank
        for person, said in self.expect.items():
            for name, expected in said.items() if isinstance(said, dict) else ():
                found = self.found(person, name, expected, paid)
                if found != expected.replace("_", "") and found != expected:
                    yield f"{self.key} {who}: {person}: {name} is {found}, not {expected}"
        if self.expect.get("only") == "yes":
            named = {person for person, said in self.expect.items() if isinstance(said, dict)}
            for (person, bonus), amount in paid.items():
                if person not in named or (
                    bonus not in self.expect[person] and "total" not in self.expect[person]
                ):
                    yield f"{self.key} {who}: {person} is paid {amount} of {bonus}, which nobody expects"

    def found(self, person: str, name: str, expected: str, paid: dict[tuple[str, str], int]) -> str:
        """What was computed for an expectation, written like it."""
        at = self.numbers.index(person)
        bonus, _, seller = name.partition(" from ")
        if name == "total":
            return like(expected, sum(amount for (who, _), amount in paid.items() if who == person))
        if bonus in self.bonuses:
            amount = self.exact(at, bonus, seller) if seller else paid[person, bonus] * 1_000_000
            because = expected.partition(" because ")[2]
            shown = (
                like(expected.partition(" ")[0], amount // 1_000_000)
                if amount % 1_000_000 == 0
                else str(amount)
            )
            return shown + (f" because {self.reason(at, bonus, seller, because)}" if because else "")
        if name.startswith("lacks "):
            return self.lacks(at, *name.removeprefix("lacks ").split(": "), expected)
        if name in ("rank", "title"):
            step = self.rank[at] if name == "rank" else int(self.fast.memory_after[name][at])
            return self.plan.ladder[step].name
        if name in self.plan.statuses:
            return "yes" if self.fast.statuses[name][at] else "no"
        return like(expected, int(self.fast.measures[name][at]))

    def exact(self, person: int, bonus: str, seller: str) -> int:
        """Millionths of a cent that one seller's orders paid."""
        wanted = (person, self.bonuses.index(bonus))
        return sum(
            whole * 1_000_000 + micro
            for b, beneficiary, source, *_, whole, micro in self.slow.lines
            if (beneficiary, b) == wanted and self.numbers[self.facts.lines.seller[source]] == seller
        )

    def reason(self, person: int, bonus: str, seller: str, expected: str) -> str:
        reasons = {
            str(reason.why)
            for reason in why_not(self.plan, self.facts, self.fast, person)
            if self.bonuses[reason.bonus] == bonus
            and seller in ("", self.numbers[self.facts.lines.seller[reason.source]])
        }
        return expected if expected in reasons else " or ".join(sorted(reasons)) or "no reason"

    def lacks(self, person: int, rank: str, what: str, expected: str) -> str:
        step = [one.name for one in self.plan.ladder].index(rank)
        for missing in missing_of(plan=self.plan, rank=step, have=self.fast.have[person].tolist()):
            if missing.requirement.text.startswith(what):
                return (
                    like(expected, missing.missing)
                    if missing.requirement.unit != "count"
                    else str(missing.missing)
                )
        return "no such requirement"


def like(expected: str, hundredths: int) -> str:
    """Hundredths, written with as many decimals as the expectation has."""
    sign, (whole, rest) = "-" if hundredths < 0 else "", divmod(abs(hundredths), 100)
    decimals = len(expected.partition(".")[2])
    return f"{sign}{whole}" if not decimals and not rest else f"{sign}{whole}.{rest:02}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("level_pay: 41.82", "level_pay: 41.83"),
        ("rank: Builder", "rank: Leader"),
        ("level_pay from Cas: 19.20", "level_pay from Cas: 19.21"),
        ("total: 41.82", "total: 41.81"),
        ("gv': 350", "gv': 349"),
        ("legs(active)': 1", "legs(active)': 2"),
        ("active: yes", "active: no"),
        ("    Dee: {level_pay: 7.53}\n", ""),
        ("Cas: {rank: Partner, level_pay: 0}", "Cas: {level_pay: 0 because skipped_inactive}"),
    ],
)
def test_a_wrong_expectation_is_noticed(old, new):
    text = FILES[0].read_text(encoding="utf-8")
    assert old in text
    document = plain(read(text.replace(old, new)))
    plan = load((ROOT / "commissions/plans/linden.yaml").read_text(encoding="utf-8"))
    assert [wrong for month in months(plan, document) for wrong in month.wrong()]
