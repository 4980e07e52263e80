"""What returns take back of what was earned in earlier, closed periods, in the way their plan chooses.

`original_amounts`: of each line that was paid for the order, the part that came back is taken back by a correcting line
that names it. `average_rate`: as much as the bonus paid on average for what came back. `recompute_while_open`: the
period is computed again without it (operations/computed_again.py). In all three the item is what is still earned, less
what was already posted about it. So corrections telescope: when everything has come back, everything paid has been
taken back, whatever the parts were and however they rounded.

Money that is held back was not paid: of it, less waits (operations/waiting.py).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet, Sum

from commissions.core import rounding
from commissions.core.taking_back import divided
from commissions.models import Line
from commissions.operations import computed_again, returned, standing_items, waiting
from commissions.operations.returned import Closed, Sold
from commissions.operations.taken import (
    MICRO,
    WHOLE,
    BackLine,
    Corrections,
    ItemKey,
    Waiting,
    key_of,
    parts,
)
from commissions.queries import counting
from commissions.queries.counting import Books
from commissions.queries.facts import Loaded

CUT = (Line.Kind.MOST, Line.Kind.GROUP)  # what took something off an item


def find(*, loaded: Loaded) -> Corrections:
    """The corrections that the returns of a period ask for. Only what was posted can be taken back.

    Raises FactsChanged: a period is to be computed again and its facts are not what they were.
    """
    if not len(loaded.returned):
        return Corrections()
    books = counting.books(period=loaded.period, seen=loaded.seen)
    waits, found = waiting.rows(loaded=loaded), Corrections()
    for closed in returned.now(loaded=loaded, until=loaded.period.ends_at, books=books):
        more = of_closed(closed=closed, books=books, waits=waits)
        found = Corrections(found.lines + more.lines, found.items + more.items, {**found.waits, **more.waits})
    return found


def of_closed(*, closed: Closed, books: Books, waits: "dict[Waiting, int]") -> Corrections:
    """What is to be taken back of one closed period. `waits` is the held money that waits now."""
    lines = lines_of_closed(closed=closed)
    fates = waiting.fates(closed=closed, books=books, waits=waits, lines=lines)
    ago = waiting.age(closed=closed, books=books)
    lines, less = waiting.apart(closed=closed, age=ago, fates=fates, lines=lines)
    return Corrections(lines, standing_items.items(closed=closed, lines=lines), less)


def lines_of_closed(*, closed: Closed) -> list[BackLine]:
    """The lines that take back what came back of a period, in its plan's way: holds are not looked at yet."""
    way = closed.plan.ledger.take_back
    if way == "recompute_while_open":
        return computed_again.lines(closed=closed)
    taken = [line for part in parts(sorted(closed.sold)) for line in _original(closed, part)]
    return _at_average(closed, taken) if way == "average_rate" else taken + _given_back(closed, taken)


# --- original amounts -------------------------------------------------------------------------------------------------
def _original(closed: Closed, order_lines: Sequence[int]) -> list[BackLine]:
    """Of each line, what no longer stands and was not taken back before."""
    paid = Line.objects.filter(
        run_id=closed.run.pk, order_line_id__in=order_lines, corrects__isnull=True, corrects_run__isnull=True
    )
    originals = list(paid.order_by("pk"))
    before = standing_items.of_lines(closed=closed, originals=originals)
    found = []
    for line in originals:
        sold = closed.sold[line.sold]
        exact_back, base_back = before.get(line.pk, (0, 0))
        exact = line.whole * MICRO + line.micro
        taken = sold.left(exact) - exact - exact_back
        base = sold.left(line.base) - line.base - base_back
        if taken or base:
            found.append(_line(closed, line, sold, exact=taken, base=base))
    return found


def _line(closed: Closed, line: Line, sold: Sold | None, *, exact: int, base: int) -> BackLine:
    return BackLine(
        item=key_of(line),
        period=closed.key,
        order_line_id=line.order_line_id,
        order_key=sold.key if sold else "",
        level=line.level,
        depth=line.depth,
        base=base,
        rate_ppm=line.rate_ppm,
        exact=exact,
        corrects_id=line.pk,
        origin_id=line.origin_id or line.distributor_id,
        kind=line.kind,
    )


def _given_back(closed: Closed, taken: Sequence[BackLine]) -> list[BackLine]:
    """What a cap or a group rule had taken off an item shrinks with what its orders paid: the same share of it is given
    back, in whole units, so that a return of everything leaves nothing."""
    about = {line.item for line in taken}
    now: dict[ItemKey, int] = defaultdict(int)
    for line in taken:
        now[line.item] += abs(line.exact)
    found: list[BackLine] = []
    for part in parts(sorted({item.distributor_id for item in about})):
        mine = Line.objects.filter(run_id=closed.run.pk, distributor_id__in=part, corrects__isnull=True)
        cut = [one for one in mine.filter(kind__in=CUT) if key_of(one) in about]
        if not cut:
            continue
        sold = _sizes(closed, mine.filter(order_line__isnull=False))
        gone = _sizes(
            closed,
            standing_items.corrections_of(closed).filter(distributor_id__in=part, order_line__isnull=False),
        )
        before = standing_items.of_lines(closed=closed, originals=cut)
        for one in cut:
            key = key_of(one)
            stands = one.whole + before.get(one.pk, (0, 0))[0] // MICRO
            size, left = sold[key], sold[key] - gone[key] - now[key]
            how = closed.plan.ledger.round
            should = (
                (-1 if one.whole < 0 else 1) * divided(abs(one.whole) * left, size, how) if size else stands
            )
            if should != stands:
                back = should - stands
                found.append(_line(closed, one, None, exact=back * MICRO, base=back))
    return found


def _sizes(closed: Closed, lines: "QuerySet[Line]") -> dict[ItemKey, int]:
    """What the lines of each item come to, in millionths, whatever the sign of each."""
    found: dict[ItemKey, int] = defaultdict(int)
    for person, bonus, whole, micro in lines.values_list("distributor_id", "bonus", "whole", "micro"):
        found[ItemKey(closed.run.pk, person, bonus)] += abs(whole * MICRO + micro)
    return found


# --- the average rate -------------------------------------------------------------------------------------------------
def _at_average(closed: Closed, taken: Sequence[BackLine]) -> list[BackLine]:
    """The same lines with what the average of the item's rates takes, in whole units in sum."""
    by_item: dict[ItemKey, list[BackLine]] = defaultdict(list)
    for line in taken:
        if line.base:
            by_item[line.item].append(line)
    found: list[BackLine] = []
    for part in parts(sorted({item.distributor_id for item in by_item})):
        paid, bases, before, gone = _averages(closed, part)
        for key in sorted(key for key in by_item if key.distributor_id in set(part)):
            lines = by_item[key]
            back = gone[key] - sum(line.base for line in lines)
            if not bases[key]:
                continue
            total = -divided(paid[key] * back, bases[key], closed.plan.ledger.round)
            found += _shared(lines, total - before[key], paid[key] * MICRO // bases[key])
    return found


def _averages(closed: Closed, people: Sequence[int]) -> tuple[dict[ItemKey, int], ...]:
    """By item: what it paid for its own period, its bases, what was taken of it before, and the bases that were."""
    paid: dict[ItemKey, int] = defaultdict(int)
    bases: dict[ItemKey, int] = defaultdict(int)
    before: dict[ItemKey, int] = defaultdict(int)
    gone: dict[ItemKey, int] = defaultdict(int)
    exact: dict[ItemKey, int] = defaultdict(int)
    own = Line.objects.filter(run_id=closed.run.pk, corrects__isnull=True, corrects_run__isnull=True)
    for corrects, rows in ((False, own), (True, standing_items.corrections_of(closed))):
        sums = (
            rows.filter(distributor_id__in=people).order_by().values_list("distributor_id", "bonus", "kind")
        )
        for person, bonus, kind, whole, micro, base, sold in sums.annotate(
            Sum("whole"), Sum("micro"), Sum("base"), Sum("order_line_id")
        ):
            key = ItemKey(closed.run.pk, person, bonus)
            if corrects and sold:
                before[key] += int(whole) + int(micro) // MICRO
                gone[key] -= int(base)
            elif not corrects and kind not in (Line.Kind.HELD, Line.Kind.RELEASED):
                bases[key] += int(base) if sold else 0
                into, amount = (
                    (paid, int(whole)) if kind in WHOLE else (exact, int(whole) * MICRO + int(micro))
                )
                into[key] += amount
    for key, amount in exact.items():
        paid[key] += rounding.rounded(amount, how=closed.plan.ledger.round)
    return paid, bases, before, gone


def _shared(lines: Sequence[BackLine], amount: int, rate_ppm: int) -> list[BackLine]:
    """`amount` minor units among lines by their bases, to the millionth, adding up to it."""
    whole, so_far, given = sum(line.base for line in lines), 0, 0
    found = []
    for line in lines:
        so_far += line.base
        upto = amount * MICRO * so_far // whole
        found.append(replace(line, exact=upto - given, rate_ppm=rate_ppm))
        given = upto
    return found
