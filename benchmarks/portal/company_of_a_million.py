"""A company with a final month and an open one, and twenty people who are signed in, two of them staff; as JSON.

Runs in a process of its own on the database of DATABASE_URL, where it furnishes the company unless it is there. Given
these people, with --queries, --exports or --scripts it measures instead what pages ask for, files of a team, scripts.
"""

import gzip
import json
import os
import re
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")

import django  # noqa: E402

django.setup()

from importlib import import_module  # noqa: E402

from django.conf import settings  # noqa: E402
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.staticfiles import finders  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.close import company  # noqa: E402
from commissions.models import Line, StatementItem  # noqa: E402
from commissions.operations import estimates, periods, readying, runs  # noqa: E402
from common.models import Job  # noqa: E402
from distributors.models import Distributor, User  # noqa: E402
from distributors.queries import sponsor_tree  # noqa: E402
from sales.models import Order  # noqa: E402

PLAN = ROOT / "commissions/plans/linden.yaml"
USERS, COLLEAGUES = 18, 2
EXPORTED = 100_000
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not Distributor.objects.exists():
        furnish(people)
    visitors = [_visitor(person) for person in _chosen(people)]
    print(json.dumps(visitors + [_colleague(at) for at in range(COLLEAGUES)]))


def furnish(people: int) -> None:
    """The company, a final month and an estimate of the open one."""
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
    # As the workers would meanwhile: what great teams' pages are cut out of is made ready.
    for one in Job.objects.filter(kind=readying.JOB).values_list("subject", flat=True):
        readying.make_ready(run_id=int(one))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _chosen(people: int) -> list[Distributor]:
    """From the one above all to people with a handful below, evenly by the logarithm of their place."""
    # Whoever is suspended cannot sign in.
    good = Distributor.objects.in_good_standing()
    ordered = good.annotate(width=F("rght") - F("lft")).order_by("-width", "pk")
    count = good.count()
    places = sorted({min(count - 1, int(people ** (at / USERS))) - 1 for at in range(1, USERS * 3)})[:USERS]
    return [ordered[max(0, at)] for at in places]


def _visitor(person: Distributor) -> dict[str, object]:
    user = _user(f"visitor{person.pk}@example.com")
    type(person.profile).objects.filter(pk=person.profile_id).update(user=user)
    below = sponsor_tree.direct_members(distributor_id=person.pk).order_by("pk").first()
    paid = StatementItem.objects.filter(distributor=person, bonus="level_pay", corrects_period="")
    item = paid.filter(run__period__key=company.MONTH, run__state="final").first()
    deepest = Line.objects.filter(run=item.run_id, distributor=person, bonus="level_pay") if item else None
    level = (
        deepest.order_by("-level").values_list("level", flat=True).first() if deepest is not None else None
    )
    order = Order.objects.filter(seller=person).first()
    month = f"/earnings/{company.MONTH}/"
    pages = {
        "home": "/", "earnings": "/earnings/", "statement": month, "what paid nothing": f"{month}nothing/",
        "what paid nothing, single orders": f"{month}nothing/?by=order",
        "what another bonus paid, single orders": f"{month}nothing/?orders=elsewhere&by=order",
        "one bonus": f"{month}level_pay/" if item else month,
        "orders of its last level": f"{month}level_pay/{level}/" if level is not None else month,
        "rank report": f"{month}rank-report/",
        "team": "/team/", "team of a past month": f"/team/?month={company.MONTH}",
        "team, search": "/team/?q=Number77", "team, search for one": f"/team/?q=Number{person.pk + 40}",
        "team as a table": "/team/?view=table", "team as a table, by name": "/team/?view=table&sort=name",
        "team as a table, by last order": "/team/?view=table&sort=last",
        "team as a table, close to a rank": "/team/?view=table&close=on&sort=near&col=name&col=near",
        "team as a table, filtered": "/team/?view=table&level=3&activity=inactive&sort=joined",
        "team as a table, last page": "/team/?view=table&page=6", "team as a diagram": "/team/?view=diagram",
        "a person": f"/team/{below.number}/" if below else "/team/", "orders": "/orders/",
        "an order": f"/orders/{order.number}/" if order else "/orders/", "catalogue": "/catalogue/",
        "sharing": "/sharing/", "notices": "/notices/", "profile": "/profile/", "plan": "/plan/",
        "income disclosure": "/disclosure/",
    }  # fmt: skip
    count = sponsor_tree.team_counts(ids=[person.pk])[person.pk]
    return {"user": user.pk, "cookie": _cookie(user), "team": count, "pages": pages}


def _colleague(at: int) -> dict[str, object]:
    """Somebody of the company, signed in with a second factor and with every right."""
    user = _user(f"colleague{at}@example.com")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    month, person = f"/staff/months/{company.MONTH}/", Distributor.objects.order_by("pk")[at]
    order = Order.objects.order_by("-pk").first()
    pages = {
        "staff: overview": "/staff/", "staff: months": "/staff/months/", "staff: a month": month,
        "staff: somebody in a month": f"{month}people/{person.number}/", "staff: books": "/staff/books/",
        "staff: people": "/admin/distributors/distributor/",
        "staff: people, search": "/admin/distributors/distributor/?q=Number777",
        "staff: a person": f"/admin/distributors/distributor/{person.pk}/change/",
        "staff: orders": "/admin/sales/order/",
        "staff: an order": f"/admin/sales/order/{order.pk if order else 0}/change/",
    }  # fmt: skip
    return {"user": user.pk, "cookie": _cookie(user), "team": 0, "pages": pages}


def _user(email: str) -> User:
    return User.objects.filter(email=email).first() or User.objects.create_user(email=email, password=None)


def _cookie(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update({SESSION_KEY: str(user.pk), "_auth_user_backend": BACKEND})
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def queries(visitors: list[dict[str, Any]]) -> None:
    """Of each page alone, without a network: statements, seconds, bytes, and seconds of the portal's processor."""
    found: dict[str, list[list[float]]] = {}
    for one in visitors:
        client = _client(one)
        for name, address in one["pages"].items():
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                began, worked = time.perf_counter(), time.process_time()
                response = client.get(address)
                took, worked = time.perf_counter() - began, time.process_time() - worked
            if response.status_code != 200:
                raise SystemExit(f"{address} answered {response.status_code}")
            found.setdefault(name, []).append([len(seen), took, len(response.content), worked])
    print(json.dumps(found))


def exports(visitors: list[dict[str, Any]]) -> None:
    """The whole team as a file: rows, seconds, bytes, and the most memory meanwhile on top of that before."""
    fitting = [one for one in visitors if one["team"] >= EXPORTED] or visitors
    one = min(fitting, key=lambda one: abs(one["team"] - EXPORTED))
    client, found = _client(one), {}
    client.get("/team/?view=table")
    for kind in ("csv", "xlsx"):
        before, began = _most_memory(anew=True), time.perf_counter()
        response = client.get(f"/team/export/?view=table&format={kind}")
        size = sum(len(part) for part in response)  # type: ignore[arg-type,misc]
        took = time.perf_counter() - began
        found[kind] = [one["team"], took, size, max(0, _most_memory() - before)]
    print(json.dumps(found))


def scripts(visitors: list[dict[str, Any]]) -> None:
    """The scripts of a first view: how many files, their bytes, and their bytes as they are sent."""
    page = _client(visitors[0]).get("/").content.decode()
    files = [str(finders.find(path)) for path in re.findall(r'<script[^>]* src="/static/([^"?]+)', page)]
    texts = [Path(file).read_bytes() for file in files]
    print(json.dumps([len(files), sum(map(len, texts)), sum(len(gzip.compress(one)) for one in texts)]))


def _client(one: dict[str, Any]) -> Client:
    client = Client(SERVER_NAME="localhost")
    name, _, key = one["cookie"].partition("=")
    client.cookies[name] = key
    return client


def _most_memory(*, anew: bool = False) -> int:
    """The most bytes this process has held, since the last call with `anew`; what it holds after such a call."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


ASKED = {"--queries": queries, "--exports": exports, "--scripts": scripts}

if __name__ == "__main__":
    if sys.argv[1] in ASKED:
        ASKED[sys.argv[1]](json.load(sys.stdin))
    else:
        main(int(sys.argv[1]))
