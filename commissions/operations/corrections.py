"""What a return takes back of what was paid in earlier, final periods.

Of each line that was paid for the order, the part that came back is taken back by a correcting line that names it. The
item is what the lines still standing round to, less what was already paid for them. So corrections telescope: when
everything has come back, everything paid has been taken back, whatever the parts were and however they rounded.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q, QuerySet, Subquery, Sum
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.models import Line, Period, Run, StatementItem
from commissions.queries.facts import Loaded

Ints = NDArray[np.int64]
MICRO = 1_000_000
CUT = (Line.Kind.MOST, Line.Kind.GROUP)  # what took something off an item
AT_A_TIME = 500
# What measures how much of a line came back: the first of these that the line has any of. All come back in the
# same proportion, that of the pieces.
MEASURED_BY = ("commissionable", "list_price", "price", "distributor_price", "qualifying")


class ItemKey(NamedTuple):
    """Whose payment, by which bonus, in which final run."""

    run_id: int
    distributor_id: int
    bonus: str


@dataclass(frozen=True, slots=True)
class BackLine:
    """The part of an earlier line that is taken back; amounts and base are negative."""

    item: ItemKey
    period: str
    order_line_id: int | None  # None of what a cap had taken off
    level: int
    depth: int
    base: int
    rate_ppm: int
    exact: int  # millionths of a minor unit
    corrects_id: int
    origin_id: int  # whose sale it was
    kind: int


@dataclass(frozen=True, slots=True)
class BackItem:
    """What is taken back of an earlier item, in minor units; negative."""

    item: ItemKey
    period: str
    amount: int
    line_count: int


@dataclass(frozen=True, slots=True)
class Corrections:
    lines: list[BackLine] = field(default_factory=list)
    items: list[BackItem] = field(default_factory=list)


def find(*, loaded: Loaded) -> Corrections:
    """The corrections that the returns of a period ask for. Only what a FINAL run paid can be taken back."""
    left = _left(loaded)
    if not left:
        return Corrections()
    final = _final_before(loaded.facts.period)
    lines = [line for part in _parts(sorted(left)) for line in _lines(part, left, final)]
    waits = _that_wait(lines)
    lines = [line for line in lines if line.item not in waits]
    lines += _given_back(lines, final)
    return Corrections(lines, _items(lines, final))


def _that_wait(lines: Sequence[BackLine]) -> set[ItemKey]:
    """Items of which nothing was paid, because they are held: there is nothing to take back of them."""
    found: set[ItemKey] = set()
    for run_id, distributors in _by_run({line.item for line in lines}):
        rows = Line.objects.filter(run_id=run_id, distributor_id__in=distributors, kind=Line.Kind.HELD)
        found |= {
            ItemKey(run_id, person, bonus) for person, bonus in rows.values_list("distributor_id", "bonus")
        }
    return found


def _given_back(lines: Sequence[BackLine], final: Sequence[int]) -> list[BackLine]:
    """What a cap or a group rule had taken off an item shrinks with what its orders paid: the same share of it is given
    back, in whole units, so that a return of everything leaves nothing."""
    period_of = {line.item: line.period for line in lines}
    found = []
    for run_id, distributors in _by_run(period_of):
        own = Line.objects.filter(run_id=run_id, distributor_id__in=distributors, corrects__isnull=True)
        cut = [one for one in own.filter(kind__in=CUT) if _key(one) in period_of]
        sold, gone = (
            _sizes(own.filter(order_line__isnull=False)),
            _sizes(
                Line.objects.filter(
                    run_id__in=final,
                    corrects__run_id=run_id,
                    distributor_id__in=distributors,
                    order_line__isnull=False,
                )
            ),
        )
        back_now: dict[ItemKey, int] = defaultdict(int)
        for line in lines:
            back_now[line.item] += abs(line.exact)
        before = _corrected(cut, final)
        for one in cut:
            key = _key(one)
            size = sold[key]
            left = size - gone[key] - back_now[key]
            stands = one.whole + before.get(one.pk, (0, 0))[0] // MICRO
            should = -((2 * abs(one.whole) * left + size) // (2 * size)) if size else one.whole
            if should != stands:
                found.append(_cut_back(one, period_of[key], should - stands))
    return found


def _cut_back(cut: Line, period: str, amount: int) -> BackLine:
    return BackLine(
        item=_key(cut),
        period=period,
        order_line_id=None,
        level=cut.level,
        depth=cut.depth,
        base=amount,
        rate_ppm=cut.rate_ppm,
        exact=amount * MICRO,
        corrects_id=cut.pk,
        origin_id=cut.origin_id or cut.distributor_id,
        kind=cut.kind,
    )


def _key(line: Line) -> ItemKey:
    return ItemKey(line.run_id, line.distributor_id, line.bonus)


def _sizes(lines: "QuerySet[Line]") -> dict[ItemKey, int]:
    """What the lines of each item come to, in millionths, whatever the sign of each."""
    found: dict[ItemKey, int] = defaultdict(int)
    for run_id, corrected, person, bonus, whole, micro in lines.values_list(
        "run_id", "corrects__run_id", "distributor_id", "bonus", "whole", "micro"
    ):
        found[ItemKey(corrected or run_id, person, bonus)] += abs(whole * MICRO + micro)
    return found


def _final_before(period: str) -> list[int]:
    """The final runs of earlier periods. Later ones say nothing here: computed again, a period finds the same."""
    begins = Period.objects.filter(key=period).values("starts_at")[:1]
    earlier = Run.objects.filter(state=Run.State.FINAL, period__starts_at__lt=Subquery(begins))
    return list(earlier.order_by("pk").values_list("pk", flat=True))


def _left(loaded: Loaded) -> dict[int, tuple[int, int]]:
    """For each order line that came back: how much of it stands now, and how much stood before this period."""
    back, lines = loaded.returned, loaded.facts.lines
    now = np.flatnonzero(lines.reversal)
    left: dict[int, tuple[int, int]] = {}
    came: dict[str, dict[int, int]] = {name: defaultdict(int) for name in MEASURED_BY}
    for name in MEASURED_BY:
        amounts = getattr(lines, name)
        for at in now.tolist():
            came[name][int(loaded.order_line_ids[at])] -= int(amounts[at])
    for at, order_line in enumerate(back.order_line_id.tolist()):
        for name in MEASURED_BY:
            sold = int(getattr(back, name)[at])
            if sold > 0:
                stands = sold - int(getattr(back, f"{name}_back")[at])
                left[order_line] = (stands, stands + came[name][order_line])
                break
    return left


def _lines(
    order_lines: Sequence[int], left: dict[int, tuple[int, int]], final: Sequence[int]
) -> Iterator[BackLine]:
    paid = Line.objects.filter(
        order_line_id__in=order_lines, corrects__isnull=True, run_id__in=final
    ).select_related("run__period")
    originals = list(paid.order_by("run__period__starts_at", "pk"))
    before = _corrected(originals, final)
    for line in originals:
        stands, stood = left[line.sold]
        exact_back, base_back = before.get(line.pk, (0, 0))
        exact = line.whole * MICRO + line.micro + exact_back
        base = line.base + base_back
        taken = exact * stands // stood - exact if stood else -exact
        if not taken:
            continue
        yield BackLine(
            item=ItemKey(line.run_id, line.distributor_id, line.bonus),
            period=line.run.period.key,
            order_line_id=line.sold,
            level=line.level,
            depth=line.depth,
            base=base * stands // stood - base if stood else -base,
            rate_ppm=line.rate_ppm,
            exact=taken,
            corrects_id=line.pk,
            origin_id=line.origin_id or line.distributor_id,
            kind=line.kind,
        )


def _corrected(originals: Sequence[Line], final: Sequence[int]) -> dict[int, tuple[int, int]]:
    """What these final runs have taken back of each line already: millionths, and base."""
    found: dict[int, tuple[int, int]] = {}
    for part in _parts([line.pk for line in originals]):
        rows = Line.objects.filter(corrects_id__in=part, run_id__in=final).values_list("corrects_id")
        for pk, whole, micro, base in rows.annotate(Sum("whole"), Sum("micro"), Sum("base")):
            if pk is not None:
                found[pk] = (int(whole) * MICRO + int(micro), int(base))
    return found


def _items(lines: Sequence[BackLine], final: Sequence[int]) -> list[BackItem]:
    taken: dict[ItemKey, list[BackLine]] = defaultdict(list)
    for line in lines:
        taken[line.item].append(line)
    stands, paid = _standing(taken, final), _paid(taken, final)
    items = []
    for key in sorted(taken):
        exact = stands[key] + sum(line.exact for line in taken[key])
        amount = rounding.half_up(exact) - paid[key]
        if amount:
            items.append(BackItem(key, taken[key][0].period, amount, len(taken[key])))
    return items


def _standing(keys: Iterable[ItemKey], final: Sequence[int]) -> dict[ItemKey, int]:
    """The lines of each item, less what final runs took back of them before: millionths."""
    found: dict[ItemKey, int] = defaultdict(int)
    for run_id, distributors in _by_run(keys):
        own = Line.objects.filter(run_id=run_id, corrects__isnull=True, distributor_id__in=distributors)
        back = Line.objects.filter(run_id__in=final, corrects__run_id=run_id, distributor_id__in=distributors)
        for rows in (own, back):
            sums = rows.order_by().values_list("distributor_id", "bonus").annotate(Sum("whole"), Sum("micro"))
            for distributor, bonus, whole, micro in sums:
                found[ItemKey(run_id, distributor, bonus)] += int(whole) * MICRO + int(micro)
    return found


def _paid(taken: dict[ItemKey, list[BackLine]], final: Sequence[int]) -> dict[ItemKey, int]:
    """What was paid for each item, corrections of final runs included: minor units."""
    found: dict[ItemKey, int] = defaultdict(int)
    period_of = {key.run_id: lines[0].period for key, lines in taken.items()}
    for run_id, distributors in _by_run(taken):
        rows = StatementItem.objects.filter(distributor_id__in=distributors).filter(
            Q(run_id=run_id, corrects_period="") | Q(run_id__in=final, corrects_period=period_of[run_id])
        )
        for distributor, bonus, amount in rows.values_list("distributor_id", "bonus", "amount"):
            found[ItemKey(run_id, distributor, bonus)] += amount
    return found


def _by_run(keys: Iterable[ItemKey]) -> Iterator[tuple[int, list[int]]]:
    people: dict[int, set[int]] = defaultdict(set)
    for key in keys:
        people[key.run_id].add(key.distributor_id)
    for run_id in sorted(people):
        for part in _parts(sorted(people[run_id])):
            yield run_id, part


def _parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(values)
    while part := list(islice(source, AT_A_TIME)):
        yield part
