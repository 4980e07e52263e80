"""A company's placement tree becomes positions: the whole file, or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction

from common import csvcells as cells
from common.csvcells import CellError
from common.csvfiles import Layout, Problem, Problems, Progress, Refused, rows, silent
from common.operations.failpoints import failpoint
from distributors.models import Holding, Placement, PlacementTree
from distributors.queries import people
from distributors.tree.arrays import Circle, Ints
from distributors.tree.lock import writing
from distributors.tree.positions import forest_of
from distributors.tree.positions_planting import Batch, levels_of, plant_positions

SHOWN_STEPS = 12
Key = tuple[str, int]  # a person's number, and which of their positions


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the file; slot 0 and no parent for the top."""

    row: int
    number: str
    position: int
    parent_number: str
    parent_position: int
    slot: int
    placed_on: datetime

    @property
    def key(self) -> Key:
        return self.number, self.position

    @property
    def above(self) -> Key | None:
        return (self.parent_number, self.parent_position) if self.parent_number else None


@dataclass(frozen=True, slots=True)
class Here:
    """A position that was in the tree before."""

    id: int
    above: Key | None
    slot: int
    level: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: positions added, and positions that were already here, unchanged."""

    added: int
    known: int


def layout(*, tree: PlacementTree, now: datetime) -> Layout:
    """The columns of a file of positions."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    ordinal = _ordinal(tree)
    return Layout(
        columns={
            "number": cells.key(most=20),
            "position": ordinal,
            "parent_number": cells.key(most=20, needed=False),
            "parent_position": ordinal,
            "slot": _slot(tree),
            "placed_on": cells.moment(zone=zone, now=now),
        },
        optional=frozenset({"position", "parent_position"}),
    )


def _ordinal(tree: PlacementTree) -> Callable[[str], int]:
    number = cells.whole(least=1, most=tree.positions_per_person)
    return lambda cell: number(cell) if cell else 1


def _slot(tree: PlacementTree) -> Callable[[str], int]:
    named = {tree.slot_name(slot).lower(): slot for slot in range(1, tree.width + 1)}

    def read(cell: str) -> int:
        if cell and cell.lower() not in named:
            raise CellError(f"{cell!r} is none of this tree's places: {', '.join(named)}")
        return named[cell.lower()] if cell else 0

    return read


def import_placements(
    *, tree: str, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a file of positions (docs/importing.md) into the tree of this name, in one transaction.

    Rows may stand in any order. A position that is already here with the same place is left alone. Raises
    Refused with every bad row, and TreeBusy; nothing is written then.
    """
    named = PlacementTree.objects.filter(name=tree).first()
    if named is None:
        raise Refused([Problem(0, "", f"there is no placement tree {tree!r}; open it first")])
    problems = Problems()
    source = rows(path=path, layout=layout(tree=named, now=now), problems=problems, progress=progress)
    listed = [Listed(row=row.number, **row.cells) for row in source]
    _refuse_doubles(listed, problems)
    with writing(forest_of(named.pk)):
        here = _here(named)
        new = [row for row in listed if not _is_known(row, here, problems)]
        _refuse_strays(new, here, problems)
        owners = _owners(new, problems)
        problems.refuse_if_any()
        batch = _batch(new, here, owners)
        _refuse_too_deep(named, new, batch, problems)
        problems.refuse_if_any()
        if not dry_run:
            progress("positions", 0, len(new))
            _write(named, batch, now)
            progress("positions", len(new), len(new))
    return Imported(added=len(new), known=len(listed) - len(new))


def _refuse_doubles(listed: Sequence[Listed], problems: Problems) -> None:
    keys: dict[Key, int] = {}
    places: dict[tuple[Key | None, int], int] = {}
    for row in listed:
        if (before := keys.setdefault(row.key, row.row)) != row.row:
            problems.add(row.row, "number", f"position {row.position} of {row.number} stands in row {before}")
        if bool(row.slot) != bool(row.parent_number):
            problems.add(row.row, "slot", "belongs together with parent_number: both, or neither for the top")
        elif (before := places.setdefault((row.above, row.slot), row.row)) != row.row:
            problems.add(row.row, "slot", f"this place is taken by row {before}")


def _here(tree: PlacementTree) -> dict[Key, Here]:
    found = Placement.objects.filter(tree=tree).values_list(
        "pk",
        "owner__number",
        "ordinal",
        "parent__owner__number",
        "parent__ordinal",
        "slot",
        "level",
        "placed_at",
    )
    return {
        (number, ordinal): Here(pk, (above, above_ordinal) if above else None, slot or 0, level, placed_at)
        for pk, number, ordinal, above, above_ordinal, slot, level, placed_at in found.iterator(20_000)
    }


def _is_known(row: Listed, here: Mapping[Key, Here], problems: Problems) -> bool:
    """Whether the position is here already. Another place is a problem: an import moves nobody."""
    position = here.get(row.key)
    if position is None:
        return False
    if (position.above, position.slot) != (row.above, row.slot):
        problems.add(
            row.row, "number", f"{row.number} is already here in another place; an import moves nobody"
        )
    return True


def _refuse_strays(new: Sequence[Listed], here: Mapping[Key, Here], problems: Problems) -> None:
    """Parents that are nowhere, a second top, places that are taken here, and children before parents."""
    in_file = {row.key: row for row in new}
    taken = {(position.above, position.slot) for position in here.values()}
    for row in new:
        if (row.above, row.slot) in taken:
            problems.add(row.row, "slot", "this place is taken" if row.above else "this tree has its top")
        if row.above is None:
            continue
        above = in_file.get(row.above) or here.get(row.above)
        if above is None:
            way = f"{row.number} → {row.parent_number}"
            problems.add(row.row, "parent_number", f"{way}: no such position, here or in the file")
        elif row.placed_on < (above.placed_on if isinstance(above, Listed) else above.placed_at):
            problems.add(row.row, "placed_on", f"is before {row.parent_number} above was placed")


def _owners(new: Sequence[Listed], problems: Problems) -> dict[str, int]:
    found = people.by_numbers(numbers={row.number for row in new})
    for row in new:
        if row.number not in found:
            problems.add(row.row, "number", f"there is no distributor {row.number}")
    return found


def _batch(new: Sequence[Listed], here: Mapping[Key, Here], owners: Mapping[str, int]) -> Batch:
    index = {row.key: at for at, row in enumerate(new)}
    above = [here.get(row.above) if row.above else None for row in new]

    def array(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    return Batch(
        owner_id=array([owners[row.number] for row in new]),
        ordinal=array([row.position for row in new]),
        parent=array([index.get(row.above, -1) if row.above else -1 for row in new]),
        parent_id=array([position.id if position else 0 for position in above]),
        parent_level=array([position.level if position else -1 for position in above]),
        slot=array([row.slot for row in new]),
        placed_at=[row.placed_on for row in new],
    )


def _refuse_too_deep(tree: PlacementTree, new: Sequence[Listed], batch: Batch, problems: Problems) -> None:
    try:
        level = levels_of(batch)
    except Circle as circle:
        path = [new[at].number for at in circle.positions]
        shown = [*path[:SHOWN_STEPS], "…"] if len(path) > SHOWN_STEPS else path
        row = min(new[at].row for at in circle.positions)
        problems.add(row, "parent_number", f"{' → '.join(shown)}: these stand below themselves")
        return
    if tree.depth_limit is not None:
        for at in np.flatnonzero(level > tree.depth_limit).tolist():
            problems.add(
                new[at].row, "parent_number", f"is level {level[at]}; this tree has {tree.depth_limit}"
            )


def _write(tree: PlacementTree, batch: Batch, now: datetime) -> None:
    try:
        with transaction.atomic():
            keys = plant_positions(tree=tree, batch=batch)
            failpoint("import.placements")
            _end_waiting(tree, batch, keys, now)
    except IntegrityError as error:
        raise Refused([Problem(0, "", f"the database refuses it: {error}")]) from error


def _end_waiting(tree: PlacementTree, batch: Batch, keys: Ints, now: datetime) -> None:
    """Who waited for a place in this tree has one now."""
    placed = dict(
        zip(batch.owner_id[batch.ordinal == 1].tolist(), keys[batch.ordinal == 1].tolist(), strict=True)
    )
    waiting = Holding.objects.filter(tree=tree, ended_at=None)
    for pk, owner_id in list(waiting.values_list("pk", "owner_id")):
        if owner_id in placed:
            waiting.filter(pk=pk).update(ended_at=now, position_id=placed[owner_id])
