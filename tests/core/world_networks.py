"""Small random networks, and several periods of them in sequence, each from what the one before left behind."""

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from commissions.core.facts import AMOUNTS, Facts, OrderLines, People, Positions, State, depths
from commissions.core.result import Result
from commissions.core.terms import Pair, Plan, Tree

FIRST_DAY = 20_393  # 2025-11-01
LENGTHS = {"day": 1, "week": 7, "4 weeks": 28, "month": 30}


@dataclass
class Network:
    """Who there is and who stands under whom; the facts of a period add orders to it."""

    people: People
    positions: dict[str, Positions]


def ints(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


def random_network(random: Random, plan: Plan, *, largest: int = 12) -> Network:
    """Chains, stars, bushes and forests, with people who are suspended, who left, and who joined today."""
    count = random.randint(1, largest) if random.random() > 0.03 else 0
    shape = random.choice(["bush", "chain", "star", "mixed", "mixed"])
    names = [f"P{at:02}" for at in random.sample(range(100), count)]
    parents = [_parent(random, at, shape) for at in range(count)]
    depth = depths(ints(parents)).tolist()
    order = sorted(range(count), key=lambda at: (depth[at], names[at]))
    place = {at: new for new, at in enumerate(order)}
    sponsor = [place[parents[at]] if parents[at] >= 0 else -1 for at in order]
    others = {
        tree.name: ints(_other_parents(random, count))
        for tree in plan.trees.values()
        if not tree.slots and tree.name != plan.main_tree
    }
    people = People(
        number=np.array([names[at] for at in order], np.str_),
        sponsor=ints(sponsor),
        joined=ints([FIRST_DAY + random.choice([-700, -400, -61, -60, -59, -30, -1, 0, 12]) for _ in order]),
        standing=np.array(_standings(random, count), np.int8),
        memory={},
        parents=others,
    )
    return Network(people, {tree.name: _positions(random, tree, count) for tree in plan.placements})


def _parent(random: Random, at: int, shape: str) -> int:
    if at == 0 or random.random() < 0.07:
        return -1
    if shape == "star":
        return 0
    if shape == "chain":
        return at - 1
    return random.randrange(at) if shape == "mixed" else random.randrange(max(1, at // 3))


def _other_parents(random: Random, count: int) -> list[int]:
    """Parents that have nothing to do with the main tree, and stand before or after in the arrays."""
    order = random.sample(range(count), count)
    parents = [-1] * count
    shape = random.choice(["chain", "mixed", "bush"])
    for at, person in enumerate(order):
        above = _parent(random, at, shape)
        parents[person] = order[above] if above >= 0 else -1
    return parents


def _standings(random: Random, count: int) -> list[int]:
    return [random.choice([0, 0, 0, 0, 0, 0, 1, 2]) for _ in range(count)]


def _positions(random: Random, tree: Tree, count: int) -> Positions:
    """Most people own a position, some several, some none; free slots are filled at random."""
    owners = [person for person in range(count) if random.random() < 0.9]
    random.shuffle(owners)
    again = [
        person for person in owners for _ in range(tree.positions_per_person - 1) if random.random() < 0.4
    ]
    rows: list[tuple[int, str, int, int, int]] = []  # depth, key, owner, parent, slot
    free: list[tuple[int, int]] = []
    for at, owner in enumerate([*owners, *again]):
        number = [*owners, *again][:at].count(owner) + 1
        deep = random.random() < 0.4
        parent, slot = (
            (-1, -1)
            if not free or random.random() < 0.05
            else free.pop(-1 if deep else random.randrange(len(free)))
        )
        depth = 0 if parent < 0 else rows[parent][0] + 1
        rows.append((depth, f"Q{owner:02}#{number}", owner, parent, slot))
        if not tree.depth or depth < tree.depth:
            free += [(at, each) for each in range(len(tree.slots))]
    return _sorted_positions(rows)


def _sorted_positions(rows: list[tuple[int, str, int, int, int]]) -> Positions:
    order = sorted(range(len(rows)), key=lambda at: rows[at][:2])
    place = {at: new for new, at in enumerate(order)} | {-1: -1}
    return Positions(
        key=np.array([rows[at][1] for at in order], np.str_),
        owner=ints([rows[at][2] for at in order]),
        parent=ints([place[rows[at][3]] for at in order]),
        slot=ints([rows[at][4] for at in order]),
    )


def _with_more(random: Random, tree: Tree, old: Positions, owners: list[int]) -> tuple[Positions, np.ndarray]:
    """(positions with new ones in free slots, where each old one stands now)."""
    depth = depths(old.parent).tolist()
    rows = list(
        zip(depth, old.key.tolist(), old.owner.tolist(), old.parent.tolist(), old.slot.tolist(), strict=True)
    )
    taken = {(row[3], row[4]) for row in rows}
    for owner in owners:
        free = [
            (at, slot)
            for at in range(len(rows))
            for slot in range(len(tree.slots))
            if (at, slot) not in taken
        ]
        free = [(at, slot) for at, slot in free if not tree.depth or rows[at][0] < tree.depth] or [(-1, -1)]
        parent, slot = random.choice(free)
        taken.add((parent, slot))
        number = sum(row[2] == owner for row in rows) + 1
        rows.append((rows[parent][0] + 1 if parent >= 0 else 0, f"Q{owner:02}#{number}", owner, parent, slot))
    found = _sorted_positions(rows)
    where = {key: at for at, key in enumerate(found.key.tolist())}
    return found, ints([where[key] for key in old.key.tolist()])


# --- orders -----------------------------------------------------------------------------------------------------------
def _size(random: Random, ceiling: int) -> int:
    """Sizes at which shares end on a half, thresholds are met to the point, and sums grow large."""
    ordinary = [0, 1, 5, 10, 50, 333, 2_000, 4_999, 5_000, 9_999, 10_000, 25_000, 30_000, 100_050]
    return min(ceiling, random.choice([*ordinary, *ordinary, 10 ** random.randint(3, 15)]))


def random_lines(random: Random, people: int, first_day: int, days: int, *, ceiling: int) -> OrderLines:
    count = random.randint(0, 2 * people) if people else 0
    signs = [-1 if random.random() < 0.1 else 1 for _ in range(count)]

    def amounts() -> np.ndarray:
        return ints([sign * _size(random, ceiling) for sign in signs])

    def came_back(column: np.ndarray) -> np.ndarray:
        return ints(
            [random.choice([0, 0, 0, _size(random, ceiling)]) if value >= 0 else 0 for value in column]
        )

    columns = {name: amounts() for name in AMOUNTS}
    return OrderLines(
        key=np.array([f"O{at:03}/1" for at in range(count)], np.str_),
        seller=ints([random.randrange(people) for _ in range(count)]),
        by_customer=np.array([random.random() < 0.4 for _ in range(count)], np.bool_),
        **columns,
        day=ints([first_day + random.randrange(days) for _ in range(count)]),
        reversal=np.array([sign < 0 for sign in signs], np.bool_),
        order_number=ints([random.randint(1, 3) for _ in range(count)]) if random.random() < 0.7 else None,
        back={
            name: came_back(columns[name])
            for name in ("qualifying", "commissionable")
            if random.random() < 0.7
        },
    )


# --- periods ----------------------------------------------------------------------------------------------------------
@dataclass
class Story:
    """Periods in sequence: ask for the facts of the next one, and tell what came of it."""

    random: Random
    plan: Plan
    network: Network
    ceiling: int
    at: int = 0

    def next(self, before: Result | None) -> Facts:
        """The next period: other orders and inputs, somebody suspended or moved, new positions taken."""
        random, network = self.random, self.network
        days = LENGTHS[self.plan.period]
        first = FIRST_DAY + self.at * days
        self.at += 1
        count = len(network.people)
        state = State() if before is None else before.state_after
        if before is not None:
            state = self._changed(before, state)
        memory = dict(before.memory_after) if before is not None else self._first_memory()
        inputs = {name: self._input(unit) for name, unit in self.plan.inputs.items()}
        others = {"monthly.rank": self._input("rank")} if random.random() < 0.7 else {}
        return Facts(
            period=f"period {self.at}",
            first_day=first,
            last_day=first + days,
            people=replace(
                network.people, memory=memory, inputs=inputs if random.random() < 0.8 else {}, others=others
            ),
            lines=random_lines(random, count, first, days, ceiling=self.ceiling),
            positions=network.positions,
            state=state,
        )

    def _input(self, unit: str) -> np.ndarray:
        values = {
            "count": [0, 0, 1, 3],
            "truth": [0, 1],
            "points": [0, 5_000, 30_000],
            "money": [0, 5, 1_000],
            "rate": [0, 125_000, 333_333, 1_000_000],
            "rank": range(len(self.plan.ladder)),
        }[unit]
        return ints([self.random.choice(values) for _ in range(len(self.network.people))])

    def _changed(self, before: Result, state: State) -> State:
        """Changes the network, and brings the state to its new positions."""
        random, network = self.random, self.network
        count = len(network.people)
        if random.random() < 0.5:
            network.people = replace(network.people, standing=np.array(_standings(random, count), np.int8))
        if random.random() < 0.3:
            parents = {name: ints(_other_parents(random, count)) for name in network.people.parents}
            network.people = replace(network.people, parents=parents)
        carry = dict(state.carry)
        for name, positions in list(network.positions.items()):
            owners = before.new_positions.get(name, ints([])).tolist() + [
                p for p in range(count) if random.random() < 0.1
            ]
            network.positions[name], place = _with_more(random, self.plan.trees[name], positions, owners)
            for bonus in self.plan.bonuses:
                if isinstance(bonus.how, Pair) and bonus.how.along == name:
                    moved = np.zeros((len(network.positions[name]), *carry[bonus.name].shape[1:]), np.int64)
                    moved[place] = carry[bonus.name]
                    carry[bonus.name] = moved
        return replace(state, carry=carry)

    def _first_memory(self) -> dict[str, np.ndarray]:
        """Nothing remembered, or what some period before the first may have left."""
        count, random = len(self.network.people), self.random
        if random.random() < 0.5:
            return {}
        most = {"rank": len(self.plan.ladder) - 1, "count": 3, "points": 50_000, "money": 50_000}
        return {
            name: ints([random.randint(0, most[memory.unit]) for _ in range(count)])
            for name, memory in self.plan.memories.items()
            if not memory.keeps
        }


def story(seed: str, plan: Plan, *, largest: int = 12) -> Story:
    random = Random(seed)
    ceiling = random.choice([10**6, 10**6, 10**9, 10**12, 10**15])
    largest = 4 * largest if random.random() < 0.04 else largest
    return Story(random, plan, random_network(random, plan, largest=largest), ceiling)
