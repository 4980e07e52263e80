"""Every form of every page, filled in by somebody hostile: refused beside the field, and nothing else happens."""

from collections.abc import Iterator

import pytest
from django.apps import apps

from tests.portal.hostile import (
    HALF,
    KINDS,
    TEXTS,
    Form,
    Heard,
    open_to,
    quiet,
    read_page,
    send,
    visitor_client,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*received a naive datetime:RuntimeWarning"),
    pytest.mark.usefixtures("furnished_company"),
]

NUL = "a\x00b"
# What a form never asks of anybody but is in the database.
EXTRA = {
    "sponsor": "1", "sponsor_id": "1", "upline": "1", "parent": "1", "lft": "1", "rght": "99", "tree_id": "1",
    "is_staff": "on", "is_superuser": "on", "is_active": "on", "groups": "1", "user_permissions": "1",
    "career_rank": "Director", "rank": "Director", "status": "good", "state": "paid", "number": "9999",
    "price": "1", "retail_price": "1", "distributor_price": "1", "total": "1", "currency": "XXX",
    "qualifying": "999999", "commissionable": "999999", "seller": "1", "seller_id": "1", "customer": "1",
    "distributor": "1", "buyer_standing": "distributor", "paid_at": "2026-01-01", "booked_at": "2026-01-01",
    "user": "1", "user_id": "1", "id": "1", "pk": "1", "birth_date": "2000-01-01", "erased_at": "2026-01-01",
    "amount": "1", "balance": "999999", "approved_by": "1", "prepared_by": "1", "password_hash": "x",
}  # fmt: skip
# Columns nobody writes through a page of the portal, whatever stands in the form.
KEPT = {
    "distributors.Distributor": "number sponsor_id lft rght tree_id level career_rank status joined_at profile_id",
    "distributors.User": "is_staff is_superuser is_active",
    "distributors.Profile": "user_id birth_date erased_at",
    "distributors.Enrolment": "user_id sponsor_id kind",
    "sales.Customer": "number distributor_id kind profile_id",
    "sales.Product": "sku name is_offered",
    "sales.ProductTerms": "retail_price preferred_price distributor_price qualifying commissionable",
    "commissions.Transfer": "key amount debit_id credit_id",
    "commissions.StatementItem": "amount",
    "commissions.PlanVersion": "sha256",
    "auth.Group": "name",
}
EARLIER_ORDERS = "number seller_id customer_id total paid_at booked_at buyer_standing source"


def standing() -> dict[str, list[tuple]]:
    """Everything a page must not change, as it stands now."""
    found = {
        label: sorted(apps.get_model(label).objects.values_list("pk", *columns.split()))
        for label, columns in KEPT.items()
    }
    rights = apps.get_model("distributors.User").user_permissions.through
    return found | {"rights": sorted(rights.objects.values_list("user_id", "permission_id"))}


def forms_of(client, visitor: str, *, admin: bool) -> list[Form]:
    """One of each form that posts, on any page this visitor may open."""
    found = {}
    for name, path in open_to(visitor):
        if name.startswith("admin:") != admin:
            continue
        response = client.get(path, follow=True)
        if "html" in response.headers.get("Content-Type", ""):
            page = response.request["PATH_INFO"]
            forms = read_page(page, response.content.decode()).forms
            found |= {form.key: form for form in forms if form.method == "post"} | found
    return list(found.values())


def fillings(form: Form, *, step: int) -> Iterator[tuple[str, dict[str, object]]]:
    """The form sent empty, without each field, with each field hostile, twice, and with what it never asked."""
    yield "empty", {}
    yield "extra", form.fields | {name: value for name, value in EXTRA.items() if name not in form.fields}
    names = [name for name in form.fields if name != "csrfmiddlewaretoken"]
    for place, name in enumerate(names):
        if place % (step // 3) == 0:
            yield f"without {name}", {key: value for key, value in form.fields.items() if key != name}
            yield f"{name} twice", form.fields | {name: [form.fields[name], NUL]}
        # Not every text in every field: over fields and forms all meet all.
        first = (place + len(form.target) + HALF * step // 2) % step
        for text in (NUL, *TEXTS[first::step]):
            yield f"{name}={text[:30]!r}", form.fields | {name: text}


@pytest.mark.parametrize("visitor", KINDS)
def test_hostile_forms_break_nothing(cast, furnished, visitor):
    heard, client = Heard(), visitor_client(cast, visitor)
    with quiet():
        forms = forms_of(client, visitor, admin=False)
        for form in forms:
            for what, data in fillings(form, step=3):
                send(heard, client, "post", form.target, data, label=what)
    assert not heard.broken, "\n".join(heard.broken)
    assert len(forms) >= 2


@pytest.mark.parametrize("visitor", KINDS)
def test_what_was_not_asked_is_not_written(cast, furnished, visitor):
    client, changed = visitor_client(cast, visitor), []
    with quiet():
        for form in forms_of(client, visitor, admin=False):
            before = standing()
            data = EXTRA | form.fields
            send(Heard(), client, "post", form.target, data, then=lambda f=form, b=before: changed.extend(
                f"{f.target}: {label}" for label, rows in standing().items() if not unharmed(label, rows, b[label])
            ))  # fmt: skip
    assert changed == []


def unharmed(label: str, rows: list[tuple], before: list[tuple]) -> bool:
    """Signing up adds a login, its person and its enrolment; nothing that was there is another now."""
    return set(before) <= set(rows) and (len(rows) == len(before) or label in SIGN_UP)


def test_a_harm_is_noticed(cast, furnished):
    """The control: a rank that somebody gave themselves."""
    label, before = "distributors.Distributor", standing()
    apps.get_model(label).objects.filter(pk=cast.eva.pk).update(career_rank="Director")
    assert not unharmed(label, standing()[label], before[label])


@pytest.mark.parametrize(
    "visitor", ["anonymous", "self", "customer", "staff who prepare", "staff who approve"]
)
def test_what_is_missing_is_said_beside_its_field(cast, furnished, visitor):
    client, silent = visitor_client(cast, visitor), []
    with quiet():
        forms = [form for form in forms_of(client, visitor, admin=False) if form.required & set(form.fields)]
        for form in forms:
            data = {name: value for name, value in form.fields.items() if name not in form.required}
            answer = send(Heard(), client, "post", form.target, data)
            if answer.status_code not in (200, 400) or 'aria-invalid="true"' not in answer.content.decode():
                silent.append(f"{form.target}: {answer.status_code}")
    assert forms
    assert silent == []


SIGN_UP = {"distributors.User", "distributors.Profile", "distributors.Enrolment"}


def test_hostile_forms_break_nothing_in_the_admin(cast, furnished):
    heard, client = Heard(), visitor_client(cast, "superuser")
    with quiet():
        forms = forms_of(client, "superuser", admin=True)
        for form in forms:
            for what, data in fillings(form, step=24):
                send(heard, client, "post", form.target, data, label=what)
    assert not heard.broken, "\n".join(heard.broken)
    assert len(forms) >= 10
