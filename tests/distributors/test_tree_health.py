"""Finding what is wrong with the labels, and putting it right."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from distributors import tree
from distributors.models import Distributor
from distributors.queries import sponsor_tree
from tests.distributors.people import batch, children, everybody_below

TABLE = Distributor._meta.db_table


@pytest.fixture
def company(db):
    tree.plant(people=batch([None, 0, 0, 1, 1, 2, 3]))
    return dict(Distributor.objects.values_list("number", "pk"))


def write(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET {change}")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("level = 7 WHERE number = 'B3'", "level"),
        ("lft = 1 WHERE number = 'B3'", "label"),
        ("rght = lft + 1 WHERE number = 'B1'", "not inside"),
        ("tree_id = 9 WHERE number = 'B6'", "not inside"),
        ("lft = -5 WHERE number = 'B0'", "outside 1"),
    ],
)
def test_every_kind_of_damage_is_named(company, change, word):
    write(change)
    assert any(word in problem for problem in tree.problems())


def test_siblings_that_overlap_are_named(company):
    one, other = (Distributor.objects.get(number=number) for number in ("B3", "B4"))
    write(f"rght = {other.rght - 1} WHERE number = '{one.number}'")
    assert any("overlap" in problem or "inside" in problem for problem in tree.problems())


def test_scrambled_labels_are_restored(company):
    write("lft = 1000 - id, rght = 2000 - id, level = 1, tree_id = 4")
    assert tree.problems()
    call_command("repair_tree")
    known = children()
    assert tree.problems() == []
    for pk in company.values():
        assert set(sponsor_tree.downline(distributor_id=pk).values_list("pk", flat=True)) == everybody_below(
            pk, known
        )


def test_a_sound_tree_is_left_alone_by_the_check(company, capsys):
    call_command("check_tree")
    assert "sound" in capsys.readouterr().out


def test_the_check_fails_on_damage(company, capsys):
    write("level = 7 WHERE number = 'B3'")
    with pytest.raises(CommandError):
        call_command("check_tree")
    assert "B3" in capsys.readouterr().err


def test_a_circle_of_sponsors_is_for_a_person_to_mend(company):
    write(f"sponsor_id = {company['B6']} WHERE number = 'B1'")
    assert "circle" in tree.problems()[0]
    with pytest.raises(CommandError, match="circle"):
        call_command("repair_tree")


def test_roots_that_share_a_tree_are_told_apart(db):
    tree.plant(people=batch([None, None]))
    write("tree_id = 1")
    assert any("same tree" in problem or "share" in problem for problem in tree.problems())
    tree.rebuild()
    assert tree.problems() == []
