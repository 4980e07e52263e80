"""The whole team as a table: columns, filters, order, views that somebody kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from commissions.forms.team import COLUMNS, USUAL_COLUMNS, TableForm, ViewForm
from commissions.operations import team as team_operations
from commissions.queries import plans, team_table, team_views
from commissions.views import team_cells, team_rows
from commissions.views.asking import number_of
from commissions.views.team_asked import Ask, asked
from commissions.views.team_page import show
from common import spoken
from common.dates import period_bounds, period_of, previous_period
from common.guards import distributor_id, distributor_required

MONTHS = 13
FILTERS = ("level", "rank", "activity", "joined", "close")


@dataclass(frozen=True, kw_only=True)
class TableAsk:
    """A table's columns, whom it shows, in which order; `query` says the same as an address does, without month."""

    form: TableForm
    columns: tuple[str, ...]
    choice: team_table.Choice
    sort: str
    query: str

    @property
    def narrows(self) -> bool:
        """Whether anybody may be left out."""
        one = self.choice
        found = (one.level, one.rank, one.activity or None, one.joined, one.close or None, one.leg or None)
        return any(part is not None for part in found)


def read(request: HttpRequest, ask: Ask) -> TableAsk:
    """The table that an address asks for."""
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in team_table.SORTS:
        sort = "gv"
    form = _form(request, ask, sort)
    form.is_valid()
    clean = form.cleaned_data
    columns = tuple(clean.get("col") or USUAL_COLUMNS)
    choice = team_table.Choice(
        level=clean.get("level"),
        rank=clean.get("rank"),
        activity=clean.get("activity", ""),
        joined=_span(clean.get("joined", "")),
        close=bool(clean.get("close")),
        leg=clean.get("leg", ""),
        sort=sort.removeprefix("-"),
        reverse=sort.startswith("-"),
        with_near="near" in columns,
    )
    return TableAsk(form=form, columns=columns, choice=choice, sort=sort, query=_query(clean, columns, sort))


def context(request: HttpRequest, ask: Ask, *, saving: ViewForm | None = None) -> dict[str, Any]:
    """What the page needs of the table."""
    table = read(request, ask)
    found = team_table.select(
        viewer_id=ask.viewer_id, month=ask.month, choice=table.choice, most=team_table.MOST
    )
    shown = found.order[: team_table.MOST].tolist()
    page = Paginator(shown, team_table.PAGE).get_page(number_of(request, "page"))
    people = team_table.rows(viewer_id=ask.viewer_id, month=ask.month, selection=found, part=list(page))
    views = team_views.of_person(distributor_id=ask.viewer_id)
    keep = reverse("team-views") + behind(table, ask)
    return {
        "as_table": True,
        "rows": team_cells.with_cells(
            [team_rows.table_row(ask, one) for one in people], columns=table.columns
        ),
        "pages": page,
        "kept_people": len(found),
        "all_people": found.total,
        "at_the_end": found.at_the_end,
        "most": team_table.MOST if len(found) > team_table.MOST else None,
        "heads": _heads(table, ask),
        "columns": table.columns,
        "narrowed": table.narrows,
        "leg": table.choice.leg,
        "without_leg": _changed(table, ask, leg=None),
        "unnarrowed": _changed(table, ask, **dict.fromkeys((*FILTERS, "leg"))),
        "table_form": table.form,
        "views": [_view(one, table) for one in views],
        "save_form": saving or ViewForm(action=keep),
        "may_save": table.query not in {one.query for one in views},
        "exports": behind(table, ask),
        "people_counted": (found.total, found.active),
    }


@require_http_methods(["GET", "POST"])
@distributor_required
def views(request: HttpRequest) -> HttpResponse:
    """Keeps what the address shows under a name; the page again, with what was typed, where the name will not do."""
    ask = asked(request)
    table = read(request, ask)
    address = reverse("team") + behind(table, ask)
    if request.method != "POST":
        return redirect(address)
    form = ViewForm(request.POST, action=request.get_full_path())
    if form.is_valid():
        name, now = form.cleaned_data["name"], timezone.now()
        try:
            team_operations.save_view(distributor_id=ask.viewer_id, name=name, query=table.query, now=now)
        except team_operations.TooManyViews:
            form.add_error("name", _("You have 20 views, which is as many as are kept. Remove one first."))
        else:
            messages.success(request, _("The view “%(name)s” is kept.") % {"name": name})
            return redirect(address)
    return show(request, ask, context(request, ask, saving=form))


@require_POST
@distributor_required
def remove_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forgets a view; one that is not there is gone already."""
    team_operations.remove_view(distributor_id=distributor_id(request), view_id=view_id)
    messages.success(request, _("The view was removed."))
    return redirect(reverse("team") + "?view=table")


def behind(table: TableAsk, ask: Ask) -> str:
    """The whole table as the end of an address."""
    month = {"month": ask.month.key} if ask.month.key != ask.months[0].key else {}
    return "?" + "&".join(part for part in (table.query, urlencode(month)) if part)


def _form(request: HttpRequest, ask: Ask, sort: str) -> TableForm:
    month = ask.month
    ladder = plans.of_run(run_id=month.run_id).ladder if month.run_id else ()
    given = request.GET.copy()
    given.setdefault("month", month.key)
    given["sort"] = sort
    given["view"] = "table"
    if not given.getlist("col"):
        given.setlist("col", list(USUAL_COLUMNS))
    touched = any(map(request.GET.get, FILTERS)) or tuple(given.getlist("col")) != USUAL_COLUMNS
    return TableForm(
        given,
        action=reverse("team"),
        months=[(one.key, spoken.period_name(one.key)) for one in ask.months],
        ranks=[(step, rank.label) for step, rank in enumerate(ladder)],
        joined=_joined_in(ask.months[0].starts_at),
        sort=sort,
        is_open=touched,
    )


def _joined_in(newest: datetime) -> list[tuple[str, str]]:
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    key, found = period_of(newest, zone), []
    for _month in range(MONTHS):
        found.append((key, spoken.period_name(key)))
        key = previous_period(key)
    return found


def _span(key: str) -> tuple[datetime, datetime] | None:
    return period_bounds(key, ZoneInfo(settings.COMPANY_TIME_ZONE)) if key else None


def _query(clean: dict[str, Any], columns: tuple[str, ...], sort: str) -> str:
    """What the address of the table says, in one order, so that two that show the same are the same."""
    parts: list[tuple[str, object]] = [("view", "table")]
    parts += [("col", one) for one in columns if columns != USUAL_COLUMNS]
    for name in (*FILTERS, "leg"):
        value = clean.get(name)
        if value not in (None, "", False):
            parts.append((name, "on" if value is True else value))
    if sort != "gv":
        parts.append(("sort", sort))
    return urlencode(parts)


def _changed(table: TableAsk, ask: Ask, **changes: str | None) -> str:
    """The address of the same table with something else; None takes it away."""
    parts = [(key, value) for key, value in parse_qsl(behind(table, ask)[1:]) if key not in changes]
    parts += [(key, value) for key, value in changes.items() if value is not None]
    return f"{reverse('team')}?{urlencode(parts)}"


def _heads(table: TableAsk, ask: Ask) -> dict[str, dict[str, str]]:
    """The headers: a link that sorts by the column, the other way round where it is the order already."""
    heads = {}
    for key in ("name", *(name for name, _word in COLUMNS)):
        current = table.choice.sort == key
        turned = current and not table.choice.reverse
        down = team_table.SORTS[key] != table.choice.reverse
        heads[key] = {
            "link": _changed(table, ask, sort=f"-{key}" if turned else key),
            "order": ("descending" if down else "ascending") if current else "",
        }
    return heads


def _view(one: team_views.View, table: TableAsk) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "link": f"{reverse('team')}?{one.query}",
        "current": one.query == table.query,
    }
