"""A company with a final month and an open one, and twenty people of it who are signed in; printed as JSON.

Runs in a process of its own on the database of DATABASE_URL. With --queries it counts what each page asks instead.
"""

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")

import django  # noqa: E402

django.setup()

from importlib import import_module  # noqa: E402

from django.conf import settings  # noqa: E402
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.close import company  # noqa: E402
from commissions.models import StatementItem  # noqa: E402
from commissions.operations import estimates, periods, runs  # noqa: E402
from distributors.models import Distributor, User  # noqa: E402
from distributors.queries import sponsor_tree  # noqa: E402
from sales.models import Order  # noqa: E402

PLAN = ROOT / "commissions/plans/linden.yaml"
USERS = 20
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    company.furnish(people=people, plan=PLAN.read_text(encoding="utf-8"))
    # A tenth of the month's orders came after it.
    later = Order.objects.annotate(tenth=F("pk") % 10).filter(tenth=0)
    later.update(booked_at=F("booked_at") + timedelta(days=30), paid_at=F("paid_at") + timedelta(days=30))
    approver, preparer = User.objects.order_by("email")[:2]
    run = periods.close(key=company.MONTH, by=preparer.pk, now=company.AFTER)
    runs.advance(run_id=run.pk, now=company.AFTER)
    run.refresh_from_db()
    evening = company.AFTER + timedelta(hours=1)
    runs.review(run_id=run.pk, by=preparer.pk, now=evening)
    runs.approve(run_id=run.pk, by=approver.pk, typed_total=run.total, now=evening)
    runs.advance(run_id=run.pk, now=evening)
    estimates.refresh(now=evening)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps([_visitor(person) for person in _chosen(people)]))


def _chosen(people: int) -> list[Distributor]:
    """From the one above all to people with a handful below, evenly by the logarithm of their place."""
    ordered = Distributor.objects.annotate(width=F("rght") - F("lft")).order_by("-width", "pk")
    places = sorted({min(people - 1, int(people ** (at / USERS))) - 1 for at in range(1, USERS * 3)})[:USERS]
    return [ordered[max(0, at)] for at in places]


def _visitor(person: Distributor) -> dict[str, object]:
    user = User.objects.create_user(email=f"visitor{person.pk}@example.com", password=None)
    type(person.profile).objects.filter(pk=person.profile_id).update(user=user)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update({SESSION_KEY: str(user.pk), "_auth_user_backend": BACKEND})
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    below = sponsor_tree.direct_members(distributor_id=person.pk).order_by("pk").first()
    paid = StatementItem.objects.filter(distributor=person, bonus="level_pay", corrects_period="")
    item = paid.filter(run__period__key=company.MONTH, run__state="final").first()
    order = Order.objects.filter(seller=person).first()
    month = f"/earnings/{company.MONTH}/"
    pages = {
        "home": "/", "earnings": "/earnings/", "statement": month, "what paid nothing": f"{month}nothing/",
        "one bonus": f"{month}level_pay/" if item else month, "team": "/team/",
        "team of a past month": f"/team/?month={company.MONTH}", "team, search": "/team/?q=Number77",
        "a person": f"/team/{below.number}/" if below else "/team/", "orders": "/orders/",
        "an order": f"/orders/{order.number}/" if order else "/orders/", "catalogue": "/catalogue/",
        "sharing": "/sharing/", "profile": "/profile/", "plan": "/plan/", "income disclosure": "/disclosure/",
    }  # fmt: skip
    count = sponsor_tree.team_counts(ids=[person.pk])[person.pk]
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    return {"user": user.pk, "cookie": cookie, "team": count, "pages": pages}


def queries(visitors: list[dict[str, object]]) -> None:
    """How many statements each page needs, and how long one alone takes without a network."""
    found: dict[str, list[list[float]]] = {}
    for one in visitors:
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(pk=one["user"]))
        for name, address in dict(one["pages"]).items():  # type: ignore[call-overload]
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                began = time.perf_counter()
                response = client.get(address)
            took = time.perf_counter() - began
            if response.status_code != 200:
                raise SystemExit(f"{address} answered {response.status_code}")
            found.setdefault(name, []).append([len(seen), took, len(response.content)])
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1] == "--queries":
        queries(json.load(sys.stdin))
    else:
        main(int(sys.argv[1]))
