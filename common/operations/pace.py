"""How far the work under way is, said from deep inside it and heard by whoever runs it: a job, which keeps it.

What says it needs no argument for it, and does not know who listens. Where nobody does, nothing happens.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Protocol


class Hearer(Protocol):
    """Hears how many of how many are done in the present stage; `moment` is the time that work has taken it to."""

    def count(self, done: int, total: int) -> None: ...

    def moment(self) -> datetime: ...


_hearer: ContextVar[Hearer | None] = ContextVar("hearer", default=None)


def tell(done: int, total: int) -> None:
    """Say that so many of so many are done in the present stage."""
    if hearer := _hearer.get():
        hearer.count(done, total)


def moment(*, otherwise: datetime) -> datetime:
    """The moment it is for the job that is worked on: when it began, and the time it has taken since."""
    hearer = _hearer.get()
    return hearer.moment() if hearer else otherwise


@contextmanager
def heard_by(hearer: Hearer) -> Iterator[None]:
    """Whatever is said inside is heard by this one."""
    before = _hearer.set(hearer)
    try:
        yield
    finally:
        _hearer.reset(before)


@contextmanager
def as_part(*, after: int, of: int) -> Iterator[None]:
    """What is said inside is a part of something larger: so many were done before it, of so many."""
    hearer = _hearer.get()
    if hearer is None:
        yield
        return
    with heard_by(_Part(hearer, after, of)):
        yield


class _Part:
    def __init__(self, whole: Hearer, after: int, of: int) -> None:
        self.whole, self.after, self.of = whole, after, of

    def count(self, done: int, total: int) -> None:
        self.whole.count(self.after + done, self.of)

    def moment(self) -> datetime:
        return self.whole.moment()
