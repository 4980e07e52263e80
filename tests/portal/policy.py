"""Who may open which address: the portal's one declared policy. Rows about a person are about Eva (tests/cast.py)."""

from dataclasses import dataclass, field

from sales.queries import guests

SUBJECT = "1005"
PERIOD = "2026-10"
CORRECTION = "5b1f0f6a-2a3c-4f0e-9d57-1c1c8e2b9a40"  # that furnishing asks for
ADJUSTMENT = "0c9a7a1e-55d6-4a51-8f9e-6a3a1d0b7c22"  # that furnishing asks for
INVITED = "b5f0c1d2e3a4968778695a4b3c2d1e0f"  # by Eva, that furnishing wrote to
PICTURE = "a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3"  # of Eva, on her public page
PAGE = "3d8c1f0a-6b1e-4a53-9c39-1f2e5a7d9b60"  # the version of Eva's page that waits
ASKED = "9a4a6c1e-2f0b-4c8e-8d55-6b7f3e2a1c04"  # a return of Eva's order of October
WITHHELD = "6d2e0b7c-58a1-4c0e-9b7a-0c1d2e3f4a5b"  # of Finn, whose tax form is missing
INVOICE = "I000005"  # of Eva's order of October
CHANGE = "5f1c3a52-7f0e-4a0b-9a53-0d2b8f6f1e11"  # of sponsor, that furnishing asks for
GUEST_ORDER, GUEST_INVOICE = "P000008", "I000007"  # of somebody without a login, through Eva
GUEST = guests.token(order_number=GUEST_ORDER)  # what the link in their letter carries
QUESTION = "7d0d8c0e-3d5e-4d0c-9f0a-5f3c1b2a4e33"  # of Eva, that furnishing asks


@dataclass(frozen=True)
class Who:
    name: str
    second_factor: bool = True


VISITORS: dict[str, Who | None] = {
    "anonymous": None,
    "self": Who("eva"),
    "sponsor": Who("dan"),
    "far upline": Who("ana"),
    "downline": Who("finn"),
    "sideline": Who("gus"),
    "customer": Who("ivo"),
    "suspended": Who("hana"),
    "staff without the second factor": Who("paula", second_factor=False),
    "staff without rights": Who("rolf"),
    "staff who prepare": Who("paula"),
    "staff who approve": Who("quinn"),
    "superuser": Who("root"),
}
DISTRIBUTORS = ("self", "sponsor", "far upline", "downline", "sideline")
STAFF = ("staff without rights", "staff who prepare", "staff who approve", "superuser")
UPLINE = ("self", "sponsor", "far upline")


@dataclass(frozen=True)
class Row:
    """What each kind of visitor meets; whoever is not named meets `others`."""

    others: str = "hidden"
    meets: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, object] = field(default_factory=dict)
    only_post: bool = False
    writes: str = ""  # what a change meets that may be looked at but not made
    path: str = ""  # where an address has no name to make it from

    def expected(self, visitor: str) -> str:
        if visitor == "suspended":
            return "out"
        return self.meets.get(visitor, self.others)


def public(**arguments: object) -> Row:
    """Open to all; somebody suspended who is still signed in is signed out first."""
    return Row(others="ok", arguments=arguments)


def public_away(**arguments: object) -> Row:
    """Leads everybody on."""
    return Row(others="away", arguments=arguments)


def portal(
    *, staff: str = "hidden", customer: str = "ok", others: str | None = None, **arguments: object
) -> Row:
    """Pages of distributors and customers."""
    meets = dict.fromkeys(DISTRIBUTORS, others or "ok") | {
        "customer": customer if customer != "ok" else others or "ok"
    }
    meets |= dict.fromkeys((*STAFF, "staff without the second factor"), staff) | {"anonymous": "login"}
    return Row(meets=meets, arguments=arguments)


def distributors(*, seen_by: tuple[str, ...] = DISTRIBUTORS, met: str = "ok", **arguments: object) -> Row:
    """Pages of distributors; where they are about a person, only for that one and the upline."""
    return Row(meets=dict.fromkeys(seen_by, met) | {"anonymous": "login"}, arguments=arguments)


def staff(*, may: tuple[str, ...] = STAFF, met: str = "ok", **arguments: object) -> Row:
    """The company's side: a second factor used in this session, and the right."""
    meets = dict.fromkeys(STAFF, "denied") | dict.fromkeys(may, met)
    meets |= {"anonymous": "login", "staff without the second factor": "factor"}
    return Row(meets=meets, arguments=arguments)


PREPARE = ("staff who prepare", "staff who approve", "superuser")
APPROVE = ("staff who approve", "superuser")

ORDER = "P000007"  # Eva's of November
OWN_ORDER = ("self",)
SIGNED_IN = (*DISTRIBUTORS, "customer", "staff without the second factor", *STAFF)
NEEDS_STAFF_PAGE = dict.fromkeys(STAFF, "ok")


def signed_in(met: str = "ok", **arguments: object) -> Row:
    """For everybody with a login."""
    return Row(others=met, meets={"anonymous": "login"}, arguments=arguments)


def for_guests(met: str = "ok", *, signed_in_met: str = "away", **arguments: object) -> Row:
    """For people without a login; who has one is led on."""
    return Row(others=signed_in_met, meets={"anonymous": met}, arguments=arguments)


def write_only(row: Row) -> Row:
    """Answers POST alone: GET is 405 to everybody, and who may not POST is refused by POST."""
    return Row(others=row.others, meets=row.meets, arguments=row.arguments, only_post=True)


POLICY: dict[str, Row] = {
    # Anybody.
    "live": public(),
    "ready": public(),
    "styleguide": public(),
    "demo-mail": public(),
    "plan": public(),
    "disclosure": public(),
    "referral": public(code="eva-code"),
    "person-page": public(slug="eva-vermeer"),
    "picture": public(key=PICTURE),
    # Accounts: allauth's own, in our clothes.
    "account_login": for_guests(),
    "account_logout": Row(others="ok", meets={"anonymous": "away"}),
    "account_inactive": public(),
    "account_signup": public_away(),
    "account_reauthenticate": signed_in(),
    "account_email": signed_in(),
    "account_email_verification_sent": public(),
    "account_confirm_email": public(key="no-such-key"),
    "account_change_password": signed_in(),
    "account_set_password": signed_in("away"),
    "account_reset_password": public(),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(uidb36="1", key="no-such-key"),
    "account_reset_password_from_key_done": public(),
    "account_confirm_login_code": Row(others="away", meets={"anonymous": "login"}),
    "usersessions_list": signed_in(),
    "mfa_index": public_away(),
    "mfa_authenticate": signed_in("away"),
    "mfa_reauthenticate": signed_in("away"),
    "mfa_activate_totp": signed_in("away"),
    "mfa_deactivate_totp": signed_in("hidden"),
    "mfa_view_recovery_codes": signed_in("hidden"),
    "mfa_generate_recovery_codes": signed_in("away"),
    "mfa_download_recovery_codes": signed_in("hidden"),
    "mfa_list_webauthn": signed_in(),
    "mfa_add_webauthn": signed_in("away"),
    "mfa_reauthenticate_webauthn": signed_in("away"),
    "mfa_remove_webauthn": signed_in("away", pk=1),
    "mfa_edit_webauthn": signed_in("away", pk=1),
    "mfa_login_webauthn": for_guests("login"),
    # Joining: without a referral a newcomer is asked who invited them.
    "join": public_away(),
    "join-sponsor": for_guests(),
    "join-read": public_away(),
    "join-distributor": public_away(),
    "join-customer": public_away(),
    "join-waiting": signed_in("away"),
    "join-draft": write_only(Row(others="hidden")),
    "invited": public_away(key=INVITED),
    "invited-refuse": public(key=INVITED),
    # Everybody with a login.
    "home": Row(
        meets=dict.fromkeys((*DISTRIBUTORS, "customer"), "ok")
        | dict.fromkeys((*STAFF, "staff without the second factor"), "away")
        | {"anonymous": "login"}
    ),
    "profile": signed_in(),
    "profile-edit": signed_in("away"),  # to the password first: the session says nothing of a fresh sign-in
    "security": signed_in(),
    "second-factor": Row(others="ok", meets=dict.fromkeys(STAFF, "away") | {"anonymous": "login"}),
    # Distributors and customers: what they are told.
    "notices": portal(),
    "notices-read-all": write_only(portal()),
    "notice-read": write_only(portal(others="hidden", notice_id=10**12)),
    "notice-choices": portal(),
    "news": portal(),
    "news-item": portal(others="hidden", item_id=10**12),
    "questions": portal(),
    "question-ask": portal(),
    "question": Row(meets={"self": "ok", "anonymous": "login"}, arguments={"key": QUESTION}),
    "own-data": portal(others="away"),  # to the password first
    "own-data-file": portal(others="away", file_id=10**12),
    "leave": portal(others="away"),
    "stay": write_only(portal()),
    "session-end": write_only(signed_in("hidden", session_id=10**12)),
    "mail-stop": Row(others="hidden", arguments={"token": "no-such-token"}),
    # Distributors.
    "openness": distributors(),
    "sharing": distributors(),
    "sharing-renew": write_only(distributors()),
    "sharing-invitations": distributors(),
    "sharing-page": distributors(),
    "sharing-page-preview": distributors(seen_by=OWN_ORDER),
    "sharing-page-withdraw": write_only(distributors()),
    "sharing-campaign": write_only(distributors()),
    "sharing-link": distributors(seen_by=OWN_ORDER, code="eva-stall"),
    "sharing-link-qr": distributors(seen_by=OWN_ORDER, code="eva-stall"),
    "sharing-link-end": write_only(distributors(seen_by=OWN_ORDER, code="eva-stall")),
    "placing": distributors(),
    "placing-choose": distributors(seen_by=("self",), tree="legs", number="1006"),  # Finn, whom Eva sponsors
    "team": distributors(),
    "team-export": distributors(),
    "team-views": distributors(met="away"),
    "team-view-remove": write_only(distributors(view_id=1)),
    "team-branch": distributors(seen_by=UPLINE, number=SUBJECT),
    "team-diagram": distributors(seen_by=UPLINE, number=SUBJECT),
    "team-person": distributors(seen_by=UPLINE, number=SUBJECT),
    "earnings": distributors(),
    "statement": distributors(key=PERIOD),
    "order-answer": distributors(),
    "rank-report": distributors(key=PERIOD),
    "statement-pdf": distributors(key=PERIOD),
    "statement-nothing": distributors(key=PERIOD),
    "statement-item": distributors(seen_by=UPLINE, key=PERIOD, bonus="level_pay"),
    "statement-level": distributors(seen_by=UPLINE, key=PERIOD, bonus="level_pay", level=1),
    # Distributors and customers.
    "catalogue": portal(),
    "cart": portal(),
    "cart-order": write_only(portal()),
    "cart-add": write_only(portal(product_id=1)),
    "cart-change": write_only(portal(product_id=1)),
    "cart-remove": write_only(portal(product_id=1)),
    "orders": portal(),
    "orders-export": portal(),
    # Anybody without a login, through Eva; whoever holds the link of a letter, whatever login they have.
    "guest-shop": for_guests(code="eva-code"),
    "guest-cart": for_guests(code="eva-code"),
    "guest-add": write_only(for_guests(code="eva-code", product_id=1)),
    "guest-change": write_only(for_guests(code="eva-code", product_id=1)),
    "guest-remove": write_only(for_guests(code="eva-code", product_id=1)),
    "guest-order": public(token=GUEST),
    "guest-order-cancel": public(token=GUEST),
    "guest-order-return": public(token=GUEST),
    "guest-order-return-withdraw": write_only(public(token=GUEST)),
    "guest-invoice": public(token=GUEST, paper_number=GUEST_INVOICE),
    "guest-invoice-pdf": public(token=GUEST, paper_number=GUEST_INVOICE),
    "order": Row(meets={"self": "ok", "anonymous": "login"}, arguments={"number": ORDER}),
    "order-return": Row(meets={"self": "ok", "anonymous": "login"}, arguments={"number": ORDER}),
    "order-return-withdraw": write_only(
        Row(meets={"self": "ok", "anonymous": "login"}, arguments={"number": ORDER})
    ),
    "invoice": Row(meets={"self": "ok", "anonymous": "login"}, arguments={"number": INVOICE}),
    "invoice-pdf": Row(meets={"self": "ok", "anonymous": "login"}, arguments={"number": INVOICE}),
    "order-cancel": Row(meets={"self": "ok", "anonymous": "login"}, arguments={"number": ORDER}),
    # The company.
    "staff-overview": staff(),
    "staff-pages": staff(may=APPROVE),
    "staff-page": staff(may=APPROVE, key=PAGE),
    "staff-page-approve": write_only(staff(may=APPROVE, key=PAGE)),
    "staff-page-refuse": write_only(staff(may=APPROVE, key=PAGE)),
    "staff-page-take-down": write_only(staff(may=APPROVE, key=PAGE)),
    "staff-returns": staff(may=PREPARE),
    "staff-return": staff(may=PREPARE, key=ASKED),
    "staff-return-accept": write_only(staff(may=PREPARE, key=ASKED)),
    "staff-return-refuse": write_only(staff(may=PREPARE, key=ASKED)),
    "staff-paper": staff(may=("superuser",), number=INVOICE),
    "staff-paper-pdf": staff(may=("superuser",), number=INVOICE),
    "staff-moves": staff(may=PREPARE),
    "staff-move": staff(may=PREPARE, key=CHANGE),
    "staff-move-approve": write_only(staff(may=APPROVE, key=CHANGE)),
    "staff-move-refuse": write_only(staff(may=APPROVE, key=CHANGE)),
    "staff-move-withdraw": write_only(staff(may=PREPARE, key=CHANGE)),
    "staff-questions": staff(may=PREPARE),
    "staff-question": staff(may=PREPARE, key=QUESTION),
    "staff-question-close": write_only(staff(may=PREPARE, key=QUESTION)),
    "staff-months": staff(may=PREPARE),
    "staff-month": staff(may=PREPARE, key=PERIOD),
    "staff-month-progress": staff(may=PREPARE, key=PERIOD),
    "staff-month-person": staff(may=PREPARE, key=PERIOD, number=SUBJECT),
    "staff-month-warned": staff(may=PREPARE, key=PERIOD, about="negative"),
    "staff-month-correct": staff(may=PREPARE, key=PERIOD),
    "staff-correction": staff(may=PREPARE, key=CORRECTION),
    "staff-correction-review": write_only(staff(may=PREPARE, key=CORRECTION)),
    "staff-correction-again": write_only(staff(may=PREPARE, key=CORRECTION)),
    "staff-correction-give-up": write_only(staff(may=PREPARE, key=CORRECTION)),
    "staff-correction-send-back": write_only(staff(may=APPROVE, key=CORRECTION)),
    "staff-correction-approve": write_only(staff(may=APPROVE, key=CORRECTION)),
    "staff-adjustments": staff(may=PREPARE),
    "staff-adjustment": staff(may=PREPARE, key=ADJUSTMENT),
    "staff-adjustment-approve": write_only(staff(may=APPROVE, key=ADJUSTMENT)),
    "staff-adjustment-refuse": write_only(staff(may=APPROVE, key=ADJUSTMENT)),
    "staff-adjustment-withdraw": write_only(staff(may=PREPARE, key=ADJUSTMENT)),
    "staff-withheld": staff(may=PREPARE),
    "staff-withheld-end": write_only(staff(may=PREPARE, key=WITHHELD)),
    "staff-books": staff(may=PREPARE),
    "staff-trail": staff(may=PREPARE),
    "staff-books-check": write_only(staff(may=PREPARE)),
    "staff-books-lift": write_only(staff(may=APPROVE)),
    "staff-month-close": write_only(staff(may=PREPARE, key=PERIOD)),
    "staff-month-compute": write_only(staff(may=PREPARE, key=PERIOD)),
    "staff-month-review": write_only(staff(may=PREPARE, key=PERIOD)),
    "staff-month-approve": write_only(staff(may=APPROVE, key=PERIOD)),
    "staff-month-send-back": write_only(staff(may=APPROVE, key=PERIOD)),
}

# The admin: a second factor used in this session and the model's permission, by every door. Others are led to its
# sign-in, which is that of the portal; to distributors and customers it is not there.
LED_AWAY = dict.fromkeys(("anonymous", *DISTRIBUTORS, "customer", "staff without the second factor"), "away")
MAY_NOTHING = ("staff without rights", "staff who prepare", "staff who approve")
# Whatever is money, closed, or history is neither added nor deleted in the admin, not even by a superuser.
ADDED = {"auth_group", "account_emailaddress", "distributors_user", "distributors_profile",
         "distributors_document", "distributors_newsitem", "sales_order", "sales_product", "sales_productterms",
         "commissions_planversion"}  # fmt: skip
DELETED = {"account_emailaddress", "mfa_authenticator", "usersessions_usersession"}
CHANGED = ADDED - {"distributors_document", "sales_order", "commissions_planversion"} | {
    "distributors_distributor",
    "sales_customer",
    "auth_user_password",
}
ADMIN_FRAME = {
    # The old address of each object leads to its page, or for those who may not enter to the sign-in.
    "admin:<path:object_id>/": Row(others="away", path="/admin/distributors/user/1/"),
    "admin:index": Row(others="ok", meets=LED_AWAY),
    "admin:login": Row(
        meets=dict.fromkeys(STAFF, "away")
        | {"staff without the second factor": "factor", "anonymous": "login"}
    ),
    "admin:(?P<url>.*)$": Row(others="hidden", meets=LED_AWAY, path="/admin/no-such-page/"),
    "admin:logout": Row(others="method", meets=LED_AWAY),
    "admin:password_change": Row(others="ok", meets=LED_AWAY),
    "admin:password_change_done": Row(others="ok", meets=LED_AWAY),
    "admin:autocomplete": Row(others="denied", meets=LED_AWAY),
    "admin:jsi18n": Row(others="ok", meets=LED_AWAY),
    "admin:view_on_site": Row(
        others="hidden", meets=LED_AWAY, arguments={"content_type_id": 1, "object_id": 1}
    ),
    "admin:app_list": Row(
        others="hidden", meets=LED_AWAY | {"superuser": "ok"}, arguments={"app_label": "auth"}
    ),
}


def admin_row(name: str) -> Row | None:
    """The row of an admin address: the frame's own, or one for each model by what the address does."""
    if name in ADMIN_FRAME:
        return ADMIN_FRAME[name]
    model, _, deed = name.removeprefix("admin:").rpartition("_")
    # Whether object 1 exists is the database's affair: some begin each test's numbers anew, others go on.
    superuser = {
        "changelist": "ok",
        "add": "ok" if model in ADDED else "denied",
        "delete": "ok|away|hidden" if model in DELETED else "denied",
        "change": "ok|away|hidden",
        "history": "ok|away|hidden",
        "return": "ok|away|hidden",
    }.get(deed)
    if superuser is None:
        return None
    # Django answers the history of something that is not there with its front page, to anybody on the staff.
    refused = "denied|away" if deed == "history" else "denied"
    meets = LED_AWAY | dict.fromkeys(MAY_NOTHING, refused) | {"superuser": superuser}
    return Row(meets=meets, writes="denied|away" if deed == "change" and model not in CHANGED else "")
