"""Questions to the company, for who asked them and for the company's people."""

from dataclasses import dataclass

from django.db.models import QuerySet

from distributors.models import Question, QuestionPart

STATES = Question.State.choices


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asked, for the company's people."""

    name: str
    number: str
    email: str
    is_distributor: bool


def of_person(*, user_id: int) -> QuerySet[Question]:
    """A person's questions, those with the newest word first."""
    return Question.objects.filter(user_id=user_id)


def queue(*, state: str = "", topic: str = "") -> QuerySet[Question]:
    """The company's list: what waits longest first, of one state and topic where named; with who asked."""
    found = Question.objects.select_related("user__profile__distributor", "user__profile__customer")
    if state:
        found = found.filter(state=state)
    if topic:
        found = found.filter(topic=topic)
    newest_first = state in (Question.State.ANSWERED, Question.State.CLOSED)
    return found.order_by("-last_at" if newest_first else "last_at", "pk")


def waiting_count() -> int:
    """How many wait for an answer, counted up to a hundred."""
    return Question.objects.filter(state=Question.State.WAITING)[:100].count()


def parts(*, question_id: int) -> list[QuestionPart]:
    """Everything written about a question, in order."""
    return list(QuestionPart.objects.filter(question_id=question_id))


def asker(*, question: Question) -> Asker:
    """Who asked, of a question of `queue`."""
    profile = getattr(question.user, "profile", None)
    place, customer = getattr(profile, "distributor", None), getattr(profile, "customer", None)
    number = place.number if place else customer.number if customer else ""
    name = profile.name if profile else question.user.email
    return Asker(name=name, number=number, email=question.user.email, is_distributor=place is not None)
