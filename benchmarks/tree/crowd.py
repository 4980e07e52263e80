"""Several processes at once, started together, and what they got done."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Crowd:
    """Sign-ups that came through, those that raised, the slowest one (seconds), and the rate."""

    done: int
    failed: int
    longest: float
    rate: float


def together(
    contender: str, options: Sequence[Sequence[str]], *, people: int, seconds: float,
    meanwhile: Callable[[], None] | None = None,
) -> Crowd:  # fmt: skip
    """One process for each element of `options`. `meanwhile` runs here as soon as they have begun."""
    crowd = [_start(contender, index, people, seconds, more) for index, more in enumerate(options)]
    for one in crowd:
        _line(one)
    for one in crowd:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    if meanwhile is not None:
        meanwhile()
    found = [json.loads(_line(one)) for one in crowd]
    for one in crowd:
        one.communicate()
    done = sum(int(one["done"]) for one in found)
    return Crowd(
        done=done,
        failed=sum(int(one["failed"]) for one in found),
        longest=max(one["longest"] for one in found),
        rate=done / max(one["seconds"] for one in found),
    )


def _start(
    contender: str, index: int, people: int, seconds: float, more: Sequence[str]
) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.tree.worker", contender, f"--index={index}",
               f"--people={people}", f"--seconds={seconds}", *more]  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(one: "subprocess.Popen[str]") -> str:
    assert one.stdout is not None
    line = one.stdout.readline()
    if not line:
        raise RuntimeError(f"A process of the crowd ended with {one.wait()} before it said a word")
    return line
