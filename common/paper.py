"""Papers: A4 pages in the portal's look, as PDF.

Text is only ever set as text: nothing in it is read as markup, as a link or as a field. What would turn the direction
of a line about, or is no character at all, is left out first. A letter that no font has is drawn as a square, and the
foot of that page says so.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

PLACING = {"GSUB", "GPOS", "GDEF"}
FONTS = Path(__file__).resolve().parent / "fonts"
INK, INK_2 = (22, 33, 29), (69, 82, 76)
LINE, EDGE = (222, 227, 223), (127, 139, 133)
MARGIN, WIDTH = 18, 174
AMOUNT, COUNT = 34, 34
# Overrides and isolates: with them a name could carry what stands beside it away.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
LONGEST = 400
LACKING = "□"


@dataclass(frozen=True)
class Script:
    """Letters the papers' own fonts do not have, and the font that has them."""

    family: str
    file: str
    letters: re.Pattern[str]


# Large files: reading all of them would make every paper wait for letters that few need.
SCRIPTS = (
    Script("Nanum", "NanumGothic-Regular.ttf", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")),
    Script(
        "Droid",
        "DroidSansFallbackFull.ttf",
        re.compile("[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef]"),
    ),
    Script("Thai", "NotoSansThai-Regular.ttf", re.compile("[\u0e00-\u0e7f]")),
    Script("Devanagari", "NotoSansDevanagari-Regular.ttf", re.compile("[\u0900-\u097f]")),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line: what it is, a sentence under it, something counted, and an amount; `level` sets it in."""

    title: str
    note: str = ""
    count: str = ""
    amount: str = ""
    strong: bool = False
    level: int = 0


@lru_cache(maxsize=2_000)
def plain(text: str) -> str:
    """The text as it may stand on paper: one line, nothing that turns it about, not without end."""
    kept = (
        " " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text if one not in TURNING
    )
    found = " ".join("".join(kept).split())
    return found if len(found) <= LONGEST else found[: LONGEST - 1] + "…"


class Paper(FPDF):  # type: ignore[misc]
    """Pages with the company's name above and a line below, and rows between them."""

    def __init__(
        self, *, title: str, company: str, about: str, foot: str, page_word: str, made_at: datetime
    ) -> None:
        super().__init__(format="A4")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=24)
        self.add_font("Inter", "", FONTS / "Inter-Regular.ttf")
        self.add_font("Inter", "B", FONTS / "Inter-SemiBold.ttf")
        self.add_font("DejaVu", "", FONTS / "DejaVuSans.ttf")
        self.add_font("DejaVu", "B", FONTS / "DejaVuSans.ttf")
        self.fallbacks = ["DejaVu"]
        self.set_fallback_fonts(self.fallbacks, exact_match=False)
        self.set_text_shaping(True)
        self.lacks_letters = False
        self.company, self.about, self.foot, self.page_word = (
            self._words(company),
            self._words(about),
            self._words(foot),
            page_word,
        )
        # A name that says {nb} is not the number of pages.
        self.str_alias_nb_pages = ""
        self.set_title(plain(title))
        self.set_author(self.company)
        self.set_creator(self.company)
        self.set_creation_date(made_at)
        self.add_page()

    def output(self, *args: Any, **kwargs: Any) -> Any:
        """The file's bytes. Letters are in their places by then: tables that say how to place them go first, as
        reading them takes most of the time of choosing the letters that the file needs.
        """
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                for table in PLACING & set(font.ttfont.keys()):
                    del font.ttfont[table]
        return super().output(*args, **kwargs)

    def header(self) -> None:
        self._style(9, strong=True)
        self.cell(90, 6, self.company)
        self._style(8, INK_2)
        self.cell(0, 6, self.about, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._rule(LINE)
        self.ln(6)

    def footer(self) -> None:
        self.set_y(-20)
        self._rule(LINE)
        self.ln(2)
        self._style(7.5, INK_2)
        y = self.get_y()
        self.multi_cell(WIDTH - 24, 3.8, self._foot_words(), align="L")
        self.set_xy(MARGIN, y)
        self.cell(0, 3.8, f"{self.page_word} {self.page_no()}", align="R")

    def heading(self, text: str, *, tag: str, final: bool, line: str) -> None:
        """The paper's title with its state: a solid frame is final, a dashed one may change."""
        self._style(18, strong=True)
        words = self._words(text)
        self.cell(self.get_string_width(words) + 4, 9, words)
        self._style(8, INK if final else INK_2)
        wide = self.get_string_width(self._words(tag)) + 5
        x, y = self.get_x(), self.get_y() + 2.2
        self.set_draw_color(*EDGE)
        if not final:
            self.set_dash_pattern(dash=0.9, gap=0.7)
        self.rect(x, y, wide, 5, round_corners=True, corner_radius=1.2)
        self.set_dash_pattern()
        self.set_xy(x, y)
        self.cell(wide, 5, self._words(tag), align="C")
        self.set_xy(MARGIN, y + 8)
        self._style(8.5, INK_2)
        self.multi_cell(0, 4.4, self._words(line), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(5)

    def figure(self, label: str, amount: str) -> None:
        """The amount that is the point."""
        self._style(9, INK_2)
        self.cell(0, 5, self._words(label), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._style(24, strong=True)
        self.cell(0, 12, amount, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)

    def section(self, text: str) -> None:
        """A heading inside the paper, never alone at the foot of a page."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(3)
        self._style(11, strong=True)
        self.cell(0, 7, self._words(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(self, rows: Sequence[Row]) -> None:
        """Lines with rules between them; none is torn by the end of a page."""
        for row in rows:
            self._row(row)

    def text_block(self, text: str) -> None:
        """A sentence or two."""
        self.ln(1.5)
        self._style(8.5, INK_2)
        self.multi_cell(WIDTH * 0.8, 4.4, self._words(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _row(self, row: Row) -> None:
        size, high = (8.5, 4.6) if row.level else (9.5, 5)
        indent = 5 * row.level
        wide = WIDTH - indent - (AMOUNT if row.amount else 0) - (COUNT if row.count else 0)
        title, note = self._words(row.title), self._words(row.note)
        self._style(size, strong=row.strong)
        tall = self._height(wide, high, title)
        self._style(8, INK_2)
        tall += self._height(wide, 4.2, note) if note else 0
        if self.will_page_break(tall + 3):
            self.add_page()
        self._rule(LINE, indent)
        top = self.get_y() + 1.4
        self.set_xy(MARGIN + indent, top)
        self._style(size, strong=row.strong)
        self.multi_cell(wide, high, title, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)
        if note:
            self._style(8, INK_2)
            self.multi_cell(wide, 4.2, note, align="L")
        if row.count:
            self._style(8.5, INK_2)
            self.set_xy(MARGIN + indent + wide, top)
            self.cell(COUNT, high, self._words(row.count), align="R")
        if row.amount:
            self._style(size, strong=row.strong)
            self.set_xy(MARGIN + WIDTH - AMOUNT, top)
            self.cell(AMOUNT, high, row.amount, align="R")
        self.set_xy(MARGIN, top + tall + 1.4)

    def _words(self, text: str) -> str:
        """The text in letters that this paper's fonts have; a font is read when the first of its letters comes."""
        words = plain(text)
        for script in SCRIPTS:
            if script.family not in self.fallbacks and script.letters.search(words):
                self.add_font(script.family, "", FONTS / script.file)
                self.fallbacks.append(script.family)
                self.set_fallback_fonts(self.fallbacks, exact_match=False)
        return "".join(self._shown(one) for one in words)

    def _shown(self, letter: str) -> str:
        # What stands at private places of a font is no letter of anybody.
        if unicodedata.category(letter) != "Co" and any(
            isinstance(font, TTFFont) and ord(letter) in font.cmap for font in self.fonts.values()
        ):
            return letter
        # Joiners and variants say how the letter before them looks; without it there is nothing to say.
        if unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f":
            return ""
        self.lacks_letters = True
        return LACKING

    def _foot_words(self) -> str:
        if not self.lacks_letters:
            return self.foot
        said = gettext(
            "%(square)s stands for a letter that cannot be printed here; the page in the portal shows it."
        )
        return f"{self.foot} {said % {'square': LACKING}}"

    def _height(self, wide: float, high: float, text: str) -> float:
        lines = self.multi_cell(wide, high, text, align="L", dry_run=True, output="LINES")
        return high * max(1, len(lines))

    def _style(self, size: float, colour: tuple[int, int, int] = INK, *, strong: bool = False) -> None:
        self.set_font("Inter", "B" if strong else "", size)
        self.set_text_color(*colour)

    def _rule(self, colour: tuple[int, int, int], indent: float = 0) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(0.2)
        self.line(MARGIN + indent, self.get_y(), MARGIN + WIDTH, self.get_y())
