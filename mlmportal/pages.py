"""The frame's own pages: those that ask more than one app."""

from django.urls import URLPattern, URLResolver, path

from mlmportal.views import (
    demo_mail,
    home,
    invitations,
    moves,
    pages_approval,
    pages_of_people,
    papers,
    sharing,
    staff,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("demo/mail/", demo_mail.letters, name="demo-mail"),
    path("plan/", papers.plan, name="plan"),
    path("disclosure/", papers.disclosure, name="disclosure"),
    path("people/<slug:slug>/", pages_of_people.public, name="person-page"),
    path("pictures/<str:key>/", pages_of_people.picture, name="picture"),
    path("sharing/", sharing.sharing, name="sharing"),
    path("sharing/renew/", sharing.renew, name="sharing-renew"),
    path("sharing/campaign/", sharing.campaign_add, name="sharing-campaign"),
    path("sharing/link/<str:code>/", sharing.link, name="sharing-link"),
    path("sharing/link/<str:code>/qr/", sharing.link_qr, name="sharing-link-qr"),
    path("sharing/link/<str:code>/end/", sharing.link_end, name="sharing-link-end"),
    path("sharing/invitations/", invitations.listing, name="sharing-invitations"),
    path("sharing/page/", pages_of_people.edit, name="sharing-page"),
    path("sharing/page/preview/", pages_of_people.preview, name="sharing-page-preview"),
    path("sharing/page/withdraw/", pages_of_people.withdraw, name="sharing-page-withdraw"),
    path("staff/pages/", pages_approval.listing, name="staff-pages"),
    path("staff/pages/<uuid:key>/", pages_approval.one, name="staff-page"),
    path("staff/pages/<uuid:key>/approve/", pages_approval.approve, name="staff-page-approve"),
    path("staff/pages/<uuid:key>/refuse/", pages_approval.refuse, name="staff-page-refuse"),
    path("staff/pages/<uuid:key>/take-down/", pages_approval.take_down, name="staff-page-take-down"),
    path("staff/", staff.overview, name="staff-overview"),
    path("staff/moves/", moves.moves, name="staff-moves"),
    path("staff/moves/<uuid:key>/", moves.move, name="staff-move"),
    path("staff/moves/<uuid:key>/approve/", moves.approve, name="staff-move-approve"),
    path("staff/moves/<uuid:key>/refuse/", moves.refuse, name="staff-move-refuse"),
    path("staff/moves/<uuid:key>/withdraw/", moves.withdraw, name="staff-move-withdraw"),
]
