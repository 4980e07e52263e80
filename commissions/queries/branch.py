"""One branch of a team as a drawing shows it: a person, a page of those they sponsor, and the first few under each.

Queries are as many whether somebody sponsors three people or three thousand. Whom the viewer may see is decided by
the caller; everybody here stands below the person who was let through.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from commissions.queries import members, outline
from distributors.queries import sponsor_tree

ACROSS = 5
UNDER_EACH = 3


@dataclass(frozen=True, kw_only=True)
class Twig:
    """Somebody of the front line, the first few under them, and how many of their own front line are not drawn."""

    member: outline.Member
    under: tuple[outline.Member, ...]
    more: int


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A person and a page of their front line, by group volume."""

    top: outline.Member
    twigs: tuple[Twig, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ACROSS))


def drawn(*, top_id: int, month: members.Month, page: int = 1) -> Branch:
    """The branch of a person; nine queries."""
    front = outline.known_in(people=sponsor_tree.direct_members(distributor_id=top_id), month=month)
    total = front.count()
    page = max(1, min(page, -(-total // ACROSS)))
    ordered = members.in_order(people=front, month=month, sort=members.DEFAULT_SORT)
    first = [outline.as_person(row) for row in ordered[(page - 1) * ACROSS : page * ACROSS]]
    second = _under([one.id for one in first], month)
    top = outline.people_of(ids=[top_id])[top_id]
    shown = [top, *first, *(one for _sponsor, one in second)]
    found = {one.person.id: one for one in outline.rows_of(people=shown, month=month)}
    sponsored = sponsor_tree.direct_counts(ids=[one.id for one in first])
    twigs = []
    for one in first:
        under = tuple(found[other.id] for sponsor, other in second if sponsor == one.id)
        more = max(0, sponsored.get(one.id, 0) - len(under))
        twigs.append(Twig(member=found[one.id], under=under, more=more))
    return Branch(top=found[top_id], twigs=tuple(twigs), total=total, page=page)


def _under(sponsors: list[int], month: members.Month) -> list[tuple[int, outline.Person]]:
    """The first few under each, with who sponsors them."""
    everybody: Any = sponsor_tree.sponsored_by(ids=sponsors)
    ranked = members.with_figures(people=outline.known_in(people=everybody, month=month), month=month)
    ranked = ranked.annotate(
        place=Window(
            RowNumber(),
            partition_by=F("sponsor_id"),
            order_by=[F("group_volume").desc(nulls_last=True), F("number")],
        )
    ).filter(place__lte=UNDER_EACH)
    return [(row.sponsor_id, outline.as_person(row)) for row in ranked.order_by("sponsor_id", "place")]
