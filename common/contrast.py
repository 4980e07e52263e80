"""Contrast of the colour tokens as WCAG 2 defines it: the living page shows it, a test holds it."""

import re
from dataclasses import dataclass

TEXT, GRAPHIC = 4.5, 3.0
TOKEN = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9A-Fa-f]{6}),\s*(#[0-9A-Fa-f]{6})\)")

# What stands on what, and how much it needs.
PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "page", TEXT), ("ink", "surface", TEXT), ("ink-2", "page", TEXT), ("ink-2", "oat", TEXT),
    ("ink-2", "sunken", TEXT), ("ink-3", "page", TEXT), ("ink-3", "surface", TEXT), ("ink-3", "sunken", TEXT),
    ("ink-3", "brand-soft", TEXT), ("brand", "page", TEXT), ("brand", "surface", TEXT),
    ("brand", "brand-soft", TEXT), ("on-brand", "brand", TEXT), ("on-brand", "brand-strong", TEXT),
    ("ok", "ok-soft", TEXT), ("wait", "wait-soft", TEXT), ("stop", "stop-soft", TEXT),
    ("stop", "surface", TEXT), ("info", "info-soft", TEXT), ("edge", "page", GRAPHIC),
    ("edge", "surface", GRAPHIC),
    ("focus", "page", GRAPHIC), ("focus", "surface", GRAPHIC), ("wait", "surface", GRAPHIC),
    ("c1", "surface", GRAPHIC), ("c2", "surface", GRAPHIC), ("c3", "surface", GRAPHIC),
    ("c4", "surface", GRAPHIC), ("c5", "surface", GRAPHIC),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One pair of colours in one mode."""

    text: str
    ground: str
    text_colour: str
    ground_colour: str
    least: float
    ratio: float

    @property
    def enough(self) -> bool:
        return self.ratio >= self.least


def tokens(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light and of the dark mode, by token."""
    found = TOKEN.findall(css)
    return {name: light for name, light, _ in found}, {name: dark for name, _, dark in found}


def measure(colours: dict[str, str]) -> list[Measured]:
    """Every pair of PAIRS in one mode."""
    return [
        Measured(
            text=text,
            ground=ground,
            text_colour=colours[text],
            ground_colour=colours[ground],
            least=least,
            ratio=ratio(colours[text], colours[ground]),
        )
        for text, ground, least in PAIRS
    ]


def ratio(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
