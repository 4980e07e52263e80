"""Pages that belong to no app: the living page of components."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import contrast, samples


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with its states, and every colour pair with its measured contrast."""
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    light, dark = contrast.tokens(css)
    modes = [
        {"theme": "light", "name": "Light", "pairs": contrast.measure(light)},
        {"theme": "dark", "name": "Dark", "pairs": contrast.measure(dark)},
    ]
    return render(request, "styleguide.html", samples.context() | {"modes": modes})
