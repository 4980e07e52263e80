"""Killed with -9 while people join and move: nothing is half done, nothing that was acknowledged is lost."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connections

from distributors import tree
from tests.distributors.people import LATER, batch
from tests.distributors.test_enrolment_killed import address

# Carrying comes last: the move before it stays done.
PLACES = ["joining", "spreading", "moving", "the truth", "rolling up", "numbering", "carrying"]
# The others write with one statement, or may be done twice.
NEED_A_TRANSACTION = ["joining", "moving", "the truth"]


def run(*arguments):
    """In a process of its own, on this test's database."""
    connections.close_all()
    told = subprocess.run(
        [sys.executable, "-m", "tests.distributors.killing", *arguments],
        env=os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "mlmportal.settings"},
        capture_output=True,
        check=False,
        timeout=600,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout.splitlines()[-1])


@pytest.fixture
def company(transactional_db):
    tree.plant(people=batch([None, 0, 0, *[1] * 8, *range(3, 11), *[2] * 4]))


def test_killed_twenty_five_times(company):
    assert run("often", "25", "1") == {"kills": 25, "lost": [], "wrong": []}
    assert tree.check(now=LATER) == tree.history_problems() == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_killed_a_hundred_times(company, seed):
    assert run("often", "100", str(seed)) == {"kills": 100, "lost": [], "wrong": []}


def test_killed_in_the_middle_of_each_operation(company):
    assert run("whole", *PLACES) == {place: [] for place in PLACES}


@pytest.mark.parametrize("place", NEED_A_TRANSACTION)
def test_without_the_transaction_it_would_be_half_done(company, place):
    """The control."""
    assert run("bare", place)[place]
