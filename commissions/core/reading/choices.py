"""Where the field disagrees: the choices a document must make, and what each reading means. There are no defaults."""

PERIOD = ("day", "week", "4 weeks", "month")
JUDGED_AT = {"end_of_period": "status and rank as they are when the period is over"}
JUDGED_REFUSED = {
    "when_sold": "a rank at each order's moment would need every order computed in turn; "
    "before(title) is the title when the period began",
}

# --- trees ---
PARENT = {
    "chosen_at_sign_up": "the newcomer names a sponsor",
    "who_brought_them_in": "who introduced them, for ever",
    "placed": "a place in slots, which fill finds",
}
FILL = {
    "first_free_by_level": "the first free place under the upline, level by level, left to right",
    "chosen": "the place that was named",
    "weaker_leg": "the first free place in the leg with fewer positions",
    "alternate": "the outside of one leg after the other",
}
MOVES = {"never": "nobody is moved", "with_approval": "the company may move a person with their team"}
WHO_LEAVES = {
    "stays_as_a_gap": "the place stays and earns nothing",
    "team_moves_up": "the team moves to the next one above, for ever",
}

# --- volumes ---
ORDERS_OF = {
    "self": "the distributor's own orders alone",
    "self_and_customers": "own orders and those of own customers",
    "customers": "orders of own customers alone",
}
RETURNS_COUNT = {
    "in_period_of_return": "taken off in the period in which goods come back",
    "in_period_of_sale_while_open": "taken off in the period of the sale, never later",
    "not_subtracted": "the volume stays",
}
UNIT = ("points", "money")
INPUT_UNIT = ("points", "money", "count", "rate", "truth")
PER = {"period": "told anew for each period; nothing told is 0"}

# --- leg caps ---
LEG_CAP_BASE = {
    "requirement": "a share of the number it is compared with",
    "actual_total": "a share of what all legs and the own volume have, uncapped",
    "that_leg": "a share of the leg itself",
}
CAPPED_OWN = {
    "uncapped": "own volume counts whole",
    "capped_like_a_leg": "own volume counts up to the same cap",
    "excluded": "own volume does not count",
}

# --- ranks and tables ---
LOWER_RANKS = {
    "not_required": "a rank needs only what it lists",
    "required": "a rank also needs all that lower ranks list",
}
READING = {
    "cliff": "the row that is reached serves the whole value",
    "marginal": "each slice of the value at the rate of its own row",
    "stacked": "a row is added to all rows before it",
}

# --- walks ---
COUNTS = {
    "levels": "people on the way up",
    "generations": "leaders on the way up",
    "nothing": "everybody on the way up, as with a difference of rates",
}
COMPRESSION = {
    "none": "everybody uses up a level",
    "skip_inactive": "who fails skip_test uses up no level and is not paid",
    "skip_not_entitled_at_level": "a level is used up only by the first one who earns it and has a rate on it",
}
SKIPPED = {
    "paid": "sales of who fails skip_test are paid, at the level a qualified person there would have",
    "dropped": "sales of who fails skip_test pay nobody",
}
CONVENTION = {
    "starts_at_leader": "the first leader above the sale opens generation 1; below is the personal group, 0",
    "starts_at_earner": "generation 1 begins under the earner and is closed by the first leader",
}
EACH_STEP = {
    "every_earner": "everybody who sees a generation is paid for it",
    "first_earner": "the first earner on the way up takes a generation alone",
}
OWN_VOLUME = {
    "pays_seller": "people are paid on their own sales too",
    "not_paid": "only who stands above is paid",
}
WHO_BLOCKS = {
    "front_line": "less the rate of the earner's front-line person on the path",
    "highest_on_path": "less the highest rate between the earner and the sale, the seller's included",
    "seller_only": "less the seller's own rate; several people may be paid the same gap",
}
BLOCKERS = {"everyone": "every rate blocks", "earners_only": "the rate of who does not earn counts as 0"}
NEGATIVE_GAP = {
    "zero_per_leg": "a negative difference pays nothing",
    "offsets_other_legs": "a negative difference is taken off what other legs pay",
}
TAIL = ("none", "blocker_only", "n levels")
TAKEN = {
    "before_caps": "as earned, before the most and the caps of those bonuses",
    "after_caps": "as paid, after the most, the caps and the guarantees of those bonuses",
}
PAYS_IN = ("money", "shares")
IF_NOT_EARNED = {
    "kept_by_company": "it stays with the company",
    "{held_until: test, lapses_after: n periods or never}": "it waits",
}
MOST_OF = {"each_seller": "of what comes from one seller", "all": "of the bonus as a whole"}

# --- pairs ---
CARRY = ("a number (the most kept of each leg)", "none", "unlimited")
NOT_QUALIFIED = {
    "lose_all": "what was carried and this period's volume are lost",
    "keep": "all is carried on",
    "keep_but_gather_nothing": "what was carried stays, this period's volume is lost",
}
OVER_THE_CAP = {
    "flush": "the volume of pairs over the cap is lost",
    "carry": "only paid pairs take volume; the rest is carried",
}
CAP_PER = {"position": "each position has the cap", "person": "a person's positions share it"}

# --- once, pools, guarantees ---
AGAIN = {"never": "the first time only", "after_losing_it": "each time after a period without it"}
SHARES_ARE = {
    "divided_by_all_shares": "the fund is divided by all shares: it is paid out once",
    "fraction_of_fund": "a share is a percentage of the fund: all together may be more than the fund",
}
OVER_THE_MOST = {
    "kept_by_company": "what is over the most stays with the company",
    "shared_by_others": "what is over the most is divided among the others",
}
NOBODY_QUALIFIES = {
    "kept_by_company": "the fund stays with the company",
    "carried_to_next": "the fund is added to the next period's",
}
NOBODY_ABOVE = {
    "kept_by_company": "what is sent with nobody above stays with the company",
    "stays_with_sender": "who has nobody above sends nothing",
}

# --- group rules and ledger ---
METHOD = {
    "pro_rata": "everybody is cut by the same share",
    "{cut_in_order: [names]}": "the first named bonus is cut first",
}
LEFTOVER = {"largest_remainder": "the last units go to the largest remainders, then by distributor number"}
EQUAL = {"first_named": "of equal bonuses the first named is paid"}
CAP_OF = {"everyone": "the limit is the company's", "each_person": "each person has the limit"}
ROUND = {
    "half_up": "halves away from zero",
    "half_even": "halves to the even unit",
    "down": "toward zero",
}
TAKE_BACK = {
    "original_amounts": "what each line paid is taken back from whoever it paid",
    "average_rate": "the average of what was paid on the period's volume, times what came back",
    "recompute_while_open": "the sale's period is computed again without it; the difference is posted",
}
RETURN_RANKS = {"stay": "ranks of the sale's period stay", "recomputed": "ranks are computed again too"}
NOT_COVERED = {
    "becomes_debt": "it is taken off later earnings",
    "written_off": "the company bears it",
    "rolls_up": "the sponsor owes it",
}
DEDUCTED_OF = {"gross": "of all that is due", "after_previous": "of what earlier deductions left"}
EVERY = "write what is paid more often as a second plan over the same people; it may read this one's last closed rank"
