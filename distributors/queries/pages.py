"""Personal pages, as the public, their writers and the company see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from distributors.models import Distributor, PageVersion, Picture
from distributors.queries.people import initials

State = PageVersion.State
SORTS = {
    "oldest": ("submitted_at", "pk"),
    "newest": ("-submitted_at", "-pk"),
    "name": ("page__distributor__profile__family_name", "page__distributor__profile__given_name", "pk"),
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """One version with what is shown beside it."""

    key: UUID
    slug: str
    number: int
    state: str
    state_word: str
    distributor_id: int
    distributor_number: str
    name: str
    given_name: str
    initials: str
    city: str
    joined_at: datetime
    story: str
    skus: tuple[str, ...]
    picture: str
    submitted_at: datetime
    decided_at: datetime | None
    reason: str

    @property
    def paragraphs(self) -> list[str]:
        return self.story.split("\n\n")


@dataclass(frozen=True, kw_only=True)
class Mine:
    """What a writer has: public, waiting, and what the company last said no to."""

    live: Page | None
    waiting: Page | None
    refused: Page | None

    @property
    def latest(self) -> Page | None:
        return self.waiting or self.refused or self.live


def live(*, slug: str) -> Page | None:
    """The public page at an address; None where there is none, or its person is not in good standing."""
    return _one(_public().filter(page__slug=slug.replace("\x00", "")))


def live_of(*, distributor_id: int) -> Page | None:
    """The public page of a person."""
    return _one(_public().filter(page__distributor_id=distributor_id))


def mine(*, distributor_id: int) -> Mine:
    """A writer's own versions that matter."""
    found = _versions().filter(page__distributor_id=distributor_id).order_by("-number")
    latest = found.exclude(state=State.REPLACED).first()
    no = (State.REFUSED, State.TAKEN_DOWN)
    return Mine(
        live=_one(found.filter(state=State.LIVE)),
        waiting=_one(found.filter(state=State.WAITING)),
        refused=_page(latest) if latest is not None and latest.state in no else None,
    )


def of_staff(*, state: str, sort: str) -> QuerySet[PageVersion]:
    """Versions in a state (all of them without one), for a page of them to be given to `rows`."""
    found = _versions()
    if state in State.values:
        found = found.filter(state=state)
    return found.order_by(*SORTS.get(sort, SORTS["oldest"]))


def rows(*, versions: Iterable[PageVersion]) -> list[Page]:
    """What `of_staff` found, as values."""
    return [_page(one) for one in versions]


def version(*, key: UUID) -> Page | None:
    """One version, for the company."""
    return _one(_versions().filter(key=key))


def waiting_count() -> int:
    """How many versions wait for the company."""
    return PageVersion.objects.filter(state=State.WAITING).count()


def picture(*, key: str, user_id: int | None, may_approve: bool) -> tuple[bytes, bool] | None:
    """A picture's JPEG, and whether the public may see it.

    The public sees what stands on a public page; a person their own; who approves pages any. None otherwise.
    """
    found = Picture.objects.filter(key=key).first()
    if found is None:
        return None
    public = _public().filter(picture=found).exists()
    own = user_id is not None and found.profile.user_id == user_id
    return (bytes(found.data), public) if public or own or may_approve else None


def _versions() -> QuerySet[PageVersion]:
    return PageVersion.objects.select_related("page__distributor__profile", "picture").defer("picture__data")


def _public() -> QuerySet[PageVersion]:
    good = Distributor.Status.GOOD
    return _versions().filter(state=State.LIVE, page__distributor__status=good)


def _one(found: QuerySet[PageVersion]) -> Page | None:
    version = found.first()
    return _page(version) if version else None


def _page(version: PageVersion) -> Page:
    person = version.page.distributor
    return Page(
        key=version.key,
        slug=version.page.slug,
        number=version.number,
        state=version.state,
        state_word=version.get_state_display(),
        distributor_id=person.pk,
        distributor_number=person.number,
        name=person.profile.name,
        given_name=person.profile.given_name,
        initials=initials(person.profile.name),
        city=person.profile.city,
        joined_at=person.joined_at,
        story=version.story,
        skus=tuple(version.skus),
        picture=version.picture.key if version.picture else "",
        submitted_at=version.submitted_at,
        decided_at=version.decided_at,
        reason=version.reason,
    )
