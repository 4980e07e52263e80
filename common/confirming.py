"""Before a command does what cannot be undone."""

from django.core.management.base import CommandError


def typed_again(*, number: str, yes: bool) -> None:
    """Asks whoever is at the terminal to type the number once more, unless they have said yes. Raises CommandError."""
    if yes:
        return
    if input(f"Erase who {number} was, for good? Type the number: ").strip() != number:
        raise CommandError("Nothing was erased.")
