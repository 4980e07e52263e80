"""The admin, entered only with a second factor used in this session, whichever door was taken."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from common.guards import second_factor_first, used_second_factor
from common.listing import FirstOnes


class PortalAdminSite(admin.AdminSite):
    site_header = site_title = "Company"
    index_title = "Everything"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Every list counts its first rows only: there may be a million more."""
        options = {"paginator": FirstOnes, "show_full_result_count": False, **options}
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and used_second_factor(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(_readable(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No form of its own: visitors sign in where attempts are counted, staff then show their second
        factor.
        """
        if not request.user.is_authenticated:
            visitor: HttpResponse = secure_admin_login(_never)(request)
            return visitor
        if not super().has_permission(request):
            raise Http404
        if not used_second_factor(request):
            return second_factor_first(request)
        return super().login(request, extra_context)


def _readable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Django's admin looks up whatever is asked for, be it the first day of the year 1 or a field without a name,
    and falls where no database or model knows such a thing: what was sent is wrong, not the portal.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (FieldDoesNotExist, OverflowError, DataError) as error:
            # Whatever a form had written is rolled back: the admin's own transaction ends before this.
            raise BadRequest("This asks for what cannot be looked up") from error

    return wrapped


def _never(request: HttpRequest) -> HttpResponse:
    raise AssertionError("Only visitors come here, and they are redirected")
