"""From an order to its reason, the rank report, and the statement as a paper."""

import html
import re

import pytest

from commissions.models import Run
from commissions.operations import estimates, plans
from commissions.queries import order_reasons, rank_report, unpaid
from distributors.tree import move
from sales.models import Order
from sales.operations import orders
from tests.cast import join
from tests.commissions.conftest import PLAN, START, at, draft, finish
from tests.portal.counting import queries
from tests.remembered import remembered

PEOPLE = ("ana", "ben", "cleo", "dan", "eva", "finn", "gus", "hana")
CAP = "{label: Capped, leg: gv, own: pv, leg_cap: 25%, leg_cap_base: requirement, own_volume: uncapped}"
CAPPED = (
    PLAN.read_text()
    .replace("  outside: {", f"  capped: {CAP}\n  outside: {{")
    .replace("test: gv >= 800", "test: capped >= 800")
)


@pytest.fixture
@remembered
def final(october, cast):
    finish(cast, draft())
    return october


def text(response):
    return response.content.decode()


def asked(cast, who, number):
    return text(cast.client(who).get("/earnings/order/", {"number": number}))


def of(cast, who, order):
    return order_reasons.of_order(person_id=cast.people[who].pk, number=order.number)


def test_what_an_order_paid_is_told_with_its_sentence(final, cast):
    order = Order.objects.get(seller=cast.cleo)
    answer = of(cast, "ben", order)
    assert [(one.bonus, one.amount, one.key) for one in answer.paid] == [("level_pay", 992, "2026-10")]
    assert answer.levels == 1
    page = asked(cast, "ben", f" #{order.number.lower()} ")
    assert "Cleo Vermeer bought on" in page
    assert "9.92" in page


def test_why_an_order_paid_nothing_is_told(final, cast):
    # Ben, a Builder, is not paid on level 4, where Finn sold; a Leader is.
    page = asked(cast, "ben", Order.objects.get(seller=cast.finn).number)
    assert "It paid you nothing" in page
    assert "is not paid on level 4. A Leader is." in page


def told_by_orders(cast, name, run):
    """Orders by bonus and reason, each asked by its number."""
    found = {}
    for order in Order.objects.order_by("number"):
        try:
            reasons = order_reasons.of_order(person_id=cast.people[name].pk, number=order.number).reasons
        except order_reasons.NotVisible:
            continue
        for reason in reasons:
            found.setdefault((reason.group.bonus, reason.group.why), set()).add(order.number)
    return found


@pytest.mark.parametrize("name", PEOPLE)
def test_one_order_is_told_what_the_whole_month_tells(final, cast, name):
    whole = {}
    for group in unpaid.groups(person_id=cast.people[name].pk, key="2026-10"):
        whole.setdefault((group.bonus, group.why), set()).update(group.numbers)
    assert told_by_orders(cast, name, Run.objects.get(state="final")) == whole


def test_somebody_elses_order_and_none_are_the_same(final, cast):
    said = "There is no order of this number among yours"
    for number in (Order.objects.get(seller=cast.gus).number, "P999999", "x'--", "<b>"):
        assert said in asked(cast, "cleo", number)


def test_an_order_that_does_not_count_says_why(october, cast):
    waiting = orders.place(
        buyer=orders.Buyer(distributor_id=cast.cleo.pk),
        items=[orders.Item(product_id=october.product_id, quantity=1)],
        purpose="own_use",
        now=at(10, 15),
    )
    back = october.sell("cleo", 2, at(10, 15))
    october.take_back(back, 2, at(10, 16))
    estimates.refresh(now=at(10, 20))
    assert of(cast, "ben", waiting).situation == "unpaid"
    assert of(cast, "ben", back).situation == "returned"
    orders.cancel(order_id=waiting.pk, now=at(10, 21))
    assert of(cast, "ben", waiting).situation == "cancelled"


def test_what_came_back_of_an_order_stands_beside_it(october, cast):
    order = Order.objects.get(seller=cast.cleo)
    estimates.refresh(now=at(10, 20))
    assert "came back" not in asked(cast, "ben", order.number)
    october.take_back(order, 1, at(10, 21))
    estimates.refresh(now=at(10, 22))
    assert "Part of it came back" in asked(cast, "ben", order.number)
    october.take_back(order, 3, at(10, 23))
    page = asked(cast, "ben", order.number)
    assert "All of it came back" in page
    assert "21 October 2026, 23 October 2026" in page


def test_until_what_came_back_later_is_taken_back_it_is_said_to_be(final, cast):
    order, said = Order.objects.get(seller=cast.cleo), "It came back after October 2026."
    assert said not in asked(cast, "ben", order.number)
    final.take_back(order, order.lines.get().quantity, at(11, 3))
    assert said in asked(cast, "ben", order.number)
    estimates.refresh(now=at(11, 4))
    page = asked(cast, "ben", order.number)
    assert said not in page
    assert "taken back" in page


def test_from_an_order_it_is_one_step_to_what_it_paid(final, cast):
    order = Order.objects.get(seller=cast.cleo)
    client = cast.client("cleo")
    assert f"/earnings/order/?number={order.number}" in text(client.get(f"/orders/{order.number}/"))
    assert text(client.get("/earnings/order/", {"number": order.number}))


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/earnings/2026-10/", "What October 2026 paid me"),
        ("/earnings/2026-10/level_pay/1/", "What order {number} paid me"),
        ("/earnings/order/?number={number}", "What order {number} paid me"),
    ],
)
def test_an_amount_that_is_doubted_is_asked_about_in_one_step(final, cast, path, subject):
    number, client = Order.objects.get(seller=cast.cleo).number, cast.client("ben")
    page = text(client.get(path.format(number=number)))
    links = [html.unescape(one) for one in re.findall(r'href="(/questions/ask/[^"]+)"', page)]
    asked_about = [text(client.get(one)) for one in links]
    said = f'value="{subject.format(number=number)}"'
    assert any(said in one and '<option value="earnings" selected>' in one for one in asked_about)


def test_an_order_of_a_month_without_figures_says_so(october, cast):
    answer = of(cast, "ben", Order.objects.get(seller=cast.cleo))
    assert (answer.situation, answer.key) == ("unmeasured", "2026-10")


def test_what_came_back_later_stands_beside_what_was_paid(final, cast):
    order = Order.objects.get(seller=cast.cleo)
    final.take_back(order, 4, at(11, 10))
    estimates.refresh(now=at(11, 11))
    answer = of(cast, "ben", order)
    assert [(one.key, one.corrects, one.amount) for one in answer.paid] == [
        ("2026-10", "", 992),
        ("2026-11", "2026-10", -992),
    ]


def test_who_sold_elsewhere_in_that_month_could_not_pay(final, cast):
    move(distributor_id=cast.finn.pk, sponsor_id=cast.gus.pk, effective_at=at(11, 4))
    answer = of(cast, "gus", Order.objects.get(seller=cast.finn))
    assert (answer.situation, answer.paid, answer.reasons) == ("elsewhere", (), ())


def test_an_answer_asks_no_more_in_a_larger_company(october, cast):
    estimates.refresh(now=at(10, 15))
    client, number = cast.client("ana"), Order.objects.get(seller=cast.finn).number
    before = queries(lambda: client.get("/earnings/order/", {"number": number}))
    for at_ in range(8):
        join(cast=cast, name=f"new{at_}", under="ben", number=str(2001 + at_))
        october.sell(f"new{at_}", 2, at(10, 16))
    estimates.refresh(now=at(10, 20))
    assert queries(lambda: client.get("/earnings/order/", {"number": number})) == before


def test_orders_that_paid_nothing_are_named_and_lead_to_their_answer(final, cast):
    number = Order.objects.get(seller=cast.finn).number
    page = text(cast.client("ben").get("/earnings/2026-10/nothing/"))
    assert f'href="/earnings/order/?number={number}"' in page


def test_the_rank_report_tells_what_was_counted_and_what_was_missing(final, cast):
    page = text(cast.client("cleo").get("/earnings/2026-10/rank-report/"))
    assert "In October 2026 you were paid as Partner." in page
    # A Builder needs two active legs; Cleo has Dan's.
    assert re.search(r"Legs with an active person.*?<b>1</b> / 2.*?1 missing", page, re.DOTALL)
    assert 'href="/team/1004/"' in page


def test_a_leg_at_risk_is_called_so_as_in_the_team(final, cast):
    estimates.refresh(now=at(11, 4))
    client = cast.client("ben")
    for page in ("/team/", "/earnings/2026-11/rank-report/"):
        assert re.search(r"Cleo Vermeer.*?At risk", text(client.get(page)), re.DOTALL)
    assert "At risk" not in text(client.get("/earnings/2026-10/rank-report/"))


def test_the_report_asks_no_more_for_more_legs(october, cast):
    estimates.refresh(now=at(10, 15))
    client = cast.client("ben")
    before = queries(lambda: client.get("/earnings/2026-10/rank-report/"))
    for at_ in range(8):
        join(cast=cast, name=f"new{at_}", under="ben", number=str(2001 + at_))
    estimates.refresh(now=at(10, 20))
    assert queries(lambda: client.get("/earnings/2026-10/rank-report/")) == before


def test_the_report_says_what_of_each_leg_was_cut(shop, cast):
    from commissions.operations import periods

    plans.adopt(document=CAPPED, now=START)
    periods.open_first(key="2026-10", now=at(10, 1))
    for name, pieces in (("ben", 4), ("cleo", 20), ("gus", 4)):
        shop.sell(name, pieces, at(10, 10))
    estimates.refresh(now=at(10, 20))
    (capped,) = rank_report.of_person(person_id=cast.ben.pk, key="2026-10").capped
    # A quarter of 800.00 counts of a leg: of Cleo's 620.00 no more, of Gus's 124.00 all.
    assert [(leg.is_own, leg.volume, leg.counted) for leg in capped.legs] == [
        (False, 62_000, 20_000),
        (False, 12_400, 12_400),
        (True, 12_400, 12_400),
        (False, 0, 0),
    ]
    page = text(cast.client("ben").get("/earnings/2026-10/rank-report/"))
    assert "what was counted of each leg" in page
    assert "420.00" in page


def test_who_is_no_longer_below_has_no_name_in_the_report(final, cast):
    move(distributor_id=cast.dan.pk, sponsor_id=cast.gus.pk, effective_at=at(11, 4))
    page = text(cast.client("cleo").get("/earnings/2026-10/rank-report/"))
    assert "Dan Vermeer" not in page
    assert "Somebody no longer in your team" in page


def test_the_statement_is_a_paper(final, cast):
    answer = cast.client("ben").get("/earnings/2026-10/statement.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert 'filename="statement-2026-10.pdf"' in answer.headers["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/FontFile2") >= 2


@pytest.fixture
def written(monkeypatch):
    """Every row that a paper is given."""
    from common.paper import Paper

    found, rows = [], Paper.rows

    def noted(self, given):
        found.extend(given)
        rows(self, given)

    monkeypatch.setattr(Paper, "rows", noted)
    return found


def test_the_papers_amounts_are_those_of_the_page(final, cast, written):
    cast.client("ben").get("/earnings/2026-10/statement.pdf")
    page = text(cast.client("ben").get("/earnings/2026-10/"))
    assert len(written) > 8
    assert [row.amount for row in written if row.strong and row.amount not in page] == []


def test_the_month_of_a_paper_must_be_ones_own(final, cast):
    assert cast.client("ivo").get("/earnings/2026-10/statement.pdf").status_code == 404
    assert cast.client("ben").get("/earnings/1999-01/statement.pdf").status_code == 404


def test_the_report_has_the_units_of_the_first_page(final, cast):
    page = text(cast.client("ben").get("/earnings/2026-10/rank-report/"))
    assert "100.00\N{NO-BREAK SPACE}PV</span>" in page
    assert "800.00\N{NO-BREAK SPACE}GV</span>" in page
    assert "\N{NO-BREAK SPACE}points</span>" not in page


def test_what_was_paid_and_taken_back_is_no_plain_nothing(final, cast):
    order = Order.objects.get(seller=cast.cleo)
    final.take_back(order, order.lines.get().quantity, at(11, 3))
    estimates.refresh(now=at(11, 5))
    page = asked(cast, "ben", order.number)
    assert "What it paid you was taken back" in page
    # The month that takes it back is open.
    assert "Estimate" in page
