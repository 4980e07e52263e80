"""Seconds, processor's seconds and the most memory of each stage, also of stages within stages."""

import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

STATUS, REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(slots=True)
class Stage:
    """What one stage took: seconds by the clock and of this process's processor, bytes of memory at most."""

    name: str
    inside: str  # the stage it is part of, or empty
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    log: int = 0  # bytes of PostgreSQL's write-ahead log
    rows: int = 0


@dataclass(slots=True)
class Meter:
    stages: dict[str, Stage] = field(default_factory=dict)
    open: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Adds what the block takes to a stage."""
        self._look()
        inside = self.open[-1].name if self.open else ""
        one = self.stages.setdefault(name, Stage(name, inside))
        self.open.append(one)
        began = time.perf_counter(), time.process_time(), _log()
        try:
            yield one
        finally:
            self._look()
            self.open.pop()
            one.seconds += time.perf_counter() - began[0]
            one.cpu += time.process_time() - began[1]
            one.log += _log() - began[2]

    def watch(self, where: Any, name: str, told: str | Callable[..., str]) -> None:
        """Measures every call of a function, where others look for it; what it returns counts as rows if it can."""
        inner = getattr(where, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return self._beside(str(told), lambda: inner(*args, **kwargs))
            with self.stage(told if isinstance(told, str) else told(**kwargs)) as stage:
                found = inner(*args, **kwargs)
                if isinstance(found, int) and not isinstance(found, bool):
                    stage.rows += found
                return found

        setattr(where, name, watched)

    def _beside(self, name: str, work: Callable[[], Any]) -> Any:
        """What a thread does while the stages go on: its seconds are not theirs, its memory is."""
        began = time.perf_counter(), time.thread_time()
        found = work()
        one = self.stages.setdefault(name, Stage(name, "something else"))
        one.seconds += time.perf_counter() - began[0]
        one.cpu += time.thread_time() - began[1]
        return found

    def plain(self) -> list[dict[str, Any]]:
        return [asdict(stage) for stage in self.stages.values()]

    def _look(self) -> None:
        """The most memory since the last look counts for every stage that is open."""
        most = peak()
        for stage in self.open:
            stage.memory = max(stage.memory, most)
        if REFS.exists():
            REFS.write_text("5", encoding="ascii")


def peak() -> int:
    """The most bytes this process held, since the system was last told to forget it."""
    if not STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    words = STATUS.read_text(encoding="ascii").split()
    return int(words[words.index("VmHWM:") + 1]) * 1024


def _log() -> int:
    if connection.vendor != "postgresql" or connection.needs_rollback:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        return int(cursor.fetchone()[0])
