"""Files as companies really send them: read when clear, refused with the reason when not."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from common import csvcells as cells
from common.csvfiles import MAX_FILE_BYTES, Layout, Problems, Refused, rows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
LAYOUT = Layout(
    columns={
        "name": cells.text(most=20),
        "amount": cells.hundredths(),
        "note": cells.text(most=5000, needed=False),
    },
    optional=frozenset({"note"}),
)


@pytest.fixture
def read(tmp_path):
    def read_bytes(content: bytes):
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        problems = Problems()
        found = list(rows(path=path, layout=LAYOUT, problems=problems))
        problems.refuse_if_any()
        return [(row.number, row.cells["name"], row.cells["amount"]) for row in found]

    return read_bytes


def reason(read, content: bytes):
    with pytest.raises(Refused) as refused:
        read(content)
    return str(refused.value.problems[0])


@pytest.mark.parametrize(
    "content",
    [
        b"name,amount\nAnna,12.50\n",
        b"\xef\xbb\xbfname,amount\nAnna,12.50\n",
        b"name;amount\r\nAnna;12.50\r\n",
        b'"name","amount"\n"Anna","12.50"',
        b"\n".join([b"amount,name", b"12.5, Anna "]),
        b"Name,AMOUNT,note\nAnna,12.50,\n\n,,\n",
    ],
)
def test_the_usual_shapes_read_alike(read, content):
    assert read(content) == [(2, "Anna", 1250)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,amount\nAnna,1\n".encode("utf-16"), "UTF-16"),
        ("name,amount\nZoë,1\n".encode("latin-1"), "not UTF-8"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet"),
        (b"\x1f\x8b\x08rest", "compressed"),
        (b"name,amount\nAn\x00na,1\n", "NUL"),
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"name\nAnna\n", "row 1, amount: is missing"),
        (b"name,amount,amount\nAnna,1,1\n", "row 1, amount: stands more than once"),
        (b"name,amonut\nAnna,1\n", "did you mean amount?"),
        (b"name\tamount\nAnna\t1\n", "is not a column"),
        (b"name,amount\nAnna\n", "row 2: has 1 cells; the header has 2"),
        (b"name,amount\nAnna,1,2\n", "row 2: has 3 cells"),
        (b'name,amount\n"Anna,1\n', "not well-formed"),
        (b'name,amount\n"An"na,1\n', "not well-formed"),
        (b'name,amount\n"An\r\nna",1\n', "row 2, name: holds a line break"),
        (b"name,amount\n" + b"A" * 2_000 + b",1\n", "row 2, name: holds 2,000 characters"),
        (b"name,amount\n" + b"A" * 21 + b",1\n", "row 2, name: has 21 characters"),
        (b"name,amount\n" + b"A" * 10_000_000 + b",1\n", "a line of more than 64 kB"),
        (b",".join(b"c%d" % n for n in range(1_000_000)), "a line of more than 64 kB"),
        (b'name,amount\n"' + b"A\n" * 5_000_000 + b'",1\n', "not well-formed"),
    ],
)
def test_a_file_that_cannot_be_understood_says_why(read, content, said):
    assert said in reason(read, content)


def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as large:
        large.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(Refused, match="split it into files"):
        next(rows(path=path, layout=LAYOUT, problems=Problems()))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(Refused):
            next(rows(path=path, layout=LAYOUT, problems=Problems()))


def test_problems_beyond_the_first_ones_are_counted(read):
    with pytest.raises(Refused) as refused:
        read(b"name,amount\n" + b"Anna,x\n" * 12_000)
    assert (refused.value.count, len(refused.value.problems)) == (12_000, 10_000)


@pytest.mark.parametrize(
    "text",
    ["1.234,56", "1,234.56", "1 234.56", "--5", "-5", "+5", "1e5", "٣", "12.345", ".5", "5.", "", "NaN", "€5",
     "9" * 13],
)  # fmt: skip
def test_an_amount_with_two_readings_is_refused(text):
    with pytest.raises(cells.CellError, match=r"point|large"):
        cells.hundredths()(text)


def test_amounts_follow_the_currencys_decimals():
    assert cells.hundredths(exponent=0)("125") == 125
    assert cells.hundredths(exponent=3)("1.25") == 1250
    with pytest.raises(cells.CellError):
        cells.hundredths(exponent=0)("1.2")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", datetime(2026, 3, 30, 22, tzinfo=UTC)),
        ("2026-03-31T14:05", datetime(2026, 3, 31, 12, 5, tzinfo=UTC)),
        ("2026-03-31 14:05:06.5Z", datetime(2026, 3, 31, 14, 5, 6, 500000, tzinfo=UTC)),
        ("2026-03-31T14:05-05:00", datetime(2026, 3, 31, 19, 5, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_company_time(text, moment):
    assert cells.moment(zone=BRUSSELS, now=NOW)(text) == moment


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-03-29T02:30", "does not exist"),
        ("2026-11-24", "in the future"),
        ("0001-01-01", "too long ago"),
        ("2026-13-01", "not in the calendar"),
        ("31.03.2026", "is not a day"),
        ("2026-W10-1", "is not a day"),
        ("٢٠٢٦-03-31", "is not a day"),
    ],
)
def test_a_moment_that_is_none_says_why(text, said):
    with pytest.raises(cells.CellError, match=said):
        cells.moment(zone=BRUSSELS, now=NOW)(text)


def test_a_day_is_a_day():
    assert cells.day(today=date(2026, 11, 23))("2026-12-01") == date(2026, 12, 1)
    for text in ("2026-02-30", "20261201", "1900-01-01", "2028-01-01"):
        with pytest.raises(cells.CellError):
            cells.day(today=date(2026, 11, 23))(text)


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "1_0", "²", "", "1000001"])
def test_a_quantity_is_a_whole_number(text):
    with pytest.raises(cells.CellError):
        cells.whole(least=1, most=1_000_000)(text)
