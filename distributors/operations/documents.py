"""Publishing what newcomers read."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from distributors.models import Document
from distributors.queries import documents


def publish(
    *, kind: str, title: str, summary: str, body: str, figures: dict[str, Any], published_on: date
) -> int:
    """Adds the next version and returns its id; earlier versions stay as they were accepted."""
    with transaction.atomic():
        last = Document.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0
        document = Document.objects.create(
            kind=kind,
            version=last + 1,
            published_on=published_on,
            title=title,
            summary=summary,
            body=body,
            figures=figures,
        )
    return document.pk


def to_accept(*, kind: str, today: date) -> int:
    """The id of the document in force; the stand-in becomes a row the first time somebody accepts it."""
    text = documents.current(kind=kind, today=today)
    if text.pk is not None:
        return text.pk
    row, _ = Document.objects.get_or_create(
        kind=kind,
        version=1,
        defaults={
            "published_on": today,
            "title": text.title,
            "summary": text.summary,
            "body": text.body,
        },
    )
    return row.pk
