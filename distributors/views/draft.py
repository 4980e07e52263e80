"""What a newcomer has written so far: kept in the session for eight hours, so that a lost connection loses nothing.

The password is never kept. The token of the form stays the same until another link is opened: a form that is sent
again because its answer did not arrive makes nobody twice.
"""

import time
from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.crypto import get_random_string

DRAFT, TOKEN = "join_draft", "join_token"
KEPT_SECONDS = 8 * 3600
LONGEST = 254
FIELDS = ("given_name", "family_name", "email", "birth_date", "country", "phone")


def keep(request: HttpRequest, written: Mapping[str, str]) -> bool:
    """Keeps what is written; True for the first time."""
    is_first = DRAFT not in request.session
    fields = {name: written.get(name, "")[:LONGEST] for name in FIELDS}
    request.session[DRAFT] = {"at": int(time.time()), "fields": fields}
    return is_first


def written(request: HttpRequest) -> dict[str, str]:
    """What was written within that time, by the names of the form's fields."""
    found = request.session.get(DRAFT)
    if not isinstance(found, dict):
        return {}
    if time.time() - found.get("at", 0) > KEPT_SECONDS:
        request.session.pop(DRAFT)
        return {}
    return dict(found.get("fields", {}))


def token(request: HttpRequest) -> str:
    """The form's token, the same for every look at it."""
    if TOKEN not in request.session:
        request.session[TOKEN] = get_random_string(32)
    return str(request.session[TOKEN])


def submission(request: HttpRequest) -> str:
    """The token that came with a form; for a look at the page the one it had before, if any."""
    sent = request.POST if request.method == "POST" else request.session
    return str(sent.get("submission" if request.method == "POST" else TOKEN, "")).replace("\x00", "")[:64]


def begin_anew(request: HttpRequest) -> None:
    """A link is opened: what follows is another sign-up, perhaps of somebody else on the same telephone."""
    request.session.pop(TOKEN, None)


def done(request: HttpRequest) -> None:
    """Signed up: what was written is forgotten. The token stays, should the answer not arrive."""
    request.session.pop(DRAFT, None)
