"""The closed list of reasons for a zero, and what is told with each."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a bonus paid somebody nothing: from an order of their own or of their team, or at all. Closed: pages have a
    sentence for each."""

    NOT_GOOD_STANDING = "not_good_standing"  # suspended or gone
    BEYOND_LAST_LEVEL = (
        "beyond_last_level"  # further down than the bonus pays, or than any rank from theirs up
    )
    FAST_START_WINDOW = (
        "fast_start_window"  # the seller joined so recently that another bonus pays this order
    )
    LEFT_OUT_BY_ONLY = "left_out_by_only"  # the bonus is not about such orders
    OUTSIDE_CAMPAIGN = "outside_campaign"  # the bonus is a campaign of other days
    BEFORE_FIRST_LEVEL = "before_first_level"  # closer than the bonus begins
    NO_VOLUME = "no_volume"  # the order counts for nothing under this bonus; or the amount comes to nothing
    SELLER_SKIPPED = "seller_skipped"  # the plan drops what the skipped sell
    SKIPPED_INACTIVE = "skipped_inactive"  # passed over; somebody above was paid
    ENDED_AT = "ended_at"  # the walk ended with `by`
    BLOCKED_BY = "blocked_by"  # `by` is a blocker on the path, further from the sale than the tail
    STEP_ALREADY_PAID = "step_already_paid"  # `by`, further down, took this generation
    NOT_QUALIFIED = "not_qualified"  # what the bonus asks of an earner was not met; the company keeps it
    RANK_NOT_PAID_AT_LEVEL = "rank_not_paid_at_level"  # a higher rank would be paid
    NOT_ENTITLED = "not_entitled"  # the rate of the person is nothing, and a higher rank would not change it
    NO_DIFFERENCE = "no_difference"  # `by` on the path has as high a rate
    HELD = "held"  # it waits until its test is met
    CAP_REACHED = "cap_reached"  # the most of this bonus is nothing, or used up
    GROUP_RULE = "group_rule"  # a rule over several bonuses took it
    ALREADY_GIVEN = "already_given"  # once only, and before
    NO_POSITION = "no_position"  # no place in the tree that this bonus looks at
    NO_PAIR = "no_pair"  # the two legs do not make a pair
    NO_SHARE = "no_share"  # no share of the pool
    EMPTY_FUND = "empty_fund"  # there was nothing to share
    NOTHING_SENT = "nothing_sent"  # nobody below had to pass anything up


# The bonus is not about such an order, whoever sold it.
NOT_ABOUT = frozenset({Why.OUTSIDE_CAMPAIGN, Why.BEFORE_FIRST_LEVEL, Why.LEFT_OUT_BY_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A zero of one person under one bonus: from an order line, from what somebody earned, or altogether."""

    bonus: int  # index in plan.bonuses
    why: Why
    source: int = -1  # index in facts.lines; -1 when it is not about an order
    origin: int = -1  # whose order, measure or earnings; -1 when it is about the bonus as a whole
    level: int = 0  # level or generation where the person stands or would stand, after compression
    depth: int = 0  # the real distance
    base: int = 0
    rank: int | None = None  # of RANK_NOT_PAID_AT_LEVEL: the first rank that would have been paid
    by: int | None = None  # who ended, blocked, took the step, or has as high a rate
    rate_ppm: int | None = (
        None  # what would have been paid had the reason not stood; None where it has no meaning
    )
    would_have: int | None = None  # in millionths of a minor unit
