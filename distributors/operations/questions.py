"""Questions to the company: asked by anybody with a login, answered by whoever has the right, told to who asked."""

from datetime import datetime, timedelta

from django.db import transaction

from distributors.models import Question, QuestionPart
from distributors.operations import notices
from distributors.queries.notice_kinds import ANSWERED

MOST_QUESTIONS, MOST_PARTS = 5, 20
A_DAY = timedelta(days=1)
LONGEST = 5_000


class AskedTooOften(RuntimeError):
    """Enough for a day; the sentence says so."""


class NothingSaid(ValueError):
    """There is no text, or more than fits."""


class NoQuestion(LookupError):
    """Not there, or somebody else's."""


def ask(*, user_id: int, topic: str, subject: str, text: str, now: datetime) -> Question:
    """Ask something. Raises AskedTooOften after five questions within a day, NothingSaid, ValueError (topic)."""
    text, subject = _said(text), subject.strip()
    if not subject:
        raise NothingSaid("A question needs a subject.")
    if topic not in Question.Topic.values:
        raise ValueError(f"There is no topic {topic!r}")
    recent = Question.objects.filter(user_id=user_id, asked_at__gt=now - A_DAY)
    with transaction.atomic():
        if recent.count() >= MOST_QUESTIONS:
            raise AskedTooOften(
                "You have asked five questions within a day. Please add to one of them, or wait."
            )
        question = Question.objects.create(
            user_id=user_id, topic=topic, subject=subject[:120], asked_at=now, last_at=now
        )
        _write(question, user_id, text, now, of_company=False)
    return question


def add(*, user_id: int, key: str, text: str, now: datetime) -> None:
    """Whoever asked writes more: the question waits for an answer again.

    Raises NoQuestion, AskedTooOften, NothingSaid.
    """
    text = _said(text)
    with transaction.atomic():
        question = Question.objects.select_for_update().filter(user_id=user_id, key=key).first()
        if question is None:
            raise NoQuestion
        mine = QuestionPart.objects.filter(by_id=user_id, of_company=False, written_at__gt=now - A_DAY)
        if mine.count() >= MOST_PARTS:
            raise AskedTooOften("That is enough for one day. Please wait for the answer.")
        _write(question, user_id, text, now, of_company=False)
        Question.objects.filter(pk=question.pk).update(state=Question.State.WAITING, last_at=now)


def answer(*, key: str, by: int, text: str, now: datetime) -> None:
    """Answer for the company; who asked is told in the same transaction. Raises NoQuestion, NothingSaid."""
    text = _said(text)
    with transaction.atomic():
        question = Question.objects.select_for_update().filter(key=key).first()
        if question is None:
            raise NoQuestion
        part = _write(question, by, text, now, of_company=True)
        Question.objects.filter(pk=question.pk).update(state=Question.State.ANSWERED, last_at=now)
        notices.tell(
            user_ids=[question.user_id],
            kind=ANSWERED,
            key=f"answered:{part.pk}",
            reference=f"{question.key} {question.subject}"[:80],
            now=now,
        )


def close(*, key: str) -> bool:
    """Nothing more is to be said; False when somebody closed it first. Whoever asked opens it again by writing."""
    waiting = Question.objects.filter(key=key).exclude(state=Question.State.CLOSED)
    return bool(waiting.update(state=Question.State.CLOSED))


def _said(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise NothingSaid(f"Please write something, in at most {LONGEST} characters.")
    return text


def _write(question: Question, by: int, text: str, now: datetime, *, of_company: bool) -> QuestionPart:
    return QuestionPart.objects.create(
        question=question, by_id=by, text=text, written_at=now, of_company=of_company
    )
