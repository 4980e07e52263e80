"""Telling people: one row for each person and thing, written in one statement however many people it reaches.

The key is made of business facts, so that nobody is told the same thing twice; who wants to be told, where and
when, is read from their choices in the same statement.
"""

# ruff: noqa: S608 - statements are put together from names of tables and columns, never from input

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from distributors.models import Distributor, MailRhythm, Notice, NoticeChoice, Profile, User
from distributors.queries.notice_kinds import KINDS

MAIL_HOUR = 7
AT_ONCE = 400
DEEPEST = 100_000
TABLES = {
    "notice": Notice._meta.db_table,
    "choice": NoticeChoice._meta.db_table,
    "rhythm": MailRhythm._meta.db_table,
    "person": Distributor._meta.db_table,
    "profile": Profile._meta.db_table,
    "login": User._meta.db_table,
}


@dataclass(frozen=True, kw_only=True)
class News:
    """What happened to one distributor, for those above: `key` is completed by the person's own key."""

    person_id: int
    reference: str = ""


def tell(*, user_ids: Collection[int], kind: str, key: str, reference: str, now: datetime) -> int:
    """Tell some logins; call it in the transaction that makes it due. How many were told."""
    if not user_ids:
        return 0
    marks = ", ".join(["%s"] * len(user_ids))
    people = f"""SELECT id AS user_id, CAST(NULL AS bigint) AS number FROM {TABLES["login"]}
        WHERE id IN ({marks}) AND is_active"""
    return _insert(people, list(user_ids), kind=kind, key=key, reference=reference, now=now)


def tell_all(*, people: QuerySet[Any, Any], kind: str, key: str, reference: str, now: datetime) -> int:
    """Tell many distributors of the same thing in one statement, in the caller's transaction; how many were told.

    `people` gives two columns: a distributor's key and a number to keep, or NULL. Who is not in good standing or
    has no login is passed over.
    """
    found, parameters = people.query.sql_with_params()
    asked = f"""WITH found (person_id, number) AS ({found})
        SELECT login.id AS user_id, found.number AS number FROM found
        JOIN {TABLES["person"]} AS person ON person.id = found.person_id AND person.status = 'good'
        JOIN {TABLES["profile"]} AS profile ON profile.id = person.profile_id
        JOIN {TABLES["login"]} AS login ON login.id = profile.user_id AND login.is_active"""
    return _insert(asked, list(parameters), kind=kind, key=key, reference=reference, now=now)


def _insert(people: str, parameters: list[Any], *, kind: str, key: str, reference: str, now: datetime) -> int:
    default = KINDS[kind]
    sql = f"""INSERT INTO {TABLES["notice"]}
            (user_id, kind, key, reference, number, in_portal, created_at, mail_at)
        SELECT told.user_id, %s, %s, %s, told.number, COALESCE(choice.in_portal, %s), %s,
            CASE WHEN COALESCE(choice.by_mail, %s) THEN {_MAIL_AT} END
        FROM ({people}) AS told
        LEFT JOIN {TABLES["choice"]} AS choice ON choice.user_id = told.user_id AND choice.kind = %s
        LEFT JOIN {TABLES["rhythm"]} AS rhythm ON rhythm.user_id = told.user_id
        WHERE COALESCE(choice.in_portal, %s) OR COALESCE(choice.by_mail, %s)
        ON CONFLICT DO NOTHING"""
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                kind, key, reference, default.in_portal, _stored(now), default.by_mail, *_mailings(now),
                *parameters, kind, default.in_portal, default.by_mail,
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


_MAIL_AT = "CASE rhythm.rhythm WHEN 'daily' THEN %s WHEN 'weekly' THEN %s ELSE %s END"


def tell_those_above(*, news: Sequence[News], direct: str, deeper: str, key: str, now: datetime) -> int:
    """Tell the sponsor of each person under the kind `direct`, everybody further up who asked for it under `deeper`.

    One statement for every few hundred people, whatever their uplines; `key` is followed by the person's key and the
    reference. The level below the reader is kept as the notice's number. How many notices were written.
    """
    return sum(
        _tell_above(news[start : start + AT_ONCE], direct, deeper, key, now)
        for start in range(0, len(news), AT_ONCE)
    )


def _tell_above(news: Sequence[News], direct: str, deeper: str, key: str, now: datetime) -> int:
    seeds = ", ".join(["(CAST(%s AS bigint), CAST(%s AS text))"] * len(news))
    first, further = KINDS[direct], KINDS[deeper]
    if further.in_portal or further.by_mail:
        raise ValueError(f"Of {deeper} only those are told who asked for it")
    sql = f"""INSERT INTO {TABLES["notice"]}
            (user_id, kind, key, about_id, reference, number, in_portal, created_at, mail_at)
        WITH RECURSIVE seed (person_id, reference) AS (VALUES {seeds}),
        line (start_id, reference, sponsor_id, distance) AS (
            SELECT seed.person_id, seed.reference, person.sponsor_id, 1
            FROM seed JOIN {TABLES["person"]} AS person ON person.id = seed.person_id
            UNION ALL
            SELECT line.start_id, line.reference, person.sponsor_id, line.distance + 1
            FROM line JOIN {TABLES["person"]} AS person ON person.id = line.sponsor_id
            WHERE line.distance < {DEEPEST}
        )
        SELECT login.id, CASE WHEN line.distance = 1 THEN %s ELSE %s END,
            CAST(%s AS text) || ':' || line.start_id || ':' || line.reference, line.start_id, line.reference,
            line.distance, COALESCE(choice.in_portal, %s), %s,
            CASE WHEN COALESCE(choice.by_mail, %s) THEN {_MAIL_AT} END
        FROM line
        JOIN {TABLES["person"]} AS person ON person.id = line.sponsor_id AND person.status = 'good'
        JOIN {TABLES["profile"]} AS profile ON profile.id = person.profile_id
        JOIN {TABLES["login"]} AS login ON login.id = profile.user_id AND login.is_active
        LEFT JOIN {TABLES["choice"]} AS choice ON choice.user_id = login.id
            AND choice.kind = CASE WHEN line.distance = 1 THEN %s ELSE %s END
        LEFT JOIN {TABLES["rhythm"]} AS rhythm ON rhythm.user_id = login.id
        WHERE (line.distance = 1 OR choice.id IS NOT NULL)
            AND (COALESCE(choice.in_portal, %s) OR COALESCE(choice.by_mail, %s))
        ON CONFLICT DO NOTHING"""
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                *(value for one in news for value in (one.person_id, one.reference)), direct, deeper, key,
                first.in_portal, _stored(now), first.by_mail, *_mailings(now), direct, deeper,
                first.in_portal, first.by_mail,
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


def mailing(*, rhythm: str, now: datetime) -> datetime:
    """When something told now is mailed: at once, or with the next morning's mail, Monday's where it is weekly."""
    if rhythm == MailRhythm.Rhythm.AT_ONCE:
        return now
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    local = now.astimezone(zone)
    day = local.date()
    if local.hour >= MAIL_HOUR:
        day += timedelta(days=1)
    if rhythm == MailRhythm.Rhythm.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime(day.year, day.month, day.day, MAIL_HOUR, tzinfo=zone)


def _mailings(now: datetime) -> list[Any]:
    """What _MAIL_AT asks for: the moments of the daily, the weekly and the immediate mail."""
    rhythms = (MailRhythm.Rhythm.DAILY, MailRhythm.Rhythm.WEEKLY, MailRhythm.Rhythm.AT_ONCE)
    return [_stored(mailing(rhythm=rhythm, now=now)) for rhythm in rhythms]


def _stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment.astimezone(UTC))


def mark_read(*, user_id: int, notice_id: int | None, now: datetime) -> int:
    """One notice of a person has been read, or all of them; how many that were not before."""
    unread = Notice.objects.filter(user_id=user_id, in_portal=True, read_at__isnull=True)
    return (unread if notice_id is None else unread.filter(pk=notice_id)).update(read_at=now)


def mail_nothing() -> int:
    """Take everything that was told out of the mail, as where a company's past is brought in; how many notices."""
    return Notice.objects.filter(mail_at__isnull=False).update(mail_at=None)
