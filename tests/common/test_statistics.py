"""After many rows at once PostgreSQL is told, so that it does not take a full table for an empty one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.models import Sequence
from common.operations import statistics


def analysed(rows: int) -> bool:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        statistics.learn(tables=[Sequence], rows=rows)
    return any(query["sql"].startswith("ANALYZE") for query in queries)


@pytest.mark.django_db
def test_many_rows_are_looked_at_where_the_database_plans_by_them():
    assert analysed(statistics.MANY) is (connection.vendor == "postgresql")


@pytest.mark.django_db
def test_a_few_rows_are_not():
    assert not analysed(statistics.MANY - 1)


@pytest.mark.django_db
def test_the_planner_knows_afterwards_how_many_there_are():
    if connection.vendor != "postgresql":
        return
    Sequence.objects.bulk_create(Sequence(name=f"series {n}") for n in range(2_000))
    statistics.learn(tables=[Sequence], rows=2_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'common_sequence'")
        assert cursor.fetchone()[0] >= 2_000
