"""Small drawings that stand many times on a page: a component's markup without a template of its own.

A list of people shows some hundred of them, and a template that is included takes longer than the row around it. What
only looks decide is drawn once.
"""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

SPRITE = "vendor/bootstrap-icons-1.13.2/sprite.svg"
REMEMBERED = 1024
USUAL_STEPS = 6
# A full dot, half of one, and none inside the ring.
FILLED = {
    "active": '<circle class="fill" cx="5" cy="5" r="4.25"/>',
    "at_risk": '<path class="fill" d="M5 .75a4.25 4.25 0 0 0 0 8.5Z"/>',
}


def icon(name: str, label: str = "") -> SafeString:
    """One icon at text size. Beside a word it is hidden from screen readers; alone it needs a label."""
    if not label:
        return _icon_beside_a_word(name)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, _address(name)
    )


def rank(name: str, step: object = 0, total: object = USUAL_STEPS) -> SafeString:
    """A rank: rising steps filled up to its place among `total`, from 1, 0 for none yet; and its name."""
    count = total if isinstance(total, int) and total > 1 else USUAL_STEPS
    return format_html(
        '<span class="rank">{}{}</span>', _steps(step if isinstance(step, int) else 0, count), name
    )


def activity(state: str) -> SafeString:
    """Whether somebody is active, at_risk or inactive: a dot, and always the word; nothing for no state."""
    if not state:
        return mark_safe("")
    words = {"active": gettext("Active"), "at_risk": gettext("At risk")}
    return format_html(
        '<span class="activity activity-{}"><svg viewBox="0 0 10 10" aria-hidden="true">{}'
        '<circle class="ring" cx="5" cy="5" r="4.25"/></svg>{}</span>',
        state,
        mark_safe(FILLED.get(state, "")),  # noqa: S308 - our own
        words.get(state) or gettext("Not active"),
    )


def _address(name: str) -> str:
    return f"{static(SPRITE)}#{name}"


@lru_cache(maxsize=REMEMBERED)
def _icon_beside_a_word(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', _address(name))


@lru_cache(maxsize=REMEMBERED)
def _steps(reached: int, count: int) -> SafeString:
    rises = [2 + at * 6 // (count - 1) for at in range(count)]
    steps = ((" on" if at < reached else "", at * 5, 10 - rise, rise) for at, rise in enumerate(rises))
    rects = format_html_join("", '<rect class="step{}" x="{}" y="{}" width="3" height="{}"/>', steps)
    return format_html('<svg viewBox="0 0 {} 10" aria-hidden="true">{}</svg>', count * 5, rects)
