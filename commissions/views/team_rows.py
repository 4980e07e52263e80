"""The team's people as the templates' rows: words, links and what a screen reader says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from commissions.queries import branch as branches
from commissions.queries import members, outline, person_card, team_table
from commissions.queries.standing import Standing
from common import spoken
from common.templatetags.portal import counted, money_filter, volume
from distributors.queries import visibility
from distributors.queries.visibility import Seen

WORDS = {"active": "active", "at_risk": "at risk", "inactive": "not active"}
LONGEST_PATH = 8


class Asked(Protocol):
    """What the address asked for; see views.team.Ask."""

    @property
    def month(self) -> members.Month: ...
    @property
    def sort(self) -> str: ...
    @property
    def viewer_number(self) -> str: ...
    @property
    def query(self) -> dict[str, str]: ...


def kept(ask: Asked) -> str:
    """What a link to another view of the same team carries on."""
    return urlencode(ask.query)


def address(name: str, *args: str, ask: Asked, **more: object) -> str:
    """The address of a page of the team, month and order kept."""
    values = {**ask.query, **{key: value for key, value in more.items() if value}}
    return reverse(name, args=args) + (f"?{urlencode(values)}" if values else "")


def tree(
    ask: Asked, above: list[Any], branch: outline.Branch, *, chosen: str = "", hit: bool = False
) -> dict[str, Any]:
    """An outline: rows, what comes after them, and who stands above when it starts further down."""
    root = above[-1] if above else None
    number, name = (root.number, root.name) if root else (ask.viewer_number, "")
    return {
        "rows": [row(ask, one, chosen=chosen, hit=hit) for one in branch.rows],
        "under": name,
        "up": address("team-branch", above[-2].number, ask=ask) if len(above) > 1 else "",
        "earlier": address("team-branch", number, ask=ask, page=branch.page - 1) if branch.page > 1 else "",
        "level": 1,
        **_more(ask, number, name, branch, 1),
    }


def row(
    ask: Asked,
    one: outline.Member,
    *,
    inner: outline.Branch | None = None,
    chosen: str = "",
    hit: bool = False,
) -> dict[str, Any]:
    """One row of the outline with everybody who stands open inside it."""
    branch = inner or one.branch
    number = one.person.number
    here = {"level": one.level, "position": one.position, "size": one.size}
    is_chosen = number == chosen
    return {
        **_figures(ask, one),
        "sentence": _sentence(one),
        "id": f"member-{one.person.id}",
        "level": one.level,
        "position": one.position,
        "size": one.size,
        "expanded": None if not one.below else branch is not None,
        "toggle": address("team-branch", number, ask=ask, shut="yes" if branch else "", **here),
        "chosen": is_chosen,
        "hit": is_chosen and hit,
        "children": [row(ask, child, chosen=chosen, hit=hit) for child in branch.rows] if branch else [],
        **(_more(ask, number, one.person.name, branch, one.level + 1) if branch else {}),
    }


def more(ask: Asked, number: str, name: str, branch: outline.Branch, level: int) -> dict[str, Any]:
    """The next page of a branch, for the place where "N more" stood."""
    rows = [row(ask, _at_level(one, level)) for one in branch.rows]
    return {"rows": rows, "level": level, **_more(ask, number, name, branch, level)}


def found(ask: Asked, rows: list[outline.Member], levels: Mapping[int, int]) -> list[dict[str, Any]]:
    """Rows without branches, each with the level below the viewer."""
    return [
        {**_figures(ask, one), "level": levels.get(one.person.id, 0), "joined": one.person.joined_at}
        for one in rows
    ]


def table_row(ask: Asked, one: team_table.Row) -> dict[str, Any]:
    """A row of the table of the whole team."""
    shown = _figures(ask, one)
    return {
        **shown,
        "level": one.level,
        "generation": one.generation,
        "leg": one.leg.name if one.leg else "",
        "leg_link": address("team", ask=ask, view="table", leg=one.leg.number) if one.leg else "",
        "career": one.career,
        "joined": one.person.joined_at,
        "last": one.last_order,
        "near": one.near,
    }


def drawing(ask: Asked, found: branches.Branch, whose: Seen | None) -> dict[str, Any]:
    """A branch as boxes: each leads to the drawing of its own branch, or to the card of who has nobody below."""
    number = whose.number if whose else ""
    name = whose.path[-1].name if whose else ""

    def page(at: int) -> str:
        wanted = at if at > 1 else ""
        if whose:
            return address("team-diagram", number, ask=ask, page=wanted)
        return address("team", ask=ask, view="diagram", page=wanted)

    up = address("team", ask=ask, view="diagram") if whose else ""
    if whose and whose.level_below > 1:
        up = address("team-diagram", whose.path[-2].number, ask=ask)
    return {
        "name": name,
        "top": _box(ask, found.top, is_top=True) | {"link": _card_link(ask, whose)},
        "twigs": [
            {
                "box": _box(ask, twig.member),
                "under": [_box(ask, one) for one in twig.under],
                "more": _more_under(twig),
                "more_link": address("team-diagram", twig.member.person.number, ask=ask),
            }
            for twig in found.twigs
        ],
        "up": up,
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "earlier": page(found.page - 1) if found.page > 1 else "",
        "further": page(found.page + 1) if found.page < found.pages else "",
        "outline": address("team-branch", number, ask=ask) if whose else address("team", ask=ask),
    }


def _box(ask: Asked, one: outline.Member, *, is_top: bool = False) -> dict[str, Any]:
    page = "team-diagram" if one.below else "team-person"
    return {**_figures(ask, one), "link": address(page, one.person.number, ask=ask), "is_top": is_top}


def _card_link(ask: Asked, whose: Seen | None) -> str:
    return address("team-person", whose.number, ask=ask) if whose else ""


def _more_under(twig: branches.Twig) -> str:
    if not twig.more:
        return ""
    return gettext("%(count)s more under %(name)s") % {
        "count": counted(twig.more),
        "name": twig.member.person.name,
    }


def path(ask: Asked, found: Seen) -> list[dict[str, str]]:
    """From the viewer down to the person; the middle of a long way is left out."""
    steps = [{"name": gettext("You"), "link": address("team", ask=ask)}]
    steps += [
        {"name": step.name, "link": address("team-person", step.number, ask=ask)} for step in found.path[1:]
    ]
    if len(steps) <= LONGEST_PATH:
        return steps
    cut = steps[-LONGEST_PATH + 2 :]
    return [steps[0], {"name": "…", "link": steps[len(steps) - len(cut) - 1]["link"]}, *cut]


def card(ask: Asked, found: Seen, one: outline.Member, more: person_card.Card) -> dict[str, Any]:
    """What somebody above may know: name, rank, activity, volumes, dates, people below, what their sales paid the
    viewer, and how far they are to the next rank."""
    last = spoken.day(more.last_order) if more.last_order else gettext("none yet")
    facts = [
        {"label": gettext("People below"), "value": counted(one.below)},
        {"label": gettext("Last order"), "value": last},
    ]
    if one.figures is None:
        facts.append({"label": spoken.period_word(ask.month.key), "value": gettext("not measured yet")})
    else:
        facts += [
            {"label": gettext("Own volume"), "value": volume(one.figures.own_volume, "PV")},
            {"label": gettext("Group volume"), "value": volume(one.figures.group_volume, "GV")},
        ]
    sponsor = found.path[-2]
    facts += [
        {
            "label": gettext("Sponsored by"),
            "value": gettext("You") if found.level_below == 1 else sponsor.name,
        },
        {"label": gettext("Joined"), "value": spoken.day(one.person.joined_at)},
        *_contact(found),
    ]
    if more.standing is not None:
        facts.append({"label": gettext("Career rank"), "value": more.standing.title.label})
    if more.paid is not None:
        facts.append({"label": gettext("Paid you for their sales"), "value": money_filter(more.paid)})
    place = gettext("your level %(level)s") % {"level": counted(found.level_below)}
    return {
        **_figures(ask, one),
        "place": place,
        "facts": facts,
        "estimate": not ask.month.final,
        "diagram": address("team-diagram", found.number, ask=ask) if one.below else "",
        **_next_rank(more.standing),
    }


def _next_rank(found: Standing | None) -> dict[str, Any]:
    """The next rank and how much of what it asks is there; what is neither points nor a count has no bar."""
    if found is None or found.next_rank is None:
        return {}
    needs = [
        {
            "label": need.label or need.text,
            "have": need.have,
            "need": need.need,
            "unit": (need.volume_unit or gettext("points")) if need.unit == "points" else "",
            "count": need.unit == "count",
        }
        for need in found.next_rank.requirements
        if need.unit in ("points", "count")
    ]
    return {"next_rank": found.next_rank.label, "needs": needs}


def _contact(found: Seen) -> list[dict[str, str]]:
    """The contact data the person has opened to this viewer."""
    open_to_me = visibility.contacts(viewer_id=found.path[0].id, ids=[found.distributor_id])
    known = open_to_me.get(found.distributor_id)
    if known is None:
        return []
    rows = (
        (gettext("Telephone"), known.phone),
        (gettext("E-mail"), known.email),
        (gettext("Town"), known.city),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _figures(ask: Asked, one: outline.Member | team_table.Row) -> dict[str, Any]:
    known = one.figures
    return {
        "name": one.person.name,
        "number": one.person.number,
        "link": address("team-person", one.person.number, ask=ask),
        "below": one.below,
        "rank_name": known.rank_name if known else gettext("not measured yet"),
        "rank_step": known.rank_step if known else 0,
        "rank_total": known.rank_count if known else 6,
        "activity": known.activity if known else "",
        "pv": known.own_volume if known else None,
        "gv": known.group_volume if known else None,
    }


def _sentence(one: outline.Member) -> str:
    known = one.figures
    below = ngettext("%(n)s person below", "%(n)s people below", one.below) % {"n": one.below}
    if known is None:
        return f"{one.person.name}, {gettext('not measured yet')}, {below}"
    own = gettext("own volume %(points)s") % {"points": volume(known.own_volume)}
    group = gettext("group volume %(points)s") % {"points": volume(known.group_volume)}
    return f"{one.person.name}, {known.rank_name}, {gettext(WORDS[known.activity])}, {own}, {group}, {below}"


def _more(ask: Asked, number: str, name: str, branch: outline.Branch, level: int) -> dict[str, str]:
    if not branch.more:
        return {}
    link = address("team-branch", number, ask=ask, page=branch.page + 1, level=level)
    if name:
        words = gettext("%(count)s more under %(name)s") % {"count": counted(branch.more), "name": name}
    else:
        words = gettext("%(count)s more under you") % {"count": counted(branch.more)}
    return {"more_link": link, "more_text": words}


def _at_level(one: outline.Member, level: int) -> outline.Member:
    return replace(one, level=level)
