"""What answers beside the matrix carry; and that the matrix notices what an answer lacks and what looking writes."""

import pytest
from crispy_forms.helper import FormHelper
from django.test import Client
from django.utils import timezone

from distributors.operations import referrals
from tests.portal.hostile import quiet
from tests.portal.looking import missing, writes
from tests.portal.test_matrix import wrong

BESIDE_PAGES = (
    "/no-such-page/",
    "/static/no-such-file",
    "/static/css/tokens.css",
    "/a%00b",
    "/?q=%00",
    "/orders",
)


@pytest.mark.parametrize("path", BESIDE_PAGES)
def test_answers_beside_the_pages_are_guarded_too(db, path):
    assert missing(Client().get(path), signed_in=False) == []


def test_a_page_that_breaks_is_guarded_too(cast, monkeypatch):
    from mlmportal.views import sharing

    monkeypatch.setattr(sharing, "share", lambda **_: 1 / 0)
    client = cast.client("eva")
    client.raise_request_exception = False
    with quiet():
        answer = client.get("/sharing/")
    assert answer.status_code == 500
    assert missing(answer, signed_in=True) == []


def test_the_matrix_notices_what_an_answer_lacks(cast, furnished, settings):
    """The control: a policy that lets scripts in, and a page that may be kept."""
    assert wrong(cast, "self", ["home"], ("get",)) == []
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": ["'unsafe-inline'"]}}
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "no_store" not in name]
    (found,) = wrong(cast, "self", ["home"], ("get",))
    assert all(lack in found for lack in ("unsafe-", "no-store", "default-src 'none'"))


def test_the_matrix_notices_a_form_in_which_the_browser_refuses(cast, furnished, monkeypatch):
    from common import forms

    assert wrong(cast, "self", ["cart", "question-ask"], ("get",)) == []
    monkeypatch.setattr(forms, "_helper", lambda **_: FormHelper())
    (found,) = wrong(cast, "self", ["question-ask"], ("get",))
    assert "<form" in found


def test_the_matrix_notices_what_looking_writes(cast, furnished, monkeypatch):
    from mlmportal.views import sharing

    share = sharing.share

    def renewing(**given):
        referrals.renew(distributor_id=cast.eva.pk, now=timezone.now())
        return share(**given)

    assert wrong(cast, "self", ["sharing"], ("get",)) == []
    monkeypatch.setattr(sharing, "share", renewing)
    (found,) = wrong(cast, "self", ["sharing"], ("get",))
    assert "INSERT INTO distributors_referralcode" in found


def test_a_write_is_noticed(cast):
    with writes() as written:
        cast.client("eva").post("/sharing/renew/")
    assert set(written) == {"UPDATE distributors_referralcode", "INSERT INTO distributors_referralcode",
                            "UPDATE distributors_user"}  # fmt: skip
