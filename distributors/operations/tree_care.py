"""Looking after the sponsor tree: an hourly check, and the labels of great teams that moved."""

from datetime import datetime, timedelta

from common.operations import jobs
from distributors import tree

CHECK, CARRY = "check-tree", "carry-team"


def request(*, now: datetime) -> None:
    """Makes this hour's check due, however often it is asked."""
    jobs.enqueue(
        kind=CHECK, subject="sponsors", due_at=now.replace(minute=0, second=0, microsecond=0), now=now
    )
    jobs.forget(kind=CHECK, before=now - timedelta(days=1))


def check(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of checks. What is found is kept where the readers of intervals look, and staff."""
    tree.check(now=now)
    return False


def carry_later(*, subject: str, now: datetime) -> None:
    """Makes the carrying of whoever is on the way due. Call it in the transaction in which they moved."""
    jobs.enqueue(kind=CARRY, subject=subject, due_at=now, now=now)


def carry(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of carryings: one part, under a lock of its own."""
    return tree.carry_on()
