"""A team as a CSV file, line by line."""

import csv
from collections.abc import Iterator

from django.utils import timezone

from commissions.queries import members, team_file
from common import csvtext

HEAD = (
    "number", "name", "sponsor_number", "level_below_you", "joined_on", "month", "figures", "paid_as",
    "activity", "own_volume", "group_volume",
)  # fmt: skip
ACTIVITY = {"active": "active", "at_risk": "at risk", "inactive": "not active", None: ""}


class _Echo:
    """What csv writes to: it hands every line back."""

    def write(self, line: str) -> str:
        return line


def lines(*, viewer_id: int, month: members.Month) -> Iterator[str]:
    """The file's lines, the header first; with the mark that tells a spreadsheet it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEAD)
    for row in team_file.rows(viewer_id=viewer_id, month=month):
        yield writer.writerow(_cells(row, month))


def _cells(row: team_file.Row, month: members.Month) -> list[str]:
    return [
        csvtext.text(row.number),
        csvtext.text(row.name),
        csvtext.text(row.sponsor_number),
        str(row.level_below),
        timezone.localtime(row.joined_at).date().isoformat(),
        month.key,
        "final" if month.final else "estimate",
        csvtext.text(row.paid_as),
        ACTIVITY[row.activity],
        csvtext.hundredths(row.own_volume),
        csvtext.hundredths(row.group_volume),
    ]
