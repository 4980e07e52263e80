"""Personal pages: nothing is public before the company has approved it, and what was approved stays meanwhile."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from common import pictures
from distributors.models import PageVersion, PersonalPage, Picture
from distributors.operations import pages, profiles
from distributors.operations import pictures as operations
from distributors.queries import pages as queries_of
from tests.distributors.test_enrolment import NOW
from tests.portal.counting import queries
from tests.sales import factories as make

PHOTO = (Path(__file__).parent / "photo.jpg").read_bytes()
ADDRESS = "/people/eva-vermeer/"


@pytest.fixture
def soap(cast):
    return make.product()


def write(cast, story="I sell soap.", who="eva", **more):
    return cast.client(who).post("/sharing/page/", {"story": story, "products": ["SOAP-1"], **more})


def upload(data=PHOTO, name="me.jpg"):
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def waiting():
    return PageVersion.objects.get(state="waiting")


def approve(cast):
    return cast.client("quinn").post(f"/staff/pages/{waiting().key}/approve/")


def test_nothing_is_public_before_it_is_approved(cast, soap):
    assert write(cast)["Location"] == "/sharing/page/"
    assert Client().get(ADDRESS).status_code == 404
    approve(cast)
    page = Client().get(ADDRESS).content.decode()
    for words in ("Eva Vermeer", "I sell soap.", "Oat soap", "€12.90", "/r/eva-code", "were paid nothing"):
        assert words in page


def test_a_change_waits_while_the_approved_one_stays(cast, soap):
    write(cast)
    approve(cast)
    write(cast, "I sell more soap.")
    assert b"I sell more soap." not in Client().get(ADDRESS).content
    assert b"I sell more soap." in cast.client("eva").get("/sharing/page/preview/").content
    approve(cast)
    assert b"I sell more soap." in Client().get(ADDRESS).content
    assert PageVersion.objects.get(state="replaced").story == "I sell soap."


def test_refused_with_a_reason_its_writer_reads(cast, soap):
    write(cast)
    staff = cast.client("quinn")
    empty = staff.post(f"/staff/pages/{waiting().key}/refuse/", {"reason": ""})
    assert (empty.status_code, b"aria-invalid" in empty.content) == (400, True)
    staff.post(f"/staff/pages/{waiting().key}/refuse/", {"reason": "Nothing about earning, please."})
    page = cast.client("eva").get("/sharing/page/").content
    assert b"Nothing about earning, please." in page
    assert b"I sell soap." in page


def test_what_was_changed_meanwhile_is_not_approved_unread(cast, soap):
    write(cast)
    read = waiting().key
    write(cast, "Get rich with me.")
    page = cast.client("quinn").post(f"/staff/pages/{read}/approve/", follow=True)
    assert b"has changed meanwhile" in page.content
    assert not PageVersion.objects.filter(state="live").exists()


def test_an_approval_that_comes_too_late_takes_nothing_down(cast, soap):
    write(cast)
    approve(cast)
    live = PageVersion.objects.get(state="live")
    with pytest.raises(pages.NotThere):
        pages.approve(key=live.key, by=cast.users["quinn"].pk, now=NOW)
    assert PageVersion.objects.get(state="live") == live


def test_the_database_refuses_a_public_page_nobody_approved(cast, soap):
    write(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        PageVersion.objects.update(state="live")


def test_taken_down_and_withdrawn(cast, soap):
    write(cast)
    approve(cast)
    key = PageVersion.objects.get(state="live").key
    cast.client("quinn").post(f"/staff/pages/{key}/take-down/", {"reason": "A complaint"})
    assert Client().get(ADDRESS).status_code == 404
    write(cast)
    approve(cast)
    cast.client("eva").post("/sharing/page/withdraw/")
    assert Client().get(ADDRESS).status_code == 404


def test_somebody_suspended_has_no_public_page(cast, soap):
    write(cast, who="gus")
    approve(cast)
    assert Client().get("/people/gus-vermeer/").status_code == 200
    type(cast.gus).objects.filter(pk=cast.gus.pk).update(status="suspended")
    assert Client().get("/people/gus-vermeer/").status_code == 404


def test_two_of_one_name_have_two_addresses(cast):
    for name in ("eva", "finn"):
        profile = cast.people[name].profile
        profile.given_name = "Zoë"
        profile.save()
        write(cast, who=name, products=[])
    assert set(PersonalPage.objects.values_list("slug", flat=True)) == {"zoe-vermeer", "zoe-vermeer-2"}


def test_a_name_without_latin_letters_gets_an_address_by_number(cast):
    profile = cast.eva.profile
    profile.given_name, profile.family_name = "王", "秀英"
    profile.save()
    write(cast, products=[])
    assert PersonalPage.objects.get().slug == "distributor-1005"


def test_the_photo_is_drawn_anew_and_says_nothing_of_its_maker(cast, soap):
    write(cast, photo=upload())
    stored = bytes(Picture.objects.get().data)
    drawn = Image.open(io.BytesIO(stored))
    assert (drawn.format, drawn.size) == ("JPEG", (80, 120))  # turned as its EXIF said
    assert not drawn.getexif()
    for secret in (b"SecretCamera", b"SecretComment", b"Exif"):
        assert secret in PHOTO
        assert secret not in stored


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 64,
        b"<svg onload=alert(1)>",
        b"<?php phpinfo() ?>",
        PHOTO[:200],
        b"\xff" * 999,
    ],
)
def test_what_is_no_photo_is_refused_beside_the_field(cast, soap, data):
    page = write(cast, photo=upload(data))
    assert page.status_code == 400
    assert page.context["form"].errors.keys() == {"photo"}
    assert b"I sell soap." in page.content
    assert not Picture.objects.exists()


def test_a_picture_that_would_fill_the_memory_is_not_opened(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 120 * 80 - 1)
    with pytest.raises(pictures.NotAPicture, match="pixels"):
        pictures.reencode(data=PHOTO, longest=100)
    monkeypatch.setattr(pictures, "MOST_BYTES", 10)
    with pytest.raises(pictures.NotAPicture, match="large"):
        pictures.reencode(data=PHOTO, longest=100)


def test_a_large_photo_becomes_small():
    big = io.BytesIO()
    Image.new("RGBA", (2000, 1000), (0, 0, 0, 0)).save(big, "PNG")
    drawn = pictures.reencode(data=big.getvalue(), longest=800)
    assert (drawn.width, drawn.height) == (800, 400)
    assert Image.open(io.BytesIO(drawn.data)).getpixel((5, 5)) == (255, 255, 255)


def test_a_good_photo_is_not_lost_to_an_error_elsewhere(cast, soap):
    page = write(cast, story="", photo=upload())
    key = Picture.objects.get().key
    assert page.context["form"].errors.keys() == {"story"}
    assert f'value="{key}"' in page.content.decode()
    write(cast, picture=key)
    assert waiting().picture.key == key


def test_nobody_uses_somebody_elses_photo(cast, soap):
    key = operations.keep(profile_id=cast.dan.profile_id, data=PHOTO, now=NOW)
    page = write(cast, picture=key)
    assert page.context["form"].errors.keys() == {"photo"}
    assert not PageVersion.objects.exists()


def test_who_may_see_a_photo(cast, soap):
    write(cast, photo=upload())
    path = f"/pictures/{Picture.objects.get().key}/"
    seen = [cast.client(name).get(path).status_code for name in ("eva", "dan", "ivo", "paula", "quinn")]
    assert (seen, Client().get(path).status_code) == ([200, 404, 404, 404, 200], 404)
    approve(cast)
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200, "image/jpeg", "nosniff",
    )  # fmt: skip
    assert "no-store" in cast.client("dan").get(path)["Cache-Control"]


def test_the_profile_shows_the_photo_and_where_it_is_changed(cast, soap):
    client = cast.client("eva")
    assert 'href="/sharing/page/"' in client.get("/profile/").content.decode()
    write(cast, photo=upload())
    assert f"/pictures/{Picture.objects.get().key}/" in client.get("/profile/").content.decode()
    assert "/pictures/" not in cast.client("ivo").get("/profile/").content.decode()


def test_without_a_photo_after_all(cast, soap):
    write(cast, photo=upload())
    write(cast, picture=waiting().picture.key, without_photo="on")
    assert waiting().picture is None
    assert not Picture.objects.exists()


def test_erasing_a_person_leaves_nothing_of_the_page(cast, soap):
    write(cast, photo=upload())
    approve(cast)
    profiles.erase(profile_id=cast.eva.profile_id, now=NOW)
    assert (PersonalPage.objects.count(), PageVersion.objects.count(), Picture.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("story", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "=HYPERLINK(1)", "a\u202eb"])
def test_a_hostile_story_is_text(cast, soap, story):
    write(cast, story)
    approve(cast)
    page = Client().get(ADDRESS).content.decode()
    assert "<script>alert" not in page
    assert ">14<" not in page
    assert "\u202e" not in page


def test_products_that_are_not_offered_cannot_be_chosen_and_do_not_show(cast, soap):
    page = write(cast, products=["SOAP-1", "NOT-OURS"])
    assert page.context["form"].errors.keys() == {"products"}
    write(cast)
    approve(cast)
    soap.is_offered = False
    soap.save()
    assert b"Oat soap" not in Client().get(ADDRESS).content


def test_staffs_list_asks_no_more_for_more_pages(cast, soap):
    write(cast)
    staff = cast.client("quinn")
    before = queries(lambda: staff.get("/staff/pages/"))
    for name in ("ana", "ben", "dan", "finn"):
        write(cast, who=name)
    assert queries(lambda: staff.get("/staff/pages/")) == before
    assert queries_of.waiting_count() == 5
    assert b"No page is in this state" in staff.get("/staff/pages/?state=live").content


def test_the_landing_page_shows_approved_words(cast, soap):
    write(cast)
    assert b"own words, checked" not in Client().get("/r/eva-code").content
    approve(cast)
    assert b"I sell soap." in Client().get("/r/eva-code").content
