"""A run's rows are written whole, die whole, and are guarded by every name they can be reached by."""

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction

from commissions.models import Line, Run, Snapshot, StatementItem
from commissions.operations import partitions
from commissions.queries import guards
from common.operations.tables import Numbers, Words
from tests.commissions.conftest import at, draft, finish

pytestmark = pytest.mark.django_db
NOBODY = 10**9


def test_a_draft_dies_whole_and_no_other_run_loses_a_row(october, cast):
    finish(cast, draft())
    kept = [model.objects.count() for model in (Line, Snapshot, StatementItem)]
    october.sell("eva", 2, at(11, 10), customer=True)
    later = draft("2026-11", at(12, 2))
    assert later.lines.exists()
    partitions.drop(of={later.pk: partitions.OF_RUNS})
    assert [model.objects.count() for model in (Line, Snapshot, StatementItem)] == kept


def _indexes():
    with connection.cursor() as cursor:
        found = {}
        for model in partitions.OF_RUNS:
            table = model._meta.db_table
            found[table] = connection.introspection.get_constraints(cursor, table)
        return found


def test_a_great_draft_dies_with_the_indexes_aside_and_they_stand_again(october, monkeypatch):
    """As if a dozen rows were many: the run is all of its tables."""
    monkeypatch.setattr(partitions, "GREAT", 1)
    before = _indexes()
    asked = []
    with connection.execute_wrapper(lambda go, sql, *rest: asked.append(sql) or go(sql, *rest)):
        partitions.drop(of={draft().pk: partitions.OF_RUNS})
    dropped = [sql for sql in asked if sql.startswith("DROP INDEX")]
    assert bool(dropped) == (connection.vendor == "sqlite")
    assert _indexes() == before
    assert (Line.objects.count(), Snapshot.objects.count(), guards.missing()) == (0, 0, [])


def test_the_indexes_of_others_stay_where_they_are(october, cast, monkeypatch):
    """A draft that is less than half of its table: to make the indexes of the others anew would take longer."""
    monkeypatch.setattr(partitions, "GREAT", 1)
    finish(cast, draft())
    later = draft("2026-11", at(12, 2))
    asked = []
    with connection.execute_wrapper(lambda go, sql, *rest: asked.append(sql) or go(sql, *rest)):
        partitions.drop(of={later.pk: [Line]})
    assert not [sql for sql in asked if sql.startswith("DROP INDEX")]


def test_the_rows_of_a_final_run_do_not_die(october, cast):
    final = finish(cast, draft())
    before = final.lines.count()
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        partitions.drop(of={final.pk: partitions.OF_RUNS})
    assert final.lines.count() == before > 0


@pytest.mark.services
def test_rows_that_lead_nowhere_are_not_stored(october):
    run = draft()
    partitions.drop(of={run.pk: partitions.OF_RUNS})
    lost = {
        "distributor_id": Numbers(np.array([NOBODY])),
        "bonus": Words(["level_pay"], np.array([0])),
        "kind": Numbers(np.array([0]), "smallint"),
        "order_line_id": Numbers(np.array([NOBODY])),
        "level": Numbers(np.array([1]), "smallint"),
        "depth": Numbers(np.array([1]), "integer"),
        **{name: Numbers(np.array([1])) for name in ("base", "rate_ppm", "whole")},
        "micro": Numbers(np.array([0]), "integer"),
    }
    with pytest.raises(partitions.Dangling, match="order_line_id"), transaction.atomic():
        partitions.store(run_id=run.pk, model=Line, columns=lost)
    assert not Line.objects.filter(run_id=run.pk).exists()


@pytest.mark.services
@pytest.mark.parametrize("table", guards.BY_RUN[:3])
@pytest.mark.parametrize(
    "change", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET distributor_id = distributor_id"]
)
def test_a_partition_of_a_final_run_is_guarded_by_its_own_name(october, cast, table, change):
    final = finish(cast, draft())
    part = f"{table}_run{final.pk}"
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(part))


@pytest.mark.services
def test_a_partition_without_its_guard_is_damaged_and_found_out(october, cast):
    """The control: what the guard on the partition itself keeps out, the one on the table does not see."""
    final = finish(cast, draft())
    part = f"commissions_line_run{final.pk}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {part}_final_update ON {part}")
        cursor.execute(f"UPDATE {part} SET whole = whole + 1")
    assert guards.missing() == [f"{part}_final_update"]
    assert Run.objects.get(pk=final.pk).state == "final"


@pytest.mark.services
def test_rows_that_somebody_took_out_of_their_table_are_not_swept_away(october, cast):
    """What is left of a final run is not taken for what was written beside and became no run's."""
    final = finish(cast, draft())
    part = f"commissions_line_run{final.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE commissions_line DETACH PARTITION {part}")
        assert not final.lines.exists()
        assert partitions.sweep() == []
        cursor.execute(f"SELECT COUNT(*) FROM {part}")
        assert cursor.fetchone()[0] == final.line_count > 0
