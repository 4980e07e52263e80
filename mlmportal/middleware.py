"""Small rules for every request and response."""

from collections.abc import Callable
from hashlib import sha256

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from distributors.queries import people

SEEN_AGAIN = 60  # seconds
Handler = Callable[[HttpRequest], HttpResponse]


# What Python and Django say when something sent is no number they can hold; each is pinned down by a test.
UNREADABLE = ("Exceeds the limit", "expected a number but got")


# A lock that could not be had, a statement that took too long (patience.py), and two who waited for each other.
GIVEN_UP = ("55P03", "57014", "40P01", "40001", "SQLITE_BUSY")


def _why(error: BaseException) -> str:
    """The database's own word for what it gave up."""
    return str(getattr(error.__cause__, "sqlstate", getattr(error.__cause__, "sqlite_errorname", "")))


class LastResort:
    """A NUL in an address, or a number no machine holds, is the sender's mistake, not ours: 400, never 500."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse("This address cannot be read.", status=400, content_type="text/plain")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Where a library turned what was sent into a number and fell, answer as for any bad request.

        What the database gave up because somebody else has it for too long is worth another try: 503.
        """
        if isinstance(exception, OperationalError) and _why(exception) in GIVEN_UP:
            return HttpResponse(render_to_string("503.html"), status=503)
        if isinstance(exception, ValueError) and any(words in str(exception) for words in UNREADABLE):
            raise BadRequest("This holds something that is not a number") from exception
        return None


def no_store(get_response: Handler) -> Handler:
    """Nothing a signed-in person saw stays behind in the browser after signing out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def seen_lately(get_response: Handler) -> Handler:
    """Notes when and from where a session was used, for the list of sessions: at most once a minute from one place.
    Reading a page would be a write otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _note(request)
        return get_response(request)

    return middleware


def _note(request: HttpRequest) -> None:
    place = (
        request.session.session_key, request.user.pk, get_adapter().get_client_ip(request),
        request.META.get("HTTP_USER_AGENT", ""),
    )  # fmt: skip
    # The key of a session is a secret: only its hash leaves the database.
    key = f"seen-{sha256(repr(place).encode()).hexdigest()}"
    if not cache.get(key):
        UserSession.objects.create_from_request(request)
        cache.set(key, True, SEEN_AGAIN)


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
