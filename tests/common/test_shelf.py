"""Arrays on the shelf are those that were gathered, whatever became of their files."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from time import sleep

import numpy as np
import pytest

from common.operations import shelf


@pytest.fixture
def gathered(settings, tmp_path, monkeypatch):
    """Asks the shelf as a process would that has just begun; how often it had to gather is `gathered.times`."""
    settings.VAR = str(tmp_path)

    def ask():
        monkeypatch.setattr(shelf, "_opened", {})
        return shelf.look(name="squares", gather=gather)["of"].tolist()

    def gather():
        ask.times += 1
        return {"of": np.arange(4) ** 2}

    ask.times = 0
    return ask


def test_what_is_there_is_not_gathered_again(gathered):
    assert gathered() == gathered() == [0, 1, 4, 9]
    assert gathered.times == 1


@pytest.mark.parametrize("left", [b"", b"\x93NUMPY\x01\x00", b"nothing of the kind"])
def test_a_file_that_was_not_written_to_its_end_is_gathered_again(gathered, tmp_path, left):
    gathered()
    (tmp_path / "arrays" / "runs" / "squares" / "of.npy").write_bytes(left)
    assert gathered() == gathered() == [0, 1, 4, 9]
    assert gathered.times == 2


@pytest.mark.parametrize("name", ["of.npy", "contents"])
def test_a_file_that_is_gone_is_gathered_again(gathered, tmp_path, name):
    gathered()
    (tmp_path / "arrays" / "runs" / "squares" / name).unlink()
    assert gathered() == gathered() == [0, 1, 4, 9]
    assert gathered.times == 2


def test_what_lies_there_is_read_while_something_else_is_gathered(gathered, tmp_path):
    gathered()
    shelf.look(name="slow", gather=lambda: {"of": np.array(gathered())})
    assert gathered.times == 1


def test_people_do_not_take_the_room_of_everybody(gathered, monkeypatch):
    monkeypatch.setattr(shelf, "ROOMS", {"runs": 1, "people": 2})
    gathered()
    for name in ("ana", "ben", "cleo"):
        shelf.look(name=name, gather=lambda: {"of": np.arange(1)}, room="people")
    assert gathered() == [0, 1, 4, 9]
    assert gathered.times == 1


def test_a_disk_that_takes_nothing_keeps_nobody_waiting(gathered, tmp_path):
    (tmp_path / "arrays").write_text("in the way")
    assert gathered() == gathered() == [0, 1, 4, 9]
    assert gathered.times == 2


def test_what_is_gathered_may_look_at_much_else(settings, tmp_path):
    """Were there fewer locks than names, some of so many would share one: who gathers would wait for himself."""
    settings.VAR = str(tmp_path)

    def below(depth):
        found = shelf.look(name=f"of {depth - 1}", gather=lambda: below(depth - 1)) if depth else {}
        return {"of": np.append(found.get("of", np.empty(0, np.int64)), depth)}

    found = []
    looking = Thread(target=lambda: found.append(below(40)["of"].tolist()), daemon=True)
    looking.start()
    looking.join(timeout=60)
    assert found == [list(range(41))]
    left = sorted(path.name for path in (tmp_path / "arrays" / "runs").iterdir())
    assert len([name for name in left if name.startswith(shelf.LOCK)]) <= shelf.ROOMS["runs"]


def test_those_who_want_the_same_wait_for_who_gathers_it(settings, tmp_path):
    settings.VAR = str(tmp_path)
    times, both = [], Barrier(2)

    def gather():
        times.append(1)
        sleep(0.2)
        return {"of": np.arange(3)}

    def ask():
        both.wait()
        return shelf.look(name="wanted by two", gather=gather)["of"].tolist()

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert list(pool.map(lambda _: ask(), range(2))) == [[0, 1, 2]] * 2
    assert len(times) == 1
