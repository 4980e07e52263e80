"""The letters of the demo stand on a page, and nowhere else."""

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client

pytestmark = pytest.mark.django_db
ADDRESS = "/demo/mail/"


@pytest.fixture
def sent(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)

    def send(to: str, subject: str, body: str) -> None:
        EmailBackend(file_path=str(tmp_path)).send_messages([EmailMessage(subject, body, to=[to])])

    return send


def page(client=None, **asked):
    return (client or Client()).get(ADDRESS, asked).content.decode()


def test_a_letter_is_shown_with_links_to_press(sent):
    sent(
        "mila@example.net",
        "Grüße of Ines – an invitation",
        "Good day,\n\nhttp://localhost:8000/invited/abc/\n",
    )
    shown = page()
    assert "Grüße of Ines – an invitation" in shown
    assert 'href="http://localhost:8000/invited/abc/"' in shown
    assert "----" not in shown


def test_the_letters_of_one_address_are_found(sent):
    sent("mila@example.net", "One", "1")
    sent("jan@example.net", "Two", "2")
    shown = page(to="Mila@example.net")
    assert "One" in shown
    assert "Two" not in shown
    assert "Nothing was sent to nobody@example.net lately." in page(to="nobody@example.net")


def test_what_a_letter_says_is_text(sent):
    sent("mila@example.net", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    assert "<script>alert(1)" not in page()
    assert "<img src=x" not in page()


def test_a_portal_in_use_has_no_such_page(settings, sent):
    sent("mila@example.net", "One", "1")
    settings.SHOWS_MAIL = False
    assert Client().get(ADDRESS).status_code == 404
    assert ADDRESS not in Client().get("/accounts/login/").content.decode()


def test_nothing_yet(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "missing")
    assert "What the portal sends appears here" in page()
