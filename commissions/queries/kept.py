"""What was found out once about the rows of a run is kept, since those rows never change: on the cache, by their hash.

Only what takes long to add up, and is small. Whatever is lost is added up again.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast
from uuid import uuid4

from django.core.cache import cache

from commissions.models import Run

T = TypeVar("T")
SECONDS = 90 * 24 * 3600


def of_runs(*, what: str, runs: Iterable[Run], find: Callable[[], T]) -> T:
    """What `find` says about these runs together; asked anew while one of them has not all its rows."""
    every = list(runs)
    if not all(map(_is_stored, every)):
        return find()
    return cast("T", cache.get_or_set(_key(what, *every), find, SECONDS))


def of_each(*, what: str, runs: Iterable[Run], find: Callable[[Run], T]) -> dict[int, T]:
    """What `find` says about each run, by the run's key; the cache is asked once."""
    every = {_key(what, run): run for run in runs}
    stored = [key for key, run in every.items() if _is_stored(run)]
    known: dict[str, Any] = cache.get_many(stored)
    found = {key: find(run) for key, run in every.items() if key not in known}
    if new := {key: found[key] for key in stored if key in found}:
        cache.set_many(new, SECONDS)
    return {run.pk: (known | found)[key] for key, run in every.items()}


def name_once(*, what: str) -> str:
    """The name under which this installation keeps something on the shelf of a machine: that which was pointed to, or
    a new one."""
    return str(cache.get_or_set(what, lambda: new_name(what=what), SECONDS))


def new_name(*, what: str) -> str:
    """A name that is made once: on a machine that remembers another installation's runs nothing is mixed up."""
    return f"{what}-{uuid4().hex[:12]}"


def point(*, what: str, name: str) -> None:
    """Let something be found under this name from now on."""
    cache.set(what, name, SECONDS)


def forget_name(*, what: str) -> None:
    """Let what is kept be found no more, so that it is gathered anew under another name."""
    cache.delete(what)


def _is_stored(run: Run) -> bool:
    """The hash of its rows is written with them."""
    return run.state != Run.State.COMPUTING and bool(run.output_hash)


def _key(what: str, *runs: Run) -> str:
    return ":".join(["run", what, *(f"{run.pk}-{run.output_hash[:16]}" for run in runs)])
