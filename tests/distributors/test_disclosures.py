"""The disclosure's table adds up, and nonsense in a document shows no table."""

import pytest

from distributors.queries.disclosures import bands

ROWS = [
    {"from": 0, "to": 1, "people": 61},
    {"from": 1, "to": 10_000, "people": 30},
    {"from": 10_000, "to": None, "people": 9},
]


def test_rows_are_named_by_their_amounts():
    found = bands(figures={"bands": ROWS, "currency": "EUR"})
    assert [band.label for band in found] == ["Nothing", "€0.01 to €99.99", "€100.00 and more"]


def test_shares_and_bars():
    found = bands(figures={"bands": ROWS})
    assert [(band.share_ppm, band.bar) for band in found] == [(610_000, 1_000), (300_000, 491), (90_000, 147)]


@pytest.mark.parametrize(
    "figures", [{}, {"bands": 7}, {"bands": ["x"]}, {"bands": [{"people": "many"}]}, {"bands": []}]
)
def test_unusable_figures_show_no_table(figures):
    assert bands(figures=figures) == []
