"""A scenario's period as the facts that the engine reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from commissions.core.facts import Facts, Ints, OrderLines, People, State
from commissions.core.given import given_inputs, pinned_names
from commissions.core.plan import MILLION
from commissions.core.scenario.terms import FIELDS, Order, Period, Scenario
from commissions.core.scenario.world import Standing, World


@dataclass(slots=True)
class Sold:
    """An order that was placed, and what came back of it so far."""

    order: Order
    period: str
    number: int  # of the seller's orders, from 1
    back: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    share: int = 0

    def take_back(self, share: int) -> dict[str, int]:
        """What a further share of the order is, field by field, so that all shares together are the order."""
        self.share = min(MILLION, self.share + share)
        whole = {name: self.order.fields[name] * self.share // MILLION for name in FIELDS}
        taken = {name: whole[name] - self.back[name] for name in FIELDS}
        self.back = whole
        return taken


@dataclass(slots=True)
class Row:
    """One order line of a period."""

    key: str
    sold: Sold
    fields: dict[str, int]
    back: dict[str, int]
    day: int
    reversal: bool
    closed_share: int = 0  # of the order: what came back inside the period


class Shop:
    """Every order of the scenario so far."""

    def __init__(self, scenario: Scenario) -> None:
        self.sold: dict[str, Sold] = {}
        self.counts = {person.name: person.orders_before for person in scenario.people}

    def rows(self, period: Period) -> list[Row]:
        """A period's lines: orders less what came back of them inside it, then what came back of earlier ones."""
        rows: dict[str, Row] = {}
        for order in sorted(period.orders, key=lambda order: order.day):
            self.counts[order.seller] += 1
            sold = Sold(order, period.key, self.counts[order.seller])
            self.sold[order.id] = sold
            nothing = dict.fromkeys(FIELDS, 0)
            rows[order.id] = Row(f"{order.id}/1", sold, dict(order.fields), nothing, order.day, False)
        for at, back in enumerate(period.returns, 1):
            sold = self.sold[back.order]
            taken = sold.take_back(back.share)
            if sold.period == period.key:
                row = rows[back.order]
                row.fields = {name: row.fields[name] - taken[name] for name in FIELDS}
                row.back = {name: row.back[name] + taken[name] for name in FIELDS}
                row.closed_share = sold.share
            else:
                negative = {name: -amount for name, amount in taken.items()}
                nothing = dict.fromkeys(FIELDS, 0)
                rows[f"{back.order} back {at}"] = Row(
                    f"{back.order}/1 back {at}", sold, negative, nothing, back.day, True
                )
        return sorted(rows.values(), key=lambda row: row.key)


def facts_of(
    period: Period, world: World, standing: Standing, rows: list[Row], memory: Mapping[str, Mapping[str, int]],
    state: State, given: Mapping[str, Mapping[str, int]],
) -> Facts:  # fmt: skip
    """Everything the engine reads of a period."""
    plan, names = world.plan, standing.names
    others = sorted({name for said in given.values() for name in said if "." in name})
    return Facts(
        period=period.key,
        first_day=period.first_day,
        last_day=period.last_day,
        people=People(
            number=np.array(names, np.str_),
            sponsor=standing.parents[plan.main_tree],
            joined=np.array([world.people[name].joined for name in names], np.int64),
            standing=standing.standing.astype(np.int8),
            memory={
                name: _ints([memory.get(name, {}).get(person, known.starts) for person in names])
                for name, known in plan.memories.items()
                if not known.keeps
            },
            parents={tree: above for tree, above in standing.parents.items() if tree != plan.main_tree},
            inputs=_inputs(period, world, names)
            | {
                name: _ints(values)
                for name, values in given_inputs(given, pinned_names(given), names).items()
            },
            others={name: _ints([given.get(person, {}).get(name, 0) for person in names]) for name in others},
        ),
        lines=_lines(rows, standing),
        positions=standing.positions,
        state=state,
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, np.int64).reshape(-1)


def _inputs(period: Period, world: World, names: tuple[str, ...]) -> dict[str, Ints]:
    def said(person: str, name: str) -> int:
        everywhere = world.people[person].inputs.get(name, 0)
        return period.inputs.get(person, {}).get(name, everywhere)

    return {name: _ints([said(person, name) for person in names]) for name in world.plan.inputs}


def _lines(rows: list[Row], standing: Standing) -> OrderLines:
    columns = {name: _ints([row.fields[name] for row in rows]) for name in FIELDS}
    return OrderLines(
        key=np.array([row.key for row in rows], np.str_).reshape(-1),
        seller=_ints([standing.place[row.sold.order.seller] for row in rows]),
        by_customer=np.array([row.sold.order.by_customer for row in rows], np.bool_).reshape(-1),
        qualifying=columns["qualifying"],
        commissionable=columns["commissionable"],
        price=columns["price"],
        list_price=columns["list_price"],
        distributor_price=columns["distributor_price"],
        day=_ints([row.day for row in rows]),
        reversal=np.array([row.reversal for row in rows], np.bool_).reshape(-1),
        order_number=_ints([row.sold.number for row in rows]),
        back={name: _ints([row.back[name] for row in rows]) for name in FIELDS},
    )
