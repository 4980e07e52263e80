"""The admin, entered only with a second factor used in this session."""

from django.contrib import admin
from django.http import HttpRequest


class PortalAdminSite(admin.AdminSite):
    site_header = site_title = "Company"
    index_title = "Everything"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        from mlmportal.access import used_second_factor

        return super().has_permission(request) and used_second_factor(request)
