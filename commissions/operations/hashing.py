"""The fingerprint of a computed run, before anything is stored: `fingerprint.of_run` must find the same in the rows."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.operations import carrying, computing, storing
from commissions.operations.computing import Computed
from commissions.operations.taken import MICRO
from commissions.queries import fingerprint, state_print
from commissions.queries.fingerprint import Table, Words
from common.arrays import NOWHERE, places
from common.operations.tables import Column, Numbers, Packed
from common.operations.tables import Words as Stored

TURN = 0.0002  # seconds a thread keeps the interpreter while others wait for it
Ints = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]


class Meanwhile:
    """A thread that works while something else goes on: one thing after the other, hashes first."""

    def __init__(self, pool: Executor) -> None:
        self.pool = pool
        self._asked: dict[str, Future[str]] = {}

    def hash(self, **wanted: Callable[[], str]) -> None:
        """Have these found, by the names of the run's fields."""
        self._asked |= {name: self.pool.submit(found) for name, found in wanted.items()}

    def hash_computed(self, *, computed: Computed) -> None:
        """Have everything found that is to be known of a result."""
        self.hash(
            engine_hash=computed.result.output_hash,
            output_hash=partial(of_computed, computed=computed),
            state_hash=partial(state_of_computed, computed=computed),
        )

    def hashes(self) -> dict[str, str]:
        """What was asked for; waits for all of it."""
        return {name: found.result() for name, found in self._asked.items()}


@contextmanager
def meanwhile() -> Iterator[Meanwhile]:
    """Hash in a thread of its own while the block goes on.

    One processor computes; and while the database takes the rows, this process would have little to do. The thread
    reads arrays that nobody changes, and does not ask the database.
    """
    with _taking_turns(), ThreadPoolExecutor(max_workers=1) as pool:
        yield Meanwhile(pool)


@contextmanager
def _taking_turns() -> Iterator[None]:
    """Whoever feeds the database has little to do, often: it should not wait for long each time it has something."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def of_computed(*, computed: Computed) -> str:
    """The hash of the items and lines that storing this would write."""
    return fingerprint.of_tables(tables=tables(computed=computed))


def tables(*, computed: Computed) -> dict[str, Table]:
    """The items and lines that storing this would write, by business keys."""
    return {"items": _items(computed), "lines": _lines(computed)}


def state_of_computed(*, computed: Computed) -> str:
    """The hash of the snapshots, and of what is carried, that storing this would write."""
    return state_print.of_tables(tables=state(computed=computed))


def state(*, computed: Computed) -> dict[str, Table]:
    """The snapshots, and what is carried, that storing this would write, by business keys."""
    result, loaded = computed.result, computed.loaded
    titles = computing.titles(computed=computed)
    rows = storing.snapshots(result=result, loaded=loaded, active=computed.plan.active, titles=titles)
    names = state_print.wide_names(plan=computed.plan)
    snapshots: Table = {
        "number": _by_key(computed, rows["distributor_id"]),
        "sponsor": _by_key(computed, rows["sponsor_id"]),
        **{name: _numbers(rows[name]) for name in state_print.PLAIN},
    }
    for name in state_print.WIDE:
        column = rows[name]
        assert isinstance(column, Packed)  # noqa: S101 - storing says so
        snapshots[name] = state_print.several(name=name, values=column.values, names=names[name])
    return {"snapshots": snapshots, "carried": _carried(computed)}


def _carried(computed: Computed) -> Table:
    rows = carrying.columns(result=computed.result, loaded=computed.loaded)
    kind, name = rows["kind"], rows["name"]
    assert isinstance(kind, Stored) and isinstance(name, Stored)  # noqa: S101, PT018 - carrying says so
    return {
        "number": _by_key(computed, rows["distributor_id"]),
        "of": Words(np.array(kind.vocabulary, np.str_), kind.at.astype(np.int64)),
        "name": Words(np.array(name.vocabulary, np.str_), name.at.astype(np.int64)),
        **{name: _numbers(rows[name]) for name in state_print.CARRIED},
    }


def _by_key(computed: Computed, column: Column) -> Words:
    """A column of people's keys as their numbers; no word where there is nobody."""
    assert isinstance(column, Numbers)  # noqa: S101 - keys are numbers
    at = places(of=column.values, among=computed.loaded.person_ids)
    if column.null is not None:
        at = np.where(column.null, NOWHERE, at)
    return Words(computed.loaded.facts.people.number, at)


def _numbers(column: Column) -> Ints:
    assert isinstance(column, Numbers)  # noqa: S101 - the others are asked for otherwise
    return column.values.astype(np.int64)


def _items(computed: Computed) -> Table:
    items, back = computed.result.items, computed.corrections.items
    return {
        "number": _people(computed, items.beneficiary, [item.item.distributor_id for item in back]),
        "bonus": _bonuses(computed, items.bonus, [item.item.bonus for item in back]),
        "corrects": _corrected([item.period for item in back], len(items.amount)),
        "amount": _joined(items.amount, [item.amount for item in back]),
        "line_count": _joined(items.line_count, [item.line_count for item in back]),
    }


def _lines(computed: Computed) -> Table:
    lines, back, loaded = computed.result.lines, computed.corrections.lines, computed.loaded
    taken = sorted({line.order_key for line in back if line.order_key})
    orders, positions = _split(np.concatenate([loaded.facts.lines.key, np.array(taken, dtype=np.str_)]))
    place = {key: at for at, key in enumerate(taken, len(loaded.facts.lines.key))}
    source = _joined(lines.source, [place.get(line.order_key, NOWHERE) for line in back])
    split = [divmod(line.exact, MICRO) for line in back]
    return {
        "number": _people(computed, lines.beneficiary, [line.item.distributor_id for line in back]),
        "bonus": _bonuses(computed, lines.bonus, [line.item.bonus for line in back]),
        "order": Words(orders, source),
        "position": np.append(positions, 0)[source],
        "kind": _joined(lines.kind, [line.kind for line in back]),
        "origin": _people(computed, lines.origin, [line.origin_id for line in back]),
        "corrects": _taken_back([line.period for line in back], len(lines.whole)),
        "level": _joined(lines.level, [line.level for line in back]),
        "depth": _joined(lines.depth, [line.depth for line in back]),
        "base": _joined(lines.base, [line.base for line in back]),
        "rate_ppm": _joined(lines.rate_ppm, [line.rate_ppm for line in back]),
        "whole": _joined(lines.whole, [whole for whole, _ in split]),
        "micro": _joined(lines.micro, [micro for _, micro in split]),
    }


def _people(computed: Computed, first: Whole, more: Sequence[int]) -> Words:
    wanted = np.array(more, dtype=np.int64)
    found = places(of=wanted, among=computed.loaded.person_ids)
    return Words(computed.loaded.facts.people.number, _joined(first, found))


def _bonuses(computed: Computed, first: Whole, more: Sequence[str]) -> Words:
    names = [bonus.name for bonus in computed.plan.bonuses]
    # A later plan may have given up the bonus that is taken back.
    names += sorted(set(more) - set(names))
    return Words(np.array(names, dtype=np.str_), _joined(first, [names.index(name) for name in more]))


def _corrected(periods: Sequence[str], before: int) -> Words:
    known = ["", *sorted(set(periods))]
    at = [known.index(period) for period in periods]
    return Words(np.array(known, dtype=np.str_), _joined(np.zeros(before, np.int64), at))


def _taken_back(periods: Sequence[str], before: int) -> Words:
    known = sorted(set(periods))
    at = [known.index(period) for period in periods]
    return Words(np.array(known, dtype=np.str_), _joined(np.full(before, NOWHERE), at))


def _split(keys: NDArray[np.str_]) -> tuple[NDArray[np.str_], Ints]:
    """The order's number and the position of each "ORDER/position", letter by letter for all keys at once."""
    wide = keys.dtype.itemsize // 4
    letters = np.ascontiguousarray(keys).view(np.uint32).reshape(len(keys), wide).copy()
    slash = wide - 1 - np.argmax(letters[:, ::-1] == ord("/"), axis=1)
    position = np.zeros(len(keys), np.int64)
    for at in range(wide):
        letter = letters[:, at]
        behind = (at > slash) & (letter != 0)
        position = np.where(behind, position * 10 + letter.astype(np.int64) - ord("0"), position)
        letter[at >= slash] = 0
    return letters.view(f"<U{wide}").ravel(), position


def _joined(first: Whole, more: "Sequence[int] | Ints") -> Whole:
    if not len(more):
        return first
    return np.concatenate([first, np.asarray(more, dtype=np.int64)])
