"""A sponsor's newcomers who wait for a place in a placement tree."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common import spoken
from common.guards import distributor_id, distributor_required
from distributors.forms.placing import PlaceForm
from distributors.operations import holding
from distributors.queries import holdings


@require_safe
@distributor_required
def waiting(request: HttpRequest) -> HttpResponse:
    """Everybody who waits for the sponsor's choice, the most urgent first."""
    now = timezone.now()
    rows = [
        {"one": one, "until": spoken.day_and_time(one.ends_at), "hours": _hours(one, now)}
        for one in holdings.waiting(sponsor_id=distributor_id(request), now=now)
    ]
    return render(request, "distributors/placing.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@distributor_required
def choose(request: HttpRequest, tree: str, number: str) -> HttpResponse:
    """One newcomer, and the free places in each leg. Not there for anybody but the sponsor."""
    me, now = distributor_id(request), timezone.now()
    one = holdings.waiting_one(tree=tree, number=number, sponsor_id=me, now=now)
    if one is None:
        raise Http404
    places = holdings.places(tree_id=one.tree_id, sponsor_id=me)
    form = PlaceForm(request.POST or None, places=places)
    status = 200
    if request.method == "POST" and form.is_valid():
        problem = _choose(form, one, me, now)
        if not problem:
            messages.success(request, _("%(name)s has a place now.") % {"name": one.name})
            return redirect("placing")
        form.add_error("place", problem)
        status = 409
    context: dict[str, Any] = {
        "one": one,
        "form": form,
        "places": places,
        "until": spoken.day_and_time(one.ends_at),
        "hours": _hours(one, now),
    }
    return render(request, "distributors/placing_choose.html", context, status=status)


def _choose(form: PlaceForm, one: holdings.Waiting, me: int, now: datetime) -> str:
    """Takes the place; a sentence when that was not possible."""
    parent_id, slot = form.chosen()
    try:
        holding.choose(holding_id=one.holding_id, sponsor_id=me, parent_id=parent_id, slot=slot, now=now)
    except holding.SlotTaken:
        return _("This place is no longer free. Choose another one.")
    except holding.TreeBusy as busy:
        return str(busy)
    except (holding.NotYours, holding.HoldingIsOver):
        raise Http404 from None
    return ""


def _hours(one: holdings.Waiting, now: datetime) -> int:
    """Whole hours left; 0 in the last one."""
    return int((one.ends_at - now).total_seconds() // 3600)
