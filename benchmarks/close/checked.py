"""The full check of the books after the close: every invariant, and every final month's input and output anew."""

from datetime import timedelta
from typing import Any

from benchmarks.close import company
from benchmarks.close.meter import Meter
from commissions.operations import checking


def measure() -> dict[str, Any]:
    meter = Meter()
    with meter.stage("check the books in full"):
        found = checking.check(which=checking.FULL, now=company.AFTER + timedelta(hours=2))
    wrong = [one for one in found.problems if not one.startswith("J1")]  # nothing runs beside the benchmark
    if wrong:
        raise SystemExit(f"The books are wrong: {wrong[0]}")
    return {"stages": meter.plain()}
