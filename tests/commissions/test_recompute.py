"""A month computed again from what it was computed from gives the same hash, whatever has happened since."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from commissions.models import Line, StatementItem
from commissions.operations import guards, recomputing
from commissions.queries import audit
from distributors.models import Distributor
from sales.models import OrderLine
from tests.cast import join
from tests.commissions.conftest import at, draft, finish
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def final(october, cast):
    return finish(cast, draft())


def again(key="2026-10"):
    out, err = StringIO(), StringIO()
    call_command("recompute", key, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_draft_is_the_same(october):
    run = draft()
    said, _ = again()
    assert "the same to the byte" in said
    assert run.output_hash in said


def test_a_final_month_is_the_same_after_people_rose(final, cast):
    """Ben came as a Partner and is promoted by this very run: the second time he still comes as a Partner."""
    cast.ben.refresh_from_db()
    assert cast.ben.career_rank != "Partner"
    found = recomputing.again(period_key="2026-10")
    assert (found.same, found.same_input) == (True, True)


def test_standing_is_that_of_then(final, cast):
    type(cast.eva).objects.filter(pk=cast.eva.pk).update(status="suspended")
    assert recomputing.again(period_key="2026-10").same


def test_without_the_snapshot_standing_of_today_would_count(final, cast, monkeypatch):
    """The control."""
    type(cast.eva).objects.filter(pk=cast.eva.pk).update(status="suspended")
    monkeypatch.setattr(recomputing.as_then, "put_back", lambda run, plan, loaded: loaded)
    assert not recomputing.again(period_key="2026-10").same


def test_what_came_later_changes_nothing(final, october, cast):
    """Both months are the same after a return, taken back by the second, and a third month."""
    october.take_back(cast.finn.sales.get(), 4, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    october.take_back(cast.finn.sales.get(), 3, at(12, 20))
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    for key in ("2026-10", "2026-11", "2026-12"):
        assert recomputing.again(period_key=key).same, key
    assert StatementItem.objects.exclude(corrects_period="").exists()


def test_a_changed_item_is_the_first_difference(final, cast):
    guards.lift()
    item = StatementItem.objects.filter(run=final, distributor=cast.eva).order_by("bonus").first()
    StatementItem.objects.filter(pk=item.pk).update(amount=item.amount + 1)
    with pytest.raises(CommandError) as found:
        again()
    said = str(found.value)
    assert f"number {cast.eva.number}, bonus {item.bonus}" in said
    assert f"stored amount {item.amount + 1}" in said
    assert f"again amount {item.amount}" in said
    assert found.value.returncode == 1


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("snapshot", "rank = rank + 1", "rank"),
        ("snapshot", "group_volume = group_volume + 7", "group_volume"),
        ("carried", "amount = amount + 7", "amount"),
    ],
)
def test_a_changed_snapshot_is_the_first_difference(final, cast, table, change, said):
    guards.lift()
    row = "SELECT MIN(id) FROM commissions_snapshot WHERE standing = 0"
    with connection.cursor() as cursor:
        if table == "carried":
            cursor.execute(
                "INSERT INTO commissions_carried (run_id, kind, name, slot, age, amount) "
                "VALUES (%s, 'pool', 'level_pay', 0, 0, 0)", [final.pk],
            )  # fmt: skip
            row = "SELECT MAX(id) FROM commissions_carried"
        cursor.execute(f"UPDATE commissions_{table} SET {change} WHERE id = ({row})")
    with pytest.raises(CommandError, match=said):
        again()


def test_a_missing_line_is_named(final, cast):
    guards.lift()
    line = Line.objects.filter(run=final, distributor=cast.dan).first()
    number = line.order_line.order.number
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM commissions_line WHERE id = %s", [line.pk])
    with pytest.raises(CommandError, match=rf"order {number}.*stored nothing"):
        again()


def test_a_line_too_many_is_named(final):
    guards.lift()
    line = Line.objects.filter(run=final).first()
    line.pk, line.level = None, 99
    line.save(force_insert=True)
    with pytest.raises(CommandError, match=r"level 99: stored .*again nothing"):
        again()


def test_a_sale_changed_since_is_told(final):
    OrderLine.objects.update(commissionable=1)
    with pytest.raises(CommandError, match="first difference"):
        again()
    assert not recomputing.again(period_key="2026-10").same_input


def test_another_input_that_comes_to_the_same_is_told(final):
    """Somebody without an order joined a day earlier: nobody is paid otherwise."""
    Distributor.objects.filter(number="1008").update(joined_at=at(9, 30, year=2025))
    with pytest.raises(CommandError, match="from another input"):
        again()
    assert recomputing.again(period_key="2026-10").same


def test_a_plan_that_cannot_be_read_is_told(final):
    guards.lift()
    type(final.plan).objects.update(document="all to me")
    with pytest.raises(CommandError, match="line 1"):
        again()


def test_who_is_brought_in_later_and_had_joined_earlier_was_not_there_then(final, cast):
    """As a file may say it: the final month is what it was, and the books say nothing."""
    join(cast=cast, name="ole", under="eva", number="1009", joined_at=at(9, 1))
    found = recomputing.again(period_key="2026-10")
    assert (found.same, found.same_input) == (True, True)
    assert audit.everything() == []


def test_a_hash_that_was_changed_is_told(final):
    guards.lift()
    type(final).objects.filter(pk=final.pk).update(output_hash="0" * 64)
    with pytest.raises(CommandError, match="not those the run's hash was made of"):
        again()


@pytest.mark.parametrize("key", ["2026-11", "nonsense"])
def test_a_month_without_a_run_is_refused(final, key):
    with pytest.raises(CommandError, match="neither a draft nor a final run"):
        again(key)
