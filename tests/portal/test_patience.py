"""No page waits for the database for long; what it gave up is told as something to try again."""

import threading

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.test import RequestFactory

from mlmportal import patience
from mlmportal.middleware import LastResort
from sales.models import Books


@pytest.mark.django_db
def test_a_web_server_s_connections_have_limits():
    patience.limit(connection)
    if connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            for name, milliseconds in patience.LIMITS.items():
                cursor.execute("SELECT setting FROM pg_settings WHERE name = %s", [name])
                assert int(cursor.fetchone()[0]) == milliseconds
    finally:
        with connection.cursor() as cursor:
            for name in patience.LIMITS:
                cursor.execute(f"SET {name} = DEFAULT")


class GaveUp(Exception):
    def __init__(self, **known):
        self.__dict__.update(known)


@pytest.mark.parametrize(
    "how", [{"sqlstate": "55P03"}, {"sqlstate": "40P01"}, {"sqlite_errorname": "SQLITE_BUSY"}]
)
def test_what_the_database_gave_up_may_be_tried_again(how):
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = GaveUp(**how)
    answer = LastResort(lambda _: None).process_exception(RequestFactory().get("/"), error)
    assert answer.status_code == 503
    assert "try again in a moment" in answer.content.decode()


def test_what_broke_otherwise_is_a_fault():
    answer = LastResort(lambda _: None).process_exception(RequestFactory().get("/"), OperationalError("gone"))
    assert answer is None


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_somebody_keeps_is_given_up():
    """On SQLite nobody keeps a lock while another may write: the second waits at the door."""
    if connection.vendor != "postgresql":
        return
    Books.objects.create(pk=1, shut_until="2026-01-01T00:00Z")
    held, done, said = threading.Event(), threading.Event(), []

    def keep():
        with transaction.atomic():
            Books.objects.select_for_update().get(pk=1)
            held.set()
            done.wait(timeout=10)
        connections.close_all()

    keeper = threading.Thread(target=keep)
    keeper.start()
    held.wait(timeout=5)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 100")
    try:
        with transaction.atomic():
            Books.objects.select_for_update().get(pk=1)
    except OperationalError as error:
        said.append(LastResort(lambda _: None).process_exception(RequestFactory().get("/"), error))
    finally:
        done.set()
        keeper.join()
        connection.close()
    assert [answer.status_code for answer in said] == [503]


def test_celery_ends_a_task_before_its_message_comes_again():
    if settings.REDIS_URL:
        waits = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
        assert waits > 2 * settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
