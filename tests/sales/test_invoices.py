"""Invoices and credit notes: written once, numbered without gaps, for who bought."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from common.operations import jobs
from sales.models import Invoice, Order, Return
from sales.operations import invoices, orders, returns
from sales.operations.returns import Back
from tests.sales import factories as make

LATER = make.NOON + timedelta(days=2)


def work(now=LATER):
    while jobs.advance_due(now=now, owner="the test"):
        pass


@pytest.fixture
def evas(cast):
    return make.order(cast.eva, (make.product(), 3), paid_at=make.NOON)


@pytest.fixture
def ivos(cast):
    customer = cast.users["ivo"].profile.customer
    return make.order(customer, (make.product(sku="BALM"), 1), paid_at=make.NOON)


def test_a_payment_makes_an_invoice_with_what_was_sold_and_to_whom(cast, evas):
    work()
    paper = Invoice.objects.get()
    assert (paper.number, paper.name, paper.total, paper.currency) == ("I000001", "Eva Vermeer", 2700, "EUR")
    assert paper.lines == [{"sku": "SOAP-1", "name": "Oat soap", "quantity": 3, "amount": 2700}]


def test_an_unpaid_order_has_none(cast):
    order = make.order(cast.eva, (make.product(), 1))
    work()
    assert not Invoice.objects.exists()
    with pytest.raises(invoices.NotPaid):
        invoices.invoice(order_id=order.pk, now=LATER)


def test_written_once_however_often_the_job_runs(cast, evas):
    for _ in range(3):
        invoices.write(subject=str(evas.pk), now=LATER, progress=lambda *_: None)
    assert Invoice.objects.count() == 1
    twin = Invoice.objects.get()
    twin.pk, twin.number = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_number_that_rolls_back_leaves_no_gap(cast, evas, ivos, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(invoices, "company_day", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            invoices.invoice(order_id=evas.pk, now=LATER)
    work()
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["I000001", "I000002"]


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_make_numbers_without_gap_or_twin(cast):
    soap = make.product()
    placed = [make.order(cast.eva, (soap, 1), paid_at=make.NOON) for _ in range(2)]
    calls = [
        lambda pk=pk: invoices.invoice(order_id=pk, now=LATER)
        for pk in (placed[0].pk, placed[0].pk, placed[1].pk)
    ]
    make.at_once(*calls)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["I000001", "I000002"]


def test_a_return_makes_a_credit_note_that_names_the_invoice(cast, evas):
    back = returns.book(order_id=evas.pk, lines=[Back(evas.lines.get().pk, 2)], reason="Broken", now=LATER)
    work(LATER)
    note = Invoice.objects.get(kind="credit")
    assert (note.number, note.corrects.number, note.total, note.returned_id) == (
        "C000001",
        "I000001",
        1800,
        back.pk,
    )


def test_what_was_paid_before_an_import_has_its_papers_elsewhere(cast, evas):
    Order.objects.update(source=Order.Source.IMPORT)
    back = returns.book(order_id=evas.pk, lines=[Back(evas.lines.get().pk, 1)], reason="Broken", now=LATER)
    assert invoices.credit(return_id=back.pk, now=LATER) is None


def test_the_page_of_such_an_order_says_where(cast, evas):
    Order.objects.update(source=Order.Source.IMPORT)
    page = cast.client("eva").get(f"/orders/{evas.number}/").content.decode()
    assert "in the earlier system of" in page
    assert 'href="/questions/ask/"' in page
    assert "a moment after the payment" not in page


def test_a_paper_does_not_change_with_its_product_or_person(cast, evas):
    work()
    line = evas.lines.get()
    line.product.name = "Something else"
    line.product.save()
    type(cast.eva.profile).objects.filter(pk=cast.eva.profile_id).update(given_name="Nobody")
    page = cast.client("eva").get("/invoices/I000001/").content.decode()
    assert "Oat soap" in page
    assert "<strong>Eva Vermeer</strong>" in page


@pytest.mark.parametrize(("who", "status"), [("ivo", 200), ("eva", 404), ("dan", 404), ("root", 404)])
def test_only_who_bought_sees_it(cast, ivos, who, status):
    """The distributor who is credited sees the order, and not the customer's address."""
    work()
    assert cast.client(who).get("/invoices/I000001/").status_code == status


def test_the_order_leads_to_its_papers(cast, evas):
    client = cast.client("eva")
    assert b"a moment after the payment" in client.get(f"/orders/{evas.number}/").content
    work()
    assert b"/invoices/I000001/" in client.get(f"/orders/{evas.number}/").content


def test_the_companys_address_stands_on_it(cast, evas, settings):
    settings.COMPANY_ADDRESS = ["Coupure 12", "9000 Ghent", "BE 0123.456.749"]
    work()
    assert b"BE 0123.456.749" in cast.client("eva").get("/invoices/I000001/").content


def test_paying_twice_asks_for_one(cast, evas):
    assert orders.mark_paid(order_id=evas.pk, paid_at=LATER, by=None, now=LATER) is False
    work()
    assert (Invoice.objects.count(), Return.objects.count()) == (1, 0)


def test_the_paper_as_pdf_is_the_same_bytes_each_time_and_the_buyers_alone(cast, evas):
    work()
    eva = cast.client("eva")
    first, again = (eva.get("/invoices/I000001/pdf/") for _ in range(2))
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == again.content
    assert cast.client("dan").get("/invoices/I000001/pdf/").status_code == 404


def test_a_hostile_name_makes_no_other_paper(cast, evas):
    type(cast.eva.profile).objects.filter(pk=cast.eva.profile_id).update(
        given_name="\u202e{nb}<b>" + "x" * 60, family_name="=HYPERLINK(1)"
    )
    work()
    assert cast.client("eva").get("/invoices/I000001/pdf/").status_code == 200


# --- for the company ---
def may_see_papers(cast, name):
    cast.users[name].user_permissions.add(Permission.objects.get(codename="view_invoice"))
    return cast.client(name)


def test_staff_read_a_buyers_paper_and_come_to_it_from_the_order(cast, ivos):
    work()
    paula = may_see_papers(cast, "paula")
    page = paula.get("/staff/papers/I000001/").content.decode()
    assert "Ivo Claes" in page
    assert f"/admin/sales/order/{ivos.pk}/change/" in page
    assert paula.get("/staff/papers/I000001/pdf/").content.startswith(b"%PDF-")
    root = cast.client("root")
    assert b"/staff/papers/I000001/" in root.get(f"/admin/sales/order/{ivos.pk}/change/").content
    assert b"/staff/papers/I000001/" in root.get("/admin/sales/invoice/?q=Claes").content


@pytest.mark.parametrize(("who", "status"), [("rolf", 403), ("eva", 404), ("ivo", 404), ("root", 200)])
def test_staff_without_the_right_and_others_do_not(cast, ivos, who, status):
    work()
    assert cast.client(who).get("/staff/papers/I000001/").status_code == status


def test_a_paper_that_is_not_there_is_not_found(cast, ivos):
    assert cast.client("root").get("/staff/papers/I999999/").status_code == 404


def test_twice_the_papers_need_no_more_queries_in_the_records(cast, count_queries):
    soap, root = make.product(), cast.client("root")

    def some():
        for _ in range(3):
            make.order(cast.eva, (soap, 1), paid_at=make.NOON)
        work()

    some()
    few = count_queries(lambda: root.get("/admin/sales/invoice/"))
    some()
    assert count_queries(lambda: root.get("/admin/sales/invoice/")) == few
