"""Invitations a distributor sends by mail, and what came of them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.guards import distributor_id, distributor_required
from distributors.operations import invitations as operations
from distributors.queries import invitations
from mlmportal.views.sharing_forms import InvitationForm, InvitationsForm

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@distributor_required
def listing(request: HttpRequest) -> HttpResponse:
    """Every invitation with its state, and the form to send one."""
    form = InvitationForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=400)
    email = form.cleaned_data["email"]
    try:
        operations.send(
            sponsor_id=distributor_id(request), email=email, now=timezone.now(), today=timezone.localdate()
        )
    except operations.CannotInvite as refused:
        form.add_error("email", str(refused))
        return _page(request, form, status=409)
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": email})
    return redirect("sharing-invitations")


def _page(request: HttpRequest, form: InvitationForm, *, status: int = 200) -> HttpResponse:
    me = distributor_id(request)
    filter_form = InvitationsForm(request.GET)
    found = invitations.of_sponsor(sponsor_id=me, **filter_form.chosen())
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filter": filter_form,
        "rows": invitations.rows(invitations=page),
        "page": page,
        "is_narrowed": bool(filter_form.chosen()["state"]),
        "left": invitations.left_today(sponsor_id=me, today=timezone.localdate()),
        "nav": "sharing",
    }
    return render(request, "mlmportal/invitations.html", context, status=status)
