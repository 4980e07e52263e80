"""What one was told of, how one wants to be told, and the link in mails that stops them."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import spoken
from common.guards import PersonalRequest, me_of, portal_user_required, user_id_of
from distributors.forms.notices import ChoicesForm, FilterForm
from distributors.operations import notice_choices
from distributors.operations import notices as told
from distributors.queries import notices
from distributors.queries.notice_kinds import KINDS
from distributors.queries.notice_words import said

PAGE = 30


@require_safe
@portal_user_required
def listed(request: HttpRequest) -> HttpResponse:
    """Everything the person was told of, newest first, a page at a time."""
    me, now = cast("PersonalRequest", request).me, timezone.now()
    form = FilterForm(request.GET or None)
    kinds, unread = form.asked() if form.is_bound else ((), False)
    found = notices.of_person(user_id=me.user_id, kinds=kinds, unread=unread)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        {"notice": one, "said": said(notice=one), "when": spoken.lately(one.created_at, now=now)}
        for one in notices.told(notices=page, viewer_id=me.distributor_id)
    ]
    context = {"filter": form, "rows": rows, "page": page, "is_narrowed": bool(kinds or unread)}
    return render(request, "distributors/notices.html", context)


@require_POST
@portal_user_required
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice has been read; then to what it is about, where that was asked for."""
    user_id = user_id_of(request)
    one = notices.of_person(user_id=user_id).filter(pk=notice_id).first()
    if one is None:
        raise Http404
    told.mark_read(user_id=user_id, notice_id=notice_id, now=timezone.now())
    me = cast("PersonalRequest", request).me
    (shown,) = notices.told(notices=[one], viewer_id=me.distributor_id)
    link = said(notice=shown).link
    return redirect(link if "open" in request.POST and link else "notices")


@require_POST
@portal_user_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything has been read."""
    told.mark_read(user_id=user_id_of(request), notice_id=None, now=timezone.now())
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
@portal_user_required
def choices(request: HttpRequest) -> HttpResponse:
    """For each kind of thing: on the portal, by mail; and how often mail comes."""
    me = cast("PersonalRequest", request).me
    mine = notices.choices(user_id=me.user_id)
    form = ChoicesForm(request.POST or None, now=mine, is_distributor=me.distributor_id is not None)
    if request.method == "POST" and form.is_valid():
        rhythm, now = form.cleaned_data["rhythm"], timezone.now()
        notice_choices.choose(user_id=me.user_id, choices=form.choices(), rhythm=rhythm, now=now)
        messages.success(request, _("From now on you are told as you have chosen."))
        return redirect("notice-choices")
    return render(request, "distributors/notice_choices.html", {"form": form, "email": _email(request)})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stops mail about a kind of thing, or all of it, for whoever holds the link: no login is needed.

    Reading the page changes nothing, for mail programs open links by themselves; a POST does, also the one that a
    mail program sends when its own "unsubscribe" is pressed. The signature in the link is the proof.
    """
    try:
        user_id, kind = notice_choices.read_token(text=token)
    except notice_choices.BadToken:
        return render(request, "distributors/mail_stop.html", {"bad": True}, status=404)
    about = KINDS.get(kind)
    done = again = False
    if request.method == "POST" and notices.is_login(user_id=user_id):
        again = "again" in request.POST
        everything = "everything" in request.POST
        notice_choices.stop_mail(
            user_id=user_id, kind=notice_choices.EVERYTHING if everything else kind, again=again
        )
        done = not again
        about = None if everything else about
    context = {"about": about.label if about else "", "done": done, "again": again}
    return render(request, "distributors/mail_stop.html", context)


def _email(request: HttpRequest) -> str:
    return str(getattr(me_of(request), "email", ""))
