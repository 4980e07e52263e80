"""Columns of numbers, words and packed numbers come back as they went in, on either database."""

import numpy as np
import pytest
from django.db import connection

from common.models.integers import packed, unpacked
from common.operations import binary, tables
from common.operations.tables import Numbers, Packed, Words

pytestmark = pytest.mark.django_db
EDGES = np.array([1, -1, 2**62, -(2**63), 2**63 - 1], dtype=np.int64)
WORDS = ["level_pay", "", "Prämie"]


@pytest.fixture
def table():
    raw = "bytea" if connection.vendor == "postgresql" else "blob"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE wide_here (a bigint, small smallint, yes boolean, word varchar(20), pack {raw})"
        )
        yield cursor
        cursor.execute("DROP TABLE wide_here")


def written(null=None):
    at = np.array([0, 1, 2, 0, 1])
    columns = {
        "a": Numbers(EDGES, null=null),
        "small": Numbers(np.arange(5), "smallint"),
        "yes": Numbers(np.arange(5) % 2 == 0, "boolean"),
        "word": Words(WORDS, at),
        "pack": Packed(np.column_stack((EDGES, np.arange(5)))),
    }
    return tables.write(table="wide_here", columns=columns)


def test_what_is_written_is_read(table):
    assert written() == 5
    found = tables.read(
        query="SELECT a, CAST(small AS bigint), yes, word FROM wide_here ORDER BY small",
        shape={"a": "int", "small": "int", "yes": "bool", "word": "text"},
    )
    assert found["a"].tolist() == EDGES.tolist()
    assert found["yes"].tolist() == [True, False, True, False, True]
    assert found["word"].tolist() == ["level_pay", "", "Prämie", "level_pay", ""]


def test_packed_numbers_are_the_bytes_of_the_field(table):
    written()
    table.execute("SELECT pack FROM wide_here ORDER BY small")
    rows = [bytes(pack) for (pack,) in table.fetchall()]
    assert [unpacked(row) for row in rows] == [[int(a), at] for at, a in enumerate(EDGES)]
    assert rows[0] == packed([1, 0])


def test_what_is_null_stays_null(table):
    written(null=EDGES < 0)
    table.execute("SELECT a FROM wide_here ORDER BY small")
    assert [a for (a,) in table.fetchall()] == [1, None, 2**62, None, 2**63 - 1]


def test_a_column_of_nothing_stays_nothing(table):
    written(null=np.ones(5, np.bool_))
    table.execute("SELECT COUNT(*), COUNT(a) FROM wide_here")
    assert table.fetchone() == (5, 0)


@pytest.mark.parametrize("wanted", [[], [1, 2**62, 7]])
def test_many_keys_are_asked_for_at_once(table, wanted):
    written()
    keys, parameter = tables.listed(np.array(wanted, np.int64))
    query = f"SELECT a FROM wide_here JOIN {keys} k ON k.key = a ORDER BY a"
    found = tables.read(query=query, parameters=[parameter], shape={"a": "int"})["a"]
    assert found.tolist() == sorted(set(wanted) & set(EDGES.tolist()))


@pytest.mark.on_sqlite  # it alone is given room
def test_room_for_indexes_is_given_back(table, monkeypatch):
    monkeypatch.setattr(tables, "AT_A_TIME", 3)
    before = table.execute("PRAGMA cache_size").fetchone()
    written()
    assert table.execute("PRAGMA cache_size").fetchone() == before


def test_a_query_takes_parameters_and_may_find_nothing(table):
    written()
    query = "SELECT a FROM wide_here WHERE word = %s ORDER BY small"
    assert tables.read(query=query, parameters=["Prämie"], shape={"a": "int"})["a"].tolist() == [2**62]
    assert len(tables.read(query=query, parameters=["?"], shape={"a": "int"})["a"]) == 0


def test_more_rows_than_go_at_a_time(table, monkeypatch):
    monkeypatch.setattr(tables, "AT_A_TIME", 7)
    monkeypatch.setattr(binary, "LAID_OUT", 7)
    many = np.arange(50)
    columns = {"a": Numbers(many, null=many % 3 == 0), "word": Words(WORDS, many % 2)}
    assert tables.write(table="wide_here", columns=columns) == 50
    found = tables.read(
        query="SELECT COALESCE(a, -1), word FROM wide_here", shape={"a": "int", "word": "text"}
    )
    expected = [(-1 if n % 3 == 0 else n, WORDS[n % 2]) for n in range(50)]
    assert sorted(zip(found["a"].tolist(), found["word"].tolist(), strict=True)) == sorted(expected)


def test_a_column_may_be_called_as_a_word_of_sql(db):
    found = tables.read(query="SELECT CAST(1 AS bigint), 'a'", shape={"group": "int", "order": "text"})
    assert (found["group"].tolist(), found["order"].tolist()) == ([1], ["a"])


@pytest.mark.parametrize(
    "words", [["A/1", "", "longer/12"], ["", ""], ["Ä2", "z"], ["\U0001f33f", "x"], ["x" * 64], []]
)
def test_bytes_are_read_as_the_words_they_are(words):
    raw = np.array([word.encode() for word in words], "S64")
    assert binary.words(values=raw).tolist() == words


def test_rows_come_in_stretches(table, monkeypatch):
    monkeypatch.setattr(tables, "STRUNG", 7)
    monkeypatch.setattr(tables, "PAGES", 1)
    many = np.concatenate([EDGES, np.arange(3_000)])
    tables.write(table="wide_here", columns={"a": Numbers(many), "small": Numbers(many % 5, "smallint")})
    table.execute("DELETE FROM wide_here WHERE a BETWEEN 100 AND 180")
    found = tables.read_rows(
        held_by=["wide_here"],
        where="small <> 3",
        columns={"a": ("a", "bigint"), "half": ("CASE small WHEN %s THEN %s ELSE 0 END", "integer")},
        parameters=[4, -8],
    )
    expected = [n for n in many.tolist() if not 100 <= n <= 180 and n % 5 != 3]
    assert sorted(found["a"].tolist()) == sorted(expected)
    assert found["half"].tolist() == [-8 if n % 5 == 4 else 0 for n in found["a"].tolist()]
    nothing = tables.read_rows(held_by=["wide_here"], where="small = 9", columns={"a": ("a", "bigint")})
    assert nothing["a"].tolist() == []


def test_rows_with_nothing_in_a_column_are_refused(table):
    written(null=EDGES < 0)
    with pytest.raises(ValueError, match="null"):
        tables.read_rows(
            held_by=["wide_here"],
            where="small >= 0",
            columns={"s": ("small", "integer"), "a": ("a", "bigint")},
        )
