"""What a page asks several times is found out once: only while a page is read, which changes nothing of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
T = TypeVar("T")

_found: ContextVar[dict[Any, Any] | None] = ContextVar("found", default=None)


def once(ask: Callable[P, T]) -> Callable[P, T]:
    """The same question, asked once a page for each combination of its arguments. What it answers is not written to."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        found = _found.get()
        if found is None:
            return ask(*args, **kwargs)
        key = (ask, args, tuple(sorted(kwargs.items())))
        if key not in found:
            found[key] = ask(*args, **kwargs)
        answer: T = found[key]
        return answer

    return asked


@contextmanager
def reading() -> Iterator[None]:
    """Within this everything is asked once."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


def one_page(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: each page that is read is one. What is sent to be written asks every time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with reading():
            return get_response(request)

    return middleware
