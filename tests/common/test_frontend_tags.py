"""Numbers in the reader's words, links that may not exist, and every component drawn once."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, engines
from django.test import RequestFactory
from django.utils import translation

from common import samples
from common.listing import AtLeast
from common.templatetags import portal

NBSP = "\N{NO-BREAK SPACE}"


def render(source, path="/", **context):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    template = engines["django"].from_string(source).template
    return template.render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 123456|money }}", "€1,234.56"),
        ("{{ 123456|money_plain }}", "1,234.56"),
        ("{{ n|money }}", "−€6.48"),
        ("{{ 21244|signed_money }}", "+€212.44"),
        ("{{ 0|signed_money }}", "€0.00"),
        ("{{ n|signed_money_plain }}", "−6.48"),
        ("{{ 500|money:'JPY' }}", "JP¥500"),
        ("{{ 612840|volume:'GV' }}", f"6,128.40{NBSP}GV"),
        ("{{ 612840|volume }}", "6,128.40"),
        ("{{ 80000|rate }}", f"8{NBSP}%"),
        ("{{ 6128|percent_floor:8000 }}", f"76{NBSP}%"),
        ("{{ 7999|percent_floor:8000 }}", f"99{NBSP}%"),
        ("{{ 8001|percent_floor:8000 }}", f"100{NBSP}%"),
        ("{{ 0|percent_floor:0 }}", f"100{NBSP}%"),
        ("{{ 104233|grouped }}", f"104{NBSP}233"),
        ("{{ 'Marit van Aalto'|initials }}", "MA"),
        ("{{ ''|initials }}", ""),
        ("{{ none|money }}", ""),
    ],
)
def test_numbers_as_people_read_them(source, text):
    with translation.override("en"):
        assert render(source, n=-648, none=None) == text


def test_an_amount_follows_the_reader_and_keeps_the_currency():
    with translation.override("de"):
        assert render("{{ 123456|money }}") == f"1.234,56{NBSP}€"


def test_the_symbol_of_a_big_amount_is_set_apart():
    with translation.override("en"):
        assert '<span class="symbol">€</span>1,234.56' in render("{% big_money 123456 %}")


def test_a_missing_page_leaves_no_entry():
    assert render("{% nav_link 'no-such-page' 'Nothing' %}") == ""


def test_the_current_entry_is_marked():
    assert 'aria-current="page"' in render("{% nav_link 'styleguide' 'Guide' %}", nav="styleguide")


def test_another_entry_is_not():
    assert "aria-current" not in render("{% nav_link 'styleguide' 'Guide' %}", nav="home")


def test_words_of_an_entry_are_escaped():
    assert "<b>" not in render("{% nav_link 'styleguide' words %}", words="<b>")


def test_an_icon_alone_has_a_label_and_beside_a_word_none():
    assert 'aria-label="Search"' in portal.icon("search", "Search")
    assert 'aria-hidden="true"' in portal.icon("search")


def test_a_rank_is_filled_up_to_its_place():
    shown = render("{% rank 'Leader' 3 %}")
    assert (shown.count('class="step on"'), shown.count('class="step'), "Leader" in shown) == (3, 6, True)
    assert render("{% rank name step total %}", name="New", step=0, total=8).count('class="step"') == 8


def test_names_of_ranks_are_escaped():
    assert "<b>" not in render("{% rank name 1 %}", name="<b>")


@pytest.mark.parametrize(
    ("state", "word"), [("active", "Active"), ("at_risk", "At risk"), ("inactive", "Not active")]
)
def test_activity_has_its_word_beside_the_dot(state, word):
    shown = render("{% activity state %}", state=state)
    assert (shown.startswith(f'<span class="activity activity-{state}">'), word in shown) == (True, True)


def test_no_activity_is_nothing():
    assert render("{% activity '' %}") == ""


def test_a_count_that_is_a_least_is_written_as_a_number():
    assert render("{{ least|counted }}", least=AtLeast(10_000)) == "10,000"


def test_query_keeps_filters_and_changes_the_page():
    assert render("{% query page=2 %}", path="/?rank=leader&page=1") == "?rank=leader&amp;page=2"


def test_a_chart_shows_its_table_when_asked():
    page = render("{% chart drawing %}", path="/?earnings=table", drawing=samples.earnings())
    assert '<svg class="chart"' not in page
    assert "617.60" in page


def test_a_chart_is_drawn_twice_otherwise():
    assert render("{% chart drawing %}", drawing=samples.earnings()).count('class="chart"') == 2


def test_the_sum_of_the_sample_items_is_their_month():
    assert sum(item["amount"] for item in samples.ITEMS) == samples.context()["october"]


def test_the_sample_levels_make_their_item():
    level = next(item for item in samples.ITEMS if item["id"] == "level")
    assert sum(line["amount"] for line in level["inside"]) == level["amount"]
    assert all(line["points"] * line["rate"] == line["amount"] * 10**6 for line in level["inside"])


def test_the_living_page_shows_every_component(client):
    page = client.get("/styleguide/")
    drawn = {template.name for template in page.templates}
    frame = {"head", "mark", "messages", "nav", "nav_more", "person_block", "pagination", "field"}
    missing = {
        path.name
        for path in (portal.settings.BASE_DIR / "templates" / "components").glob("*.html")
        if f"components/{path.name}" not in drawn and path.stem not in frame
    }
    assert (page.status_code, missing) == (200, set())


def test_hostile_words_in_a_component_stay_words():
    source = '{% include "components/news_row.html" with name=w title=w text=w when=w only %}'
    assert "<script" not in render(source, w="<script>alert(1)</script>")


def test_errors_have_pages_of_their_own(client):
    page = client.get("/no/such/page")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.content.decode()
