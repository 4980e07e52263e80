"""Arrays that take long to gather: kept in files, and looked at by every process of this machine without a copy.

Nothing is kept only here. What was not looked at lately makes room; whatever is not there is gathered again.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
# How much is kept: of everybody of a run, and of single people.
ROOMS: Mapping[str, int] = {"runs": 16, "people": 60}
CONTENTS = "contents"  # the file that says which others there are
UNFINISHED = "new-"
LOCK = "lock-"
log = logging.getLogger(__name__)

_opened: dict[tuple[str, str], Arrays] = {}
_changing = Lock()
_gathering: dict[tuple[str, str], Lock] = {}


def look(*, name: str, gather: Callable[[], Arrays], room: str = "runs") -> Arrays:
    """The arrays of this name, to be read only; gathered by whoever asks first, while others who want them wait.

    What is gathered out of other arrays may look at these meanwhile: each name has locks of its own.
    """
    found = _opened.get((room, name))
    if found is not None:
        _looked_at(name, found, room)
    else:
        with _first(room, name):
            found = _opened.get((room, name))
            if found is None:
                found = _found(name, gather, room)
                _remember(name, found, room)
    return found


def remove(*, name: str, room: str = "runs") -> None:
    """Nobody will look at this any more."""
    with suppress(OSError):
        _remove(_shelf(room) / name)
    with _changing:
        _opened.pop((room, name), None)


def _shelf(room: str) -> Path:
    return Path(settings.VAR) / "arrays" / room


@contextmanager
def _first(room: str, name: str) -> Iterator[None]:
    """One thread of this process at a time. Who comes when the first has failed may find another lock: at worst two
    gather the same."""
    with _changing:
        lock = _gathering.setdefault((room, name), Lock())
    with lock:
        try:
            yield
        finally:
            with _changing:
                _gathering.pop((room, name), None)


def _looked_at(name: str, found: Arrays, room: str) -> None:
    """What is looked at makes room last: in this process, and in the folder."""
    with _changing:
        _opened.pop((room, name), None)
        _opened[room, name] = found
    with suppress(OSError):
        os.utime(_shelf(room) / name)


def _remember(name: str, found: Arrays, room: str) -> None:
    with _changing:
        of_room = [key for key in _opened if key[0] == room]
        for key in of_room[: max(0, len(of_room) - ROOMS[room] + 1)]:
            _opened.pop(key)
        _opened[room, name] = found


def _found(name: str, gather: Callable[[], Arrays], room: str) -> Arrays:
    """From the shelf; of a disk that takes nothing, straight from who gathers them."""
    shelf = _shelf(room)
    try:
        known = _known(shelf / name)
        if known is not None:
            return known
        shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(shelf, name):
            return _known(shelf / name) or _put(shelf, name, gather())
    except OSError as error:
        log.warning("Arrays are not kept: %s", error)
        return gather()


def _known(folder: Path) -> Arrays | None:
    """What lies there; None of what is not there, or not whole."""
    try:
        os.utime(folder)
        return _read(folder)
    except FileNotFoundError:
        return None
    except (ValueError, EOFError) as error:
        # A machine that went out while it was writing.
        log.warning("%s is gathered again: %s", folder.name, error)
        return None


def _read(folder: Path) -> Arrays:
    names = (folder / CONTENTS).read_text(encoding="utf-8").split()
    if not names:
        raise ValueError("nothing was written into it")
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names}


@contextmanager
def _alone(shelf: Path, name: str) -> Iterator[None]:
    """One process at a time."""
    with (shelf / f"{LOCK}{name}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _put(shelf: Path, name: str, arrays: Arrays) -> Arrays:
    """All of them or none: whoever is killed meanwhile leaves a folder of another name."""
    new = Path(mkdtemp(dir=shelf, prefix=UNFINISHED))
    for key, values in arrays.items():
        np.save(new / f"{key}.npy", values)
    (new / CONTENTS).write_text("\n".join(arrays), encoding="utf-8")
    _remove(shelf / name)
    new.rename(shelf / name)
    _make_room(shelf)
    return _read(shelf / name)


def _make_room(shelf: Path) -> None:
    """Files that are still looked at stay until nobody does."""
    with suppress(FileNotFoundError):  # somebody else makes room as well
        folders = sorted(filter(Path.is_dir, shelf.iterdir()), key=lambda one: one.stat().st_mtime)
        for folder in folders[: -ROOMS[shelf.name]]:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Under another name first: whoever is opening it finds all of its files, or none."""
    if not folder.is_dir():
        return
    # Who waits for it finds out when it is let go, and who comes later makes another: at worst two gather the same.
    (folder.parent / f"{LOCK}{folder.name}").unlink(missing_ok=True)
    gone = Path(mkdtemp(dir=folder.parent, prefix=UNFINISHED))
    with suppress(OSError):
        folder.rename(gone / folder.name)
    shutil.rmtree(gone, ignore_errors=True)
