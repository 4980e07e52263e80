"""Killed with -9 at random moments, two and four closers at once: nothing is lost and nothing happens twice."""

import os
import random
import signal
import time
from datetime import timedelta

import pytest

from commissions.models import Freeze
from commissions.queries import audit
from tests.faults import worlds

LEASE = timedelta(minutes=3)  # a little more than a worker holds a job for
AT_MOST = 0.5  # seconds a closer lives before it may be killed: longer than a whole close of the small month


class Round:
    """One month closed by several at once, of whom some are killed, each followed by another whose clock is later by a
    lease. Four at the most: a step whose worker died five times is given up, as it should be."""

    def __init__(self, closers: int, chance: random.Random) -> None:
        self.chance, self.killed, self.told = chance, 0, []
        self.alive = {self.start() for _ in range(closers)}

    def start(self) -> int:
        now = worlds.NOW + self.killed * LEASE
        return worlds.fork(lambda: worlds.walk(now))

    def kill(self, most: int) -> None:
        """Kill up to so many, until the month was closed in spite of it."""
        for _ in range(most):
            time.sleep(self.chance.random() * AT_MOST / len(self.alive))
            victim = self.chance.choice(sorted(self.alive))
            os.kill(victim, signal.SIGKILL)
            self.alive.remove(victim)
            if worlds.ended(victim) == -signal.SIGKILL:
                self.killed += 1
                self.alive.add(self.start())
            if not self.alive:
                return

    def end(self) -> None:
        self.told = [worlds.ended(child) for child in self.alive]


def play(world, closers: int, chance: random.Random) -> int:
    """A round in a fresh copy of the month; how many were killed in it."""
    with world.copy(worlds.OPEN):
        this = Round(closers, chance)
        this.kill(chance.randint(2, 4))
        this.end()
        frozen = list(Freeze.objects.values_list("problems", flat=True))
        assert frozen == [], "Books that nothing happened to were found to contradict themselves"
        assert set(this.told) <= {0}, "A closer ended with an error of its own"
        worlds.walk(worlds.NOW + timedelta(days=1))
        assert not world.differences(), "\n".join(world.differences())
        assert audit.everything() == []
    return this.killed


@pytest.mark.parametrize("closers", [2, 4])
def test_killed_ten_times(world, closers):
    chance, kills = random.Random(closers), 0
    while kills < 10:
        kills += play(world, closers, chance)


@pytest.mark.slow
@pytest.mark.parametrize("closers", [2, 4])
@pytest.mark.parametrize("seed", range(10))
def test_killed_in_two_hundred_rounds(world, closers, seed):
    chance = random.Random(f"{closers}/{seed}")
    assert sum(play(world, closers, chance) for _ in range(10)) > 10
