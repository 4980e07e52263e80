"""The audit trail, to be read: nothing of it is written or changed by anybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commissions.forms.trail import TrailForm
from commissions.queries import trail_page
from commissions.views.months import months_staff
from common.listing import FirstOnes
from common.queries import trail as queries

ON_A_PAGE = 50


@require_safe
@months_staff
def trail(request: HttpRequest) -> HttpResponse:
    """Entries, the newest first, and where the trail stands."""
    form = TrailForm(request.GET)
    chosen = form.chosen()
    page = FirstOnes(queries.listing(**chosen), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "is_narrowed": any(chosen.values()),
        "rows": trail_page.rows(entries=page),
        "page": page,
        "head": queries.head(),
        "nav": "staff-books",
    }
    return render(request, "commissions/staff_trail.html", context)
