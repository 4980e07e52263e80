"""What the company says: a list, and each piece on a page of its own."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common import marks, spoken
from common.guards import portal_user_required, user_id_of
from distributors.operations import news as read
from distributors.queries import news

PAGE = 15


@require_safe
@portal_user_required
def listed(request: HttpRequest) -> HttpResponse:
    """The news meant for the reader, newest first; only what is not read where that is asked for."""
    now, reader = timezone.now(), news.reader(user_id=user_id_of(request))
    unread = request.GET.get("state") == "unread"
    found = news.for_reader(reader=reader, now=now, unread=unread)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [{"item": one, "when": spoken.lately(one.published_at, now=now)} for one in page]
    return render(request, "distributors/news.html", {"rows": rows, "page": page, "only_unread": unread})


@require_safe
@portal_user_required
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """One piece of news, read by being opened; not there for those it is not meant for."""
    now, user_id = timezone.now(), user_id_of(request)
    one = news.for_reader(reader=news.reader(user_id=user_id), now=now).filter(pk=item_id).first()
    if one is None:
        raise Http404
    if request.method == "GET":
        read.mark_read(item_id=one.pk, user_id=user_id, now=now)
    context = {"item": one, "blocks": marks.blocks(one.body), "when": spoken.day(one.published_at)}
    return render(request, "distributors/news_item.html", context)
