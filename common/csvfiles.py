"""Reading a company's CSV export: strictly, with errors that name row, column and reason.

A file is refused as a whole when it cannot be read as it stands (encoding, header, size); a row is refused
when one of its cells cannot be understood. Nothing here knows a table.
"""

import contextlib
import csv
import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from common.csvcells import CellError

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_LINE_BYTES = 64 * 1024
MAX_CELL_CHARS = 1_000
KEPT_PROBLEMS = 10_000  # the rest is counted, not kept: a bad file must not fill the memory

OTHER_FORMATS = (
    (b"\xff\xfe\x00\x00", "UTF-32 text"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"PK\x03\x04", "a spreadsheet or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    (b"\x1f\x8b", "a compressed file"),
    (b"%PDF", "a PDF"),
)
# Marks that turn the direction of writing make one name look like another.
DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Told (stage, done, total) as the work goes on; total 0 means not known.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Nobody is watching."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken. `row` counts as a spreadsheet does: the header is 1; 0 is the whole file."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "file"
        return f"{where}, {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


class Refused(ValueError):
    """Nothing was written. `problems` says why (the first 10,000); `count` is how many there are."""

    def __init__(self, problems: Sequence[Problem], count: int | None = None) -> None:
        self.problems = list(problems)
        self.count = len(self.problems) if count is None else count
        super().__init__(f"{self.count} problems; the first: {self.problems[0]}")


@dataclass(slots=True)
class Problems:
    """Collects what is wrong, keeps the first ones and counts them all."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, row: int, column: str, reason: str) -> None:
        self.count += 1
        if self.count <= KEPT_PROBLEMS:
            self.kept.append(Problem(row, column, reason))

    def refuse_if_any(self) -> None:
        if self.count:
            raise Refused(sorted(self.kept, key=lambda problem: problem.row), self.count)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind of file: name to the reader of its cells, which raises CellError."""

    columns: Mapping[str, Callable[[str], Any]]
    optional: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if unknown := self.optional - self.columns.keys():
            raise TypeError(f"optional columns that do not exist: {sorted(unknown)}")


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: dict[str, Any]


def rows(*, path: Path, layout: Layout, problems: Problems, progress: Progress = silent) -> Iterator[Row]:
    """The rows of a file that can be understood; those that cannot are added to `problems`.

    Raises Refused when the file itself cannot be read. An absent optional column reads as an empty cell.
    """
    size = _size(path)
    with path.open("rb") as source:
        lines = _Lines(source, size, progress)
        header_text = lines.first()
        delimiter = _delimiter(header_text, layout)
        reader = csv.reader(lines.with_first(header_text), delimiter=delimiter, strict=True)
        header = _header(next(reader), layout)
        absent: dict[str, Any] = {name: layout.columns[name]("") for name in layout.optional - set(header)}
        yield from _data(reader, lines, header, absent, layout, problems)


def _size(path: Path) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Refused([Problem(0, "", f"cannot be opened: {error.strerror}")]) from error
    if not path.is_file():
        raise Refused([Problem(0, "", "is not a file")])
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise Refused(
            [Problem(0, "", f"has {size // 1024 // 1024} MB; split it into files of up to {limit} MB")]
        )
    return size


class _Lines:
    """Decoded lines, each of bounded length; counts records for the messages and bytes for the progress."""

    def __init__(self, source: BinaryIO, size: int, progress: Progress) -> None:
        self.source, self.size, self.progress = source, size, progress
        self.line, self.done = 0, 0

    def first(self) -> str:
        start = self.source.read(8)
        for signature, what in OTHER_FORMATS:
            if start.startswith(signature):
                raise Refused([Problem(0, "", f"is {what}; save it as CSV in UTF-8")])
        self.source.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
        text = self.next_line()
        if not text or not text.strip():
            raise Refused([Problem(1, "", "is empty; the first row names the columns")])
        return text

    def next_line(self) -> str:
        raw = self.source.readline(MAX_LINE_BYTES + 1)
        self.line += 1
        self.done += len(raw)
        if len(raw) > MAX_LINE_BYTES:
            raise Refused([Problem(self.line, "", f"is a line of more than {MAX_LINE_BYTES // 1024} kB")])
        if b"\x00" in raw:
            raise Refused([Problem(self.line, "", "holds a NUL byte; save the file as CSV in UTF-8")])
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            shown = f"0x{raw[error.start]:02x} at byte {error.start + 1}"
            reason = f"is not UTF-8 ({shown}); save the file as CSV in UTF-8"
            raise Refused([Problem(self.line, "", reason)]) from error

    def with_first(self, text: str) -> Iterator[str]:
        while text:
            yield text
            text = self.next_line()
            if self.line % 2_000 == 0 or not text:
                self.progress("reading", self.done, self.size)


def _delimiter(text: str, layout: Layout) -> str:
    def known(delimiter: str) -> int:
        return sum(name.strip(' "\r\n').lower() in layout.columns for name in text.split(delimiter))

    return max(",;", key=known)


def _header(cells: Sequence[str], layout: Layout) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    found: list[Problem] = []
    for name in dict.fromkeys(names):
        if name not in layout.columns:
            near = difflib.get_close_matches(name[:80], layout.columns, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            found.append(Problem(1, name[:80] or "(no name)", f"is not a column of this file{hint}"))
        elif names.count(name) > 1:
            found.append(Problem(1, name, "stands more than once in the header"))
        if len(found) >= 50:
            break
    missing = [name for name in layout.columns if name not in names and name not in layout.optional]
    found += [Problem(1, name, "is missing from the header") for name in missing]
    if found:
        raise Refused(found)
    return names


def _data(
    reader: Iterable[list[str]], lines: _Lines, header: list[str], absent: dict[str, Any],
    layout: Layout, problems: Problems,
) -> Iterator[Row]:  # fmt: skip
    number = 1
    cell_readers = [(name, layout.columns[name]) for name in header]
    try:
        for record in reader:
            number += 1
            if not any(record):
                continue
            if number > MAX_ROWS + 1:
                raise Refused([Problem(number, "", f"is beyond the first {MAX_ROWS:,} rows; split the file")])
            if len(record) != len(header):
                problems.add(number, "", f"has {len(record)} cells; the header has {len(header)}")
            elif (cells := _cells(number, record, cell_readers, problems)) is not None:
                yield Row(number, {**cells, **absent})
    except csv.Error as error:
        raise Refused(
            [Problem(number + 1, "", f"is not well-formed CSV near line {lines.line}: {error}")]
        ) from error


def _cells(
    number: int,
    record: list[str],
    cell_readers: list[tuple[str, Callable[[str], Any]]],
    problems: Problems,
) -> dict[str, Any] | None:
    whole = "".join(record)
    if whole.isascii() and whole.isprintable() and len(whole) <= MAX_CELL_CHARS:
        # Nearly every row is as plain as this, and a million of them are read twice as fast.
        with contextlib.suppress(CellError):
            return {name: read(text.strip()) for (name, read), text in zip(cell_readers, record, strict=True)}
    return _cells_one_by_one(number, record, cell_readers, problems)


def _cells_one_by_one(
    number: int,
    record: list[str],
    cell_readers: list[tuple[str, Callable[[str], Any]]],
    problems: Problems,
) -> dict[str, Any] | None:
    """Says of each bad cell what is wrong with it; None where one is bad."""
    cells: dict[str, Any] | None = {}
    for (name, read), text in zip(cell_readers, record, strict=True):
        try:
            value = read(_clean(text))
        except CellError as error:
            problems.add(number, name, str(error))
            cells = None
        else:
            if cells is not None:
                cells[name] = value
    return cells


def _clean(cell: str) -> str:
    if len(cell) > MAX_CELL_CHARS:
        raise CellError(f"holds {len(cell):,} characters; at most {MAX_CELL_CHARS:,} are taken")
    if cell.isascii():
        if not cell.isprintable():
            raise CellError("holds a line break or another control character")
        return cell.strip()
    if any(unicodedata.category(char) == "Cc" or char in DIRECTION_MARKS for char in cell):
        raise CellError("holds a line break or another control character")
    return unicodedata.normalize("NFC", cell).strip()
