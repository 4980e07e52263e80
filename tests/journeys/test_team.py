"""The team's outline: by hand, by keys, and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def measured(cast):
    """Everybody below Ana has bought this month, and it was measured."""
    month, balm = company.start(cast, back=0)
    for name in ("ben", "cleo", "dan", "eva"):
        company.buy(cast, name, product_id=balm, at=month.starts_at)
    company.measure()


def row(page, name):
    return page.get_by_role("treeitem").filter(has_text=name).first


def test_branches_open_and_a_person_is_shown(measured, signed_in, look):
    page = signed_in("ana")
    page.goto("/team/")
    expect(row(page, "Cleo")).to_have_count(0)
    row(page, "Ben").locator("[data-tree-open]").click()
    row(page, "Cleo").locator("[data-tree-open]").click()
    expect(row(page, "Dan")).to_have_attribute("aria-level", "3")
    look(page, "team", themes=("light", "dark"))
    row(page, "Dan").locator("[data-tree-link]").click()
    page.wait_for_url("**/team/1004/**")
    look(page, "team-person")


def test_keys_walk_the_outline(measured, signed_in):
    page = signed_in("ana")
    page.goto("/team/")
    row(page, "Ben").focus()
    page.keyboard.press("ArrowRight")
    expect(row(page, "Ben")).to_have_attribute("aria-expanded", "true")
    expect(row(page, "Ben")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row(page, "Cleo")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(row(page, "Gus")).to_be_focused()
    page.keyboard.press("Home")
    expect(row(page, "Ben")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "Cleo")).to_have_count(0)
    expect(row(page, "Ben")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/team/1002/**")


def test_a_row_is_one_stop_of_the_tab_key(measured, signed_in):
    page = signed_in("ana")
    page.goto("/team/")
    row(page, "Ben").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[role=tree] :focus")).to_have_count(0)


def test_a_branch_opens_without_script(measured, signed_in):
    page = signed_in("ana", java_script_enabled=False)
    page.goto("/team/")
    page.locator("[data-tree-open]").first.click()
    expect(page.locator("[data-tree-link]").filter(has_text="Cleo")).to_be_visible()
    page.locator("[data-tree-link]").filter(has_text="Cleo").click()
    expect(page).to_have_url(re.compile("/team/1003/"))


def test_a_search_finds_a_person_and_the_way_to_them(measured, signed_in, look):
    page = signed_in("ana")
    page.goto("/team/")
    box = page.get_by_role("search").get_by_role("searchbox").first
    box.fill("eva")
    box.press("Enter")
    expect(page.get_by_text("1 person found")).to_be_visible()
    look(page, "team-found")


def test_as_a_table_and_as_a_file(measured, signed_in, look):
    page = signed_in("ana")
    page.goto("/team/?view=table")
    expect(page.get_by_role("row").filter(has_text="Eva")).to_be_visible()
    look(page, "team-table")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as file:
        page.get_by_role("link", name="As CSV").click()
    assert "Eva" in file.value.path().read_text(encoding="utf-8-sig")


def test_the_diagram_is_walked_by_keys(measured, signed_in, look):
    page = signed_in("ana")
    page.goto("/team/?view=diagram")
    look(page, "team-diagram", themes=("light", "dark"))
    page.get_by_role("link", name=re.compile("^Ben Vermeer")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/team/1002/diagram/")
    expect(page.get_by_role("heading", name="Branch of Ben Vermeer")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_view_is_kept_without_script(measured, signed_in):
    page = signed_in("ana", java_script_enabled=False)
    page.goto("/team/?view=table")
    page.get_by_text("Filters and columns").click()
    page.get_by_label("Activity", exact=True).first.select_option("inactive")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Keep this view under a name").click()
    page.get_by_label("Name of this view").fill("Asleep")
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_role("link", name="Asleep")).to_have_attribute("aria-current", "true")
