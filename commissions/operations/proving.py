"""The proof that stored rows are those that were approved; of a great run made by a connection of its own, while
another one posts them (docs/decisions/0009).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from commissions.models import Run
from commissions.operations import computing, partitions
from commissions.queries import fingerprint, plans, state_print
from commissions.queries import trail as told


class NotWhatWasApproved(RuntimeError):
    """The stored rows hash differently from what was approved, the plan is not the one that was adopted, or nobody
    approved it, whatever the run's row says."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """What a run pays and why; and what it knew of everybody and takes into the next period."""

    output: str
    state: str


@contextmanager
def proved(*, run: Run) -> Iterator[None]:
    """Post in this block what is proved by its end. Belongs into a transaction that holds the run, which must come to
    nothing when this raises NotWhatWasApproved.

    A small run is proved before the block begins. Nobody changes a row of the run until the transaction ends: what is
    proved is what is posted, whichever is read first.
    """
    _demand_that_it_was_approved(run)
    partitions.keep(run_id=run.pk)
    if not _may_be_beside(run):
        _demand(run, _stored(run))
        yield
        return
    with ThreadPoolExecutor(max_workers=1) as pool:
        found = pool.submit(_hashed, run)
        yield
    _demand(run, found.result())


def _demand_that_it_was_approved(run: Run) -> None:
    """By the plan that was adopted, which says how it is posted, and by people: whoever has the database's password can
    write a run's row, but seal no entry of the trail."""
    if not plans.is_as_adopted(version=run.plan):
        raise NotWhatWasApproved(f"the document of {run.plan} is another one")
    if not told.is_approved(run=run):
        raise NotWhatWasApproved("the audit trail tells of no such approval")


def _may_be_beside(run: Run) -> bool:
    """Another connection sees what is committed: a transaction inside another one may rest on what is not."""
    great = run.line_count >= computing.APART
    return great and connection.vendor == "postgresql" and len(connection.atomic_blocks) == 1


def _hashed(run: Run) -> Hashes:
    """In a thread, which has a connection of its own."""
    try:
        return _stored(run)
    finally:
        connection.close()


def _stored(run: Run) -> Hashes:
    people = fingerprint.people_of(run_id=run.pk)
    output = fingerprint.of_run(run_id=run.pk, people=people)
    return Hashes(output=output, state=state_print.of_run(run=run, people=people))


def _demand(run: Run, found: Hashes) -> None:
    """Ranks and what is carried over are approved with the money: by them people are promoted and the next period
    begins."""
    wanted = Hashes(output=run.approved_hash, state=run.state_hash)
    if found != wanted:
        raise NotWhatWasApproved(f"{found} instead of {wanted}")
