"""The frame's own pages: those that ask more than one app."""

from django.urls import URLPattern, URLResolver, path

from mlmportal.views import home, moves, papers, staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("plan/", papers.plan, name="plan"),
    path("disclosure/", papers.disclosure, name="disclosure"),
    path("staff/", staff.overview, name="staff-overview"),
    path("staff/moves/", moves.moves, name="staff-moves"),
    path("staff/moves/<uuid:key>/", moves.move, name="staff-move"),
    path("staff/moves/<uuid:key>/approve/", moves.approve, name="staff-move-approve"),
    path("staff/moves/<uuid:key>/refuse/", moves.refuse, name="staff-move-refuse"),
    path("staff/moves/<uuid:key>/withdraw/", moves.withdraw, name="staff-move-withdraw"),
]
