from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    name = "mlmportal"
    default = True

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed

        from mlmportal import accounts

        email_confirmed.connect(accounts.complete, dispatch_uid="complete-enrolment")


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "mlmportal.admin_site.PortalAdminSite"
