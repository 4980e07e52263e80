"""Which table of places is meant: the same labels serve every tree of the company."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from distributors.models import Distributor

Lock = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Forest:
    """A table whose rows are places. `parent` names the column that is the truth; lft, rght, tree_id and
    level are labels derived from it.

    `called` is the field by which messages name a place; `many` and `above` are the words for places and for
    who stands above one. Whoever writes takes `lock` first. `order` names the columns, whole
    numbers, by which siblings stand when a tree is numbered anew.
    """

    model: type[models.Model]
    parent: str
    called: str
    many: str
    above: str
    lock: Lock
    order: tuple[str, ...] = ("tree_id", "lft", "id")

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def places(self) -> models.QuerySet[Any]:
        """Every place, unordered, past managers that close the tree to writers."""
        return models.QuerySet(self.model)


SPONSORS = Forest(
    model=Distributor,
    parent="sponsor_id",
    called="number",
    many="distributors",
    above="sponsor",
    lock=(0x7472_6565,),  # "tree"
)
