"""Uplines and downlines.

Uplines are walked on sponsor_id, which is the truth. Downlines are read by interval, which is fast; what is
shown of a downline is checked again by walking up (`below`), so that a broken interval can never show a
stranger. While the last check is red, or a great team is being carried, downlines are walked too.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from common.once import once
from common.operations import tables
from distributors.models import Carrying, Distributor, Sponsorship, TreeHealth

TABLE = Distributor._meta.db_table
HISTORY = Sponsorship._meta.db_table
PROFILE = Distributor._meta.get_field("profile").related_model._meta.db_table
# A line longer than this is a circle in sponsor_id.
DEEPEST = 100_000
# So many places may be taken in transactions that end after those of later ones.
UNFINISHED = 1_000


class Step(NamedTuple):
    """One person of an upline; distance 0 is the person asked about."""

    id: int
    number: str
    given_name: str
    family_name: str
    distance: int


def walk_up(*, distributor_id: int) -> list[Step]:
    """The person and everybody above, nearest first; empty when there is no such person."""
    sql = f"""WITH RECURSIVE line (id, sponsor_id, distance) AS (
            SELECT id, sponsor_id, 0 FROM {TABLE} WHERE id = %s
            UNION ALL
            SELECT above.id, above.sponsor_id, line.distance + 1
            FROM line JOIN {TABLE} above ON above.id = line.sponsor_id WHERE line.distance < {DEEPEST}
        )
        SELECT line.id, person.number, profile.given_name, profile.family_name, line.distance
        FROM line JOIN {TABLE} person ON person.id = line.id JOIN {PROFILE} profile ON profile.id =
        person.profile_id ORDER BY line.distance"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [distributor_id])
        return [Step(*row) for row in cursor.fetchall()]


def upline(*, distributor_id: int) -> QuerySet[Distributor]:
    """Everybody above, as a queryset; by level from the root down unless ordered otherwise."""
    ids = RawSQL(  # noqa: S611 - the only value is a parameter
        f"""WITH RECURSIVE line (id, sponsor_id, distance) AS (
            SELECT id, sponsor_id, 0 FROM {TABLE} WHERE id = %s
            UNION ALL
            SELECT above.id, above.sponsor_id, line.distance + 1
            FROM line JOIN {TABLE} above ON above.id = line.sponsor_id WHERE line.distance < {DEEPEST}
        ) SELECT id FROM line WHERE distance > 0""",  # noqa: S608
        [distributor_id],
    )
    found: QuerySet[Distributor] = Distributor.objects.filter(pk__in=ids).order_by("level")
    return found


def intervals_hold() -> Q:
    """A condition: the last check found the labels sound, and no team's labels are on their way."""
    red, on_their_way = TreeHealth.objects.filter(sound=False), Carrying.objects.all()
    return ~Exists(red) & ~Exists(on_their_way)


def downline(*, distributor_id: int) -> QuerySet[Distributor]:
    """Everybody below by interval, in tree order. For counting and paging; show only what `below`
    confirms.
    """
    place = _place(distributor_id)
    if place is None:
        nobody: QuerySet[Distributor] = Distributor.objects.none()
        return nobody
    tree_id, lft, rght, holds = place
    inside = {"tree_id": tree_id, "lft__gt": lft, "lft__lt": rght}
    found: QuerySet[Distributor] = Distributor.objects.filter(
        **inside if holds else {"pk__in": _walk_down(distributor_id)}
    )
    return found


@once
def _place(distributor_id: int) -> tuple[int, int, int, bool] | None:
    """Tree and interval of a person, and whether intervals hold."""
    holds = ExpressionWrapper(intervals_hold(), output_field=BooleanField())
    person = Distributor.objects.filter(pk=distributor_id).annotate(holds=holds)
    found: tuple[int, int, int, bool] | None = person.values_list("tree_id", "lft", "rght", "holds").first()
    return found


def _walk_down(distributor_id: int) -> RawSQL:
    """The keys of everybody below, level by level on sponsor_id. UNION, so that a circle comes to an end."""
    return RawSQL(  # noqa: S611 - the only value is a parameter
        f"""WITH RECURSIVE team (id) AS (
            SELECT id FROM {TABLE} WHERE sponsor_id = %s
            UNION SELECT {TABLE}.id FROM team JOIN {TABLE} ON {TABLE}.sponsor_id = team.id
        ) SELECT id FROM team""",  # noqa: S608
        [distributor_id],
    )


def below(*, distributor_id: int, ids: Collection[int]) -> set[int]:
    """Those of `ids` who really stand below the person, by walking up from each; one query."""
    return set(_distances(distributor_id, ids))


def levels_below(*, distributor_id: int, ids: Collection[int]) -> dict[int, int]:
    """How many levels below the person each of `ids` stands, by walking up; strangers are missing."""
    return _distances(distributor_id, ids)


def _distances(distributor_id: int, ids: Collection[int]) -> dict[int, int]:
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    sql = f"""WITH RECURSIVE line (start_id, sponsor_id, distance) AS (
            SELECT id, sponsor_id, 0 FROM {TABLE} WHERE id IN ({marks})
            UNION ALL
            SELECT line.start_id, above.sponsor_id, line.distance + 1
            FROM line JOIN {TABLE} above ON above.id = line.sponsor_id
            WHERE line.sponsor_id <> %s AND line.distance < {DEEPEST}
        )
        SELECT start_id, min(distance) + 1 FROM line WHERE sponsor_id = %s GROUP BY start_id"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*ids, distributor_id, distributor_id])
        return dict(cursor.fetchall())


def legs_of(*, distributor_id: int, ids: Collection[int]) -> dict[int, int]:
    """In whose leg each of `ids` stands: the member directly under the person; strangers are missing. One query."""
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    sql = f"""WITH RECURSIVE line (start_id, id, sponsor_id, distance) AS (
            SELECT id, id, sponsor_id, 0 FROM {TABLE} WHERE id IN ({marks})
            UNION ALL
            SELECT line.start_id, above.id, above.sponsor_id, line.distance + 1
            FROM line JOIN {TABLE} above ON above.id = line.sponsor_id
            WHERE line.sponsor_id <> %s AND line.distance < {DEEPEST}
        )
        SELECT start_id, min(id) FROM line WHERE sponsor_id = %s GROUP BY start_id"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*ids, distributor_id, distributor_id])
        return dict(cursor.fetchall())


def with_any(*, ids: Collection[int], people: QuerySet[Any]) -> set[int]:
    """Those of `ids` who are, or have below them, one of `people` (a query of keys): by interval, one query.

    All of `ids` while intervals do not hold: nothing is said then of who has nobody.
    """
    inside = Distributor.objects.order_by().filter(
        tree_id=OuterRef("tree_id"), lft__gte=OuterRef("lft"), lft__lt=OuterRef("rght"), pk__in=people
    )
    found = Distributor.objects.order_by().filter(Exists(inside) | ~intervals_hold(), pk__in=ids)
    return set(found.values_list("pk", flat=True))


def direct_members(*, distributor_id: int) -> QuerySet[Distributor]:
    """Those the person sponsors, with their profiles, in tree order."""
    found: QuerySet[Distributor] = Distributor.objects.filter(sponsor_id=distributor_id).select_related(
        "profile"
    )
    return found


def sponsored_by(*, ids: Collection[int]) -> QuerySet[Distributor]:
    """Those whom any of `ids` sponsors, with their profiles."""
    found: QuerySet[Distributor] = Distributor.objects.filter(sponsor_id__in=ids).select_related("profile")
    return found


def with_profiles(*, ids: Collection[int]) -> QuerySet[Distributor]:
    """The distributors of these ids with their profiles, for callers who know that they may be seen."""
    found: QuerySet[Distributor] = Distributor.objects.filter(pk__in=ids).select_related("profile")
    return found


def sponsor_ids(*, ids: Collection[int]) -> dict[int, int]:
    """Who sponsors each of `ids`; whoever stands at the top is missing."""
    rows = Distributor.objects.order_by().filter(pk__in=ids).values_list("pk", "sponsor_id")
    return {pk: sponsor for pk, sponsor in rows if sponsor is not None}


def everybody_today() -> dict[str, Any]:
    """The whole tree in one query, as arrays: `person`, their `sponsor` (0 at the top), and when they `joined` in
    microseconds since 1970."""
    query = f"SELECT id, COALESCE(sponsor_id, 0), {tables.moment('joined_at')} FROM {TABLE} ORDER BY id"  # noqa: S608
    return tables.read(query=query, shape=dict.fromkeys(("person", "sponsor", "joined"), "int"))


def everybody_by_name() -> Any:
    """The keys of everybody in the order of names, as an array."""
    query = (
        f"SELECT person.id FROM {TABLE} person JOIN {PROFILE} profile ON profile.id = person.profile_id "  # noqa: S608
        "ORDER BY profile.family_name, profile.given_name, person.number"
    )
    return tables.read(query=query, shape={"person": "int"})["person"]


def last_placed() -> int:
    """A mark for `placed_since`."""
    return Sponsorship.objects.aggregate(Max("pk"))["pk__max"] or 0


def placed_since(*, row: int, most: int) -> dict[str, Any] | None:
    """Those who took or changed their place since a mark, as `everybody_today` tells of them; None where they are more
    than `most`. One query. Some who did so shortly before may be among them."""
    query = (
        f"SELECT id, COALESCE(sponsor_id, 0), {tables.moment('joined_at')} FROM {TABLE} WHERE id IN "  # noqa: S608
        f"(SELECT distributor_id FROM {HISTORY} WHERE id > %s ORDER BY id LIMIT %s)"
    )
    limit = most + UNFINISHED + 1
    shape = dict.fromkeys(("person", "sponsor", "joined"), "int")
    found = tables.read(query=query, parameters=[row - UNFINISHED, limit], shape=shape)
    return found if len(found["person"]) < limit else None


def team_counts(*, ids: Collection[int], most: int | None = None) -> dict[int, int]:
    """How many people stand below each of `ids`, by interval; one query, also for thousands of ids.

    With `most` nobody is counted any further: whoever has more people below has `most` and one.
    """
    counts = dict.fromkeys(ids, 0)
    todo = list(counts)
    by_interval = _BY_INTERVAL if most is None else _FIRST_BY_INTERVAL.replace("MOST", str(int(most) + 1))
    for start in range(0, len(todo), 500):
        part = todo[start : start + 500]
        counts.update(_counted(by_interval, part) or _counted(_BY_WALKING, part))
    return counts if most is None else {pk: min(count, most + 1) for pk, count in counts.items()}


# Gives no row while intervals do not hold.
_BY_INTERVAL = f"""SELECT person.id, (SELECT count(*) FROM {TABLE} below WHERE below.tree_id = person.tree_id
        AND below.lft > person.lft AND below.lft < person.rght)
    FROM {TABLE} person WHERE person.id IN ({{marks}})
        AND NOT EXISTS (SELECT 1 FROM {TreeHealth._meta.db_table} WHERE NOT sound)
        AND NOT EXISTS (SELECT 1 FROM {Carrying._meta.db_table})"""  # noqa: S608
# The same, but each count comes to an end.
_FIRST_BY_INTERVAL = _BY_INTERVAL.replace("count(*) FROM", "count(*) FROM (SELECT 1 FROM").replace(
    "below.lft < person.rght)", "below.lft < person.rght LIMIT MOST) first_ones)"
)
_BY_WALKING = f"""WITH RECURSIVE team (top, id) AS (
        SELECT sponsor_id, id FROM {TABLE} WHERE sponsor_id IN ({{marks}})
        UNION SELECT team.top, person.id FROM team JOIN {TABLE} person ON person.sponsor_id = team.id
    ) SELECT top, count(*) FROM team GROUP BY top"""  # noqa: S608


def _counted(sql: str, ids: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(marks=", ".join(["%s"] * len(ids))), ids)
        return dict(cursor.fetchall())


def search(*, viewer_id: int, text: str, limit: int) -> list[Distributor]:
    """People of the viewer's downline whose number starts with, or whose names contain, the words of
    `text`.
    """
    team = downline(distributor_id=viewer_id).select_related("profile")
    found = {person.pk: person for part in _named(team, text) for person in part[:limit]}
    in_order = sorted(found.values(), key=lambda person: (person.tree_id, person.lft))
    return _confirmed(viewer_id, in_order[:limit])


def named(*, text: str, limit: int) -> set[int]:
    """The ids of people anywhere in the tree whose number starts with, or whose names contain, the words of
    `text`: as many as are found first, at most `limit` by name and `limit` by number.

    For the company's people only: nobody's downline is asked for.
    """
    parts = _named(Distributor.objects.order_by(), text)
    return {pk for part in parts for pk in part.values_list("pk", flat=True)[:limit]}


def _named(people: QuerySet[Distributor], text: str) -> list[QuerySet[Distributor]]:
    """Those whose names contain the words, and apart from them those whose number starts with the only one."""
    words = text.replace("\x00", "").split()[:5]
    if not words:
        return []
    names = Q()
    for word in words:
        names &= Q(profile__given_name__icontains=word) | Q(profile__family_name__icontains=word)
    found = [people.filter(names)]
    if len(words) == 1:
        # Apart from the names: no index helps a question that asks for either of two tables.
        found.append(people.filter(number__istartswith=words[0]))
    return found


def newest(*, distributor_id: int, limit: int) -> list[Distributor]:
    """The people who joined the downline last, newest first."""
    latest = downline(distributor_id=distributor_id).select_related("profile").order_by("-joined_at", "-pk")
    return _confirmed(distributor_id, list(latest[:limit]))


def _confirmed(viewer_id: int, people: Sequence[Distributor]) -> list[Distributor]:
    allowed = below(distributor_id=viewer_id, ids=[person.pk for person in people])
    return [person for person in people if person.pk in allowed]


def direct_counts(*, ids: Collection[int]) -> dict[int, int]:
    """How many people each of `ids` sponsors."""
    rows = Distributor.objects.order_by().filter(sponsor_id__in=ids).values_list("sponsor_id")
    return {pk: count for pk, count in rows.annotate(count=Count("pk")) if pk is not None}


def upline_on(*, distributor_id: int, moment: datetime) -> list[Step]:
    """The person and everybody above as it stood at a moment, nearest first; empty for who had not joined."""
    sql = f"""WITH RECURSIVE line (id, sponsor_id, distance) AS (
            SELECT distributor_id, sponsor_id, 0 FROM {HISTORY}
            WHERE distributor_id = %s AND starts_at <= %s AND (ends_at IS NULL OR ends_at > %s)
            UNION ALL
            SELECT above.distributor_id, above.sponsor_id, line.distance + 1
            FROM line JOIN {HISTORY} above ON above.distributor_id = line.sponsor_id
                AND above.starts_at <= %s AND (above.ends_at IS NULL OR above.ends_at > %s)
            WHERE line.distance < {DEEPEST}
        )
        SELECT line.id, person.number, profile.given_name, profile.family_name, line.distance
        FROM line JOIN {TABLE} person ON person.id = line.id
        JOIN {PROFILE} profile ON profile.id = person.profile_id ORDER BY line.distance"""  # noqa: S608
    at = connection.ops.adapt_datetimefield_value(moment.astimezone(UTC))
    with connection.cursor() as cursor:
        cursor.execute(sql, [distributor_id, at, at, at, at])
        return [Step(*row) for row in cursor.fetchall()]
