"""What stands of a closed period: its lines and items, less what was taken back of them until now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet, Sum

from commissions.core import rounding
from commissions.models import Line, Run, StatementItem
from commissions.operations.returned import Closed
from commissions.operations.taken import MICRO, WHOLE, BackItem, BackLine, ItemKey, parts

Exact = dict[ItemKey, int]


def items(
    *, closed: Closed, lines: Sequence[BackLine], only: Collection[ItemKey] | None = None
) -> list[BackItem]:
    """What is to be posted so that each item is what its lines come to once these are taken back; of `only` these
    items, else of those that the lines are about."""
    new: dict[ItemKey, list[BackLine]] = defaultdict(list)
    for line in lines:
        new[line.item].append(line)
    keys = sorted(new if only is None else {*only, *new})
    comes_to, paid = come_to(closed=closed, keys=keys, new=new), _paid(closed, keys)
    amounts = ((key, comes_to[key] - paid[key]) for key in keys)
    return [BackItem(key, closed.key, amount, len(new.get(key, ()))) for key, amount in amounts if amount]


def corrections_of(closed: Closed) -> "QuerySet[Line]":
    """The lines of posted runs that correct the run that counts for a period."""
    about = Q(corrects__run_id=closed.run.pk) | Q(corrects_run_id=closed.run.pk)
    return Line.objects.filter(about, run_id__in=closed.posted_ids)


def of_lines(*, closed: Closed, originals: Sequence[Line]) -> dict[int, tuple[int, int]]:
    """What has been taken back of each line already: millionths, and base."""
    found: dict[int, tuple[int, int]] = {}
    for part in parts(line.pk for line in originals):
        rows = Line.objects.filter(corrects_id__in=part, run_id__in=closed.posted_ids)
        for pk, whole, micro, base in rows.values_list("corrects_id").annotate(
            Sum("whole"), Sum("micro"), Sum("base")
        ):
            if pk is not None:
                found[pk] = (int(whole) * MICRO + int(micro), int(base))
    return found


def come_to(
    *,
    closed: Closed,
    keys: Sequence[ItemKey],
    new: Mapping[ItemKey, list[BackLine]],
    without: Collection[int] = (),
) -> Exact:
    """Each item: its lines rounded, then what changes it in whole units; what the average rate takes is whole too.
    Lines of the kinds `without` are not looked at."""
    exact: Exact = defaultdict(int)
    whole: Exact = defaultdict(int)
    average = closed.plan.ledger.take_back == "average_rate"
    own = Line.objects.filter(run_id=closed.run.pk, corrects__isnull=True, corrects_run__isnull=True)
    for part in parts(sorted({key.distributor_id for key in keys})):
        for corrects, rows in ((False, own), (True, corrections_of(closed))):
            sums = rows.filter(distributor_id__in=part).exclude(kind__in=without).order_by()
            for person, bonus, kind, units, micro in sums.values_list(
                "distributor_id", "bonus", "kind"
            ).annotate(Sum("whole"), Sum("micro")):
                into = whole if kind in WHOLE or (corrects and average) else exact
                into[ItemKey(closed.run.pk, person, bonus)] += int(units) * MICRO + int(micro)
    for key, lines in new.items():
        for line in lines:
            if line.kind not in without:
                (whole if line.kind in WHOLE or average else exact)[key] += line.exact
    return {
        key: rounding.rounded(exact[key], how=closed.plan.ledger.round) + whole[key] // MICRO for key in keys
    }


def _paid(closed: Closed, keys: Iterable[ItemKey]) -> Exact:
    """What was paid for each item, everything posted about its period since included: minor units."""
    found: Exact = defaultdict(int)
    for part in parts(sorted({key.distributor_id for key in keys})):
        for person, bonus, amount in (
            posted(closed).filter(distributor_id__in=part).values_list("distributor_id", "bonus", "amount")
        ):
            found[ItemKey(closed.run.pk, person, bonus)] += amount
    return found


def posted(closed: Closed) -> "QuerySet[StatementItem]":
    """Every item that was posted for a period or about it."""
    return StatementItem.objects.filter(
        Q(run__period_id=closed.run.period_id, run__state=Run.State.FINAL, corrects_period="")
        | Q(run_id__in=closed.posted_ids, corrects_period=closed.key)
    )
