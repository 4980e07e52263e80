"""What the company's own people might send the admin, by mistake or otherwise: an answer beside the field."""

import pytest

from commissions.models import PlanVersion
from sales.models import Product, ProductTerms
from tests.furnishing import PLAN
from tests.portal.hostile import quiet
from tests.sales.test_admin import product_form

PLAN_ADD, PRODUCT_ADD = "/admin/commissions/planversion/add/", "/admin/sales/product/add/"
LINDEN = PLAN.read_text(encoding="utf-8")
NEWER = LINDEN.replace("version: 1\n", "version: 2\n", 1).replace(
    "starts: 2025-01-01", "starts: 2026-12-01", 1
)
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
PLANS = {
    "nothing": "", "blank": " \n\t\n", "a word": "plan", "a list": "- 1\n- 2\n", "a bomb": BOMB,
    "python": "plan: !!python/object/apply:os.system ['true']\n", "deep": "[" * 10_000 + "]" * 10_000,
    "open": "plan: {name: 'Lin", "tab": "plan:\n\tname: x\n", "two documents": f"{LINDEN}\n---\n{LINDEN}",
    "too long": LINDEN + "# x\n" * 100_000, "nul": LINDEN + "\x00", "an endless merge": "plan: &p {<<: *p}\n",
    "the first day of all": NEWER.replace("starts: 2026-12-01", "starts: 0001-01-01"),
    "no such day": NEWER.replace("starts: 2026-12-01", "starts: 2026-02-30"),
    "too high a version": NEWER.replace("version: 2\n", f"version: {'9' * 5_000}\n"),
    "no number": NEWER.replace("pv >= 100}", "pv >= NaN}"),
    "a number without end": NEWER.replace("pv >= 100}", f"pv >= {'9' * 6_000}}}"),
    "deep brackets": NEWER.replace("gv - largest(gv of frontline)", "(" * 5_000 + "gv" + ")" * 5_000),
    "markup": NEWER.replace("label: Linden & Rye 2025", "label: <script>alert(1)</script>"),
    "rate above all": NEWER.replace("6%", f"{'9' * 400}%"),
}  # fmt: skip

# Taken as any other: text is text, and a version that starts earlier than one in force is never in force.
HARMLESS = ("markup", "the first day of all")


@pytest.fixture
def root(cast):
    return cast.client("root")


@pytest.mark.parametrize("name", PLANS)
def test_a_hostile_plan_is_refused_or_shown_inert(root, furnished, name):
    with quiet():
        answer = root.post(PLAN_ADD, {"document": PLANS[name]}, follow=True)
    assert answer.status_code in (200, 400)
    page = answer.content.decode()
    assert "<script>alert(1)" not in page
    assert PlanVersion.objects.count() == 1 or name in HARMLESS
    assert "errornote" in page or PlanVersion.objects.count() == 2


def test_a_newer_plan_is_taken(root, furnished):
    """The control: what the hostile ones are made of is a good plan."""
    root.post(PLAN_ADD, {"document": NEWER})
    assert PlanVersion.objects.count() == 2


HUGE = ("99999999999999999999", "9223372036854775808", "1e18", "1e999999999", "NaN", "Infinity", "-0.01", "9" * 5_000,
        "\uff11\uff12", "0x10", "1_000", "12,50", "<b>1</b>")  # fmt: skip
DAYS = (
    "0000-01-01",
    "10000-01-01",
    "2026-02-30",
    "9" * 30,
    "-1",
    "NaN",
    "1 January",
)


@pytest.mark.parametrize("amount", HUGE)
@pytest.mark.parametrize("field", ["retail_price", "commissionable"])
def test_an_amount_no_column_holds_is_refused_beside_it(root, field, amount):
    with quiet():
        answer = root.post(PRODUCT_ADD, product_form(**{f"terms-0-{field}": amount}))
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Product.objects.exists()


@pytest.mark.parametrize("day", DAYS)
def test_a_day_outside_the_calendar_is_refused_beside_it(root, day):
    with quiet():
        answer = root.post(PRODUCT_ADD, product_form(**{"terms-0-valid_from": day}))
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not ProductTerms.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_break_no_catalogue(root, cast, day):
    root.post(PRODUCT_ADD, product_form(**{"terms-0-valid_from": day, "product_class": "product"}))
    for path in ("/catalogue/", "/cart/"):
        assert cast.client("eva").get(path).status_code == 200
    assert root.get("/admin/sales/product/").status_code == 200


@pytest.mark.parametrize("value", ["99999999999999999999", "x" * 10_000, "NaN", "", "a\x00b"])
def test_an_action_on_no_row_changes_none(root, furnished, value):
    for path, action in (
        ("/admin/sales/order/", "mark_paid"),
        ("/admin/distributors/distributor/", "suspend"),
    ):
        with quiet():
            answer = root.post(path, {"action": action, "_selected_action": value, "reason": "x"})
        assert answer.status_code in (302, 400)


def test_an_error_of_our_own_is_still_an_error(root, monkeypatch):
    """The control: only what was sent wrongly is 400; what we do wrongly is not hidden."""
    from sales.admin.products import ProductAdmin

    def falls(*_):
        raise ValueError("our own mistake")

    monkeypatch.setattr(ProductAdmin, "get_queryset", falls)
    with pytest.raises(ValueError, match="our own"):
        root.get("/admin/sales/product/")


def test_a_session_deleted_by_staff_is_over(root, cast):
    from allauth.usersessions.models import UserSession

    eva = cast.client("eva")
    eva.get("/")
    session = UserSession.objects.get(user=cast.users["eva"])
    assert (
        session.session_key
        not in root.get(f"/admin/usersessions/usersession/{session.pk}/change/").content.decode()
    )
    root.post(f"/admin/usersessions/usersession/{session.pk}/delete/", {"post": "yes"})
    assert eva.get("/")["Location"].startswith("/accounts/login/")


def test_staff_see_that_there_is_a_second_factor_and_not_what_it_is(root, cast):
    from allauth.mfa.models import Authenticator

    made = Authenticator.objects.create(user=cast.users["eva"], type="totp", data={"secret": "SEALEDSECRET"})
    page = root.get(f"/admin/mfa/authenticator/{made.pk}/change/").content.decode()
    assert "eva@example.com" in page
    assert "SEALEDSECRET" not in page
