"""Money given or taken by hand: with a reason, evidence and a second person, posted once, on the statement."""

import pytest
from django.db import IntegrityError, transaction

from commissions.models import Account, Adjustment, BooksCheck, Transfer
from commissions.operations import adjustments, freezing
from commissions.operations.permissions import NotAllowed
from commissions.queries import audit
from tests.commissions.conftest import at, draft, finish
from tests.commissions.test_views_months import fresh
from tests.portal.counting import queries
from tests.portal.policy import ADJUSTMENT

pytestmark = pytest.mark.django_db
ONE = f"/staff/adjustments/{ADJUSTMENT}/"


def ask(cast, amount=1_500, name="eva", by="paula", **changed):
    words = {"label": "Goodwill", "reason": "A parcel came late", "evidence": "Ticket 7"} | changed
    return adjustments.request(
        number=cast.people[name].number, amount=amount, by=cast.users[by].pk, now=at(10, 20), **words
    )


def approve(cast, made, by="quinn"):
    adjustments.approve(adjustment_id=made.pk, by=cast.users[by].pk, now=at(10, 21))
    made.refresh_from_db()
    return made


def balance(cast, kind, name="eva"):
    return (
        Account.objects.filter(kind=kind, owner=cast.people[name]).values_list("balance", flat=True).first()
    )


def test_asking_posts_nothing(october, cast):
    ask(cast)
    assert not Transfer.objects.exists()


def test_approving_posts_it_in_the_open_month(october, cast):
    made = approve(cast, ask(cast))
    transfer = Transfer.objects.get()
    assert (transfer.key, transfer.amount, transfer.period.key) == (f"adj:{made.pk}", 1_500, "2026-10")
    assert (made.state, made.period.key) == ("posted", "2026-10")
    assert balance(cast, "payable") == 1_500
    assert audit.everything() == []


def test_it_is_posted_once(october, cast):
    made = approve(cast, ask(cast))
    with pytest.raises(adjustments.AlreadyDecided):
        approve(cast, made)
    assert Transfer.objects.count() == 1


def test_what_cannot_be_covered_becomes_a_debt_and_is_paid_back(october, cast):
    approve(cast, ask(cast, amount=-2_000))
    assert (balance(cast, "payable"), balance(cast, "debt")) == (0, -2_000)
    approve(cast, ask(cast, amount=500))
    assert (balance(cast, "payable"), balance(cast, "debt")) == (0, -1_500)
    approve(cast, ask(cast, amount=9_000))
    assert (balance(cast, "payable"), balance(cast, "debt")) == (7_500, 0)
    assert audit.everything() == []


def test_a_close_after_it_keeps_the_books_right(october, cast):
    approve(cast, ask(cast, amount=-2_000))
    finish(cast, draft())
    assert audit.everything() == []


@pytest.mark.parametrize("deed", ["approve", "refuse"])
def test_who_asked_does_not_decide(october, cast, deed):
    made = ask(cast, by="quinn")
    more = {"reason": "No"} if deed == "refuse" else {}
    with pytest.raises(adjustments.SamePerson):
        getattr(adjustments, deed)(adjustment_id=made.pk, by=cast.users["quinn"].pk, now=at(10, 21), **more)


def test_the_database_refuses_it_too(october, cast):
    """The control of the check above: without the operation's question the database says no."""
    made = ask(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Adjustment.objects.filter(pk=made.pk).update(
            state="posted", decided_by=made.requested_by_id, decided_at=at(10, 21), period=october_period()
        )


def october_period():
    from commissions.models import Period

    return Period.objects.get(state="open")


@pytest.mark.parametrize(("deed", "who"), [("request", "rolf"), ("approve", "paula")])
def test_the_right_is_needed(october, cast, deed, who):
    made = ask(cast)
    with pytest.raises(NotAllowed):
        ask(cast, by=who) if deed == "request" else approve(cast, made, by=who)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"reason": " "}, "reason"), ({"evidence": ""}, "evidence"), ({"label": " "}, "label"), ({"amount": 0}, "amount"),
     ({"amount": 10**15 + 1}, "amount")],
)  # fmt: skip
def test_what_is_missing_is_named(october, cast, changed, field):
    with pytest.raises(adjustments.CannotAdjust) as found:
        ask(cast, **changed)
    assert found.value.field == field


def test_an_unknown_number_is_refused(october, cast):
    with pytest.raises(adjustments.CannotAdjust, match="Nobody"):
        adjustments.request(
            number="9",
            label="a",
            amount=1,
            reason="b",
            evidence="c",
            by=cast.users["paula"].pk,
            now=at(10, 20),
        )


def test_while_money_stands_still_nothing_is_posted(october, cast):
    made = ask(cast)
    check = BooksCheck.objects.create(
        which="fast", at=at(10, 20), milliseconds=1, transfer_count=0, last_transfer=0, transfer_sum=0
    )
    freezing.freeze(check=check, problems=["L3 something"], now=at(10, 20))
    with pytest.raises(freezing.Frozen):
        approve(cast, made)
    assert not Transfer.objects.exists()


def test_what_is_withdrawn_is_not_approved(october, cast):
    made = ask(cast)
    adjustments.withdraw(adjustment_id=made.pk, by=cast.users["paula"].pk, now=at(10, 21))
    with pytest.raises(adjustments.AlreadyDecided):
        approve(cast, made)


def test_the_pages_ask_decide_and_show(furnished, cast):
    sent = {
        "number": "1005",
        "label": "Bonus",
        "amount": "−12.50",
        "reason": "Paid twice",
        "evidence": "File 3",
    }
    answer = cast.client("paula").post("/staff/adjustments/", sent)
    assert Adjustment.objects.get(label="Bonus").amount == -1_250
    assert "somebody else decides" in cast.client("paula").get(answer["Location"]).content.decode()
    asked = cast.client("quinn").post(f"{ONE}approve/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert (
        "You are about to approve an adjustment."
        in cast.client("quinn").get(asked["Location"]).content.decode()
    )
    fresh(cast, "quinn").post(f"{ONE}approve/")
    assert Adjustment.objects.get(key=ADJUSTMENT).state == "posted"
    statement = cast.client("eva").get("/earnings/2026-11/").content.decode()
    assert "Goodwill" in statement
    assert "came three weeks late" in statement
    assert "+€15.00" in statement


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [("amount", "1e5", "cannot be read"), ("amount", "0", "cannot be nothing"), ("number", "9", "Nobody has"),
     ("evidence", " ", "Without evidence")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field(furnished, cast, field, typed, said):
    sent = {"number": "1005", "label": "Bonus", "amount": "1.00", "reason": "Why", "evidence": "File"}
    page = cast.client("paula").post("/staff/adjustments/", sent | {field: typed})
    assert said in page.content.decode()
    assert not Adjustment.objects.filter(label="Bonus").exists()


def test_a_refusal_needs_its_reason(furnished, cast):
    quinn = cast.client("quinn")
    assert "Say why it is refused" in quinn.post(f"{ONE}refuse/", {"reason": " "}).content.decode()
    quinn.post(f"{ONE}refuse/", {"reason": "No proof"})
    assert Adjustment.objects.get(key=ADJUSTMENT).note == "No proof"


def test_the_list_asks_no_more_for_more_of_them(furnished, cast):
    client = cast.client("paula")
    before = queries(lambda: client.get("/staff/adjustments/"))
    for name in ("ben", "dan", "finn"):
        ask(cast, name=name, by="quinn")
    assert queries(lambda: client.get("/staff/adjustments/")) == before
