"""A distributor's team: outline, table, diagram, one person."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commissions.queries import branch as branches
from commissions.queries import outline, person_card
from commissions.views import team_cells, team_rows, team_table
from commissions.views.asking import number_of
from commissions.views.team_asked import Ask, asked, seen
from commissions.views.team_page import show
from common.guards import distributor_required
from distributors.queries import sponsor_tree
from distributors.queries.visibility import Seen

FOUND = 20
FOUND_COLUMNS = ("level", "below", "rank", "active", "joined", "pv", "gv")
# An outline that is opened deeper than this starts further down: nobody reads a thousand levels on one page.
DEEPEST_OPEN = 7


@require_safe
@distributor_required
def team(request: HttpRequest) -> HttpResponse:
    """The outline with its first page of members; or what a search found; or everybody as a table."""
    ask = asked(request)
    words = request.GET.get("q", "").strip()[:80]
    if words:
        return _search(request, ask, words)
    if request.GET.get("view") == "table":
        return show(request, ask, team_table.context(request, ask))
    if request.GET.get("view") == "diagram":
        return _diagram(request, ask, None)
    page = number_of(request, "page")
    branch = outline.opened(path=[ask.viewer_id], month=ask.month, sort=ask.sort, page=page)
    return show(request, ask, {"tree": team_rows.tree(ask, [], branch)})


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
    return show(request, ask, {"tree": tree, **_path(ask, found)})


@require_safe
@distributor_required
def team_person(request: HttpRequest, number: str) -> HttpResponse:
    """One person as an upline may see them, beside the outline opened down to them."""
    ask = asked(request)
    found = seen(ask, number)
    if found.tier == "self":
        return show(request, ask, {"tree": _opened(ask, found, [ask.viewer_id], 1)})
    ids = [ask.viewer_id] + [step.id for step in found.path if step.id != ask.viewer_id]
    tree = _opened(ask, found, ids[:-1], 1, chosen=found.number)
    card = _card(ask, found)
    return show(request, ask, {"tree": tree, "person": card, **_path(ask, found)})


@require_safe
@distributor_required
def diagram(request: HttpRequest, number: str) -> HttpResponse:
    """The branch of one person as a drawing."""
    ask = asked(request)
    return _diagram(request, ask, seen(ask, number))


def _diagram(request: HttpRequest, ask: Ask, found: Seen | None) -> HttpResponse:
    top = found.distributor_id if found else ask.viewer_id
    drawing = branches.drawn(top_id=top, month=ask.month, page=number_of(request, "page"))
    is_self = found is None or found.tier == "self"
    way = {} if found is None or is_self else _path(ask, found)
    return show(request, ask, {"drawing": team_rows.drawing(ask, drawing, None if is_self else found), **way})


def _search(request: HttpRequest, ask: Ask, words: str) -> HttpResponse:
    hits = sponsor_tree.search(viewer_id=ask.viewer_id, text=words, limit=FOUND + 1)
    if len(hits) == 1:
        found = seen(ask, hits[0].number)
        ids = [ask.viewer_id] + [step.id for step in found.path if step.id != ask.viewer_id]
        tree = _opened(ask, found, ids[:-1], 1, chosen=found.number, hit=True)
        card = _card(ask, found)
        return show(request, ask, {"tree": tree, "person": card, "found": 1, **_path(ask, found)})
    people = [outline.as_person(row) for row in hits[:FOUND]]
    levels = sponsor_tree.levels_below(distributor_id=ask.viewer_id, ids=[one.id for one in people])
    known = team_rows.found(ask, outline.rows_of(people=people, month=ask.month), levels)
    rows = team_cells.with_cells(known, columns=FOUND_COLUMNS)
    more = len(hits) > FOUND
    return show(
        request,
        ask,
        {"rows": rows, "columns": FOUND_COLUMNS, "words": words, "found": len(rows), "found_more": more},
    )


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


def _card(ask: Ask, found: Seen) -> dict[str, Any]:
    more = person_card.of_person(person_id=found.distributor_id, viewer_id=ask.viewer_id, month=ask.month)
    return team_rows.card(ask, found, _alone(ask, found), more)


def _path(ask: Ask, found: Seen) -> dict[str, Any]:
    return {"path": team_rows.path(ask, found), "place": found.level_below}
