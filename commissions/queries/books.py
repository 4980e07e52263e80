"""What the last checks of the books found, and whether money stands still."""

from dataclasses import dataclass
from datetime import datetime

from commissions.models import BooksCheck, Freeze
from commissions.queries import colleagues

SHOWN = 20
WORDS = {"L": "Ledger", "P": "Months", "A": "Who answered", "R": "Sales", "T": "Tree", "J": "Jobs"}


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """One check: what it found, and how long it took."""

    which: str
    at: datetime
    milliseconds: int
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FreezeView:
    """Money that stands, or stood, still; `problems` as (where, sentence). `lifted_at` is None while it does."""

    set_at: datetime
    problems: tuple[tuple[str, str], ...]
    lifted_at: datetime | None
    lifted_by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BooksView:
    """The freeze that holds, the ones before, and the last checks, newest first."""

    freeze: FreezeView | None
    earlier: tuple[FreezeView, ...]
    checks: tuple[CheckView, ...]


def books() -> BooksView:
    """Everything the page about the books shows."""
    rows = list(Freeze.objects.order_by("-pk")[:SHOWN])
    names = colleagues.names(user_ids=[row.lifted_by_id for row in rows])
    views = [_freeze(row, names) for row in rows]
    return BooksView(
        freeze=next((one for one in views if one.lifted_at is None), None),
        earlier=tuple(one for one in views if one.lifted_at is not None),
        checks=tuple(
            CheckView(
                which=row.get_which_display(),
                at=row.at,
                milliseconds=row.milliseconds,
                problems=tuple(row.problems),
            )
            for row in BooksCheck.objects.order_by("-at", "-pk")[:SHOWN]
        ),
    )


def frozen_since() -> datetime | None:
    """Since when money stands still; None while it moves."""
    return Freeze.objects.filter(lifted_at__isnull=True).values_list("set_at", flat=True).first()


def _freeze(row: Freeze, names: dict[int, str]) -> FreezeView:
    return FreezeView(
        set_at=row.set_at,
        problems=tuple((WORDS.get(str(one)[:1], ""), str(one)) for one in row.problems),
        lifted_at=row.lifted_at,
        lifted_by=names.get(row.lifted_by_id, "") if row.lifted_by_id else "",
        reason=row.reason,
    )
