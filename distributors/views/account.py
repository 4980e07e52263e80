"""One's own page, and one's own safety."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.fields import countries
from common.guards import me_of, signed_in_required, used_second_factor, user_id_of
from distributors.forms.profile import TO, ProfileForm
from distributors.operations import profiles
from distributors.queries import account, pages


@require_safe
@signed_in_required
def profile(request: HttpRequest) -> HttpResponse:
    """What the company knows about the signed-in person, and who sees what of it."""
    mine = account.profile(user_id=user_id_of(request))
    country = countries().get(mine.country, mine.country) if mine else ""
    context = {
        "profile": mine,
        "country": country,
        "photo": _photo(request),
        "shown": _shown(user_id_of(request)),
    }
    return render(request, "distributors/profile.html", context)


def _photo(request: HttpRequest) -> str:
    """The photo on the person's own page: the one that waits, else the public one."""
    me = me_of(request)
    if me is None or me.distributor_id is None:
        return ""
    latest = pages.mine(distributor_id=me.distributor_id).latest
    return latest.picture if latest else ""


def _shown(user_id: int) -> list[dict[str, Any]]:
    """To whom telephone, e-mail and town are shown, as label and value."""
    labels, words = {"phone": _("Telephone"), "email": _("E-mail"), "city": _("Town")}, dict(TO)
    opened = account.openness(user_id=user_id)
    return [{"label": label, "value": words[opened[name]]} for name, label in labels.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_required
@reauthentication_required(app="distributors")  # type: ignore[untyped-decorator]
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Name, telephone and address, changed after showing once more who one is."""
    mine = account.profile(user_id=user_id_of(request))
    if mine is None:
        raise Http404
    form = ProfileForm(request.POST or None, initial=model_to_dict(mine))
    if request.method == "POST" and form.is_valid():
        profiles.change(user_id=user_id_of(request), details=form.details())
        messages.success(request, _("Your details are saved."))
        return redirect("profile")
    return render(request, "distributors/profile_edit.html", {"form": form})


@require_safe
@signed_in_required
def security(request: HttpRequest) -> HttpResponse:
    """Password, e-mail, second factors and sessions, each with its state and the page that changes it."""
    safety = account.safety(user_id=user_id_of(request))
    return render(request, "distributors/security.html", {"safety": safety})


@require_safe
@signed_in_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """For staff before the company's side: what is missing, and the way to it and back."""
    target = _safe_next(request)
    if used_second_factor(request):
        return redirect(target or "security")
    methods = get_adapter().get_reauthentication_methods(request.user)
    query = f"?{urlencode({'next': target})}" if target else ""
    ways = [
        {"text": method["description"], "address": method["url"] + query}
        for method in methods
        if method["id"].startswith("mfa_")
    ]
    return render(request, "distributors/second_factor.html", {"ways": ways})


def _safe_next(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    hosts = {request.get_host()}
    # What does not begin with a slash, redirect() would take for the name of a page.
    safe = url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure())
    return target if safe and target.startswith("/") else ""
