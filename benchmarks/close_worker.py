"""One measured close in a process of its own: prints JSON with seconds by stage, rows, and the most memory it took."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")

import django  # noqa: E402

django.setup()

from benchmarks import company  # noqa: E402
from commissions.models import Line, Run, Snapshot, StatementItem, Transfer  # noqa: E402
from commissions.operations import computing, partitions, periods, runs  # noqa: E402
from commissions.queries import facts  # noqa: E402
from distributors.models import User  # noqa: E402

PLAN = ROOT / "commissions/plans/linden.yaml"


class Clock:
    """Seconds by name, of calls that are watched."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def of(self, name: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        found = call(*args, **kwargs)
        self.seconds[name] = round(self.seconds.get(name, 0) + time.perf_counter() - began, 3)
        return found

    def watch(self, where: Any, name: str, told: str | Callable[..., str]) -> None:
        """Measures every call of a function where others look for it."""
        inner = getattr(where, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            return self.of(told if isinstance(told, str) else told(**kwargs), inner, *args, **kwargs)

        setattr(where, name, watched)


def main(people: int) -> None:
    clock = Clock()
    clock.of("load the company", company.furnish, people=people, plan=PLAN.read_text(encoding="utf-8"))
    loaded = _memory()
    for where, name, told in (
        (facts, "load", "  read the facts"),
        (computing, "compute", "  compute"),
        (computing, "problems", "  check"),
        (partitions, "store", lambda model, **_: f"  store {model._meta.verbose_name_plural}"),
    ):
        clock.watch(where, name, told)
    preparer, approver = User.objects.order_by("email")[1], User.objects.order_by("email")[0]
    run = periods.close(key=company.MONTH, by=preparer.pk, now=company.AFTER)
    clock.of("close to a draft", runs.advance, run_id=run.pk, now=company.AFTER)
    run.refresh_from_db()
    if run.state != Run.State.DRAFT:
        raise SystemExit(f"The run is {run.state}: {run.error}")
    close_memory = _memory()
    later = company.AFTER + timedelta(hours=1)
    runs.review(run_id=run.pk, by=preparer.pk, now=later)
    runs.approve(run_id=run.pk, by=approver.pk, typed_total=run.total, now=later)
    clock.of("post and promote", runs.advance, run_id=run.pk, now=later)
    run.refresh_from_db()
    if run.state != Run.State.FINAL:
        raise SystemExit(f"The run is {run.state}: {run.error}")
    print(json.dumps({
        "people": people, "seconds": clock.seconds, "memory_loading": loaded, "memory_closing": close_memory,
        "memory_posting": _memory(), "snapshots": Snapshot.objects.count(), "lines": Line.objects.count(),
        "items": StatementItem.objects.count(), "transfers": Transfer.objects.count(), "hash": run.output_hash,
    }))  # fmt: skip


def _memory() -> int:
    """The most memory this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
