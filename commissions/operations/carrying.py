"""What a run takes into the next period besides memories, as columns: carried volume, what is held, what was given,
earlier values and pools."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.run import Result
from commissions.core.terms import Pair
from commissions.models import Carried
from commissions.queries.facts import Loaded
from common.operations.tables import Column, Numbers, Words

Ints = NDArray[np.int64]
NOBODY = 0
Kind = Carried.Kind


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one kind and name."""

    kind: str
    name: str
    amount: Ints
    person: Ints
    position: Ints
    slot: Ints
    age: Ints


def columns(*, result: Result, loaded: Loaded) -> dict[str, Column]:
    """The rows of models.Carried. Zeros are not kept, except in windows: how many there are says how far they reach."""
    state = result.state_after
    parts = [
        *(_legs(name, values, result, loaded) for name, values in sorted(state.carry.items())),
        *(_windows(name, values, loaded) for name, values in sorted(state.windows.items())),
        *(_given(name, values, loaded) for name, values in sorted(state.given.items())),
        *(_held(name, rows, loaded) for name, rows in sorted(state.held.items())),
        *(_pool(name, amount) for name, amount in sorted(state.pools.items())),
        *(_positions(tree, who, loaded) for tree, who in sorted(result.new_positions.items())),
    ]
    which = np.repeat(np.arange(len(parts)), [len(part.amount) for part in parts]).astype(np.int64)
    person, position = _joined([part.person for part in parts]), _joined([part.position for part in parts])
    return {
        "kind": Words([part.kind for part in parts], which),
        "name": Words([part.name for part in parts], which),
        "distributor_id": Numbers(person, null=person == NOBODY),
        "position_id": Numbers(position, null=position == NOBODY),
        "slot": Numbers(_joined([part.slot for part in parts]), "smallint"),
        "age": Numbers(_joined([part.age for part in parts]), "smallint"),
        "amount": Numbers(_joined([part.amount for part in parts])),
    }


def _part(kind: str, name: str, amount: Ints, **known: Ints) -> _Part:
    none = np.zeros(len(amount), np.int64)
    whole = {"person": none, "position": none, "slot": none, "age": none, **known}
    return _Part(kind, name, amount, **whole)


def _legs(name: str, carry: Ints, result: Result, loaded: Loaded) -> _Part:
    tree = next(
        one.how.along for one in result.plan.bonuses if one.name == name and isinstance(one.how, Pair)
    )
    at, slot, age = np.nonzero(carry)
    owner = loaded.person_ids[loaded.facts.positions[tree].owner[at]]
    amount, position = carry[at, slot, age], loaded.position_ids[tree][at]
    return _part(Kind.CARRY, name, amount, person=owner, position=position, slot=slot, age=age)


def _windows(name: str, values: Ints, loaded: Loaded) -> _Part:
    people, periods = values.shape
    ago = np.tile(np.arange(periods)[::-1], people)
    return _part(Kind.WINDOW, name, values.ravel(), person=np.repeat(loaded.person_ids, periods), age=ago)


def _given(name: str, values: Ints, loaded: Loaded) -> _Part:
    at = np.flatnonzero(values)
    return _part(Kind.GIVEN, name, values[at], person=loaded.person_ids[at])


def _held(name: str, rows: Sequence[tuple[int, int, int]], loaded: Loaded) -> _Part:
    person, amount, age = np.array(rows, np.int64).reshape(-1, 3).T
    return _part(Kind.HELD, name, amount, person=loaded.person_ids[person], age=age)


def _pool(name: str, amount: int) -> _Part:
    return _part(Kind.POOL, name, np.array([amount] if amount else [], np.int64))


def _positions(tree: str, who: Ints, loaded: Loaded) -> _Part:
    """`name` is the tree; who asks for two has two in one row."""
    at, count = np.unique(who, return_counts=True)
    return _part(Kind.POSITION, tree, count.astype(np.int64), person=loaded.person_ids[at])


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])
