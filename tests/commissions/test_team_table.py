"""The table of the whole team: columns, filters, order, kept views; and the same as a file."""

import csv
import html
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from django.db import connection

from commissions.forms.team import USUAL_COLUMNS
from commissions.models import TeamExport, TeamView
from commissions.operations import estimates, summing
from commissions.queries import members, team_table
from distributors.models import Distributor
from distributors.queries import sponsor_tree
from distributors.tree import move
from tests.cast import join
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries
from tests.remembered import remembered

TABLE = "/team/?view=table"
EVERY = "&".join(f"col={name}" for name in ("level", "generation", "leg", "below", "rank", "career", "active", "near",
                                            "joined", "last", "pv", "gv"))  # fmt: skip


@pytest.fixture(params=["read from tables", "out of everybody of the run"], autouse=True)
def how(request, monkeypatch):
    """A small team is read, a great one is cut out of its run: pages say the same."""
    if request.param != "read from tables":
        monkeypatch.setattr(summing, "MANY_PEOPLE", 0)


@pytest.fixture
@remembered
def seen(october):
    estimates.refresh(now=at(10, 20))
    return october


def text(response):
    return response.content.decode()


def selected(cast, who="ana", month=0, **choice):
    """Names of the people whom a choice leaves, in order."""
    viewer, of = cast.people[who].pk, members.months()[month]
    found = team_table.select(viewer_id=viewer, month=of, choice=team_table.Choice(**choice))
    rows = team_table.rows(viewer_id=viewer, month=of, selection=found, part=found.order.tolist())
    return [row.person.name.split()[0] for row in rows]


def row_of(cast, name, who="ana", **choice):
    viewer, of = cast.people[who].pk, members.months()[0]
    found = team_table.select(viewer_id=viewer, month=of, choice=team_table.Choice(**choice))
    rows = team_table.rows(viewer_id=viewer, month=of, selection=found, part=found.order.tolist())
    return next(row for row in rows if row.person.name.startswith(name))


def test_a_row_tells_place_leg_and_figures(seen, cast):
    eva = row_of(cast, "Eva")
    assert (eva.level, eva.leg.name, eva.below, eva.last_order.isoformat()) == (
        4, "Ben Vermeer", 1, "2026-10-14",
    )  # fmt: skip
    # Ben, Cleo and Dan stand between, and each is active with 124.00 points or more.
    assert eva.generation == 4
    assert (eva.figures.own_volume, eva.figures.activity) == (21_700, "active")


def test_a_generation_counts_those_who_are_active(october, cast):
    from sales.models import Order

    october.take_back(Order.objects.get(seller=cast.cleo), 4, at(10, 11))
    estimates.refresh(now=at(10, 20))
    assert (row_of(cast, "Eva").level, row_of(cast, "Eva").generation) == (4, 3)


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"level": 2}, {"Cleo", "Gus", "Hana"}),
        ({"activity": "inactive"}, {"Hana"}),
        ({"activity": "active", "level": 3}, {"Dan"}),
        ({"rank": 1}, {"Ben"}),
        ({"leg": "1003"}, set()),
        ({"leg": "1002", "level": 1}, {"Ben"}),
        ({"joined": (at(11, 1, year=2025), at(12, 1, year=2025)), "level": 5}, {"Finn"}),
        ({"joined": (at(12, 1, year=2025), at(1, 1))}, set()),
    ],
)
def test_filters_leave_who_fits(seen, cast, choice, names):
    assert set(selected(cast, **choice)) == names


def test_a_leg_begins_with_somebody_of_the_front_line(seen, cast):
    assert set(selected(cast, who="ben", leg="1003")) == {"Cleo", "Dan", "Eva", "Finn"}


@pytest.mark.parametrize("sort", team_table.SORTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_every_column_sorts_both_ways_and_loses_nobody(seen, cast, sort, reverse):
    names = selected(cast, sort=sort, reverse=reverse)
    assert sorted(names) == ["Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana"]


def test_the_order_is_that_of_the_column(seen, cast):
    assert selected(cast, sort="level")[:1] == ["Ben"]
    assert selected(cast, sort="level", reverse=True)[:1] == ["Finn"]
    assert selected(cast, sort="name") == ["Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana"]
    assert selected(cast, sort="pv")[:1] == ["Finn"]
    assert selected(cast, sort="last")[-1:] == ["Hana"]
    assert selected(cast, sort="below")[:2] == ["Ben", "Cleo"]


def test_close_to_the_next_rank_is_told_from_what_the_run_stored(seen, cast):
    # A Builder needs two active legs, of which Cleo has one: half the way is not close. Her way is told all the same.
    assert "Cleo" not in selected(cast, close=True)
    assert row_of(cast, "Cleo", sort="near").near == 500
    # Dan has one as well, and nobody who has none is nearer.
    assert set(selected(cast, sort="near")[:3]) <= {"Ben", "Cleo", "Dan", "Eva"}


def test_a_closed_month_is_that_of_its_snapshot(october, cast):
    finish(cast, draft())
    october.sell("finn", 4, at(11, 5))
    join(cast=cast, name="late", under="ben", number="2001", joined_at=at(11, 6))
    estimates.refresh(now=at(11, 10))
    assert "Late" in selected(cast, month=0)
    assert "Late" not in selected(cast, month=1)
    assert selected(cast, month=0, activity="active") == ["Finn"]
    assert set(selected(cast, month=0, activity="at_risk")) == {"Ben", "Cleo", "Dan", "Eva", "Gus"}
    assert len(selected(cast, month=1, activity="active")) == 6


def test_a_closed_month_has_the_places_of_that_month(october, cast):
    finish(cast, draft())
    move(distributor_id=cast.dan.pk, sponsor_id=cast.gus.pk, effective_at=at(11, 4))
    assert selected(cast, month=1, level=4) == ["Eva"]
    assert set(selected(cast, who="gus", month=1)) == {"Dan", "Eva", "Finn"}
    assert "Dan" not in selected(cast, who="cleo", month=1)


def test_nobody_from_aside_is_in_the_table_even_when_labels_say_so(seen, cast):
    inside = Distributor.objects.get(number="1003").lft
    with connection.cursor() as cursor:
        # Gus's labels claim to stand inside Cleo's.
        cursor.execute(
            "UPDATE distributors_distributor SET lft = %s, rght = %s WHERE number = '1007'",
            [inside + 1, inside + 2],
        )
    assert "Gus" in {one.profile.given_name for one in sponsor_tree.downline(distributor_id=cast.cleo.pk)}
    assert "Gus" not in selected(cast, who="cleo")


@pytest.mark.parametrize("wish", [EVERY, "close=on", "sort=last", "sort=name", "leg=1007"])
def test_queries_do_not_grow_with_the_team(seen, cast, wish):
    address = f"{TABLE}&{wish}"
    for at_ in range(6):
        join(cast=cast, name=f"first{at_}", under="gus", number=str(2001 + at_))
    client = cast.client("ben")
    before = queries(lambda: client.get(address))
    for at_ in range(12):
        join(cast=cast, name=f"then{at_}", under="gus", number=str(3001 + at_))
    assert queries(lambda: client.get(address)) == before


def test_a_page_is_bounded_and_says_so(seen, cast, monkeypatch):
    monkeypatch.setattr(team_table, "PAGE", 2)
    monkeypatch.setattr(team_table, "MOST", 4)
    page = text(cast.client("ana").get(f"{TABLE}&page=9"))
    assert page.count('<th scope="row"') == 2
    assert "The first 4 are listed" in page


def test_what_cannot_be_read_is_said_beside_its_field(seen, cast):
    page = text(cast.client("ben").get(f"{TABLE}&level=deep&rank=99&col=nonsense"))
    assert page.count("invalid-feedback") >= 3
    assert 'value="deep"' in page
    assert "Cleo Vermeer" in page


def test_columns_are_chosen(seen, cast):
    page = text(cast.client("ben").get(f"{TABLE}&col=leg&col=last"))
    assert "Last order</a>" in page
    assert "People below</a>" not in page


def test_a_view_is_kept_under_a_name_and_found_again(seen, cast):
    client = cast.client("ben")
    answer = client.post(f"/team/views/?view=table&activity=inactive&sort=-level&{EVERY}", {"name": "Asleep"})
    assert "activity=inactive" in answer.url
    view = TeamView.objects.get()
    assert (view.distributor_id, view.name) == (cast.ben.pk, "Asleep")
    page = text(client.get(f"/team/?{view.query}"))
    assert '<a class="chip"' in page
    assert 'aria-current="true">Asleep' in page
    client.post(f"/team/views/{view.pk}/remove/")
    assert not TeamView.objects.exists()


def test_a_view_of_the_same_name_gives_way(seen, cast):
    client = cast.client("ben")
    client.post("/team/views/?view=table&level=1", {"name": "Mine"})
    client.post("/team/views/?view=table&level=2", {"name": "Mine"})
    assert [view.query for view in TeamView.objects.all()] == ["view=table&level=2"]


def test_a_view_needs_a_name_and_nothing_is_lost(seen, cast):
    answer = cast.client("ben").post("/team/views/?view=table&activity=inactive", {"name": "x" * 41})
    assert answer.status_code == 200
    assert "x" * 41 in text(answer)
    assert "1 of 6 people." in text(answer)
    assert not TeamView.objects.exists()


def test_nobody_removes_the_view_of_somebody_else(seen, cast):
    cast.client("ben").post("/team/views/?view=table", {"name": "Mine"})
    cast.client("ana").post(f"/team/views/{TeamView.objects.get().pk}/remove/")
    assert TeamView.objects.count() == 1


def rows_of_csv(response):
    return list(
        csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"), newline=""))
    )


def cells_of_xlsx(response):
    """Each row's cells as (type, text), read from the worksheet itself."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as file:
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    return [
        [(cell.get("t", "n"), "".join(cell.itertext()), cell.find("s:f", space) is not None) for cell in row]
        for row in sheet.iterfind(".//s:row", space)
    ]


def test_the_file_is_what_the_table_shows(seen, cast):
    rows = rows_of_csv(cast.client("ana").get("/team/export/?view=table&level=4"))
    assert [(row["name"], row["leg_number"], row["last_order_on"]) for row in rows] == [
        ("Eva Vermeer", "1002", "2026-10-14")
    ]


def test_an_export_is_written_down(seen, cast):
    cast.client("ana").get("/team/export/?view=table&activity=inactive&format=xlsx")
    noted = TeamExport.objects.get()
    assert (noted.distributor_id, noted.format, noted.period, noted.people) == (
        cast.ana.pk,
        "xlsx",
        "2026-10",
        1,
    )
    assert noted.query == "view=table&activity=inactive"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "http://x", '=HYPERLINK("x")'])
def test_a_worksheet_has_no_formula_and_no_link(seen, cast, name):
    profile = cast.gus.profile
    profile.given_name = name
    profile.save()
    rows = cells_of_xlsx(cast.client("ben").get("/team/export/?format=xlsx"))
    gus = next(row for row in rows if row[0][1] == "1007")
    assert gus[1] == ("inlineStr", f"{name} Vermeer".strip(), False)
    assert not any(is_formula for row in rows for _kind, _text, is_formula in row)
    assert gus[13] == ("n", "124", False)


def test_the_file_asks_no_more_for_more_people_of_a_part(seen, cast):
    for at_ in range(6):
        join(cast=cast, name=f"first{at_}", under="gus", number=str(2001 + at_))
    client = cast.client("ben")
    take = lambda: b"".join(client.get("/team/export/").streaming_content)  # noqa: E731
    before = queries(take)
    for at_ in range(12):
        join(cast=cast, name=f"then{at_}", under="gus", number=str(3001 + at_))
    assert queries(take) == before


def test_the_diagram_shows_a_page_of_a_branch(seen, cast):
    for at_ in range(7):
        join(cast=cast, name=f"many{at_}", under="gus", number=str(2001 + at_))
    page = text(cast.client("ben").get("/team/1007/diagram/"))
    assert page.count("branch-box") == 6
    assert "Part 1 of 2; 7 people stand directly below." in page
    rest = text(cast.client("ben").get("/team/1007/diagram/?page=2"))
    assert rest.count("branch-box") == 3
    own = text(cast.client("ana").get("/team/?view=diagram"))
    assert "Ben Vermeer" in own
    assert "Hana Vermeer" in own
    assert "Many0" not in own


def test_the_diagram_asks_no_more_for_more_people(seen, cast):
    client = cast.client("ana")
    join(cast=cast, name="one", under="gus", number="2001")
    before = queries(lambda: client.get("/team/1002/diagram/"))
    for at_ in range(9):
        join(cast=cast, name=f"many{at_}", under="gus", number=str(3001 + at_))
        join(cast=cast, name=f"more{at_}", under="ben", number=str(4001 + at_))
    assert queries(lambda: client.get("/team/1002/diagram/")) == before


def test_nobody_draws_the_branch_of_a_stranger(seen, cast):
    assert cast.client("cleo").get("/team/1007/diagram/").status_code == 404


def test_where_nobody_fits_one_step_leads_back_to_everybody(seen, cast):
    client = cast.client("ana")
    (link,) = re.findall(r'href="([^"]*)">Show everybody', text(client.get(f"{TABLE}&sort=name&level=40")))
    assert html.unescape(link) == f"{TABLE}&sort=name"
    assert "Show everybody" not in text(client.get(TABLE))


def test_filters_stand_open_where_something_is_filtered_or_other_columns_are_shown(seen, cast):
    client = cast.client("ana")
    usual = "&".join(f"col={one}" for one in USUAL_COLUMNS)
    opened = {
        more: '<details class="more-filters" open>' in text(client.get(f"{TABLE}&{more}"))
        for more in ("", f"level=&close=&{usual}", "level=1", "col=level")
    }
    assert opened == {"": False, f"level=&close=&{usual}": False, "level=1": True, "col=level": True}
