"""A distributor's team: outline, table, one person, and the same as a file."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commissions.forms.team import LookForm, SearchForm
from commissions.queries import members, outline
from commissions.views import team_export, team_rows
from commissions.views.asking import number_of
from common import spoken
from common.guards import distributor_id, distributor_required, me_of
from distributors.queries import sponsor_tree, visibility
from distributors.queries.visibility import NotVisible, Seen

FOUND = 20
# An outline that is opened deeper than this starts further down: nobody reads a thousand levels on one page.
DEEPEST_OPEN = 7


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What the address asks for, after everything unreadable was replaced by the usual."""

    viewer_id: int
    viewer_number: str
    month: members.Month
    months: list[members.Month]
    sort: str

    @property
    def query(self) -> dict[str, str]:
        """What links keep: nothing while everything is as usual."""
        kept = {}
        if self.month.key != self.months[0].key:
            kept["month"] = self.month.key
        if self.sort != members.DEFAULT_SORT:
            kept["sort"] = self.sort
        return kept


def asked(request: HttpRequest) -> Ask:
    """Reads month and order from the address; a month without figures is 404."""
    months = members.months() or [members.unmeasured(now=timezone.now())]
    key = request.GET.get("month") or months[0].key
    found = [month for month in months if month.key == key]
    if not found:
        raise Http404
    sort = request.GET.get("sort", "")
    return Ask(
        viewer_id=distributor_id(request),
        viewer_number=me_of(request).number,  # type: ignore[union-attr]
        month=found[0],
        months=months,
        sort=sort if sort in members.SORTS else members.DEFAULT_SORT,
    )


def seen(ask: Ask, number: str) -> Seen:
    """The person behind a number, or 404 for everybody this viewer may not see."""
    try:
        return visibility.find(viewer_id=ask.viewer_id, number=number)
    except NotVisible as error:
        raise Http404 from error


@require_safe
@distributor_required
def team(request: HttpRequest) -> HttpResponse:
    """The outline with its first page of members; or what a search found; or everybody as a table."""
    ask = asked(request)
    words = request.GET.get("q", "").strip()[:80]
    if words:
        return _search(request, ask, words)
    if request.GET.get("view") == "table":
        return _table(request, ask)
    page = number_of(request, "page")
    branch = outline.opened(path=[ask.viewer_id], month=ask.month, sort=ask.sort, page=page)
    return _page(request, ask, {"tree": team_rows.tree(ask, [], branch)})


@require_safe
@distributor_required
def branch(request: HttpRequest, number: str) -> HttpResponse:
    """One branch open or shut: a row for htmx, the whole page with the path opened without script."""
    ask = asked(request)
    found = seen(ask, number)
    shut = "shut" in request.GET
    if request.htmx:  # type: ignore[attr-defined]
        return _piece(request, ask, found, shut)
    ids = [ask.viewer_id] + [step.id for step in found.path if step.id != ask.viewer_id]
    tree = _opened(ask, found, ids[:-1] if shut and len(ids) > 1 else ids, number_of(request, "page"))
    return _page(request, ask, {"tree": tree, **_path(ask, found)})


@require_safe
@distributor_required
def team_person(request: HttpRequest, number: str) -> HttpResponse:
    """One person as an upline may see them, beside the outline opened down to them."""
    ask = asked(request)
    found = seen(ask, number)
    if found.tier == "self":
        return _page(request, ask, {"tree": _opened(ask, found, [ask.viewer_id], 1)})
    ids = [ask.viewer_id] + [step.id for step in found.path if step.id != ask.viewer_id]
    tree = _opened(ask, found, ids[:-1], 1, chosen=found.number)
    card = team_rows.card(ask, found, _alone(ask, found))
    return _page(request, ask, {"tree": tree, "person": card, **_path(ask, found)})


@require_safe
@distributor_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole team as CSV, streamed."""
    ask = asked(request)
    file = team_export.lines(viewer_id=ask.viewer_id, month=ask.month)
    response = StreamingHttpResponse(file, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="team-{ask.month.key}.csv"'
    return response


def _search(request: HttpRequest, ask: Ask, words: str) -> HttpResponse:
    hits = sponsor_tree.search(viewer_id=ask.viewer_id, text=words, limit=FOUND + 1)
    if len(hits) == 1:
        found = seen(ask, hits[0].number)
        ids = [ask.viewer_id] + [step.id for step in found.path if step.id != ask.viewer_id]
        tree = _opened(ask, found, ids[:-1], 1, chosen=found.number, hit=True)
        card = team_rows.card(ask, found, _alone(ask, found))
        return _page(request, ask, {"tree": tree, "person": card, "found": 1, **_path(ask, found)})
    people = [outline.as_person(row) for row in hits[:FOUND]]
    levels = sponsor_tree.levels_below(distributor_id=ask.viewer_id, ids=[one.id for one in people])
    rows = team_rows.table(ask, outline.rows_of(people=people, month=ask.month), levels)
    more = len(hits) > FOUND
    return _page(request, ask, {"rows": rows, "words": words, "found": len(rows), "found_more": more})


def _table(request: HttpRequest, ask: Ask) -> HttpResponse:
    everybody = outline.known_in(people=sponsor_tree.downline(distributor_id=ask.viewer_id), month=ask.month)
    ordered = members.in_order(people=everybody.select_related("profile"), month=ask.month, sort=ask.sort)
    page = Paginator(ordered, outline.PAGE).get_page(number_of(request, "page"))
    people = [outline.as_person(row) for row in page]
    levels = sponsor_tree.levels_below(distributor_id=ask.viewer_id, ids=[one.id for one in people])
    confirmed = [one for one in people if one.id in levels]
    rows = team_rows.table(ask, outline.rows_of(people=confirmed, month=ask.month), levels)
    return _page(request, ask, {"rows": rows, "pages": page, "as_table": True})


def _opened(
    ask: Ask, found: Seen, ids: list[int], page: int, *, chosen: str = "", hit: bool = False
) -> dict[str, Any]:
    start = max(0, len(ids) - DEEPEST_OPEN)
    branch = outline.opened(path=ids[start:], month=ask.month, sort=ask.sort, page=page)
    steps = list(found.path)[: start + 1] if start else []
    return team_rows.tree(ask, steps, branch, chosen=chosen, hit=hit)


def _piece(request: HttpRequest, ask: Ask, found: Seen, shut: bool) -> HttpResponse:
    page = number_of(request, "page")
    level = number_of(request, "level", most=60)
    if page > 1:
        name = found.path[-1].name if found.tier == "upline" else ""
        more = outline.opened(path=[found.distributor_id], month=ask.month, sort=ask.sort, page=page)
        rows = team_rows.more(ask, found.number, name, more, level)
        return render(request, "commissions/_outline_more.html", rows)
    one = _alone(
        ask,
        found,
        level=level,
        position=number_of(request, "position", most=10**9),
        size=number_of(request, "size", most=10**9),
    )
    row = team_rows.row(ask, one, inner=None if shut else _below(ask, found, level))
    return render(request, "components/outline_row.html", {"row": row})


def _below(ask: Ask, found: Seen, level: int) -> outline.Branch:
    return outline.opened(path=[found.distributor_id], month=ask.month, sort=ask.sort, level=level + 1)


def _alone(ask: Ask, found: Seen, *, level: int = 1, position: int = 1, size: int = 1) -> outline.Member:
    if found.tier == "self":
        raise Http404
    beside = sponsor_tree.direct_members(distributor_id=found.path[-2].id)
    who = outline.as_person(beside.get(pk=found.distributor_id))
    return outline.alone(person=who, level=level, position=position, size=size, month=ask.month)


def _path(ask: Ask, found: Seen) -> dict[str, Any]:
    return {"path": team_rows.path(ask, found), "place": found.level_below}


def _page(request: HttpRequest, ask: Ask, more: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    everybody = sponsor_tree.downline(distributor_id=ask.viewer_id)
    address = reverse("team")
    choices = [(month.key, spoken.month_name(month.starts_at)) for month in ask.months]
    here = {"month": ask.month.key, "sort": ask.sort}
    context = {
        "month": ask.month,
        "month_word": spoken.month_word(ask.month.starts_at),
        "as_of": spoken.as_of(ask.month.as_of, now=now) if ask.month.as_of else "",
        "people_below": everybody.count(),
        "people_active": members.active_count(month=ask.month, people=everybody),
        "search": SearchForm(initial={**here, "q": more.get("words", "")}, action=address),
        "look": LookForm(initial=here, action=address, months=choices),
        "kept": team_rows.kept(ask),
        "columns": team_rows.columns(ask),
        **more,
    }
    return render(request, "commissions/team.html", context)
