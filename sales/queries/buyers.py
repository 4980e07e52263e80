"""What a buyer is."""

from sales.models import Customer, Standing


def standing_of(*, customer_id: int | None) -> str:
    """The standing at which somebody buys: a distributor's without a customer, else the customer's kind."""
    if customer_id is None:
        return Standing.DISTRIBUTOR
    kind: str = Customer.objects.values_list("kind", flat=True).get(pk=customer_id)
    return kind


def customer_by_number(*, number: str) -> int | None:
    """The customer with this number."""
    return Customer.objects.filter(number=number).values_list("pk", flat=True).first()
