"""The team's pages: who is seen, who is not, and how many queries it takes."""

import csv
import io
import re

import pytest

from commissions.operations import estimates
from tests.cast import join
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries
from tests.remembered import remembered


@pytest.fixture
@remembered
def seen(october):
    estimates.refresh(now=at(10, 20))
    return october


def text(response):
    return response.content.decode()


def test_the_outline_shows_the_first_level_only(seen, cast):
    page = text(cast.client("ben").get("/team/"))
    assert "Cleo Vermeer" in page
    assert "Eva Vermeer" not in page


def test_a_branch_opens_as_a_piece_for_htmx(seen, cast):
    page = text(cast.client("ben").get("/team/1003/branch/", headers={"hx-request": "true"}))
    assert "Dan Vermeer" in page
    assert "<html" not in page


def test_a_piece_stands_one_level_below_the_row_it_opens(seen, cast):
    page = text(cast.client("ben").get("/team/1003/branch/?level=3", headers={"hx-request": "true"}))
    assert page.count('aria-level="3"') == 1
    assert page.count('aria-level="4"') == 1


def test_an_opened_branch_stands_one_level_deeper(seen, cast):
    piece = {"hx-request": "true"}
    page = text(cast.client("ben").get("/team/1003/branch/?level=4", headers=piece))
    assert page.index('aria-level="4"') < page.index('aria-level="5"')
    assert 'aria-level="1"' not in page


def test_a_branch_opens_as_a_page_without_script(seen, cast):
    page = text(cast.client("ben").get("/team/1004/branch/"))
    assert "Eva Vermeer" in page
    assert "<html" in page


def test_a_branch_shuts_again(seen, cast):
    page = text(cast.client("ben").get("/team/1003/branch/?shut=yes", headers={"hx-request": "true"}))
    assert 'aria-expanded="false"' in page
    assert "Dan Vermeer" not in page


@pytest.mark.parametrize("number", ["1001", "1007", "9999", "1005'--", "<b>"])
def test_strangers_and_nobody_are_the_same_404(seen, cast, number):
    client = cast.client("cleo")
    assert client.get(f"/team/{number}/").status_code == 404
    assert client.get(f"/team/{number}/branch/").status_code == 404


def test_the_own_number_shows_the_team(seen, cast):
    assert cast.client("eva").get("/team/1005/").status_code == 200


def test_a_card_tells_what_somebody_above_may_know(seen, cast):
    page = text(cast.client("ben").get("/team/1005/"))
    assert "your level 3" in page
    assert "3 November 2025" in page
    assert "eva@example.com" not in page
    assert "1990" not in page


def test_search_opens_the_path_to_one_match(seen, cast):
    page = text(cast.client("ben").get("/team/?q=finn"))
    assert "<mark>Finn Vermeer</mark>" in page
    assert "1 person found:" in page


def test_search_lists_several(seen, cast):
    page = text(cast.client("ben").get("/team/?q=vermeer"))
    assert "people match" in page


def test_search_finds_nobody_aside(seen, cast):
    assert "0 people match" in text(cast.client("cleo").get("/team/?q=gus"))


@pytest.mark.parametrize(
    "query", ["sort=nonsense", "page=99999999999", "page=-1", "page=x", "q=%25_", "view=table&page=9"]
)
def test_unreadable_wishes_show_the_usual(seen, cast, query):
    assert cast.client("ben").get(f"/team/?{query}").status_code == 200


def test_an_unknown_month_is_404(seen, cast):
    assert cast.client("ben").get("/team/?month=1999-01").status_code == 404


@pytest.mark.parametrize(
    "address", ["/team/", "/team/?view=table", "/team/?q=vermeer", "/team/1007/branch/", "/team/1007/"]
)
def test_queries_do_not_grow_with_rows(seen, cast, address):
    for at_ in range(6):
        join(cast=cast, name=f"first{at_}", under="gus", number=str(2001 + at_))
    client = cast.client("ben")
    before = queries(lambda: client.get(address))
    for at_ in range(12):
        join(cast=cast, name=f"then{at_}", under="gus", number=str(3001 + at_))
    assert queries(lambda: client.get(address)) == before


def test_a_long_front_line_is_paged(seen, cast):
    for at_ in range(30):
        join(cast=cast, name=f"many{at_}", under="finn", number=str(4001 + at_))
    client = cast.client("eva")
    page = text(client.get("/team/1006/branch/", headers={"hx-request": "true"}))
    assert "5 more under Finn Vermeer" in page
    rest = text(client.get("/team/1006/branch/?page=2&level=2", headers={"hx-request": "true"}))
    assert rest.count('role="treeitem"') == 5


def test_a_very_long_line_starts_further_down(seen, cast):
    for at_ in range(15):
        join(cast=cast, name=f"deep{at_}", under=f"deep{at_ - 1}" if at_ else "finn", number=str(5001 + at_))
    page = text(cast.client("ana").get("/team/5015/"))
    assert "Shown from" in page
    assert "your level 20" in page


def test_the_table_sorts_by_group_volume(seen, cast):
    page = text(cast.client("ana").get("/team/?view=table"))
    assert page.index("Ben Vermeer") < page.index("Gus Vermeer")
    assert 'aria-sort="descending"' in page


def test_the_export_is_the_whole_team_with_numbers(seen, cast):
    response = cast.client("ben").get("/team/export/")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    eva = next(row for row in rows if row["number"] == "1005")
    assert (eva["level_below_you"], eva["own_volume"], eva["figures"]) == ("3", "217.00", "estimate")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_the_export_disarms_formulas_in_names(seen, cast, name):
    profile = cast.gus.profile
    profile.given_name = name
    profile.save()
    lines = b"".join(cast.client("ben").get("/team/export/").streaming_content).decode("utf-8-sig")
    gus = next(row for row in csv.DictReader(io.StringIO(lines, newline="")) if row["number"] == "1007")
    assert gus["name"].startswith("'")


def test_a_final_month_can_be_chosen(october, cast):
    finish(cast, draft())
    page = text(cast.client("ben").get("/team/?month=2026-10"))
    assert "Figures are final." in page


def test_somebody_who_joined_after_a_month_is_not_in_it(october, cast):
    finish(cast, draft())
    join(cast=cast, name="late", under="ben", number="2001", joined_at=at(11, 5))
    assert "Late Vermeer" not in text(cast.client("ben").get("/team/?month=2026-10"))


def test_before_any_month_the_people_are_shown_without_figures(cast):
    page = text(cast.client("ben").get("/team/"))
    assert "Cleo Vermeer" in page
    assert "not measured yet" in page


def test_a_newcomer_sees_what_will_be_here(seen, cast):
    page = text(cast.client("finn").get("/team/"))
    assert "Nobody in your team yet" in page
    assert "0 people below you" not in page
    assert "?view=table" not in page


def test_somebody_unmeasured_is_said_to_be(seen, cast):
    join(cast=cast, name="fresh", under="ben", number="2001", joined_at=at(10, 21))
    assert "not measured yet" in text(cast.client("ben").get("/team/"))


def test_customers_and_staff_have_no_team(seen, cast):
    assert cast.client("ivo").get("/team/").status_code == 404
    assert cast.client("paula").get("/team/").status_code == 404


def test_at_risk_is_who_was_active_before_and_is_not_yet(october, cast):
    finish(cast, draft())
    estimates.refresh(now=at(11, 4))
    assert "At risk" in text(cast.client("ben").get("/team/"))


def test_a_card_tells_what_their_sales_paid_the_viewer_and_the_next_rank(seen, cast):
    page = text(cast.client("ben").get("/team/1003/"))
    # Cleo sold 124.00 points' worth, of which Ben, a Builder, receives 8 % on level 1.
    assert "Paid you for their sales" in page
    assert "9.92" in page
    assert "10 October 2026" in page
    assert "Next: Builder" in page
    assert "/team/1003/diagram/" in page
    # In the units of every other page.
    assert "100.00\N{NO-BREAK SPACE}PV</span>" in page
    assert "\N{NO-BREAK SPACE}points</span>" not in page


def test_from_the_drawing_of_a_branch_one_goes_up_a_level(seen, cast):
    client = cast.client("ben")
    up = r'href="([^"]*)"><svg[^>]*><use[^>]*></use></svg> One level up'
    assert "One level up" not in text(client.get("/team/?view=diagram"))
    (first,) = re.findall(up, text(client.get("/team/1003/diagram/")))
    assert first == "/team/?view=diagram"
    (second,) = re.findall(up, text(client.get("/team/1004/diagram/")))
    assert second == "/team/1003/diagram/"
    assert {client.get(first).status_code, client.get(second).status_code} == {200}
