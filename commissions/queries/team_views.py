"""The views of the team that somebody has kept."""

from dataclasses import dataclass

from commissions.models import TeamView


@dataclass(frozen=True, kw_only=True)
class View:
    """`query` is what stands behind the address."""

    id: int
    name: str
    query: str


def of_person(*, distributor_id: int) -> list[View]:
    """A person's views by name."""
    rows = TeamView.objects.filter(distributor_id=distributor_id).values_list("pk", "name", "query")
    return [View(id=pk, name=name, query=query) for pk, name, query in rows]
