"""The portal's months and the engine's scenario are one: the same people, orders and returns, played both ways."""

# ruff: noqa: E501 - a plan, line by line

from datetime import timedelta

import pytest

from commissions.core.scenario import run_text
from commissions.models import Account, Carried, Run, StatementItem
from commissions.operations import ledger, periods, plans, recomputing
from commissions.queries import audit
from tests.commissions.conftest import START, at, draft, finish

pytestmark = pytest.mark.django_db

PLAN = """
plan: {name: Both, version: 1, starts: 2025-01-01, currency: EUR, period: month, main_tree: sponsor, judged_at: end_of_period}
trees: {sponsor: {parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}}
volumes:
  pv: {field: qualifying, unit: points, orders_of: self_and_customers, returns_count: in_period_of_return}
  cv: {field: commissionable, unit: money, orders_of: self_and_customers, returns_count: in_period_of_return}
measures: {team_pv: sum(pv of team)}
statuses: {buys: pv >= 31}
ranks:
  lower_ranks: not_required
  ladder:
    - {name: Member, needs: always}
    - {name: Builder, needs: [team_pv >= 500]}
tables: {rates: {by: [level, rank], reading: cliff, rows: {1: {Member: 5%, Builder: 10%}, 2: {Member: 3%, Builder: 7%}}}}
bonuses:
  level_pay:
    on: cv
    walk: {along: sponsor, counts: levels, first: 1, last: 2, compression: none}
    rate: rates
    earner: always
    if_not_earned: kept_by_company
  patience:
    on: cv
    walk: {along: sponsor, counts: levels, first: 1, last: 1, compression: none}
    rate: 1.3%
    earner: buys
    if_not_earned: {held_until: buys, lapses_after: 2 periods}
shows: {active: buys, own_volume: pv, group_volume: team_pv}
group_rules: {cap: {limit: 9% * sum(cv of everyone), over: [level_pay], method: pro_rata, leftover_cents: largest_remainder}}
ledger: {round: half_up, returns: {take_back: original_amounts, ranks: stay, not_covered: becomes_debt}, smallest_payout: 0 EUR}
"""
WAYS = {
    "original": "take_back: original_amounts, ranks: stay",
    "average": "take_back: average_rate, ranks: stay",
    "again": "take_back: recompute_while_open, ranks: stay",
    "ranks": "take_back: recompute_while_open, ranks: recomputed",
}
UNDER = {"ana": "", "ben": "ana", "cleo": "ben", "gus": "ben", "dan": "cleo", "eva": "dan", "finn": "eva"}
# Who buys how many pieces in which month, and how many pieces of which order come back in which. Each part is a whole
# number of millionths, which is how a scenario counts them.
SOLD = {
    10: {"ana": 1, "ben": 4, "dan": 6, "eva": 5, "finn": 8, "gus": 10},
    11: {"ben": 1, "finn": 1},
    12: {"eva": 1, "gus": 2},
    1: {},
}
BACK = {
    10: [("gus", 10, 2)],
    11: [("finn", 10, 3), ("gus", 10, 2)],
    12: [("finn", 10, 2), ("dan", 10, 6), ("finn", 11, 1)],
    1: [("finn", 10, 3), ("gus", 10, 6), ("eva", 10, 5), ("eva", 12, 1)],
}
PIECE = 31  # points, and euros that count


def month(number):
    return f"{2027 if number == 1 else 2026}-{number:02d}"


def moment(number, day):
    return at(number, day, year=2027 if number == 1 else 2026)


def scenario(document):
    people = ", ".join(
        f"{name}: {{sponsor: {above}}}" if above else f"{name}: {{}}" for name, above in UNDER.items()
    )
    lines = [document, "scenario: Both", f"people: {{{people}}}", "periods:"]
    for number, sold in SOLD.items():
        orders = ", ".join(
            f"{{id: {name} {number}, by: {name}, on: 10, pv: {PIECE * n}, cv: {PIECE * n}, quantity: {n}}}"
            for name, n in sold.items()
        )
        returns = ", ".join(
            f"{{order: {name} {of}, on: {month(number)}-20, quantity: {n}}}" for name, of, n in BACK[number]
        )
        lines.append(f"  {month(number)}: {{orders: [{orders}], returns: [{returns}]}}")
    return run_text("\n".join(lines), find_plan=lambda _: None).outcomes[0].played


def pay_out(played, cast, number):
    """What the engine pays leaves the payable account, as a bank would take it."""
    open_period = periods.Period.objects.get(state="open")
    for name, statement in played.statements.items():
        entry = ledger.Entry(
            key=f"payout:{number}:{name}",
            debit=ledger.Owned("payable", owner_id=cast.people[name].pk),
            credit=ledger.Owned("expense", "paid out"),
            amount=statement.paid,
        )
        ledger.post(entries=[entry], into=ledger.Into(open_period.pk), currency="EUR", now=moment(number, 25))


def by_engine(played):
    """Items, what returns take, what waits, what is owed and what is left to pay: by person."""
    result, found = played.result, {}
    names = played.standing.names
    for at_, name in enumerate(names):
        items = running_items(result, at_)
        held = {
            bonus: sum(amount for who, amount, _ in rows if who == at_)
            for bonus, rows in result.state_after.held.items()
        }
        back = {
            bonus: amount for (who, bonus), amount in played.corrections.items() if who == name and amount
        }
        account = played.statements[name].account if name in played.statements else None
        found[name] = {
            "items": items,
            "back": back,
            "held": {bonus: amount for bonus, amount in held.items() if amount},
            "owes": account.owes if account else 0,
            "waiting": account.waiting if account else 0,
        }
    return found


def running_items(result, who):
    names = [bonus.name for bonus in result.plan.bonuses]
    rows = zip(
        result.items.beneficiary.tolist(),
        result.items.bonus.tolist(),
        result.items.amount.tolist(),
        strict=True,
    )
    return {names[bonus]: amount for person, bonus, amount in rows if person == who}


def by_portal(run, cast):
    found = {}
    for name in UNDER:
        person = cast.people[name]
        items = StatementItem.objects.filter(run=run, distributor=person)
        back: dict[str, int] = {}
        for bonus, amount in items.exclude(corrects_period="").values_list("bonus", "amount"):
            back[bonus] = back.get(bonus, 0) + amount
        held: dict[str, int] = {}
        for bonus, amount in Carried.objects.filter(run=run, kind="held", distributor=person).values_list(
            "name", "amount"
        ):
            held[bonus] = held.get(bonus, 0) + amount
        accounts = dict(Account.objects.filter(owner=person).values_list("kind", "balance"))
        found[name] = {
            "items": dict(items.filter(corrects_period="").values_list("bonus", "amount")),
            "back": {bonus: amount for bonus, amount in back.items() if amount},
            "held": held,
            "owes": -accounts.get("debt", 0),
            "waiting": accounts.get("payable", 0),
        }
    return found


def play(document, shop, cast):
    """The same months both ways; yields after each."""
    played = scenario(document)
    plans.adopt(document=document, now=START)
    periods.open_first(key="2026-10", now=at(10, 1))
    orders = {}
    for number, one in zip(SOLD, played, strict=True):
        for name, pieces in SOLD[number].items():
            orders[name, number] = shop.sell(name, pieces, moment(number, 10))
        for name, of, pieces in BACK[number]:
            shop.take_back(orders[name, of], pieces, moment(number, 20))
        after = moment(number % 12 + 1, 2) if number != 1 else at(2, 2, year=2027)
        run = finish(cast, draft(month(number), after), after + timedelta(days=1))
        assert (run.state, run.error) == (Run.State.FINAL, "")
        pay_out(one, cast, number % 12 + 1 if number != 1 else 2)
        yield run, one


@pytest.mark.parametrize("way", WAYS)
def test_what_returns_take_back_is_what_the_engine_says(shop, cast, way):
    document = PLAN.replace(WAYS["original"], WAYS[way])
    for run, one in play(document, shop, cast):
        assert by_portal(run, cast) == by_engine(one), (way, run.period.key)
    assert audit.everything() == []
    for key in ("2026-11", "2026-12", "2027-01"):
        again = recomputing.again(period_key=key)
        assert again.same, (key, again.first)


@pytest.mark.parametrize("how", ["half_even", "down"])
@pytest.mark.parametrize("way", ["original", "average"])
def test_each_way_of_rounding_is_the_engine_s(shop, cast, way, how):
    """1.3 % of 31.00 a piece: no number of pieces under five ends on a whole cent, and five end on half of one."""
    document = PLAN.replace(WAYS["original"], WAYS[way]).replace("round: half_up", f"round: {how}")
    for run, one in play(document, shop, cast):
        assert by_portal(run, cast) == by_engine(one), (way, how, run.period.key)
    assert audit.everything() == []
    assert recomputing.again(period_key="2026-12").same


LEDGERS = {
    "written off": ("not_covered: becomes_debt", "not_covered: written_off"),
    "rolls up": ("not_covered: becomes_debt", "not_covered: rolls_up"),
    "deductions": (
        "smallest_payout: 0 EUR",
        "smallest_payout: 2 EUR, deductions: [{name: service, rate: 10%, of: gross}, {name: tax, rate: 5%, of: after_previous}]",
    ),
}


@pytest.mark.parametrize("what", LEDGERS)
def test_debts_and_deductions_are_what_the_engine_says(shop, cast, what):
    for run, one in play(PLAN.replace(*LEDGERS[what]), shop, cast):
        assert by_portal(run, cast) == by_engine(one), (what, run.period.key)
    deducted = Account.objects.filter(kind="deducted").values_list("name", flat=True)
    assert sorted(deducted) == (["service", "tax"] if what == "deductions" else [])
    assert audit.everything() == []
