"""Every address of the policy, with somebody who may see its page; or why there is no page to see."""

import time
from collections.abc import Iterator

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from distributors.models import NewsItem, User
from distributors.operations import notice_choices
from sales.models import Product
from sales.operations import orders
from sales.operations.orders import Buyer, Item
from tests.cast import PASSWORD, Cast
from tests.distributors.test_enrolment import sign_up
from tests.furnishing import EVAS_ORDER
from tests.portal.policy import ADMIN_FRAME
from tests.portal.test_matrix import ALL, path_of, row_of

# What comes where no page comes: test_everywhere.py asks whether it does.
FILE, ONWARD, PART, ACTION, REFUSED = "a file", "leads on", "a part of a page", "an action", "refused to all"
SEEN = (FILE, ONWARD, PART, ACTION, REFUSED)
NO_PAGE = {
    **dict.fromkeys(
        ("live", "ready", "picture", "sharing-link-qr", "guest-invoice-pdf", "invoice-pdf", "staff-paper-pdf",
         "statement-pdf", "orders-export", "team-export", "mfa_download_recovery_codes", "admin:jsi18n"), FILE,
    ),
    **dict.fromkeys(
        ("mfa_index", "account_signup", "account_set_password", "account_confirm_login_code", "mfa_login_webauthn",
         "invited", "team-views", "admin:login", "admin:<path:object_id>/"), ONWARD,
    ),
    "staff-month-progress": PART,
    "own-data-file": "a file that the runner makes",
}  # fmt: skip
# In the admin what is done to an object; what was done to one, and whether to delete it, look the same for all.
DEEDS = ("change", "delete", "history", "return")
EXAMPLES = ("admin:account_emailaddress_history", "admin:account_emailaddress_delete")
PASSWORD_OF_USER = "admin:auth_user_password_change"  # whatever the model of logins is called
# Visitors of the policy in the order in which they are asked whether they may see a page, and their logins.
VISITORS = {"anonymous": "guest", "self": "eva", "staff who approve": "quinn", "superuser": "root"}
# Pages that differ by what is asked of them, or by who looks.
MORE = {
    "guest": {"/r/no-such-code": 200, "/no-such-page/": 404},
    "eva": {
        "/team/?view=table&level=1": 200, "/team/?view=diagram": 200, f"/earnings/order/?number={EVAS_ORDER}": 200,
        f"/orders/{EVAS_ORDER}/": 200, f"/orders/{EVAS_ORDER}/return/": 200, "/disclosure/": 200, "/plan/": 200,
        "/no-such-page/": 404,
    },
    "quinn": {"/staff/months/2026-11/": 200, "/security/": 200, "/profile/": 200},
    "paula": {"/staff/": 200, "/staff/months/2026-10/": 200},
    "rolf": {"/staff/": 200, "/staff/months/": 403},
}  # fmt: skip


def stops(*, cast: Cast) -> Iterator[tuple[str, str, int]]:
    """In whose browser, which address, and the status it answers; what customers see, as a customer too."""
    opened = prepared(cast=cast)
    for name in ALL:
        row = row_of(name)
        if no_page(name):
            continue
        if name in opened:
            yield *opened[name], 200
            continue
        path = (_object_path(name) if _deed(name) in DEEDS else None) or path_of(name, row)
        yield who_may(name), path, 200
        if row.expected("customer") == "ok" != row.expected("anonymous") and not path.startswith(
            "/accounts/"
        ):
            yield "ivo", path, 200
    for who, paths in MORE.items():
        yield from ((who, path, status) for path, status in paths.items())


def no_page(name: str) -> str:
    """Why an address has no page of its own to look at; empty where it has one."""
    row = row_of(name)
    if row.only_post or row.expected("superuser") == "method":
        return ACTION
    if name in NO_PAGE or not name.startswith("admin:"):
        return NO_PAGE.get(name, "")
    if "ok" not in row.expected("superuser").split("|"):
        return REFUSED
    if _deed(name) in DEEDS and _object_path(name) is None:
        return "there is none"
    return "looks like another" if _deed(name) in ("history", "delete") and name not in EXAMPLES else ""


def who_may(name: str) -> str:
    """The login of the first who may see it; where nobody meets a page, of somebody who is told so."""
    row = row_of(name)
    may = [login for visitor, login in VISITORS.items() if "ok" in row.expected(visitor).split("|")]
    return next(
        iter(may), "root" if name.startswith("admin:") else "quinn" if name.startswith("mfa") else "eva"
    )


def _deed(name: str) -> str:
    return name.rpartition("_")[2] if name.startswith("admin:") and name not in ADMIN_FRAME else ""


def _object_path(name: str) -> str | None:
    """The admin's address of the first object there is of a model."""
    app, _, model = name.removeprefix("admin:").rpartition("_")[0].partition("_")
    kind = User if name == PASSWORD_OF_USER else apps.get_model(app, model)
    found = kind._default_manager.order_by("pk").first()
    return reverse(name, args=[found.pk]) if found else None


def prepared(*, cast: Cast) -> dict[str, tuple[str, str]]:
    """What opens to somebody in the middle of something: the login and the address."""
    eva, quinn, now = cast.users["eva"], cast.users["quinn"], timezone.now()
    item = NewsItem.objects.create(title="New balm", body="## Oat\n\nIt is **here**.", published_at=now)
    key = Authenticator.objects.create(user=quinn, type="webauthn", data={"name": "Key", "credential": {}})
    RecoveryCodes.activate(quinn)
    waits = orders.place(
        buyer=Buyer(distributor_id=cast.eva.pk), items=[Item(Product.objects.earliest("pk").pk, 1)],
        purpose="own_use", now=now,
    )  # fmt: skip
    address = EmailAddress.objects.create(user=cast.users["ivo"], email="new@example.com")
    again = {"uidb36": user_pk_to_url_str(eva), "key": default_token_generator.make_token(eva)}
    stop = {"token": notice_choices.token(user_id=eva.pk, kind="joined")}
    opened = {
        "account_confirm_email": ("guest", {"key": EmailConfirmationHMAC(address).key}),
        "account_reset_password_from_key": ("reset", again),
        "mail-stop": ("guest", stop),
        "news-item": ("eva", {"item_id": item.pk}),
        "order": ("eva", {"number": waits.number}),
        "order-cancel": ("eva", {"number": waits.number}),
        "mfa_edit_webauthn": ("quinn", {"pk": key.pk}),
        "mfa_remove_webauthn": ("quinn", {"pk": key.pk}),
        **dict.fromkeys(("profile-edit", "own-data", "leave", "mfa_activate_totp", "mfa_add_webauthn"), ("eva", {})),
        **dict.fromkeys(("mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes",
                         "mfa_generate_recovery_codes", "mfa_reauthenticate_webauthn"), ("quinn", {})),
        **dict.fromkeys(("join", "join-read", "join-distributor", "join-customer"), ("newcomer", {})),
        "join-waiting": ("waiting", {}),
        "mfa_authenticate": ("door", {}),
    }  # fmt: skip
    return {name: (who, reverse(name, kwargs=kwargs)) for name, (who, kwargs) in opened.items()}


def browser_of(cast: Cast, who: str) -> Client:
    """The browser of a login, or of a guest, a newcomer, somebody who waits for a place, or at the door."""
    if who in cast.users:
        return _asked_again(cast.client(who))
    client = Client()
    if who == "guest":
        product = Product.objects.earliest("pk").pk
        client.post(reverse("guest-add", kwargs={"code": "eva-code", "product_id": product}), {"quantity": 1})
    elif who == "newcomer":
        client.get("/r/eva-code")
        client.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
    elif who == "waiting":
        user = User.objects.get(pk=sign_up())
        EmailAddress.objects.filter(user=user).update(verified=True)
        client.force_login(user)
    elif who == "door":
        client.post("/accounts/login/", {"login": "quinn@example.com", "password": PASSWORD})
    return client


def _asked_again(client: Client) -> Client:
    """Has shown once more who it is, for as long as the walk may take."""
    session = client.session
    until = time.time() + 3_600
    again = {"method": "password", "at": until, "reauthenticated": True}
    session["account_authentication_methods"] = [*session["account_authentication_methods"], again]
    session.save()
    return client
