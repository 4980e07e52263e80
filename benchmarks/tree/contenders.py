"""One face for five trees: what a portal asks of its tree, in each library's own words, from a key."""

from collections.abc import Callable
from typing import Any, Protocol

from django.db import connection, models

from benchmarks.tree.loading import JOINED
from benchmarks.tree.peers.models import Adjacent, Dense, NestedSet, Path
from distributors import tree
from distributors.models import Distributor, Profile
from distributors.queries import sponsor_tree

PAGE = 50


class Contender(Protocol):
    """A tree under measurement. Keys are primary keys; `before_join` is not timed."""

    name: str
    model: type[models.Model]

    def before_join(self, number: str) -> Any: ...
    def join(self, number: str, sponsor: int, ready: Any) -> None: ...
    def upline(self, key: int) -> int: ...
    def count(self, key: int) -> int: ...
    def page(self, key: int) -> int: ...
    def move(self, key: int, target: int) -> None: ...


class Ours:
    name, model = "this portal", Distributor

    def before_join(self, number: str) -> Profile:
        return Profile.objects.create(given_name="New", family_name=number)

    def join(self, number: str, sponsor: int, ready: Profile) -> None:
        person = Distributor(number=number, profile=ready, joined_at=JOINED)
        tree.take_place(distributor=person, sponsor_id=sponsor)

    def upline(self, key: int) -> int:
        return len(list(sponsor_tree.upline(distributor_id=key)))

    def count(self, key: int) -> int:
        return sponsor_tree.downline(distributor_id=key).count()

    def page(self, key: int) -> int:
        return len(list(sponsor_tree.downline(distributor_id=key)[:PAGE]))

    def move(self, key: int, target: int) -> None:
        tree.move(distributor_id=key, sponsor_id=target, effective_at=JOINED)


class _Peer:
    model: Any

    def before_join(self, number: str) -> None:
        """Nothing: a row of its own is all there is."""

    def get(self, key: int) -> Any:
        return self.model.objects.get(pk=key)


class Mptt(_Peer):
    name, model = "django-mptt", Dense

    def join(self, number: str, sponsor: int, ready: Any) -> None:
        Dense.objects.create(number=number, joined_at=JOINED, parent=self.get(sponsor))

    def upline(self, key: int) -> int:
        return len(list(self.get(key).get_ancestors()))

    def count(self, key: int) -> int:
        return int(self.get(key).get_descendant_count())

    def page(self, key: int) -> int:
        return len(list(self.get(key).get_descendants()[:PAGE]))

    def move(self, key: int, target: int) -> None:
        self.get(key).move_to(self.get(target), "last-child")


class _Treebeard(_Peer):
    def join(self, number: str, sponsor: int, ready: Any) -> None:
        self.model.objects.add_child(self.get(sponsor), {"number": number, "joined_at": JOINED})

    def upline(self, key: int) -> int:
        return len(list(self.model.objects.get_ancestors(self.get(key))))

    def count(self, key: int) -> int:
        return int(self.model.objects.get_descendants(self.get(key)).count())

    def page(self, key: int) -> int:
        return len(list(self.model.objects.get_descendants(self.get(key))[:PAGE]))

    def move(self, key: int, target: int) -> None:
        self.model.objects.move(self.get(key), self.get(target), "last-child")


class MaterializedPath(_Treebeard):
    name, model = "django-treebeard, materialized path", Path


class NestedSets(_Treebeard):
    name, model = "django-treebeard, nested sets", NestedSet


class TreeQueries(_Peer):
    name, model = "django-tree-queries", Adjacent

    def join(self, number: str, sponsor: int, ready: Any) -> None:
        Adjacent.objects.create(number=number, joined_at=JOINED, parent=self.get(sponsor))

    def upline(self, key: int) -> int:
        return len(list(Adjacent.objects.ancestors(self.get(key))))

    def count(self, key: int) -> int:
        return int(Adjacent.objects.descendants(key).count())

    def page(self, key: int) -> int:
        return len(list(Adjacent.objects.descendants(key)[:PAGE]))

    def move(self, key: int, target: int) -> None:
        person = self.get(key)
        person.parent_id = target
        # What its documentation asks for: it refuses a circle.
        person.clean()
        person.save()


EVERY: tuple[Contender, ...] = (Ours(), Mptt(), MaterializedPath(), NestedSets(), TreeQueries())
BY_NAME: dict[str, Contender] = {one.name: one for one in EVERY}


def wrong_in_dense() -> int:
    """Rows of django-mptt's table that are not inside their parent's interval, or share a number."""
    return _wrong(
        """SELECT count(*) FROM peers_dense child LEFT JOIN peers_dense above ON above.id = child.parent_id
           WHERE child.lft >= child.rght
              OR (above.id IS NOT NULL AND NOT (child.lft > above.lft AND child.rght < above.rght))
              OR child.lft IN (SELECT lft FROM peers_dense GROUP BY lft HAVING count(*) > 1)"""
    )


def wrong_in_nested_sets() -> int:
    """Rows of django-treebeard's nested sets that share a number or whose interval is empty."""
    return _wrong(
        """SELECT count(*) FROM peers_nestedset WHERE lft >= rgt
              OR lft IN (SELECT lft FROM peers_nestedset GROUP BY lft HAVING count(*) > 1)
              OR rgt IN (SELECT rgt FROM peers_nestedset GROUP BY rgt HAVING count(*) > 1)"""
    )


def wrong_in_paths() -> int:
    """Rows whose path names nobody above them, or whose count of children is not true."""
    return _wrong(
        """SELECT count(*) FROM peers_path p
           LEFT JOIN peers_path above ON above.path = left(p.path, length(p.path) - 4)
           LEFT JOIN (SELECT left(path, length(path) - 4) AS path, count(*) AS held FROM peers_path GROUP BY 1)
                AS below ON below.path = p.path
           WHERE (length(p.path) > 4 AND above.id IS NULL) OR p.numchild <> coalesce(below.held, 0)"""
    )


def _wrong(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


WRONG: dict[str, Callable[[], int]] = {
    Ours.name: lambda: len(tree.problems()),
    Mptt.name: wrong_in_dense,
    MaterializedPath.name: wrong_in_paths,
    NestedSets.name: wrong_in_nested_sets,
    TreeQueries.name: lambda: 0,
}
