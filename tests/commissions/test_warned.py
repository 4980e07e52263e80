"""A warning says whom it is about: the first few by name on the month's page, everybody on a list of its own."""

import pytest

from commissions.models import Run, StatementItem
from commissions.queries import unusual
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries

pytestmark = pytest.mark.django_db
MONTH = "/staff/months/2026-11/"


@pytest.fixture
def november(october, cast):
    """Finn gives back what was sold in October, Gus and Eva sell much more, and one order of October came late."""
    finish(cast, draft())
    october.take_back(cast.finn.sales.get(), 10, at(11, 20))
    for seller, pieces in (("gus", 120), ("eva", 40), ("dan", 5), ("cleo", 4), ("ben", 4)):
        october.sell(seller, pieces, at(11, 5))
    october.sell("eva", 4, at(10, 30))
    return draft("2026-11", at(12, 2))


def page(cast, address):
    return cast.client("paula").get(address).content.decode()


def about(run, word):
    return next(one for one in run.warnings if one.get("about") == word)


def test_the_first_are_named_with_a_way_to_their_figures(november, cast):
    told = about(november, unusual.NEGATIVE)
    items = StatementItem.objects.filter(run=november, amount__lt=0)
    assert told["count"] == items.count() == len(page(cast, f"{MONTH}warnings/negative/").split("<tr>")) - 2
    assert told["sum"] == sum(items.values_list("amount", flat=True))
    assert len(told["first"]) == min(unusual.NAMED, told["count"])
    shown = page(cast, MONTH)
    for person, _bonus, _amount in told["first"]:
        number = next(one.number for one in cast.people.values() if one.pk == person)
        assert f'href="{MONTH}people/{number}/"' in shown


def test_the_rest_are_behind_a_link_with_their_sum(november, cast, monkeypatch):
    Run.objects.filter(pk=november.pk).update(
        warnings=[
            {**about(november, unusual.NEGATIVE), "first": about(november, unusual.NEGATIVE)["first"][:1]}
        ]
    )
    shown = page(cast, MONTH)
    assert f'href="{MONTH}warnings/negative/"' in shown
    assert "of them, −€" in shown


def test_who_earns_more_than_twice_stands_beside_what_they_earned(november, cast):
    told = about(november, unusual.LEAPS)
    shown = page(cast, f"{MONTH}warnings/leaps/")
    assert told["count"] == shown.count('<th scope="row"') > 0
    assert "November" in shown
    assert "October" in shown


def test_a_late_order_leads_to_its_record(november, cast):
    told = about(november, unusual.LATE_ORDERS)
    ((pk, number),) = told["first"]
    for address in (MONTH, f"{MONTH}warnings/late-orders/"):
        assert f'<a href="/admin/sales/order/{pk}/change/">{number}</a>' in page(cast, address)


def test_what_no_warning_is_about_is_empty_or_not_there(november, cast):
    assert "This run holds none of them." in page(cast, f"{MONTH}warnings/late-returns/")
    for address in (f"{MONTH}warnings/odd/", "/staff/months/1999-01/warnings/negative/"):
        assert cast.client("paula").get(address).status_code == 404


def test_a_sentence_kept_by_an_earlier_version_is_still_shown(november, cast):
    Run.objects.filter(pk=november.pk).update(warnings=["The total is unusual."])
    assert "The total is unusual." in page(cast, MONTH)


def test_a_longer_list_asks_no_more(november, cast, settings):
    client = cast.client("paula")
    settings.LARGE_ITEM = 10_000_000
    few = queries(lambda: client.get(f"{MONTH}warnings/large/"))
    settings.LARGE_ITEM = 0
    assert queries(lambda: client.get(f"{MONTH}warnings/large/")) <= few + 3  # names, and the plan's words
