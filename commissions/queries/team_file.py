"""A selection of a team with its figures, row by row, for a file."""

from collections.abc import Iterator
from dataclasses import dataclass

from commissions.queries import members, team_table
from distributors.queries import people, sponsor_tree

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person of the file with the number of their sponsor."""

    row: team_table.Row
    sponsor_number: str


def lines(*, viewer_id: int, month: members.Month, selection: team_table.Selection) -> Iterator[Line]:
    """Everybody of the selection in its order, each confirmed by walking up.

    Streams: the names of a few hundred people are in memory at a time.
    """
    order = selection.order.tolist()
    for start in range(0, len(order), AT_ONCE):
        part = order[start : start + AT_ONCE]
        found = team_table.rows(viewer_id=viewer_id, month=month, selection=selection, part=part)
        sponsors = sponsor_tree.sponsor_ids(ids=[row.person.id for row in found])
        named = people.names(ids=set(sponsors.values()))
        for row in found:
            yield Line(row=row, sponsor_number=named[sponsors[row.person.id]].number)
