"""A process that joins and moves people until it is killed, again and again: `python -m tests.distributors.killing`.

Prints a line of JSON: how many kills, what was acknowledged and is not there, and what was wrong after which kill.
Run by tests/distributors/test_tree_killed.py on the test's own database.
"""

import json
import os
import random
import signal
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime

import django

LATER = datetime(2026, 11, 1, tzinfo=UTC)


def main(kills: int, seed: int) -> None:
    chance, lost, wrong = random.Random(seed), [], []
    for at in range(kills):
        told = one_life(f"{seed}-{at}", chance.random() * 0.08)
        lost += missing(told)
        wrong += [f"kill {at}: {problem}" for problem in problems()]
    print(json.dumps({"kills": kills, "lost": lost, "wrong": wrong[:5]}))


def one_life(name: str, length: float) -> list[str]:
    """Starts a process, lets it work for so long after its first join, kills it; the numbers it said have joined."""
    ours, theirs = os.pipe()
    child = fork()
    if not child:
        os.close(ours)
        work(name, theirs)
    os.close(theirs)
    with os.fdopen(ours) as said:
        first = said.readline()
        time.sleep(length)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "It ended by itself"
        # The last line may be half a number: the kill came while it was said.
        return [line.strip() for line in (first, *said) if line.endswith("\n")]


def work(name: str, told: int) -> None:
    """Joins and moves people anywhere, great teams in parts, until the end."""
    from distributors import tree
    from distributors.models import Distributor
    from tests.distributors.people import person

    chance = random.Random(name)
    at = 0
    while True:
        ids = list(Distributor.objects.order_by("?").values_list("pk", flat=True)[:2])
        if chance.random() < 0.3:
            try:
                tree.move(distributor_id=ids[0], sponsor_id=ids[1], effective_at=LATER, at_once=4)
            except (tree.SponsorIsBelow, tree.TreeBusy):
                tree.carry_on()
        else:
            at += 1
            tree.take_place(distributor=person(f"{name}-{at}"), sponsor_id=ids[0])
            os.write(told, f"{name}-{at}\n".encode())


def at_a_place(place: str, *, with_transaction: bool) -> list[str]:
    """Dies inside one operation, after the function named has done its work; what is wrong afterwards."""
    child = fork()
    if not child:
        dying(place, with_transaction=with_transaction)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"Nothing came to {place}"
    return problems()


def dying(place: str, *, with_transaction: bool) -> None:
    from distributors import tree
    from distributors.models import Distributor
    from distributors.tree import carrying, health, labels, lock, moves, places
    from tests.distributors.people import person

    if not with_transaction:
        lock.transaction = type("without", (), {"atomic": staticmethod(nullcontext)})
    ids = dict(Distributor.objects.values_list("number", "pk"))
    newcomer = person("new")
    owner, name, operation = {
        "joining": (
            places.models.Model,
            "save",
            lambda: tree.take_place(distributor=newcomer, sponsor_id=ids["B1"]),
        ),
        "spreading": (labels, "_spread", lambda: crowd(ids["B1"])),
        "moving": (moves, "carry", lambda: move(ids, at_once=None)),
        "the truth": (moves.history, "moved", lambda: move(ids, at_once=2)),
        "carrying": (carrying, "_carry_next", lambda: (move(ids, at_once=2), tree.carry_on())),
        "rolling up": (
            moves,
            "_room_before_team",
            lambda: tree.roll_up(distributor_id=ids["B1"], effective_at=LATER),
        ),
        "numbering": (health, "_store", lambda: (spoil(), tree.rebuild())),
    }[place]
    done = getattr(owner, name)

    def and_die(*args, **how):
        done(*args, **how)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, and_die)
    if place == "moving":
        moves.history.moved = lambda **how: None
    operation()
    os._exit(3)


def move(ids: dict[str, int], *, at_once: int | None) -> None:
    from distributors import tree

    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=at_once)


def crowd(sponsor: int) -> None:
    from distributors import tree
    from tests.distributors.people import person

    for at in range(400):
        tree.take_place(distributor=person(f"crowd-{at}"), sponsor_id=sponsor)


def spoil() -> None:
    """Every label a little off, but sound: numbering anew has something to write."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE distributors_distributor SET lft = lft + 1, rght = rght + 1")


def problems() -> list[str]:
    from distributors import tree

    return [*tree.problems(), *tree.history_problems()]


def missing(told: list[str]) -> list[str]:
    from distributors.models import Distributor

    there = set(Distributor.objects.values_list("number", flat=True))
    return [number for number in told if number not in there]


def fork() -> int:
    """A child with connections of its own."""
    from django.db import connections

    connections.close_all()
    return os.fork()


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "often":
        main(int(sys.argv[2]), int(sys.argv[3]))
    else:
        whole = sys.argv[1] == "whole"
        found = {place: at_a_place(place, with_transaction=whole) for place in sys.argv[2:]}
        print(json.dumps(found))
