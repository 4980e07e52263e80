"""The random plans are valid, and between them they say everything that the format lets a plan say."""

from collections import Counter
from random import Random

import pytest

from commissions.core.plan import load
from tests.core.world_plans import random_document

DRAWS = 400
# Where a document must choose, and between what.
CHOICES = {
    "currency": "EUR JPY KWD",
    "period": "day|week|4 weeks|month",
    "moves": "never with_approval",
    "who_leaves": "stays_as_a_gap team_moves_up",
    "tree": "sponsor enroller placement board code",
    "fill": "first_free_by_level chosen weaker_leg alternate",
    "orders_of": "self self_and_customers customers",
    "returns_count": "in_period_of_return in_period_of_sale_while_open not_subtracted",
    "leg_cap_base": "requirement actual_total that_leg",
    "leg own_volume": "uncapped capped_like_a_leg excluded",
    "lower_ranks": "required not_required",
    "reading": "cliff marginal stacked",
    "scope": "self|frontline|team|self and team|levels|level|everyone|leg",
    "clause": "until|until inclusive|skipping",
    "aggregate": "sum largest smallest any",
    "shape": "walk amount once pair pool guarantee",
    "source": "volume|points volume|measure|earnings",
    "along": "sponsor enroller placement board code",
    "counts": "levels generations nothing",
    "compression": "none skip_inactive skip_not_entitled_at_level",
    "volume_of_the_skipped": "paid dropped",
    "convention": "starts_at_leader starts_at_earner",
    "each_step_pays": "every_earner first_earner",
    "who_blocks": "front_line highest_on_path seller_only",
    "blockers": "everyone earners_only",
    "negative_gap": "zero_per_leg offsets_other_legs",
    "tail": "none|blocker_only|1 levels|2 levels",
    "own_volume": "pays_seller not_paid",
    "first": "0 1 2",
    "if_not_earned": "kept_by_company held_until",
    "lapses_after": "never|1 periods|2 periods",
    "most of": "each_seller all",
    "pays_in": "shares",
    "valid": "campaign",
    "taken": "before_caps after_caps",
    "again": "never after_losing_it",
    "then": "new_position",
    "pair form": "percent steps",
    "own_volume_goes_to": "neither weaker left right",
    "carry_expires": "never|1 periods|2 periods",
    "when_not_qualified": "lose_all keep keep_but_gather_nothing",
    "cap": "pairs money",
    "cap over": "flush carry",
    "cap per": "position person",
    "shares_are": "divided_by_all_shares fraction_of_fund",
    "most_per_person": "no_limit|10% of fund|50% of fund",
    "pool over": "kept_by_company shared_by_others",
    "nobody_qualifies": "kept_by_company carried_to_next",
    "nobody_above": "kept_by_company stays_with_sender",
    "group rule": "cap better_of",
    "cap of": "everyone each_person",
    "method": "pro_rata cut_in_order",
    "round": "half_up half_even down",
    "take_back": "original_amounts average_rate recompute_while_open",
    "returns ranks": "stay recomputed",
    "not_covered": "becomes_debt written_off rolls_up",
}


@pytest.fixture(scope="module")
def chosen() -> Counter:
    found: Counter = Counter()
    for seed in range(DRAWS):
        found += random_document(Random(f"plan {seed}"))[1].chosen
    return found


@pytest.mark.parametrize("what", CHOICES)
def test_every_choice_is_drawn(chosen: Counter, what: str) -> None:
    allowed = CHOICES[what]
    for value in allowed.split("|" if "|" in allowed else " "):
        assert chosen[what, value] >= 3, f"{what}: {value}"


@pytest.mark.parametrize("part", range(4))
def test_every_plan_drawn_is_valid(part: int) -> None:
    for seed in range(part, DRAWS, 4):
        load(random_document(Random(f"plan {seed}"))[0])
