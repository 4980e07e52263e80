"""Random histories of a small company: people join, buy, pay, give back, move, stumble; months and weeks are closed,
signed, computed again and put right. A history is a list of steps of plain numbers, made of a seed; what a number
chooses among is decided when the step is played, so that any part of a history is a history too, and one that fails can
be made shorter.
"""

import os
import random
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, TypeVar
from unittest.mock import patch

from django.apps import apps
from django.db import connection, transaction

from commissions.models import Period, PlanVersion, Run, Withholding
from commissions.operations import (
    adjustments,
    correcting,
    estimates,
    periods,
    plans,
    recomputing,
    runs,
    sponsor_changes,
    withholding,
)
from commissions.queries import audit, audit_final, counting
from common.operations import jobs
from common.operations.failpoints import Broken
from distributors import tree
from distributors.models import Distributor, Profile, User
from distributors.operations import placing, sponsorship, standing
from sales.models import Customer, Order, Product
from sales.operations import orders, returns

T = TypeVar("T")
# How often a step is drawn, of all together.
WEIGHTS = {
    "order": 24, "pay": 8, "cancel": 2, "give_back": 9, "charge_back": 3, "join": 6, "move": 6, "stand": 4, "adjust": 6,
    "close": 12, "sign": 16, "sign_alone": 2, "compute_again": 4, "correct": 6, "give_up": 1, "new_version": 2,
    "withhold": 3,    "estimate": 2, "stumble": 5,
}  # fmt: skip
PLACES = ["run.compute", "run.check", "run.store", "run.storing", "run.review", "seal.posting", "seal.posted",
          "seal.promoting", "seal.promoted", "seal.notifying", "seal.finished", "correct.computed",
          "correct.storing", "seal.correcting"]  # fmt: skip
# What people are told when something cannot be done; anything else that is raised is a fault.
REFUSALS = (
    orders.OrderRefused, orders.WrongState, orders.WrongMoment, returns.ReturnRefused, sponsorship.CannotChange,
    sponsor_changes.CannotChange, standing.StandingChanged, adjustments.CannotAdjust, periods.CannotClose,
    runs.CannotRun, correcting.CannotCorrect, plans.VersionIsUsed, withholding.CannotWithhold,
)  # fmt: skip
MOST_STEPS, FEWEST_STEPS = 10, 5
# One history in so many is a long one.
LONG_ONE_IN, LONG = 25, 30


@dataclass(frozen=True)
class Step:
    """What is done, and three numbers that decide about whom, how much and when."""

    name: str
    a: int
    b: int
    c: int

    def __str__(self) -> str:
        return f"{self.name}({self.a}, {self.b}, {self.c})"


def made_of(seed: str) -> list[Step]:
    """The history of a seed."""
    chance = random.Random(zlib.crc32(seed.encode()))
    steps = LONG if chance.randrange(LONG_ONE_IN) == 0 else chance.randint(FEWEST_STEPS, MOST_STEPS)
    names = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=steps)
    return [Step(name, *(chance.randrange(1000) for _ in range(3))) for name in names]


def fault(
    history: Sequence[Step],
    check: Callable[[], list[str]] | None = None,
    *,
    begins: datetime,
    thorough: bool = True,
) -> str:
    """What goes wrong when a history is played from a moment on, or nothing. The database is as before afterwards.

    A thorough look at the end asks everything once more, and computes the last closed month again.
    """
    with transaction.atomic():
        found = _played(history, check, begins, thorough)
        transaction.set_rollback(True)
    return found


def _played(
    history: Sequence[Step], check: Callable[[], list[str]] | None, begins: datetime, thorough: bool
) -> str:
    company, books = Company(begins), Books()
    for at_step, step in enumerate(history):
        try:
            with transaction.atomic(), books.watched():
                company.play(step)
        except REFUSALS as refusal:
            company.refused.append(f"{step}: {refusal}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the fault that was looked for
            return f"{step}, the {at_step + 1}th step, raised {type(error).__name__}: {error}"
        if problems := [*company.wrong, *(check or books.problems)()]:
            return f"after {step}, the {at_step + 1}th step: {problems[:3]}"
    end = _at_the_end() if thorough else ()
    return next((f"at the end: {problems[:3]}" for problems in end if problems), "")


def _at_the_end() -> Iterator[list[str]]:
    yield audit.everything()
    for calendar in ("month", "week"):
        last = Period.objects.filter(state="closed", calendar=calendar).order_by("starts_at").last()
        if last is not None:
            again = recomputing.again(period_key=last.key)
            yield [] if again.same else [f"{last.key} comes out differently computed again: {again.first}"]
    corrected = Run.objects.filter(state=Run.State.POSTED).values_list("period__key", flat=True)
    for key in sorted(set(corrected)):
        for one in recomputing.corrections(period_key=key):
            yield (
                [f"correction {one.run.number} of {key} comes out differently computed again: {one.other}"]
                if (one.other)
                else []
            )


class Books:
    """All invariants after every step, but for those that cannot have changed: their queries name no table that a
    statement since then has named which writes.
    """

    reads: ClassVar[dict[Callable[[], Any], set[str]]] = {}

    def __init__(self) -> None:
        self.written: set[str] = set()
        self.asking: set[str] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        def watch(execute: Any, sql: str, *rest: Any) -> Any:
            if not READS.match(sql):
                self.written |= named_in(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(watch):
            yield

    def problems(self) -> list[str]:
        found = []
        with self._counted_once():
            for ask in audit.CHECKS:
                if ask is audit_final.inputs_are_what_they_were:
                    continue  # It loads each final period again: that is done once, at the end.
                if ask not in self.reads or self.written & self.reads[ask]:
                    found += self._asked(ask)
        self.written.clear()
        return found

    def _asked(self, ask: Callable[[], T]) -> T:
        read = self.asking = self.reads.setdefault(ask, set())

        def watch(execute: Any, sql: str, *rest: Any) -> Any:
            read.update(named_in(sql))
            return execute(sql, *rest)

        with connection.execute_wrapper(watch):
            return ask()

    @contextmanager
    def _counted_once(self) -> Iterator[None]:
        """Which runs count, many of them ask: they share one answer, and each that has it has read its tables."""
        count, known = counting.all_that_count, []

        def counted() -> counting.Books:
            asking = self.asking
            if not known:
                known.append(self._asked(count))
            asking |= self.reads[count]
            self.asking = asking
            return known[0]

        with patch.object(counting, "all_that_count", counted):
            yield


READS = re.compile(r"\s*(SELECT|EXPLAIN|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA)\b", re.IGNORECASE)


@cache
def named_in(sql: str) -> frozenset[str]:
    """The tables a statement names; a partition counts as its table."""
    return frozenset(re.sub(r"_run\d+$", "", word) for word in re.findall(r"\w+", sql)) & _tables()


@cache
def _tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models())


def shorter(history: Sequence[Step], fails: Callable[[Sequence[Step]], object]) -> list[Step]:
    """The history without the steps it fails without."""
    kept, size = list(history), len(history) // 2
    while size:
        start = 0
        while start < len(kept):
            less = [*kept[:start], *kept[start + size :]]
            if fails(less):
                kept = less
            else:
                start += size
        size //= 2
    return kept


@dataclass
class Company:
    """The company while a history is played: what time it is, and what only the player knows."""

    now: datetime
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows = User.objects.filter(is_staff=True).values_list("email", "pk")
        self.staff = {email.partition("@")[0]: pk for email, pk in rows}
        self.product = Product.objects.get().pk

    def play(self, step: Step) -> None:
        self.now += timedelta(hours=1 + step.c % 60)
        getattr(self, step.name)(step.a, step.b, step.c)

    # --- people ---
    def join(self, a: int, b: int, c: int) -> None:
        number = f"N{Distributor.objects.count():04d}"
        profile = Profile.objects.create(given_name="New", family_name=number)
        person = Distributor(number=number, profile=profile, joined_at=self.now, career_rank="")
        tree.take_place(distributor=person, sponsor_id=self.person(a))
        placing.newcomer(distributor_id=person.pk, now=self.now)

    def move(self, a: int, b: int, c: int) -> None:
        numbers = list(Distributor.objects.order_by("pk").values_list("number", flat=True))
        months = sponsor_changes.beginnings()
        made = sponsor_changes.request(
            number=pick(numbers, a), sponsor_number=pick(numbers, b), month=pick(months, c).key, reason="Asked",
            by=self.staff["paula"], now=self.now,
        )  # fmt: skip
        sponsor_changes.approve(change_id=made, by=self.staff["quinn"], now=self.now)

    def stand(self, a: int, b: int, c: int) -> None:
        person = Distributor.objects.get(pk=self.person(a))
        others = [status for status in ("good", "suspended", "left") if status != person.status]
        standing.change_status(
            distributor_id=person.pk, status=pick(others, b), expected=person.status, reason="So it is",
            by_id=self.staff["paula"], now=self.now,
        )  # fmt: skip

    # --- trade ---
    def order(self, a: int, b: int, c: int) -> None:
        buyer = orders.Buyer(distributor_id=self.person(a))
        if c % 4 == 0:
            buyer = orders.Buyer(customer_id=Customer.objects.order_by("pk").values_list("pk", flat=True)[0])
        items = [orders.Item(product_id=self.product, quantity=1 + b % 30)]
        order = orders.place(buyer=buyer, items=items, purpose="own_use", now=self.now)
        if c % 5:
            orders.mark_paid(order_id=order.pk, paid_at=self.now, by=None)

    def pay(self, a: int, b: int, c: int) -> None:
        """Often late, and sometimes said to have been paid before a month's end that is past."""
        order = self.some_order(a, "placed")
        if order:
            paid_at = max(order.placed_at, self.now - timedelta(days=b % 20))
            orders.mark_paid(order_id=order.pk, paid_at=paid_at, by=None, now=self.now)

    def cancel(self, a: int, b: int, c: int) -> None:
        order = self.some_order(a, "placed")
        if order:
            orders.cancel(order_id=order.pk, now=self.now)

    def give_back(self, a: int, b: int, c: int) -> None:
        order = self.some_order(a, "paid")
        if order:
            line = order.lines.get()
            back = returns.Back(order_line_id=line.pk, quantity=1 + b % line.quantity)
            returns.book(order_id=order.pk, lines=[back], reason="Damaged", now=self.now)

    def charge_back(self, a: int, b: int, c: int) -> None:
        """The bank takes back what was paid: all of an order that still stands."""
        order = self.some_order(a, "paid")
        if order:
            line = order.lines.get()
            left = line.quantity - sum(line.returned.values_list("quantity", flat=True))
            back = returns.Back(order_line_id=line.pk, quantity=left)
            returns.book(order_id=order.pk, lines=[back], reason="Chargeback", now=self.now)

    def some_order(self, a: int, state: str) -> Order | None:
        found = list(Order.objects.filter(state=state).order_by("pk"))
        return pick(found, a) if found else None

    # --- money ---
    def adjust(self, a: int, b: int, c: int) -> None:
        number = Distributor.objects.values_list("number", flat=True).get(pk=self.person(a))
        made = adjustments.request(
            number=number, label="Goodwill", amount=(b - 500) * 10, reason="Late", evidence="Ticket", now=self.now,
            by=self.staff["paula"],
        )  # fmt: skip
        if c % 5:
            adjustments.approve(adjustment_id=made.pk, by=self.staff["quinn"], now=self.now)
        else:
            adjustments.refuse(adjustment_id=made.pk, reason="No", by=self.staff["quinn"], now=self.now)

    def withhold(self, a: int, b: int, c: int) -> None:
        """Something of somebody's is missing, or is no more."""
        missing = Withholding.objects.filter(ended_at=None).order_by("pk").first()
        if missing and c % 2:
            withholding.end(key=missing.key, by=self.staff["quinn"], now=self.now)
            return
        number = Distributor.objects.values_list("number", flat=True).get(pk=self.person(a))
        reason = pick(list(Withholding.Reason.values), b)
        withholding.withhold(number=number, reason=reason, note="", by=self.staff["paula"], now=self.now)

    def close(self, a: int, b: int, c: int) -> None:
        """An open month or week, when it is over; sometimes a day early, which is refused."""
        period = pick(list(Period.objects.filter(state="open").order_by("calendar")), a)
        self.now = max(self.now, period.ends_at + timedelta(hours=-24 if b % 10 == 0 else b % 50))
        periods.close(key=period.key, by=None, now=self.now)
        self.work()

    def sign(self, a: int, b: int, c: int) -> None:
        run = self.some_run(a, "draft", "reviewed")
        if run is None:
            return
        if run.state == "draft":
            runs.review(run_id=run.pk, by=self.staff["paula"], now=self.now)
        runs.approve(run_id=run.pk, by=self.staff["quinn"], typed_total=run.total, now=self.now)
        self.work()
        self.work()

    def sign_alone(self, a: int, b: int, c: int) -> None:
        """Nobody reviews and approves the same run, and nobody approves what they did not read."""
        run = self.some_run(a, "draft")
        if run is None:
            return
        runs.review(run_id=run.pk, by=self.staff["quinn"], now=self.now)
        for who, total in (("quinn", run.total), ("root", run.total + 1)):
            try:
                with transaction.atomic():
                    runs.approve(run_id=run.pk, by=self.staff[who], typed_total=total, now=self.now)
                self.wrong.append(f"{who} could approve")
            except runs.CannotRun:
                pass

    def compute_again(self, a: int, b: int, c: int) -> None:
        run = self.some_run(a, "draft", "reviewed", "failed", "computing")
        if run is None:
            return
        if run.kind == "correct":
            correcting.again(run_id=run.pk, by=self.staff["paula"], now=self.now)
        else:
            runs.recompute(period_key=run.period.key, by=self.staff["paula"], now=self.now)
        self.work()

    def correct(self, a: int, b: int, c: int) -> None:
        """A closed period, of which it is said that an order was none, that somebody stood otherwise or under another
        sponsor (where that is a circle, it fails), or that the plan was another version."""
        closed = list(Period.objects.filter(state="closed").order_by("starts_at"))
        if not closed:
            return
        period = pick(closed, a)
        against = counting.run_of(period_id=period.pk)
        numbers = list(Distributor.objects.order_by("pk").values_list("number", flat=True))
        counted = Order.objects.filter(booked_at__gte=period.starts_at, booked_at__lt=period.ends_at)
        orders_of_it = list(counted.order_by("pk").values_list("number", flat=True))
        versions = list(PlanVersion.objects.filter(name=against.plan.name).order_by("pk"))
        wrong: list[dict[str, Any]] = [
            {"without_orders": [pick(orders_of_it, c)] if orders_of_it else []},
            {"standing": {pick(numbers, c): c % 3}},
            {"sponsors": {pick(numbers, c): pick(numbers, c // 8)}},
            {},
        ]
        correcting.ask(
            period_key=period.key, plan_id=pick(versions, c).pk, reason="It was wrong", evidence="Ticket",
            by=self.staff["paula"], now=self.now, **pick(wrong, b),
        )  # fmt: skip
        self.work()

    def give_up(self, a: int, b: int, c: int) -> None:
        run = Run.objects.filter(kind="correct").order_by("pk").last()
        if run:
            correcting.give_up(run_id=run.pk, by=self.staff["paula"], now=self.now)

    def new_version(self, a: int, b: int, c: int) -> None:
        """The plan of some calendar from the next open period on, with items rounded in one of the three ways."""
        names = list(PlanVersion.objects.order_by("name").values_list("name", flat=True).distinct())
        last = PlanVersion.objects.filter(name=pick(names, a)).latest("version")
        starts = Period.objects.get(state="open", calendar=last.calendar).ends_at.date() + timedelta(days=1)
        document = re.sub(r"\bversion: \d+", f"version: {last.version + 1}", last.document, count=1)
        document = re.sub(r"\bstarts: [\d-]+", f"starts: {starts}", document, count=1)
        how = pick(["half_up", "half_even", "down"], b)
        plans.adopt(document=re.sub(r"\bround: \w+", f"round: {how}", document, count=1), now=self.now)

    def estimate(self, a: int, b: int, c: int) -> None:
        estimates.refresh(now=self.now)

    def stumble(self, a: int, b: int, c: int) -> None:
        """The next thing that is done breaks off somewhere; an hour later a worker goes on."""
        os.environ["FAILPOINT"] = f"{pick(PLACES, a)}:raise"
        try:
            with transaction.atomic():
                (self.close if b % 2 else self.sign)(a, b, c)
        except (Broken, *REFUSALS):
            pass
        finally:
            del os.environ["FAILPOINT"]
        self.now += timedelta(hours=1)
        self.work()

    # --- what steps share ---
    def work(self) -> None:
        jobs.advance_due(now=self.now, owner="a worker")

    def person(self, at_place: int) -> int:
        return pick(list(Distributor.objects.order_by("pk").values_list("pk", flat=True)), at_place)

    def some_run(self, at_place: int, *states: str) -> Run | None:
        kinds = Run.objects.filter(kind__in=["close", "correct"], state__in=states)
        found = list(kinds.order_by("pk").select_related("period"))
        return pick(found, at_place) if found else None


def pick(among: Sequence[T], at_place: int) -> T:
    return among[at_place % len(among)]
