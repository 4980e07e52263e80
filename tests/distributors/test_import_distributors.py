"""A company's list of distributors: all of it, or nothing, and never twice."""

from datetime import UTC, datetime

import numpy as np
import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from common.csvfiles import Refused
from distributors import tree
from distributors.models import Distributor, Profile, ReferralCode, StatusChange, User
from distributors.operations.importing import import_distributors

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEADER = "number,sponsor_number,given_name,family_name,email,joined_on"
ANNA = "101,,Anna,Maes,anna@example.com,2025-01-01"
BEN = "102,101,Ben,Claes,ben@example.com,2025-02-01"
CEM = "103,102,Cem,Aydin,,2025-03-01"

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    def load_rows(*lines, header=HEADER, **options):
        path = tmp_path / "people.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return import_distributors(path=path, now=NOW, **options)

    return load_rows


def problems(load, *lines, **options):
    with pytest.raises(Refused) as refused:
        load(*lines, **options)
    assert not Distributor.objects.exists()
    assert not User.objects.exists()
    return [(problem.row, problem.column, problem.reason) for problem in refused.value.problems]


def test_children_may_stand_before_their_parents(load):
    load(CEM, BEN, ANNA)
    assert dict(Distributor.objects.values_list("number", "sponsor__number")) == {
        "101": None,
        "102": "101",
        "103": "102",
    }
    assert tree.problems() == []


def test_a_person_comes_with_a_login_that_waits_for_a_reset(load):
    load(ANNA)
    user = User.objects.get(email="anna@example.com")
    assert not user.has_usable_password()
    assert not EmailAddress.objects.get(user=user, primary=True).verified
    assert user.profile.name == "Anna Maes"


def test_without_an_address_there_is_no_login(load):
    load(ANNA, BEN, CEM)
    assert Profile.objects.get(given_name="Cem").user is None


def test_a_day_is_the_companys_midnight(load):
    load(ANNA)
    assert Distributor.objects.get().joined_at == datetime(2024, 12, 31, 23, tzinfo=UTC)


def test_each_has_a_referral_code_and_a_first_status(load):
    load(ANNA, BEN)
    assert ReferralCode.objects.count() == 2
    assert set(StatusChange.objects.values_list("status", flat=True)) == {"good"}


def test_a_status_of_its_own_is_dated(load):
    load(ANNA + ",left,2026-05-01", header=HEADER + ",status,status_since")
    assert list(StatusChange.objects.values_list("status", flat=True)) == ["good", "left"]
    assert Distributor.objects.get().status == "left"


def test_a_status_without_a_date_is_refused(load):
    found = problems(load, ANNA + ",left,", header=HEADER + ",status,status_since")
    assert found[0][:2] == (2, "status_since")


def test_the_same_file_twice_adds_nothing(load):
    load(CEM, BEN, ANNA)
    again = load(ANNA, BEN, CEM)
    assert (again.added, again.known) == (0, 3)
    assert User.objects.count() == 2


def test_a_sponsor_may_be_here_already(load):
    load(ANNA)
    load(BEN, CEM)
    assert Distributor.objects.get(number="102").sponsor.number == "101"
    assert tree.problems() == []


def test_the_same_number_with_another_name_is_refused(load):
    load(ANNA)
    with pytest.raises(Refused) as refused:
        load(ANNA.replace("Maes", "Peeters"), BEN)
    assert (refused.value.problems[0].row, refused.value.problems[0].column) == (2, "family_name")
    assert Distributor.objects.count() == 1


def test_a_dry_run_writes_nothing(load):
    assert load(ANNA, BEN, dry_run=True).added == 2
    assert not Distributor.objects.exists()
    assert not User.objects.exists()


def test_a_missing_sponsor_is_refused_with_the_way(load):
    found = problems(load, "104,999,Dora,Nagy,dora@example.com,2025-01-01")
    assert found == [(2, "sponsor_number", "104 → 999: nobody has this number, here or in the file")]


def test_a_circle_is_refused_with_the_way(load):
    found = problems(
        load,
        ANNA,
        "104,105,Dora,Nagy,,2025-01-01",
        "105,104,Emil,Lind,,2025-01-01",
        "106,105,Fay,Roux,,2025-01-01",
    )
    assert found == [(3, "sponsor_number", "the sponsors form a circle: 104 → 105 → 104")]


def test_somebody_cannot_sponsor_themselves(load):
    found = problems(load, "104,104,Dora,Nagy,,2025-01-01")
    assert found[0][2].endswith("104 → 104")


def test_every_circle_is_told_once():
    above = {"f": "a", "a": "b", "b": "a", "c": "d", "d": "e", "e": "c", "g": "", "h": "g"}
    names = list(above)
    parent = np.array([names.index(name) if name else -1 for name in above.values()])
    found = tree.circles(parent=parent)
    assert [[names[at] for at in circle] for circle in found] == [["a", "b"], ["c", "d", "e"]]


@pytest.mark.parametrize(
    ("second", "column"),
    [
        ("101,,Ben,Claes,ben@example.com,2025-02-01", "number"),
        ("102,101,Ben,Claes,Anna@Example.com,2025-02-01", "email"),
    ],
)
def test_a_number_or_address_twice_is_refused(load, second, column):
    assert (3, column) in [found[:2] for found in problems(load, ANNA, second)]


def test_somebody_elses_address_is_refused(load):
    User.objects.create_user(email="anna@example.com")
    with pytest.raises(Refused) as refused:
        load(ANNA)
    assert refused.value.problems[0].column == "email"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("101,,,Maes,a@example.com,2025-01-01", "given_name"),
        ("101,,Anna,Maes,not an address,2025-01-01", "email"),
        ("101,,Anna,Maes,a@example.com,01/02/2025", "joined_on"),
        ("101,,Anna,Maes,a@example.com,2025-02-30", "joined_on"),
        ("101,,Anna,Maes,a@example.com,2027-01-01", "joined_on"),
        ("101,,Anna,Maes,a@example.com,", "joined_on"),
        ("=1+1,,Anna,Maes,a@example.com,2025-01-01", "number"),
        ("101" * 9 + ",,Anna,Maes,a@example.com,2025-01-01", "number"),
        ("101,,A\u202eB,Maes,a@example.com,2025-01-01", "given_name"),
        ('101,,"A\nB",Maes,a@example.com,2025-01-01', "given_name"),
    ],
)
def test_a_bad_cell_is_named(load, row, column):
    assert problems(load, BEN.replace(",101,", ",,"), row)[0][:2] == (3, column)


def test_one_bad_row_of_many_writes_nothing(load):
    many = [f"{n},101,Ben,Claes{n},ben{n}@example.com,2025-02-01" for n in range(200, 700)]
    found = problems(load, ANNA, *many, "900,101,,,x,y")
    assert {row for row, _, _ in found} == {503}
    assert [column for _, column, _ in found] == ["given_name", "family_name", "email", "joined_on"]


def test_a_formula_stays_text(load):
    load('101,,"=HYPERLINK(""x"")",@SUM(1),a@example.com,2025-01-01')
    assert Profile.objects.get().given_name == '=HYPERLINK("x")'


def test_the_command_says_what_it_did_and_writes_the_report(tmp_path, capsys):
    path, report = tmp_path / "people.csv", tmp_path / "report.csv"
    path.write_text(f"{HEADER}\n{ANNA}\n102,101,Ben,,ben@example.com,x\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing was written: 2 problem"):
        call_command("import_distributors", path, report=report)
    assert report.read_text(encoding="utf-8").splitlines()[1] == "3,family_name,is empty"
    assert not Distributor.objects.exists()
