"""Freed memory stays for the next arrays while a computation lasts, and not longer."""

import ctypes
import subprocess
import sys
from types import SimpleNamespace

import pytest

from common import heap

MEGABYTES = """
import re, numpy as np
from contextlib import nullcontext
from common import heap
def held():
    return int(re.findall(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[0]) // 1024
before = held()
with {how}:
    array = np.ones(25_000_000)
    del array
    inside = held() - before
print(inside, held() - before)
"""


def megabytes(how):
    """(held after a large array was freed, held at the end), in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEGABYTES.format(how=how)], capture_output=True, text=True, check=True
    )
    return [int(value) for value in done.stdout.split()]


@pytest.mark.skipif(heap._glibc() is None, reason="only glibc can be told to keep memory")
def test_memory_is_kept_inside_and_given_back_at_the_end():
    inside, after = megabytes("heap.kept()")
    assert inside > 150
    assert after < 50


@pytest.mark.skipif(heap._glibc() is None, reason="only glibc can be told to keep memory")
def test_without_it_the_memory_is_gone_at_once():
    inside, _ = megabytes("nullcontext()")
    assert inside < 50


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    with heap.kept():
        assert heap._glibc() is None


@pytest.mark.skipif(heap._glibc() is None, reason="only glibc can be told to keep memory")
def test_an_error_gives_it_back_too(monkeypatch):
    said = []
    fake = SimpleNamespace(
        mallopt=lambda *one: said.append(one), malloc_trim=lambda _: said.append("trimmed")
    )
    monkeypatch.setattr(ctypes, "CDLL", lambda _: fake)
    with pytest.raises(ZeroDivisionError), heap.kept():
        1 / 0  # noqa: B018
    assert said[2:] == [(heap.MMAP_THRESHOLD, heap.ORDINARY), (heap.TRIM_THRESHOLD, heap.ORDINARY), "trimmed"]
