"""Plays a scenario: period after period, each handing on what outlives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from commissions.core.facts import Facts, Ints, State
from commissions.core.given import pinned_names, pinned_plan
from commissions.core.plan import MILLION, Plan
from commissions.core.result import Kind, Result
from commissions.core.run import run
from commissions.core.scenario.facts import Row, Shop, facts_of
from commissions.core.scenario.terms import Before, Period, Scenario
from commissions.core.scenario.world import Standing, World
from commissions.core.settlement import Account, Statement, settle
from commissions.core.taking_back import Back, Compute, Item, Taken, take_back


@dataclass(frozen=True, slots=True)
class Played:
    """A period that was computed and settled."""

    period: Period
    plan: Plan  # with the pinned names, where there are any
    facts: Facts
    result: Result
    standing: Standing
    statements: Mapping[str, Statement]
    corrections: Mapping[Item, int]
    owners: Mapping[str, Mapping[str, str]]  # by tree of positions: key to owner


@dataclass(slots=True)
class Closed:
    """A period whose orders may still come back."""

    played: Played
    rows: list[Row]
    taken: Taken = field(default_factory=Taken)  # by returns so far
    released: set[Item] = field(default_factory=set)  # of what it held back


def play(scenario: Scenario, compute: Compute = run) -> list[Played]:
    """Every period in turn. Raises ScenarioError, FactsError and what the engine raises."""
    return _Player(scenario, compute).periods()


class _Player:
    def __init__(self, scenario: Scenario, compute: Compute) -> None:
        self.scenario, self.compute = scenario, compute
        self.world, self.shop = World(scenario), Shop(scenario)
        before = scenario.before
        self.memory: Mapping[str, Mapping[str, int]] = before.memory
        self.state = _Kept(scenario.plan, before)
        people = {*before.owes, *before.waiting}
        self.accounts = {
            name: Account(before.owes.get(name, 0), before.waiting.get(name, 0)) for name in people
        }
        self.closed: list[Closed] = []

    def periods(self) -> list[Played]:
        return [self._period(period) for period in self.scenario.periods]

    def _period(self, period: Period) -> Played:
        standing = self.world.begin(period)
        rows = self.shop.rows(period)
        plan = pinned_plan(self.scenario.plan, pinned_names(period.given))
        # What waits shrinks before anything of it is released.
        corrections = self._corrections()
        facts = facts_of(
            period, self.world, standing, rows, self.memory, self.state.of(standing), period.given
        )
        result = self.compute(plan=plan, facts=facts)
        self._see_released(facts, result)
        statements = settle(
            ledger=plan.ledger,
            gross=_gross(result),
            returns=_by_person(corrections),
            accounts=self.accounts,
            above=self.world.parents[plan.main_tree],
        )
        self.accounts = {name: statement.account for name, statement in statements.items()}
        owners = {
            tree: {key: owner for key, (owner, _, _) in held.items()}
            for tree, held in self.world.positions.items()
        }
        played = Played(period, plan, facts, result, standing, statements, corrections, owners)
        self._hand_on(played)
        self.closed.append(Closed(played, rows))
        return played

    def _hand_on(self, played: Played) -> None:
        names = played.standing.names
        self.memory = {
            name: dict(zip(names, values.tolist(), strict=True))
            for name, values in played.result.memory_after.items()
        }
        self.state.keep(played.result.state_after, played.standing)
        for tree, asked in played.result.new_positions.items():
            self.world.asked.setdefault(tree, []).extend(names[person] for person in asked.tolist())

    def _corrections(self) -> dict[Item, int]:
        """What returns of closed periods' orders take back now."""
        found: dict[Item, int] = {}
        for ago, closed in enumerate(reversed(self.closed), 1):
            back = _back(closed)
            if not back.share:
                continue
            played = closed.played
            more = take_back(
                plan=played.plan,
                facts=played.facts,
                result=played.result,
                back=back,
                before=closed.taken,
                compute=self.compute,
            )
            closed.taken = Taken(_added(closed.taken.paid, more.paid), _added(closed.taken.held, more.held))
            found = _added(found, _added(more.paid, self._of_held(closed, ago, more.held)))
        return found

    def _of_held(self, closed: Closed, age: int, held: Mapping[Item, int]) -> dict[Item, int]:
        """Takes from what still waits, and gives what is to be taken from what was released. What lapsed was never
        paid: nothing is taken of it."""
        found: dict[Item, int] = {}
        for (who, bonus), amount in held.items():
            rows = self.state.held.setdefault(bonus, [])
            waits = sum(one for name, one, old in rows if (name, old) == (who, age))
            if waits or (amount > 0 and (who, bonus) not in closed.released):
                rest = [row for row in rows if (row[0], row[2]) != (who, age)]
                stays = [(who, waits + amount, age)] if waits + amount > 0 else []
                self.state.held[bonus] = rest + stays
            elif (who, bonus) in closed.released:
                found[who, bonus] = amount
        return found

    def _see_released(self, facts: Facts, result: Result) -> None:
        """Whoever meets the test has everything released that waited."""
        lines, names = result.lines, [bonus.name for bonus in result.plan.bonuses]
        rows = np.flatnonzero(lines.kind == Kind.RELEASED)
        released = {
            (str(facts.people.number[lines.beneficiary[row]]), names[lines.bonus[row]])
            for row in rows.tolist()
        }
        for ago, closed in enumerate(reversed(self.closed), 1):
            for who, bonus in released:
                if any((name, age) == (who, ago) for name, _, age in self.state.held.get(bonus, ())):
                    closed.released.add((who, bonus))


def _added(one: Mapping[Item, int], other: Mapping[Item, int]) -> dict[Item, int]:
    return {item: one.get(item, 0) + other.get(item, 0) for item in {**one, **other}}


def _back(closed: Closed) -> Back:
    """What came back, since the period was closed, of each of its lines."""
    share: dict[int, int] = {}
    fields: dict[int, Mapping[str, int]] = {}
    for at, row in enumerate(closed.rows):
        if row.reversal:
            continue
        later = {name: row.sold.back[name] - row.back[name] for name in row.fields}
        open_share = MILLION - row.closed_share
        if row.sold.share > row.closed_share:
            share[at] = (row.sold.share - row.closed_share) * MILLION // open_share
            fields[at] = later
    return Back(share, fields)


def _gross(result: Result) -> dict[str, int]:
    found: dict[str, int] = {}
    for who, amount in zip(result.items.beneficiary.tolist(), result.items.amount.tolist(), strict=True):
        name = str(result.facts.people.number[who])
        found[name] = found.get(name, 0) + amount
    return found


def _by_person(corrections: Mapping[Item, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (name, _), amount in corrections.items():
        found[name] = found.get(name, 0) + amount
    return found


class _Kept:
    """The engine's state between periods by names and keys, for people and positions come and go."""

    def __init__(self, plan: Plan, before: Before) -> None:
        self.plan = plan
        self.windows: dict[str, dict[str, list[int]]] = {
            name: {who: list(values) for who, values in said.items()} for name, said in before.windows.items()
        }
        self.carry: dict[str, dict[str, list[list[int]]]] = {
            bonus: {key: [[amount] for amount in legs] for key, legs in said.items()}
            for bonus, said in before.carry.items()
        }
        self.given: dict[str, dict[str, int]] = {
            bonus: dict.fromkeys(names, 1) for bonus, names in before.given.items()
        }
        self.held: dict[str, list[tuple[str, int, int]]] = {
            bonus: [(who, amount, 1) for who, amount in sorted(said.items())]
            for bonus, said in before.held.items()
        }
        self.pools: Mapping[str, int] = before.pools

    def of(self, standing: Standing) -> State:
        return State(
            carry={bonus: self._carry(bonus, legs, standing) for bonus, legs in self.carry.items()},
            windows={name: self._window(name, said, standing) for name, said in self.windows.items()},
            given={
                bonus: np.array([said.get(name, 0) for name in standing.names], np.int64)
                for bonus, said in self.given.items()
            },
            held={
                bonus: tuple(sorted((standing.place[who], amount, age) for who, amount, age in said))
                for bonus, said in self.held.items()
            },
            pools=self.pools,
        )

    def _carry(self, bonus: str, legs: Mapping[str, list[list[int]]], standing: Standing) -> Ints:
        how = next(one.how for one in self.plan.bonuses if one.name == bonus)
        positions = standing.positions[how.along]  # type: ignore[union-attr]
        ages = max((len(leg) for both in legs.values() for leg in both), default=1)
        nothing = [[0] * ages, [0] * ages]
        rows = [legs.get(key, nothing) for key in positions.key.tolist()]
        return np.array([[leg + [0] * (ages - len(leg)) for leg in both] for both in rows], np.int64).reshape(
            len(rows), 2, ages
        )

    def _window(self, name: str, said: Mapping[str, list[int]], standing: Standing) -> Ints:
        """As many periods as anybody has; those of before somebody was here count as the memory's start."""
        memory = self.plan.memories[name]
        rows = [said.get(who, []) for who in standing.names]
        known = min(memory.keeps, max((len(row) for row in rows), default=0))
        filled = [([memory.starts] * known + row)[-known:] if known else [] for row in rows]
        return np.array(filled, np.int64).reshape(len(rows), known)

    def keep(self, state: State, standing: Standing) -> None:
        names = standing.names
        self.windows = {
            name: dict(zip(names, values.tolist(), strict=True)) for name, values in state.windows.items()
        }
        self.carry = {}
        for bonus, values in state.carry.items():
            how = next(one.how for one in self.plan.bonuses if one.name == bonus)
            keys = standing.positions[how.along].key.tolist()  # type: ignore[union-attr]
            self.carry[bonus] = dict(zip(keys, values.tolist(), strict=True))
        self.given = {
            bonus: dict(zip(names, values.tolist(), strict=True)) for bonus, values in state.given.items()
        }
        self.held = {
            bonus: [(names[who], amount, age) for who, amount, age in said]
            for bonus, said in state.held.items()
        }
        self.pools = state.pools
