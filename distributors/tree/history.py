"""Who stood under whom and when: written beside every change of the sponsor tree, under the same lock."""

# ruff: noqa: S608 - names of our tables, never input

from collections.abc import Sequence
from datetime import datetime

from common.operations import staging, statements
from common.operations.statements import Statement
from distributors.models import Distributor, Sponsorship

TABLE = Sponsorship._meta.db_table
PEOPLE = Distributor._meta.db_table
MOST_SHOWN = 20
AT_ONCE = 500


class MovesBackwards(ValueError):
    """A move that counts from later on is in force already: the line as it stood between would never have been."""

    def __init__(self, last: datetime) -> None:
        self.last = last
        super().__init__(
            f"A move that counts from {last:%Y-%m-%d %H:%M} UTC is in force already; choose that day or a later one."
        )


def beginning(*, distributor: Distributor) -> Statement:
    """A newcomer stands under the sponsor from the moment of joining."""
    return statements.insertion(
        model=Sponsorship,
        values={
            "distributor_id": distributor.pk,
            "sponsor_id": distributor.sponsor_id,
            "starts_at": distributor.joined_at,
            "moved": False,
        },
    )


def began_listed(*, listed: str) -> None:
    """The same for many, whose keys are in the column `id` of a temporary table."""
    staging.insert(
        model=Sponsorship,
        values={
            "distributor_id": "person.id",
            "sponsor_id": "person.sponsor_id",
            "starts_at": "person.joined_at",
            "moved": "(1 = 0)",
        },
        source=f"FROM {PEOPLE} person JOIN {listed} listed ON listed.id = person.id ORDER BY person.id",
    )


def moved(*, people: Sequence[int], sponsor_id: int | None, effective_at: datetime) -> None:
    """These people stand under another sponsor from a moment on; who joined later than that, from then on.

    Raises MovesBackwards.
    """
    last = (
        Sponsorship.objects.order_by("-starts_at")
        .filter(moved=True)
        .values_list("starts_at", flat=True)
        .first()
    )
    for start in range(0, len(people), AT_ONCE):
        some = Sponsorship.objects.filter(distributor_id__in=people[start : start + AT_ONCE], ends_at=None)
        for current in some:
            # Who joined later than that never stood anywhere else.
            since = effective_at if current.moved else max(effective_at, current.starts_at)
            if last and since < last:
                raise MovesBackwards(last)
        # A newcomer's first sponsor, or one from this very moment on, never counted: it is put right in its place,
        # and says no more than before about when others may move.
        some.filter(starts_at__gte=effective_at).update(sponsor_id=sponsor_id)
        ended = list(some.filter(starts_at__lt=effective_at).values_list("distributor_id", flat=True))
        some.filter(starts_at__lt=effective_at).update(ends_at=effective_at)
        Sponsorship.objects.bulk_create(
            Sponsorship(distributor_id=pk, sponsor_id=sponsor_id, starts_at=effective_at, moved=True)
            for pk in ended
        )


def problems() -> list[str]:
    """Where the history contradicts the tree or itself, as sentences; empty when it is sound."""
    same = "coalesce(s.sponsor_id, 0) = coalesce(p.sponsor_id, 0)"
    checks = {
        "have a sponsor that their history does not end with": f"""SELECT p.number FROM {PEOPLE} p
            LEFT JOIN {TABLE} s ON s.distributor_id = p.id AND s.ends_at IS NULL
            WHERE s.id IS NULL OR NOT ({same})""",
        "have a gap or an overlap in their history": f"""SELECT p.number FROM {TABLE} s
            JOIN {PEOPLE} p ON p.id = s.distributor_id
            WHERE s.ends_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {TABLE} n
                WHERE n.distributor_id = s.distributor_id AND n.starts_at = s.ends_at)""",
        "have two beginnings in their history": f"""SELECT p.number FROM {TABLE} s
            JOIN {PEOPLE} p ON p.id = s.distributor_id
            WHERE NOT s.moved GROUP BY p.number HAVING count(*) > 1""",
    }
    return [_said(what, query) for what, query in checks.items() if _any(query)]


def _any(query: str) -> bool:
    return next(staging.found(f"{query} LIMIT 1"), None) is not None


def _said(what: str, query: str) -> str:
    numbers = [str(number) for (number,) in staging.found(f"{query} LIMIT {MOST_SHOWN + 1}")]
    more = ", …" if len(numbers) > MOST_SHOWN else ""
    return f"Distributors {what}: {', '.join(numbers[:MOST_SHOWN])}{more}"
