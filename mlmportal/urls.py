"""Every address of the portal. tests/portal/policy.py says who may open which; one without a row fails."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from common.views import styleguide
from mlmportal import accounts
from mlmportal.views import health

urlpatterns = [
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("styleguide/", styleguide, name="styleguide"),
    path("admin/", admin.site.urls),
    # The portal's own page shows the second factors beside everything else that protects a login.
    path("accounts/2fa/", RedirectView.as_view(pattern_name="security"), name="mfa_index"),
    path("accounts/", include("allauth.urls")),
    path("join/waiting/", accounts.waiting, name="join-waiting"),
    path("", include("mlmportal.pages")),
    path("", include("distributors.urls")),
    path("", include("sales.urls")),
    path("", include("commissions.urls")),
]
