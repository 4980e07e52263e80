"""Charts say what the figures say, and nothing a stranger typed reaches the page as markup."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from common import charts, samples
from common.charts import Chart, Month, Series

HOSTILE = '"><script>alert(1)</script>'
MONTHS = (
    Month(short="Sep", name="September"),
    Month(short="Oct", name="October"),
    Month(short="Nov", name="November", final=False),
)


def label(value, *, with_unit=False):
    return f"€{value // 100}" if with_unit else str(value // 100)


def money(**more):
    series = (
        Series(name="Level", values=(10000, 20000, 15000)),
        Series(name="Retail", values=(5000, 0, 2500), slot=2),
    )
    return replace(
        Chart(key="k", title="T", sentence="S", months=MONTHS, series=series),
        **more,
    )


def drawn(chart, width=460):
    return ElementTree.fromstring(charts.draw(chart, width=width, label=label))


def of_class(svg, tag, *words):
    return [e for e in svg.iter(tag) if set(words) <= set(e.get("class", "").split())]


def test_a_bar_for_each_amount_that_is_not_zero():
    assert len(of_class(drawn(money()), "rect", "bar")) == 5


def test_bars_of_the_open_month_are_dashed_ones():
    assert len(of_class(drawn(money()), "rect", "bar", "open")) == 2


def test_nothing_is_dashed_when_all_months_are_final():
    final = tuple(replace(month, final=True) for month in MONTHS)
    assert of_class(drawn(money(months=final)), "rect", "open") == []


def test_last_final_and_open_month_carry_their_totals():
    assert [e.text for e in of_class(drawn(money()), "text", "value")] == ["200", "175"]


def test_heights_are_in_proportion():
    first, second = (float(e.get("height")) for e in of_class(drawn(money()), "rect", "s1")[:2])
    assert (second + 1) / (first + 1) == pytest.approx(2, rel=0.01)


def test_zero_is_on_the_axis_and_the_unit_on_the_top_rule():
    ticks = [e.text for e in of_class(drawn(money()), "text", "tick")]
    assert ticks[0] == "0"
    assert ticks[2].startswith("€") or "€200" in ticks


def test_a_correction_below_zero_draws_no_bar_below_the_axis():
    chart = money(series=(Series(name="Correction", values=(-500, 100, -1)),))
    assert len(of_class(drawn(chart), "rect", "bar")) == 1


def test_lines_end_in_a_hollow_dot_and_name_what_is_needed():
    svg = drawn(samples.volumes())
    assert len(of_class(svg, "circle", "dot", "open")) == 2
    assert any(e.text == "7,000 needed" for e in svg.iter("text"))


def test_one_month_alone_can_be_drawn():
    assert of_class(drawn(samples.volumes().last(1)), "circle", "dot", "open")


def test_the_ends_of_lines_that_meet_at_the_bottom_are_named_apart():
    """As in a newcomer's first month: all of the group's volume is their own, and far from what is needed."""
    chart = replace(samples.volumes().last(1), required=80_000_00)
    meets = tuple(replace(item, values=(at,)) for at, item in enumerate(chart.series))
    places = [float(e.get("y")) for e in of_class(drawn(replace(chart, series=meets)), "text", "value")]
    assert len(places) == 2
    assert abs(places[0] - places[1]) >= charts.APART
    assert max(places) < charts.HEIGHT - charts.BOTTOM


def test_no_months_draw_nothing():
    assert (
        charts.draw(Chart(key="k", title="", sentence="", months=(), series=()), width=460, label=label) == ""
    )


def test_all_zero_can_be_drawn():
    assert drawn(money(series=(Series(name="None", values=(0, 0, 0)),))) is not None


def test_the_sentence_is_read_aloud():
    assert drawn(money(sentence="Highest in October")).get("aria-label") == "Highest in October"


@pytest.mark.parametrize(
    "chart", [money(sentence=HOSTILE), replace(samples.volumes(), required_text=HOSTILE)]
)
def test_hostile_words_stay_words(chart):
    text = charts.draw(chart, width=310, label=lambda value, with_unit=False: HOSTILE)
    assert "<script" not in text
    assert ElementTree.fromstring(text) is not None


def test_hostile_names_of_lines_stay_words():
    series = (Series(name=HOSTILE, values=(1, 2, 3)),)
    assert "<script" not in charts.draw(money(series=series, is_money=False), width=310, label=label)


def test_a_series_with_a_month_too_few_is_refused():
    with pytest.raises(ValueError, match="one value for each month"):
        money(series=(Series(name="Short", values=(1, 2)),))


def test_colours_and_lengths_need_no_style_attribute():
    assert "style=" not in charts.draw(samples.earnings(), width=460, label=label)


@pytest.mark.parametrize("highest", [0, 1, 99, 61760, 10**9])
def test_rules_reach_the_highest_value_with_few_lines(highest):
    rules = charts._rules(highest, 100)
    assert rules[0] == 0
    assert rules[-1] >= highest
    assert 3 <= len(rules) <= 5


def test_a_month_that_is_being_closed_is_dashed_beside_the_open_one():
    months = (MONTHS[0], replace(MONTHS[1], final=False), MONTHS[2])
    closing = money(months=months)
    assert [e.text for e in of_class(drawn(closing), "text", "value")] == ["150", "175"]
    assert len(of_class(drawn(closing), "rect", "open")) == 3
    svg = drawn(replace(closing, is_money=False))
    assert len(of_class(svg, "line", "line", "open")) == 2 * len(closing.series)
    assert len(of_class(svg, "circle", "open")) == 2 * len(closing.series)
    assert of_class(svg, "polyline", "line") == []
