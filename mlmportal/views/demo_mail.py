"""The letters of the demo, for whoever sits before it: nobody there has the mailboxes they are sent to."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import mailbox


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The newest letters, of one address where `?to=` names it. Everywhere but in the demo there is no such page."""
    if not settings.SHOWS_MAIL:
        raise Http404
    to = request.GET.get("to", "").strip()
    context = {
        "letters": mailbox.newest(folder=Path(settings.EMAIL_FILE_PATH), to=to),
        "to": to,
        "nothing": _nothing(to),
    }
    return render(request, "mlmportal/demo_mail.html", context)


def _nothing(to: str) -> str:
    if to:
        return _("Nothing was sent to %(address)s lately.") % {"address": to}
    return _("What the portal sends appears here a moment later.")
