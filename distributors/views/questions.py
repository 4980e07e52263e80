"""Questions to the company: asked and followed by people, answered by the company's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import spoken
from common.guards import portal_user_required, staff_required, user_id_of
from distributors.forms.questions import TOPICS, AskForm, QueueForm, WriteForm
from distributors.operations import questions
from distributors.queries import questions as asked

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
RIGHT = "distributors.answer_question"
PAGE = 20


@require_safe
@portal_user_required
def mine(request: HttpRequest) -> HttpResponse:
    """What the person has asked, what was written about last first."""
    page = Paginator(asked.of_person(user_id=user_id_of(request)), PAGE).get_page(request.GET.get("page"))
    return render(request, "distributors/questions.html", {"rows": _rows(page), "page": page})


@GET_POST
@portal_user_required
def ask(request: HttpRequest) -> HttpResponse:
    """A new question; a page about something may say what it is about, for the person to change."""
    given = {name: request.GET.get(name, "") for name in ("topic", "subject")}
    form = AskForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            made = questions.ask(user_id=user_id_of(request), now=timezone.now(), **form.cleaned_data)
        except questions.AskedTooOften as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Your question is with the company. You are told when it is answered.")
            )
            return redirect("question", key=made.key)
    return render(request, "distributors/question_ask.html", {"form": form})


@GET_POST
@portal_user_required
def question(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of the person's questions, and writing more about it."""
    one = asked.of_person(user_id=user_id_of(request)).filter(key=key).first()
    if one is None:
        raise Http404
    form = WriteForm(request.POST or None, label=_("Write more about it"), send=_("Send"))
    if request.method == "POST" and form.is_valid():
        try:
            questions.add(
                user_id=user_id_of(request), key=str(key), text=form.cleaned_data["text"], now=timezone.now()
            )
        except questions.AskedTooOften as error:
            form.add_error("text", str(error))
        else:
            return redirect("question", key=key)
    return render(request, "distributors/question.html", {**_thread(one), "form": form})


@require_safe
@staff_required(RIGHT)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the company, the longest waiting first."""
    form = QueueForm(request.GET or {"state": "waiting"})
    page = Paginator(asked.queue(**form.asked()), PAGE).get_page(request.GET.get("page"))
    rows = [{**row, "asker": asked.asker(question=row["question"])} for row in _rows(page)]
    return render(request, "distributors/staff_questions.html", {"filter": form, "rows": rows, "page": page})


@GET_POST
@staff_required(RIGHT)
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """One question with everything written about it, and the answer."""
    one = asked.queue().filter(key=key).first()
    if one is None:
        raise Http404
    form = WriteForm(request.POST or None, label=_("The company’s answer"), send=_("Send the answer"))
    if request.method == "POST" and form.is_valid():
        text, now = form.cleaned_data["text"], timezone.now()
        questions.answer(key=str(key), by=user_id_of(request), text=text, now=now)
        messages.success(request, _("The answer is sent."))
        return redirect("staff-questions")
    context = {**_thread(one), "form": form, "asker": asked.asker(question=one)}
    return render(request, "distributors/staff_question.html", context)


@require_POST
@staff_required(RIGHT)
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Nothing more is to be said."""
    if questions.close(key=str(key)):
        messages.success(request, _("The question is closed."))
    return redirect("staff-questions")


def _rows(page: Any) -> list[dict[str, Any]]:
    now, topics = timezone.now(), dict(TOPICS)
    return [
        {"question": one, "topic": topics.get(one.topic, ""), "when": spoken.lately(one.last_at, now=now)}
        for one in page
    ]


def _thread(one: Any) -> dict[str, Any]:
    now = timezone.now()
    parts = [
        {"part": part, "when": spoken.lately(part.written_at, now=now)}
        for part in asked.parts(question_id=one.pk)
    ]
    return {"question": one, "topic": dict(TOPICS).get(one.topic, ""), "parts": parts}
