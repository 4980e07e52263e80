"""Personal pages: written by a distributor, public once somebody at the company has approved them.

Each change is a new version that waits, while the approved one stays as it is.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from distributors.models import Distributor, PageVersion, PersonalPage, Picture

State = PageVersion.State
LONGEST_SLUG = 48
MOST_PRODUCTS = 6


class NotThere(LookupError):
    """No such version, or it is no longer in the state that this asks for."""


def submit(*, distributor_id: int, story: str, skus: Sequence[str], picture_key: str, now: datetime) -> UUID:
    """A new version that waits for approval, in place of one that waited; returns its key.

    `picture_key` is one of the person's own pictures, or empty. The first one gives the page its address, from the
    person's name. Raises NotThere for a picture of somebody else.
    """
    with transaction.atomic():
        person = Distributor.objects.select_related("profile").get(pk=distributor_id)
        picture = None
        if picture_key:
            picture = Picture.objects.filter(key=picture_key, profile_id=person.profile_id).first()
            if picture is None:
                raise NotThere
        page = _page_of(person, now)
        # Whoever comes second waits here, and finds what the first one wrote.
        PersonalPage.objects.select_for_update().get(pk=page.pk)
        page.versions.filter(state=State.WAITING).update(state=State.WITHDRAWN, decided_at=now)
        last = page.versions.aggregate(last=Max("number"))["last"] or 0
        made = PageVersion.objects.create(
            page=page,
            number=last + 1,
            story=story,
            skus=list(skus)[:MOST_PRODUCTS],
            picture=picture,
            submitted_at=now,
        )
        _forget_pictures(person.profile_id)
    return made.key


def _page_of(person: Distributor, now: datetime) -> PersonalPage:
    found = PersonalPage.objects.filter(distributor=person).first()
    if found is not None:
        return found
    wanted = slugify(person.profile.name)[:LONGEST_SLUG] or f"distributor-{person.number}".lower()
    for at in count(1):
        slug = wanted if at == 1 else f"{wanted}-{at}"
        try:
            with transaction.atomic():
                return PersonalPage.objects.create(distributor=person, slug=slug, created_at=now)
        except IntegrityError:
            mine = PersonalPage.objects.filter(distributor=person).first()
            if mine is not None:
                return mine
    raise AssertionError("count() never ends")


def approve(*, key: UUID, by: int, now: datetime) -> None:
    """What waits becomes public, in place of what was. Raises NotThere when it does not wait any more."""
    with transaction.atomic():
        page_id = PageVersion.objects.filter(key=key).values_list("page_id", flat=True).first()
        live = PageVersion.objects.filter(page_id=page_id, state=State.LIVE)
        live.update(state=State.REPLACED)
        _decide(key, State.WAITING, State.LIVE, by, now)


def refuse(*, key: UUID, reason: str, by: int, now: datetime) -> None:
    """What waits does not become public; its writer reads why. Raises NotThere."""
    _decide(key, State.WAITING, State.REFUSED, by, now, reason)


def take_down(*, key: UUID, reason: str, by: int, now: datetime) -> None:
    """What is public is public no more; its writer reads why. Raises NotThere."""
    _decide(key, State.LIVE, State.TAKEN_DOWN, by, now, reason)


def _decide(key: UUID, old: str, new: str, by: int, now: datetime, reason: str = "") -> None:
    found = PageVersion.objects.filter(key=key, state=old)
    if not found.update(state=new, decided_by_id=by, decided_at=now, reason=reason):
        raise NotThere


def withdraw(*, distributor_id: int, now: datetime) -> bool:
    """The writer takes the page back: nothing is public and nothing waits. False if nothing was or did."""
    shown = PageVersion.objects.filter(
        page__distributor_id=distributor_id, state__in=[State.WAITING, State.LIVE]
    )
    return bool(shown.update(state=State.WITHDRAWN, decided_at=now))


def erase(*, profile_id: int) -> None:
    """Everything of somebody's page, with every picture of them."""
    PersonalPage.objects.filter(distributor__profile_id=profile_id).delete()
    Picture.objects.filter(profile_id=profile_id).delete()


def _forget_pictures(profile_id: int) -> None:
    """Pictures that stand on no version that waits or is public are kept no longer."""
    used = PageVersion.objects.filter(
        state__in=[State.WAITING, State.LIVE], picture__profile_id=profile_id
    ).values("picture_id")
    Picture.objects.filter(profile_id=profile_id).exclude(pk__in=used).delete()
