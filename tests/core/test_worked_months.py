"""The worked months of tests/plans, computed by the engine and by its reference, and what they say of the choices."""

# ruff: noqa: E501  (a row of a table stands on one line)

import re

import pytest

from commissions.core.document import Mapped, read
from commissions.core.reading import choices
from tests.core.scenarios import BOTH, PLANS, ROOT, play_file, play_text, told

OF_PLANS = sorted(PLANS.glob("*.yaml"))
OF_CHOICES = sorted((PLANS / "choices").glob("*.yaml"))
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in PLANS.rglob("*.yaml"))


def test_there_are_worked_months():
    assert len(OF_PLANS) >= 14
    assert len(OF_CHOICES) >= 50


@pytest.mark.parametrize("path", OF_PLANS + OF_CHOICES, ids=lambda path: path.stem)
def test_worked_month(path):
    fast, slow = (play_file(path, compute) for compute in BOTH.values())
    assert told(fast) == []
    assert told(slow) == []
    # Not only what is expected: every measure, line and cent of everybody.
    assert fast.told() == slow.told()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "commissions/plans").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_plan_that_ships_has_a_worked_month(path):
    named = [month for month in OF_PLANS if f"\nplan: {path.stem}\n" in month.read_text(encoding="utf-8")]
    assert named


# Which key of a document says which choice; a choice of several words is written {…: …} or with a number.
KEYS = {
    "period": choices.PERIOD,
    "judged_at": (*choices.JUDGED_AT, *choices.JUDGED_REFUSED),
    "parent": choices.PARENT,
    "fill": choices.FILL,
    "moves": choices.MOVES,
    "who_leaves": choices.WHO_LEAVES,
    "orders_of": choices.ORDERS_OF,
    "returns_count": choices.RETURNS_COUNT,
    "unit": (*choices.UNIT, *choices.INPUT_UNIT),
    "per": (*choices.PER, *choices.CAP_PER),
    "leg_cap_base": choices.LEG_CAP_BASE,
    "own_volume": (*choices.CAPPED_OWN, *choices.OWN_VOLUME),
    "lower_ranks": choices.LOWER_RANKS,
    "reading": choices.READING,
    "counts": choices.COUNTS,
    "compression": choices.COMPRESSION,
    "volume_of_the_skipped": choices.SKIPPED,
    "convention": choices.CONVENTION,
    "each_step_pays": choices.EACH_STEP,
    "who_blocks": choices.WHO_BLOCKS,
    "blockers": choices.BLOCKERS,
    "negative_gap": choices.NEGATIVE_GAP,
    "tail": choices.TAIL,
    "taken": choices.TAKEN,
    "pays_in": ("shares",),
    "if_not_earned": choices.IF_NOT_EARNED,
    "lapses_after": ("n periods", "never"),
    "of": (*choices.MOST_OF, *choices.DEDUCTED_OF, *choices.CAP_OF),
    "own_volume_goes_to": ("neither", "weaker", "left"),
    "carry": ("n", "none", "unlimited"),
    "carry_expires": ("n periods", "never"),
    "when_not_qualified": choices.NOT_QUALIFIED,
    "over": (*choices.OVER_THE_CAP, *choices.OVER_THE_MOST),
    "again": choices.AGAIN,
    "shares_are": choices.SHARES_ARE,
    "most_per_person": ("no_limit", "n% of fund"),
    "nobody_qualifies": choices.NOBODY_QUALIFIES,
    "nobody_above": choices.NOBODY_ABOVE,
    "method": choices.METHOD,
    "leftover_cents": choices.LEFTOVER,
    "equal": choices.EQUAL,
    "round": choices.ROUND,
    "take_back": choices.TAKE_BACK,
    "ranks": choices.RETURN_RANKS,
    "not_covered": choices.NOT_COVERED,
}
READINGS = [(key, value) for key, values in KEYS.items() for value in dict.fromkeys(values)]


def test_every_choice_of_the_reader_is_in_the_list():
    known = {id(value) for value in KEYS.values()} | {word for values in KEYS.values() for word in values}
    left = {
        name
        for name, values in vars(choices).items()
        if name.isupper() and not isinstance(values, str) and not set(values) <= known
    }
    # What the reader says of places that are no choice of a plan's author.
    assert left <= {"CARRY", "JUDGED_REFUSED", "PAYS_IN"}


@pytest.mark.parametrize(("key", "value"), READINGS, ids=lambda text: str(text).replace(" ", "_"))
def test_every_reading_of_every_choice_is_worked_through(key, value):
    word = "{cut_in_order:" if value.startswith("{cut_in_order") else value
    word = "{held_until:" if value.startswith("{held_until") else word
    pattern = re.escape(word).replace(r"n\ ", r"[0-9]+\ ").replace("n%", "[0-9]+%")
    pattern = "[0-9][0-9_]*" if word == "n" else pattern
    assert re.search(rf"\b{key}: {pattern}(?![\w])", TEXT) or (
        word.startswith("{") and f"{key}: {word}" in TEXT
    )


def test_no_file_holds_the_same_month_twice():
    seen = [path.read_text(encoding="utf-8").split("\n")[0] for path in OF_PLANS + OF_CHOICES]
    assert len(set(seen)) == len(seen)


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
    text = OF_PLANS[0].read_text(encoding="utf-8")
    assert old in text
    assert told(play_text(text.replace(old, new)))


# Everything that may stand in an expectation, each made wrong in a file that expects it.
WRONG = [
    ("choices/held.yaml", "released: 20", "released: 21"),
    ("choices/held.yaml", "held of for_ever: 20, one_month", "held of for_ever: 19, one_month"),
    ("choices/held.yaml", "kept of lost: 2}", "kept of lost: 3}"),
    ("choices/pair-caps.yaml", "carry of pairs_flush: [200, 0]", "carry of pairs_flush: [200, 1]"),
    ("choices/pools.yaml", "fund of divided: 100", "fund of divided: 99"),
    ("choices/pools.yaml", "carried of waiting: 100", "carried of waiting: 0"),
    ("choices/points-pool.yaml", "stars: 4", "stars: 5"),
    ("choices/positions.yaml", "positions: 2", "positions: 3"),
    ("choices/fill.yaml", "in_turn: B left", "in_turn: B right"),
    ("choices/tree-who-leaves.yaml", "moving: Ana}}", "moving: Ben}}"),
    ("choices/ledger-deductions.yaml", "deducted tax: 9", "deducted tax: 8"),
    ("choices/ledger-deductions.yaml", "waiting: 6.76", "waiting: 6.75"),
    ("choices/returns-original-amounts.yaml", "returns: -10, paid: 0, owes: 10", "returns: -9, paid: 0, owes: 10"),
    ("choices/returns-original-amounts.yaml", "returns: -10, paid: 0, owes: 10", "returns: -10, paid: 1, owes: 10"),
    ("choices/returns-original-amounts.yaml", "returns: -10, paid: 0, owes: 10", "returns: -10, paid: 0, owes: 9"),
    ("choices/returns-recompute-ranks-stay.yaml", "written_off: 10", "written_off: 11"),
    ("choices/group-pro-rata.yaml", "company: {total: 60}", "company: {total: 61}"),
    ("choices/memory-and-windows.yaml", "best_of_three: Builder, builder_months: 1}}\n  #", "best_of_three: Member, builder_months: 1}}\n  #"),
    ("choices/infinity.yaml", "because blocked_by", "because not_qualified"),
    ("choices/lower-ranks-required.yaml", "lacks B: gv 440", "lacks B: gv 441"),
    ("published/beinf-rrc3.yaml", "lacks Saphire: nothing", "lacks Saphire: counted 1"),
    ("published/doterra-faststart.yaml", "fast_start from order second: 15.60", "fast_start from order second: 15.61"),
    ("published/mlmsoft-nocompression-title.yaml", "matrix on level 4: 5", "matrix on level 3: 5"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), WRONG)
def test_every_kind_of_expectation_can_be_wrong(name, old, new):
    path = PLANS / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    assert told(play_text(text.replace(old, new, 1), beside=path.parent))


def test_worked_months_are_read_as_strictly_as_plans():
    for path in PLANS.rglob("*.yaml"):
        assert isinstance(read(path.read_text(encoding="utf-8"), most_nodes=50_000), Mapped)
