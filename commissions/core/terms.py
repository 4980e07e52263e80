"""What a plan document says, once it is understood. Frozen: a run cannot change its plan. `plan.load` builds it.

Units everywhere: points in hundredths, money in minor units, rates in millionths, days since 1970-01-01, ranks as
the index in the ladder, truth as 0 and 1. docs/plans.md explains every word.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from commissions.core.language import Expression

MILLION = 1_000_000
UNLIMITED = -1  # of `last`, of a carry
NEVER = 0  # of `lapses_after`, `carry_expires`


# --- who stands under whom --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Tree:
    """A named tree: of people, or, with slots, of positions that people own."""

    name: str
    parent: str  # chosen_at_sign_up | who_brought_them_in | placed | rule
    rule: Expression | None = (
        None  # settled once, at sign-up: if join_number <= 3 then code of enroller else enroller
    )
    slots: tuple[str, ...] = ()  # ("left", "right"), or ("1", "2", "3"); none for a tree of people
    depth: int = 0  # levels of a forced matrix; 0 is unlimited
    fill: str = ""  # first_free_by_level | chosen | weaker_leg | alternate
    under: str = ""  # the tree in which the newcomer's upline is sought
    moves: str = "never"
    who_leaves: str = "stays_as_a_gap"
    positions_per_person: int = 1


# --- numbers of order lines and of people -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Volume:
    """One number per order line: a field of it, or an expression over it."""

    name: str
    label: str
    unit: str  # points or money
    field: str = ""  # a column of OrderLines
    orders_of: str = "self_and_customers"
    expression: Expression | None = None
    says: str = ""
    returns_count: str = "in_period_of_return"


@dataclass(frozen=True, slots=True)
class LegCap:
    """A measure that counts each leg up to a share: {leg: gv, own: pv, leg_cap: 40%, leg_cap_base: …}.

    `requirement`: a share of the number it is compared with (the expression is then Capped(name, need));
    `actual_total`: of all legs and what is own, uncapped; `that_leg`: of the leg itself. A share is cut down to a whole
    unit.
    """

    leg: str  # a measure or volume, read at the head of each leg of the main tree
    own: str  # a measure or volume of the person
    cap: int  # millionths
    base: str  # requirement | actual_total | that_leg
    own_volume: str  # uncapped | capped_like_a_leg | excluded


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a period.

    A value: `before(name)` when the period starts, `becomes` at its end. Or a window: the last `keeps` values of an
    expression, this period's included; `before(name)` is then the last `keeps` values without this period's.
    """

    name: str
    unit: str
    starts: int
    becomes: Expression | None = None
    keeps: int = 0
    of: Expression | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Names computed together, in the order in which groups need each other. With a tree they need each other through
    people strictly below in it, and are found deepest level first; without, there is one name, for everybody at once.
    """

    names: tuple[str, ...]
    tree: str = ""


# --- ranks ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of what a rank asks: `have` is computed, `need` is a number of the same unit (1 for a condition)."""

    rank: int  # index in the ladder
    text: str
    label: str
    unit: str  # points, money, count, truth
    need: int
    have: Expression


@dataclass(frozen=True, slots=True)
class Rank:
    name: str
    label: str
    says: str
    requirements: tuple[Requirement, ...]


# --- tables -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Axis:
    """What a table is read by. `exact` (levels, generations): a key serves itself alone; otherwise it serves from its
    value up to the next key."""

    by: Expression
    unit: str
    exact: bool
    keys: tuple[int, ...]  # rising

    def place(self, value: int) -> int:
        """Index of the key that serves a value; -1 when none does."""
        at = bisect_right(self.keys, value) - 1
        return -1 if at < 0 or (self.exact and self.keys[at] != value) else at


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers by one or two axes. `cells[i][j]`; with one axis each row has one cell. A stacked table's cells are
    summed up already, so that it reads like a cliff. A marginal table pays each slice of its axis's value at its own
    rate."""

    name: str
    reading: str  # cliff | marginal | stacked
    unit: str  # rate | money | count | points
    axes: tuple[Axis, ...]
    cells: tuple[tuple[int, ...], ...]

    def at(self, *values: int) -> int:
        """The cell for these values of the axes; 0 where nothing is written."""
        places = [axis.place(value) for axis, value in zip(self.axes, values, strict=True)]
        if min(places) < 0:
            return 0
        return self.cells[places[0]][places[1] if len(places) > 1 else 0]

    def slices(self, value: int) -> tuple[tuple[int, int], ...]:
        """(part of the value, its cell) of each slice of a marginal table, lowest first; empty parts left out."""
        keys = self.axes[0].keys
        ends = (*keys[1:], max(value, keys[-1]))
        parts = [
            (min(value, end) - start, row[0]) for start, end, row in zip(keys, ends, self.cells, strict=True)
        ]
        return tuple((part, cell) for part, cell in parts if part > 0)


# --- bonuses ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Hold:
    """What was not earned waits until the test holds; after so many further periods without it, it lapses."""

    until: Expression
    lapses_after: int  # periods; NEVER


@dataclass(frozen=True, slots=True)
class Most:
    """The most an earner gets of one bonus in a period; what is over stays with the company."""

    amount: Expression  # money, asked of the earner
    of: str  # each_seller | all


@dataclass(frozen=True, slots=True)
class Difference:
    """The earner's rate less the blocker's."""

    who_blocks: str  # front_line | highest_on_path | seller_only
    blockers: str  # everyone | earners_only
    negative_gap: str  # zero_per_leg | offsets_other_legs


@dataclass(frozen=True, slots=True)
class Walk:
    """Up from every sale (`on` a volume), every person (a measure) or everybody's earnings of other bonuses."""

    source: str  # volume | measure | earnings
    on: tuple[str, ...]  # one volume or measure; the names of the bonuses earned
    along: str  # a tree
    counts: str  # levels | generations | nothing
    rate: Expression  # rate, money or count; level, generation, line., seller. are known, plain words mean the earner
    rate_unit: str  # rate: a share of the base; money or count: so much for each source, whatever its size
    first: int = 1
    last: int = UNLIMITED
    compression: str = "none"  # none | skip_inactive | skip_not_entitled_at_level
    skip_test: Expression | None = None
    volume_of_the_skipped: str = "paid"  # paid | dropped
    convention: str = ""  # starts_at_leader | starts_at_earner
    leader: Expression | None = None  # asked of people on the path; earner. is the one who may be paid
    each_step_pays: str = "every_earner"  # every_earner | first_earner
    own_volume: str = ""  # pays_seller | not_paid; levels say it by first: 0 or 1
    ends_at: Expression | None = None  # the first such person on the way up is paid, nobody above
    blocker: Expression | None = None
    tail: int = -1  # -1 none: not even the blocker's own; 0 blocker_only; n levels below the blocker
    difference: Difference | None = None
    taken: str = ""  # of earnings: before_caps | after_caps
    worth: int = MILLION  # money per point in millionths: minor units per hundredth × 10⁶; MILLION for money
    only: Expression | None = None  # asked of the order line, or of the person for measures and earnings
    pays_in: str = "money"  # money | shares


@dataclass(frozen=True, slots=True)
class Amount:
    """So much for a person (exact money), or for an order line to its seller (a volume of money)."""

    amount: Expression | None  # asked of the person
    volume: str = ""  # or a volume, paid line by line
    only: Expression | None = None  # of the line
    worth: int = MILLION  # as of a walk, when the amount or the volume is in points


@dataclass(frozen=True, slots=True)
class Once:
    """The first time a test holds; `again: after_losing_it` each time it holds after a period in which it did not."""

    test: Expression
    gives: Expression | None  # money
    again: str  # never | after_losing_it
    then: str = ""  # new_position
    tree: str = ""  # where the new position is taken


@dataclass(frozen=True, slots=True)
class Pair:
    """Two legs of each position matched against each other.

    Steps: n = lowest over the two legs of ⌊leg / unit⌋, where unit 200 to 400 takes 200 from the smaller leg and 400
    from the larger; each pair pays `pays_per_pair`, and takes `takes` (else its unit) from the legs. Percent: unit
    `any` (0, 0) pays `pays_rate` of the smaller leg and takes that from both.
    """

    along: str  # a tree with slots
    volume: str
    unit: tuple[int, int]  # of the smaller, of the larger leg; (0, 0) is any
    takes: tuple[int, int]
    pays_per_pair: Expression | None  # money, asked of the earner
    pays_rate: Expression | None  # rate, asked of the earner
    own_volume_goes_to: str  # neither | weaker | a slot
    carry: int  # the most kept of each leg; 0 none, UNLIMITED
    carry_expires: int  # periods; NEVER
    when_not_qualified: str  # lose_all | keep | keep_but_gather_nothing
    cap: Expression | None = None  # pairs (count) or money, asked of the earner
    cap_of: str = ""  # pairs | money
    cap_over: str = ""  # flush | carry
    cap_per: str = "position"  # position | person
    worth: int = MILLION


@dataclass(frozen=True, slots=True)
class Pool:
    fund: Expression  # exact money, of the company: everyone's sums
    shares: Expression | None  # points, money or count, asked of the person; None: the shares a walk paid
    shares_of: str = ""  # the name of that walk
    shares_are: str = "divided_by_all_shares"  # divided_by_all_shares | fraction_of_fund
    most_per_person: int = MILLION  # millionths of the fund; MILLION is no limit
    over: str = ""  # kept_by_company | shared_by_others: what is over the most
    nobody_qualifies: str = "kept_by_company"  # kept_by_company | carried_to_next


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Everybody who received a bonus must have sent a minimum up; what is missing is taken out of what they received,
    deepest first: sent = lowest(received; minimum − already_sent), to the parent."""

    of: str  # a bonus
    along: str
    minimum: Expression | None  # money; None is everything
    already_sent: Expression | None  # exact money
    nobody_above: str  # kept_by_company | stays_with_sender


How = Walk | Amount | Once | Pair | Pool | Guarantee


@dataclass(frozen=True, slots=True)
class Bonus:
    """What bonuses of every shape say alike, and how this one finds its amounts."""

    name: str
    label: str
    says: str
    how: How
    earner: Expression | None = None  # asked of the one who may be paid
    hold: Hold | None = None  # without it, what is not earned stays with the company
    most: Most | None = None
    valid: tuple[int, int] | None = (
        None  # a campaign's days, half-open: lines booked, or periods that begin, inside it
    )

    @property
    def shape(self) -> str:
        return type(self.how).__name__.lower()


# --- after the bonuses ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Cap:
    """The bonuses named together pay at most the limit."""

    name: str
    limit: Expression  # exact money; of the company, or of each person
    over: tuple[str, ...]
    method: str  # pro_rata | cut_in_order
    order: tuple[str, ...] = ()  # of cut_in_order: which is cut first
    leftover_cents: str = "largest_remainder"
    of: str = "everyone"  # everyone | each_person


@dataclass(frozen=True, slots=True)
class BetterOf:
    """Of these bonuses each person keeps only the largest; among equals the first named."""

    name: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deduction:
    name: str
    rate: int  # millionths
    of: str  # gross | after_previous


@dataclass(frozen=True, slots=True)
class Ledger:
    smallest_payout: int  # minor units
    take_back: str  # original_amounts | average_rate | recompute_while_open
    not_covered: str  # becomes_debt | written_off | rolls_up
    round: str = "half_up"  # half_up | half_even | down
    ranks: str = "stay"  # stay | recomputed
    deductions: tuple[Deduction, ...] = ()


# --- the plan ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    label: str
    says: str
    version: int
    starts: date
    currency: str
    exponent: int
    sha256: str
    period: str  # day | week | 4 weeks | month
    trees: Mapping[str, Tree]
    main_tree: str
    inputs: Mapping[str, str]  # name to unit
    volumes: tuple[Volume, ...]  # each after those it needs
    measures: Mapping[str, str]  # name to unit
    caps: Mapping[str, LegCap]  # of those measures that are leg caps
    statuses: frozenset[str]
    labels: Mapping[str, str]  # of volumes, measures and statuses
    units: Mapping[str, str]
    expressions: Mapping[str, Expression] = field(repr=False)  # of measures and statuses
    order: tuple[Group, ...]  # of measures, statuses, memories and `rank`
    memories: Mapping[str, Memory]
    ladder: tuple[Rank, ...]  # never empty: a plan without ranks has one, Member, that everybody has
    tables: Mapping[str, Table]
    bonuses: tuple[Bonus, ...]  # in the document's order
    bonus_order: tuple[int, ...]  # indexes of bonuses, each after those it needs
    group_rules: tuple[Cap | BetterOf, ...]
    ledger: Ledger
    active: str  # the status that pages call "active"; '' when the plan names none
    own_volume: str
    group_volume: str
    replaces: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    other_plans: Mapping[str, str] = field(
        default_factory=dict
    )  # prefix to plan: monthly.rank reads its last closed rank

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every rank's requirements, in the order of the ladder, then of its list."""
        return tuple(requirement for rank in self.ladder for requirement in rank.requirements)

    @property
    def placements(self) -> tuple[Tree, ...]:
        """The trees of positions."""
        return tuple(tree for tree in self.trees.values() if tree.slots)
