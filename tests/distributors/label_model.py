"""The labels of distributors/tree/labels.py and places.py in plain Python: quick enough for an adversary.

tests/distributors/test_labels.py holds it equal to the real ones, label by label.
"""

from bisect import bisect_left, insort

from distributors.tree.labels import DENSITY, SMALLEST_RANGE
from distributors.tree.places import SHARE


class Full(Exception):
    pass


class Model:
    """One tree. People are numbered as they join, from 0, the root."""

    def __init__(self, bits=62):
        self.bits = bits
        self.lft, self.rght = [1], [(1 << bits) - 1]
        self.labels = [1, (1 << bits) - 1]
        self.owner = {1: (0, False), (1 << bits) - 1: (0, True)}
        self.moved = 0

    def gap(self, sponsor):
        end = self.rght[sponsor]
        return end - self.labels[bisect_left(self.labels, end) - 1] - 1

    def join(self, sponsor):
        if self.gap(sponsor) < 2:
            self._make_room(self.rght[sponsor])
        free = self.gap(sponsor)
        lft = self.rght[sponsor] - free
        person, rght = len(self.lft), lft + max(1, free // SHARE)
        self.lft.append(lft)
        self.rght.append(rght)
        self.owner |= {lft: (person, False), rght: (person, True)}
        insort(self.labels, lft)
        insort(self.labels, rght)
        return person

    def _make_room(self, label, extra=2):
        for bits in range(SMALLEST_RANGE, self.bits + 1):
            start, width = label >> bits << bits, 1 << bits
            first, last = bisect_left(self.labels, start), bisect_left(self.labels, start + width)
            if last - first + extra <= (2 / DENSITY) ** bits:
                step = width // (last - first + extra)
                self._spread(first, last, start + step // 2, step, label, extra)
                return
        raise Full

    def _spread(self, first, last, start, step, label, extra):
        old = self.labels[first:last]
        owners = [self.owner.pop(value) for value in old]
        new = [start + step * (n + (extra if value >= label else 0)) for n, value in enumerate(old)]
        for value, (person, is_end) in zip(new, owners, strict=True):
            (self.rght if is_end else self.lft)[person] = value
            self.owner[value] = (person, is_end)
        self.labels[first:last] = new
        self.moved += len(old)

    def sound(self):
        """In order, all different, in range, nested."""
        inside = all(low < high for low, high in zip(self.labels, self.labels[1:], strict=False))
        return inside and self.labels[0] >= 1 and self.labels[-1] < 1 << self.bits


def narrowest(model, recent=40):
    """Whoever's gap is narrowest among the last to join and the first: what hurts most."""
    people = {*range(max(0, len(model.lft) - recent), len(model.lft)), *range(min(recent, len(model.lft)))}
    return min(people, key=model.gap)
