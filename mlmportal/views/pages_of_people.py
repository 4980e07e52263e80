"""A distributor's personal page: as the public sees it, and as its owner writes it."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.guards import distributor_id, distributor_required, used_second_factor
from distributors.operations import pages as operations
from distributors.operations import pictures
from distributors.queries import account, disclosures, documents, pages, referrals
from mlmportal.views.page_forms import PageForm
from sales.queries import showcase

APPROVE = "distributors.approve_page"
TEN_MINUTES = "public, max-age=600"


@require_safe
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """The approved page of a distributor, for everybody."""
    page = pages.live(slug=slug)
    if page is None:
        raise Http404
    return render(request, "mlmportal/person_page.html", shown(page))


def shown(page: pages.Page) -> dict[str, Any]:
    """What the page's template needs, for the public and for who looks at it before."""
    today = timezone.localdate()
    disclosure = documents.current(kind=documents.DISCLOSURE, today=today)
    return {
        "page": page,
        "code": referrals.code_of(distributor_id=page.distributor_id),
        "products": showcase.shown(skus=page.skus, day=today),
        "disclosure": disclosure,
        "bands": disclosures.bands(figures=disclosure.figures),
    }


@require_safe
def picture(request: HttpRequest, key: str) -> HttpResponse:
    """A photo: of a public page for everybody, else for its owner and for who approves pages."""
    may_approve = request.user.is_authenticated and request.user.has_perm(APPROVE)
    found = pages.picture(
        key=key.replace("\x00", ""),
        user_id=request.user.pk,
        may_approve=may_approve and used_second_factor(request),
    )
    if found is None:
        raise Http404
    data, is_public = found
    response = HttpResponse(data, content_type="image/jpeg")
    if is_public and not request.user.is_authenticated:
        response["Cache-Control"] = TEN_MINUTES
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@distributor_required
def edit(request: HttpRequest) -> HttpResponse:
    """One's own page: what is public, what waits, and what the company said; and writing a new version."""
    mine = pages.mine(distributor_id=distributor_id(request))
    today = timezone.localdate()
    if request.method != "POST":
        return _page(request, mine, _form(mine, showcase.offered(day=today)))
    data, status = request.POST.copy(), 400
    form = PageForm(data, request.FILES, products=showcase.offered(day=today))
    if _take_photo(request, form) and form.is_valid():
        try:
            operations.submit(
                distributor_id=distributor_id(request),
                story=form.cleaned_data["story"],
                skus=form.cleaned_data["products"],
                picture_key="" if form.cleaned_data["without_photo"] else data.get("picture", ""),
                now=timezone.now(),
            )
        except operations.NotThere:
            form.add_error("photo", _("This photo is not there any more. Choose it again."))
        else:
            messages.success(request, _("The company looks at it. What is public stays until then."))
            return redirect("sharing-page")
    return _page(request, mine, form, status=status)


def _take_photo(request: HttpRequest, form: PageForm) -> bool:
    """Keeps an uploaded photo at once, so that an error elsewhere does not lose it; False if it is none."""
    form.is_valid()
    photo = form.cleaned_data.get("photo")
    if photo is None:
        return True
    profile = account.profile(user_id=cast("int", request.user.pk))
    if profile is None:
        raise Http404
    try:
        key = pictures.keep(profile_id=profile.pk, data=photo.read(), now=timezone.now())
    except pictures.NotAPicture:
        form.add_error("photo", _("This is not a photo we can read. Take a JPEG, PNG or WebP."))
        return False
    form.data["picture"] = key  # type: ignore[index]
    return True


@require_safe
@distributor_required
def preview(request: HttpRequest) -> HttpResponse:
    """The version that waits, as the public would see it."""
    waiting = pages.mine(distributor_id=distributor_id(request)).waiting
    if waiting is None:
        raise Http404
    return render(request, "mlmportal/person_page.html", {**shown(waiting), "is_preview": True})


@require_POST
@distributor_required
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take one's page off the net, at once and without asking."""
    if operations.withdraw(distributor_id=distributor_id(request), now=timezone.now()):
        messages.success(request, _("Your page is not public any more."))
    return redirect("sharing-page")


def _form(mine: pages.Mine, products: list[tuple[str, str]]) -> PageForm:
    latest = mine.latest
    initial = {}
    if latest is not None:
        initial = {"story": latest.story, "products": list(latest.skus), "picture": latest.picture}
    return PageForm(initial=initial, products=products)


def _page(request: HttpRequest, mine: pages.Mine, form: PageForm, *, status: int = 200) -> HttpResponse:
    context = {"mine": mine, "form": form, "nav": "sharing"}
    return render(request, "mlmportal/own_page.html", context, status=status)
