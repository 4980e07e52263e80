"""Every page that speaks of earning says what distributors really were paid."""

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("furnished_company")

SENTENCE = "61 of every 100 distributors were paid nothing"
OF_NEWCOMERS = ("/r/eva-code", "/join/", "/join/distributor/", "/join/distributor/details/", "/people/eva-vermeer/",
                "/plan/", "/disclosure/")  # fmt: skip
OF_DISTRIBUTORS = ("/", "/earnings/", "/earnings/2026-10/", "/earnings/2026-10/nothing/", "/team/", "/team/?view=table",
                   "/sharing/", "/sharing/invitations/", "/sharing/page/", "/catalogue/", "/cart/", "/orders/",
                   "/plan/", "/notices/", "/placing/")  # fmt: skip


def silent(client, pages):
    found = {page: client.get(page) for page in pages}
    assert {answer.status_code for answer in found.values()} == {200}
    return [page for page, answer in found.items() if SENTENCE not in answer.content.decode()]


def test_before_somebody_joins(cast, furnished):
    client = Client()
    client.get("/r/eva-code")
    client.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
    assert silent(client, OF_NEWCOMERS) == []


def test_for_those_who_have_joined(cast, furnished):
    assert silent(cast.client("eva"), OF_DISTRIBUTORS) == []


def test_a_page_that_is_silent_is_noticed(cast, furnished):
    """The control: a customer's orders speak of no earning."""
    assert silent(cast.client("ivo"), ("/orders/",)) == ["/orders/"]
