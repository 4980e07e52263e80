"""Bare people for tests of the tree: no logins, fixed dates."""

from collections.abc import Sequence
from datetime import UTC, datetime

from distributors import tree
from distributors.models import Distributor, Profile

JOINED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)  # from when moves count


def person(number: str) -> Distributor:
    """Not in the tree yet."""
    profile = Profile.objects.create(given_name="Person", family_name=number)
    return Distributor(number=number, profile=profile, joined_at=JOINED)


def join(number: str, under: int | None) -> int:
    return tree.take_place(distributor=person(number), sponsor_id=under).pk


def batch(
    sponsors: Sequence[int | None], *, outside: int | None = None, prefix: str = "B"
) -> list[tree.Planting]:
    """A batch of which each has the sponsor at this position, or `outside` for None."""
    profiles = Profile.objects.bulk_create(
        [Profile(given_name="Person", family_name=str(at)) for at in range(len(sponsors))], batch_size=2000
    )
    return [
        tree.Planting(
            distributor=Distributor(number=f"{prefix}{at}", profile=profiles[at], joined_at=JOINED),
            sponsor_index=sponsor,
            sponsor_id=outside if sponsor is None else None,
        )
        for at, sponsor in enumerate(sponsors)
    ]


def children() -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = {}
    for pk, sponsor_id in Distributor.objects.order_by().values_list("pk", "sponsor_id"):
        found.setdefault(sponsor_id, []).append(pk)
    return found


def everybody_below(pk: int, known: dict[int | None, list[int]]) -> set[int]:
    """Breadth first over sponsor_id: the slow and obvious answer."""
    found: set[int] = set()
    todo = [pk]
    while todo:
        below = known.get(todo.pop(), [])
        found.update(below)
        todo.extend(below)
    return found
