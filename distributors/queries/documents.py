"""What newcomers read before joining."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.cache import cache

from distributors.models import Document

KEPT_SECONDS = 600
AGREEMENT, DISCLOSURE = "agreement", "disclosure"

# Said until the company has published its own: nothing promised, nothing claimed.
FALLBACK = {
    AGREEMENT: (
        "Distributor agreement",
        "You may leave on any day, and nobody may ask you to buy more than you can sell.",
        "You are an independent seller, not an employee.\n\n"
        "You may leave on any day by telling the company; nothing is owed for leaving.\n\n"
        "You are paid for what is sold. Bringing in other people pays nothing by itself.\n\n"
        "You never have to buy stock to join, to stay or to be paid for what others buy.",
    ),
    DISCLOSURE: (
        "Income disclosure",
        "The company has not yet published what its distributors were paid.",
        "There are no figures yet. Expect to be paid nothing until you have sold something, and count your "
        "own costs and time before you decide.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """A document as it is shown; pk is None for the words that stand in until one is published."""

    pk: int | None
    kind: str
    version: int
    published_on: date | None
    title: str
    summary: str
    body: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]


def summary(*, kind: str, today: date) -> str:
    """The first sentences of the version in force, which stand on many pages: kept until one is published."""
    day, found = cache.get(Document.KEPT + kind) or (None, "")
    if day != today:
        found = current(kind=kind, today=today).summary
        cache.set(Document.KEPT + kind, (today, found), KEPT_SECONDS)
    return str(found)


def current(*, kind: str, today: date) -> Text:
    """The version in force on that day, or the stand-in."""
    found = Document.objects.filter(kind=kind, published_on__lte=today).order_by("-version").first()
    if found is None:
        title, summary, body = FALLBACK[kind]
        return Text(pk=None, kind=kind, version=1, published_on=None, title=title, summary=summary, body=body)
    return Text(
        pk=found.pk,
        kind=kind,
        version=found.version,
        published_on=found.published_on,
        title=found.title,
        summary=found.summary,
        body=found.body,
        figures=dict(found.figures),
    )
