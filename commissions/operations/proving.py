"""The proof that stored rows are those that were approved; of a great run made by a connection of its own, while
another one posts them (docs/decisions/0009).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

from commissions.models import Run
from commissions.operations import computing, partitions
from commissions.queries import fingerprint


class NotWhatWasApproved(RuntimeError):
    """The stored items and lines hash differently from what was approved."""


@contextmanager
def proved(*, run: Run) -> Iterator[None]:
    """Post in this block what is proved by its end. Belongs into a transaction that holds the run, which must come to
    nothing when this raises NotWhatWasApproved.

    A small run is proved before the block begins. Nobody changes a row of the run until the transaction ends: what is
    proved is what is posted, whichever is read first.
    """
    partitions.keep(run_id=run.pk)
    if not _may_be_beside(run):
        _demand(run, fingerprint.of_run(run_id=run.pk))
        yield
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        found = pool.submit(_hashed, run.pk)
        yield
    _demand(run, found.result())


def _may_be_beside(run: Run) -> bool:
    """Another connection sees what is committed: a transaction inside another one may rest on what is not."""
    great = run.line_count >= computing.APART
    return great and connection.vendor == "postgresql" and len(connection.atomic_blocks) == 1


def _hashed(run_id: int) -> str:
    """In a thread, which has a connection of its own."""
    try:
        return fingerprint.of_run(run_id=run_id)
    finally:
        connection.close()


def _demand(run: Run, found: str) -> None:
    if found != run.approved_hash:
        raise NotWhatWasApproved(f"{found} instead of {run.approved_hash}")
