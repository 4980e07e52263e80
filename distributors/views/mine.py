"""What is one's own: who sees what of it, all of it as a file, the places one is signed in, and leaving."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import spoken
from common.guards import (
    distributor_id,
    distributor_required,
    portal_user_required,
    signed_in_required,
    user_id_of,
)
from distributors.forms.profile import LeaveForm, OpennessForm
from distributors.operations import leaving, own_data, profiles
from distributors.queries import account, people, sponsor_tree
from distributors.queries import leaving as leavings
from distributors.queries import own_data as files

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@GET_POST
@distributor_required
def openness(request: HttpRequest) -> HttpResponse:
    """To whom telephone, e-mail and town are shown."""
    user_id = user_id_of(request)
    form = OpennessForm(request.POST or None, initial=account.openness(user_id=user_id))
    if request.method == "POST" and form.is_valid():
        profiles.open_to(user_id=user_id, **form.cleaned_data)
        messages.success(request, _("From now on those above you see what you have chosen."))
        return redirect("profile")
    line = sponsor_tree.walk_up(distributor_id=distributor_id(request))
    sponsor = people.names(ids=[line[1].id]).get(line[1].id) if len(line) > 1 else None
    context = {
        "form": form,
        "sponsor": sponsor,
        "above": len(line) - 1,
        "mine": account.profile(user_id=user_id),
    }
    return render(request, "distributors/openness.html", context)


@GET_POST
@portal_user_required
@reauthentication_required(app="distributors")  # type: ignore[untyped-decorator]
def data(request: HttpRequest) -> HttpResponse:
    """All of one's data as a file: asked for here, and the files that were."""
    user_id, now = user_id_of(request), timezone.now()
    if request.method == "POST":
        try:
            own_data.ask(owner=own_data.owner_of(user_id=user_id), now=now)
        except own_data.AskedTooOften as error:
            messages.error(request, str(error))
        return redirect("own-data")
    known = files.files(user_id=user_id)
    rows = [
        {"file": one, "asked": spoken.as_of(one.asked_at, now=now), "until": _until(one)} for one in known
    ]
    waits = any(one.ready_at is None and not one.error for one in known)
    return render(request, "distributors/own_data.html", {"rows": rows, "waits": waits})


@require_safe
@portal_user_required
@reauthentication_required(app="distributors")  # type: ignore[untyped-decorator]
def data_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """One of the files; each download is noted."""
    content = files.content(user_id=user_id_of(request), file_id=file_id)
    if content is None:
        raise Http404
    if request.method == "GET":
        own_data.fetched(file_id=file_id, now=timezone.now())
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{file_id}.zip"'
    return response


@GET_POST
@portal_user_required
@reauthentication_required(app="distributors")  # type: ignore[untyped-decorator]
def leave(request: HttpRequest) -> HttpResponse:
    """What leaving does, what is still open, and the asking for it."""
    user_id, now = user_id_of(request), timezone.now()
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            day = leaving.ask_for(user_id=user_id, erase=form.cleaned_data["erase"] == "yes", now=now)
        except leaving.AlreadyAsked:
            return redirect("leave")
        messages.success(
            request, _("You leave on %(day)s. Until then you can withdraw it.") % {"day": spoken.day(day)}
        )
        return redirect("leave")
    owner = own_data.owner_of(user_id=user_id)
    under = leavings.under_way(user_id=user_id)
    context: dict[str, Any] = {
        "form": form,
        "under": under,
        "day": spoken.day(under.due_at if under else now + leaving.COOLING),
        "days": leaving.COOLING.days,
        "open": leaving.still_open(owner=owner),
        "is_distributor": owner.distributor_id is not None,
    }
    return render(request, "distributors/leave.html", context)


@require_POST
@portal_user_required
def stay(request: HttpRequest) -> HttpResponse:
    """The asking is withdrawn."""
    try:
        leaving.withdraw(user_id=user_id_of(request), now=timezone.now())
    except leaving.NotLeaving:
        messages.error(request, _("There is nothing to withdraw."))
    else:
        messages.success(request, _("You stay. Nothing has changed."))
    return redirect("profile")


@require_POST
@signed_in_required
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """One of one's own sessions is ended; this very one by signing out."""
    session = UserSession.objects.filter(user_id=user_id_of(request), pk=session_id).first()
    if session is None or session.session_key == request.session.session_key:
        raise Http404
    session.end()
    messages.success(request, _("That place is signed out."))
    return redirect("usersessions_list")


def _until(one: files.File) -> str:
    return spoken.day(one.ready_at + own_data.KEPT) if one.ready_at else ""
