"""A reader from elsewhere: the words in one language, the numbers in the reader's form."""

import re

import pytest
from django.conf import settings
from django.test import Client

from common import reader

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("asked", "found"),
    [("de-DE,de;q=0.9,en;q=0.8", "de_DE"), ("fr", "fr"), ("fr-ch", "fr_CH"), ("xx-YY,it;q=0.5", "it"), ("*", ""),
     ("", ""), ("en-GB", "en_GB"), ("zh-hans-cn", "zh_Hans_CN"), ("x" * 600 + ";q=NaN,-,*;q=9", "")],
)  # fmt: skip
def test_the_first_language_whose_numbers_are_known(asked, found):
    assert reader.first_known(asked) == found


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["de-DE,de;q=0.9", "fr-BE", "ar,he;q=0.5"])
def test_a_page_speaks_one_language(furnished, cast, asked):
    client = cast.client("ivo")
    for address in ("/", "/catalogue/", "/orders/"):
        here, there = (client.get(address, HTTP_ACCEPT_LANGUAGE=one).text for one in ("en-GB", asked))
        assert '<html lang="en" dir="ltr">' in there
        # What is left when numbers, and the signs about them, are taken out.
        assert wordings(here) == wordings(there)


@pytest.mark.django_db
def test_its_numbers_are_in_the_readers_form(furnished, cast):
    client = cast.client("eva")
    address = "/catalogue/"
    assert "€34.00" in client.get(address, HTTP_ACCEPT_LANGUAGE="en-US").text
    assert f"34,00{NBSP}€" in client.get(address, HTTP_ACCEPT_LANGUAGE="de-DE,en;q=0.5").text
    assert "€34.00" in client.get(address).text


def test_nobody_is_asked_for_outside_a_page():
    before = reader.locale()
    Client().get("/healthz/live", HTTP_ACCEPT_LANGUAGE="de")
    assert reader.locale() == before == settings.COMPANY_LOCALE


def wordings(page):
    """The words of a page in their order."""
    visible = re.sub(r"<(script|style|svg|title)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.findall(r"[^\W\d_]{2,}", visible)


@pytest.mark.django_db
def test_a_reason_writes_its_numbers_as_the_table_beside_it(furnished, cast):
    client = cast.client("dan")
    address = "/earnings/2026-10/level_pay/1/"
    assert client.get(address).status_code == 200
    page = client.get(address, HTTP_ACCEPT_LANGUAGE="de-DE").text
    assert re.search(r"\d,\d\d", page)
    assert re.findall(r"\d\.\d\d\b", re.sub(r"<[^>]*>", " ", page)) == []
