"""One's own: who above sees what, all of it as a file, the places one is signed in, and leaving."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from commissions.models import Account, TeamView
from common.models import Letter
from common.operations import jobs
from common.templatetags.portal import browser_name
from distributors.models import DataFile, Distributor, Document, Leaving, Profile, StatusChange, User
from distributors.operations import leaving, own_data, profiles
from distributors.queries import documents, visibility
from sales.models import Customer, Order
from tests.cast import JOINED, PASSWORD
from tests.portal.counting import queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
PHONE, CITY = "+32 470 99 88 77", "Mechelen"


def signed_in(cast, name):
    """With the password shown a moment ago."""
    client = cast.client(name)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def opens(cast, **to):
    Profile.objects.filter(distributor=cast.eva).update(phone=PHONE, city=CITY)
    wanted = {"phone": "nobody", "email": "nobody", "city": "nobody", **to}
    profiles.open_to(user_id=cast.users["eva"].pk, **wanted)


def seen(cast, by):
    found = visibility.contacts(viewer_id=cast.people[by].pk, ids=[cast.eva.pk])
    return found.get(cast.eva.pk)


# --- what those above see ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("to", "seen_by"), [("nobody", set()), ("sponsor", {"dan"}), ("upline", {"dan", "cleo", "ben", "ana"})]
)
@pytest.mark.parametrize("field", visibility.FIELDS)
def test_each_is_shown_to_whom_it_was_opened(cast, to, seen_by, field):
    opens(cast, **{field: to})
    values = {"phone": PHONE, "email": "eva@example.com", "city": CITY}
    expected = visibility.Contact(**{field: values[field]})
    for name in cast.people:
        assert seen(cast, name) == (expected if name in seen_by else None), name


PLACES = (
    "/team/1005/",
    "/team/",
    "/team/?view=table",
    "/team/?q=Eva",
    "/team/export/",
    "/team/1005/branch/",
    "/",
)


def shown_anywhere(cast, by):
    client, text = cast.client(by), ""
    for path in PLACES:
        answer = client.get(path)
        text += b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    return {value for value in (PHONE, CITY, "eva@example.com") if value in text}


def test_no_page_search_or_file_shows_what_was_not_opened(cast, furnished):
    opens(cast)
    assert [name for name in ("ana", "dan", "finn", "gus") if shown_anywhere(cast, name)] == []
    opens(cast, phone="sponsor", email="upline")
    assert shown_anywhere(cast, "dan") == {PHONE, "eva@example.com"}
    assert shown_anywhere(cast, "ana") == {"eva@example.com"}
    assert shown_anywhere(cast, "finn") == shown_anywhere(cast, "gus") == set()


def test_nothing_is_searched_that_was_not_opened(cast, furnished):
    opens(cast)
    for words in ("99 88 77", "eva@example", CITY):
        assert "1005" not in cast.client("dan").get("/team/", {"q": words}).content.decode()


def test_a_page_keeps_the_choice_and_says_whom_it_is_about(cast):
    client = cast.client("eva")
    page = client.get("/profile/shown/").content.decode()
    assert "Your sponsor is Dan Vermeer" in page
    client.post("/profile/shown/", {"phone": "sponsor", "email": "upline", "city": "nobody"})
    assert "My sponsor" in client.get("/profile/").content.decode()
    assert client.post("/profile/shown/", {"phone": "everybody"}).status_code == 200


def test_moving_away_takes_it_with_it(cast):
    from distributors import tree

    opens(cast, phone="sponsor")
    tree.move(distributor_id=cast.eva.pk, sponsor_id=cast.gus.pk, effective_at=NOW)
    assert (seen(cast, "dan"), seen(cast, "gus").phone) == (None, PHONE)


def test_contacts_of_many_are_two_queries(cast, django_assert_num_queries):
    opens(cast, phone="upline")
    with django_assert_num_queries(2):
        visibility.contacts(viewer_id=cast.ana.pk, ids=[one.pk for one in cast.people.values()])


# --- all of it as a file ----------------------------------------------------------------------------------------------
def file_of(cast, name):
    client = signed_in(cast, name)
    client.post("/profile/data/")
    one = DataFile.objects.get(user=cast.users[name])
    answer = client.get(f"/profile/data/{one.pk}/")
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def rows_of(archive, name):
    return list(csv.DictReader(io.TextIOWrapper(archive.open(f"{name}.csv"), "utf-8-sig")))


def test_everything_about_a_person_is_in_the_file(cast, furnished):
    archive = file_of(cast, "eva")
    assert rows_of(archive, "person")[0]["given_name"] == "Eva"
    assert rows_of(archive, "distributor")[0]["sponsor_number"] == "1004"
    orders = {row["number"] for row in rows_of(archive, "orders")}
    assert orders == set(
        Order.objects.filter(seller=cast.eva, customer=None).values_list("number", flat=True)
    )
    assert len(rows_of(archive, "statements")) > 0
    assert {row["credit__kind"] for row in rows_of(archive, "account")} == {"payable"}
    everything = json.loads(archive.read("everything.json"))
    assert everything["person"][0]["birth_date"] == "1990-05-17"
    tables = {name.removesuffix(".csv") for name in archive.namelist() if name.endswith(".csv")}
    assert set(everything) == tables
    assert all(f"{name}.csv" in archive.read("README.txt").decode() for name in tables)


# Whoever adds a model that leads to a person puts it into the file, or says here why it is not in it.
LEFT_OUT = {
    # Parts of something that is there.
    "distributors.Question": "its parts are in questions, each with the subject",
    "sales.Cart": "its lines are in cart",
    "distributors.PlacementVolume": "a sum of what others sold below a position",
    "commissions.TeamSum": "counts of a team, kept so that pages need not count",
    "commissions.LevelSum": "sums of statement-lines, kept so that pages need not add",
    # Between two periods.
    "commissions.Carried": "what a run hands on to the next one; what comes of it is a line of a statement",
    "distributors.Carrying": "labels on their way while a branch moves; gone when it has",
    # The company's own acts: that somebody of the staff did something is no data about a customer or distributor.
    "commissions.Freeze": "a stop of the books, and who of the staff lifted it",
    "commissions.Run": "who of the staff prepared and approved a month",
    "commissions.Correcting": "why a month was put right, and who of the staff answers for it",
    "sales.ProductTerms": "what a product costs, and who of the staff answers for its volume",
    "admin.LogEntry": "what somebody of the staff did in the records",
    # The frame's.
    "distributors.User_groups": "rights of the staff", "distributors.User_user_permissions": "rights of the staff",
    "account.EmailConfirmation": "a link in a mail, valid for three days",
}  # fmt: skip


def models_that_lead_to_a_person():
    """Everything from which keys lead to a login, a profile, a distributor or a customer, over any number of steps."""
    everything = [one for one in apps.get_models(include_auto_created=True) if one._meta.managed]
    found = {User, Profile, Distributor, Customer}
    while True:
        leading = {
            one for one in everything
            if any(
                key.remote_field and (key.many_to_one or key.one_to_one) and key.related_model in found
                for key in one._meta.get_fields() if key.concrete
            )
        }  # fmt: skip
        if leading <= found:
            return found
        found |= leading


def test_every_model_about_a_person_is_in_the_file_or_says_why_not(cast):
    """A new model fails here until somebody has thought about it."""
    own = own_data.Owner(user_id=1, profile_id=1, distributor_id=1, customer_id=1)
    there = {one.model for one in own_data.tables(owner=own)}
    about = models_that_lead_to_a_person()
    assert sorted(one._meta.label for one in about - there if one._meta.label not in LEFT_OUT) == []
    labels = {one._meta.label for one in about - there}
    assert sorted(set(LEFT_OUT) - labels) == []


def test_pictures_and_papers_are_in_the_file(cast, furnished):
    archive = file_of(cast, "eva")
    (picture,) = rows_of(archive, "pictures")
    assert archive.read(f"picture-{picture['file']}.jpg").startswith(b"\xff\xd8")
    paper = rows_of(archive, "invoices")[0]
    assert json.loads(paper["lines"])[0]["sku"] == "BALM"
    assert rows_of(archive, "returns-asked-for")[0]["reason"] == "The lid is broken"
    assert rows_of(archive, "orders-of-guests")[0]["link__code"] == "eva-code"
    assert {row["campaign"] for row in rows_of(archive, "referral-codes")} == {"", "Friday market"}


def test_views_of_the_team_are_in_the_file(cast):
    TeamView.objects.create(distributor=cast.eva, name="Close to it", query="close=1", made_at=NOW)
    assert rows_of(file_of(cast, "eva"), "team-views")[0]["name"] == "Close to it"


def test_nothing_about_others_is(cast, furnished):
    archive = file_of(cast, "eva")
    text = " ".join(archive.read(name).decode() for name in archive.namelist() if not name.endswith(".jpg"))
    assert "Eva" in text
    assert [
        name
        for name in ("Dan", "Finn", "Ivo", "Mara", "Coupure", "Claes", "dan@example.com", "pbkdf2", "md5$")
        if name in text
    ] == []


def test_a_formula_is_text_in_the_tables(cast):
    Profile.objects.filter(distributor=cast.eva).update(street="=HYPERLINK(1)")
    archive = file_of(cast, "eva")
    assert rows_of(archive, "person")[0]["street"] == "'=HYPERLINK(1)"
    assert json.loads(archive.read("everything.json"))["person"][0]["street"] == "=HYPERLINK(1)"


def test_a_large_file_is_made_by_a_job(cast, monkeypatch):
    monkeypatch.setattr(own_data, "AT_ONCE", 0)
    client = signed_in(cast, "eva")
    client.post("/profile/data/")
    assert "being made" in client.get("/profile/data/").content.decode()
    jobs.advance_due(now=datetime.now(UTC) + timedelta(seconds=1), owner="a test")
    assert "Download" in client.get("/profile/data/").content.decode()
    one = DataFile.objects.get()
    client.get(f"/profile/data/{one.pk}/")
    one.refresh_from_db()
    assert (one.fetched, one.fetched_at is not None) == (1, True)


def test_nobody_fetches_anothers_file_and_a_password_comes_first(cast):
    own_data.ask(owner=own_data.owner_of(user_id=cast.users["eva"].pk), now=NOW)
    address = f"/profile/data/{DataFile.objects.get().pk}/"
    assert signed_in(cast, "finn").get(address).status_code == 404
    stale = cast.client("eva")
    session = stale.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0, "email": "eva@example.com"}]
    session.save()
    assert stale.get(address).status_code == 302


def test_asking_again_at_once_makes_no_second_file_and_five_a_day_are_enough(cast):
    owner = own_data.owner_of(user_id=cast.users["eva"].pk)
    assert own_data.ask(owner=owner, now=NOW) == own_data.ask(owner=owner, now=NOW + timedelta(minutes=5))
    for hour in range(1, 5):
        own_data.ask(owner=owner, now=NOW + timedelta(hours=hour))
    with pytest.raises(own_data.AskedTooOften):
        own_data.ask(owner=owner, now=NOW + timedelta(hours=6))


def test_files_go_after_a_week_and_with_their_owner(cast):
    owner = own_data.owner_of(user_id=cast.users["eva"].pk)
    own_data.ask(owner=owner, now=NOW)
    assert own_data.forget(now=NOW + timedelta(days=6)) == 0
    assert own_data.forget(now=NOW + timedelta(days=8)) == 1
    own_data.ask(owner=owner, now=NOW + timedelta(days=9))
    profiles.erase(profile_id=cast.eva.profile_id, now=NOW)
    assert DataFile.objects.filter(content__isnull=False).count() == 0


# --- sessions ---------------------------------------------------------------------------------------------------------
def test_one_place_is_signed_out_and_nobody_elses(cast):
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/accounts/login/", {"login": "eva@example.com", "password": PASSWORD})
        client.get("/profile/")
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert cast.client("finn").post(f"/security/sessions/{other.pk}/end/").status_code == 404
    assert f"/security/sessions/{other.pk}/end/" in here.get("/accounts/sessions/").content.decode()
    here.post(f"/security/sessions/{other.pk}/end/")
    assert there.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200
    mine = UserSession.objects.get(session_key=here.session.session_key)
    assert here.post(f"/security/sessions/{mine.pk}/end/").status_code == 404


def test_a_session_is_noted_once_a_minute_and_at_once_from_elsewhere(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client = cast.client("eva")
    client.get("/profile/")
    mine = UserSession.objects.filter(session_key=client.session.session_key)
    noted = mine.get().last_seen_at
    time_machine.shift(50)
    client.get("/profile/")
    assert mine.get().last_seen_at == noted
    time_machine.shift(20)
    client.get("/profile/")
    assert mine.get().last_seen_at == NOW + timedelta(seconds=70)
    client.get("/profile/", headers={"user-agent": "another browser"})
    assert mine.get().user_agent == "another browser"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1", "Safari on iPhone"),
        ("<script>", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_has_the_name_people_know(said, name):
    assert browser_name(said) == name


# --- leaving ----------------------------------------------------------------------------------------------------------
def leave(cast, name="eva", *, erase=True, at=NOW):
    return leaving.ask_for(user_id=cast.users[name].pk, erase=erase, now=at)


def day_comes(at):
    leaving.request(now=at)
    while jobs.advance_due(now=at, owner="a test"):
        pass


def test_leaving_waits_two_weeks_and_can_be_withdrawn(cast):
    due_at = leave(cast)
    assert due_at == NOW + timedelta(days=14)
    day_comes(due_at - timedelta(minutes=1))
    assert Distributor.objects.get(pk=cast.eva.pk).status == "good"
    leaving.withdraw(user_id=cast.users["eva"].pk, now=due_at - timedelta(seconds=1))
    day_comes(due_at + timedelta(days=1))
    assert Distributor.objects.get(pk=cast.eva.pk).status == "good"
    with pytest.raises(leaving.NotLeaving):
        leaving.withdraw(user_id=cast.users["eva"].pk, now=NOW)


def test_on_the_day_the_place_is_left_and_the_person_forgotten(cast):
    day_comes(leave(cast))
    place = Distributor.objects.get(pk=cast.eva.pk)
    assert (place.status, place.profile.given_name) == ("left", "Member")
    assert StatusChange.objects.filter(distributor=place, status="left", reason=leaving.REASON).count() == 1
    assert place.direct_members.get() == cast.finn
    assert Leaving.objects.get().state == "done"


def test_data_stay_with_who_wants_that(cast):
    day_comes(leave(cast, erase=False))
    place = Distributor.objects.get(pk=cast.eva.pk)
    assert (place.status, place.profile.given_name) == ("left", "Eva")


def test_nobody_is_erased_to_whom_something_is_owed(cast):
    due_at = leave(cast)
    owed = Account.objects.create(kind="payable", owner=cast.eva, currency="EUR", balance=1200)
    day_comes(due_at)
    place = Distributor.objects.get(pk=cast.eva.pk)
    assert (place.status, place.profile.given_name) == ("left", "Eva")
    Account.objects.filter(pk=owed.pk).update(balance=0)
    day_comes(due_at + timedelta(hours=1))
    assert Profile.objects.get(pk=place.profile_id).given_name == "Eva"
    day_comes(due_at + timedelta(days=1, minutes=1))
    assert Profile.objects.get(pk=place.profile_id).given_name == "Member"
    assert StatusChange.objects.filter(distributor=place, status="left").count() == 1


def test_what_is_open_is_said_before(cast, furnished):
    page = signed_in(cast, "eva").get("/profile/leave/").content.decode()
    assert "is owed to you" in page or "A month is not final" in page
    assert "open order" in page
    assert "What stays, and why" in page


def test_the_page_asks_for_a_choice_and_a_tick_and_loses_nothing(cast):
    client = signed_in(cast, "eva")
    page = client.post("/profile/leave/", {"erase": "yes"}).content.decode()
    assert "Please tick that you have read" in page
    assert 'href="#id_read"' in page
    assert "autofocus" in page
    assert 'href="#id_erase"' in client.post("/profile/leave/", {}).content.decode()
    assert Leaving.objects.count() == 0
    client.post("/profile/leave/", {"erase": "yes", "read": "on"})
    assert Leaving.objects.get().erase
    assert "Stay after all" in client.get("/profile/leave/").content.decode()
    assert client.post("/profile/stay/").status_code == 302
    assert Leaving.objects.get().state == "withdrawn"


def test_who_asked_is_told_by_mail(cast):
    leave(cast)
    letter = Letter.objects.get()
    assert letter.content["to"] == ["eva@example.com"]
    assert "9 December 2026" in letter.content["body"]


def test_twice_at_once_is_once(cast):
    leave(cast)
    with pytest.raises(leaving.AlreadyAsked):
        leave(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaving.objects.create(profile=cast.eva.profile, erase=True, asked_at=NOW, due_at=NOW)


def test_a_customer_who_leaves_is_erased(cast):
    day_comes(leave(cast, "ivo", erase=False))
    assert not Profile.objects.filter(given_name="Ivo").exists()


def test_a_suspended_person_can_leave_too(cast):
    day_comes(leave(cast, "hana"))
    assert Distributor.objects.get(pk=cast.hana.pk).status == "left"


def test_the_pages_ask_the_same_for_more(cast, furnished):
    client = signed_in(cast, "eva")
    before = {
        path: queries(lambda path=path: client.get(path)) for path in ("/profile/data/", "/profile/leave/")
    }
    for hour in range(4):
        DataFile.objects.create(user=cast.users["eva"], asked_at=JOINED + timedelta(hours=hour))
    assert {path: queries(lambda path=path: client.get(path)) for path in before} == before


def test_the_disclosures_first_sentence_is_that_of_the_version_in_force(cast, time_machine):
    time_machine.move_to(NOW, tick=False)

    def said():
        return documents.summary(kind=documents.DISCLOSURE, today=timezone.localdate())

    def publish(version, day):
        Document.objects.create(
            kind=documents.DISCLOSURE,
            version=version,
            published_on=day,
            title="Disclosure",
            summary=f"No. {version}",
            body="",
        )

    first = said()
    publish(101, date(2026, 11, 20))
    publish(102, date(2026, 11, 26))
    assert first != said() == "No. 101"
    time_machine.shift(24 * 3600)
    assert said() == "No. 102"
