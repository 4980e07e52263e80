"""A month from the line to the ledger, stage by stage."""

from datetime import timedelta
from typing import Any

from django.db import connection

from benchmarks.close import company, stored
from benchmarks.close.meter import Meter
from commissions.core.facts import Facts
from commissions.core.result import Result
from commissions.models import Run
from commissions.operations import computing, hashing, ledger, partitions, periods, promoting, runs
from commissions.queries import audit, facts, fingerprint
from distributors.models import User

STAGES = (
    (facts, "load", "read the facts"),
    (Facts, "input_hash", "hash what was read"),
    (computing, "compute", "compute"),
    (Result, "output_hash", "hash what was computed"),
    (hashing, "of_computed", "hash what will be stored"),
    (computing, "problems", "check"),
    (partitions, "store", lambda model, **_: f"store {model._meta.verbose_name_plural}"),
    (partitions, "store_by_two", "store all of it, by two connections"),
    (fingerprint, "of_run", "hash what is stored"),
    (audit, "ledger", "check the ledger"),
    (ledger, "post_run", "post"),
    (promoting, "promote", "promote"),
)


def measure() -> dict[str, Any]:
    meter = Meter()
    for where, name, told in STAGES:
        meter.watch(where, name, told)
    approver, preparer = User.objects.order_by("email")[:2]
    with meter.stage("close to a draft"):
        run = periods.close(key=company.MONTH, by=preparer.pk, now=company.AFTER)
        runs.advance(run_id=run.pk, now=company.AFTER)
    run.refresh_from_db()
    _expect(run, Run.State.DRAFT)
    later = company.AFTER + timedelta(hours=1)
    with meter.stage("approve and post"):
        runs.review(run_id=run.pk, by=preparer.pk, now=later)
        runs.approve(run_id=run.pk, by=approver.pk, typed_total=run.total, now=later)
        runs.advance(run_id=run.pk, now=later)
    run.refresh_from_db()
    _expect(run, Run.State.FINAL)
    return {
        "stages": meter.plain(),
        "stored": stored.tables(run_id=run.pk),
        "hash": run.output_hash,
        "total": run.total,
        "orders": run.order_count,
        "database": connection.vendor,
    }


def _expect(run: Run, state: str) -> None:
    if run.state != state:
        raise SystemExit(f"The run is {run.state}: {run.error}")
