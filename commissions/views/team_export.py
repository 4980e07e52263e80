"""A selection of the team as a file: CSV line by line, XLSX row by row into a file that is then sent."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO

from django.contrib import messages
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from xlsxwriter import Workbook

from commissions.operations import team as team_operations
from commissions.queries import members, team_file, team_table
from commissions.views import team_table as tables
from commissions.views.team_asked import asked
from common import csvtext
from common.guards import distributor_required

HEAD = (
    "number", "name", "sponsor_number", "level_below_you", "generation", "leg_number", "people_below", "joined_on",
    "month", "figures", "paid_as", "career_rank", "activity", "own_volume", "group_volume", "last_order_on",
)  # fmt: skip
POINTS = (HEAD.index("own_volume"), HEAD.index("group_volume"))
ACTIVITY = {"active": "active", "at_risk": "at risk", "inactive": "not active"}
# What a worksheet holds, its header included.
MOST_ROWS = 1_048_576
Cell = str | int | None


class _Echo:
    """What csv writes to: it hands every line back."""

    def write(self, line: str) -> str:
        return line


@require_safe
@distributor_required
def export(request: HttpRequest) -> HttpResponseBase:
    """The people whom the table of this address shows, all of them, as CSV or XLSX; noted before it is sent."""
    ask = asked(request)
    table = tables.read(request, ask)
    found = team_table.select(viewer_id=ask.viewer_id, month=ask.month, choice=table.choice)
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    if kind == "xlsx" and len(found) >= MOST_ROWS:
        messages.warning(request, _("A worksheet does not hold so many people. Take them as CSV."))
        return redirect(reverse("team") + tables.behind(table, ask))
    team_operations.note_export(
        distributor_id=ask.viewer_id,
        kind=kind,
        period=ask.month.key,
        query=table.query,
        people=len(found),
        now=timezone.now(),
    )
    lines = team_file.lines(viewer_id=ask.viewer_id, month=ask.month, selection=found)
    rows = (_cells(line, ask.month) for line in lines)
    name = f"team-{ask.month.key}.{kind}"
    if kind == "xlsx":
        return FileResponse(_workbook(rows), as_attachment=True, filename=name)
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(rows: Iterable[list[Cell]]) -> Iterator[str]:
    """The header first; with the mark that tells a spreadsheet it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEAD)
    for row in rows:
        yield writer.writerow([_plain(at, cell) for at, cell in enumerate(row)])


def _plain(at: int, cell: Cell) -> str:
    if isinstance(cell, str):
        return csvtext.text(cell)
    if at in POINTS:
        return csvtext.hundredths(cell)
    return "" if cell is None else str(cell)


def _workbook(rows: Iterable[list[Cell]]) -> IO[bytes]:
    """One row in memory at a time. Text is written as text, so that no name can become a formula or a link."""
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    points = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet("team")
    sheet.freeze_panes(1, 2)
    for at, word in enumerate(HEAD):
        sheet.write_string(0, at, word)
    for line, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, at, cell)
            elif cell is not None and at in POINTS:
                sheet.write_number(line, at, Decimal(cell) / 100, points)
            elif cell is not None:
                sheet.write_number(line, at, cell)
    book.close()
    file.seek(0)
    return file


def _cells(line: team_file.Line, month: members.Month) -> list[Cell]:
    row, known = line.row, line.row.figures
    return [
        row.person.number,
        row.person.name,
        line.sponsor_number,
        row.level,
        row.generation,
        row.leg.number if row.leg else "",
        row.below,
        timezone.localtime(row.person.joined_at).date().isoformat(),
        month.key,
        "final" if month.final else "estimate",
        known.rank_name if known else "",
        row.career,
        ACTIVITY[known.activity] if known else "",
        known.own_volume if known else None,
        known.group_volume if known else None,
        row.last_order.isoformat() if row.last_order else "",
    ]
