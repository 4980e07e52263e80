"""Memory that large arrays give back: kept for the next ones while a computation lasts."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The options of glibc's mallopt: up to which size freed memory is kept, and up to which size it comes from the heap.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT, LARGEST = 2**31 - 1, 2**30
ORDINARY = 128 * 1024


@contextmanager
def kept() -> Iterator[None]:
    """Lets freed memory stay with the process until the end of the block, when all of it is given back.

    Otherwise the system hands out every large array as new, zeroed pages, one fault for each, and takes them away
    again: a third of the engine's time. Where the C library is not glibc, nothing happens.
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    libc.mallopt(MMAP_THRESHOLD, LARGEST)
    libc.mallopt(TRIM_THRESHOLD, KEPT)
    try:
        yield
    finally:
        libc.mallopt(MMAP_THRESHOLD, ORDINARY)
        libc.mallopt(TRIM_THRESHOLD, ORDINARY)
        libc.malloc_trim(0)


def _glibc() -> Any:
    """The C library of this process, where it is one that knows both options."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
