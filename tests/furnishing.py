"""Something behind every address: a plan, a product, Eva's orders, October 2026 closed and final, November open.

And a binary tree with Eva at its top, in which Finn waits for her choice.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from commissions.models import Adjustment, Correcting, Run, Withholding
from commissions.operations import (
    adjustments,
    correcting,
    estimates,
    periods,
    plans,
    runs,
    schedule,
    withholding,
)
from common.operations import jobs
from distributors.models import Invitation, PageVersion, Picture, Question, ReferralCode, SponsorChange
from distributors.operations import holding, invitations, pages, pictures, placing, questions, sponsorship
from sales.models import Order, ReturnRequest
from sales.operations import guests, invoices, orders, products, return_requests
from tests.cast import Cast
from tests.portal.policy import (
    ADJUSTMENT,
    ASKED,
    CHANGE,
    CORRECTION,
    GUEST_INVOICE,
    GUEST_ORDER,
    INVITED,
    PAGE,
    PICTURE,
    QUESTION,
    WITHHELD,
)

PLAN = Path(__file__).resolve().parents[1] / "commissions/plans/linden.yaml"
PHOTO = Path(__file__).resolve().parent / "portal/photo.jpg"
OCTOBER = datetime(2026, 10, 12, 10, 0, tzinfo=UTC)
CLOSED_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
NOBODY_LIVES_TO_SEE = datetime(2300, 1, 1, tzinfo=UTC)
EVAS_ORDER = "P000005"


def product(*, sku: str = "BALM", name: str = "Oat balm", points: int = 6_000) -> int:
    terms = products.Terms(
        valid_from=date(2025, 1, 1),
        retail_price=4_500,
        preferred_price=4_100,
        distributor_price=3_400,
        qualifying=points,
        commissionable=points * 9 // 10,
    )
    return products.offer(sku=sku, name=name, product_class="product", terms=terms)


def buy(
    *,
    distributor_id: int | None = None,
    customer_id: int | None = None,
    product_id: int,
    pieces: int,
    at: datetime,
) -> int:
    buyer = orders.Buyer(distributor_id=distributor_id, customer_id=customer_id)
    order = orders.place(buyer=buyer, items=[orders.Item(product_id, pieces)], purpose="own_use", now=at)
    orders.mark_paid(order_id=order.pk, paid_at=at, by=None)
    return order.pk


def work(*, now: datetime) -> None:
    """Everything that is due, done at once."""
    while jobs.advance_due(now=now, owner="the test"):
        pass


def close(*, cast: Cast, key: str, now: datetime, final: bool = True) -> Run:
    """Close a month with Paula preparing and Quinn approving."""
    preparer, approver = cast.users["paula"].pk, cast.users["quinn"].pk
    periods.close(key=key, by=preparer, now=now)
    work(now=now)
    run = Run.objects.filter(period__key=key, kind=Run.Kind.CLOSE).latest("number")
    if final:
        later = now + timedelta(hours=1)
        runs.review(run_id=run.pk, by=preparer, now=later)
        runs.approve(run_id=run.pk, by=approver, typed_total=run.total, now=later)
        work(now=later)
        run.refresh_from_db()
    return run


def ask_for_a_change(*, cast: Cast) -> None:
    """Gus is to stand under Cleo from the open month on; Paula asks, and nobody has decided."""
    change = sponsorship.request(
        number=cast.gus.number,
        sponsor_number=cast.cleo.number,
        reason="Both asked for it in writing",
        effective_at=datetime(2026, 11, 1, tzinfo=UTC),
        by=cast.users["paula"].pk,
        now=NOVEMBER,
    )
    SponsorChange.objects.filter(pk=change.pk).update(key=CHANGE)


def ask_for_an_adjustment(*, cast: Cast) -> None:
    """Eva is to get something for a parcel that came late; Paula asks, and nobody has decided."""
    made = adjustments.request(
        number=cast.eva.number,
        label="Goodwill",
        amount=1_500,
        reason="The parcel of P000005 came three weeks late",
        evidence="Letter of 9 November, folder 2026/114",
        by=cast.users["paula"].pk,
        now=NOVEMBER,
    )
    Adjustment.objects.filter(pk=made.pk).update(key=ADJUSTMENT)


def ask_for_a_correction(*, cast: Cast) -> None:
    """Dan's order of October was a test; Paula asks, and nobody has looked at it."""
    made = correcting.ask(
        period_key="2026-10",
        plan_id=Run.objects.get(period__key="2026-10", state=Run.State.FINAL).plan_id,
        reason="An order that was a test",
        evidence="Ticket 2026/118",
        without_orders=[cast.dan.sales.order_by("booked_at")[0].number],
        by=cast.users["paula"].pk,
        now=NOVEMBER,
    )
    runs.advance(run_id=made.pk, now=NOVEMBER)
    Correcting.objects.filter(run=made).update(key=CORRECTION)


def write_a_page(*, cast: Cast) -> None:
    """Eva's page is public with a photo; a change of it waits."""
    profile, staff = cast.eva.profile_id, cast.users["quinn"].pk
    photo = pictures.keep(profile_id=profile, data=PHOTO.read_bytes(), now=OCTOBER)
    story = "I sell the oat balm at the Friday market."
    first = pages.submit(
        distributor_id=cast.eva.pk, story=story, skus=["BALM"], picture_key=photo, now=OCTOBER
    )
    pages.approve(key=first, by=staff, now=OCTOBER)
    changed = f"{story}\n\nWrite to me before you decide."
    waiting = pages.submit(
        distributor_id=cast.eva.pk, story=changed, skus=["BALM"], picture_key=photo, now=NOVEMBER
    )
    PageVersion.objects.filter(key=waiting).update(key=PAGE)
    Picture.objects.filter(key=photo).update(key=PICTURE)


def ask_for_a_return(*, order_number: str) -> None:
    """Eva has an invoice of her order of October, and wants to give one piece back."""
    order = Order.objects.get(number=order_number)
    invoices.invoice(order_id=order.pk, now=NOVEMBER)
    line = order.lines.get()
    return_requests.ask(
        order_id=order.pk, lines=[return_requests.Back(line.pk, 1)], reason="The lid is broken",
        now=NOVEMBER, today=NOVEMBER.date(),
    )  # fmt: skip
    ReturnRequest.objects.update(key=ASKED)


def ask_the_company(*, cast: Cast) -> None:
    """Eva has asked something, and nobody has answered."""
    made = questions.ask(
        user_id=cast.users["eva"].pk, topic="orders", subject="Where is it?", text="Since May.", now=NOVEMBER
    )
    Question.objects.filter(pk=made.pk).update(key=QUESTION)


def sell_to_a_guest(*, cast: Cast, product_id: int) -> None:
    """Mara buys through Eva's link without a login; it is paid, and has an invoice."""
    details = guests.Details(
        given_name="Mara", family_name="Wouters", phone="", street="Coupure 12", postcode="9000", city="Ghent",
        country="BE",
    )  # fmt: skip
    number = guests.place(
        link_id=ReferralCode.objects.get(code="eva-code").pk, distributor_id=cast.eva.pk, details=details,
        email="mara@example.com", items=[guests.Item(product_id, 1)], submission="mara", now=NOVEMBER,
    )  # fmt: skip
    order = Order.objects.get(number=number)
    orders.mark_paid(order_id=order.pk, paid_at=NOVEMBER, by=None)
    paper = invoices.invoice(order_id=order.pk, now=NOVEMBER)
    if (number, paper.number) != (GUEST_ORDER, GUEST_INVOICE):
        raise AssertionError(number, paper.number)


def miss_a_form(*, cast: Cast) -> None:
    """Finn's tax form is missing, says Quinn."""
    made = withholding.withhold(
        number=cast.finn.number,
        reason="tax_form",
        note="Send it to the office.",
        by=cast.users["quinn"].pk,
        now=NOVEMBER,
    )
    Withholding.objects.filter(pk=made.pk).update(key=WITHHELD)


def furnish(*, cast: Cast) -> None:
    plans.adopt(document=PLAN.read_text(encoding="utf-8"), now=OCTOBER)
    periods.open_first(key="2026-10", now=OCTOBER)
    balm = product()
    for name in ("ana", "ben", "cleo", "dan", "eva", "finn"):
        buy(distributor_id=cast.people[name].pk, product_id=balm, pieces=2, at=OCTOBER)
    close(cast=cast, key="2026-10", now=CLOSED_AT)
    buy(distributor_id=cast.eva.pk, product_id=balm, pieces=2, at=NOVEMBER)
    estimates.refresh(now=NOVEMBER)
    schedule.enqueue_due(now=NOVEMBER)
    ask_for_a_change(cast=cast)
    ask_for_an_adjustment(cast=cast)
    ask_the_company(cast=cast)
    miss_a_form(cast=cast)
    ask_for_a_correction(cast=cast)
    invitations.send(sponsor_id=cast.eva.pk, email="mara@example.com", now=NOVEMBER, today=NOVEMBER.date())
    Invitation.objects.update(key=INVITED)
    ReferralCode.objects.create(
        distributor=cast.eva, code="eva-stall", campaign="Friday market", created_at=OCTOBER
    )
    write_a_page(cast=cast)
    ask_for_a_return(order_number=EVAS_ORDER)
    sell_to_a_guest(cast=cast, product_id=balm)
    legs = placing.open_tree(name="legs", slots=["left", "right"], top_number="1005", now=NOVEMBER)
    holding.hold(tree=legs, owner_id=cast.finn.pk, until=NOBODY_LIVES_TO_SEE, now=NOVEMBER)
