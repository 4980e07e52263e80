"""Health addresses: alive, and ready to serve."""

import pytest
from django.db import DatabaseError

from mlmportal.views import health


def test_alive_needs_nothing(client):
    assert client.get("/healthz/live").json() == {"live": True}


@pytest.mark.django_db
def test_ready_when_migrated_and_cached(client):
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


@pytest.mark.django_db
def test_not_ready_without_a_database(client, monkeypatch):
    class Broken:
        def __init__(self, *_):
            raise DatabaseError("gone")

    monkeypatch.setattr(health, "MigrationExecutor", Broken)
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")


@pytest.mark.django_db
def test_not_ready_when_the_cache_forgets(client, monkeypatch):
    monkeypatch.setattr(health.cache, "get", lambda *_: None)
    assert client.get("/healthz/ready").status_code == 503


def test_probes_change_nothing(client):
    assert client.post("/healthz/live").status_code == 405
