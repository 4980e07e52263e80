"""A whole team with its figures, row by row, for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from commissions.queries import members, outline, plans
from distributors.queries import sponsor_tree

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Row:
    """One person: volumes in hundredths of a point, None where the month's run did not know them."""

    number: str
    name: str
    sponsor_number: str
    level_below: int
    joined_at: datetime
    paid_as: str
    activity: members.Activity | None
    own_volume: int | None
    group_volume: int | None


def rows(*, viewer_id: int, month: members.Month) -> Iterator[Row]:
    """Everybody below the viewer, in the order of the tree, each confirmed by walking up.

    Streams: a few hundred people are in memory at a time.
    """
    below = outline.known_in(people=sponsor_tree.downline(distributor_id=viewer_id), month=month)
    found = members.with_figures(people=below, month=month, with_past=True).order_by("tree_id", "lft")
    fields = (
        "pk", "number", "profile__given_name", "profile__family_name", "sponsor__number", "joined_at",
        "paid_as", "is_active", "was_active", "own_volume", "group_volume",
    )  # fmt: skip
    ladder = plans.of_run(run_id=month.run_id).ladder if month.run_id else ()
    stream = found.values_list(*fields).iterator(chunk_size=AT_ONCE)
    while part := list(islice(stream, AT_ONCE)):
        levels = sponsor_tree.levels_below(distributor_id=viewer_id, ids=[row[0] for row in part])
        yield from (_row(values, levels[values[0]], ladder) for values in part if values[0] in levels)


def _row(values: tuple[Any, ...], level: int, ladder: Any) -> Row:
    _pk, number, given, family, sponsor, joined_at, rank, active, was_active, own, group = values
    known = rank is not None
    return Row(
        number=number,
        name=f"{given} {family}".strip(),
        sponsor_number=sponsor,
        level_below=level,
        joined_at=joined_at,
        paid_as=ladder[rank].label if known else "",
        activity=members.activity_word(active=active, was_active=bool(was_active)) if known else None,
        own_volume=own,
        group_volume=group,
    )
