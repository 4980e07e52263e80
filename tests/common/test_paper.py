"""Papers: text is text, and the fonts have the letters of names."""

import re
from datetime import UTC, datetime

import pytest
from fontTools.ttLib import TTFont

from common.paper import FONTS, LACKING, Paper, Row, plain
from tests.papertext import words_of

NAMES = (
    "Zażółć Žižek",
    "Ελένη Παππά",
    "Борис Кличко",
    "שרה לוי",
    "محمد علي",
    "Nguyễn Văn",
    "O’Neil-Ñandú",
    "Şükrü",
)
ELSEWHERE = {
    "Chinese": "欧阳娜娜",
    "Japanese": "髙橋さくら",
    "Korean": "김민준",
    "Thai": "สมชาย",
    "Devanagari": "अनिल",
    "all in one": "李 김 ส अ Ω",
}
HOSTILE = (
    "<b>x</b>",
    "**x** [y](javascript:z)",
    "{nb}",
    "(x) Tj /JS",
    "x\\) endobj",
    "y" * 300,
    "\u202ex",
    "a\x07b\nc",
)
ACTIVE = rb"/(JavaScript|JS|URI|Launch|AA|Annots|EmbeddedFile|AcroForm)\b|/OpenAction\s*<<"


def paper(*, title="October 2026", names=()):
    made = Paper(
        title=title,
        company="Linden & Rye",
        about=title,
        foot="52 % of our distributors were paid nothing.",
        page_word="Page",
        made_at=datetime(2026, 11, 3, tzinfo=UTC),
    )
    made.heading(title, tag="Final", final=True, line=title)
    made.figure("You earned", "€2,804.75")
    made.rows([Row(title=name, note=name, count="2 orders", amount="−€6.48") for name in names])
    return made


@pytest.fixture(scope="module")
def letters():
    return set(TTFont(FONTS / "Inter-Regular.ttf").getBestCmap()) | set(
        TTFont(FONTS / "DejaVuSans.ttf").getBestCmap()
    )


@pytest.mark.parametrize("name", [*NAMES, "€ − × % … ’ –"])
def test_the_fonts_have_the_letters_of_names(letters, name):
    assert [one for one in name if ord(one) not in letters] == []


def test_a_letter_that_no_font_has_is_noticed(letters):
    """The control."""
    assert ord("\u4e2d") not in letters


@pytest.mark.parametrize("name", ELSEWHERE)
def test_letters_of_other_scripts_are_drawn(name):
    made = words_of(bytes(paper(names=(ELSEWHERE[name],)).output()))
    assert [one for one in ELSEWHERE[name] if one not in made] == []
    assert LACKING not in made


def test_fonts_of_other_scripts_are_read_for_their_letters_alone():
    assert "nanum" not in paper(names=NAMES).fonts
    assert "nanum" in paper(names=("김민준",)).fonts


def test_a_letter_that_cannot_be_drawn_is_a_square_and_the_page_says_so():
    made = words_of(bytes(paper(names=("\ue000 Mara \U0001f9fc",)).output()))
    assert f"{LACKING} Mara {LACKING}" in made
    assert "stands for a letter that cannot be printed here" in made


def test_nothing_is_said_of_squares_where_there_are_none():
    made = words_of(bytes(paper(names=("Mara \u200d\ufe0f",)).output()))
    assert "cannot be printed" not in made
    assert LACKING not in made


def test_every_hostile_word_is_on_the_paper():
    made = words_of(bytes(paper(names=HOSTILE).output()))
    assert [text for text in HOSTILE if "".join(plain(text).split()) not in "".join(made.split())] == []


def test_hostile_text_runs_nothing_and_is_kept():
    made = paper(title="<script>x</script>", names=(*HOSTILE, *NAMES))
    assert not re.search(ACTIVE, bytes(made.output()))
    assert made.str_alias_nb_pages == ""


def test_a_paper_carries_its_fonts():
    assert bytes(paper(names=NAMES).output()).count(b"/FontFile2") >= 3


def test_the_same_paper_is_the_same_bytes():
    again = [re.sub(rb"/ID \[.*?\]", b"", bytes(paper(names=NAMES[:1]).output())) for _ in range(2)]
    assert again[0] == again[1]


def test_no_row_is_torn_by_the_end_of_a_page():
    made = paper(names=["Level pay"] * 60)
    assert made.page_no() > 1


def test_what_turns_text_about_is_left_out():
    assert plain("Ma\u202era\u2069\n\tLind\x00") == "Mara Lind"
    assert len(plain("y" * 900)) == 400
