"""What every bonus may look at, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Facts
from commissions.core.measures import LineWords, People
from commissions.core.network import Network

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Board:
    facts: Facts
    network: Network
    people: People
    volumes: Mapping[str, Ints]  # per order line
    rank: Ints  # paid-as, per person

    def line_words(self) -> LineWords:
        return LineWords(self.facts, self.volumes, self.people.words)


@dataclass(frozen=True, slots=True)
class Paid:
    """The lines a bonus pays, in parallel, sorted by source and level."""

    beneficiary: Ints
    source: Ints  # index of the order line
    level: Ints  # after compression; 0 is the seller
    rate_ppm: Ints  # of the line's volume
