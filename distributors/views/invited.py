"""The receiver's side of an invitation: the link in the letter, and refusing all of them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from distributors.operations import invitations as operations
from distributors.queries import invitations
from distributors.views import referral_cookie

INVITATION = "invitation"


@require_safe
@never_cache
def opened(request: HttpRequest, key: str) -> HttpResponse:
    """To the page of who invited. A member who looks, and a machine that looks ahead, change nothing."""
    found = _found(key)
    response = redirect("referral", found.code or "nobody")
    a_person = request.method == "GET" and referral_cookie.opened_by_a_person(request)
    if a_person and not request.user.is_authenticated:
        operations.note_opened(key=key, now=timezone.now())
        request.session[INVITATION] = key
        if found.code and referral_cookie.sponsor(request) is None:
            referral_cookie.remember(response, code=found.code)
    return response


# A mail program posts here by itself when its reader unsubscribes (RFC 8058): the key is all it has and needs.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def refuse(request: HttpRequest, key: str) -> HttpResponse:
    """No invitation to this address any more, from anybody."""
    found = _found(key)
    done = found.refused
    if request.method == "POST":
        done = operations.refuse(key=key, now=timezone.now())
    return render(request, "distributors/invited_refuse.html", {"invitation": found, "done": done})


def _found(key: str) -> invitations.Received:
    found = invitations.received(key=key.replace("\x00", "")[:40])
    if found is None:
        raise Http404
    return found
