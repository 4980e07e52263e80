"""A process killed while somebody takes their place leaves no trace, and the next try completes it."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import connection

from distributors import tree
from distributors.models import Distributor, Enrolment, Placement
from distributors.operations import enrolment, placing
from distributors.tree import positions_health
from tests.cast import assemble
from tests.distributors.test_enrolment import sign_up

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
# Dies in the named function, after it has done its work and before the transaction ends.
SCRIPT = """
import os, signal, sys
import django
django.setup()
from datetime import UTC, datetime
from distributors.operations import enrolment, placing
from distributors.tree import positions_health
from distributors.tree import places
owner, name = {"before the row": (places, "last_under"), "after the row": (enrolment, "take_place_inside"),
               "after the position": (placing, "newcomer"), "at the end": (enrolment, "_join")}[sys.argv[1]]
work = getattr(owner, name)
def and_die(*args, **how):
    work(*args, **how)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, and_die)
enrolment.confirm(user_id=int(sys.argv[2]), now=datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
"""


def address() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    login = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
    return f"postgres://{login}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before the row", "after the row", "after the position", "at the end"])
def test_killed_in_the_middle_nothing_is_half_done(moment):
    assemble()
    placing.open_tree(name="legs", slots=2, top_number="1001", now=NOW)
    user_id = sign_up()
    command = [sys.executable, "-c", SCRIPT, moment, str(user_id)]
    environment = os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "mlmportal.settings"}
    killed = subprocess.run(command, env=environment, check=False, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert Enrolment.objects.get(user_id=user_id).place_taken_at is None
    assert (Distributor.objects.count(), Placement.objects.count()) == (8, 1)
    enrolment.confirm(user_id=user_id, now=NOW)
    assert (Distributor.objects.count(), Placement.objects.count()) == (9, 2)
    assert tree.problems() == positions_health.problems() == []
