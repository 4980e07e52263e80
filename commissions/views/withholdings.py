"""Whose earnings are not paid out for now, and why."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from commissions.forms.withholdings import WithholdingForm
from commissions.operations import withholding as acts
from commissions.operations.permissions import NotAllowed
from commissions.operations.withholding import CannotWithhold
from commissions.queries import withholdings
from commissions.views.asking import by
from common.deciding import decide
from common.guards import staff_required

RIGHT = "commissions.withhold_earnings"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(RIGHT)
def withheld(request: HttpRequest) -> HttpResponse:
    """Everybody of whom something is withheld, and the form to say that something is missing."""
    form = WithholdingForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            acts.withhold(by=by(request), now=timezone.now(), **form.cleaned_data)
        except CannotWithhold as error:
            form.add_error(error.field or None, str(error))
            status = 409
        except NotAllowed as error:
            raise PermissionDenied from error
        else:
            messages.success(request, _("Said. What the next statements leave to pay is put aside."))
            return redirect("staff-withheld")
    context = {
        "rows": withholdings.everybody(),
        "form": form,
        "mine": by(request),
        "nav": "staff-withheld",
    }
    return render(request, "commissions/staff_withheld.html", context, status=status)


@require_POST
@staff_required(RIGHT)
def end(request: HttpRequest, key: UUID) -> HttpResponse:
    """Nothing is missing any more; the next posting pays what was put aside."""
    return decide(
        request,
        lambda: acts.end(key=key, by=by(request), now=timezone.now()),
        said=_("Ended. What was put aside is paid with the next statement."),
        refused=(CannotWithhold, NotAllowed),
        to="staff-withheld",
    )
