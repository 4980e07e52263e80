"""A close that is broken off at any point, in any way, and taken up again ends as if nothing had happened."""

import os
import re
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from commissions.models import Run, Transfer
from commissions.operations import estimates, guards
from commissions.queries import audit
from common.operations.failpoints import Broken
from distributors.models import Notice
from tests.commissions.conftest import at
from tests.faults import worlds

ROOT = Path(__file__).resolve().parents[2]
CLOSE = ["close.drawn", "close.opened", "close.enqueued"]
RUN = ["run.compute", "run.check", "run.store", "run.storing", "run.review"]
SEAL = [
    "seal.posting", "seal.posted", "seal.promoting", "seal.promoted", "seal.notifying", "seal.finished",
]  # fmt: skip
CORRECT = ["correct.computed", "correct.storing", "seal.correcting"]
ESTIMATE = ["estimate.computed", "estimate.replacing"]
PLACES = [*CLOSE, *RUN, *SEAL]
HOW = ["raise", "lose", "kill"]


def test_every_place_is_tried():
    said = set()
    for path in (ROOT / "commissions").rglob("*.py"):
        said |= set(re.findall(r'failpoint\(f?"([a-z_.{}]+)"', path.read_text()))
    said.remove("run.{stage}")
    assert said | set(RUN) == {*PLACES, *CORRECT, *ESTIMATE}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("place", PLACES)
def test_broken_at_any_point_it_ends_the_same(world, monkeypatch, place, how):
    with world.copy(worlds.APPROVED if place in SEAL else worlds.OPEN):
        monkeypatch.setenv("FAILPOINT", f"{place}:{how}")
        if how == "kill":
            assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
        else:
            break_off(place)
        monkeypatch.delenv("FAILPOINT")
        assert audit.everything() == [], "What is half done was taken for a contradiction"
        worlds.again()
        assert world.differences() == []
        assert audit.everything() == []


def break_off(place):
    try:
        worlds.walk()
    except (Broken, DatabaseError):
        # Whoever draws the line hears of it; so does a worker that has lost its own with only the job to be ended.
        assert place in [*CLOSE, "seal.finished"]
        # Whoever goes on is another process, with a connection of its own.
        connection.close()


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("place", CORRECT)
def test_a_correction_broken_at_any_point_ends_the_same(world, monkeypatch, place, how):
    corrected = world.corrected()
    with world.copy(worlds.FINAL):
        monkeypatch.setenv("FAILPOINT", f"{place}:{how}")
        if how == "kill":
            assert worlds.ended(worlds.fork(worlds.put_right)) == -signal.SIGKILL
        else:
            worlds.put_right()
        monkeypatch.delenv("FAILPOINT")
        assert audit.everything() == [], "What is half done was taken for a contradiction"
        assert worlds.books(kind="correct") != corrected
        worlds.put_right(worlds.CORRECTED + timedelta(hours=1))
        assert worlds.differences(worlds.books(kind="correct"), corrected) == []
        assert audit.everything() == []


def test_the_accidents_are_noticed(world):
    """The control: books that lack one transfer, or one notice, are other books."""
    for model in (Transfer, Notice):
        with world.copy(worlds.FINAL):
            guards.lift()
            model.objects.filter(pk=model.objects.latest("pk").pk).delete()
            assert world.differences()


@pytest.mark.django_db
@pytest.mark.parametrize("place", ESTIMATE)
def test_a_broken_refresh_leaves_the_estimate_before(october, monkeypatch, place):
    before = estimates.refresh(now=at(10, 20))
    october.sell("eva", 1, at(10, 21))
    monkeypatch.setenv("FAILPOINT", f"{place}:raise")
    with pytest.raises(Broken):
        estimates.refresh(now=at(10, 22))
    assert Run.objects.get(state="estimate").pk == before.pk
    assert before.items.exists()


# --- for those who start processes of their own on the test's database ------------------------------------------------


def _environment(**more):
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"])
    return {**os.environ, "DATABASE_URL": url, "REDIS_URL": "", **more}
