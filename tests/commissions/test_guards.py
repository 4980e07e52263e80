"""What is final is guarded by the database itself, whoever asks and however."""

import pytest
from django.db import DatabaseError, connection, transaction

from commissions.models import Period, PlanVersion, Run, StatementItem, Transfer
from commissions.operations import guards
from commissions.queries import audit
from commissions.queries.guards import altered, missing
from tests.commissions.conftest import at, draft, finish
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def final(october, cast):
    return finish(cast, draft())


def refused(sql):
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


TABLES = ["commissions_line", "commissions_statementitem", "commissions_snapshot", "commissions_promotion"]


@pytest.mark.parametrize("table", TABLES)
def test_rows_of_a_final_run_cannot_be_changed(final, table):
    refused(f"UPDATE {table} SET distributor_id = distributor_id")


@pytest.mark.parametrize("table", [*TABLES, "commissions_transfer", "commissions_run"])
def test_rows_of_a_final_run_cannot_be_deleted(final, table):
    refused(f"DELETE FROM {table}")


def test_nothing_is_added_to_a_final_run(final):
    refused(
        "INSERT INTO commissions_statementitem (run_id, distributor_id, bonus, corrects_period, amount, line_count) "
        f"SELECT {final.pk}, distributor_id, 'gift', '', 100, 1 FROM commissions_statementitem LIMIT 1"
    )


def test_nothing_moves_into_a_final_run(final, october):
    october.sell("eva", 2, at(11, 10), customer=True)
    later = draft("2026-11", at(12, 2))
    assert later.lines.exists()
    refused(f"UPDATE commissions_line SET run_id = {final.pk} WHERE run_id = {later.pk}")


def test_a_final_run_cannot_become_a_draft(final):
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Run.objects.filter(pk=final.pk).update(state="draft")


def test_a_transfer_cannot_be_changed(final):
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Transfer.objects.update(amount=1)


def test_a_transfer_cannot_be_replaced(final):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        refused("TRUNCATE commissions_transfer CASCADE")
        return
    refused(
        "INSERT OR REPLACE INTO commissions_transfer (id, key, debit_id, credit_id, amount, currency, period_id, "
        "run_id, posted_at) SELECT id, key, debit_id, credit_id, 1, currency, period_id, run_id, posted_at "
        "FROM commissions_transfer"
    )


def test_a_draft_can_still_be_changed(october):
    draft()
    assert StatementItem.objects.update(line_count=1)


def test_the_audit_notices_a_missing_guard(final):
    assert missing() == []
    guards.lift()
    assert any(problem.startswith("P4") for problem in audit.everything())


def test_guards_can_be_put_back(final):
    """The control: without the guards the rows give way."""
    guards.lift()
    assert StatementItem.objects.update(line_count=1)
    guards.install()
    assert missing() == []


CLEARED = (
    ("commissions_line", "id"), ("commissions_statementitem", "id"), ("commissions_snapshot", "id"),
    ("commissions_run", "id"), ("commissions_run", "number"), ("commissions_period", "id"),
    ("commissions_period", "key"),
)  # fmt: skip


@pytest.mark.parametrize(("table", "column"), CLEARED)
@pytest.mark.on_sqlite  # it alone knows REPLACE
def test_nothing_takes_the_place_of_what_is_final(final, october, table, column):
    """REPLACE deletes what is in its way, and asks nobody where recursive_triggers is not set."""
    october.sell("eva", 2, at(11, 10), customer=True)
    later = draft("2026-11", at(12, 2))
    of = {"commissions_period": "id", "commissions_run": "id"}.get(table, "run_id")
    keys = {"commissions_period": (later.period_id, final.period_id)}.get(table, (later.pk, final.pk))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        mine, others = (
            cursor.execute(f"SELECT id, {column} FROM {table} WHERE {of} = %s ORDER BY id", [key]).fetchone()
            for key in keys
        )
        more = f", period_id = {final.period_id}" if column == "number" else ""
        refused(f"UPDATE OR REPLACE {table} SET {column} = '{others[1]}'{more} WHERE id = {mine[0]}")
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [mine[0]])
        names = [one[0] for one in cursor.description]
        replaced = {column: f"'{others[1]}'", **({"period_id": str(final.period_id)} if more else {})}
        refused(
            f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) SELECT "
            f"{', '.join(replaced.get(name, name) for name in names)} FROM {table} WHERE id = {mine[0]}"
        )
        cursor.execute("PRAGMA recursive_triggers = ON")


def test_a_closed_month_is_not_opened_again(final):
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Period.objects.filter(pk=final.period_id).update(state="closing")
    refused(f"UPDATE commissions_period SET closed_at = NULL WHERE id = {final.period_id}")
    refused(f"DELETE FROM commissions_period WHERE id = {final.period_id}")
    assert Period.objects.exclude(pk=final.period_id).update(line_drawn_at=None) == 1


def test_nothing_is_posted_in_a_closed_month(final):
    refused(
        "INSERT INTO commissions_transfer (key, debit_id, credit_id, amount, currency, period_id, run_id, posted_at) "
        "SELECT 'gift', debit_id, credit_id, 1, currency, period_id, NULL, posted_at FROM commissions_transfer LIMIT 1"
    )


def test_a_plan_by_which_a_month_was_paid_stays(final, plan):
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        PlanVersion.objects.filter(pk=plan.pk).update(document=plan.document.replace("5%", "6%"))


def test_a_plan_that_paid_nobody_may_change(october, plan):
    draft()
    assert PlanVersion.objects.filter(pk=plan.pk).update(document=f"{plan.document}\n")


HOLLOW = {
    "sqlite": (
        "DROP TRIGGER commissions_run_final_delete",
        "CREATE TRIGGER commissions_run_final_delete BEFORE DELETE ON commissions_run BEGIN SELECT 1; END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION commissions_guard_runs() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'",
    ),
}


def test_a_guard_that_looks_away_is_found_out(final):
    assert altered() == []
    with connection.cursor() as cursor:
        for statement in HOLLOW[connection.vendor]:
            cursor.execute(statement)
    assert missing() == []
    name = {"sqlite": "commissions_run_final_delete", "postgresql": "commissions_guard_runs"}
    assert altered() == [name[connection.vendor]]
    said = f"P4 the guard {name[connection.vendor]} does not do what it should"
    assert said in audit.final_rows_are_guarded()
    guards.install()
    assert altered() == []


@pytest.mark.services
@pytest.mark.parametrize("how", ["DISABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_guard_that_is_switched_off_is_found_out(final, how):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE commissions_run {how} commissions_run_final_update")
    assert missing() == ["commissions_run_final_update"]


@pytest.mark.on_sqlite  # it alone rebuilds tables under another name
def test_guards_stand_aside_while_sqlite_rebuilds_a_table(final):
    rebuild = 'ALTER TABLE "commissions_adjustment" RENAME TO "commissions_adjustment_then"'
    with connection.cursor() as cursor:
        cursor.execute("CREATE TRIGGER of_a_table_that_is_away_final BEFORE INSERT ON commissions_adjustment "
                       "BEGIN SELECT state FROM commissions_away; END")  # fmt: skip
        with pytest.raises(DatabaseError, match="no such table"), transaction.atomic():
            cursor.execute(rebuild)
        cursor.execute("DROP TRIGGER of_a_table_that_is_away_final")
    guards.stand_aside(plan=[])
    assert missing() == []
    guards.stand_aside(plan=["a migration"])
    assert missing() != []
    guards.install()
    assert missing() == []


def test_a_run_is_asked_about_once_and_a_final_one_is_refused(final, october):
    october.sell("eva", 2, at(11, 10), customer=True)
    later = draft("2026-11", at(12, 2))
    table = "commissions_line"
    with guards.asked_once(table=table, run_id=later.pk):
        later.lines.all()._raw_delete("default")
    assert missing() == []
    with (
        pytest.raises(DatabaseError, match="final"),
        transaction.atomic(),
        guards.asked_once(table=table, run_id=final.pk),
    ):
        final.lines.all()._raw_delete("default")
    assert final.lines.exists()
    assert not later.lines.exists()


def test_guards_stand_again_after_what_was_asked_once_fails(final, october):
    october.sell("eva", 2, at(11, 10), customer=True)
    later = draft("2026-11", at(12, 2))
    with pytest.raises(ZeroDivisionError), guards.asked_once(table="commissions_line", run_id=later.pk):
        later.lines.update(level=1 // 0)
    assert missing() == []
    refused("DELETE FROM commissions_line")


OTHER_WORDS = {
    "of some rows alone": "AFTER DELETE ON commissions_run REFERENCING OLD TABLE AS touched FOR EACH STATEMENT "
    "WHEN (pg_trigger_depth() > 9) EXECUTE FUNCTION commissions_guard_runs()",
    "told something": "AFTER DELETE ON commissions_run REFERENCING OLD TABLE AS touched FOR EACH STATEMENT "
    "EXECUTE FUNCTION commissions_guard_runs('nothing')",
    "asked of something else": "AFTER INSERT ON commissions_run REFERENCING NEW TABLE AS touched FOR EACH STATEMENT "
    "EXECUTE FUNCTION commissions_guard_runs()",
    "another function": "AFTER DELETE ON commissions_run REFERENCING OLD TABLE AS touched FOR EACH STATEMENT "
    "EXECUTE FUNCTION commissions_guard_closed()",
    "a function of the same name": "AFTER DELETE ON commissions_run REFERENCING OLD TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION elsewhere.commissions_guard_runs()",
    "too early": "BEFORE DELETE ON commissions_run FOR EACH STATEMENT EXECUTE FUNCTION commissions_guard_runs()",
    "row by row": "AFTER DELETE ON commissions_run FOR EACH ROW EXECUTE FUNCTION commissions_guard_runs()",
    "other rows": "AFTER DELETE ON commissions_run REFERENCING OLD TABLE AS those FOR EACH STATEMENT "
    "EXECUTE FUNCTION commissions_guard_runs()",
}


@pytest.mark.services
@pytest.mark.parametrize("words", OTHER_WORDS.values(), ids=OTHER_WORDS)
def test_a_guard_in_other_words_is_found_out(final, words):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("CREATE FUNCTION elsewhere.commissions_guard_runs() RETURNS trigger LANGUAGE plpgsql AS "
                       "'BEGIN RETURN NULL; END'")  # fmt: skip
        cursor.execute("DROP TRIGGER commissions_run_final_delete ON commissions_run")
        cursor.execute(f"CREATE TRIGGER commissions_run_final_delete {words}")
    assert (missing(), altered()) == ([], ["commissions_run_final_delete"])


@pytest.mark.services
def test_a_key_guard_of_another_column_is_found_out(final):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TRIGGER commissions_run_final_key ON commissions_run")
        cursor.execute("CREATE TRIGGER commissions_run_final_key BEFORE UPDATE OF turn ON commissions_run "
                       "FOR EACH STATEMENT EXECUTE FUNCTION commissions_guard_truncate()")  # fmt: skip
    assert (missing(), altered()) == ([], ["commissions_run_final_key"])
