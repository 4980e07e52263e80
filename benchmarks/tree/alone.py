"""What only the portal is asked: whole enrolments, a great move meanwhile, check, repair, imports."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from django.db import connection
from django.utils import timezone

from benchmarks.tree import crowd
from benchmarks.tree.beside import Effort
from benchmarks.tree.contenders import Ours
from benchmarks.tree.measuring import Figure, share, timed
from benchmarks.tree.network import Network
from benchmarks.tree.worker import ENROLMENT
from common.operations import statistics
from distributors import tree
from distributors.models import Document, Enrolment, Profile, User
from distributors.operations.enrolment import confirm

SIGNED_UP = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """A command in a process of its own: how long it took, and the most memory it held."""

    seconds: float
    megabytes: float
    said: str


def command(*arguments: str) -> Done:
    """Runs a management command. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=crowd.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {process.returncode}: {said}")
    return Done(time.perf_counter() - began, usage.ru_maxrss / 1024, said.strip())


def importing(paths: dict[str, Path]) -> Iterator[tuple[str, Figure]]:
    """The company comes in through its own commands."""
    command("import_products", str(paths["products"]))
    for what, kind in (("people", "distributors"), ("order lines", "orders")):
        done = command(f"import_{kind}", str(paths[kind]))
        print(f"    {done.said}", flush=True)
        yield f"import all {what}", Figure(done.seconds, "s")
        yield f"memory of importing {what}", Figure(done.megabytes, "MB")


def checking() -> Iterator[tuple[str, Figure]]:
    """check_tree, and repair_tree where every row has to be written."""
    yield "manage.py check_tree", Figure(command("check_tree").seconds, "s")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE distributors_distributor SET level = level + 1, lft = lft + 1, rght = rght + 2"
        )
        spoilt = cursor.rowcount
    if not tree.problems():
        raise RuntimeError("The check is green in a tree of which every row is wrong")
    repaired = command("repair_tree")
    yield "manage.py repair_tree, every row wrong", Figure(repaired.seconds, "s", note=f"{spoilt:,} rows")
    yield "problems after it", Figure(len(tree.problems()), "")


def enrolling(network: Network, effort: Effort) -> Iterator[tuple[str, Figure]]:
    """The whole enrolment: place, number, first status, referral code, one transaction."""
    # More than a crowd can use up: 300 a second and process.
    each, alone = int(effort.crowd * 300), effort.calls
    users = _waiting(network, count=effort.processes * each + alone)
    taken = timed(
        lambda user: confirm(user_id=user, now=timezone.now()),
        ((u,) for u in users[:alone]),
        budget=effort.budget,
    )
    yield "whole enrolment, half of them within", share(taken, 50)
    yield "whole enrolment, 95 of 100 within", share(taken, 95)
    parts = [users[alone + at * each :][:each] for at in range(effort.processes)]
    options = [[f"--users={part[0]}-{part[-1] + 1}"] for part in parts]
    done = crowd.together(ENROLMENT, options, people=len(network), seconds=effort.crowd)
    yield f"whole enrolments per second, {effort.processes} processes", Figure(done.rate, "/s", done.done)
    yield "of these refused", Figure(done.failed, "", done.done + done.failed)
    yield "the slowest of these", Figure(done.longest * 1000, "ms")
    yield "problems check_tree finds afterwards", Figure(len(tree.problems()), "")


def _waiting(network: Network, *, count: int) -> list[int]:
    """People who have signed up and confirm their address next."""
    documents = [
        Document.objects.create(
            kind=kind, version=1, published_on=date(2026, 1, 1), title=kind, summary="", body="x"
        )
        for kind in ("agreement", "disclosure")
    ]
    people = [User(email=f"new{at}@example.com", password="!", date_joined=SIGNED_UP) for at in range(count)]
    users = User.objects.bulk_create(people, batch_size=2_000)
    profiles = Profile.objects.bulk_create(
        [Profile(user=user, given_name="New", family_name="Comer") for user in users], batch_size=2_000
    )
    sponsors = (np.random.default_rng(5).integers(len(network), size=count) + 1).tolist()
    Enrolment.objects.bulk_create(
        [
            Enrolment(user=user, profile=profile, sponsor_id=sponsor, agreement=documents[0],
                      disclosure=documents[1], signed_up_at=SIGNED_UP)
            for user, profile, sponsor in zip(users, profiles, sponsors, strict=True)
        ],
        batch_size=2_000,
    )  # fmt: skip
    statistics.learn(tables=[User, Profile, Enrolment], rows=count)
    return [user.pk for user in users]


def moving_many(network: Network, effort: Effort) -> Iterator[tuple[str, Figure]]:
    """A twentieth of the company moves while half the processes sign people up elsewhere."""
    size = max(2, len(network) // 20)
    (key,) = network.branches(size, 1)
    random = np.random.default_rng(6)
    target = network.outside(key, random)
    elsewhere = ",".join(str(network.outside(key, random)) for _ in range(200))
    took: list[float] = []

    def move() -> None:
        time.sleep(1)
        before = time.perf_counter()
        # As an approved change of sponsor does it: the truth at once, the labels part by part.
        tree.move(distributor_id=key, sponsor_id=target, effective_at=SIGNED_UP, at_once=1_000)
        tree.finish_carrying()
        took.append(time.perf_counter() - before)

    options = [[f"--under={elsewhere}"]] * (effort.processes // 2)
    found = crowd.together(Ours.name, options, people=len(network), seconds=effort.crowd, meanwhile=move)
    yield f"move {network.size[key - 1]:,} people meanwhile", Figure(took[0], "s")
    yield "longest a sign-up elsewhere took then", Figure(found.longest, "s", found.done)
    yield "sign-ups refused then", Figure(found.failed, "", found.done + found.failed)
    yield "problems after that move", Figure(len(tree.problems()), "")
