"""Small random companies and plans, each made from one seed, and the facts of hand-written ones."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np

from commissions.core.facts import Facts, OrderLines, People, depths
from commissions.core.plan import Plan

DAY = 20_393  # 2025-11-01


def facts_of(
    *,
    people: Sequence[tuple[str, str, int, int]],
    lines: Sequence[Mapping[str, Any]],
    memory: Mapping[str, Mapping[str, int]] | None = None,
    first_day: int = DAY,
    last_day: int = DAY + 30,
) -> Facts:
    """Facts from (number, sponsor's number or "", day of joining, standing) and lines by seller's number."""
    numbers = [person[0] for person in people]
    sponsor = np.array([numbers.index(s) if s else -1 for _, s, _, _ in people], np.int64).reshape(-1)
    depth = depths(sponsor).tolist()
    order = sorted(range(len(people)), key=lambda at: (depth[at], numbers[at]))
    place = {at: new for new, at in enumerate(order)}
    found = {numbers[at]: new for at, new in place.items()}
    rows = sorted(lines, key=lambda line: str(line["key"]))

    def column(name: str, dtype: Any, default: int = 0) -> Any:
        return np.array([line.get(name, default) for line in rows], dtype=dtype)

    start = {name: [values[numbers[at]] for at in order] for name, values in (memory or {}).items()}
    return Facts(
        period="2025-11",
        first_day=first_day,
        last_day=last_day,
        people=People(
            number=np.array([numbers[at] for at in order], np.str_),
            sponsor=np.array([place[int(sponsor[at])] if sponsor[at] >= 0 else -1 for at in order], np.int64),
            joined=np.array([people[at][2] for at in order], np.int64),
            standing=np.array([people[at][3] for at in order], np.int8),
            memory={name: np.array(values, np.int64) for name, values in start.items()},
        ),
        lines=OrderLines(
            key=column("key", np.str_),
            seller=np.array([found[line["seller"]] for line in rows], np.int64),
            by_customer=column("by_customer", np.bool_),
            qualifying=column("qualifying", np.int64),
            commissionable=column("commissionable", np.int64),
            price=column("price", np.int64),
            list_price=column("list_price", np.int64),
            distributor_price=column("distributor_price", np.int64),
            day=column("day", np.int64, first_day),
            reversal=column("reversal", np.bool_),
        ),
    )


def random_company(random: Random, *, largest: int = 14) -> dict[str, Any]:
    """Arguments for `facts_of`: lines, bushes and several roots; suspended people, newcomers, returns, large orders."""
    count = random.randint(1, largest)
    shape = random.choice(["bush", "line", "mixed"])
    people = []
    for at in range(count):
        above = "" if at == 0 or random.random() < 0.08 else f"P{_sponsor(random, at, shape):02}"
        joined = DAY + random.choice([-700, -400, -61, -60, -59, -30, -1, 0, 12])
        people.append((f"P{at:02}", above, joined, random.choice([0, 0, 0, 0, 0, 1, 2])))
    lines = [random_line(random, at, count) for at in range(random.randint(0, 2 * largest))]
    title = {person[0]: random.randint(0, 2) for person in people}
    return {"people": people, "lines": lines, "memory": {"title": title} if random.random() < 0.5 else None}


def _sponsor(random: Random, at: int, shape: str) -> int:
    if shape == "line":
        return at - 1
    return random.randrange(at) if shape == "mixed" else random.randrange(max(1, at // 3))


def random_line(random: Random, at: int, people: int) -> dict[str, Any]:
    size = random.choice([1, 333, 5_000, 9_999, 10_000, 25_000, 10 ** random.randint(3, 15)])
    reversal = random.random() < 0.1
    sign = -1 if reversal else 1
    price = size * random.randint(90, 160) // 100 if size < 10**14 else size
    return {
        "key": f"O{at:03}/1",
        "seller": f"P{random.randrange(people):02}",
        "by_customer": random.random() < 0.4,
        "qualifying": sign * size,
        "commissionable": sign * (size * random.randint(0, 90) // 100),
        "price": sign * price,
        "list_price": sign * price,
        "distributor_price": sign * size,
        "day": DAY + random.randint(0, 29),
        "reversal": reversal,
    }


def random_plan(random: Random) -> str:
    """A plan document with the same shape as the shipped one and its own rates, depths, thresholds and choices."""
    last = random.randint(1, 5)
    skip = random.random() < 0.7
    skipped = f", skip_test: {random.choice(['active', 'pv > 20', 'gv >= 300 or active'])}, "
    skipped += f"volume_of_the_skipped: {random.choice(['paid', 'dropped'])}"
    compression = f"compression: skip_inactive{skipped}" if skip else "compression: none"
    window = random.choice(["line.seller_days < 60", "line.seller_month <= 2", "line.by_customer"])
    unit = random.choice([("EUR", "10"), ("JPY", "100"), ("KWD", "1.250")])
    rows = "\n".join(f"      {level}: {{{_row(random)}}}" for level in range(random.randint(0, 1), last + 1))
    names = {"C": random.choice(["active", "not active or gv > 50", "rank >= B or active"])}
    either = random.choice(
        ["[far >= {group}, {legs}]", "{{any_of: [[far >= {group}, {legs}], [gv > 900, active]]}}"]
    )
    legs = random.choice(
        ["legs(rank >= B) >= 2", "legs(rank >= C) >= 1 or legs(rank >= B) >= 2", "wide >= 3"]
    )
    group = random.choice(["1", "300", "1_000.50"])
    return TEMPLATE.format(
        either=either.format(group=group, legs=legs),
        threshold=random.choice(["0", "49.99", "100", "1_000"]),
        orders_of=random.choice(["self", "self_and_customers", "customers"]),
        group=group,
        lower=random.choice(["required", "not_required"]),
        rows=rows,
        first=random.choice([0, 1, 1]),
        last=last,
        compression=compression,
        window=window,
        share=random.choice(["20%", "0.0001%", "33.3333%", "100%"]),
        currency=unit[0],
        payout=unit[1],
        profit=random.choice(
            ["line.price - line.distributor_price", "round_half_up(cv * 30%)", "round_down(cv * 7.5%)"]
        ),
        gate=names["C"],
        retail=random.choice(RETAIL),
        wide=random.choice(
            [
                "count(frontline where active)",
                "legs(active)",
                "count(team where pv >= 10)",
                "legs(legs(active) >= 1)",
                "count(frontline where pv > my.pv)",
            ]
        ),
        far=random.choice(
            ["gv - largest(gv of frontline)", "sum(pv of team where not active)", "highest(pv; gv - pv)"]
        ),
    )


def _row(random: Random) -> str:
    names = [name for name in "ABCD" if random.random() < 0.7] or ["A"]
    return ", ".join(f"{name}: {random.choice(['3%', '5%', '12.5%', '0.0333%', '0%'])}" for name in names)


RETAIL = (
    "amount: profit",
    "amount: highest(0; line.list_price - line.distributor_price)",
    "on: profit\n    rate: 100%\n    walk: {along: sponsor, counts: levels, first: 0, last: 0, compression: none}",
)
TEMPLATE = """
plan: {{name: Random, version: 1, starts: 2025-01-01, currency: {currency}, period: month, main_tree: sponsor,
       judged_at: end_of_period}}
trees: {{sponsor: {{parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}}}}
volumes:
  pv: {{field: qualifying, unit: points, orders_of: {orders_of}, returns_count: in_period_of_return}}
  cv: {{field: commissionable, unit: money, orders_of: self_and_customers, returns_count: in_period_of_return}}
  profit: {{is: {profit}, unit: money}}
measures:
  gv: sum(pv of self and team)
  far: {far}
  wide: {wide}
statuses:
  active: pv >= {threshold}
shows: {{active: active, own_volume: pv, group_volume: gv}}
memory:
  title: {{starts: A, becomes: highest(before(title); rank)}}
  months: {{starts: 0, becomes: if rank >= B then before + 1 else 0}}
ranks:
  lower_ranks: {lower}
  ladder:
    - {{name: A, needs: always}}
    - {{name: B, needs: [active, gv >= {group}]}}
    - {{name: C, needs: {either}}}
    - {{name: D, needs: [wide >= 1, legs(rank >= C) >= 1]}}
tables:
  rates:
    by: [level, rank]
    reading: cliff
    rows:
{rows}
bonuses:
  level_pay:
    on: cv
    walk: {{along: sponsor, counts: levels, first: {first}, last: {last}, {compression}}}
    rate: rates
    earner: {gate}
    if_not_earned: kept_by_company
  retail:
    {retail}
    only: line.by_customer
    if_not_earned: kept_by_company
  start:
    on: cv
    only: {window}
    walk: {{along: sponsor, counts: levels, first: 1, last: 2, compression: none}}
    rate: {share}
    earner: active
    if_not_earned: kept_by_company
ledger:
  round: half_up
  returns: {{take_back: original_amounts, ranks: stay, not_covered: becomes_debt}}
  smallest_payout: {payout} {currency}
"""


def rows_of(table: Any, columns: Sequence[str]) -> list[tuple[int, ...]]:
    """A result's parallel arrays as tuples."""
    return list(zip(*(getattr(table, name).tolist() for name in columns), strict=True))


def rank_names(plan: Plan) -> list[str]:
    return [rank.name for rank in plan.ladder]
