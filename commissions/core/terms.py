"""What a plan document says, once it is understood. Frozen: a run cannot change its plan. `plan.load` builds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from commissions.core.language import Expression

MILLION = 1_000_000


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


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a period: its value at the start is `before`, at the end what `becomes` says."""

    name: str
    unit: str
    starts: int
    becomes: Expression


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


@dataclass(frozen=True, slots=True)
class Rates:
    """Millionths by level and by rank: `cells[level][rank]`; a level that is not written pays nothing."""

    name: str
    cells: Mapping[int, tuple[int, ...]]

    def rate(self, *, level: int, rank: int) -> int:
        row = self.cells.get(level)
        return row[rank] if row else 0


@dataclass(frozen=True, slots=True)
class Bonus:
    """On what, to whom on the way up from a sale, how much, and who may earn it. An amount is a walk that stays with
    the seller and pays the whole of its volume."""

    name: str
    label: str
    says: str
    shape: str  # walk or amount: the file in bonuses/ that pays it
    on: str  # a volume
    only: Expression | None  # which lines
    first: int  # level 0 is the seller
    last: int
    compression: str  # none | skip_inactive
    skip_test: Expression | None
    volume_of_the_skipped: str  # paid | dropped
    rates: Rates
    earner: Expression | None


@dataclass(frozen=True, slots=True)
class Ledger:
    smallest_payout: int  # minor units
    take_back: str
    not_covered: str


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
    volumes: tuple[Volume, ...]
    measures: Mapping[str, str]  # name to unit
    statuses: frozenset[str]
    labels: Mapping[str, str]  # of volumes, measures and statuses
    units: Mapping[str, str]
    expressions: Mapping[str, Expression] = field(repr=False)  # of measures and statuses
    before_ranks: tuple[str, ...]  # measures and statuses in the order of need
    after_ranks: tuple[str, ...]  # those that need the rank
    memories: Mapping[str, Memory]
    ladder: tuple[Rank, ...]
    bonuses: tuple[Bonus, ...]
    ledger: Ledger
    active: str  # the status that pages call "active"
    own_volume: str
    group_volume: str

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every rank's requirements, in the order of the ladder, then of its list."""
        return tuple(requirement for rank in self.ladder for requirement in rank.requirements)
