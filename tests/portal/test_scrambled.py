"""With every interval of the tree broken no page shows a stranger: before a check has found out, and while red."""

import io
import zipfile
from urllib.parse import urlencode

import pytest
from django.db import connection

from distributors import tree
from distributors.models import Distributor, TreeHealth
from distributors.queries import sponsor_tree
from tests.furnishing import NOVEMBER
from tests.portal.policy import POLICY
from tests.portal.test_matrix import ALL, path_of

TABLE = Distributor._meta.db_table
VIEWERS = ("gus", "eva", "finn", "dan")
POSITIONS = {"gus": "sideline", "eva": "self", "finn": "downline", "dan": "sponsor"}
SEARCHES = ("Vermeer", "Eva", "Gus", "Hana", "100")


def scramble(viewer: Distributor) -> None:
    """Everybody's interval lies around everybody's, the viewer's around all."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET lft = id + 1, rght = 9000000000 - id, tree_id = 1, level = 3")
        cursor.execute(f"UPDATE {TABLE} SET lft = 1 WHERE id = %s", [viewer.pk])


def strangers(cast, viewer: str) -> dict[str, str]:
    """Name to number of those who stand neither above nor below."""
    line = {step.id for step in sponsor_tree.walk_up(distributor_id=cast.people[viewer].pk)}
    return {
        f"{name.title()} Vermeer": one.number
        for name, one in cast.people.items()
        if one.pk not in line
        and cast.people[viewer].pk not in {s.id for s in sponsor_tree.walk_up(distributor_id=one.pk)}
    }


def pages(viewer: str) -> list[str]:
    """Every address that not just anybody but the viewer may open, and every way to look at a team."""
    rows = {
        name: row
        for name, row in POLICY.items()
        if not row.only_post and name in ALL and row.expected("anonymous") != "ok"
    }
    opened = [path_of(name, row) for name, row in rows.items() if row.expected(POSITIONS[viewer]) == "ok"]
    looks = [{"q": word} for word in SEARCHES]
    looks += [{"view": "table"}, {"view": "table", "page": 2}, {"sort": "name"}, {"month": "2026-10"}]
    return [*opened, *(f"/team/?{urlencode(look)}" for look in looks)]


def readable(content: bytes) -> str:
    """What a person would read: a worksheet or an archive is unpacked; a picture says nothing in words."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return content.decode(errors="replace")


def seen(cast, viewer: str) -> list[str]:
    client, foreign, found = cast.client(viewer), strangers(cast, viewer), []
    for path in pages(viewer):
        response = client.get(path, follow=True)
        text = b"".join(response) if response.streaming else response.content
        found += [f"{path} shows {name}" for name in foreign if name in readable(text)]
    found += [
        f"{number} opens" for number in foreign.values() if client.get(f"/team/{number}/").status_code != 404
    ]
    found += [
        f"{number} opens"
        for number in foreign.values()
        if client.get(f"/team/{number}/branch/").status_code != 404
    ]
    return found


@pytest.mark.parametrize("viewer", VIEWERS)
def test_before_anybody_has_found_out(cast, furnished, viewer):
    assert len(strangers(cast, viewer)) >= 2
    scramble(cast.people[viewer])
    assert tree.problems()
    assert seen(cast, viewer) == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_while_the_check_is_red(cast, furnished, viewer):
    scramble(cast.people[viewer])
    assert tree.check(now=NOVEMBER)
    assert seen(cast, viewer) == []


def test_without_walking_up_they_would_be_seen(cast, furnished, monkeypatch):
    """The control: an interval is believed."""
    scramble(cast.gus)
    monkeypatch.setattr(
        sponsor_tree, "_distances", lambda viewer, ids: dict.fromkeys(set(ids) - {cast.ana.pk}, 1)
    )
    assert any("Eva Vermeer" in leak for leak in seen(cast, "gus"))


def test_a_red_check_has_teams_walked_and_moves_refused(cast, furnished):
    scramble(cast.gus)
    assert sponsor_tree.team_counts(ids=[cast.gus.pk, cast.ben.pk])[cast.gus.pk] > 0
    tree.check(now=NOVEMBER)
    people = [cast.gus.pk, cast.ben.pk]
    assert sponsor_tree.team_counts(ids=people) == {cast.gus.pk: 0, cast.ben.pk: 6}
    assert sponsor_tree.downline(distributor_id=cast.ben.pk).count() == 6
    assert [one.pk for one in sponsor_tree.search(viewer_id=cast.ben.pk, text="Eva", limit=9)] == [
        cast.eva.pk
    ]
    with pytest.raises(tree.TreeUnsound):
        tree.move(distributor_id=cast.eva.pk, sponsor_id=cast.gus.pk, effective_at=NOVEMBER)


def test_after_repair_all_is_as_before(cast, furnished):
    scramble(cast.gus)
    tree.check(now=NOVEMBER)
    assert tree.repair(now=NOVEMBER) == []
    assert TreeHealth.objects.get().sound
    assert sponsor_tree.team_counts(ids=[cast.gus.pk]) == {cast.gus.pk: 0}
    tree.move(distributor_id=cast.eva.pk, sponsor_id=cast.gus.pk, effective_at=NOVEMBER)
    assert tree.problems() == []


def test_staff_are_told(cast, furnished):
    quinn = cast.client("quinn")
    assert "tree is not sound" not in quinn.get("/staff/").content.decode()
    scramble(cast.gus)
    tree.check(now=NOVEMBER)
    assert "tree is not sound" in quinn.get("/staff/").content.decode()
