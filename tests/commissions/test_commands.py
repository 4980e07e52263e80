"""The commands of the person who keeps the portal running."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from commissions.management.commands import close_period
from commissions.models import Account, Period, PlanVersion, Run
from commissions.operations import periods, plans
from common.models import Job
from tests.commissions.conftest import PLAN, at, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def november(monkeypatch):
    """The commands' clock stands at 2 November 2026."""
    for module in ("close_period", "estimate", "adopt_plan", "open_period"):
        monkeypatch.setattr(f"commissions.management.commands.{module}.timezone.now", lambda: at(11, 2))


def test_close_period_draws_the_line(october, november):
    call_command("close_period", "2026-10", "--no-input")
    assert Period.objects.get(key="2026-10").state == "closing"
    assert Run.objects.get().state == "computing"


def test_close_period_waits_for_the_draft(october, november, capsys):
    call_command("close_period", "2026-10", "--no-input", "--wait")
    assert Run.objects.get().state == "draft"
    assert "store" in capsys.readouterr().err


def test_close_period_tells_of_a_draft_that_fails(october, november, monkeypatch):
    monkeypatch.setenv("FAILPOINT", "run.check:raise")
    with pytest.raises(CommandError, match="Broken"):
        call_command("close_period", "2026-10", "--no-input", "--wait")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("2026-11", "has not begun"),
        ("nonsense", "is written"),
        ("2026-09", "has not begun"),
        ("2025-W53", "2025 has no week 53"),
    ],
)
def test_close_period_says_why_not(october, november, key, said):
    with pytest.raises(CommandError, match=said):
        call_command("close_period", key, "--no-input")


def test_close_period_refuses_a_second_time(october, november):
    call_command("close_period", "2026-10", "--no-input")
    with pytest.raises(CommandError, match="already closing"):
        call_command("close_period", "2026-10", "--no-input")


def test_close_period_asks_on_a_terminal(october, november, monkeypatch):
    monkeypatch.setattr(close_period.sys, "stdin", type("Tty", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("builtins.input", lambda question: "n")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("close_period", "2026-10")
    assert not Run.objects.exists()


def test_estimate_computes_the_open_month(october, november):
    call_command("estimate")
    assert Run.objects.get(state="estimate").period.key == "2026-10"


def test_estimate_without_a_month_says_so(plan):
    with pytest.raises(CommandError, match="No period is open"):
        call_command("estimate")


def test_check_books_is_content(october):
    draft()
    call_command("check_books")


def test_check_books_ends_with_an_error(october, capsys):
    Account.objects.create(kind="expense", name="strange", currency="EUR", balance=5)
    with pytest.raises(CommandError) as found:
        call_command("check_books")
    assert found.value.returncode == 1
    assert "L3" in capsys.readouterr().err


def test_adopt_plan_takes_the_shipped_plan(db):
    call_command("adopt_plan", str(PLAN))
    assert PlanVersion.objects.get().version == 1


def test_adopt_plan_names_what_is_wrong(db, tmp_path, capsys):
    bad = tmp_path / "plan.yaml"
    bad.write_text(PLAN.read_text().replace("version: 1", "version: one"))
    with pytest.raises(CommandError, match="nothing was adopted"):
        call_command("adopt_plan", str(bad))
    assert "version" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"- just\n- a list", b"", b"{" * 5000])
def test_adopt_plan_survives_any_file(db, tmp_path, content):
    bad = tmp_path / "plan.yaml"
    bad.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("adopt_plan", str(bad))


def test_the_same_document_twice_is_one_version(db):
    first = plans.adopt(document=PLAN.read_text(), now=at(1, 1))
    assert plans.adopt(document=PLAN.read_text() + "\n# a comment\n", now=at(1, 2)) == first


def test_an_unused_version_may_be_corrected(plan):
    changed = PLAN.read_text().replace("rate: 20%", "rate: 25%")
    assert plans.adopt(document=changed, now=at(1, 2)).pk == plan.pk
    assert PlanVersion.objects.get().sha256 != plan.sha256


def test_a_used_version_stays(october):
    draft()
    with pytest.raises(plans.VersionIsUsed):
        plans.adopt(document=PLAN.read_text().replace("rate: 20%", "rate: 25%"), now=at(11, 3))


def test_a_higher_version_takes_over_from_its_first_day(october):
    later = PLAN.read_text().replace("version: 1", "version: 2").replace("2025-01-01", "2026-11-01")
    plans.adopt(document=later, now=at(10, 20))
    assert draft().plan.version == 1
    assert draft("2026-11", at(12, 2)).plan.version == 2


def test_open_period_begins(plan):
    call_command("open_period", "2026-11")
    assert Period.objects.get().state == "open"


def test_open_period_does_not_begin_twice(october):
    with pytest.raises(CommandError, match="first month is 2026-10"):
        call_command("open_period", "2026-12")
    assert periods.open_first(key="2026-10", now=at(10, 2)).key == "2026-10"


def test_open_period_refuses_a_calendar_that_nothing_would_close(october):
    with pytest.raises(CommandError, match="No compensation plan for a week is in force on 2026-11-02"):
        call_command("open_period", "2026-W45")
    assert Period.objects.count() == 1


def test_retry_job_makes_it_due_again(db):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    job = Job.objects.create(kind="run", subject="1", due_at=now, created_at=now, state="failed", attempts=5)
    call_command("retry_job", str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("due", 0)
    with pytest.raises(CommandError):
        call_command("retry_job", str(job.pk))
