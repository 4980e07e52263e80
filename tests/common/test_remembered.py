"""A world that is put back is the one that was built, and is built anew wherever it might be another."""

import pytest
from django.db import connection

from distributors.models import Distributor, User
from sales.models import Order
from tests import remembered
from tests.commissions.conftest import at, cast, october, plan, shop
from tests.remembered import memory, photograph

__all__ = ["cast", "october", "plan", "shop"]
# One process runs all of them, one after the other.
pytestmark = pytest.mark.xdist_group("remembered")
BUILT: list[str] = []
SEEN: list[dict[str, remembered.Rows]] = []


@pytest.fixture
@remembered.remembered
def renamed(cast):
    """Something changed, something new and something gone."""
    BUILT.append("renamed")
    User.objects.filter(pk=cast.users["eva"].pk).update(email="eva@example.org")
    cast.users["rolf"].profile.delete()
    User.objects.create_user(email="new@example.com", password="a-good-long-password")
    return cast, User.objects.get(email="eva@example.org")


@pytest.fixture
def something_before(db):
    User.objects.create_user(email="first@example.com", password="a-good-long-password")


@pytest.fixture
def patched(monkeypatch):
    monkeypatch.setattr(Order, "told", "patched", raising=False)


@pytest.fixture
def at_first_nothing_known():
    if not SEEN:
        memory.forget()


@pytest.mark.parametrize("time", [1, 2, 3])
def test_every_row_is_there_again(at_first_nothing_known, october, time):
    """The first time it is built; what it was then it is again, to the byte, with its moments of sign-up."""
    SEEN.append(photograph())
    assert SEEN[-1] == SEEN[0]
    assert sum(map(len, SEEN[0].values())) > 100
    assert memory.chain[-1].endswith(".october")


@pytest.mark.parametrize("time", [1, 2])
def test_what_is_put_back_works(october, time):
    order = october.sell("eva", 2, at(10, 20))
    october.take_back(order, 1, at(10, 21))
    assert Distributor.objects.get(number="1005").sales.count() == 3
    connection.check_constraints()


@pytest.mark.parametrize("time", [1, 2])
def test_what_was_changed_and_what_is_gone_is_so_again(renamed, cast, time):
    given, eva = renamed
    assert given is cast
    assert eva is not cast.users["eva"]
    assert eva.email == "eva@example.org"
    assert not User.objects.filter(email="rolf@example.com", profile__isnull=False).exists()
    assert User.objects.filter(email="new@example.com").exists()
    eva.email = "of this test alone"
    assert BUILT == ["renamed"]


def test_upon_something_else_it_is_built_anew(something_before, cast):
    assert memory.chain == ()
    assert User.objects.filter(email="first@example.com").exists()
    assert cast.eva.number == "1005"


def test_beside_something_patched_it_is_built_anew(patched, cast):
    assert memory.chain == ()
    assert cast.eva.number == "1005"


def test_what_a_test_writes_is_not_remembered(cast, request):
    Distributor.objects.filter(pk=cast.eva.pk).update(status="suspended")
    assert memory.written
    request.getfixturevalue("october")
    assert memory.chain[-1].endswith(".cast")


@pytest.mark.django_db(transaction=True)
def test_where_tests_commit_nothing_is_put_back(cast):
    assert memory.chain == ()
    assert Distributor.objects.count() == 8
