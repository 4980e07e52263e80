"""Career ranks: the highest rank of a final month."""

from collections.abc import Mapping

from django.db import transaction

from distributors.models import Distributor

AT_ONCE = 500


def promote(*, ranks: Mapping[int, str]) -> int:
    """Writes the career rank of each distributor id and returns how many changed.

    Whether a rank is higher than the last is the plan's knowledge, so the caller's; the same call twice
    changes nothing the second time.
    """
    by_rank: dict[str, list[int]] = {}
    for distributor_id, rank in ranks.items():
        by_rank.setdefault(rank, []).append(distributor_id)
    changed = 0
    with transaction.atomic():
        for rank in sorted(by_rank):
            ids = sorted(by_rank[rank])
            for start in range(0, len(ids), AT_ONCE):
                people = Distributor.objects.filter(pk__in=ids[start : start + AT_ONCE])
                changed += people.exclude(career_rank=rank).update(career_rank=rank)
    return changed
