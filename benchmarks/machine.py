"""How fast the machine is just now: figures of two machines, or of one that others use too, are compared by it."""

import time

ADDITIONS = 10_000_000


def loop() -> float:
    """Seconds that so many additions in a loop take Python."""
    began, total = time.perf_counter(), 0
    for one in range(ADDITIONS):
        total += one & 7
    return time.perf_counter() - began
