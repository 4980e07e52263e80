"""To whom a customer belongs."""

from sales.models import Customer


def distributor_of(*, customer_id: int) -> int | None:
    """The distributor a customer belongs to."""
    return Customer.objects.filter(pk=customer_id).values_list("distributor_id", flat=True).first()


def profile_of(*, number: str) -> tuple[int, int] | None:
    """The keys of the customer with this number and of their profile."""
    return Customer.objects.filter(number=number).values_list("pk", "profile_id").first()
