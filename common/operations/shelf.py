"""Arrays that take long to gather: kept in files, and looked at by every process of this machine without a copy.

Nothing is kept only here. What was not looked at lately makes room; whatever is not there is gathered again.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
KEPT = 6
log = logging.getLogger(__name__)

_opened: dict[str, Arrays] = {}
_opening = Lock()


def look(*, name: str, gather: Callable[[], Arrays]) -> Arrays:
    """The arrays of this name, to be read only; gathered by whoever asks first, while others wait for them."""
    with _opening:
        found = _opened.get(name)
        if found is None:
            while len(_opened) >= KEPT:
                _opened.pop(next(iter(_opened)))
            _opened[name] = found = _found(name, gather)
    return found


def _found(name: str, gather: Callable[[], Arrays]) -> Arrays:
    """From the shelf; of a disk that takes nothing, straight from who gathers them."""
    try:
        shelf = Path(settings.VAR) / "arrays"
        shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(shelf):
            return _taken(shelf, shelf / name, gather)
    except OSError as error:
        log.warning("Arrays are not kept: %s", error)
        return gather()


def _taken(shelf: Path, folder: Path, gather: Callable[[], Arrays]) -> Arrays:
    if folder.is_dir():
        try:
            os.utime(folder)
            return _read(folder)
        except (ValueError, EOFError) as error:
            # A machine that went out while it was writing.
            log.warning("%s is gathered again: %s", folder.name, error)
            shutil.rmtree(folder)
    _put(folder, gather())
    _make_room(shelf)
    return _read(folder)


def _read(folder: Path) -> Arrays:
    return {file.stem: np.load(file, mmap_mode="r") for file in folder.glob("*.npy")}


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _put(folder: Path, arrays: Arrays) -> None:
    """All of them or none: whoever is killed meanwhile leaves a folder of another name."""
    new = Path(mkdtemp(dir=folder.parent, prefix="new-"))
    for name, values in arrays.items():
        np.save(new / f"{name}.npy", values)
    new.rename(folder)


def _make_room(shelf: Path) -> None:
    """Files that are still looked at stay until nobody does."""
    folders = sorted(filter(Path.is_dir, shelf.iterdir()), key=lambda one: one.stat().st_mtime)
    for folder in folders[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
