"""Columns of whole numbers come back as they went in, on either database."""

import numpy as np
import pytest
from django.db import connection

from common.operations import columns, tables

pytestmark = pytest.mark.django_db
EDGES = np.array([1, -1, 2**62, -(2**63), 2**63 - 1], dtype=np.int64)


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE numbers_here (a bigint, b bigint)")
        yield cursor
        cursor.execute("DROP TABLE numbers_here")


def test_what_is_written_is_read(table):
    columns.write(table="numbers_here", values={"a": EDGES, "b": EDGES[::-1]})
    a, b = columns.read(select="FROM numbers_here ORDER BY a", columns=["a", "b"])
    order = np.argsort(EDGES)
    assert a.tolist() == EDGES[order].tolist()
    assert b.tolist() == EDGES[::-1][order].tolist()


def test_more_rows_than_go_at_a_time(table):
    many = np.arange(tables.AT_A_TIME + 3)
    columns.write(table="numbers_here", values={"a": many, "b": many})
    assert columns.read(select="FROM numbers_here ORDER BY a", columns=["a"])[0].tolist() == many.tolist()


def test_nothing_is_nothing_and_null_is_0(table):
    assert [len(part) for part in columns.read(select="FROM numbers_here", columns=["a", "b"])] == [0, 0]
    columns.write(table="numbers_here", values={"a": EDGES[:0], "b": EDGES[:0]})
    table.execute("INSERT INTO numbers_here VALUES (7, NULL)")
    assert [part.tolist() for part in columns.read(select="FROM numbers_here", columns=["a", "b"])] == [
        [7],
        [0],
    ]
