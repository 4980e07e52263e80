"""A row of a list in the order of its tree."""

from django.utils.html import format_html

DEEPEST = 12


def indented(*, level: int, number: str) -> str:
    """The number, as far to the right as it stands below. A class per level: no lengths in the markup under a strict
    policy."""
    return format_html('<span class="indent indent-{}">{}</span>', min(level, DEEPEST), number)
