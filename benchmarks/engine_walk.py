"""What portals usually do: for each order, up the sponsors one by one, one row inserted for each who is paid.

The rows go into SQLite in memory, which costs least: no network, no disk, no locks. Ranks and who is active are given.
"""

import sqlite3

from commissions.core.explain import rates_of_ranks
from commissions.core.facts import Facts
from commissions.core.result import Result
from commissions.core.terms import Plan, Walk

TABLES = """
create table distributor (id integer primary key, sponsor integer, active integer, rank integer);
create table commission (
    id integer primary key, distributor integer, order_line integer, level integer, amount integer
);
"""


def database(facts: Facts, result: Result, plan: Plan) -> sqlite3.Connection:
    """The people, with what the engine found of them."""
    known = sqlite3.connect(":memory:")
    known.executescript(TABLES)
    columns = (
        range(len(facts.people)), facts.people.sponsor.tolist(), result.statuses[plan.active].astype(int).tolist(),
        result.rank.tolist(),
    )  # fmt: skip
    known.executemany("insert into distributor values (?, ?, ?, ?)", zip(*columns, strict=True))
    return known


def walk(known: sqlite3.Connection, plan: Plan, facts: Facts, result: Result, bonus: str) -> int:
    """Pays one bonus of compressed levels, order by order; how many rows were inserted."""
    paid = next(one for one in plan.bonuses if one.name == bonus)
    how = paid.how
    assert isinstance(how, Walk)
    rates = {level: rates_of_ranks(plan, paid, level) or () for level in range(how.first, how.last + 1)}
    volume, rows = result.volumes[how.on[0]].tolist(), 0
    for line, seller in enumerate(facts.lines.seller.tolist()):
        level, above = (
            0,
            known.execute("select sponsor from distributor where id = ?", (seller,)).fetchone()[0],
        )
        while above >= 0 and level < how.last:
            upline = known.execute(
                "select sponsor, active, rank from distributor where id = ?", (above,)
            ).fetchone()
            if upline[1]:
                level += 1
                amount = volume[line] * rates[level][upline[2]] // 1_000_000
                if amount:
                    known.execute(
                        "insert into commission (distributor, order_line, level, amount) values (?, ?, ?, ?)",
                        (above, line, level, amount),
                    )
                    rows += 1
            above = upline[0]
    known.commit()
    return rows
