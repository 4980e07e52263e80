"""The shortest way to a rank: the least that is missing, nothing counted twice, and it leads there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.operations import estimates, summing
from commissions.queries import members, way
from tests import cast as company
from tests.commissions.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["read from tables", "out of everybody of the run"], autouse=True)
def how(request, monkeypatch):
    """A small team is read, a great one is cut out of its run: the way is the same."""
    if request.param != "read from tables":
        monkeypatch.setattr(summing, "MANY_PEOPLE", 0)


def refreshed(person):
    estimates.refresh(now=at(10, 20))
    return way.of_person(person_id=person.pk, months=members.months())


def told(found):
    return [
        (step.kind, step.missing, step.leg and step.leg.name, step.person and step.person.name, step.rank)
        for step in found.shortest
    ]


def test_what_a_leg_brings_counts_towards_the_rest(october, cast):
    """Ben, Builder, has 1,054.00 in all, 806.00 of it in Cleo's leg. A Leader has 2,500.00, of it 1,000.00 outside
    the strongest leg, and two legs with a Builder. Gus, 676.00 short of a Builder's group, brings these."""
    found = refreshed(cast.ben)
    assert found.standing.next_rank.label == "Leader"
    assert told(found) == [
        ("leg", 0, "Cleo Vermeer", "Cleo Vermeer", "Builder"),
        ("leg", 0, "Gus Vermeer", "Gus Vermeer", "Builder"),
        ("outside", 7_600, "Cleo Vermeer", None, ""),
        ("group", 69_400, None, None, ""),
    ]
    assert [(lack.label, lack.missing) for lack in found.shortest[1].lacks] == [
        ("Group volume", 67_600),
        ("Legs with an active person", 2),
    ]


def test_a_suspended_person_is_nobodys_way(october, cast):
    october.sell("gus", 30, at(10, 12))
    names = [step.leg.name for step in refreshed(cast.ben).shortest if step.kind == "leg"]
    assert "Hana Vermeer" not in names


def test_the_way_leads_there(october, cast):
    """Dan lacks 118.00 and a second active leg; there is no other leg yet. Somebody joins under him and buys 124.00."""
    assert told(refreshed(cast.dan)) == [("legs", 1, None, None, ""), ("group", 11_800, None, None, "")]
    company.join(cast=cast, name="jo", under="dan", number="1009", joined_at=at(10, 15))
    october.sell("jo", 3, at(10, 16))
    assert told(refreshed(cast.dan)) == [
        ("leg", 0, "Jo Vermeer", "Jo Vermeer", ""),
        ("group", 11_800 - 9_300 - 700, None, None, ""),
    ]
    october.sell("jo", 1, at(10, 17))
    assert refreshed(cast.dan).standing.rank.label == "Builder"


def test_the_queries_do_not_grow_with_the_team(october, cast):
    def asked():
        found = members.months()
        with CaptureQueriesContext(connection) as seen:
            way.of_person(person_id=cast.ben.pk, months=found)
        return len(seen)

    refreshed(cast.ben)
    few = asked()
    for at_number in range(8):
        company.join(
            cast=cast,
            name=f"more{at_number}",
            under="ben",
            number=str(2000 + at_number),
            joined_at=at(10, 15),
        )
        october.sell(f"more{at_number}", 1, at(10, 16))
    refreshed(cast.ben)
    assert asked() == few
