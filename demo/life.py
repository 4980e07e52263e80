"""What else went on in the demo's last weeks: links that were shared, pages, letters, orders in the portal, questions.

Everything is done by the operations the pages call, at moments of its own before the demo's today.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageDraw

from commissions.operations import adjustments, team
from common.operations import outbox
from demo import trade
from demo.cast import CUSTOMER, LEADER, MEMBER, NEWCOMER, STAFF_APPROVER, STAFF_PREPARER
from demo.words import ANSWERS, CAMPAIGNS, GUESTS, INVITED, NEWS, PAGES, QUESTIONS
from distributors.models import Distributor, LinkVisits, NewsItem, ReferralCode, User
from distributors.operations import (
    campaigns,
    invitations,
    news,
    notices,
    pages,
    pictures,
    questions,
    sponsorship,
)
from distributors.operations.news import kept_list
from sales.models import Customer, Order, Product
from sales.operations import carts, guests, invoices, orders, return_requests
from sales.operations.orders import Buyer, Item

ZONE = ZoneInfo(settings.COMPANY_TIME_ZONE)
SEED = 20_261_122
TODAY = trade.NOW.replace(tzinfo=ZONE)
# Mail of weeks ago is not sent today.
LETTERS = ("guest-placed:", "guest-shipped:", "return-asked:", "return-answered:", "invitation:", "notices:")


def at(days_ago: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of the company so many days before the demo's today."""
    day = TODAY - timedelta(days=days_ago)
    return day.replace(hour=hour, minute=minute, second=0)


@transaction.atomic
def bring() -> None:
    """All of it, once; nothing where it is there already."""
    if NewsItem.objects.exists():
        return
    random = Random(SEED)  # noqa: S311 - a demo, and the same one each time
    people = {role.email: User.objects.get(email=role.email) for role in (LEADER, MEMBER, NEWCOMER, CUSTOMER)}
    staff = {role: User.objects.get(email=role.email) for role in (STAFF_PREPARER, STAFF_APPROVER)}
    sellers = {email: _place(people[email]) for email in (LEADER.email, MEMBER.email, NEWCOMER.email)}
    _news(people)
    _statements_read(people)
    _links(random, sellers)
    _pages(sellers, staff[STAFF_APPROVER])
    _invitations(sellers)
    _orders_of_guests(random, sellers)
    _orders_in_the_portal(random, people)
    _questions(people, staff[STAFF_PREPARER])
    _views(sellers[LEADER.email])
    _asked_of_staff(sellers, staff[STAFF_PREPARER])
    for beginning in LETTERS:
        outbox.drop(beginning=beginning)


def _place(user: User) -> Distributor:
    found: Distributor = Distributor.objects.select_related("profile").get(profile__user=user)
    return found


# --- what the company says ------------------------------------------------------------------------------------------
def _news(people: dict[str, User]) -> None:
    for days_ago, title, to, ranks, body in NEWS:
        item = NewsItem.objects.create(
            title=title, body=body, to=to, ranks=kept_list(text=ranks), published_at=at(days_ago, 9)
        )
        if days_ago > 14:
            for user in people.values():
                news.mark_read(item_id=item.pk, user_id=user.pk, now=at(days_ago - 1, 19))


def _statements_read(people: dict[str, User]) -> None:
    """All there are: the last is of some weeks ago."""
    for user in people.values():
        notices.mark_read(user_id=user.pk, notice_id=None, now=at(14, 19))


# --- growing --------------------------------------------------------------------------------------------------------
def _links(random: Random, sellers: dict[str, Distributor]) -> None:
    for email, names in CAMPAIGNS.items():
        for name, days_ago in names:
            campaigns.start(distributor_id=sellers[email].pk, name=name, now=at(days_ago, 8))
    visits = [
        LinkVisits(link=link, day=day, visits=random.choice((1, 1, 2, 3, 5)))
        for link in ReferralCode.objects.filter(distributor__in=sellers.values()).order_by("pk")
        for day in _days_since(link.created_at.date())
        if random.random() < 0.4
    ]
    LinkVisits.objects.bulk_create(visits)


def _days_since(first: date) -> Iterator[date]:
    """Of the last 45 days."""
    day = max(first, TODAY.date() - timedelta(days=45))
    while day <= TODAY.date():
        yield day
        day += timedelta(days=1)


def _pages(sellers: dict[str, Distributor], approver: User) -> None:
    for email, versions in PAGES.items():
        person = sellers[email]
        photo = pictures.keep(profile_id=person.profile_id, data=_portrait(email), now=at(40))
        for days_ago, story, skus, outcome in versions:
            made = pages.submit(
                distributor_id=person.pk, story=story, skus=skus, picture_key=photo, now=at(days_ago, 20)
            )
            if outcome == "live":
                pages.approve(key=made, by=approver.pk, now=at(days_ago - 1, 11))
            elif outcome:
                pages.refuse(key=made, by=approver.pk, reason=outcome, now=at(days_ago - 1, 11))


def _portrait(email: str) -> bytes:
    """A drawn face: nobody's photo is in the demo."""
    random = Random(email)  # noqa: S311 - a demo
    ground = random.choice(("#d9e4d5", "#e9dfcf", "#d7dfe8"))
    skin, hair = random.choice((("#e8bd9a", "#5a3a22"), ("#c68863", "#241a14"), ("#f0cfb0", "#8a5a2b")))
    image = Image.new("RGB", (600, 600), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, 430, 510, 850), fill="#5f7a61")
    draw.ellipse((185, 110, 415, 430), fill=hair)
    draw.rectangle((265, 380, 335, 480), fill=skin)
    draw.ellipse((210, 165, 390, 410), fill=skin)
    draw.pieslice((200, 120, 400, 330), 180, 360, fill=hair)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=90)
    return written.getvalue()


def _invitations(sellers: dict[str, Distributor]) -> None:
    for email, invited in INVITED.items():
        for days_ago, address, opened in invited:
            now = at(days_ago, 18)
            key = invitations.send(sponsor_id=sellers[email].pk, email=address, now=now, today=now.date())
            if opened:
                invitations.note_opened(key=key, now=now + timedelta(hours=14))


# --- buying ---------------------------------------------------------------------------------------------------------
def _goods(random: Random) -> list[Item]:
    """A small basket."""
    wanted = trade.basket(random, random.choice((24, 40, 60)), TODAY.month)
    keys = dict(Product.objects.filter(sku__in=wanted).values_list("sku", "pk"))
    return [Item(keys[sku], quantity) for sku, quantity in sorted(wanted.items())]


def _orders_of_guests(random: Random, sellers: dict[str, Distributor]) -> None:
    for number, (days_ago, email, given, family, street, postcode, city, country) in enumerate(GUESTS):
        seller = sellers[email]
        links = ReferralCode.objects.filter(distributor=seller, revoked_at__isnull=True).order_by("pk")
        link = links[number % links.count()]
        details = guests.Details(
            given_name=given, family_name=family, phone="", street=street, postcode=postcode, city=city,
            country=country,
        )  # fmt: skip
        placed = guests.place(
            link_id=link.pk,
            distributor_id=seller.pk,
            details=details,
            email=f"{given}.{family}@example.net".lower().replace(" ", ""),
            items=_goods(random),
            submission=f"demo-{number}",
            now=at(days_ago, 12, number),
        )
        _carry_on(Order.objects.get(number=placed), days_ago)


def _orders_in_the_portal(random: Random, people: dict[str, User]) -> None:
    for email in (LEADER.email, MEMBER.email, CUSTOMER.email):
        for days_ago in (17, 9, 1):
            placed = orders.place(
                buyer=_buyer(people[email]),
                items=_goods(random),
                purpose=Order.Purpose.OWN_USE,
                now=at(days_ago, 9, days_ago),
            )
            _carry_on(placed, days_ago)
            if days_ago == 9 and email != LEADER.email:
                _ask_to_return(placed)
        item = _goods(random)[0]
        carts.add(
            user_id=people[email].pk, product_id=item.product_id, quantity=item.quantity, today=TODAY.date()
        )


def _buyer(user: User) -> Buyer:
    customer = Customer.objects.filter(profile__user=user).first()
    return Buyer(customer_id=customer.pk) if customer else Buyer(distributor_id=_place(user).pk)


def _carry_on(order: Order, days_ago: int) -> None:
    """Paid after an hour, shipped the next day; what was ordered yesterday or today still waits."""
    if days_ago < 1:
        return
    paid = order.placed_at + timedelta(hours=1)
    orders.mark_paid(order_id=order.pk, paid_at=paid, by=None)
    invoices.invoice(order_id=order.pk, now=paid)
    if days_ago > 1:
        orders.ship(order_id=order.pk, now=order.placed_at + timedelta(days=1))


def _ask_to_return(order: Order) -> None:
    line = order.lines.order_by("position")[0]
    now = at(3, 17)
    return_requests.ask(
        order_id=order.pk,
        lines=[return_requests.Back(line.pk, 1)],
        reason="The scent is stronger than I thought",
        now=now,
        today=now.date(),
    )


# --- asking, and the company's desk ---------------------------------------------------------------------------------
def _questions(people: dict[str, User], clerk: User) -> None:
    for days_ago, email, topic, subject, text in QUESTIONS:
        asked = questions.ask(
            user_id=people[email].pk, topic=topic, subject=subject, text=text, now=at(days_ago, 16)
        )
        if subject in ANSWERS:
            questions.answer(key=str(asked.key), by=clerk.pk, text=ANSWERS[subject], now=at(days_ago - 1, 10))


def _views(leader: Distributor) -> None:
    for name, query in (("Close to a rank", "close=on"), ("Not active yet", "activity=inactive")):
        team.save_view(distributor_id=leader.pk, name=name, query=query, now=at(12))


def _asked_of_staff(sellers: dict[str, Distributor], clerk: User) -> None:
    leader, member = sellers[LEADER.email], sellers[MEMBER.email]
    adjustments.request(
        number=member.number,
        label="Goodwill",
        amount=2_500,
        reason="A parcel of October came three weeks late",
        evidence="Letter of 12 November, folder 2026/311",
        by=clerk.pk,
        now=at(4),
    )
    moved = Distributor.objects.filter(sponsor=leader, status=Distributor.Status.GOOD).exclude(pk=member.pk)
    for head in moved.order_by("-joined_at", "-pk"):
        # Who stands above the member cannot come under them.
        with suppress(sponsorship.CannotChange):
            sponsorship.request(
                number=head.number,
                sponsor_number=member.number,
                reason="Both asked for it in writing; they live in the same town",
                effective_at=datetime(2026, 12, 1, tzinfo=ZONE),
                by=clerk.pk,
                now=at(2),
            )
            return
