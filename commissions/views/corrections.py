"""Final months put right: asked for, looked at, answered for by two people."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commissions.forms.corrections import CorrectionForm
from commissions.forms.months import ActForm, ApproveForm, SendBackForm
from commissions.operations import correcting, runs
from commissions.operations.correcting import CannotCorrect
from commissions.operations.freezing import Frozen
from commissions.operations.permissions import NotAllowed
from commissions.operations.runs import CannotRun
from commissions.queries import colleagues, corrected
from commissions.views.asking import by
from commissions.views.month_rows import STATE_TAGS
from commissions.views.months import months_staff
from common import spoken
from common.deciding import decide
from common.guards import staff_required
from common.templatetags.portal import counted, signed_money

PREPARE, APPROVE = "commissions.prepare_run", "commissions.approve_run"
REFUSED = (CannotCorrect, CannotRun, NotAllowed, Frozen)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(PREPARE)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """The form in which a correcting run of a final month is asked for."""
    versions = corrected.plan_versions(key=key)
    if not versions:
        raise Http404
    form = CorrectionForm(
        request.POST or None,
        action=reverse("staff-month-correct", args=[key]),
        versions=versions,
        put_right=corrected.put_right(key=key),
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            run = correcting.ask(
                period_key=key, plan_id=given.pop("plan"), by=by(request), now=timezone.now(), **given
            )
        except CannotCorrect as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            status = 409
        except NotAllowed as error:
            raise PermissionDenied from error
        else:
            messages.success(
                request, _("Asked for. The month is being computed again; nothing is posted yet.")
            )
            return redirect("staff-correction", run.correcting.key)
    context = {"form": form, "key": key, "month_name": spoken.period_name(key), "nav": "staff-months"}
    return render(request, "commissions/staff_correct.html", context, status=status)


@require_safe
@months_staff
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One correction: why, what changes, and the step that is next."""
    return _page(request, key)


@require_POST
@staff_required(PREPARE)
def review(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say that the differences were looked at."""
    run = _found(key).run_id
    return _act(
        request,
        key,
        lambda: runs.review(run_id=run, by=by(request), now=timezone.now()),
        _("Reviewed. Somebody else approves it now."),
    )


@require_POST
@staff_required(PREPARE)
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Compute it again, against the books as they are now."""
    run = _found(key).run_id
    return _act(
        request,
        key,
        lambda: correcting.again(run_id=run, by=by(request), now=timezone.now()),
        _("It is being computed again."),
    )


@require_POST
@staff_required(PREPARE)
def give_up(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let go of it before it is approved."""
    run = _found(key).run_id
    return _act(
        request,
        key,
        lambda: correcting.give_up(run_id=run, by=by(request), now=timezone.now()),
        _("Given up. Nothing is posted."),
    )


@require_POST
@staff_required(APPROVE)
def send_back(request: HttpRequest, key: UUID) -> HttpResponse:
    """Back to who asked for it, with a reason."""
    found = _found(key)
    form = SendBackForm(request.POST, action=reverse("staff-correction-send-back", args=[key]))
    if not form.is_valid():
        return _page(request, key, send_back_form=form)
    reason = form.cleaned_data["reason"]
    return _act(
        request,
        key,
        lambda: runs.send_back(run_id=found.run_id, reason=reason, by=by(request), now=timezone.now()),
        _("Sent back. The reason stands on the correction."),
    )


@require_POST
@staff_required(APPROVE)
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer for it: what is typed is looked at first, then who types it."""
    form = _approve_form(request, _found(key), request.POST)
    if form is None or not form.is_valid():
        return _page(request, key, approve_form=form)
    answer: HttpResponse = _approve(request, key)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _approve(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _found(key)
    form = _approve_form(request, found, request.POST)
    if form is None or not form.is_valid():
        return _page(request, key, approve_form=form)
    total = form.cleaned_data["total"]
    return _act(
        request,
        key,
        lambda: runs.approve(run_id=found.run_id, by=by(request), typed_total=total, now=timezone.now()),
        _("Approved. The differences are being posted in the open month."),
    )


def _act(request: HttpRequest, key: UUID, act: Callable[[], object], said: str) -> HttpResponse:
    return decide(request, act, said=said, refused=REFUSED, to="staff-correction", key=key)


def _page(
    request: HttpRequest, key: UUID, *, approve_form: ApproveForm | None = None,
    send_back_form: SendBackForm | None = None,
) -> HttpResponse:  # fmt: skip
    found = _found(key)
    kind, word = STATE_TAGS.get(
        found.state, ("final" if found.state == "posted" else "neutral", found.state_word)
    )
    differences = (
        None if found.working or found.state == "failed" else corrected.differences(run_id=found.run_id)
    )
    context = {
        "correction": found,
        "month_name": spoken.period_name(found.month),
        "state_tag": {"kind": kind, "text": _(word).capitalize()},
        "changes": _changes(found, differences) if differences else None,
        "steps": _steps(request, found, approve_form, send_back_form),
        "nav": "staff-months",
    }
    return render(request, "commissions/staff_correction.html", context)


def _changes(found: corrected.Correction, differences: corrected.Differences) -> dict[str, Any]:
    count, rest = differences.people, differences.rest
    return {
        "key": found.month,
        "note": ngettext("%(n)s person, %(sum)s in all", "%(n)s people, %(sum)s in all", count)
        % {"n": counted(count), "sum": signed_money(found.total)},
        "before": _("Posted so far"),
        "after": _("As corrected"),
        "table": differences.rows,
        "rows": differences.changes,
        "rest": ngettext("%(n)s more person", "%(n)s more people", rest) % {"n": counted(rest)}
        if rest
        else "",
        "rest_change": differences.rest_change,
    }


def _steps(
    request: HttpRequest, found: corrected.Correction, approve_form: ApproveForm | None,
    send_back_form: SendBackForm | None,
) -> dict[str, Any]:  # fmt: skip
    given: dict[str, Any] = {}
    prepares, approves = request.user.has_perm(PREPARE), request.user.has_perm(APPROVE)
    if found.state == "draft" and prepares:
        given["review"] = _one(found, "review", _("I have reviewed these differences"))
    if found.state == "reviewed":
        given["approve"] = approve_form or _approve_form(request, found)
        given["who_can"] = colleagues.may_approve(except_ids=[found.prepared_by_id, found.reviewed_by_id])
        if approves:
            action = reverse("staff-correction-send-back", args=[found.key])
            given["send_back"] = send_back_form or SendBackForm(action=action)
    if found.state in ("draft", "reviewed", "failed") and prepares:
        given["again"] = _one(found, "again", _("Compute again"), main=False)
        given["give_up"] = _one(found, "give-up", _("Give this correction up"), main=False)
    return given


def _one(found: corrected.Correction, name: str, button: str, *, main: bool = True) -> ActForm:
    action = reverse(f"staff-correction-{name}", args=[found.key])
    return ActForm(action=action, button=button, name=name, main=main)


def _approve_form(
    request: HttpRequest, found: corrected.Correction, data: QueryDict | None = None
) -> ApproveForm | None:
    """None for who may not, or when nothing is to be approved."""
    if found.state != "reviewed" or not request.user.has_perm(APPROVE):
        return None
    if by(request) in (found.prepared_by_id, found.reviewed_by_id):
        return None
    return ApproveForm(
        data,
        action=reverse("staff-correction-approve", args=[found.key]),
        button=_("Approve this correction"),
        warnings=None,
        changes=_("I have read the reason, the evidence and what changes"),
        expected=found.total,
    )


def _found(key: UUID) -> corrected.Correction:
    try:
        return corrected.one(key=key)
    except corrected.NoSuchCorrection as error:
        raise Http404 from error
