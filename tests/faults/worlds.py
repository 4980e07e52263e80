"""Companies in databases of their own, committed, copied for each accident: a copy costs less than building one again.

A world is known by name: OPEN (September final, October over and full of orders, returns and an adjustment), APPROVED
(October computed, reviewed and approved, nothing posted yet) and FINAL (October final, undisturbed).
"""

import difflib
import json
import os
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.models import Q

from commissions.models import (
    Account,
    Carried,
    Line,
    Period,
    Promotion,
    Run,
    Snapshot,
    StatementItem,
    Transfer,
)
from commissions.operations import adjustments, correcting, periods, plans, runs
from common.operations import jobs
from distributors.models import Distributor, Notice, User
from sales.models import Order
from sales.operations import products
from tests import cast as company
from tests.commissions.conftest import PLAN, START, Shop, at

MONTH = "2026-10"
NOW = at(11, 2)
CORRECTED = at(11, 10)
EMPTY, OPEN, APPROVED, FINAL = "empty", "open", "approved", "final"


# --- databases --------------------------------------------------------------------------------------------------------
def here() -> str:
    """The name of the database this process is in."""
    return str(connection.settings_dict["NAME"])


@contextmanager
def inside(name: str, **where: object) -> Iterator[None]:
    """Everybody in this process, and who is forked from it, works in another database for as long as the block runs.
    `where` is another server's HOST, PORT and USER.

    The connection from before is put aside as it is, with the transaction it may be in.
    """
    aside = connections["default"]
    before = dict(aside.settings_dict)
    aside.settings_dict.update(where, NAME=name)
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = aside
        aside.settings_dict.update(before)


def copy(source: str, target: str) -> None:
    """A database becomes the copy of another, which nobody is in."""
    drop(target)
    if connection.vendor == "postgresql":
        _maintain(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        return
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def drop(name: str) -> None:
    if connection.vendor == "postgresql":
        _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        return
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{name}{end}").unlink()


def _maintain(statement: str) -> None:
    with inside("postgres"), connection.cursor() as cursor:
        cursor.execute(statement)


class Worlds:
    """The worlds of one session, each built when it is first asked for, from an empty database nobody is in."""

    def __init__(self, base: str) -> None:
        self.base, self.known, self.told = base, {EMPTY: f"{base}_{EMPTY}"}, {}
        copy(base, self.known[EMPTY])

    @contextmanager
    def copy(self, world: str) -> Iterator[None]:
        """Inside a fresh copy of a world, which is gone afterwards."""
        source, target = self.built(world), f"{self.base}_copy"
        copy(source, target)
        try:
            with inside(target):
                yield
        finally:
            drop(target)

    def undisturbed(self) -> str:
        """The books of October closed without any accident."""
        if FINAL not in self.told:
            with inside(self.built(FINAL)):
                self.told[FINAL] = books()
        return self.told[FINAL]

    def corrected(self) -> str:
        """The books after October was put right without any accident."""
        if "corrected" not in self.told:
            with self.copy(FINAL):
                put_right()
                self.told["corrected"] = books(kind="correct")
        return self.told["corrected"]

    def differences(self) -> list[str]:
        """In what the books here differ from those of October closed without any accident; empty when in no byte."""
        return differences(books(), self.undisturbed())

    def built(self, world: str) -> str:
        """The name of a world's database, which nobody is to change."""
        if world not in self.known:
            target = f"{self.base}_{world}"
            copy(self.built({OPEN: EMPTY, APPROVED: OPEN, FINAL: APPROVED}[world]), target)
            with inside(target):
                {OPEN: build, APPROVED: approve, FINAL: walk}[world]()
            self.known[world] = target
        return self.known[world]

    def end(self) -> None:
        for name in self.known.values():
            drop(name)


# --- what happens in them ---------------------------------------------------------------------------------------------
def build() -> None:
    """September final; October with orders, returns of what September paid for, and something adjusted by hand."""
    cast = company.assemble()
    terms = products.Terms(
        valid_from=date(2025, 1, 1),
        retail_price=4000,
        preferred_price=3600,
        distributor_price=3000,
        qualifying=3100,
        commissionable=3100,
    )
    shop = Shop(cast, products.offer(sku="SOAP", name="Rye soap", product_class="product", terms=terms))
    plans.adopt(document=PLAN.read_text(), now=START)
    periods.open_first(key="2026-09", now=at(9, 1))
    for seller, pieces in (("eva", 4), ("dan", 5), ("cleo", 4), ("ben", 4), ("ana", 4), ("gus", 4)):
        shop.sell(seller, pieces, at(9, 10))
    back = shop.sell("finn", 10, at(9, 12))
    walk(at(10, 2), key="2026-09")
    for seller, pieces in (
        ("eva", 4),
        ("dan", 5),
        ("finn", 4),
        ("cleo", 4),
        ("ben", 4),
        ("ana", 4),
        ("gus", 4),
    ):
        shop.sell(seller, pieces, at(10, 10))
    shop.sell("eva", 3, at(10, 14), customer=True)
    shop.take_back(back, 7, at(10, 20))
    made = adjustments.request(
        number=cast.eva.number, label="Goodwill", amount=-900, reason="Late", evidence="Ticket", now=at(10, 22),
        by=user("paula"),
    )  # fmt: skip
    adjustments.approve(adjustment_id=made.pk, by=user("quinn"), now=at(10, 23))
    jobs.advance_due(now=at(10, 23), owner="the first")


def user(name: str) -> int:
    return User.objects.values_list("pk", flat=True).get(email=f"{name}@example.com")


def approve(now: datetime = NOW) -> None:
    """Take October from wherever it stands to an approved run, as far as nobody else was first."""
    with suppress(periods.PeriodNotOpen):
        periods.close(key=MONTH, by=None, now=now)
    jobs.advance_due(now=now, owner=f"the next {os.getpid()}")
    sign(MONTH, now)


def sign(key: str, now: datetime) -> None:
    answer_for(Run.objects.filter(period__key=key, kind="close").latest("number"), now)


def answer_for(run: Run, now: datetime) -> None:
    """Review and approve a run by two people, as far as nobody else was first."""
    with suppress(runs.WrongState):
        runs.review(run_id=run.pk, by=user("paula"), now=now)
    run.refresh_from_db()
    # Before it waits for approval another closer may still be computing it: there is no total to read yet.
    if run.state == Run.State.REVIEWED:
        with suppress(runs.WrongState):
            runs.approve(run_id=run.pk, by=user("quinn"), typed_total=run.total, now=now)


def walk(now: datetime = NOW, key: str = MONTH) -> None:
    """From an open month to a final one, its people told and its books checked, from wherever it stands."""
    owner = f"the next {os.getpid()}"
    with suppress(periods.PeriodNotOpen):
        periods.close(key=key, by=None, now=now)
    jobs.advance_due(now=now, owner=owner)
    sign(key, now)
    for minutes in (0, 1, 2):
        jobs.advance_due(now=now + timedelta(minutes=minutes), owner=owner)


def put_right(now: datetime = CORRECTED) -> None:
    """October without Gus's order: from the asking to posted differences, from wherever it stands."""
    run = Run.objects.filter(kind="correct").first() or correcting.ask(
        period_key=MONTH,
        plan_id=Run.objects.get(period__key=MONTH, kind="close", state="final").plan_id,
        reason="Gus ordered for a test",
        evidence="Ticket 12",
        without_orders=[Order.objects.get(seller__number="1007", booked_at__gte=at(10, 1)).number],
        by=user("paula"),
        now=now,
    )
    owner = f"the next {os.getpid()}"
    jobs.advance_due(now=now, owner=owner)
    run.refresh_from_db()
    answer_for(run, now)
    jobs.advance_due(now=now, owner=owner)


def again(now: datetime = NOW) -> None:
    """A clean run after an accident: an hour later, when every lease has run out."""
    walk(now + timedelta(hours=1))


# --- what is left -----------------------------------------------------------------------------------------------------
def books(*, kind: str = "close") -> str:
    """Everything that closed months leave, by business keys and numbers, to the byte; without keys of the database and
    moments. Of runs of another kind, what they leave instead of what closes do."""
    people, closing = ("distributor__number",), Q(run__kind=kind)
    tables = {
        "periods": (Period.objects, ("key", "state")),
        "runs": (
            Run.objects.filter(kind=kind),
            ("period__key", "number", "state", "stage", "total", "item_count", "line_count", "commissionable",
             "input_hash", "engine_hash", "output_hash", "approved_hash", "warnings", "engine_version"),
        ),
        "items": (
            StatementItem.objects.filter(closing),
            (*people, "run__period__key", "bonus", "corrects_period", "amount", "line_count"),
        ),
        "lines": (
            Line.objects.filter(closing),
            (*people, "run__period__key", "bonus", "kind", "order_line__order__number", "level", "depth", "base",
             "rate_ppm", "whole", "micro", "corrects__bonus"),
        ),
        "snapshots": (
            Snapshot.objects.filter(closing),
            (*people, "run__period__key", "sponsor__number", "standing", "active", "rank", "title", "own_volume",
             "group_volume", "measures", "statuses", "memory", "have"),
        ),
        "carried": (
            Carried.objects.filter(closing),
            (*people, "run__period__key", "kind", "name", "slot", "age", "amount"),
        ),
        "transfers": (
            Transfer.objects,
            ("key", "amount", "currency", "period__key", "debit__kind", "debit__name", "debit__owner__number",
             "credit__kind", "credit__name", "credit__owner__number"),
        ),
        "balances": (Account.objects, ("kind", "name", "owner__number", "currency", "balance")),
        "promotions": (Promotion.objects, (*people, "rank", "before")),
        "careers": (Distributor.objects, ("number", "career_rank")),
        "notices": (Notice.objects, ("user__email", "kind", "key", "reference", "number", "in_portal")),
    }  # fmt: skip
    found: dict[str, list[Any]] = {}
    for name, (rows, columns) in tables.items():
        found[name] = sorted(rows.order_by().values_list(*columns), key=repr)
    return json.dumps(found, indent=0, default=str)


def differences(found: str, wanted: str) -> list[str]:
    """The lines in which two states of the books differ."""
    if found == wanted:
        return []
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), lineterm="", n=4)
    return list(lines)[:60] or ["They differ in their white space"]


# --- accidents --------------------------------------------------------------------------------------------------------
def fork(action: Callable[[], object]) -> int:
    """Do something in a process of its own, with connections of its own; its number. It ends with 1 when it raised."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        action()
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it ends here
        with suppress(Exception):
            traceback.print_exc()
    finally:
        # In no case may this process go on as the test's.
        os._exit(code)


def ended(child: int) -> int:
    """What a process ended with: 0, 1, or below zero the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
