from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    name = "mlmportal"
    default = True


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "mlmportal.admin_site.PortalAdminSite"
