"""Placement done slowly and obviously, in plain Python, to hold the portal's against."""

from collections import deque

from distributors.models import Placement, PlacementTree


class Plain:
    """A placement tree as dictionaries: who stands in which slot below whom, by distributor's number."""

    def __init__(self, width: int, depth_limit: int | None = None) -> None:
        self.width, self.depth_limit = width, depth_limit
        self.below: dict[str, dict[int, str]] = {}
        self.sponsor: dict[str, str | None] = {}
        self.level: dict[str, int] = {}
        self.top = ""

    def join(self, number: str, sponsor: str | None, fill: str) -> None:
        if not self.top:
            self.top, self.level[number] = number, 0
        else:
            at = sponsor
            while at is not None and at not in self.below:
                at = self.sponsor.get(at)
            under = at or self.top
            found = getattr(self, fill)(under) or self.first_free(under) or self.first_free(self.top)
            if found is None:
                self.sponsor[number] = sponsor
                return
            parent, slot = found
            self.below[parent][slot] = number
            self.level[number] = self.level[parent] + 1
        self.sponsor[number] = sponsor
        self.below[number] = {}

    def slots(self) -> range:
        return range(1, self.width + 1)

    def first_free(self, under: str) -> tuple[str, int] | None:
        todo = deque([under])
        while todo:
            at = todo.popleft()
            for slot in self.slots() if self.level[at] != self.depth_limit else ():
                if slot not in self.below[at]:
                    return at, slot
            todo.extend(self.below[at][slot] for slot in sorted(self.below[at]))
        return None

    def outside(self, under: str, slot: int) -> tuple[str, int] | None:
        at = under
        while slot in self.below[at]:
            at = self.below[at][slot]
        return None if self.level[at] == self.depth_limit else (at, slot)

    def count(self, under: str) -> int:
        return 1 + sum(self.count(other) for other in self.below[under].values())

    def left(self, under: str) -> tuple[str, int] | None:
        return self.outside(under, 1)

    def right(self, under: str) -> tuple[str, int] | None:
        return self.outside(under, self.width)

    first_free_by_level = first_free

    def alternate(self, under: str) -> tuple[str, int] | None:
        placed = sum(1 for number, by in self.sponsor.items() if by == under and number in self.below)
        return self.outside(under, 1 + placed % self.width)

    def weaker_leg_by_count(self, under: str) -> tuple[str, int] | None:
        legs = self.below[under]
        slot = min(self.slots(), key=lambda s: (self.count(legs[s]) if s in legs else 0, s))
        return self.first_free(legs[slot]) if slot in legs else self.unless_deepest(under, slot)

    def unless_deepest(self, at: str, slot: int) -> tuple[str, int] | None:
        return None if self.level[at] == self.depth_limit else (at, slot)

    def places(self) -> dict[str, tuple[str | None, int | None]]:
        """Everybody's parent and slot."""
        found: dict[str, tuple[str | None, int | None]] = {self.top: (None, None)} if self.top else {}
        for parent, slots in self.below.items():
            found |= {number: (parent, slot) for slot, number in slots.items()}
        return found


def stored(tree: PlacementTree) -> dict[str, tuple[str | None, int | None]]:
    """The same of the portal's tree, of everybody's first position."""
    rows = Placement.objects.filter(tree=tree, ordinal=1)
    fields = ("owner__number", "parent__owner__number", "slot")
    return {number: (parent, slot) for number, parent, slot in rows.values_list(*fields)}
