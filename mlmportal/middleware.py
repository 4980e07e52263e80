"""Small rules for every response."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from distributors.queries import people

Handler = Callable[[HttpRequest], HttpResponse]


def last_resort(get_response: Handler) -> Handler:
    """A NUL in a query string or a body that is too large is the sender's mistake, not ours: 400, never 500."""

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


def in_good_standing(get_response: Handler) -> Handler:
    """Somebody suspended or gone loses access with the next request, not with the next sign-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and people.is_shut_out(user_id=request.user.pk):
            logout(request)
            return redirect("account_inactive")
        return get_response(request)

    return middleware
