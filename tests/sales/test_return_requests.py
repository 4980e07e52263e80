"""A buyer asks to return goods; the company accepts it with a booked return, or says why not."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction

from sales.models import Order, OrderLine, Return, ReturnRequest
from sales.operations import orders, return_requests
from sales.operations.return_requests import Back
from sales.queries.terms import company_day
from tests.portal.counting import queries
from tests.sales import factories as make

SHIPPED = make.NOON + timedelta(days=1)
DAY = company_day(moment=SHIPPED)


@pytest.fixture
def evas(cast):
    order = make.order(cast.eva, (make.product(), 3), paid_at=make.NOON)
    orders.ship(order_id=order.pk, now=SHIPPED)
    return order


@pytest.fixture
def now():
    with time_machine.travel(SHIPPED + timedelta(days=3), tick=False):
        yield SHIPPED + timedelta(days=3)


def ask(order, quantity=2, *, at: datetime = SHIPPED, today=DAY):
    line = order.lines.get()
    return return_requests.ask(
        order_id=order.pk, lines=[Back(line.pk, quantity)], reason="Broken", now=at, today=today
    )


def test_from_asking_to_the_return(cast, evas, now):
    eva, paula = cast.client("eva"), cast.client("paula")
    answer = eva.post(f"/orders/{evas.number}/return/", {"line_1": "2", "reason": "The lid is broken"})
    assert answer["Location"] == f"/orders/{evas.number}/"
    key = ReturnRequest.objects.get().key
    assert b"Waits for an answer" in eva.get(f"/orders/{evas.number}/").content
    assert b"The lid is broken" in paula.get(f"/staff/returns/{key}/").content
    paula.post(f"/staff/returns/{key}/accept/", {"yes-answer": "Send it to Ghent."})
    assert (Return.objects.get().refund, Return.objects.get().booked_by_id) == (1800, cast.users["paula"].pk)
    page = eva.get(f"/orders/{evas.number}/").content
    assert b"Send it to Ghent." in page
    assert b"Partly returned" in page


def test_staff_read_what_is_to_be_paid_back_before_and_after(cast, evas, now):
    """Three pieces of €27.01: rounding is never in anybody's favour twice."""
    OrderLine.objects.filter(order=evas).update(price=2_701, quantity=3)
    paula, seen = cast.client("paula"), []
    for quantity in (1, 2):
        key = ask(evas, quantity=quantity)
        before = refund_on(paula, key)
        paula.post(f"/staff/returns/{key}/accept/", {"yes-answer": "Send it."})
        assert before == refund_on(paula, key) == Return.objects.latest("pk").refund
        seen.append(before)
    assert seen == [900, 1801]


def refund_on(client, key) -> int:
    page = client.get(f"/staff/returns/{key}/").content.decode()
    total = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    return int(re.search(r"€([\d.]+)", total)[1].replace(".", ""))


def test_what_goes_back_is_asked_for(cast, evas, now):
    page = cast.client("eva").post(f"/orders/{evas.number}/return/", {"line_1": "0", "reason": ""}).content
    assert b"Say how many pieces of which product you return." in page


def test_nobody_has_to_say_why(cast, evas, now):
    eva, paula = cast.client("eva"), cast.client("paula")
    answer = eva.post(f"/orders/{evas.number}/return/", {"line_1": "2", "reason": ""})
    assert answer.status_code == 302
    assert "“”" not in eva.get(answer.url).text
    assert "Your reason" not in mail.outbox[-1].body
    key = ReturnRequest.objects.get().key
    assert "The buyer gave no reason." in paula.get(f"/staff/returns/{key}/").text
    paula.post(f"/staff/returns/{key}/accept/", {"yes-answer": ""})
    assert Return.objects.get().reason == "The buyer gave no reason."


def test_the_buyer_gets_a_letter_with_what_and_when(cast, evas):
    ask(evas)
    letter = mail.outbox[-1]
    assert letter.to == ["eva@example.com"]
    for words in ("2 × Oat soap", "15 October 2026, 12:00", "Broken", evas.number):
        assert words in letter.body


def test_refused_with_a_reason_the_buyer_reads(cast, evas, now):
    key, paula = ask(evas), cast.client("paula")
    empty = paula.post(f"/staff/returns/{key}/refuse/", {"no-answer": ""})
    assert (empty.status_code, b"aria-invalid" in empty.content) == (400, True)
    paula.post(f"/staff/returns/{key}/refuse/", {"no-answer": "It was opened."})
    assert b"It was opened." in cast.client("eva").get(f"/orders/{evas.number}/").content
    assert not Return.objects.exists()


@pytest.mark.parametrize(("days", "may"), [(0, True), (14, True), (15, False)])
def test_until_the_last_day_and_not_the_day_after(cast, evas, days, may):
    with time_machine.travel(SHIPPED + timedelta(days=days), tick=False):
        client = cast.client("eva")
        assert (b"Return goods, or withdraw" in client.get(f"/orders/{evas.number}/").content) is may
        assert client.get(f"/orders/{evas.number}/return/").status_code == (200 if may else 404)
    if not may:
        with pytest.raises(return_requests.CannotAsk, match="over"):
            ask(evas, today=DAY + timedelta(days=days))


def test_before_it_is_shipped_and_not_before_it_is_paid(cast):
    paid = make.order(cast.eva, (make.product(), 1), paid_at=make.NOON)
    ask(paid, 1, today=DAY + timedelta(days=300))
    unpaid = make.order(cast.eva, (make.product(sku="OTHER"), 1))
    with pytest.raises(return_requests.CannotAsk):
        ask(unpaid, 1)


@pytest.mark.parametrize("quantity", [0, 4, -1])
def test_no_more_than_stands(cast, evas, quantity):
    with pytest.raises(return_requests.CannotAsk):
        ask(evas, quantity)
    assert not ReturnRequest.objects.exists()


def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(cast, evas, now):
    page = cast.client("eva").post(f"/orders/{evas.number}/return/", {"line_1": "9", "reason": "Broken"})
    assert (page.status_code, page.context["form"].errors.keys()) == (400, {"line_1"})
    assert 'value="Broken"' in page.content.decode()


def test_one_waits_at_a_time_which_the_database_holds(cast, evas):
    ask(evas, 1)
    with pytest.raises(return_requests.CannotAsk, match="already"):
        ask(evas, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnRequest.objects.create(order=evas, reason="x", asked_at=SHIPPED)


def test_of_two_who_accept_one_books(cast, evas):
    key = ask(evas)
    by = cast.users["paula"].pk
    return_requests.accept(key=key, answer="", by=by, now=SHIPPED)
    with pytest.raises(return_requests.NotThere):
        return_requests.accept(key=key, answer="", by=by, now=SHIPPED)
    assert Return.objects.count() == 1


def test_a_booking_that_comes_too_late_is_undone(cast, evas, monkeypatch):
    """Without the condition on the state, goods would be taken back of who had kept them after all."""
    key, book = ask(evas), return_requests.returns.book

    def withdrawn_meanwhile(**how):
        return_requests.withdraw(order_id=evas.pk, now=SHIPPED)
        return book(**how)

    monkeypatch.setattr(return_requests.returns, "book", withdrawn_meanwhile)
    with pytest.raises(return_requests.NotThere):
        return_requests.accept(key=key, answer="", by=cast.users["paula"].pk, now=SHIPPED)
    assert not Return.objects.exists()


def test_kept_after_all(cast, evas, now):
    ask(evas)
    cast.client("eva").post(f"/orders/{evas.number}/return/withdraw/")
    assert ReturnRequest.objects.get().state == "withdrawn"
    ask(evas)


def test_the_seller_does_not_ask_for_a_customer(cast, now):
    order = make.order(cast.users["ivo"].profile.customer, (make.product(), 1), paid_at=make.NOON)
    assert cast.client("eva").get(f"/orders/{order.number}/return/").status_code == 404
    assert cast.client("ivo").get(f"/orders/{order.number}/return/").status_code == 200


def test_the_lists_ask_no_more_for_more(cast, evas, now):
    ask(evas, 1)
    paula, soap = cast.client("paula"), evas.lines.get().product
    before = queries(lambda: paula.get("/staff/returns/"))
    for _ in range(4):
        ask(make.order(cast.eva, (soap, 1), paid_at=make.NOON), 1)
    assert queries(lambda: paula.get("/staff/returns/")) == before
    assert b"No return is in this state" in paula.get("/staff/returns/?state=refused").content
    assert Order.objects.count() == 5


def test_a_hostile_reason_is_text(cast, evas, now):
    form = {"line_1": "1", "reason": "<script>alert(1)</script>\u202e"}
    cast.client("eva").post(f"/orders/{evas.number}/return/", form)
    page = cast.client("paula").get(f"/staff/returns/{ReturnRequest.objects.get().key}/").content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_the_buyer_sees_what_they_asked_to_return(cast, evas):
    ask(evas)
    page = cast.client("eva").get(f"/orders/{evas.number}/").content.decode()
    assert '<span class="num">2</span> × Oat soap.' in page
