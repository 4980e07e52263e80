"""Finds what a scenario names: a measure, a bonus or a part of one, what is carried, held, owed, missing."""

from collections.abc import Callable

from commissions.core.document import Listed, Mapped, Node, Text
from commissions.core.explain import Reason, why_not
from commissions.core.plan import MILLION
from commissions.core.result import Kind
from commissions.core.scenario import answer
from commissions.core.scenario.people import NOBODY
from commissions.core.scenario.running import Played
from commissions.core.scenario.values import (
    decimals_of,
    digits,
    hint,
    major,
    read_value,
    show,
    show_number,
)
from commissions.core.terms import Once, Pair, Pool

MONEY_WORDS = (
    "total",
    "gross",
    "paid",
    "payable",
    "owes",
    "debt",
    "waiting",
    "repaid",
    "returns",
    "held",
    "released",
)
COMPANY_WORDS = ("kept of", "fund of", "carried of", "total of")


class Unknown(ValueError):
    """An expectation of something that does not exist, with what might be meant."""


class Findings:
    """What was computed where it is not what is expected, written like it; None where it is."""

    def __init__(self, played: Played) -> None:
        self.played, self.plan, self.result = played, played.plan, played.result
        self.bonuses = {bonus.name: at for at, bonus in enumerate(self.plan.bonuses)}
        self.units = dict(self.plan.units)
        self.units |= {name: memory.unit for name, memory in self.plan.memories.items()}
        self.units |= dict.fromkeys(self.plan.statuses, "truth") | {"rank": "rank"}

    # --- a person ---------------------------------------------------------------------------------------------------
    def of_person(self, person: str, key: str, node: Node) -> str | None:
        """Raises Unknown for what the plan does not compute."""
        expected = text_of(node)
        at = self.played.standing.place[person]
        word, _, of = key.partition(" of ")
        if key in self.bonuses:
            return self._bonus(at, key, expected)
        if key in self.units:
            return self._value(at, key, expected, node)
        for part in (" from order ", " from ", " on level "):
            bonus, found, what = key.partition(part)
            if found and bonus in self.bonuses:
                return self._part(at, bonus, part, what, expected)
        if key.startswith("lacks "):
            return self._lacks(at, key.removeprefix("lacks "), expected)
        if word == "carry":
            return self._carry(person, of, node)
        if key == "career_rank":
            found = answer.career_rank(self.played, at)
            return None if found == expected else found
        if key.startswith("deducted "):
            return self._money(dict(self._statement(person).get("deductions", {})).get(key[9:], 0), expected)
        if word in MONEY_WORDS:
            return self._money(self._money_word(person, at, word, of), expected)
        if key in self.plan.trees or key in ("positions", "sponsor"):
            return self._stands(person, at, key, expected)
        raise Unknown(f"is nothing this plan computes{hint(key, self._words())}")

    def _words(self) -> list[str]:
        return [*self.bonuses, *self.units, *MONEY_WORDS, *self.plan.trees, "carry", "career_rank"]

    def _statement(self, person: str) -> answer.Told:
        return answer.tell_statement(self.played.statements.get(person))

    def _money_word(self, person: str, at: int, word: str, of: str) -> int:
        if of and of not in self.bonuses:
            raise Unknown(f"{of!r} is no bonus{hint(of, self.bonuses)}")
        if word in ("held", "released", "returns"):
            by_bonus = {
                "held": lambda: answer.held_of(self.result, at),
                "released": lambda: answer.released_of(self.result, at),
                "returns": lambda: {b: a for (who, b), a in self.played.corrections.items() if who == person},
            }[word]()
            return by_bonus.get(of, 0) if of else sum(by_bonus.values())
        statement = self.played.statements.get(person)
        if word == "gross":
            return statement.gross if statement else 0
        same = {"paid": "payable", "owes": "debt"}
        return int(self._statement(person)[same.get(word, word)])

    def _money(self, found: int, expected: str) -> str | None:
        wanted = read_value(self.plan, expected, "money")
        if wanted is None:
            raise Unknown(f"{expected!r} is no amount of {self.plan.currency}")
        return None if wanted == found else major(self.plan, found)

    def _bonus(self, at: int, bonus: str, expected: str) -> str | None:
        amount, _, because = expected.partition(" because ")
        if bonus in self.result.shares:
            count = int(self.result.shares[bonus][at])
            return None if digits(amount, 0) == count else str(count)
        found = self._money(answer.items_of(self.result, at).get(bonus, 0), amount)
        if found is not None or not because:
            return found
        reasons = self._reasons(at, bonus)
        return (
            None
            if _plain(because) in reasons
            else f"{amount} because {' or '.join(sorted(reasons)) or 'nothing'}"
        )

    def _reasons(self, at: int, bonus: str) -> set[str]:
        """Why orders of the team, or the person's own, paid nothing under a bonus."""
        number, how = self.bonuses[bonus], self.plan.bonuses[self.bonuses[bonus]].how
        found = self._told(at, lambda reason: reason.bonus == number)
        given = self.played.facts.state.given.get(bonus)
        if isinstance(how, Once) and given is not None and given[at]:
            found.add("already_given")
        if bonus in answer.held_of(self.result, at):
            found.add("held")
        return found

    def _part(self, at: int, bonus: str, part: str, what: str, expected: str) -> str | None:
        """The exact sum of some lines of an item, to the millionth of a minor unit."""
        amount, _, because = expected.partition(" because ")
        lines, number, total = self.result.lines, self.bonuses[bonus], 0
        if part == " from " and what not in self.played.standing.place:
            raise Unknown(f"{what!r} is nobody{hint(what, self.played.standing.names)}")
        for row in answer.rows_of(self.result, at):
            if lines.bonus[row] == number and self._is_of(row, part, what):
                total += int(lines.whole[row]) * MILLION + int(lines.micro[row])
        decimals = self.plan.exponent + 6
        wanted = digits(amount.removesuffix(self.plan.currency).strip(), decimals)
        if wanted is None:
            raise Unknown(f"{expected!r} is no amount of {self.plan.currency}")
        if wanted != total:
            return show_number(total, decimals)
        if because and _plain(because) not in self._reasons_from(at, bonus, part, what):
            return f"{amount} because {' or '.join(sorted(self._reasons_from(at, bonus, part, what))) or 'nothing'}"
        return None

    def _reasons_from(self, at: int, bonus: str, part: str, what: str) -> set[str]:
        number, lines = self.bonuses[bonus], self.played.facts.lines

        def is_of(reason: Reason) -> bool:
            if reason.bonus != number or reason.source < 0:
                return False
            if part == " from order ":
                return answer.order_of(self.played, reason.source) == what
            if part == " on level ":
                return str(reason.level) == what
            return self.played.standing.names[int(lines.seller[reason.source])] == what

        return self._told(at, is_of)

    def _told(self, at: int, wanted: Callable[[Reason], bool]) -> set[str]:
        """Reasons as expectations write them, with the name of who stands behind one and without: blocked_by Bea."""
        found = set()
        for reason in filter(wanted, why_not(self.plan, self.played.facts, self.result, at)):
            found.add(_plain(str(reason.why)))
            if reason.by is not None:
                found.add(f"{_plain(str(reason.why))} {self.played.standing.names[reason.by]}")
        return found

    def _is_of(self, row: int, part: str, what: str) -> bool:
        lines = self.result.lines
        if part == " on level ":
            return lines.kind[row] not in TAKEN and str(int(lines.level[row])) == what
        if part == " from order ":
            return answer.order_of(self.played, int(lines.source[row])) == what
        return bool(lines.origin[row] == self.played.standing.place[what])

    def _value(self, at: int, name: str, expected: str, node: Node) -> str | None:
        unit, plan = self.units[name], self.plan
        if name in plan.memories and plan.memories[name].keeps:
            return self._window(at, name, node)
        if name == "rank":
            found = int(self.result.rank[at])
        else:
            places = (self.result.measures, self.result.statuses, self.result.memory_after)
            values = next((place[name] for place in places if name in place), None)
            if values is None:
                values = self.played.facts.people.inputs.get(name)
            if values is None:
                raise Unknown("means something only beside a number; write lacks RANK instead")
            found = int(values[at])
        wanted = read_value(plan, expected, unit)
        if wanted is None:
            raise Unknown(f"{expected!r} is no {unit}")
        return None if wanted == found else show(plan, found, unit)

    def _window(self, at: int, name: str, node: Node) -> str | None:
        unit = self.units[name]
        found = [show(self.plan, value, unit) for value in self.result.state_after.windows[name][at].tolist()]
        wanted = [
            read_value(self.plan, text_of(one), unit)
            for one in (node.items if isinstance(node, Listed) else ())
        ]
        shown = [show(self.plan, value, unit) for value in wanted if value is not None]
        return None if shown == found else f"[{', '.join(found)}]"

    def _lacks(self, at: int, said: str, expected: str) -> str | None:
        """`lacks Leader: gv 200`; `lacks Leader: nothing`; or `"lacks Leader: gv": 200`."""
        rank, _, what = said.partition(": ")
        names = [one.name for one in self.plan.ladder]
        if rank not in names:
            raise Unknown(f"{rank!r} is no rank{hint(rank, names)}")
        step = names.index(rank)
        rows = zip(self.plan.requirements, self.result.have[at].tolist(), strict=True)
        missing = [(one, one.need - had) for one, had in rows if one.rank == step and had < one.need]
        if expected == "nothing" and not what:
            return None if not missing else "; ".join(self._missing(*pair) for pair in missing)
        if not what:
            what, _, expected = expected.rpartition(" ")
        for one, amount in missing:
            if one.text.startswith(what) or one.label.startswith(what):
                return (
                    None
                    if read_value(self.plan, expected, one.unit) == amount
                    else self._missing(one, amount)
                )
        return "nothing of it"

    def _missing(self, one: object, amount: int) -> str:
        text, unit = getattr(one, "text", ""), getattr(one, "unit", "")
        return f"{text}: {show(self.plan, amount, unit)}"

    def _carry(self, person: str, bonus: str, node: Node) -> str | None:
        pairs = {one.name: one.how for one in self.plan.bonuses if isinstance(one.how, Pair)}
        bonus = bonus or (next(iter(pairs)) if len(pairs) == 1 else "")
        if bonus not in pairs:
            raise Unknown(f"must name a pair bonus: carry of {' or '.join(pairs) or '…'}")
        how = pairs[bonus]
        slots = self.plan.trees[how.along].slots
        unit = next(volume.unit for volume in self.plan.volumes if volume.name == how.volume)
        carried = answer.tell_carry(self.played, person).get(bonus, {})
        first = next(iter(carried.values()), dict.fromkeys(slots, 0))
        nodes = (
            [node.items.get(slot) for slot in slots]
            if isinstance(node, Mapped)
            else getattr(node, "items", ())
        )
        many = decimals_of(self.plan, unit)
        wanted = [digits(text_of(one), many) if one is not None else None for one in nodes]
        found = [first[slot] for slot in slots]
        same = len(wanted) == len(found) and all(w in (None, f) for w, f in zip(wanted, found, strict=True))
        return None if same else f"[{', '.join(show_number(value, many) for value in found)}]"

    def _stands(self, person: str, at: int, key: str, expected: str) -> str | None:
        if key == "positions":
            count = sum(len(keys) for keys in answer.tell_positions(self.played, person).values())
            return None if expected == str(count) else str(count)
        key = self.plan.main_tree if key not in self.plan.trees else key
        tree = self.plan.trees[key]
        if not tree.slots:
            above = int(self.played.standing.parents[key][at])
            found = self.played.standing.names[above] if above >= 0 else "nobody"
        else:
            found = self._place(key, person)
        return (
            None
            if found == expected
            or (found == "nobody" and expected in NOBODY and expected not in self.played.standing.place)
            else found
        )

    def _place(self, tree: str, person: str) -> str:
        positions = self.played.standing.positions[tree]
        for row, key in enumerate(positions.key.tolist()):
            if key == person:
                above, slot = int(positions.parent[row]), int(positions.slot[row])
                return (
                    f"{positions.key[above]} {self.plan.trees[tree].slots[slot]}" if above >= 0 else "nobody"
                )
        return "none"

    # --- the company -------------------------------------------------------------------------------
    def of_company(self, key: str, expected: str) -> str | None:
        """Raises Unknown for what is not known of the company."""
        told = answer.tell_company(self.played)
        word, _, of = key.partition(" of ")
        pools = [one.name for one in self.plan.bonuses if isinstance(one.how, Pool)]
        places = {
            "kept": told["kept"],
            "fund": told["funds"],
            "carried": told["carried"],
            "total": told["items"],
        }
        if of and word in places:
            if of not in self.bonuses or (word in ("fund", "carried") and of not in pools):
                raise Unknown(f"{of!r} is no such bonus{hint(of, self.bonuses)}")
            return self._money(places[word].get(of, 0), expected)
        if key in ("total", "payable", "paid", "debts", "written_off"):
            return self._money(told["payable" if key == "paid" else key], expected)
        if key in told["volumes"]:
            unit = self.units[key]
            return (
                None
                if read_value(self.plan, expected, unit) == told["volumes"][key]
                else show(self.plan, told["volumes"][key], unit)
            )
        raise Unknown(f"is nothing that is known of the company{hint(key, COMPANY_WORDS)}")


TAKEN = (Kind.MOST, Kind.GROUP, Kind.HELD)
SAME = {
    "rank_not_paid_at_level": "not_entitled",
    "beyond_last_level": "beyond_last",
}


def _plain(reason: str) -> str:
    """One word for what is the same to a reader."""
    word, _, who = reason.partition(" ")
    return SAME.get(word, word) + (f" {who}" if who else "")


def text_of(node: Node | None) -> str:
    """A value as it stands in the document."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Listed):
        return f"[{', '.join(text_of(one) for one in node.items)}]"
    if isinstance(node, Mapped):
        return f"{{{', '.join(f'{key}: {text_of(value)}' for key, value in node.items.items())}}}"
    return ""
