"""Why earnings are not paid out for now: said by one, ended by another, put aside and paid when a month is posted."""

import pytest
from django.db import IntegrityError, transaction

from commissions.models import Account, PlanVersion, Transfer, Withholding
from commissions.operations import plans, settling, withholding
from commissions.operations.permissions import NotAllowed
from commissions.queries import audit, withholdings
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries
from tests.portal.policy import WITHHELD

pytestmark = pytest.mark.django_db
PAGE = "/staff/withheld/"


def miss(cast, name="dan", reason="tax_form", by="paula", now=None):
    return withholding.withhold(
        number=cast.people[name].number,
        reason=reason,
        note="Send it.",
        by=cast.users[by].pk,
        now=now or at(10, 20),
    )


def end(cast, made, by="quinn", now=None):
    withholding.end(key=made.key, by=cast.users[by].pk, now=now or at(11, 20))


def balances(person):
    rows = dict(Account.objects.filter(owner=person).values_list("kind", "balance"))
    return rows.get("payable", 0), rows.get("withheld", 0)


@pytest.mark.parametrize("reason", Withholding.Reason.values)
def test_what_is_left_to_pay_is_put_aside_until_it_is_there(october, cast, reason):
    made = miss(cast, reason=reason)
    finish(cast, draft())
    payable, withheld = balances(cast.dan)
    assert (payable, withheld > 0) == (0, True)
    assert Transfer.objects.get(key=f"withhold:2026-10:{cast.dan.number}").amount == withheld
    assert balances(cast.ben)[1] == 0
    assert audit.everything() == []
    end(cast, made)
    # Until a month is posted nothing moves, and the books know why.
    assert audit.everything() == []
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert balances(cast.dan) == (withheld, 0)
    assert audit.everything() == []


def test_two_things_are_missing_and_one_comes(october, cast):
    form, _bank = miss(cast), miss(cast, reason="bank")
    finish(cast, draft())
    aside = balances(cast.dan)
    end(cast, form)
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert balances(cast.dan) == aside


def test_what_returns_take_is_taken_from_what_is_withheld(october, cast):
    """It is theirs: before anything becomes a debt it is used."""
    miss(cast)
    finish(cast, draft())
    october.take_back(cast.eva.sales.get(customer=None), 2, at(11, 20))
    before = balances(cast.dan)[1]
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    payable, withheld = balances(cast.dan)
    assert (payable, 0 < withheld < before) == (0, True)
    assert not Account.objects.filter(owner=cast.dan, kind="debt").exclude(balance=0).exists()
    assert audit.everything() == []


def test_without_the_reason_it_is_paid(october, cast, monkeypatch):
    """The control: the run does not ask what is missing."""
    monkeypatch.setattr(settling.withholdings, "open_now", lambda: Withholding.objects.none())
    miss(cast)
    finish(cast, draft())
    assert balances(cast.dan)[0] > 0


def test_withheld_without_a_reason_is_found(october, cast):
    miss(cast)
    finish(cast, draft())
    Withholding.objects.all().delete()
    assert [problem for problem in audit.everything() if problem.startswith("L6")]


def test_who_set_it_does_not_end_it(october, cast):
    made = miss(cast)
    with pytest.raises(withholding.CannotWithhold, match="Somebody else"):
        end(cast, made, by="paula")
    end(cast, made)
    with pytest.raises(withholding.CannotWithhold, match="already"):
        end(cast, made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Withholding.objects.filter(pk=made.pk).update(ended_by=cast.users["paula"])


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": "eva"}, ""), ({"reason": "bank"}, ""), ({"reason": "mood"}, "reason"), ({}, "reason")],
)  # fmt: skip
def test_a_reason_holds_once_for_a_person(october, cast, changed, field):
    miss(cast)
    if field:
        with pytest.raises(withholding.CannotWithhold) as error:
            miss(cast, **changed)
        assert error.value.field == field
    else:
        miss(cast, **changed)


def test_only_with_the_right(october, cast):
    with pytest.raises(NotAllowed):
        miss(cast, by="rolf")


def test_the_person_reads_why(furnished, cast, time_machine):
    time_machine.move_to(at(11, 20))
    miss(cast, name="dan", reason="bank", now=at(11, 12))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    time_machine.move_to(at(12, 4))
    page = cast.client("dan").get("/earnings/2026-11/").content.decode()
    assert "Yours, and withheld for now" in page
    assert "Your bank details are missing. Send it." in page
    assert (
        "Something is missing before you can be paid" in cast.client("dan").get("/earnings/").content.decode()
    )
    assert "withheld" not in cast.client("ben").get("/earnings/2026-11/").content.decode()
    assert withholdings.everybody()[0].number == cast.dan.number


def test_the_page_says_and_ends(furnished, cast):
    paula, quinn = cast.client("paula"), cast.client("quinn")
    assert "Send it to the office." in paula.get(PAGE).content.decode()
    sent = {"number": cast.dan.number, "reason": "identity", "note": ""}
    paula.post(PAGE, sent)
    assert Withholding.objects.get(distributor=cast.dan).set_by == cast.users["paula"]
    assert "said of them already" in paula.post(PAGE, sent).content.decode()
    assert "Nobody has" in paula.post(PAGE, sent | {"number": "9"}).content.decode()
    quinn.post(f"{PAGE}{WITHHELD}/end/")
    assert Withholding.objects.get(key=WITHHELD).ended_at is None
    paula.post(f"{PAGE}{WITHHELD}/end/")
    assert Withholding.objects.get(key=WITHHELD).ended_by == cast.users["paula"]


def test_the_page_asks_no_more_for_more_people(furnished, cast):
    client = cast.client("paula")
    before = queries(lambda: client.get(PAGE))
    for name in ("ben", "dan", "eva"):
        miss(cast, name=name, by="quinn")
    assert queries(lambda: client.get(PAGE)) == before


def test_less_than_the_smallest_payout_waits(october, cast, time_machine):
    document = PlanVersion.objects.get().document
    changed = document.replace("smallest_payout: 10 EUR", "smallest_payout: 100000 EUR")
    plans.adopt(document=changed, now=at(10, 2))
    finish(cast, draft())
    time_machine.move_to(at(11, 4))
    page = cast.client("ben").get("/earnings/2026-10/").content.decode()
    assert "is not paid out: it waits and is added to the next month." in page
