"""What a newcomer may do first, until the first order: each said in a sentence, ticked where it is done."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from common.templatetags.portal import money_filter
from distributors.queries import account
from distributors.queries.campaigns import Link
from sales.queries import starting


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step, with the way to it; without one where there is nothing left to do."""

    title: str
    text: str
    is_done: bool
    link: str = ""
    link_text: str = ""


def of_person(*, person_id: int, user_id: int, link: Link | None, today: date) -> list[Step]:
    """Nothing once goods were ordered, by this distributor or through them."""
    if starting.has_begun(seller_id=person_id):
        return []
    return [_confirmed(), _address(user_id), *_kit(person_id, today), *_shared(link), _order()]


def _confirmed() -> Step:
    # Who has a place in the tree has confirmed an address: that took the place.
    return Step(
        title=_("Your e-mail is confirmed"),
        text=_("Your place in the company is taken with it."),
        is_done=True,
    )


def _address(user_id: int) -> Step:
    mine = account.profile(user_id=user_id)
    if mine is not None and mine.street and mine.city:
        return Step(title=_("Your address is known"), text=_("Orders of yours go there."), is_done=True)
    return Step(
        title=_("Give your address"),
        text=_("Orders of yours go there."),
        is_done=False,
        link=reverse("profile-edit"),
        link_text=_("To your profile"),
    )


def _kit(person_id: int, today: date) -> list[Step]:
    kit = starting.kit(seller_id=person_id, day=today)
    if kit is None:
        return []
    title = _("%(kit)s, %(price)s once") % {"kit": kit.name, "price": money_filter(kit.price)}
    if kit.is_ordered:
        return [Step(title=title, text=_("You have ordered it."), is_done=True)]
    if kit.carries_volume:
        text = _("It asks for no other purchase.")
    else:
        text = _("Nobody earns from it, and it asks for no other purchase.")
    return [
        Step(
            title=title,
            text=text,
            is_done=False,
            link=f"{reverse('catalogue')}?{urlencode({'q': kit.name})}",
            link_text=_("Find it in the catalogue"),
        )
    ]


def _shared(link: Link | None) -> list[Step]:
    if link is None:
        return []
    return [
        Step(
            title=_("Your link for customers"),
            text=_("Whoever orders or joins through it is counted as yours."),
            is_done=link.visits > 0,
            link="" if link.visits else "#share",
            link_text="" if link.visits else _("To your link"),
        )
    ]


def _order() -> Step:
    return Step(
        title=_("The first order"),
        text=_("An order of a customer counts in full; you do not need to buy for yourself."),
        is_done=False,
        link=reverse("catalogue"),
        link_text=_("To the catalogue"),
    )
