"""A process killed in the middle of an import leaves nothing behind; the next run loads everything."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from distributors.models import Distributor, Profile, User
from distributors.operations.importing import import_distributors
from sales.models import Order, OrderLine
from sales.operations.import_products import import_products
from tests.sales.test_import_orders import HEADER, NOW, OWN, PEOPLE, PRODUCTS

SIGKILL = -9

pytestmark = pytest.mark.django_db(transaction=True)


def database_url():
    """The test's own database, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


def run(command, path, failpoint=""):
    done = subprocess.run(
        [sys.executable, "manage.py", command, str(path)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(), "FAILPOINT": failpoint},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    connection.close()
    return done.returncode


def test_people_come_whole_or_not_at_all(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    assert run("import_distributors", path, "import.distributors:kill") == SIGKILL
    assert [model.objects.count() for model in (User, Profile, Distributor)] == [0, 0, 0]
    assert run("import_distributors", path) == 0
    assert Distributor.objects.count() == 2


def test_orders_come_whole_or_not_at_all(tmp_path):
    for name, text, take in (("p", PEOPLE, import_distributors), ("q", PRODUCTS, import_products)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        take(path=tmp_path / name, now=NOW)
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, OWN]), encoding="utf-8")
    assert run("import_orders", path, "import.orders:kill") == SIGKILL
    assert (Order.objects.count(), OrderLine.objects.count()) == (0, 0)
    assert run("import_orders", path) == 0
    assert OrderLine.objects.count() == 1
