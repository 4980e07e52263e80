"""The admin shows the tree and cannot write it."""

import pytest
from django.contrib.auth.models import Permission

from distributors import tree
from distributors.models import Distributor, Document, Profile, StatusChange, User
from tests.distributors.people import LATER

PEOPLE = "/admin/distributors/distributor/"


@pytest.fixture
def admin(cast):
    return cast.client("root")


def act(client, action, ids, reason="Complaint upheld"):
    return client.post(PEOPLE, {"action": action, "_selected_action": ids, "reason": reason}, follow=True)


def test_the_list_is_in_tree_order_and_indented(admin):
    page = admin.get(PEOPLE).content.decode()
    assert page.index("indent-0") < page.index("indent-1") < page.index("indent-4")


def test_the_list_asks_the_same_number_of_questions_for_more_people(
    admin, cast, django_assert_max_num_queries
):
    from tests.distributors.people import batch

    admin.get(PEOPLE)  # a session's first page notes its use
    with django_assert_max_num_queries(7):
        admin.get(PEOPLE)
    tree.plant(people=batch([None, *([0] * 60)], outside=cast.eva.pk))
    with django_assert_max_num_queries(7):
        admin.get(PEOPLE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("eva", ["1005"]),
        ("EVA verm", ["1005"]),
        ("1005", ["1005"]),
        ("100", list("12345678")),
        ("eva claes", []),
    ],
)
def test_people_are_found_by_number_and_by_name(admin, text, found):
    page = admin.get(PEOPLE, {"q": text}).content.decode()
    numbers = [person.number for person in Distributor.objects.order_by("number")]
    wanted = [number if len(number) > 1 else f"100{number}" for number in found]
    assert [number for number in numbers if f">{number}</span>" in page] == wanted


def test_who_finds_very_many_is_asked_to_write_more(admin, monkeypatch):
    monkeypatch.setattr("distributors.admin.people.MOST_FOUND", 3)
    page = admin.get(PEOPLE, {"q": "Vermeer"}).content.decode()
    assert "Very many match" in page
    assert "Very many match" not in admin.get(PEOPLE, {"q": "eva"}).content.decode()


def test_posting_tree_fields_changes_nothing(admin, cast):
    before = Distributor.objects.filter(pk=cast.eva.pk).values().get()
    fields = {
        "sponsor": cast.gus.pk,
        "lft": 1,
        "rght": 2,
        "tree_id": 9,
        "level": 0,
        "status": "left",
        "number": "X",
    }
    admin.post(f"{PEOPLE}{cast.eva.pk}/change/", fields)
    assert Distributor.objects.filter(pk=cast.eva.pk).values().get() == before


def test_saving_the_form_after_a_move_leaves_the_move_alone(admin, cast):
    admin.get(f"{PEOPLE}{cast.eva.pk}/change/")
    tree.move(distributor_id=cast.eva.pk, sponsor_id=cast.gus.pk, effective_at=LATER)
    inlines = {
        f"{name}-{key}": 0
        for name in ("status_changes", "sponsorships", "referral_codes")
        for key in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    admin.post(f"{PEOPLE}{cast.eva.pk}/change/", inlines)
    assert Distributor.objects.get(pk=cast.eva.pk).sponsor_id == cast.gus.pk
    assert tree.problems() == []


def test_the_sponsors_of_a_person_are_shown_and_not_edited(admin, cast):
    tree.move(distributor_id=cast.eva.pk, sponsor_id=cast.gus.pk, effective_at=LATER)
    page = admin.get(f"{PEOPLE}{cast.eva.pk}/change/").content.decode()
    assert "1004" in page
    assert "1007" in page
    assert 'name="sponsorships-0-sponsor"' not in page


@pytest.mark.parametrize("what", ["add/", "{pk}/delete/"])
def test_nobody_is_added_or_deleted_here(admin, cast, what):
    path = PEOPLE + what.format(pk=cast.eva.pk)
    assert (admin.get(path).status_code, admin.post(path, {"post": "yes"}).status_code) == (403, 403)


def test_deleting_many_is_not_offered(admin, cast):
    act(admin, "delete_selected", [cast.finn.pk])
    assert Distributor.objects.filter(pk=cast.finn.pk).exists()


def test_suspending_leaves_history_with_who_and_why(admin, cast):
    act(admin, "suspend", [cast.eva.pk])
    row = StatusChange.objects.filter(distributor=cast.eva).last()
    assert (row.status, row.reason, row.by) == ("suspended", "Complaint upheld", cast.users["root"])


def test_suspending_without_a_reason_is_refused(admin, cast):
    page = act(admin, "suspend", [cast.eva.pk], reason=" ")
    assert b"Please say why" in page.content
    assert Distributor.objects.get(pk=cast.eva.pk).status == "good"


def test_looking_alone_gives_no_right_to_suspend(cast):
    cast.users["rolf"].user_permissions.add(Permission.objects.get(codename="view_distributor"))
    client = cast.client("rolf")
    act(client, "suspend", [cast.eva.pk])
    assert client.get(PEOPLE).status_code == 200
    assert Distributor.objects.get(pk=cast.eva.pk).status == "good"


def test_somebody_who_edits_logins_cannot_give_themselves_rights(cast):
    cast.users["rolf"].user_permissions.set(
        Permission.objects.filter(codename__in=["change_user", "view_user"])
    )
    path = f"/admin/distributors/user/{cast.users['rolf'].pk}/change/"
    cast.client("rolf").post(
        path, {"email": "rolf@example.com", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    )
    assert not User.objects.get(email="rolf@example.com").is_superuser


@pytest.mark.parametrize("model", ["enrolment", "referralcode"])
def test_sign_ups_and_codes_are_read_only(admin, model):
    assert admin.get(f"/admin/distributors/{model}/").status_code == 200
    assert admin.post(f"/admin/distributors/{model}/add/", {}).status_code == 403


def test_a_published_document_is_not_edited(admin):
    document = Document.objects.first()
    assert (
        admin.post(f"/admin/distributors/document/{document.pk}/change/", {"body": "Other"}).status_code
        == 403
    )
    assert Document.objects.get(pk=document.pk).body == document.body


@pytest.mark.parametrize("model", ["user", "profile", "distributor", "document"])
def test_every_list_and_form_opens(admin, cast, model):
    pk = {
        "user": cast.users["eva"].pk,
        "profile": Profile.objects.first().pk,
        "distributor": cast.eva.pk,
    }.get(model)
    assert admin.get(f"/admin/distributors/{model}/?q=eva").status_code in (200, 302)
    assert (
        admin.get(f"/admin/distributors/{model}/{pk or Document.objects.first().pk}/change/").status_code
        == 200
    )
