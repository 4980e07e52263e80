"""How long a page that reads what runs wrote has to wait while runs come and go."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event

from django.db import connection, connections

from commissions.models import StatementItem

EVERY_S = 0.005


@contextmanager
def reader(*, person: int) -> Iterator[list[float]]:
    """Somebody opens a person's earnings of all months over and over, in a process of its own, which shares nothing
    with this one but the database; afterwards the list holds the milliseconds of each time."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    ended, told = fork.Event(), fork.Queue()
    child = fork.Process(target=_read, args=(person, ended, told), daemon=True)
    child.start()
    taken: list[float] = []
    try:
        yield taken
    finally:
        ended.set()
        taken += told.get(timeout=600)
        child.join()


def _read(person: int, ended: Event, told: "Queue[list[float]]") -> None:
    connections.close_all()
    taken = []
    while not ended.is_set():
        began = time.perf_counter()
        list(StatementItem.objects.filter(distributor_id=person).values_list("run_id", "bonus", "amount"))
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(EVERY_S)
    told.put(taken)
