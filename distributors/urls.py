from django.urls import URLPattern, URLResolver, path, re_path

from distributors.views import account, invited, join, mine, notices, placing

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^r/(?P<code>[^/]+)/?$", join.referral, name="referral"),
    path("invited/<str:key>/", invited.opened, name="invited"),
    path("invited/<str:key>/refuse/", invited.refuse, name="invited-refuse"),
    path("join/", join.start, name="join"),
    path("join/draft/", join.keep_draft, name="join-draft"),
    path("join/sponsor/", join.sponsor_code, name="join-sponsor"),
    path("join/distributor/", join.read, name="join-read"),
    path("join/distributor/details/", join.details, {"kind": "distributor"}, name="join-distributor"),
    path("join/customer/", join.details, {"kind": "customer"}, name="join-customer"),
    path("placing/", placing.waiting, name="placing"),
    path("placing/<slug:tree>/<str:number>/", placing.choose, name="placing-choose"),
    path("notices/", notices.listed, name="notices"),
    path("notices/read/", notices.read_all, name="notices-read-all"),
    path("notices/<int:notice_id>/read/", notices.read, name="notice-read"),
    path("notices/choices/", notices.choices, name="notice-choices"),
    path("mail/stop/<str:token>/", notices.stop, name="mail-stop"),
    path("profile/", account.profile, name="profile"),
    path("profile/edit/", account.profile_edit, name="profile-edit"),
    path("profile/shown/", mine.openness, name="openness"),
    path("profile/data/", mine.data, name="own-data"),
    path("profile/data/<int:file_id>/", mine.data_file, name="own-data-file"),
    path("profile/leave/", mine.leave, name="leave"),
    path("profile/stay/", mine.stay, name="stay"),
    path("security/sessions/<int:session_id>/end/", mine.session_end, name="session-end"),
    path("security/", account.security, name="security"),
    path("security/second-factor/", account.second_factor, name="second-factor"),
]
