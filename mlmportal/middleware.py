"""Small rules for every request and response."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from distributors.queries import people

Handler = Callable[[HttpRequest], HttpResponse]


def last_resort(get_response: Handler) -> Handler:
    """A NUL in a query string or a body that is too large is the sender's mistake, not ours: 400, never
    500.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse("This address cannot be read.", status=400, content_type="text/plain")
        return get_response(request)

    return middleware


def no_store(get_response: Handler) -> Handler:
    """Nothing a signed-in person saw stays behind in the browser after signing out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def who(get_response: Handler) -> Handler:
    """Puts `request.me` there: asked for once, and only by those who look. False for a visitor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        def look() -> people.Me | None:
            return people.me(user_id=request.user.pk) if request.user.is_authenticated else None

        request.me = SimpleLazyObject(look)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def in_good_standing(get_response: Handler) -> Handler:
    """Somebody suspended or gone loses access with the next request, not with the next sign-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.me and request.me.shut_out:  # type: ignore[attr-defined]
            logout(request)
            return redirect("account_inactive")
        return get_response(request)

    return middleware
