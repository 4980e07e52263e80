"""What a correcting run changed about an order is told where the order says what it paid: why, when and by how much."""

import html
from collections import defaultdict

import pytest

from commissions.models import Correcting, Line
from commissions.operations import estimates, plans
from commissions.queries import order_corrections, order_reasons
from commissions.queries.levels import rounded
from sales.models import Order
from tests import pseudo
from tests.cast import join
from tests.commissions.conftest import PLAN, at, draft, finish
from tests.commissions.test_correcting import ask, without
from tests.commissions.test_earnings_answers import PEOPLE, asked
from tests.portal.counting import queries
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
ON = "Corrected on 11 November 2026: "


@pytest.fixture
@remembered
def final(october, cast):
    """October is final; November is open."""
    return finish(cast, draft())


def correct(cast, final, day=10, **wrong):
    return finish(cast, ask(cast, final, at(11, day), **wrong), at(11, day + 1))


def another_plan():
    raised = PLAN.read_text().replace("version: 1", "version: 2", 1).replace("Partner: 6%", "Partner: 7%", 1)
    return {"plan_id": plans.adopt(document=raised, now=at(11, 5)).pk}


def moved(cast):
    return {"sponsors": {cast.finn.number: cast.gus.number}}


def order_of(cast, name):
    return cast.people[name].sales.order_by("pk").first()


def changes(cast, who, order):
    answer = order_reasons.of_order(person_id=cast.people[who].pk, number=order.number)
    return [one for one in answer.paid if one.by_correction]


def page(cast, who, order):
    return html.unescape(asked(cast, who, order.number))


def totals(cast, run):
    """What each order says it pays each person, and what the run's lines for it come to."""
    told, come_to = {}, defaultdict(int)
    for order in Order.objects.all():
        for name in PEOPLE:
            key = (name, order.number)
            try:
                paid = order_reasons.of_order(person_id=cast.people[name].pk, number=order.number).paid
            except order_reasons.NotVisible:
                paid = ()
            told[key] = sum(one.amount for one in paid)
            apart = defaultdict(int)
            mine = Line.objects.filter(order_line__order=order, distributor=cast.people[name], run=run)
            for bonus, whole, micro in mine.values_list("bonus", "whole", "micro"):
                apart[bonus] += whole * 1_000_000 + micro
            come_to[key] = sum(rounded(whole=0, micro=amount) for amount in apart.values())
    return told, come_to


def test_another_sponsor_is_told_to_who_loses_by_it(final, cast):
    correct(cast, final, **moved(cast))
    (one,) = changes(cast, "dan", order_of(cast, "finn"))
    assert one.amount < 0
    assert (one.key, one.corrects) == ("2026-11", "2026-10")
    assert one.sentence == (
        f"{ON}the sponsor of Finn Vermeer was changed; it pays you €{-one.amount / 100:.2f} less. "
        "The reason given: Gus ordered for a test"
    )
    assert "corrected, <a" in page(cast, "dan", order_of(cast, "finn"))


def test_and_to_who_gains_by_it_without_a_name_that_is_not_theirs_to_know(final, cast):
    correct(cast, final, **moved(cast))
    (one,) = changes(cast, "gus", order_of(cast, "finn"))
    assert one.amount > 0
    said = page(cast, "gus", order_of(cast, "finn"))
    assert f"{ON}somebody’s sponsor was changed; it pays you €{one.amount / 100:.2f} more." in said
    assert "Finn Vermeer was changed" not in said
    # As the month was closed the order could not pay Gus: that is no longer the answer.
    assert "did not stand in your team" not in said
    assert "It paid you nothing" not in said


def test_before_it_is_posted_nothing_is_told(final, cast):
    ask(cast, final, **moved(cast))
    assert changes(cast, "dan", order_of(cast, "finn")) == []
    with pytest.raises(order_reasons.NotVisible):
        order_reasons.of_order(person_id=cast.gus.pk, number=order_of(cast, "finn").number)


def test_another_version_of_the_plan_is_told(final, cast):
    correct(cast, final, **another_plan())
    told = [one for name in PEOPLE for order in Order.objects.all() for one in _seen(cast, name, order)]
    assert told
    assert all(one.sentence.startswith(f"{ON}October 2026 is computed with another version") for one in told)
    assert all("more" in one.sentence for one in told if one.amount > 0)


def _seen(cast, name, order):
    try:
        return changes(cast, name, order)
    except order_reasons.NotVisible:
        return []


def test_ones_own_standing_is_named_and_nobody_elses(final, cast):
    correct(cast, final, standing={cast.ben.number: 1})
    (one,) = changes(cast, "ben", order_of(cast, "cleo"))
    assert one.sentence.startswith(f"{ON}your standing was changed; it pays you €9.92 less.")
    assert sum(paid.amount for paid in of(cast, "ben", order_of(cast, "cleo")).paid) == 0
    others = [
        one for name in ("ana", "cleo", "dan") for o in Order.objects.all() for one in _seen(cast, name, o)
    ]
    assert others
    assert all("the standing of 1 person was changed" in one.sentence for one in others)
    assert not any("Ben" in one.sentence for one in others)


def of(cast, who, order):
    return order_reasons.of_order(person_id=cast.people[who].pk, number=order.number)


def test_an_order_of_which_nothing_changed_says_nothing_of_it(final, cast):
    before = of(cast, "ben", order_of(cast, "ben"))
    correct(cast, final, **moved(cast))
    assert of(cast, "ben", order_of(cast, "ben")) == before


def test_another_order_that_was_left_out_is_told_where_it_changes_what_this_one_pays(final, cast):
    correct(cast, final, **without(cast))
    told = [one for name in PEOPLE for order in Order.objects.all() for one in _seen(cast, name, order)]
    assert {one.sentence.partition(";")[0] for one in told} <= {f"{ON}1 other order counts otherwise"}
    gone = of(cast, "ben", order_of(cast, "gus"))
    assert not any(one.by_correction for one in gone.paid)


def test_an_order_that_counts_again_says_so(final, cast):
    correct(cast, final, **without(cast))
    correct(cast, final, day=13, **without(cast, "finn"))
    (again,) = changes(cast, "ben", order_of(cast, "gus"))
    assert again.amount > 0
    assert "the order counts again; 1 other order counts otherwise" in again.sentence
    assert again.sentence.startswith("Corrected on 14 November 2026")


def test_what_was_put_right_before_is_not_told_as_the_seconds_doing(final, cast):
    correct(cast, final, **moved(cast))
    correct(cast, final, day=13, **moved(cast), **without(cast))
    second = [one for one in changes(cast, "ana", order_of(cast, "finn")) if "14 November" in one.sentence]
    assert not any("sponsor" in one.sentence for one in second)


@pytest.mark.parametrize("how", ["moved", "plan", "standing", "without"])
def test_what_an_order_says_comes_to_what_the_corrected_lines_come_to(final, october, cast, how):
    """Of every order and person, with what came back before the correction, and a second correction after it."""
    october.take_back(order_of(cast, "finn"), 3, at(11, 5))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    wrong = {
        "moved": lambda: moved(cast),
        "plan": another_plan,
        "standing": lambda: {"standing": {cast.ben.number: 1}},
        "without": lambda: without(cast, "finn"),
    }[how]()
    run = finish(cast, ask(cast, final, at(12, 10), **wrong), at(12, 11))
    told, come_to = totals(cast, run)
    assert any(come_to.values())
    assert told == come_to
    second = finish(cast, ask(cast, final, at(12, 13), **moved(cast), **without(cast)), at(12, 14))
    told, come_to = totals(cast, second)
    assert told == come_to


def test_what_comes_back_after_a_correction_is_taken_off_what_it_left(final, october, cast):
    correct(cast, final, **moved(cast))
    order = order_of(cast, "finn")
    october.take_back(order, 10, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    for name in ("ana", "ben", "dan", "gus", "finn"):
        paid = of(cast, name, order).paid
        assert sum(one.amount for one in paid) == 0, name


def test_a_sentence_is_given_to_translators(final, cast):
    correct(cast, final, **moved(cast))
    with pseudo.language():
        said = page(cast, "dan", order_of(cast, "finn"))
    assert "⟦Corrected on 11 " in said
    assert ": ⟦the sponsor of Finn Vermeer was changed" in said


def test_an_answer_asks_no_more_where_more_was_corrected(october, cast):
    final = finish(cast, draft())
    client, number = cast.client("ana"), order_of(cast, "finn").number
    correct(cast, final, **moved(cast))
    before = queries(lambda: client.get("/earnings/order/", {"number": number}))
    for at_ in range(6):
        join(cast=cast, name=f"new{at_}", under="ben", number=str(2001 + at_))
        october.sell(f"new{at_}", 2, at(11, 12))
    estimates.refresh(now=at(11, 12))
    more = {"standing": {cast.dan.number: 1, cast.cleo.number: 1}}
    correct(cast, final, day=13, **more, **without(cast))
    assert queries(lambda: client.get("/earnings/order/", {"number": number})) <= before + 2


def test_a_correction_that_names_nothing_says_that_the_month_was_computed_again(final, cast):
    run = ask(cast, final)
    correction = Correcting.objects.select_related("run__period", "against").get(run=run)
    words = order_corrections._Words(correction, None, "P1", cast.ben.pk)
    assert words.what == "the period was computed again"
