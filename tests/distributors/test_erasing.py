"""Erasing a person: who they were is gone, what they did stays."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection

from distributors import tree
from distributors.models import Distributor, Profile
from distributors.operations import profiles
from tests.cast import JOINED

TRACES = ("Eva", "Vermeer", "eva@example.com")


def cells() -> set[str]:
    """Every text in every table that names a person."""
    found = set()
    with connection.cursor() as cursor:
        for table in ("distributors_profile", "distributors_user", "account_emailaddress"):
            cursor.execute(f"SELECT * FROM {table}")
            found |= {str(value) for row in cursor.fetchall() for value in row}
    return found


def test_nothing_of_the_person_is_left(cast):
    Profile.objects.exclude(pk=cast.eva.profile_id).update(family_name="Other")
    profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)
    assert [trace for trace in TRACES if trace in cells()] == []


def test_the_place_and_the_team_stay(cast):
    profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)
    assert Distributor.objects.get(number="1005").direct_members.get().number == "1006"
    assert tree.problems() == []


def test_an_open_session_ends(cast):
    browser = cast.client("eva")
    profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)
    assert browser.get("/profile/").status_code == 302


def test_the_address_may_be_used_anew(cast):
    profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)
    assert not EmailAddress.objects.filter(email="eva@example.com").exists()


def test_twice_is_refused(cast):
    profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)
    with pytest.raises(profiles.NoProfile):
        profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)


def test_the_command_says_what_it_did(cast, capsys):
    call_command("erase_person", "1005", "--yes")
    assert "keeps its place" in capsys.readouterr().out


def test_the_command_names_an_unknown_number(cast):
    with pytest.raises(CommandError, match="no distributor 9"):
        call_command("erase_person", "9", "--yes")
