"""The database itself refuses what does not fit a placement tree, whoever writes."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from distributors.models import Placement, PlacementIsWrittenElsewhere, PlacementTree
from distributors.operations import placing
from distributors.tree import guards, positions_health
from tests.distributors.people import join
from tests.distributors.placed import stored

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POSITION, TREE = Placement._meta.db_table, PlacementTree._meta.db_table


@pytest.fixture
def people(db):
    """A binary tree of two levels with one free place each under b and a; "new" has no position."""
    placing.open_tree(name="legs", slots=2, depth_limit=3, positions_per_person=2, now=NOW)
    found = {"top": join("top", None)}
    placing.newcomer(distributor_id=found["top"], now=NOW)
    for number in ("a", "b", "c"):
        found[number] = join(number, found["top"])
        placing.newcomer(distributor_id=found[number], now=NOW)
    return found | {"new": join("new", None)}


def insert(**changes) -> None:
    """A position as raw SQL would write it: below b, in the first slot."""
    below = Placement.objects.get(owner__number="b")
    row = {
        "tree_id": below.tree_id, "owner_id": None, "ordinal": 1, "parent_id": below.pk, "slot": 1,
        "placed_at": NOW.isoformat(), "how": "raw", "lft": 7, "rght": 8, "level": 2, "line_from": 0,
        "free_slots": 2,
    } | changes  # fmt: skip
    names = ", ".join(row)
    with transaction.atomic(), connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {POSITION} ({names}) VALUES ({marks})", list(row.values()))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")


def write(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_fits_is_taken(people):
    insert(owner_id=people["new"])
    assert Placement.objects.count() == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"slot": 3},
        {"slot": 0},
        {"slot": None},
        {"ordinal": 3},
        {"ordinal": 0},
        {"level": 3},
        {"level": 1},
        {"parent_id": None},
        {"parent_id": None, "slot": None, "level": 0},
    ],
)
def test_what_does_not_fit_is_refused(people, changes):
    with pytest.raises(IntegrityError):
        insert(owner_id=people["new"], **changes)
    assert Placement.objects.count() == 4


def test_a_slot_is_given_once(people):
    top = Placement.objects.get(parent=None)
    with pytest.raises(IntegrityError):
        insert(owner_id=people["new"], parent_id=top.pk, slot=1, level=1)


def test_a_persons_second_position_is_taken_once(people):
    insert(owner_id=people["a"], ordinal=2)
    with pytest.raises(IntegrityError):
        insert(owner_id=people["a"], ordinal=2, slot=2)


def test_nothing_comes_below_the_deepest_level(people):
    insert(owner_id=people["new"])
    new = Placement.objects.get(owner_id=people["new"])
    insert(owner_id=people["new"], ordinal=2, parent_id=new.pk, level=3)
    deepest = Placement.objects.get(ordinal=2)
    with pytest.raises(IntegrityError):
        insert(owner_id=people["b"], ordinal=2, parent_id=deepest.pk, level=4)


def test_a_position_below_one_of_another_tree_is_refused(people):
    other = placing.open_tree(name="board", slots=2, top_number="top", now=NOW)
    with pytest.raises(IntegrityError):
        insert(owner_id=people["new"], tree_id=other.pk)


@pytest.mark.parametrize(
    "change",
    ["slot = 2 WHERE slot = 1", "ordinal = 2", "parent_id = NULL, slot = NULL, level = 0 WHERE level = 2"],
)
def test_a_position_never_moves(people, change):
    before = stored(PlacementTree.objects.get())
    with pytest.raises(IntegrityError):
        write(f"UPDATE {POSITION} SET {change}")
    assert stored(PlacementTree.objects.get()) == before


def test_a_position_never_changes_hands(people):
    with pytest.raises(IntegrityError):
        write(f"UPDATE {POSITION} SET owner_id = {people['new']} WHERE owner_id = {people['c']}")


@pytest.mark.parametrize(
    "change", ["width = 3", "width = 1", "depth_limit = NULL", "positions_per_person = 1"]
)
def test_a_tree_that_holds_positions_keeps_its_shape(people, change):
    with pytest.raises(IntegrityError):
        write(f"UPDATE {TREE} SET {change}")


def test_how_a_tree_fills_may_change(people):
    write(f"UPDATE {TREE} SET fill = 'left', holding_hours = 24")


def test_without_the_guards_the_misfits_come_in(people):
    """The negative control: constraints alone know neither the tree's width nor the position above."""
    with connection.cursor() as cursor:
        for name, table in ((guards.FITS, POSITION), (guards.STAYS, POSITION)):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
    assert positions_health.problems()[0].endswith("is missing")
    insert(owner_id=people["new"], slot=3)
    write(f"UPDATE {POSITION} SET owner_id = {people['new']}, ordinal = 2 WHERE owner_id = {people['c']}")
    guards.install()
    assert guards.missing() == []


def test_only_one_module_writes_positions(people):
    position = Placement.objects.get(owner_id=people["a"])
    for way in (
        position.save,
        position.delete,
        lambda: Placement.objects.update(how="x"),
        lambda: Placement.objects.bulk_update([position], ["how"]),
        lambda: Placement.objects.bulk_create([position]),
        lambda: Placement.objects.filter(pk=1).delete(),
        lambda: Placement.objects.create(owner_id=people["new"]),
    ):
        with pytest.raises(PlacementIsWrittenElsewhere):
            way()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("lft = lft + 1, rght = lft + 2 WHERE slot = 1", "inside"),
        ("level = 7 WHERE slot = 2", "level"),
        ("line_from = 5 WHERE slot = 2", "line"),
        ("free_slots = 2", "free slots"),
    ],
)
def test_damage_is_named_and_repaired(people, capsys, change, word):
    write(f"UPDATE {POSITION} SET {change}")
    with pytest.raises(CommandError, match="repair_tree"):
        call_command("check_tree")
    assert word in capsys.readouterr().err
    call_command("repair_tree")
    call_command("check_tree")


def test_siblings_in_a_wrong_order_are_named_and_repaired(people):
    a, b = (Placement.objects.get(owner__number=number) for number in "ab")
    write(f"UPDATE {POSITION} SET lft = {b.rght + 1}, rght = {b.rght + 9} WHERE id = {a.pk}")
    write(f"UPDATE {POSITION} SET lft = {b.rght + 2}, rght = {b.rght + 8} WHERE parent_id = {a.pk}")
    assert any("order of their slots" in problem for problem in positions_health.problems())
    call_command("repair_tree")
    assert positions_health.problems() == []
