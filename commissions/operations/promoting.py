"""Who reached a career rank in a final month for the first time: recorded, and written on the person. In a few
statements, whether they are three or a million.
"""

import numpy as np
from django.db import connection

from commissions.models import Run
from commissions.queries import plans
from common.operations import tables
from distributors.operations import careers


def promote(*, run: Run) -> int:
    """Promote everybody whose title in a run is higher than their career rank, and return how many changed. Belongs
    into a transaction that holds the run; the same call twice changes nothing the second time."""
    ranks = plans.parsed(version=run.plan).ladder
    # A career rank is written as the plan's name of it, or, where it came from elsewhere, as people call it.
    steps = {word: at for at, rank in enumerate(ranks) for word in (rank.name, rank.label)}
    cases = " ".join(f"WHEN %s THEN {at:d}" for at in steps.values())
    before = f"(CASE d.career_rank {cases} ELSE 0 END)" if steps else "0"
    risen = (
        "FROM commissions_snapshot s JOIN distributors_distributor d ON d.id = s.distributor_id "
        f"WHERE s.run_id = {run.pk:d} AND s.title > {before}"
    )
    found = tables.read(
        query=f"SELECT s.distributor_id, CAST(s.title AS bigint) {risen}",
        parameters=list(steps),
        shape={"person": "int", "title": "int"},
    )
    names = [rank.name for rank in ranks]
    reached = np.unique(found["title"]).tolist()
    _record(run, {title: names[title] for title in reached}, risen, list(steps))
    return careers.promote(
        ranks={names[title]: found["person"][found["title"] == title] for title in reached}
    )


def _record(run: Run, names: dict[int, str], risen: str, parameters: list[str]) -> None:
    """A row for each; who reached the rank before, and lost it on paper, has theirs."""
    if not names:
        return
    rank = " ".join(f"WHEN {title:d} THEN %s" for title in names)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO commissions_promotion (run_id, distributor_id, rank, before) "
            f"SELECT {run.pk:d}, d.id, CASE s.title {rank} END, d.career_rank {risen} "
            "ORDER BY d.id ON CONFLICT DO NOTHING",
            [*names.values(), *parameters],
        )
