"""What the last check of the sponsor tree found."""

from distributors.models import TreeHealth


def problems() -> list[str]:
    """What is wrong, as the last check kept it; empty when it was green, or when none was made yet."""
    found = TreeHealth.objects.filter(sound=False).values_list("problems", flat=True).first()
    return list(found or [])
