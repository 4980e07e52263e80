"""Documents that are refused: each differs from a good one in one place, and the error names that line and key."""

import time

import pytest

from commissions.core.plan import PlanError, load

GOOD = """\
plan: {name: Small, version: 1, starts: 2026-01-01, currency: EUR, period: month, main_tree: sponsor, \
judged_at: end_of_period}
trees: {sponsor: {parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}}
volumes:
  pv: {field: qualifying, unit: points, orders_of: self_and_customers, returns_count: in_period_of_return}
  cv: {field: commissionable, unit: money, orders_of: self_and_customers, returns_count: in_period_of_return}
  later: {is: if line.seller_days < 60 then 0 else cv, unit: money}
measures:
  gv: sum(pv of self and team)
  wide: legs(active)
statuses:
  active: pv >= 100
shows: {active: active, own_volume: pv, group_volume: gv}
memory:
  title: {starts: Member, becomes: highest(before; rank)}
ranks:
  lower_ranks: not_required
  ladder:
    - {name: Member, needs: always}
    - {name: Builder, label: Team builder, needs: [active, gv >= 1_000, wide >= 2]}
    - {name: Leader, needs: [legs(rank >= Builder) >= 1]}
tables:
  levels:
    by: [level, rank]
    reading: cliff
    rows:
      1: {Member: 5%, Builder: 8%}
      2: {Builder: 4%}
bonuses:
  level_pay:
    on: later
    walk: {along: sponsor, counts: levels, first: 1, last: 2, compression: skip_inactive, \
skip_test: active, volume_of_the_skipped: paid}
    rate: levels
    earner: active
    if_not_earned: kept_by_company
ledger: {round: half_up, returns: {take_back: original_amounts, ranks: stay, not_covered: becomes_debt}, \
smallest_payout: 10 EUR}
"""

# (what stands there, what is written instead, line, key, a part of the message)
IS = "is: if line.seller_days < 60 then 0 else cv"
GROUP = "sum(pv of self and team)"
BAD = [
    ("name: Small, ", "", 1, "plan.name", "is missing"),
    ("name: Small", "name: Two words", 1, "plan.name", "one word"),
    ("version: 1", "version: 1.5", 1, "plan.version", "whole number"),
    ("version: 1", "version: " + "9" * 5000, 1, "plan.version", "whole number"),
    ("2026-01-01", "2026-02-30", 1, "plan.starts", "must be a day"),
    ("2026-01-01", "20260101", 1, "plan.starts", "must be a day"),
    ("currency: EUR", "currency: EURO", 1, "plan.currency", "did you mean EUR?"),
    ("period: month", "period: week", 1, "plan.period", "not supported yet"),
    ("period: month", "period: year", 1, "plan.period", "is not known"),
    (", judged_at: end_of_period", "", 1, "plan.judged_at", "there is no default"),
    ("judged_at: end_of_period", "judged_at: when_sold", 1, "plan.judged_at", "not supported yet"),
    ("who_leaves: stays_as_a_gap", "who_leaves: team_moves_up", 2, "trees.sponsor.who_leaves", "not supported yet"),
    ("moves: never, ", "", 2, "trees.sponsor.moves", "there is no default"),
    ("points, orders_of: self_and_customers", "points", 4, "volumes.pv.orders_of", "there is no default"),
    ("field: qualifying", "feild: qualifying", 4, "volumes.pv.feild", "did you mean field?"),
    ("unit: points", "unit: point", 4, "volumes.pv.unit", "did you mean points?"),
    ("field: commissionable, unit: money", "field: price, unit: points", 5, "volumes.cv.unit", "is money"),
    ("line.seller_days < 60", "line.seller_days < 60.5", 6, "volumes.later.is", "decimals"),
    ("line.seller_days", "line.seller_weeks", 6, "volumes.later.is", "is not known here"),
    ("then 0 else cv", "then 0", 6, "volumes.later.is", "'else' is expected"),
    ("then 0 else cv", "then cv * 30% else cv", 6, "volumes.later.is", "do not go together"),
    ("then 0 else cv", "then 0 else pv", 6, "volumes.later.is", "this is points, not money"),
    (IS, "is: cv * 30%", 6, "volumes.later.is", "round_half_up"),
    (IS, "is: later + cv", 6, "volumes.later.is", "needs itself"),
    (IS, "is: sum(cv of team)", 6, "volumes.later.is", "order line"),
    (IS, "is: if seller.active then cv else 0", 6, "volumes.later.is", "not known"),
    (GROUP, "sum(pv of self and team", 8, "measures.gv", "')' is expected"),
    (GROUP, "sum(pv of teem)", 8, "measures.gv", "after 'of'"),
    (GROUP, "sum(pv of team until active)", 8, "measures.gv", "not supported yet"),
    (GROUP, "sum(pv of levels 1 to 9)", 8, "measures.gv", "after 'of'"),
    (GROUP, "sum(pv of self and team) + cv", 8, "measures.gv", "money and points do not go together"),
    (GROUP, "gv + pv", 8, "measures.gv", "needs itself: gv → gv"),
    (GROUP, "__import__('os')", 8, "measures.gv", "is not part of the language"),
    ("legs(active)", "legs(gv)", 9, "measures.wide", "needs a condition, not points"),
    ("legs(active)", "pv / 2", 9, "measures.wide", "is not part of the language"),
    ("pv >= 100", "pv >= 100.001", 11, "statuses.active", "more than 2 decimals"),
    ("pv >= 100", "pv >= 100 EUR", 11, "statuses.active", "money and points"),
    ("pv >= 100", "pv >= 100 USD", 11, "statuses.active", "not the plan's currency"),
    ("pv >= 100", "pv", 11, "statuses.active", "this is points, not truth"),
    ("pv >= 100", "pv >= " + "9" * 30, 11, "statuses.active", "too large"),
    ("pv >= 100", "rank + 1 >= 2", 11, "statuses.active", "rank"),
    ("own_volume: pv", "own_volume: vp", 12, "shows.own_volume", "is not known"),
    ("group_volume: gv", "group_volume: cv", 12, "shows.group_volume", "is not known"),
    ("starts: Member", "starts: Nobody", 14, "memory.title.starts", "0 or a rank"),
    ("highest(before; rank)", "highest(before; 0)", 14, "memory.title.becomes", "cannot stand for rank"),
    ("lower_ranks: not_required", "lower_ranks: no", 16, "ranks.lower_ranks", "is not known"),
    ("name: Leader", "name: Builder", 20, "ranks.ladder", "is taken"),
    ("gv >= 1_000, wide", "gv >= 1_000, rank >= Member, wide", 19, "ranks.ladder.needs", "people below"),
    ("legs(rank >= Builder)", "count(team where rank >= Builder)", 20, "ranks.ladder.needs", "people below"),
    ("legs(rank >= Builder)", "legs(rank >= Bilder)", 20, "ranks.ladder.needs", "'Bilder' is not known"),
    ("needs: always}", "needs: [active]}", 17, "ranks.ladder", "needs: always"),
    ("by: [level, rank]", "by: pv", 23, "tables.levels.by", "not supported yet"),
    ("reading: cliff", "reading: marginal", 24, "tables.levels.reading", "not supported yet"),
    ("Member: 5%, Builder: 8%", "Member: 5%, Bulder: 8%", 26, "tables.levels.rows.1.Bulder", "did you mean Builder?"),
    ("Member: 5%", "Member: 5", 26, "tables.levels.rows.1.Member", "not a percentage"),
    ("Member: 5%", "Member: 0.12345%", 26, "tables.levels.rows.1.Member", "more than 4 decimals"),
    ("Member: 5%", "Member: 101%", 26, "tables.levels.rows.1.Member", "more than 100 %"),
    ("      2: {", "      two: {", 27, "tables.levels.rows.two", "must be a level"),
    ("on: later", "on: latter", 30, "bonuses.level_pay.on", "did you mean later?"),
    ("on: later", "on: gv", 30, "bonuses.level_pay.on", "measure is not supported yet"),
    ("on: later", "on: earnings of level_pay", 30, "bonuses.level_pay.on", "not supported yet"),
    ("on: later", "on: pv", 30, "bonuses.level_pay.on", "worth"),
    ("counts: levels", "counts: generations", 31, "bonuses.level_pay.walk.counts", "not supported yet"),
    ("first: 1, last: 2", "first: 2, last: 1", 31, "bonuses.level_pay.walk.last", "before first"),
    ("last: 2", "last: unlimited", 31, "bonuses.level_pay.walk.last", "whole number"),
    (", volume_of_the_skipped: paid", "", 31, "bonuses.level_pay.walk.volume_of_the_skipped", "there is no default"),
    ("skip_test: active, ", "", 31, "bonuses.level_pay.walk.skip_test", "is missing"),
    ("last: 2, ", "last: 2, tail: 9 levels, ", 31, "bonuses.level_pay.walk.tail", "not supported yet"),
    ("compression: skip_inactive", "compression: skip_not_entitled_at_level", 31, "bonuses.level_pay.walk.compression",
     "not supported yet"),
    ("rate: levels", "rate: level", 32, "bonuses.level_pay.rate", "did you mean levels?"),
    ("    earner: active", "    earner: activ", 33, "bonuses.level_pay.earner", "'activ' is not known"),
    ("if_not_earned: kept_by_company", "if_not_earned: {held_until: active}", 34, "bonuses.level_pay.if_not_earned",
     "not supported yet"),
    ("    on: later", "    difference: {who_blocks: front_line}\n    on: later", 30, "bonuses.level_pay.difference",
     "not supported yet"),
    ("    on: later", "    pool: {fund: 2%}\n    on: later", 30, "bonuses.level_pay.pool", "not supported yet"),
    ("    on: later", "    guarantee: {of: x}\n    on: later", 30, "bonuses.level_pay.guarantee", "not supported yet"),
    ("    on: later", "    once: active\n    on: later", 30, "bonuses.level_pay.once", "not supported yet"),
    ("    on: later", "    pair: {along: x}\n    on: later", 30, "bonuses.level_pay.pair", "not supported yet"),
    ("    on: later", "    most: {amount: 5 EUR}\n    on: later", 30, "bonuses.level_pay.most", "not supported yet"),
    ("    walk:", "    wolk:", 29, "bonuses.level_pay", "has no shape"),
    ("ledger:", "group_rules: {cap: {limit: 3%}}\nledger:", 35, "group_rules", "not supported yet"),
    ("ledger:", "inputs: {coupons: {unit: count}}\nledger:", 35, "inputs", "not supported yet"),
    ("ledger:", "legder: {}\nledger:", 35, "legder", "is not a key here"),
    ("round: half_up", "round: half_even", 35, "ledger.round", "not supported yet"),
    ("10 EUR", "10.005 EUR", 35, "ledger.smallest_payout", "more than 2 decimals"),
    ("10 EUR", "10 JPY", 35, "ledger.smallest_payout", "not the plan's currency"),
    ("not_covered: becomes_debt", "not_covered: rolls_up", 35, "ledger.returns.not_covered", "not supported yet"),
]  # fmt: skip


def problems_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PlanError) as caught:
        load(text)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def test_the_good_document_is_good():
    assert load(GOOD).name == "Small"


@pytest.mark.parametrize(("old", "new", "line", "key", "said"), BAD, ids=[f"{b[3]}: {b[4]}" for b in BAD])
def test_one_wrong_place_is_one_problem_at_its_line(old, new, line, key, said):
    assert GOOD.count(old) >= 1
    (problem, *others) = problems_of(GOOD.replace(old, new, 1))
    assert (problem[0], problem[1]) == (line, key)
    assert said in problem[2]
    assert not others


def test_every_problem_is_told_at_once():
    text = (
        GOOD.replace("version: 1", "version: x")
        .replace("pv >= 100", "pv >= 1 EUR")
        .replace("rate: levels", "rate: x")
    )
    assert [key for _, key, _ in problems_of(text)] == [
        "plan.version",
        "statuses.active",
        "bonuses.level_pay.rate",
    ]


# --- documents that mean harm -----------------------------------------------------------------------------------------
HOSTILE = {
    "not YAML": ("plan: {name: [", 1),
    "a list": ("- plan\n", 1),
    "nothing": ("", 1),
    "an anchor": ("plan: &a {name: x}\n", 1),
    "an alias": ("a: 1\nplan: *a\n", 2),
    "a tag": ("plan: !!python/object/apply:os.system [ls]\n", 1),
    "a merge": ("plan:\n  <<: {name: x}\n", 2),
    "a key twice": ("plan: {}\nplan: {}\n", 2),
    "a list as key": ("plan:\n  ? [a]\n  : b\n", 2),
    "two documents": ("plan: {}\n---\nplan: {}\n", 2),
    "deep lists": ("plan: " + "[" * 50_000, 1),
    "deep mappings": ("plan: " + "{a: " * 20_000, 1),
    "a huge document": ("#" * 10_000_000, 1),
    "many values": ("plan: [" + "a, " * 30_000 + "]", 1),
    "a control character": ("plan: {name: \x00}\n", 1),
    "an escaped control character": ('plan: {name: "\\x07"}\n', 1),
    "half a character": ('plan: {name: "\\ud800"}\n', 1),
    "an impossible character": ('plan: {name: "\\UFFFFFFFF"}\n', 1),
    "a tab": ("plan:\n\tname: x\n", 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_at_once(name):
    text, line = HOSTILE[name]
    started = time.process_time()
    assert problems_of(text)[0][0] == line
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 400 + "pv" + ")" * 400,
        "not " * 120 + "active",
        "-" * 480 + "pv >= 1",
        "pv >= 1 and " * 4000 + "active",
        "if active then " * 30 + "active",
        "9" * 490 + " > pv",
        "pv >= １００",
        "pv >= 1e3",
        "",
        ";",
        "and",
        "pv pv",
    ],
)
def test_hostile_expressions_are_refused(expression):
    assert problems_of(GOOD.replace("pv >= 100", f"'{expression}'"))


# --- the fingerprint --------------------------------------------------------------------------------------------------
def test_comments_spacing_and_key_order_do_not_change_the_fingerprint():
    moved = GOOD.replace("name: Small, version: 1", "version: 1,   name: Small") + "# signed\n"
    assert load(moved).sha256 == load(GOOD).sha256


def test_another_rate_or_order_of_ranks_changes_it():
    swapped = GOOD.replace("Builder: 8%", "Builder: 8.0001%")
    assert load(swapped).sha256 != load(GOOD).sha256
