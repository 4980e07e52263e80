"""The colours of the portal can be read by everyone, in both modes."""

import pytest
from django.conf import settings

from common import contrast

CSS = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = contrast.tokens(CSS)


def test_black_on_white_is_twenty_one():
    assert contrast.ratio("#000000", "#FFFFFF") == pytest.approx(21)


def test_a_colour_on_itself_is_one():
    assert contrast.ratio("#1A6350", "#1A6350") == pytest.approx(1)


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_is_strong_enough(mode):
    weak = [f"{m.text} on {m.ground}: {m.ratio:.2f}" for m in contrast.measure(mode) if not m.enough]
    assert weak == []


def test_a_weak_pair_would_be_named():
    faint = LIGHT | {"ink-3": "#A0A8A4"}
    assert any(not m.enough and m.text == "ink-3" for m in contrast.measure(faint))


@pytest.mark.parametrize(
    ("name", "light", "dark"),
    [("ink", 15.4, 15.6), ("ink-2", 7.6, 10.0), ("ink-3", 5.1, 7.0), ("brand", 6.6, 9.5)],
)
def test_text_on_the_page_measures_as_written_down(name, light, dark):
    found = [round(contrast.ratio(mode[name], mode["page"]), 1) for mode in (LIGHT, DARK)]
    assert found == [light, dark]
