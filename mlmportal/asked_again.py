"""What somebody is about to do when they are asked once more who they are."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from common import spoken


def before_what(*, request: HttpRequest) -> str:
    """A sentence or two about the page that comes next; of one's own account where nothing else is known."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    try:
        found = resolve(urlsplit(address).path)
        month = spoken.period_name(found.kwargs["key"]) if found.url_name == "staff-month-approve" else ""
    except (Resolver404, ValueError):  # nothing of ours, no month
        return _own_account()
    match found.url_name:
        case "staff-month-approve":
            return _(
                "You are about to approve %(month)s. What it pays is posted to the balances of people, and nobody "
                "can undo that."
            ) % {"month": month}
        case "staff-correction-approve":
            return _(
                "You are about to approve a correction. Its differences are posted to the balances of people, and "
                "nobody can undo that."
            )
        case "staff-adjustment-approve":
            return _("You are about to approve an adjustment. It is posted to a person’s balance at once.")
        case "staff-move-approve":
            return _(
                "You are about to approve a change of sponsor. It decides who is paid for what these people sell."
            )
    return _own_account()


def _own_account() -> str:
    return _("What comes next concerns your account or your data.")
