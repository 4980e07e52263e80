"""A little of Markdown, and nothing that could become markup."""

import pytest
from django.template.loader import render_to_string

from common import marks


def drawn(text):
    return render_to_string("components/marked.html", {"blocks": marks.blocks(text)})


def test_headings_lists_bold_and_links():
    page = drawn(
        "## From May\n\nWe **change** two things:\n\n- prices\n- [the plan](/plan/)\n\nMore [here](https://example.com/a?b=1)."
    )
    for part in (
        "<h2>From May</h2>",
        "<strong>change</strong>",
        "<li>prices</li>",
        'href="/plan/"',
        "https://example.com/a?b=1",
    ):
        assert part in page


def test_lines_of_a_paragraph_stay_lines():
    assert "one<br>two" in drawn("one\r\ntwo")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "http://example.com",
     "https://good.example@evil.example/", "https://", "JAVASCRIPT:x", "https://a\\b"],
)  # fmt: skip
def test_other_addresses_stay_words(address):
    page = drawn(f"[press]({address})")
    assert "<a" not in page
    assert "[press]" in page


@pytest.mark.parametrize(
    "text",
    ["<script>hostile()</script>", '**<img src=x onerror="h()">**', '[<b>](/x"onclick=1)', "{{ 7|add:7 }}"],
)
def test_markup_stays_text(text):
    page = drawn(text)
    assert "<script" not in page
    assert "<img" not in page
    assert '"onclick' not in page
    assert "14" not in page


@pytest.mark.parametrize("text", ["", "   ", "**", "[]()", "- ", "## ", "*" * 5_000, "[" * 5_000])
def test_odd_texts_break_nothing(text):
    drawn(text)
