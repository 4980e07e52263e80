"""The frame's own pages: those that ask more than one app."""

from django.urls import URLPattern, URLResolver, path

from mlmportal.views import home, papers, staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("plan/", papers.plan, name="plan"),
    path("disclosure/", papers.disclosure, name="disclosure"),
    path("staff/", staff.overview, name="staff-overview"),
]
