from django.urls import URLPattern, URLResolver, path

from commissions.views import adjustments, books, earnings, month_people, months, team

# An imported number may have a slash in it.
urlpatterns: list[URLPattern | URLResolver] = [
    path("team/", team.team, name="team"),
    path("team/export/", team.export, name="team-export"),
    path("team/<path:number>/branch/", team.branch, name="team-branch"),
    path("team/<path:number>/", team.team_person, name="team-person"),
    path("earnings/", earnings.earnings, name="earnings"),
    path("earnings/<str:key>/", earnings.statement, name="statement"),
    path("earnings/<str:key>/nothing/", earnings.nothing, name="statement-nothing"),
    path("earnings/<str:key>/<str:bonus>/", earnings.item, name="statement-item"),
    path("earnings/<str:key>/<str:bonus>/<int:level>/", earnings.level, name="statement-level"),
    path("staff/months/", months.months, name="staff-months"),
    path("staff/months/<str:key>/", months.month, name="staff-month"),
    path("staff/months/<str:key>/progress/", months.progress, name="staff-month-progress"),
    path("staff/months/<str:key>/people/<path:number>/", month_people.person, name="staff-month-person"),
    path("staff/months/<str:key>/close/", months.close, name="staff-month-close"),
    path("staff/months/<str:key>/compute/", months.compute, name="staff-month-compute"),
    path("staff/months/<str:key>/review/", months.review, name="staff-month-review"),
    path("staff/months/<str:key>/approve/", months.approve, name="staff-month-approve"),
    path("staff/months/<str:key>/send-back/", months.send_back, name="staff-month-send-back"),
    path("staff/adjustments/", adjustments.every, name="staff-adjustments"),
    path("staff/adjustments/<uuid:key>/", adjustments.one, name="staff-adjustment"),
    path("staff/adjustments/<uuid:key>/approve/", adjustments.approve, name="staff-adjustment-approve"),
    path("staff/adjustments/<uuid:key>/refuse/", adjustments.refuse, name="staff-adjustment-refuse"),
    path("staff/adjustments/<uuid:key>/withdraw/", adjustments.withdraw, name="staff-adjustment-withdraw"),
    path("staff/books/", books.books, name="staff-books"),
    path("staff/books/check/", books.check, name="staff-books-check"),
    path("staff/books/lift/", books.lift, name="staff-books-lift"),
]
