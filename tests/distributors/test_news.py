"""News reaches those it is meant for, while it is meant to; questions reach the company, and answers who asked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from distributors.models import Distributor, NewsItem, NewsRead, Notice, Profile, Question
from distributors.operations import news as reading
from distributors.operations import profiles, questions
from distributors.queries import news
from tests.cast import JOINED
from tests.portal.counting import queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
A_DAY = timedelta(days=1)


def publish(title="Prices", *, published_at=JOINED, **fields):
    for name in ("countries", "ranks"):
        fields[name] = reading.kept_list(text=fields.get(name, ""))
    return NewsItem.objects.create(title=title, body="From May on.", published_at=published_at, **fields)


def seen_by(cast, item, now=NOW):
    found = set()
    for name in ("eva", "gus", "ivo"):
        reader = news.reader(user_id=cast.users[name].pk)
        if news.for_reader(reader=reader, now=now).filter(pk=item.pk).exists():
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("fields", "readers"),
    [
        ({}, {"eva", "gus", "ivo"}),
        ({"to": "distributors"}, {"eva", "gus"}),
        ({"to": "customers"}, {"ivo"}),
        ({"countries": "NL, be"}, {"eva", "gus", "ivo"}),
        ({"countries": "NL"}, {"gus"}),
        ({"ranks": "Builder"}, {"eva"}),
        ({"ranks": "build"}, set()),
        ({"ranks": "builder; leader", "countries": "be"}, {"eva"}),
        ({"published_at": NOW + A_DAY}, set()),
        ({"withdrawn_at": NOW}, set()),
        ({"withdrawn_at": NOW + A_DAY}, {"eva", "gus", "ivo"}),
    ],
)
def test_news_reaches_those_it_is_meant_for(cast, fields, readers):
    Profile.objects.filter(distributor=cast.gus).update(country="NL")
    Distributor.objects.filter(pk=cast.eva.pk).update(career_rank="Builder")
    waiting = lambda: {  # noqa: E731
        name
        for name in ("eva", "gus", "ivo")
        if news.unread_count(reader=news.reader(user_id=cast.users[name].pk), now=NOW)
    }
    assert waiting() == set()
    item = publish(**fields)
    assert seen_by(cast, item) == waiting() == readers
    item.withdrawn_at = max(NOW, item.published_at)
    item.save()
    assert waiting() == set()


def test_which_news_there_is_is_asked_once(cast):
    reader = news.reader(user_id=cast.users["eva"].pk)
    assert news.unread_count(reader=reader, now=NOW) == 0
    assert queries(lambda: news.unread_count(reader=reader, now=NOW)) == 0
    publish()
    assert news.unread_count(reader=reader, now=NOW) == 1
    assert queries(lambda: news.unread_count(reader=reader, now=NOW)) == 1


def test_opening_a_piece_marks_it_read_once(cast):
    item = publish()
    client = cast.client("eva")
    assert "New" in client.get("/news/").content.decode()
    for _ in range(2):
        assert "From May on." in client.get(f"/news/{item.pk}/").content.decode()
    assert NewsRead.objects.count() == 1
    assert "You have read everything" in client.get("/news/?state=unread").content.decode()
    assert news.unread_count(reader=news.reader(user_id=cast.users["gus"].pk), now=NOW) == 1


def test_a_piece_meant_for_others_is_not_there(cast):
    item = publish(to="customers")
    assert cast.client("eva").get(f"/news/{item.pk}/").status_code == 404
    assert NewsRead.objects.count() == 0


def test_the_list_asks_no_more_for_more(cast):
    client = cast.client("eva")
    publish()
    before = queries(lambda: client.get("/news/"))
    for number in range(6):
        publish(f"N{number}")
    assert queries(lambda: client.get("/news/")) == before


def test_staff_write_news_in_the_admin(cast):
    client = cast.client("root")
    written = {"title": "May", "body": "<b>x</b>", "to": "everybody", "countries": "BE, nl", "ranks": "",
               "published_at_0": "2025-01-01", "published_at_1": "10:00",
               "withdrawn_at_0": "", "withdrawn_at_1": ""}  # fmt: skip
    assert client.post("/admin/distributors/newsitem/add/", written).status_code == 302
    item = NewsItem.objects.get()
    assert item.countries == ",be,nl,"
    assert "be, nl" in client.get(f"/admin/distributors/newsitem/{item.pk}/change/").content.decode()
    assert client.get(f"/admin/distributors/newsitem/{item.pk}/delete/").status_code == 403
    assert "&lt;b&gt;x&lt;/b&gt;" in cast.client("eva").get(f"/news/{item.pk}/").content.decode()


# --- questions --------------------------------------------------------------------------------------------------------
def ask(cast, name="eva", subject="Why 3,240?", now=NOW):
    return questions.ask(
        user_id=cast.users[name].pk, topic="earnings", subject=subject, text="And not 3,470?", now=now
    )


def test_a_question_waits_is_answered_and_the_person_told(cast):
    client = cast.client("eva")
    answer = client.post(
        "/questions/ask/", {"topic": "orders", "subject": "A <b>parcel</b>", "text": "Where?"}
    )
    one = Question.objects.get()
    assert answer.url == f"/questions/{one.key}/"
    staff = cast.client("paula")
    assert "A &lt;b&gt;parcel&lt;/b&gt;" in staff.get("/staff/questions/").content.decode()
    staff.post(f"/staff/questions/{one.key}/", {"text": "On its way."})
    one.refresh_from_db()
    assert one.state == "answered"
    told = Notice.objects.get(user=cast.users["eva"])
    page = client.post(f"/notices/{told.pk}/read/", {"open": "1"}, follow=True).content.decode()
    assert "On its way." in page
    assert "Linden &amp; Rye" in page
    client.post(f"/questions/{one.key}/", {"text": "Thank you. And the other?"})
    one.refresh_from_db()
    assert one.state == "waiting"


def test_an_answer_that_is_not_written_tells_nobody(cast):
    one = ask(cast)
    with pytest.raises(questions.NothingSaid):
        questions.answer(key=str(one.key), by=cast.users["paula"].pk, text="  ", now=NOW)
    assert Notice.objects.count() == 0


def test_nobody_reads_anothers_question(cast):
    one = ask(cast)
    for name in ("dan", "finn", "ivo"):
        assert cast.client(name).get(f"/questions/{one.key}/").status_code == 404
        assert cast.client(name).post(f"/questions/{one.key}/", {"text": "x"}).status_code == 404
    assert cast.client("rolf").get(f"/staff/questions/{one.key}/").status_code == 403


def test_five_a_day_are_enough(cast):
    for number in range(5):
        ask(cast, subject=f"Q{number}")
    with pytest.raises(questions.AskedTooOften):
        ask(cast)
    ask(cast, now=NOW + A_DAY + timedelta(seconds=1))
    ask(cast, "finn")


def test_so_are_twenty_words_more(cast):
    one = ask(cast)
    for _ in range(19):
        questions.add(user_id=cast.users["eva"].pk, key=str(one.key), text="More", now=NOW)
    with pytest.raises(questions.AskedTooOften):
        questions.add(user_id=cast.users["eva"].pk, key=str(one.key), text="More", now=NOW)


def test_what_was_typed_is_not_lost(cast):
    page = cast.client("eva").post(
        "/questions/ask/", {"topic": "orders", "subject": "", "text": "A long question"}
    )
    assert "A long question" in page.content.decode()
    for number in range(5):
        ask(cast, subject=f"Q{number}", now=datetime.now(UTC))
    page = cast.client("eva").post(
        "/questions/ask/", {"topic": "orders", "subject": "S", "text": "A long question"}
    )
    assert "five questions within a day" in page.content.decode()
    assert "A long question" in page.content.decode()


def test_the_queue_is_narrowed_closed_and_asks_no_more_for_more(cast):
    staff = cast.client("paula")
    one = ask(cast)
    before = queries(lambda: staff.get("/staff/questions/"))
    for name in ("ana", "ben", "ivo", "finn"):
        ask(cast, name, subject=f"From {name}")
    assert queries(lambda: staff.get("/staff/questions/")) == before
    assert "From ivo" not in staff.get("/staff/questions/?state=waiting&topic=team").content.decode()
    staff.post(f"/staff/questions/{one.key}/close/")
    assert "Why 3,240?" not in staff.get("/staff/questions/").content.decode()
    assert "Why 3,240?" in staff.get("/staff/questions/?state=closed").content.decode()


def test_the_persons_list_asks_no_more_for_more(cast):
    client = cast.client("eva")
    ask(cast)
    before = queries(lambda: client.get("/questions/"))
    for number in range(4):
        ask(cast, subject=f"Q{number}")
    assert queries(lambda: client.get("/questions/")) == before


def test_erasing_takes_questions_and_read_marks(cast):
    ask(cast)
    reading.mark_read(item_id=publish().pk, user_id=cast.users["eva"].pk, now=NOW)
    profiles.erase(profile_id=cast.eva.profile_id, now=NOW)
    assert (Question.objects.count(), NewsRead.objects.count()) == (0, 0)


def test_news_is_withdrawn_after_it_was_published():
    item = NewsItem(title="x", body="y", published_at=NOW, withdrawn_at=NOW - A_DAY)
    with pytest.raises(ValidationError):
        item.validate_constraints()
