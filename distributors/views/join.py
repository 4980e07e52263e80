"""From a referral link to a sign-up, step by step."""

from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.utils import complete_signup
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.fields import likely_country
from common.limits import too_many
from distributors.forms.join import ChooseForm, CodeForm, DetailsForm, ReadForm
from distributors.operations import documents as document_operations
from distributors.operations import enrolment
from distributors.queries import documents, invitations, pages, referrals
from distributors.queries.disclosures import bands
from distributors.queries.documents import AGREEMENT, DISCLOSURE
from distributors.views import draft, referral_cookie, visits
from distributors.views.invited import INVITATION

ACCEPTED = "join_accepted"
GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
def referral(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a referral link. Whatever is wrong with the code, it ends in the same neutral page."""
    refused = too_many(request, action="referral")
    if refused:
        return refused
    invited_by = None if request.user.is_authenticated else referrals.sponsor(code=code)
    first = referral_cookie.sponsor(request)
    if invited_by is None:
        return _landing(request, CodeForm(action=reverse("join-sponsor")), None)
    draft.begin_anew(request)
    visits.note(request, link_id=invited_by.code_id, today=timezone.localdate())
    response = _landing(request, ChooseForm(action=reverse("join")), invited_by, first)
    if first is None and referral_cookie.opened_by_a_person(request):
        referral_cookie.remember(response, code=invited_by.code)
    return response


def _landing(
    request: HttpRequest,
    form: ChooseForm | CodeForm,
    sponsor: referrals.Sponsor | None,
    first: referrals.Sponsor | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "form": form,
        "sponsor": sponsor,
        # Somebody whose link was opened earlier stays the sponsor until the visitor says otherwise.
        "page": pages.live_of(distributor_id=sponsor.distributor_id) if sponsor else None,
        "first": first if first and sponsor and first.distributor_id != sponsor.distributor_id else None,
        **_papers(today),
    }
    return render(request, "distributors/landing.html", context)


def _papers(today: date) -> dict[str, Any]:
    disclosure = documents.current(kind=DISCLOSURE, today=today)
    return {
        "agreement": documents.current(kind=AGREEMENT, today=today),
        "disclosure": disclosure,
        "bands": bands(figures=disclosure.figures),
    }


@GET_POST
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Step 1: as a customer or as a distributor."""
    if request.user.is_authenticated:
        return redirect("home")
    sponsor = referral_cookie.sponsor(request)
    if sponsor is None:
        return redirect("join-sponsor")
    form = ChooseForm(request.POST or None, action=reverse("join"))
    if request.method == "POST" and form.is_valid():
        return redirect("join-read" if form.cleaned_data["kind"] == "distributor" else "join-customer")
    return _landing(request, form, sponsor)


@GET_POST
@never_cache
def sponsor_code(request: HttpRequest) -> HttpResponse:
    """For somebody without a link, or with the wrong one: whoever is chosen here knowingly replaces it."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method != "POST":
        form = CodeForm(action=reverse("join-sponsor"), initial={"code": request.GET.get("code", "")[:24]})
        return _code_page(request, form)
    refused = too_many(request, action="referral")
    if refused:
        return refused
    form = CodeForm(request.POST, action=reverse("join-sponsor"))
    found = referrals.sponsor(code=form.cleaned_data["code"]) if form.is_valid() else None
    if found is None:
        if form.is_valid():
            form.add_error("code", _("This code leads to nobody at the moment. Please check it."))
        return _code_page(request, form)
    response = redirect("join")
    referral_cookie.remember(response, code=found.code)
    return response


def _code_page(request: HttpRequest, form: CodeForm) -> HttpResponse:
    remembered = referral_cookie.sponsor(request)
    return render(request, "distributors/sponsor_code.html", {"form": form, "remembered": remembered})


@GET_POST
@never_cache
def read(request: HttpRequest) -> HttpResponse:
    """Step 2 for distributors: what people earn, and the agreement, before anything else is asked."""
    if request.user.is_authenticated:
        return redirect("home")
    sponsor = referral_cookie.sponsor(request)
    if sponsor is None:
        return redirect("join-sponsor")
    today = timezone.localdate()
    form = ReadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kinds = (AGREEMENT, DISCLOSURE)
        request.session[ACCEPTED] = [document_operations.to_accept(kind=kind, today=today) for kind in kinds]
        return redirect("join-distributor")
    context = {
        "form": form,
        "sponsor": sponsor,
        **_papers(today),
    }
    return render(request, "distributors/read.html", context)


@GET_POST
@never_cache
@sensitive_post_parameters("password")
def details(request: HttpRequest, kind: enrolment.Kind) -> HttpResponse:
    """The last step: who is joining, with the sponsor confirmed in words."""
    if request.user.is_authenticated:
        return redirect("home")
    try:
        enrolment.raise_if_submitted(submission=draft.submission(request))
    except enrolment.AlreadySignedUp as done:
        return _once_more(request, done.user_id)
    sponsor = referral_cookie.sponsor(request)
    if sponsor is None:
        # Suspended or revoked since: the newcomer chooses again.
        return redirect("join-sponsor")
    accepted = _accepted(request) if kind == "distributor" else None
    if kind == "distributor" and accepted is None:
        return redirect("join-read")
    form = DetailsForm(
        request.POST or None,
        initial={**_known(request, sponsor), "submission": draft.token(request)},
        sponsor_name=sponsor.name,
        kind=kind,
        today=timezone.localdate(),
    )
    if request.method == "POST":
        refused = too_many(request, action="signup")
        if refused:
            return refused
        if form.is_valid():
            return _sign_up(request, form, kind, sponsor, accepted)
        draft.keep(request, request.POST)
    return render(request, "distributors/details.html", {"form": form, "sponsor": sponsor, "kind": kind})


@require_POST
@never_cache
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keeps what is written so far; says so the first time."""
    refused = too_many(request, action="draft")
    if refused:
        return refused
    if request.user.is_authenticated or referral_cookie.sponsor(request) is None:
        raise Http404
    if not draft.keep(request, request.POST):
        return HttpResponse(status=204)
    return HttpResponse(
        _(
            "Kept for eight hours as you write, except for the password. If the connection breaks, come back here."
        )
    )


def _known(request: HttpRequest, sponsor: referrals.Sponsor) -> dict[str, str]:
    """What was written before; the address of somebody who was invited by mail, and the market of who invites."""
    found = draft.written(request)
    invitation = invitations.received(key=str(request.session.get(INVITATION, "")))
    if invitation and not found.get("email"):
        found["email"] = invitation.email
    found["country"] = found.get("country") or likely_country(of=sponsor.country)
    return found


def _once_more(request: HttpRequest, user_id: int) -> HttpResponse:
    """The form was sent before and has made a person: the same answer again, and nobody is signed in by it."""
    if referrals.has_confirmed(user_id=user_id):
        return _answer(redirect("account_login"))
    if request.method != "POST":
        return _answer(redirect("account_email_verification_sent"))
    user = get_user_model().objects.get(pk=user_id)
    return _answer(complete_signup(request, user=user, email_verification="mandatory", success_url=None))


def _accepted(request: HttpRequest) -> enrolment.Accepted | None:
    ids = request.session.get(ACCEPTED)
    if not isinstance(ids, list) or len(ids) != 2:
        return None
    return enrolment.Accepted(agreement_id=ids[0], disclosure_id=ids[1])


def _sign_up(
    request: HttpRequest,
    form: DetailsForm,
    kind: enrolment.Kind,
    sponsor: referrals.Sponsor,
    accepted: enrolment.Accepted | None,
) -> HttpResponse:
    if form.from_a_machine:
        return _answer(get_adapter().respond_email_verification_sent(request, None))
    # Hashed before anything is looked up: a known address takes as long as an unknown one.
    applicant = _applicant(form.cleaned_data)
    try:
        user_id = enrolment.sign_up(
            kind=kind,
            applicant=applicant,
            referral_code=sponsor.code,
            accepted=accepted,
            now=timezone.now(),
            today=timezone.localdate(),
            address=get_adapter().get_client_ip(request),
            submission=form.cleaned_data["submission"],
            invitation=str(request.session.get(INVITATION, "")),
        )
    except enrolment.AlreadySignedUp as done:
        return _once_more(request, done.user_id)
    except enrolment.EmailTaken:
        return _answer(prevent_enumeration(request, email=applicant.email))
    except enrolment.SponsorNotAvailable:
        return redirect("join-sponsor")
    except enrolment.DocumentsChanged:
        request.session.pop(ACCEPTED, None)
        return redirect("join-read")
    request.session.pop(ACCEPTED, None)
    draft.done(request)
    user = get_user_model().objects.get(pk=user_id)
    return _answer(complete_signup(request, user=user, email_verification="mandatory", success_url=None))


def _applicant(cleaned: dict[str, Any]) -> enrolment.Applicant:
    return enrolment.Applicant(
        email=cleaned["email"],
        password_hash=make_password(cleaned["password"]),
        given_name=cleaned["given_name"],
        family_name=cleaned["family_name"],
        birth_date=cleaned["birth_date"],
        country=cleaned["country"],
        phone=cleaned["phone"],
    )


def _answer(response: HttpResponse) -> HttpResponse:
    """The invitation has done its work; the answer is the same whatever happened."""
    referral_cookie.forget(response)
    return response
