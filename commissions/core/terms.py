"""What a plan document says, once it is understood. Built by `plan.load`; nothing here computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from commissions.core.language import Expression


@dataclass(frozen=True, slots=True)
class Volume:
    """One number per order line: a field of the line, or an expression over it."""

    name: str
    label: str
    says: str
    unit: str  # points (hundredths) or money (minor units)
    field: str  # empty when it is an expression
    orders_of: str  # self_and_customers, self, customers; empty for an expression
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One number per person and period."""

    name: str
    label: str
    says: str
    unit: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Status:
    """True or false of a person in a period."""

    name: str
    label: str
    says: str
    text: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Memory:
    """Carried from period to period: `starts` for a newcomer, then what `becomes` gives."""

    name: str
    unit: str
    starts: int
    expression: Expression


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of what a rank needs: met when what the person has is at least `need`."""

    rank: int  # index in the ladder
    text: str  # in plain words where the plan has them, else as the plan writes it
    unit: str  # points, money, count, rank, or truth (1 is true)
    need: int
    source: str  # as the plan writes it
    expression: Expression  # what the person has


@dataclass(frozen=True, slots=True)
class Rank:
    name: str
    label: str
    description: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by one or two words. An index of an axis is how many of its starts the value has reached; 0 pays nothing."""

    name: str
    by: tuple[str, ...]
    unit: str
    starts: tuple[tuple[int, ...], ...]  # one per axis, ascending
    cells: tuple[tuple[int, ...], ...]  # [first axis][second axis]; one column for a table by one word


@dataclass(frozen=True, slots=True)
class Walk:
    """Up from every sale along the sponsors, counting levels; level 0 is the seller."""

    first: int
    last: int
    compression: str  # none, skip_inactive
    skip_test: Expression | None
    skipped_volume: str  # paid, dropped


@dataclass(frozen=True, slots=True)
class Bonus:
    name: str
    label: str
    description: str
    shape: str  # walk, amount: the file in bonuses/ that pays it
    on: str  # the volume it pays on; empty for an amount
    only: Expression | None  # which order lines
    earner: Expression | None  # who may earn it; None is everybody in good standing
    earner_text: str
    if_not_earned: str
    walk: Walk | None
    rate: Expression | None
    amount: Expression | None


@dataclass(frozen=True, slots=True)
class Ledger:
    round: str
    take_back: str
    ranks: str
    not_covered: str
    smallest_payout: int  # minor units


@dataclass(frozen=True)
class Plan:
    """A compensation plan. Names are those of the document; `own_volume`, `group_volume` and `active` say which of
    them pages show under these words."""

    name: str
    version: int
    starts: date
    currency: str
    exponent: int
    period: str
    sha256: str  # of what is said: comments, spacing and the order of keys do not matter
    volumes: Mapping[str, Volume]
    measures: Mapping[str, Measure]
    statuses: Mapping[str, Status]
    memories: Mapping[str, Memory]
    tables: Mapping[str, Table]
    lower_ranks: str  # required, not_required
    ladder: tuple[Rank, ...]  # lowest first
    bonuses: tuple[Bonus, ...]  # in the document's order
    ledger: Ledger
    own_volume: str
    group_volume: str
    active: str

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What all ranks need, in the ladder's order and each rank's own: the columns of `Result.have`."""
        return tuple(requirement for rank in self.ladder for requirement in rank.requirements)

    def bonus(self, name: str) -> Bonus:
        """Raises KeyError for a name the plan does not know."""
        for bonus in self.bonuses:
            if bonus.name == name:
                return bonus
        raise KeyError(name)

    def title_of(self, step: int) -> str:
        """The label of a rank."""
        return self.ladder[step].label
