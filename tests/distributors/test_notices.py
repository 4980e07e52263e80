"""Who is told of what: once, where they chose, with what they may see; and mail that anybody can stop."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from common.models import Letter
from common.operations import jobs
from distributors import tree
from distributors.models import Distributor, Notice, NoticeChoice, Profile, User
from distributors.operations import enrolment, notice_choices, notice_mail, notices, profiles, telling
from distributors.operations.notice_choices import Choice
from distributors.queries import notices as queries
from distributors.queries.notice_words import said
from tests.cast import JOINED
from tests.distributors.test_enrolment import sign_up
from tests.portal.counting import queries as counted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
BOTH, MAIL, NEITHER = (
    Choice(in_portal=True, by_mail=True),
    Choice(in_portal=False, by_mail=True),
    Choice(in_portal=False, by_mail=False),
)


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def wants(cast, name, kind, choice, rhythm="at_once"):
    notice_choices.choose(user_id=cast.users[name].pk, choices={kind: choice}, rhythm=rhythm, now=NOW)


def mara_joins():
    user_id = sign_up()
    enrolment.confirm(user_id=user_id, now=NOW)
    telling.request(now=NOW)
    work()
    return Distributor.objects.get(profile__user_id=user_id)


def work(now=NOW):
    while jobs.advance_due(now=now, owner="a test"):
        pass


def post(now=NOW):
    notice_mail.request(now=now)
    work(now)
    work(now + timedelta(minutes=1))
    return mail.outbox


def told(cast, name):
    return list(Notice.objects.filter(user=cast.users[name]).values_list("kind", "in_portal", "number"))


def ship(cast, name="eva", number="P000007"):
    return notices.tell(
        user_ids=[cast.users[name].pk], kind="shipped", key=f"shipped:{number}", reference=number, now=NOW
    )


def test_the_sponsor_is_told_and_those_above_only_when_they_asked(cast):
    wants(cast, "ben", "joined_deeper", BOTH)
    mara_joins()
    assert told(cast, "eva") == [("joined", True, 1)]
    assert told(cast, "ben") == [("joined_deeper", True, 4)]
    assert Notice.objects.count() == 2


def test_nobody_is_told_the_same_thing_twice(cast):
    from distributors.models import Enrolment

    mara_joins()
    Enrolment.objects.update(told_at=None)
    telling.request(now=NOW + timedelta(minutes=1))
    work(NOW + timedelta(minutes=1))
    assert (ship(cast), ship(cast)) == (1, 0)
    assert Notice.objects.count() == 2


def test_without_the_key_they_would_be(cast):
    """The control: under another key the same thing is another notice."""
    ship(cast)
    assert notices.tell(
        user_ids=[cast.users["eva"].pk], kind="shipped", key="other", reference="P000007", now=NOW
    )


def test_whoever_wants_neither_is_not_told(cast):
    wants(cast, "eva", "joined", NEITHER)
    wants(cast, "finn", "shipped", MAIL)
    mara_joins()
    ship(cast, "finn")
    assert told(cast, "eva") == []
    assert told(cast, "finn") == [("shipped", False, None)]
    assert "on its way" not in cast.client("finn").get("/notices/").content.decode()


def test_the_suspended_are_not_told(cast):
    everybody = Distributor.objects.filter(number__in=["1005", "1008"]).order_by()
    asked = everybody.values_list("pk", "level")
    notices.tell_all(people=asked, kind="statement", key="statement:2026-10", reference="2026-10", now=NOW)
    assert (told(cast, "eva"), told(cast, "hana")) == ([("statement", True, 4)], [])


def test_many_are_told_in_one_statement(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        people = Distributor.objects.order_by().values_list("pk", "level")
        notices.tell_all(people=people, kind="statement", key="s", reference="2026-10", now=NOW)
    assert Notice.objects.count() == 7
    with django_assert_num_queries(1):
        news = [notices.News(person_id=one.pk, reference="2026-11 Leader") for one in cast.people.values()]
        notices.tell_those_above(news=news, direct="near", deeper="near_deeper", key="near", now=NOW)
    assert Notice.objects.filter(kind="near").count() == 7


@pytest.mark.parametrize(
    ("now", "rhythm", "then"),
    [
        (NOW, "at_once", NOW),
        (NOW, "daily", datetime(2026, 11, 26, 6, 0, tzinfo=UTC)),
        (NOW.replace(hour=1), "daily", datetime(2026, 11, 25, 6, 0, tzinfo=UTC)),
        (NOW, "weekly", datetime(2026, 11, 30, 6, 0, tzinfo=UTC)),
        (datetime(2026, 11, 30, 5, 0, tzinfo=UTC), "weekly", datetime(2026, 11, 30, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 9, 0, tzinfo=UTC), "daily", datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
    ],
)
def test_mail_waits_for_the_next_morning(now, rhythm, then):
    """The last: on the night the clocks go forward, seven in the morning comes an hour earlier."""
    assert notices.mailing(rhythm=rhythm, now=now) == then


def test_a_digest_is_one_letter_for_all_of_a_day(cast):
    wants(cast, "eva", "shipped", BOTH, rhythm="daily")
    for number in ("P000007", "P000008"):
        ship(cast, number=number)
    assert post() == []
    (letter,) = post(NOW + timedelta(days=1))
    assert letter.to == ["eva@example.com"]
    assert letter.subject == "2 pieces of news from Linden & Rye"
    assert "P000007 is on its way" in letter.body
    assert "http://localhost:8000/orders/P000008/" in letter.body


def test_one_thing_is_the_subject_of_its_letter(cast):
    ship(cast)
    (letter,) = post()
    assert letter.subject == "Your order P000007 is on its way"
    assert post() == [letter]


def test_a_new_rhythm_takes_what_waits_with_it(cast):
    wants(cast, "eva", "shipped", BOTH, rhythm="weekly")
    ship(cast)
    wants(cast, "eva", "shipped", BOTH, rhythm="at_once")
    assert len(post()) == 1


def test_an_amount_is_never_mailed(cast):
    asked = Distributor.objects.filter(number="1005").order_by().values_list("pk", "level")
    notices.tell_all(people=asked, kind="statement", key="s", reference="2026-10", now=NOW)
    (letter,) = post()
    assert "October 2026 is ready" in letter.body
    assert "€" not in letter.body
    assert "€0.04" in cast.client("eva").get("/notices/").content.decode()


def stop_link(letter):
    header = letter.extra_headers["List-Unsubscribe"]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return header.strip("<>").removeprefix("http://localhost:8000")


def test_one_press_in_a_mail_program_stops_them(cast):
    ship(cast)
    (letter,) = post()
    robot = Client(enforce_csrf_checks=True)
    assert robot.get(stop_link(letter)).status_code == 200
    assert NoticeChoice.objects.count() == 0
    answer = robot.post(stop_link(letter), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not {"Eva", "Vermeer", "eva@example.com"} & set(re.split(r"[^\w@.]+", answer.content.decode()))
    ship(cast, number="P000009")
    assert len(post(NOW + timedelta(hours=1))) == 1
    assert queries.unread_count(user_id=cast.users["eva"].pk) == 2
    robot.post(stop_link(letter), {"again": "1"})
    ship(cast, number="P000010")
    assert len(post(NOW + timedelta(hours=2))) == 2


def test_everything_is_stopped_too(cast):
    ship(cast)
    (letter,) = post()
    Client().post(stop_link(letter), {"everything": "1"})
    assert queries.choices(user_id=cast.users["eva"].pk).by_mail == frozenset()


@pytest.mark.parametrize("token", ["x", "x:y:z", "WzUsIiJd:1abc:forged"])
def test_a_link_that_is_not_ours_stops_nothing(cast, token):
    assert Client().post(f"/mail/stop/{token}/").status_code == 404


def test_a_name_is_shown_only_while_the_reader_stands_above(cast):
    mara = mara_joins()
    page = cast.client("eva").get("/notices/").content.decode()
    assert "Mara Lind joined" in page
    tree.move(distributor_id=mara.pk, sponsor_id=cast.gus.pk, effective_at=NOW + timedelta(days=1))
    page = cast.client("eva").get("/notices/").content.decode()
    assert "Mara" not in page
    assert "no longer in your team" in page


def test_opening_one_marks_it_read_and_leads_there(cast):
    ship(cast)
    client, one = cast.client("eva"), Notice.objects.get()
    assert ">1<" in client.get("/notices/").content.decode()
    assert client.post(f"/notices/{one.pk}/read/", {"open": "1"}).url == "/orders/P000007/"
    assert queries.unread_count(user_id=cast.users["eva"].pk) == 0


def test_nobody_reads_anothers(cast):
    ship(cast)
    one = Notice.objects.get()
    assert cast.client("finn").post(f"/notices/{one.pk}/read/").status_code == 404
    assert cast.client("finn").post("/notices/read/").status_code == 302
    assert queries.unread_count(user_id=cast.users["eva"].pk) == 1


def test_the_list_is_narrowed_and_asks_no_more_for_more(cast):
    mara_joins()
    ship(cast)
    client = cast.client("eva")
    page = client.get("/notices/?about=orders").content.decode()
    assert "P000007" in page
    assert "Mara" not in page
    before = counted(lambda: client.get("/notices/"))
    for number in range(12):
        ship(cast, number=f"P{number}")
        notices.tell_those_above(
            news=[notices.News(person_id=cast.finn.pk, reference=f"2026-11 R{number}")],
            direct="near", deeper="near_deeper", key="near", now=NOW,
        )  # fmt: skip
    assert counted(lambda: client.get("/notices/")) == before


def test_choices_are_kept_from_the_page(cast):
    client = cast.client("eva")
    assert client.get("/notices/choices/").status_code == 200
    client.post("/notices/choices/", {"rhythm": "weekly", "mail-joined": "on"})
    mine = queries.choices(user_id=cast.users["eva"].pk)
    assert (mine.in_portal, mine.by_mail, mine.rhythm) == (frozenset(), {"joined"}, "weekly")
    assert client.post("/notices/choices/", {"rhythm": "hourly"}).status_code == 200


def test_a_customer_chooses_about_orders_alone(cast):
    page = cast.client("ivo").get("/notices/choices/").content.decode()
    assert "An order is shipped" in page
    assert "sponsor" not in page


def test_erasing_takes_notices_choices_and_letters(cast):
    ship(cast)
    wants(cast, "eva", "joined", MAIL)
    notice_mail.request(now=NOW)
    jobs.work_on(kind=notice_mail.JOB, subject="due", owner="a test", now=NOW)
    assert Letter.objects.count() == 1
    profiles.erase(profile_id=cast.eva.profile_id, now=JOINED)
    assert (Notice.objects.count(), NoticeChoice.objects.count(), Letter.objects.count()) == (0, 0, 0)


def test_old_notices_are_forgotten(cast):
    ship(cast)
    later = NOW + telling.KEPT + timedelta(days=1)
    ship(cast, number="kept")
    Notice.objects.filter(reference="kept").update(created_at=later)
    telling.request(now=later)
    work(later)
    assert list(Notice.objects.values_list("reference", flat=True)) == ["kept"]


def test_hostile_names_stay_text_on_the_page_and_in_mail(cast):
    Profile.objects.filter(distributor=cast.finn).update(
        given_name="<b>{{ 7 }}\r\nBcc: x@y.z", family_name="=1"
    )
    notices.tell_those_above(
        news=[notices.News(person_id=cast.finn.pk)], direct="joined", deeper="joined_deeper", key="j", now=NOW
    )
    (letter,) = post()
    assert letter.subject == "<b>{{ 7 }} Bcc: x@y.z =1 joined"
    assert letter.recipients() == ["eva@example.com"]
    assert "&lt;b&gt;{{ 7 }}" in cast.client("eva").get("/notices/").content.decode()


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_every_kind_has_words(kind):
    one = queries.Told(
        id=1, kind=kind, about=None, level=0, reference="2026-10 Leader", number=None, created_at=NOW, is_read=False
    )  # fmt: skip
    assert said(notice=one).title


def test_a_login_that_is_gone_gets_no_mail(cast):
    ship(cast)
    User.objects.filter(pk=cast.users["eva"].pk).update(is_active=False)
    assert post() == []
