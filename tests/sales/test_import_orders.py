"""A company's order lines: all of them, or nothing, and never twice; booked into the period that is open."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from common.csvfiles import Refused
from distributors.operations.importing import import_distributors
from sales.models import Order, OrderLine
from sales.operations import books
from sales.operations.import_customers import import_customers
from sales.operations.import_products import import_products
from sales.operations.importing import import_orders

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEOPLE = """number,sponsor_number,given_name,family_name,email,joined_on
101,,Anna,Maes,anna@example.com,2025-01-01
102,101,Ben,Claes,ben@example.com,2025-02-01
"""
PRODUCTS = """\
sku;name;class;valid_from;retail_price;preferred_price;distributor_price;qualifying_volume;\
commissionable_volume
SOAP;Soap;product;2025-01-01;10.00;9.00;7.50;6.00;5.00
SOAP;Soap;product;2026-05-01;12.00;10.50;9.00;7.00;6.00
OIL;Oil;product;2025-01-01;40.00;36.00;30.00;25.00;24.50
KIT;Kit;kit;2025-01-01;49.00;49.00;49.00;0;0
"""
CUSTOMERS = """number,kind,distributor_number,given_name,family_name,since,email
C7,retail,102,Zoë,Peeters,2025-03-01,
C8,preferred,102,Raf,Peeters,2025-03-01,raf@example.com
"""
HEADER = (
    "order_number,placed_at,paid_at,state,distributor_number,customer_number,purpose,sku,quantity,"
    "cancelled_at,unit_price"
)
OWN = "W1,2026-10-02T10:00,2026-10-02T11:00,paid,101,,own_use,SOAP,3,,"
OWN_OIL = "W1,2026-10-02T10:00,2026-10-02T11:00,paid,101,,own_use,OIL,1,,"
SOLD = "W2,2026-10-03,2026-10-03,paid,102,C7,customer,SOAP,2,,"

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    for name, text, take in (
        ("people", PEOPLE, import_distributors),
        ("products", PRODUCTS, import_products),
        ("customers", CUSTOMERS, import_customers),
    ):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        take(path=path, now=NOW)

    def load_rows(*lines, header=HEADER, **options):
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return import_orders(path=path, now=NOW, **options)

    return load_rows


def problems(load, *lines, **options):
    before = Order.objects.count()
    with pytest.raises(Refused) as refused:
        load(*lines, **options)
    assert Order.objects.count() == before
    return [(problem.row, problem.column, problem.reason) for problem in refused.value.problems]


def test_lines_in_any_order_become_one_order(load):
    load(OWN, SOLD, OWN_OIL)
    lines = OrderLine.objects.filter(order__number="W1")
    assert list(lines.values_list("position", "product__sku", "quantity")) == [(1, "OIL", 1), (2, "SOAP", 3)]
    assert Order.objects.get(number="W1").total == 3_000 + 3 * 900


def test_the_terms_are_those_of_the_day_it_was_placed(load):
    load(OWN.replace("2026-10-02", "2026-04-30"), SOLD)
    old, new = OrderLine.objects.order_by("order__number")
    assert (old.price, old.qualifying, old.commissionable, old.list_price) == (2_250, 1_800, 1_500, 3_000)
    assert (new.price, new.qualifying, new.commissionable, new.list_price) == (2_400, 1_400, 1_200, 2_400)


def test_a_preferred_customer_pays_their_price(load):
    load(SOLD.replace("C7", "C8"))
    assert OrderLine.objects.get().price == 2 * 1_050
    assert Order.objects.get().buyer_standing == "preferred"


def test_a_price_of_its_own_leaves_the_volumes_alone(load):
    load(SOLD + "9.99")
    line = OrderLine.objects.get()
    assert (line.price, line.commissionable) == (1_998, 1_200)


def test_kits_carry_no_volume(load):
    load(OWN.replace("SOAP", "KIT"))
    assert (OrderLine.objects.get().qualifying, OrderLine.objects.get().product_class) == (0, "kit")


def test_the_same_file_twice_adds_nothing(load):
    load(OWN, SOLD, OWN_OIL)
    again = load(OWN_OIL, OWN, SOLD)
    assert (again.orders, again.known, OrderLine.objects.count()) == (0, 2, 3)


def test_the_same_number_with_other_lines_is_refused(load):
    load(OWN, OWN_OIL)
    assert problems(load, OWN, SOLD)[0][:2] == (2, "quantity")


def test_an_order_paid_before_the_books_were_shut_counts_from_then(load):
    shut = datetime(2026, 10, 31, 23, tzinfo=UTC)
    books.shut(until=shut)
    assert load(OWN, SOLD.replace("2026-10-03", "2026-11-05")).late == 1
    booked = dict(Order.objects.values_list("number", "booked_at"))
    assert booked == {"W1": shut, "W2": datetime(2026, 11, 4, 23, tzinfo=UTC)}


def test_an_unpaid_order_is_not_booked(load):
    load(
        "W3,2026-10-02,,placed,101,,own_use,SOAP,1,,",
        "W4,2026-10-02,,cancelled,101,,own_use,SOAP,1,2026-10-04,",
    )
    assert set(Order.objects.values_list("state", "booked_at")) == {("placed", None), ("cancelled", None)}


def test_a_dry_run_writes_nothing(load):
    assert load(OWN, SOLD, dry_run=True).orders == 2
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (SOLD.replace(",102,", ",999,"), "distributor_number"),
        (SOLD.replace("C7", "C9"), "customer_number"),
        (SOLD.replace(",102,", ",101,"), "customer_number"),
        (SOLD.replace("C7", ""), "customer_number"),
        (SOLD.replace("customer", "own_use"), "purpose"),
        (SOLD.replace("customer", "gift"), "purpose"),
        (SOLD.replace("SOAP", "SOUP"), "sku"),
        (SOLD.replace("2026-10-03", "2024-10-03"), "sku"),
        (SOLD.replace("SOAP,2", "SOAP,0"), "quantity"),
        (SOLD.replace("SOAP,2", "SOAP,1.5"), "quantity"),
        (SOLD.replace("SOAP,2", "SOAP,٣"), "quantity"),
        (SOLD + '"1.234,56"', "unit_price"),
        (SOLD + "1e5", "unit_price"),
        (SOLD + "--5", "unit_price"),
        (SOLD.replace(",2026-10-03,paid", ",2026-10-02,paid"), "paid_at"),
        (SOLD.replace(",2026-10-03,paid", ",,paid"), "paid_at"),
        (SOLD.replace(",2026-10-03,paid", ",2026-12-03,paid"), "paid_at"),
        (SOLD.replace("paid,102", "placed,102"), "state"),
        (SOLD.replace("paid,102", "cancelled,102"), "cancelled_at"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(load, row, column):
    found = problems(load, OWN, row)
    assert (found[0][0], column) == (3, column)
    assert column in [column for _, column, _ in found]


def test_lines_of_an_order_must_agree(load):
    found = problems(load, OWN, OWN_OIL.replace("101", "102"))
    assert found == [(3, "distributor_number", "differs from row 2 of the same order W1")]


def test_an_article_twice_in_an_order_is_refused(load):
    assert problems(load, OWN, OWN)[0][:2] == (3, "sku")


def test_a_line_counts_from_the_first_row_when_an_order_is_already_bad(load):
    found = problems(load, OWN, SOLD, "W9,x,y,z,,,,,,,")
    assert {row for row, _, _ in found} == {4}


def test_the_portals_own_numbers_go_on_above_imported_ones(load):
    from common.operations import numbers

    load(OWN.replace("W1", "P000041"))
    assert numbers.take(name="order") == 42
    assert numbers.take(name="customer") == 9


def test_the_command_reports(load, tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{OWN}\n{SOLD}\n", encoding="utf-8")
    call_command("import_orders", path, dry_run=True)
    assert "2 orders with 2 lines added" in capsys.readouterr().out
    path.write_text(f"{HEADER}\n{OWN},x\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_orders", path)
    assert "row 2: has 12 cells" in capsys.readouterr().err


def test_parts_do_not_cut_an_order_in_two(load, monkeypatch):
    """Rows are read, computed and written part by part; an order's lines may fall into several."""
    for place in ("common.operations.staging", "sales.operations.import_writing"):
        monkeypatch.setattr(f"{place}.AT_A_TIME", 2)
    load(
        OWN, SOLD, OWN_OIL, *(SOLD.replace("W2", f"W{n}") for n in range(10, 15)), OWN.replace("SOAP", "KIT")
    )
    lines = OrderLine.objects.filter(order__number="W1").order_by("position")
    assert list(lines.values_list("position", "product__sku")) == [(1, "KIT"), (2, "OIL"), (3, "SOAP")]
    assert Order.objects.get(number="W1").total == 3 * 4_900 + 3_000 + 3 * 900
    assert OrderLine.objects.count() == 9


def test_an_order_paid_here_since_is_still_the_same_order(load):
    unpaid = SOLD.replace(",2026-10-03,paid", ",,placed")
    load(unpaid)
    Order.objects.update(state="paid", paid_at=NOW, booked_at=NOW)
    assert load(unpaid).known == 1
    assert problems(load, SOLD)[0][:2] == (2, "paid_at")
