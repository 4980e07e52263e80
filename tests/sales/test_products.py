"""What may be offered, and that kits and fees carry nothing without a name to it."""

from datetime import date

import pytest

from sales.models import Customer, Product, ProductTerms
from sales.operations import customers, products
from tests.sales import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("changes", [{}, {"override_reason": "Contains soap"}, {"qualifying": 0}])
@pytest.mark.parametrize("product_class", ["kit", "fee"])
def test_a_kit_or_fee_with_volume_is_refused(product_class: str, changes: dict[str, object]) -> None:
    with pytest.raises(products.CarriesNoVolume):
        make.product("KIT", product_class=product_class, **changes)
    assert not Product.objects.exists()


def test_the_same_terms_twice_are_one_row() -> None:
    soap = make.product()
    products.set_terms(product_id=soap.pk, terms=make.terms())
    assert ProductTerms.objects.count() == 1


def test_other_terms_from_the_same_day_are_refused() -> None:
    soap = make.product()
    with pytest.raises(products.TermsRefused, match="already"):
        products.set_terms(product_id=soap.pk, terms=make.terms(retail_price=1))


@pytest.mark.parametrize("amount", [-1, 10**12 + 1])
def test_amounts_have_bounds(amount: int) -> None:
    with pytest.raises(products.TermsRefused):
        make.product(distributor_price=amount)


def test_a_product_keeps_its_class_and_takes_new_words() -> None:
    make.product()
    assert make.product(name="Oat soap, large").name == "Oat soap, large"
    with pytest.raises(products.TermsRefused, match="stays one"):
        make.product(product_class="fee")


def test_terms_of_an_unknown_product_are_refused() -> None:
    with pytest.raises(products.TermsRefused):
        products.set_terms(product_id=99, terms=make.terms(valid_from=date(2026, 1, 1)))


def test_a_customer_keeps_their_number() -> None:
    ines = make.distributor()
    luc = make.customer(ines)
    asked = {"profile_id": luc.profile_id, "distributor_id": ines.pk, "kind": "retail", "now": make.NOON}
    assert customers.register(**asked) == luc.number
    assert Customer.objects.count() == 1


def test_a_customer_does_not_change_hands_unseen() -> None:
    luc = make.customer(make.distributor())
    with pytest.raises(customers.CustomerRefused):
        customers.register(
            profile_id=luc.profile_id, distributor_id=make.distributor().pk, kind="retail", now=make.NOON
        )


def test_an_unknown_kind_of_customer_is_refused() -> None:
    with pytest.raises(customers.CustomerRefused):
        customers.register(profile_id=1, distributor_id=1, kind="vip", now=make.NOON)
