"""Every plan that ships runs a company through two months: closed, approved, posted, carried over and shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from commissions.core.plan import PlanError, load
from commissions.models import Carried, Line, Run, StatementItem
from commissions.operations import guards, periods, plans
from commissions.queries import audit
from distributors.models import Distributor, Placement, PlacementTree
from distributors.operations import placing
from tests.commissions.conftest import START, at, draft, finish

pytestmark = pytest.mark.django_db
PLANS = sorted((Path(__file__).resolve().parents[2] / "commissions/plans").glob("*.yaml"))
PIECES = {"eva": 14, "dan": 15, "finn": 40, "cleo": 24, "ben": 12, "ana": 10, "gus": 34}


def place_everybody(plan, now):
    for tree in plan.placements:
        placing.open_tree(
            name=tree.name,
            slots=list(tree.slots),
            positions_per_person=tree.positions_per_person,
            top_number="1001",
            now=now,
        )
    for person in Distributor.objects.order_by("number")[1:]:
        if PlacementTree.objects.exists():
            placing.newcomer(distributor_id=person.pk, now=now)


@pytest.fixture
def company(shop, request):
    document = request.param.read_text().replace("period: week", "period: month")
    plan = load(document)
    plans.adopt(document=document, now=START)
    place_everybody(plan, at(9, 1))
    periods.open_first(key="2026-10", now=at(10, 1))
    return shop


def sell(shop, month):
    for seller, pieces in PIECES.items():
        shop.sell(seller, pieces, at(month, 10))
    return shop.sell("eva", 6, at(month, 14), customer=True)


def pages_of(cast, name, key):
    """The statement and every item of it, as the person sees them."""
    client = cast.client(name)
    person = cast.people[name]
    yield client.get(f"/earnings/{key}/")
    yield client.get(f"/earnings/{key}/nothing/")
    for bonus in StatementItem.objects.filter(run__period__key=key, distributor=person).values_list(
        "bonus", flat=True
    ):
        yield client.get(f"/earnings/{key}/{bonus}/")


@pytest.mark.parametrize("company", PLANS, indirect=True, ids=lambda path: path.stem)
def test_two_months_of_every_plan(company, cast, time_machine):
    order = sell(company, 10)
    first = finish(cast, draft())
    assert first.state == Run.State.FINAL
    sell(company, 11)
    company.take_back(order, 2, at(11, 20))
    second = finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert (second.state, second.error) == (Run.State.FINAL, "")
    assert audit.everything() == []
    assert Line.objects.filter(run=second, corrects__isnull=False).exists()
    time_machine.move_to(at(12, 4) + timedelta(hours=1))
    for name in ("ana", "ben", "finn"):
        assert {page.status_code for page in pages_of(cast, name, "2026-11")} == {200}


def test_the_legs_of_a_binary_plan_are_carried_into_the_next_month(shop, cast, request):
    twin = (
        next(path for path in PLANS if path.stem == "twin")
        .read_text()
        .replace("period: week", "period: month")
    )
    plans.adopt(document=twin, now=START)
    place_everybody(load(twin), at(9, 1))
    periods.open_first(key="2026-10", now=at(10, 1))
    sell(shop, 10)
    run = finish(cast, draft())
    kept = Carried.objects.filter(run=run, kind=Carried.Kind.CARRY)
    assert kept.exists()
    before = {(row.position_id, row.slot): row.amount for row in kept}
    assert audit.everything() == []
    other = Placement.objects.exclude(owner_id=kept[0].distributor_id)[:1].values_list("pk", flat=True)[0]
    guards.lift()
    Carried.objects.filter(pk=kept[0].pk).update(position_id=other)
    said = [one for one in audit.everything() if one.startswith("P4 in 2026-10")]
    assert ["at a position that is not theirs" in one for one in said] == [True]
    Carried.objects.filter(pk=kept[0].pk).update(position_id=kept[0].position_id)
    guards.install()
    later = draft("2026-11", at(12, 2))
    after = {
        (row.position_id, row.slot): row.amount for row in Carried.objects.filter(run=later, kind="carry")
    }
    # Nobody is active in a month without orders: what is carried is what the plan says of the unqualified.
    assert after in ({}, before)


@pytest.mark.parametrize(
    ("says", "instead", "named"),
    [("period: month", "period: 4 weeks", "plan.period"), ("EUR", "JPY", "plan.currency")],
)
def test_what_the_portal_does_not_carry_out_is_not_adopted(db, says, instead, named):
    """It sells in one currency and exchanges nothing: 4,000 cents are not 4,000 yen."""
    linden = next(path for path in PLANS if path.stem == "linden").read_text()
    with pytest.raises(PlanError) as error:
        plans.adopt(document=linden.replace(says, instead), now=START)
    assert named in str(error.value)


CAP = "{limit: 40 EUR, over: [level_pay], method: pro_rata, leftover_cents: largest_remainder}"
CAPPED = f"\ngroup_rules: {{cap: {CAP}}}\n"


@pytest.mark.parametrize("pieces", [[6], [2, 4], [1, 1, 1, 1, 1, 1]])
def test_a_cap_shrinks_with_what_comes_back_and_leaves_nothing_of_a_full_return(shop, cast, pieces):
    linden = next(path for path in PLANS if path.stem == "linden").read_text()
    plans.adopt(document=linden + CAPPED, now=START)
    periods.open_first(key="2026-10", now=at(10, 1))
    for seller in ("ana", "ben", "cleo", "dan"):
        shop.sell(seller, 4, at(10, 9))
    order = shop.sell("eva", 6, at(10, 10))
    others = [shop.sell(seller, 4, at(10, 12)) for seller in ("finn", "gus")]
    run = finish(cast, draft())
    assert Line.objects.filter(run=run, kind=Line.Kind.GROUP).exists()
    for number, back in enumerate(pieces):
        month = 11 + number
        year, month = 2026 + (month - 1) // 12, (month - 1) % 12 + 1
        shop.take_back(order, back, at(month, 5, year=year))
        if number == len(pieces) - 1:
            for other in [
                *others,
                *order.__class__.objects.exclude(pk__in=[order.pk, *(one.pk for one in others)]),
            ]:
                shop.take_back(other, 4, at(month, 6, year=year))
        after = at(month % 12 + 1, 2, year=year + month // 12)
        finish(cast, draft(f"{year}-{month:02d}", after), after + timedelta(days=1))
    level_pay = StatementItem.objects.filter(bonus="level_pay")
    assert sum(level_pay.values_list("amount", flat=True)) == 0
    assert audit.everything() == []


ONCE = "{once: count(levels 1 to 1 in board) >= 3, gives: 5 EUR, again: never, then: new_position}"
AGAIN = f"bonuses:\n  again: {ONCE}\n"


def test_a_full_matrix_gives_its_owner_a_further_position_when_the_month_is_final(shop, cast):
    lattice = next(path for path in PLANS if path.stem == "lattice").read_text()
    document = lattice.replace("slots: 3,", "slots: 3, positions_per_person: 2,").replace("bonuses:\n", AGAIN)
    plans.adopt(document=document, now=START)
    place_everybody(load(document), at(9, 1))
    periods.open_first(key="2026-10", now=at(10, 1))
    sell(shop, 10)
    run = draft()
    asked = list(
        Carried.objects.filter(run=run, kind="position").values_list("distributor__number", flat=True)
    )
    assert asked
    assert not Placement.objects.filter(ordinal=2).exists()
    finish(cast, run)
    assert sorted(Placement.objects.filter(ordinal=2).values_list("owner__number", flat=True)) == sorted(
        asked
    )
    sell(shop, 11)
    assert finish(cast, draft("2026-11", at(12, 2)), at(12, 3)).state == Run.State.FINAL
    assert audit.everything() == []
