"""The page of the team around whatever is shown of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from commissions.forms.team import LookForm, SearchForm
from commissions.queries import sizes
from commissions.views import team_rows
from commissions.views.team_asked import Ask
from common import spoken


def show(request: HttpRequest, ask: Ask, more: dict[str, Any]) -> HttpResponse:
    """The page with its head, its search and the choice of month and order."""
    now = timezone.now()
    below, active = more.pop("people_counted", None) or _counted(ask)
    address = reverse("team")
    choices = [(month.key, spoken.period_name(month.key)) for month in ask.months]
    here = {"month": ask.month.key, "sort": ask.sort}
    context = {
        "month": ask.month,
        "month_word": spoken.period_word(ask.month.key),
        "as_of": spoken.as_of(ask.month.as_of, now=now) if ask.month.as_of else "",
        "people_below": below,
        "people_active": active,
        "search": SearchForm(initial={**here, "q": more.get("words", "")}, action=address),
        "look": LookForm(initial=here, action=address, months=choices),
        "kept": team_rows.kept(ask),
        "month_query": f"?view=table{'&month=' + ask.month.key if ask.query.get('month') else ''}",
        "nav": "team",
        **more,
    }
    return render(request, "commissions/team.html", context)


def _counted(ask: Ask) -> tuple[int, int]:
    size = sizes.of_month(person_id=ask.viewer_id, month=ask.month)
    return size.below, size.active
