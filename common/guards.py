"""Who may open a page. `request.me` is put there by the frame's middleware."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

View = Callable[..., HttpResponseBase]


class Person(Protocol):
    """What guards and views may ask about the signed-in person."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def user_id(self) -> int: ...
    @property
    def distributor_id(self) -> int | None: ...
    @property
    def customer_id(self) -> int | None: ...


class PersonalRequest(HttpRequest):
    """A request behind one of these guards."""

    me: Person


def me_of(request: HttpRequest) -> Person | None:
    """The signed-in person, or None for a visitor."""
    # A lazy object around nobody is false, but not None.
    return cast("Person | None", getattr(request, "me", None) or None)


def user_id_of(request: HttpRequest) -> int:
    """The login of who acts; for views whose guard has made sure that somebody is signed in."""
    me = me_of(request)
    if me is None:
        raise PermissionDenied
    return me.user_id


def distributor_id(request: HttpRequest) -> int:
    """The distributor behind the request; for views under distributor_required."""
    me = me_of(request)
    if me is None or me.distributor_id is None:
        raise Http404
    return me.distributor_id


def distributor_required(view: View) -> View:
    """For distributors. Visitors are led to sign in; customers and staff get 404, as if the page were not
    there.
    """
    return _for_kinds(view, {"distributor"})


def portal_user_required(view: View) -> View:
    """For distributors and customers. Visitors are led to sign in; staff get 404."""
    return _for_kinds(view, {"distributor", "customer"})


def signed_in_required(view: View) -> View:
    """For everybody with a login, staff included."""
    return _for_kinds(view, {"distributor", "customer", "staff", "newcomer"})


def staff_required(*permissions: str) -> Callable[[View], View]:
    """For the company's people, with a second factor used in this session and, where named, one of the permissions.

    Distributors and customers get 404. Staff without the second factor are led to it, without the right get
    403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            me = me_of(request)
            if me is None:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if me.kind != "staff":
                raise Http404
            if not used_second_factor(request):
                return second_factor_first(request)
            has_perm = cast("Any", request.user).has_perm
            if permissions and not any(has_perm(one) for one in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def used_second_factor(request: HttpRequest) -> bool:
    """True when this session was opened, or raised since, with a second factor or a passkey."""
    # Kept in the session by allauth, for this login only: a browser trusted earlier leaves no such record.
    records = get_authentication_records(request, cast("Any", request.user))
    return any(record.get("method") == "mfa" for record in records)


def second_factor_first(request: HttpRequest) -> HttpResponse:
    """To the page that says what is missing and leads there, then back."""
    target = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return HttpResponseRedirect(reverse("second-factor") + target)


def _for_kinds(view: View, kinds: set[str]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        me = me_of(request)
        if me is None:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if me.kind not in kinds:
            # Somebody whose place is still to be taken is told so; to others the page does not exist.
            if me.kind == "newcomer":
                return redirect("join-waiting")
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
