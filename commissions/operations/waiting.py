"""What holds keep back of closed periods, when something of it comes back: what still waits shrinks, what was released
is taken from what is paid, and of what lapsed nothing is taken, for it was never paid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from commissions.core.facts import Facts
from commissions.models import Carried, Line, Run
from commissions.operations import standing_items
from commissions.operations.returned import Closed
from commissions.operations.taken import MICRO, BackLine, ItemKey, Waiting, parts
from commissions.queries import counting
from commissions.queries.counting import Books
from commissions.queries.facts import Loaded

Fate = Literal["waits", "released", "lapsed"]
HELD, RELEASED = Line.Kind.HELD, Line.Kind.RELEASED


def rows(*, loaded: Loaded) -> dict[Waiting, int]:
    """What waits when a period begins."""
    people = loaded.person_ids
    return {
        Waiting(bonus, int(people[who]), age): amount
        for bonus, held in loaded.facts.state.held.items()
        for who, amount, age in held
    }


def less(*, loaded: Loaded, by: Mapping[Waiting, int]) -> Loaded:
    """The facts with less (or more) of what waits."""
    if not by:
        return loaded
    stands: dict[Waiting, int] = defaultdict(int, rows(loaded=loaded))
    for key, amount in by.items():
        stands[key] += amount
    place = {person: at for at, person in enumerate(loaded.person_ids.tolist())}
    held: dict[str, list[tuple[int, int, int]]] = {bonus: [] for bonus in loaded.facts.state.held}
    for key, amount in stands.items():
        if amount > 0:
            held.setdefault(key.bonus, []).append((place[key.distributor_id], amount, key.age))
    state = replace(loaded.facts.state, held={bonus: tuple(sorted(found)) for bonus, found in held.items()})
    facts: Facts = replace(loaded.facts, state=state)
    return replace(loaded, facts=facts)


def fates(
    *, closed: Closed, books: Books, waits: Mapping[Waiting, int], lines: Sequence[BackLine]
) -> dict[ItemKey, Fate]:
    """What became of the items that lines are about and that were held back, or are so once computed again."""
    holds = {bonus.name for bonus in closed.plan.bonuses if bonus.hold is not None}
    about = {line.item for line in lines if line.item.bonus in holds}
    if not about:
        return {}
    chain = [run for run in books.counts if run.plan.name == closed.run.plan.name]
    later = chain[[run.pk for run in chain].index(closed.run.pk) + 1 :]
    found: dict[ItemKey, Fate] = {}
    again = {line.item for line in lines if line.kind == HELD and line.exact < 0}
    for part in parts(sorted({item.distributor_id for item in about})):
        held = {*_held(closed, part), *(line.item for line in lines if line.kind == HELD)}
        released = _released([closed.run.pk, *(run.pk for run in later)], part)
        for item in about & held & {item for item in about if item.distributor_id in part}:
            if Waiting(item.bonus, item.distributor_id, len(later) + 1) in waits:
                found[item] = "waits"
            elif (item.distributor_id, item.bonus) in released:
                found[item] = "released"
            else:  # computed again, something may wait from now on
                found[item] = "waits" if item in again else "lapsed"
    return found


def age(*, closed: Closed, books: Books) -> int:
    """How many periods ago, for the period that is computed, a closed period was."""
    chain = [run for run in books.counts if run.plan.name == closed.run.plan.name]
    return len(chain) - [run.pk for run in chain].index(closed.run.pk)


def apart(
    *, closed: Closed, age: int, fates: Mapping[ItemKey, Fate], lines: Sequence[BackLine]
) -> tuple[list[BackLine], dict[Waiting, int]]:
    """The lines with what they change about holds, and by how much that changes what waits."""
    if not fates:
        return list(lines), {}
    found = [
        line
        for line in lines
        if line.item not in fates or (fates[line.item] == "released" and line.kind != HELD)
    ]
    less: dict[Waiting, int] = {}
    for item in sorted(item for item, fate in fates.items() if fate == "waits"):
        mine = [line for line in lines if line.item == item]
        if not any(line.kind == HELD for line in mine):
            mine += _hold_shrinks(closed, item, mine)
        found += mine
        change = -sum(line.exact for line in mine if line.kind == HELD) // MICRO
        if change:
            less[Waiting(item.bonus, item.distributor_id, age)] = change
    return found, less


def _hold_shrinks(closed: Closed, item: ItemKey, lines: Sequence[BackLine]) -> list[BackLine]:
    """The line that makes a hold as large as what its item still earns."""
    mine = Line.objects.filter(run_id=closed.run.pk, distributor_id=item.distributor_id, bonus=item.bonus)
    hold = mine.filter(kind=HELD, corrects__isnull=True).first()
    if hold is None:
        return []
    before = standing_items.of_lines(closed=closed, originals=[hold]).get(hold.pk, (0, 0))[0]
    earns = standing_items.come_to(
        closed=closed, keys=[item], new={item: list(lines)}, without=(HELD, RELEASED)
    )[item]
    back = -earns * MICRO - (hold.whole * MICRO + before)
    if not back:
        return []
    return [
        BackLine(
            item=item,
            period=closed.key,
            order_line_id=None,
            order_key="",
            level=hold.level,
            depth=hold.depth,
            base=back // MICRO,
            rate_ppm=hold.rate_ppm,
            exact=back,
            corrects_id=hold.pk,
            origin_id=hold.origin_id or hold.distributor_id,
            kind=HELD,
        )
    ]


def _held(closed: Closed, people: Sequence[int]) -> set[ItemKey]:
    """Items that the run held back, and those that a later correction holds back."""
    own = Line.objects.filter(run_id=closed.run.pk, corrects__isnull=True, corrects_run__isnull=True)
    found = set()
    for rows in (own, standing_items.corrections_of(closed)):
        held = rows.filter(kind=HELD, distributor_id__in=people).values_list("distributor_id", "bonus")
        found |= {ItemKey(closed.run.pk, person, bonus) for person, bonus in held}
    return found


def _released(chain: Sequence[int], people: Sequence[int]) -> set[tuple[int, str]]:
    """Who had what the first run of the chain held back released in a later one: it still waited when they first met
    the test. All that waits is released at once, so that what waited no more by then had lapsed."""
    first: dict[tuple[int, str], int] = {}
    lines = Line.objects.filter(run_id__in=chain[1:], kind=RELEASED, distributor_id__in=people)
    for run_id, person, bonus in lines.values_list("run_id", "distributor_id", "bonus"):
        at = chain.index(run_id)
        first[person, bonus] = min(at, first.get((person, bonus), at))
    waited = Carried.objects.filter(run_id__in=chain, kind=Carried.Kind.HELD, distributor_id__in=people)
    rows = set(waited.values_list("run_id", "distributor_id", "name", "age"))
    return {
        (person, bonus) for (person, bonus), at in first.items() if (chain[at - 1], person, bonus, at) in rows
    }


def taken_off_holds(*, run: Run) -> dict[Waiting, int]:
    """By how much returns changed what waited when a period began, as its final run stored it."""
    final = Run.objects.get(period_id=run.period_id, state=Run.State.FINAL)
    books = counting.books(period=run.period, seen=final.seen_turn)
    chain = [one.pk for one in books.counts if one.plan.name == run.plan.name]
    lines = Line.objects.filter(run=final, kind=Line.Kind.HELD)
    found: dict[Waiting, int] = defaultdict(int)
    rows = lines.values_list(
        "bonus", "distributor_id", "corrects__run_id", "corrects_run_id", "whole", "micro"
    )
    for bonus, person, corrected, corrected_run, whole, micro in rows:
        about = corrected or corrected_run
        if about in chain:
            age = len(chain) - chain.index(about)
            found[Waiting(bonus, person, age)] -= (whole * MICRO + micro) // MICRO
    return found
