"""Price lists, customers and returned goods from a company's export."""

from datetime import UTC, datetime

import pytest

from common.csvfiles import Refused
from distributors.operations.importing import import_distributors
from sales.models import Customer, Order, Product, ProductTerms, Return, ReturnLine
from sales.operations.import_customers import import_customers
from sales.operations.import_products import import_products
from sales.operations.import_returns import import_returns
from sales.operations.importing import import_orders
from tests.sales.test_import_orders import CUSTOMERS, HEADER, NOW, OWN, OWN_OIL, PEOPLE, PRODUCTS

TAKERS = {
    "people": import_distributors,
    "products": import_products,
    "customers": import_customers,
    "orders": import_orders,
    "returns": import_returns,
}
RETURN_HEADER = "return_number,order_number,sku,quantity,returned_at,reason"
BACK = "B1,W1,SOAP,1,2026-10-09T09:00,Wrong scent"

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(tmp_path):
    def take_text(name, text, **options):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        return TAKERS[name](path=path, now=NOW, **options)

    return take_text


@pytest.fixture
def sold(take):
    for name, text in (("people", PEOPLE), ("products", PRODUCTS), ("customers", CUSTOMERS)):
        take(name, text)
    take("orders", "\n".join([HEADER, OWN, OWN_OIL]))
    return take


def where(refused):
    return (refused.value.problems[0].row, refused.value.problems[0].column)


def test_a_price_list_twice_adds_nothing(take):
    assert take("products", PRODUCTS).added == 4
    assert (take("products", PRODUCTS).added, ProductTerms.objects.count()) == (0, 4)
    assert Product.objects.get(sku="SOAP").terms.count() == 2


def test_another_price_for_the_same_day_is_refused(take):
    take("products", PRODUCTS)
    with pytest.raises(Refused) as refused:
        take("products", PRODUCTS.replace("40.00", "41.00"))
    assert where(refused) == (4, "retail_price")


def test_a_kit_with_volume_is_refused(take):
    with pytest.raises(Refused) as refused:
        take("products", PRODUCTS.replace("49.00;0;0", "49.00;5.00;0"))
    assert where(refused) == (5, "commissionable_volume")
    assert not Product.objects.exists()


def test_a_price_list_can_be_tried(take):
    assert take("products", PRODUCTS, dry_run=True).added == 4
    assert not Product.objects.exists()


def test_customers_twice_add_nothing(take):
    take("people", PEOPLE)
    assert take("customers", CUSTOMERS).added == 2
    assert (take("customers", CUSTOMERS).added, Customer.objects.count()) == (0, 2)
    assert Customer.objects.get(number="C8").profile.user.email == "raf@example.com"


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("C7,retail,102", "C7,retail,999", "distributor_number"),
        ("raf@example.com", "", "email"),
        ("raf@example.com", "anna@example.com", "email"),
        ("C8,", "C7,", "number"),
        ("preferred", "favourite", "kind"),
    ],
)
def test_a_bad_customer_is_named(take, old, new, column):
    take("people", PEOPLE)
    with pytest.raises(Refused) as refused:
        take("customers", CUSTOMERS.replace(old, new))
    assert where(refused)[1] == column
    assert not Customer.objects.exists()


def test_a_return_gives_back_its_share_once(sold):
    sold("returns", f"{RETURN_HEADER}\n{BACK}\n")
    again = sold("returns", f"{RETURN_HEADER}\n{BACK}\n")
    assert (again.added, again.known) == (0, 1)
    assert ReturnLine.objects.get().price == 900


def test_a_return_counts_when_it_came_back(sold):
    sold("returns", f"{RETURN_HEADER}\n{BACK}\n")
    assert Return.objects.get().booked_at == datetime(2026, 10, 9, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("W1", "W9", "order_number"),
        ("SOAP", "KIT", "sku"),
        ("SOAP,1", "SOAP,4", "quantity"),
        ("2026-10-09", "2026-10-01", "returned_at"),
        ("Wrong scent", "", "reason"),
    ],
)
def test_a_bad_return_takes_the_good_one_with_it(sold, old, new, column):
    other = BACK.replace("B1", "B2").replace("SOAP", "OIL")
    with pytest.raises(Refused) as refused:
        sold("returns", f"{RETURN_HEADER}\n{other}\n{BACK.replace(old, new)}\n")
    assert where(refused) == (3, column)
    assert not Return.objects.exists()


def test_two_returns_cannot_exceed_the_order(sold):
    rows = [BACK, BACK.replace("B1", "B2").replace("SOAP,1", "SOAP,3")]
    with pytest.raises(Refused):
        sold("returns", "\n".join([RETURN_HEADER, *rows]))
    assert not Return.objects.exists()


def test_returns_can_be_tried(sold):
    assert sold("returns", f"{RETURN_HEADER}\n{BACK}\n", dry_run=True).added == 1
    assert not Return.objects.exists()
    assert Order.objects.count() == 1
