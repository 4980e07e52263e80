"""What a notice says: one sentence, what stands behind it, and where it leads; the same on the page and in mail."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from common import spoken
from common.dates import PeriodError
from common.templatetags.portal import counted, money_filter, signed_money, volume
from distributors.queries.notice_kinds import Kind
from distributors.queries.notices import Told


@dataclass(frozen=True, kw_only=True)
class Said:
    """A notice in words; `private` is left out of mail, which anybody on its way can read."""

    title: str
    text: str = ""
    private: str = ""
    link: str = ""
    image: str = "bell"


def said(*, notice: Told) -> Said:
    """The words for a notice, in the language that is active."""
    return WORDS.get(notice.kind, _plain)(notice)


def _joined(notice: Told) -> Said:
    if notice.about is None:
        return Said(title=_("Somebody joined who is no longer in your team"), image="person-plus")
    return Said(
        title=_("%(name)s joined") % {"name": notice.about.name},
        text=_place(notice),
        link=_address("team-person", notice.about.number),
        image="person-plus",
    )


def _near(notice: Told) -> Said:
    month, _dash, rank = notice.reference.partition(" ")
    named = {"rank": rank, "month": _month(month)}
    if notice.about is None:
        return Said(title=_("Somebody is close to a rank who is no longer in your team"), image="graph-up")
    return Said(
        title=_("%(name)s is close to %(rank)s in %(month)s") % {"name": notice.about.name, **named},
        text=_("%(place)s. Each thing the rank asks is reached by four fifths or more.")
        % {"place": _place(notice)},
        link=_address("team-person", notice.about.number),
        image="graph-up",
    )


def _at_risk(notice: Told) -> Said:
    title = _("You are not active yet in %(month)s") % {"month": _month(notice.reference)}
    text = _("You were in the month before. What is missing stands on your first page.")
    if notice.number:
        text = _(
            "%(points)s were missing when this was written. Orders of your customers count in full; you do not need "
            "to buy for yourself."
        ) % {"points": volume(notice.number, "PV")}
    return Said(title=title, text=text, link=_address("home"), image="hourglass-split")


def _statement(notice: Told) -> Said:
    return Said(
        title=_("Your statement for %(month)s is ready") % {"month": _month(notice.reference)},
        text=_("Every amount opens to the orders it comes from."),
        private=money_filter(notice.number) if notice.number is not None else "",
        link=_address("statement", notice.reference),
        image="receipt",
    )


def _corrected(notice: Told) -> Said:
    """By a correcting run the reference is the period; by hand it is where that was posted, and the adjustment."""
    key, _space, by_hand = notice.reference.partition(" ")
    month = {"month": _month(key)}
    statement = _address("statement", key)
    told = {
        "private": signed_money(notice.number) if notice.number is not None else "",
        "image": "pencil",
    }
    if by_hand:
        return Said(
            title=_("Your payment for %(month)s was adjusted by hand") % month,
            text=_("How much, and why, stands on the statement."),
            link=statement,
            **told,
        )
    return Said(
        title=_("Your payment for %(month)s was corrected") % month,
        text=_("What it was, what it is now and why stand side by side."),
        link=statement and f"{statement}?view=corrected",
        **told,
    )


def _shipped(notice: Told) -> Said:
    return Said(
        title=_("Your order %(number)s is on its way") % {"number": notice.reference},
        link=_address("order", notice.reference),
        image="truck",
    )


def _answered(notice: Told) -> Said:
    key, _space, subject = notice.reference.partition(" ")
    return Said(
        title=_("The company has answered: %(subject)s") % {"subject": subject},
        link=_address("question", key),
        image="chat-left-text",
    )


def _plain(notice: Told) -> Said:
    return Said(title=str(Kind(notice.kind).label).capitalize())


WORDS: dict[str, Callable[[Told], Said]] = {
    Kind.JOINED: _joined,
    Kind.JOINED_DEEPER: _joined,
    Kind.NEAR: _near,
    Kind.NEAR_DEEPER: _near,
    Kind.AT_RISK: _at_risk,
    Kind.STATEMENT: _statement,
    Kind.CORRECTED: _corrected,
    Kind.SHIPPED: _shipped,
    Kind.ANSWERED: _answered,
}


def _place(notice: Told) -> str:
    if notice.level == 1:
        return _("Sponsored by you")
    return _("On your level %(level)s") % {"level": counted(notice.level)}


def _month(key: str) -> str:
    """October 2026 from 2026-10, Week 44 of 2026 from 2026-W44; anything else as it stands."""
    try:
        return spoken.period_name(key)
    except PeriodError:
        return key


def _address(name: str, *arguments: str) -> str:
    """The address of a page; nothing where this installation does not have it."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
