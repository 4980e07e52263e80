"""One of several processes that sign people up at the same time: says "ready", waits for a line, works, reports."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator

import django

ENROLMENT = "enrolment"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("contender")
    parser.add_argument("--index", type=int, required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--users", default="")
    parser.add_argument("--under", default="")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.tree.settings")
    django.setup()
    work = _enrolling(asked.users) if asked.contender == ENROLMENT else _joining(asked)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(_count(work, asked.seconds)), flush=True)


def _count(work: Iterator[Callable[[], None]], seconds: float) -> dict[str, float]:
    """How many were done in the time, how many failed, and the longest that one took."""
    end = time.perf_counter() + seconds
    done = failed = 0
    longest, began = 0.0, time.perf_counter()
    for one in work:
        before = time.perf_counter()
        try:
            one()
            done += 1
        except Exception:  # noqa: BLE001 - whatever a library raises under load is a failed sign-up
            failed += 1
        longest = max(longest, time.perf_counter() - before)
        if time.perf_counter() > end:
            break
    return {"done": done, "failed": failed, "longest": longest, "seconds": time.perf_counter() - began}


def _joining(asked: argparse.Namespace) -> Iterator[Callable[[], None]]:
    import numpy as np

    from benchmarks.tree.contenders import BY_NAME

    contender = BY_NAME[asked.contender]
    random = np.random.default_rng(asked.index)
    under = [int(key) for key in asked.under.split(",") if key]
    batch = 0

    def ready() -> Iterator[Callable[[], None]]:
        nonlocal batch
        while True:
            batch += 1
            for at in range(20):
                number = f"W{asked.index}-{os.getpid()}-{batch}-{at}"
                prepared = contender.before_join(number)
                sponsor = int(random.choice(under) if under else random.integers(asked.people) + 1)
                yield lambda n=number, s=sponsor, p=prepared: contender.join(n, s, p)

    return ready()


def _enrolling(users: str) -> Iterator[Callable[[], None]]:
    from django.utils import timezone

    from distributors.operations.enrolment import confirm

    first, last = (int(part) for part in users.split("-"))
    return (lambda u=user: confirm(user_id=u, now=timezone.now()) for user in range(first, last))


if __name__ == "__main__":
    main()
