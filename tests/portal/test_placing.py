"""The sponsor's page: newcomers who wait for a place."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from distributors.models import Holding, Placement, PlacementTree
from distributors.operations import holding, placing
from distributors.tree.positions import take_slot
from tests.cast import join

OPENED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATE = datetime(2300, 1, 1, tzinfo=UTC)
PAGE = "/placing/legs/1006/"


@pytest.fixture
def legs(cast):
    """Eva stands at the top, and Finn waits for her."""
    tree = placing.open_tree(name="legs", slots=["left", "right"], top_number="1005", now=OPENED)
    holding.hold(tree=tree, owner_id=cast.finn.pk, until=LATE, now=OPENED)
    return tree


def another(cast, tree: PlacementTree, at: int) -> None:
    one = join(cast=cast, name=f"n{at}", under="eva", number=f"2{at:03}")
    holding.hold(tree=tree, owner_id=one.pk, until=LATE, now=OPENED)


def test_the_sponsor_sees_who_waits_and_how_long(cast, legs):
    page = cast.client("eva").get("/placing/").content.decode()
    assert "Finn Vermeer" in page
    assert "1 January 2300" in page
    assert "hours left" in page


def test_nobody_else_sees_them(cast, legs):
    for name in ("dan", "finn", "ana"):
        assert "Nobody waits" in cast.client(name).get("/placing/").content.decode()


def test_the_first_page_says_so(cast, legs):
    assert "One newcomer waits" in cast.client("eva").get("/").content.decode()
    assert "newcomer waits" not in cast.client("dan").get("/").content.decode()


def test_the_sponsor_chooses_a_place(cast, legs):
    eva, top = cast.client("eva"), Placement.objects.get()
    page = eva.get(PAGE).content.decode()
    assert "Leg left" in page
    assert "Directly below you, place right" in page
    answer = eva.post(PAGE, {"place": f"{top.pk}-2"})
    assert answer["Location"] == "/placing/"
    placed = Placement.objects.get(owner=cast.finn)
    assert (placed.slot, placed.parent_id) == (2, top.pk)
    assert eva.get(PAGE).status_code == 404


@pytest.mark.parametrize(("value", "said"), [("", "Choose a place"), ("9-9", "no longer free")])
def test_what_is_not_offered_is_refused_beside_the_field(cast, legs, value, said):
    page = cast.client("eva").post(PAGE, {"place": value})
    assert said in page.content.decode()
    assert Placement.objects.count() == 1


def test_a_place_taken_meanwhile_is_said(cast, legs, monkeypatch):
    def taken(**_):
        raise holding.SlotTaken

    monkeypatch.setattr(holding, "choose", taken)
    page = cast.client("eva").post(PAGE, {"place": f"{Placement.objects.get().pk}-1"})
    assert page.status_code == 409
    assert "no longer free" in page.content.decode()


@pytest.mark.parametrize("name", ["dan", "finn", "gus", "ivo"])
def test_for_others_the_page_is_not_there(cast, legs, name):
    client = cast.client(name)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"place": "1-1"}).status_code == 404
    assert Holding.objects.get().ended_at is None


def test_when_the_time_is_over_the_page_is_gone(cast, legs):
    Holding.objects.update(ends_at=OPENED + timedelta(hours=1))
    assert cast.client("eva").get(PAGE).status_code == 404


def test_a_stranger_above_the_place_is_not_named(cast, legs):
    """Gus comes below Eva by spillover; she sees a free place there, and not whose it is."""
    top = Placement.objects.get()
    take_slot(
        tree=legs, owner_id=cast.gus.pk, ordinal=1, parent_id=top.pk, slot=1, now=OPENED, how="imported"
    )
    page = cast.client("eva").get(PAGE).content.decode()
    assert "under somebody outside your team" in page
    assert "Gus" not in page


def test_queries_do_not_grow_with_those_who_wait(cast, legs):
    eva = cast.client("eva")
    eva.get("/placing/")
    with CaptureQueriesContext(connection) as few:
        eva.get("/placing/")
    for at in range(8):
        another(cast, legs, at)
    with CaptureQueriesContext(connection) as many:
        eva.get("/placing/")
    assert len(many) == len(few)


def test_queries_of_the_choice_do_not_grow_with_the_tree(cast, legs):
    eva = cast.client("eva")
    for at in range(4):
        one = join(cast=cast, name=f"n{at}", under="eva", number=f"2{at:03}")
        placing.newcomer(distributor_id=one.pk, now=OPENED)
    eva.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        eva.get(PAGE)
    for at in range(4, 24):
        one = join(cast=cast, name=f"n{at}", under="eva", number=f"2{at:03}")
        placing.newcomer(distributor_id=one.pk, now=OPENED)
    with CaptureQueriesContext(connection) as many:
        eva.get(PAGE)
    assert len(many) == len(few)


def test_staff_see_the_tree_and_its_holding_tank(cast, legs):
    root = cast.client("root")
    assert "1005" in root.get("/admin/distributors/placement/").content.decode()
    tank = root.get("/admin/distributors/holding/?state=waiting").content.decode()
    assert "1006" in tank
    assert "1006" not in root.get("/admin/distributors/holding/?state=placed").content.decode()
