"""Without Redis and without a mail server people still sign in, join and order."""

import re
import socket
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone

from commissions import tasks
from common import cache as enduring
from common.operations import jobs
from distributors.models import Distributor, Enrolment
from mlmportal.celery import app
from sales.models import Order
from tests.cast import PASSWORD
from tests.portal.test_accounts_join import DETAILS, DISTRIBUTOR

PAPERS = {"read_disclosure": "on", "accept_agreement": "on"}


@pytest.fixture
def nobody_there():
    """A port nothing listens at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def swallows():
    """A port that takes what is sent and says nothing: worse than nobody."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(50)
        yield f"redis://127.0.0.1:{sock.getsockname()[1]}/0"


def lose_redis(settings, monkeypatch, address, backend="common.cache.EnduringRedisCache"):
    monkeypatch.setattr(enduring, "_away_until", [0.0])
    LocMemCache("stand-in", {}).clear()
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": address}}


@pytest.fixture(params=["nobody_there", "swallows"])
def redis_lost(request, settings, monkeypatch):
    lose_redis(settings, monkeypatch, request.getfixturevalue(request.param))


def sign_in(client, password=PASSWORD):
    return client.post("/accounts/login/", {"login": "eva@example.com", "password": password})


def test_signing_in_without_redis(cast, redis_lost):
    assert sign_in(Client())["Location"] == "/"


def test_djangos_own_cache_would_keep_people_out(cast, settings, monkeypatch, nobody_there):
    """The control."""
    lose_redis(settings, monkeypatch, nobody_there, "django.core.cache.backends.redis.RedisCache")
    with pytest.raises(RedisGone):
        sign_in(Client())


def test_passwords_cannot_be_guessed_without_redis(cast, redis_lost):
    """This process counts: the sixth wrong password is refused, and then even the right one."""
    client = Client()
    for _ in range(10):
        sign_in(client, "wrong")
    assert b"Too many" in sign_in(client).content


def test_joining_without_redis(cast, redis_lost):
    client = Client()
    client.get("/r/eva-code")
    client.post("/join/distributor/", PAPERS)
    assert client.post(DISTRIBUTOR, DETAILS)["Location"] == "/accounts/confirm-email/"
    path = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body).group(1)
    client.post(path)
    assert Distributor.objects.filter(profile__user__email="mara@example.com").exists()


def test_ordering_without_redis(cast, furnished, redis_lost):
    client = cast.client("eva")
    page = client.get("/catalogue/").content.decode()
    client.post(re.search(r"/cart/\d+/add/", page)[0], {"quantity": "2"})
    token = re.search(r'name="token" value="([^"]+)"', client.get("/cart/").content.decode())[1]
    before = Order.objects.count()
    client.post("/cart/order/", {"token": token, "purpose": "own_use"})
    assert Order.objects.count() == before + 1


def test_every_first_page_opens_without_redis(cast, furnished, redis_lost):
    for name, path in (("eva", "/"), ("eva", "/team/"), ("ivo", "/"), ("quinn", "/staff/months/")):
        assert cast.client(name).get(path).status_code == 200


def test_only_the_first_question_waits(settings, monkeypatch, swallows):
    lose_redis(settings, monkeypatch, swallows)
    cache.set("one", 1)
    asked: list[object] = []
    monkeypatch.setattr(Redis, "execute_command", lambda *words, **_: asked.append(words))
    assert [cache.get("one"), cache.get_many(["one"]), cache.incr("one")] == [1, {"one": 1}, 2]
    assert asked == []


def test_one_client_of_redis_answers_all_that_is_read(settings, monkeypatch, nobody_there):
    lose_redis(settings, monkeypatch, nobody_there)
    monkeypatch.setattr(Redis, "execute_command", lambda *_, **__: None)
    made: list[object] = []
    begin = Redis.__init__
    monkeypatch.setattr(Redis, "__init__", lambda self, **how: made.append(self) or begin(self, **how))
    for _ in range(3):
        cache.get("one")
    assert len(made) == 1


def test_ready_says_that_redis_is_away(client, db, redis_lost):
    answer = client.get("/healthz/ready")
    assert answer.status_code == 200
    assert "Redis is away" in answer.json()["cache"]


@pytest.mark.parametrize("lost", ["nobody_there", "swallows"])
def test_a_broker_that_is_away_keeps_nobody_waiting(request, monkeypatch, caplog, lost):
    """It is given up: without a limit on the socket this would never come back from a broker that says nothing."""
    monkeypatch.setattr(app.conf, "broker_url", request.getfixturevalue(lost))
    monkeypatch.setattr(jobs, "_wakers", [tasks.wake])
    jobs.wake(after=timedelta())
    assert "Nobody could be woken" in caplog.text


@pytest.fixture
def no_mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


@pytest.fixture
def reader(cast):
    client = Client()
    client.get("/r/eva-code")
    client.post("/join/distributor/", PAPERS)
    return client


def test_without_a_mail_server_the_account_stays_and_the_person_is_told(cast, reader, no_mail_server):
    page = reader.post(DISTRIBUTOR, DETAILS, follow=True).content.decode()
    assert Enrolment.objects.filter(user__email="mara@example.com").exists()
    assert "could not be sent just now" in page
    assert "sign in with your password: then the message is sent again" in page
    assert "mail sent to" not in page


def test_a_known_address_is_told_the_same(cast, reader, no_mail_server):
    known = reader.post(DISTRIBUTOR, {**DETAILS, "email": "eva@example.com"}, follow=True).content.decode()
    assert "could not be sent just now" in known


def test_signing_in_later_sends_the_mail_again(cast, reader, settings):
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 9,
    )  # fmt: skip
    reader.post(DISTRIBUTOR, DETAILS)
    settings.EMAIL_BACKEND = works
    cache.clear()  # some minutes later
    Client().post("/accounts/login/", {"login": "mara@example.com", "password": DETAILS["password"]})
    assert [message.to for message in mail.outbox] == [["mara@example.com"]]
    assert not EmailAddress.objects.get(email="mara@example.com").verified
