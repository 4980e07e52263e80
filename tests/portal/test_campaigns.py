"""Links of campaigns, and what is counted of them."""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from distributors.models import Enrolment, LinkVisits, ReferralCode
from distributors.operations import campaigns, enrolment, visits
from sales.models import Order
from sales.queries.links import orders_by_link
from tests.distributors.test_enrolment import NOW, sign_up
from tests.portal.counting import queries
from tests.sales import factories as make

BROWSER = {"user-agent": "Mozilla/5.0 (iPhone)"}
OTHER = {"user-agent": "Mozilla/5.0 (Android)"}


@pytest.fixture
def market(cast):
    return campaigns.start(distributor_id=cast.eva.pk, name="Friday market", now=NOW)


def counted(code):
    return sum(LinkVisits.objects.filter(link__code=code).values_list("visits", flat=True))


def test_a_campaign_has_a_link_that_names_its_owner(cast, market):
    assert b"Eva Vermeer invites you" in Client().get(f"/r/{market}").content
    assert b"Eva Vermeer invites you" in Client().get("/r/eva-code").content


def test_a_visit_is_counted_once_a_day_for_each_browser(cast, market):
    for headers in (BROWSER, BROWSER, OTHER):
        Client().get(f"/r/{market}", headers=headers)
    assert counted(market) == 2


def test_without_its_memory_the_second_look_would_count(cast, market):
    """The control: what keeps the second look from counting is the day's digest, and nothing else."""
    for _ in range(2):
        Client().get(f"/r/{market}", headers=BROWSER)
        cache.clear()
    assert counted(market) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "WhatsApp/2.23"},
        {"user-agent": "Googlebot/2.1"},
        {**BROWSER, "sec-purpose": "prefetch;prerender"},
        {**BROWSER, "sec-fetch-dest": "image"},
    ],
)
def test_machines_and_looks_ahead_are_not_counted(cast, market, headers):
    Client().get(f"/r/{market}", headers=headers)
    assert counted(market) == 0


def test_members_and_nobodys_links_are_not_counted(cast, market):
    cast.client("finn").get(f"/r/{market}", headers=BROWSER)
    Client().get("/r/nobody", headers=BROWSER)
    assert LinkVisits.objects.count() == 0


def test_nothing_that_is_kept_tells_who_visited(cast, market):
    Client().get(
        f"/r/{market}", headers={**BROWSER, "x-forwarded-for": "198.51.100.9"}, REMOTE_ADDR="198.51.100.9"
    )
    assert {field.name for field in LinkVisits._meta.concrete_fields} == {"id", "link", "day", "visits"}
    kept = [key for key in cache._cache if "visit" in key]
    assert len(kept) == 2  # the digest, and the day's key it was made with
    assert not [key for key in kept if "198.51.100" in key or "iPhone" in key]


def test_the_sign_up_is_the_campaigns_and_its_orders_too(cast, market):
    user_id = sign_up(code=market)
    person = enrolment.confirm(user_id=user_id, now=NOW).distributor_id
    make.order(_distributor(person), (make.product(), 1), paid_at=make.NOON)
    unpaid = make.order(_distributor(person), (make.product(sku="OTHER"), 1))
    link = ReferralCode.objects.get(code=market).pk
    assert Enrolment.objects.get(user_id=user_id).referral_id == link
    assert (orders_by_link(link_ids=[link]), unpaid.state) == ({link: 1}, Order.State.PLACED)


def test_a_customers_paid_order_is_counted(cast, market):
    link = ReferralCode.objects.get(code=market)
    ivo = cast.users["ivo"].profile
    Enrolment.objects.create(
        kind="customer",
        user=cast.users["ivo"],
        profile=ivo,
        sponsor=cast.eva,
        referral=link,
        signed_up_at=NOW,
    )
    make.order(ivo.customer, (make.product(), 1), paid_at=make.NOON)
    assert orders_by_link(link_ids=[link.pk]) == {link.pk: 1}


def test_a_name_twice_is_said_beside_the_field_and_kept(cast, market):
    page = cast.client("eva").post("/sharing/campaign/", {"name": "Friday market"})
    assert page.status_code == 409
    assert 'value="Friday market"' in page.content.decode()
    assert ReferralCode.objects.filter(campaign="Friday market").count() == 1


def test_the_database_refuses_a_second_running_campaign_of_the_name(cast, market):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReferralCode.objects.create(distributor=cast.eva, code="x", campaign="Friday market", created_at=NOW)


def test_the_page_of_ones_own_link_speaks_of_no_occasion(cast, market):
    client, occasion = cast.client("eva"), "For this occasion alone"
    own = ReferralCode.objects.get(distributor=cast.eva, campaign="").code
    assert occasion in client.get(f"/sharing/link/{market}/").text
    assert occasion not in client.get(f"/sharing/link/{own}/").text


def test_an_ended_campaign_leads_to_nobody_and_keeps_its_counts(cast, market):
    visits.count(link_id=ReferralCode.objects.get(code=market).pk, day=date(2026, 11, 20))
    client = cast.client("eva")
    assert client.post(f"/sharing/link/{market}/end/")["Location"] == "/sharing/"
    assert b"does not lead to anybody" in Client().get(f"/r/{market}").content
    assert b"November 2026</dt><dd>1" in client.get(f"/sharing/link/{market}/").content
    assert client.get(f"/sharing/link/{market}/qr/").status_code == 404


def test_nobody_ends_somebody_elses(cast, market):
    assert cast.client("dan").post(f"/sharing/link/{market}/end/").status_code == 404
    assert ReferralCode.objects.get(code=market).revoked_at is None


def test_a_new_own_link_leaves_campaigns_running(cast, market):
    cast.client("eva").post("/sharing/renew/")
    assert ReferralCode.objects.get(code=market).revoked_at is None
    assert ReferralCode.objects.get(code="eva-code").revoked_at is not None


def test_the_list_asks_no_more_for_more_links(cast, market):
    client = cast.client("eva")
    before = queries(lambda: client.get("/sharing/"))
    for at in range(6):
        code = campaigns.start(distributor_id=cast.eva.pk, name=f"Stall {at}", now=NOW)
        visits.count(link_id=ReferralCode.objects.get(code=code).pk, day=date(2026, 11, 20))
    assert queries(lambda: client.get("/sharing/")) == before


def test_the_list_is_narrowed_and_sorted(cast, market):
    client = cast.client("eva")
    campaigns.start(distributor_id=cast.eva.pk, name="Advent", now=NOW)
    visits.count(link_id=ReferralCode.objects.get(code=market).pk, day=date(2026, 11, 20))
    page = client.get("/sharing/?sort=visits").content.decode()
    assert page.index("Friday market") < page.index("Advent")
    client.post(f"/sharing/link/{market}/end/")
    assert b"Friday market</a>" not in client.get("/sharing/?state=running").content


def test_a_hostile_name_is_text(cast):
    cast.client("eva").post("/sharing/campaign/", {"name": "<script>alert(1)</script>\u202e"})
    page = cast.client("eva").get("/sharing/").content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in ReferralCode.objects.get(campaign__startswith="<script>").campaign


def test_at_most_fifty_run_at_once(cast, monkeypatch):
    monkeypatch.setattr(campaigns, "MOST_RUNNING", 1)
    campaigns.start(distributor_id=cast.eva.pk, name="One", now=NOW)
    page = cast.client("eva").post("/sharing/campaign/", {"name": "Two"})
    assert (page.status_code, b"End one before" in page.content) == (409, True)


def _distributor(pk):
    from distributors.models import Distributor

    return Distributor.objects.get(pk=pk)
