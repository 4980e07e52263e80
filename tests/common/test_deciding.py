"""What is said of a decision, and what a reason needs."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from common.deciding import ReasonForm, decide
from common.guards import user_id_of


class Refused(Exception):
    pass


@pytest.fixture
def request_():
    request = RequestFactory().post("/")
    request._messages = CookieStorage(request)
    return request


def fails():
    raise Refused("Somebody was first.")


def said(request) -> list[tuple[str, str]]:
    return [(one.level_tag, one.message) for one in get_messages(request)]


def test_what_was_done_is_said_with_what_came_of_it(request_):
    answer = decide(request_, lambda: "R1", said="Return {}".format, refused=Refused, to="home")
    assert answer["Location"] == "/"
    assert said(request_) == [("success", "Return R1")]


@pytest.mark.parametrize(("lost", "words"), [("", "Somebody was first."), ("Look again.", "Look again.")])
def test_a_refusal_is_said_and_nothing_else(request_, lost, words):
    decide(request_, fails, said="Done", refused=(Refused,), lost=lost, to="home")
    assert said(request_) == [("error", words)]


def test_an_error_that_is_no_refusal_is_not_hidden(request_):
    with pytest.raises(Refused):
        decide(request_, fails, said="Done", refused=LookupError, to="home")


def test_a_reason_of_spaces_is_none():
    form = ReasonForm(
        {"reason": " \u200b "}, action="/", label="Why", required="Say why.", button="No", name="no"
    )
    assert not form.is_valid()
    assert form.errors["reason"] == ["Say why."]


def test_a_visitor_has_no_login(request_):
    with pytest.raises(PermissionDenied):
        user_id_of(request_)
