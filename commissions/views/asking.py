"""Who asks, and numbers in addresses, read without trusting them."""

from django.http import HttpRequest

from common.guards import user_id_of

# Operations are told by whom they are asked: by=by(request).
by = user_id_of
HIGHEST = 1_000_000


def number_of(request: HttpRequest, name: str, *, most: int = HIGHEST) -> int:
    """A whole number from 1 to `most`; 1 for anything else."""
    text = request.GET.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return 1
    return max(1, min(most, int(text)))
