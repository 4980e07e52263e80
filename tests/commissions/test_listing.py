"""Lists of the admin count their first rows, and say so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import listing
from common.listing import AtLeast, FirstOnes
from distributors.models import Distributor

PEOPLE = "/admin/distributors/distributor/"


def test_a_list_of_few_is_counted_to_the_end(cast):
    assert FirstOnes(Distributor.objects.all(), 3).count == Distributor.objects.count()


def test_a_list_of_many_is_counted_so_far(cast, monkeypatch):
    monkeypatch.setattr(listing, "MOST_COUNTED", 5)
    pages = FirstOnes(Distributor.objects.all(), 2)
    assert (pages.count, str(pages.count), pages.num_pages) == (5, "more than 5", 3)
    assert len(pages.page(3).object_list) == 1


def test_the_page_says_that_there_are_more(cast, monkeypatch):
    monkeypatch.setattr(listing, "MOST_COUNTED", 5)
    client = cast.client("root")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(PEOPLE).content.decode()
    assert "more than 5 distributors" in page
    counts = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
    assert counts
    assert all("LIMIT 6" in sql for sql in counts)


def test_a_number_beyond_which_nothing_was_counted_is_a_number():
    assert AtLeast(10_000) + 1 == 10_001
    assert str(AtLeast(10_000)) == "more than 10,000"


@pytest.mark.parametrize(
    ("address", "filters"), [(PEOPLE, "career_rank"), ("/admin/commissions/line/", "bonus")]
)
def test_no_filter_reads_everybody_to_know_what_there_is(october, cast, address, filters):
    client = cast.client("root")
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert f"?{filters}=" in client.get(address).content.decode()
    assert not [one["sql"] for one in asked if "DISTINCT" in one["sql"]]


def test_people_are_narrowed_to_a_career_rank(october, cast):
    client, someone = cast.client("root"), Distributor.objects.exclude(career_rank="").first()
    page = client.get(PEOPLE, {"career_rank": someone.career_rank}).content.decode()
    shown = [one.number for one in Distributor.objects.all() if f">{one.number}</span>" in page]
    assert shown == [
        one.number
        for one in Distributor.objects.order_by("number").filter(career_rank=someone.career_rank)
        if one.number in shown
    ]
    assert len(shown) == Distributor.objects.filter(career_rank=someone.career_rank).count()
