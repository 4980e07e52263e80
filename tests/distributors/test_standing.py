"""Standing has a history; ranks are written once."""

from datetime import UTC, datetime

import numpy as np
import pytest

from distributors.models import Distributor, StatusChange
from distributors.operations import careers, standing

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def suspend(cast, *, expected="good", reason="Complaint upheld"):
    standing.change_status(
        distributor_id=cast.eva.pk, status="suspended", expected=expected, reason=reason, by_id=None, now=NOW
    )


def test_a_change_leaves_a_row_of_history(cast):
    suspend(cast)
    last = StatusChange.objects.filter(distributor=cast.eva).last()
    assert (last.status, last.reason, last.effective_at) == ("suspended", "Complaint upheld", NOW)
    assert Distributor.objects.get(pk=cast.eva.pk).status == "suspended"


def test_whoever_comes_second_is_told(cast):
    suspend(cast)
    with pytest.raises(standing.StandingChanged):
        suspend(cast)
    assert StatusChange.objects.filter(distributor=cast.eva).count() == 2


def test_no_reason_no_change(cast):
    with pytest.raises(standing.ReasonMissing):
        suspend(cast, reason="  ")
    assert Distributor.objects.get(pk=cast.eva.pk).status == "good"


def test_several_change_together_or_not_at_all(cast):
    expected = {cast.eva.pk: "good", cast.finn.pk: "left"}
    with pytest.raises(standing.StandingChanged):
        standing.change_many(expected=expected, status="suspended", reason="Audit", by_id=None, now=NOW)
    assert Distributor.objects.get(pk=cast.eva.pk).status == "good"


def test_ranks_are_written_once(cast):
    people = {"Leader": [cast.eva.pk], "Builder": [cast.finn.pk], "Partner": [cast.dan.pk]}
    ranks = {rank: np.array(ids, np.int64) for rank, ids in people.items()}
    assert careers.promote(ranks=ranks) == 2
    assert careers.promote(ranks=ranks) == 0
