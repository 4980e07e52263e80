"""A company's own binary tree or matrix: all of it, or nothing."""

import random
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from common.csvfiles import Refused
from distributors import tree as sponsors
from distributors.models import Holding, Placement, PlacementTree
from distributors.operations import holding, placing
from distributors.operations.import_placements import import_placements
from distributors.tree import positions_health
from tests.distributors.people import batch, join
from tests.distributors.placed import Plain, stored

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEADER = "number,parent_number,slot,placed_on"
TOP, LEFT, DEEP = "B0,,,2025-01-01", "B1,B0,left,2025-01-02", "B2,B1,right,2025-01-03"

pytestmark = pytest.mark.django_db


@pytest.fixture
def legs():
    sponsors.plant(people=batch([None, *[0] * 9]))
    return placing.open_tree(name="legs", slots=["left", "right"], positions_per_person=2, now=NOW)


@pytest.fixture
def load(tmp_path):
    def load_rows(*lines, header=HEADER, tree="legs", **options):
        path = tmp_path / "positions.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return import_placements(tree=tree, path=path, now=NOW, **options)

    return load_rows


def problems(load, *lines, **options):
    before = Placement.objects.count()
    with pytest.raises(Refused) as refused:
        load(*lines, **options)
    assert Placement.objects.count() == before
    return [(problem.row, problem.column, problem.reason) for problem in refused.value.problems]


def test_rows_may_stand_in_any_order(load, legs):
    assert load(DEEP, LEFT, TOP).added == 3
    assert stored(legs) == {"B0": (None, None), "B1": ("B0", 1), "B2": ("B1", 2)}
    assert positions_health.problems() == []


def test_the_same_file_twice_adds_nothing(load, legs):
    load(TOP, LEFT)
    done = load(TOP, LEFT, DEEP)
    assert (done.added, done.known) == (1, 2)
    assert positions_health.problems() == []


def test_positions_under_those_already_here(load, legs):
    """Into a tree that has grown meanwhile: labels, lines and free slots are right afterwards."""
    load(TOP, LEFT)
    placing.newcomer(distributor_id=join("new", None), now=NOW)
    load(DEEP, "B3,B2,right,2025-02-01", "B4,B1,left,2025-02-01")
    assert positions_health.problems() == []
    placing.newcomer(distributor_id=join("newer", None), now=NOW)
    assert positions_health.problems() == []
    assert len(stored(legs)) == 7


def test_a_persons_second_position(load, legs):
    header = "number,position,parent_number,parent_position,slot,placed_on"
    load("B0,,,,,2025-01-01", "B0,2,B0,1,left,2025-01-01", "B1,,B0,2,right,2025-01-01", header=header)
    assert Placement.objects.get(owner__number="B1").parent.ordinal == 2


@pytest.mark.parametrize(
    ("line", "column", "word"),
    [
        ("B2,B1,middle,2025-01-03", "slot", "none of"),
        ("B2,B1,,2025-01-03", "slot", "belongs together"),
        ("B2,,left,2025-01-03", "slot", "belongs together"),
        ("B2,,,2025-01-03", "slot", "taken by row 2"),
        ("B2,B0,left,2025-01-03", "slot", "taken by row 3"),
        ("B2,B7,left,2025-01-03", "parent_number", "no such position"),
        ("B2,B1,left,2025-01-01", "placed_on", "before B1"),
        ("B1,B0,right,2025-01-03", "number", "stands in row 3"),
        ("ZZ,B1,left,2025-01-03", "number", "no distributor ZZ"),
        ("B2,B1,left,2030-01-03", "placed_on", ""),
        ("B3,B4,left,2025-01-03\nB4,B3,left,2025-01-03", "parent_number", "B3"),
    ],
)
def test_every_bad_row_is_named(load, legs, line, column, word):
    found = problems(load, TOP, LEFT, line)
    assert any(row >= 4 and at == column and word in reason for row, at, reason in found), found


def test_a_position_that_is_here_is_not_moved(load, legs):
    load(TOP, LEFT)
    assert problems(load, "B1,B0,right,2025-01-02")[0][1] == "number"
    assert problems(load, "B5,,,2025-01-02") == [(2, "slot", "this tree has its top")]
    assert problems(load, "B5,B0,left,2025-01-02") == [(2, "slot", "this place is taken")]


def test_a_matrix_has_numbered_places_and_a_deepest_level(load, legs):
    placing.open_tree(name="board", slots=3, depth_limit=1, now=NOW)
    found = problems(load, "B0,,,2025-01-01", "B1,B0,3,2025-01-01", "B2,B1,1,2025-01-01", tree="board")
    assert found == [(4, "parent_number", "is level 2; this tree has 1")]
    load("B0,,,2025-01-01", "B1,B0,3,2025-01-01", tree="board")
    assert positions_health.problems() == []


def test_who_waited_has_a_place_now(load, legs):
    load(TOP)
    waits = join("waits", None)
    holding.hold(tree=legs, owner_id=waits, until=NOW, now=NOW)
    load("waits,B0,left,2025-01-01")
    held = Holding.objects.get()
    assert (held.ended_at, held.position.owner_id) == (NOW, waits)


def test_a_dry_run_writes_nothing(load, legs):
    assert load(TOP, LEFT, dry_run=True).added == 2
    assert not Placement.objects.exists()


def test_a_thousand_positions_of_any_shape(load, tmp_path):
    sponsors.plant(people=batch([None, *[0] * 999]))
    tree, plain = placing.open_tree(name="legs", slots=3, now=NOW), Plain(3)
    chance = random.Random(5)
    for at in range(1_000):
        sponsor = f"B{chance.randrange(at)}" if at else None
        plain.join(f"B{at}", sponsor, chance.choice(["left", "right", "first_free_by_level"]))
    lines = [f"{n},{parent or ''},{slot or ''},2025-01-01" for n, (parent, slot) in plain.places().items()]
    chance.shuffle(lines)
    load(*lines)
    assert stored(tree) == plain.places()
    assert positions_health.problems() == []


def test_the_commands(tmp_path, capsys):
    sponsors.plant(people=batch([None, 0]))
    call_command("open_placement_tree", "legs", "--slots", "left, right", "--hold", "24", "--top", "B0")
    assert PlacementTree.objects.get().slot_names == ["left", "right"]
    path = tmp_path / "positions.csv"
    path.write_text(f"{HEADER}\nB1,B0,left,2100-01-01\n")
    with pytest.raises(CommandError, match="1 problem"):
        call_command("import_placements", str(path), "--tree", "legs")
    with pytest.raises(CommandError):
        call_command("import_placements", str(path), "--tree", "nothing")
    assert "no placement tree 'nothing'" in capsys.readouterr().err
    with pytest.raises(CommandError, match="no distributor"):
        call_command("open_placement_tree", "board", "--slots", "3", "--top", "ZZ")
