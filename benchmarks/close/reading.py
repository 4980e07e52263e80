"""One distributor's statement: the page of the month, a page of an item, and a thousand lines explained."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.conf import settings
from django.test import Client

from benchmarks.close import company
from commissions.models import StatementItem
from commissions.queries import levels
from common import money
from distributors.models import Distributor, User

BONUS, WANTED, TIMES = "level_pay", 1_000, 11


def measure(*, times: int = TIMES) -> dict[str, Any]:
    """Milliseconds: medians of some calls, after one that is not counted."""
    item = _item()
    person = Distributor.objects.select_related("profile").get(pk=item.distributor_id)
    user = User.objects.create_user(email="reads@example.com", password=None)
    person.profile.user = user
    person.profile.save(update_fields=["user"])
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    client = Client()
    client.force_login(user)
    base = f"/earnings/{company.MONTH}/"
    asked = levels.Asked(person_id=person.pk, run_id=item.run_id, bonus=BONUS)
    levels.PAGE = 10 * WANTED
    explained = levels.orders_of(asked=asked)
    found = {"a thousand lines explained": _timed(lambda: _anew(asked), times)}
    levels.PAGE = 25
    for name, address in (("the statement", base), ("its levels", f"{base}{BONUS}/"),
                          ("a page of the orders of a level", f"{base}{BONUS}/1/")):  # fmt: skip
        found[name] = _timed(lambda address=address: _got(client, address), times)
    lines = sum(len(order.parts) for order in explained.orders)
    return {"milliseconds": found, "lines": lines}


def _item() -> StatementItem:
    """That of somebody whose item has about a thousand lines, or as many as anybody's."""
    rows = StatementItem.objects.filter(run__state="final", bonus=BONUS)
    enough = rows.filter(line_count__gte=WANTED).order_by("line_count", "pk").first()
    return enough or rows.order_by("-line_count", "pk")[0]


def _anew(asked: levels.Asked) -> None:
    """As for a reader whose amounts nobody has looked at lately."""
    money.format_rate.cache_clear()
    levels.orders_of(asked=asked)


def _got(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")


def _timed(work: Callable[[], Any], times: int) -> float:
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
