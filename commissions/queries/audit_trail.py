"""The audit trail against itself, against what was counted of it before, and against the rows that it tells of."""

from collections.abc import Iterator

from commissions.models import BooksCheck
from commissions.queries import trail
from commissions.queries.audit_rows import rows, some
from common.queries import trail as chain
from common.queries.trail import Head
from common.trail import Saying, What
from distributors.queries import trail as of_people

Identity = tuple[str, str, str, object]


def nothing_of_it_was_cut_off() -> list[str]:
    """L5: of the audit trail stands all that checks have counted before: the last entry of each is there, as it was."""
    gone = rows(
        "SELECT DISTINCT c.trail_number FROM commissions_bookscheck c LEFT JOIN common_trailentry t "
        "ON t.number = c.trail_number AND t.hash = c.trail_hash "
        "WHERE c.trail_number > 0 AND t.number IS NULL ORDER BY c.trail_number"
    )
    return [
        f"L5 entry {number} of the audit trail, the last one once, is gone or another one now"
        for (number,) in gone[:1]
    ]


def it_goes_on() -> list[str]:
    """A1: the audit trail goes on from where the last check found it, entry by entry."""
    counted = _counted()
    found = chain.broken(after=counted) if chain.has(head=counted) else None
    return [f"A1 {found}"] if found else _begun()


def it_is_whole() -> list[str]:
    """A1: each entry of the audit trail follows the one before, and is what was written."""
    found = chain.broken()
    return [f"A1 {found}"] if found else _begun()


def rows_are_as_it_tells() -> list[str]:
    """A1: what was answered for, decided and carried out stands in the audit trail, and its rows say the same."""
    return list(some(_differences()))


def rights_are_as_it_tells() -> list[str]:
    """A1: logins and groups whose rights were changed have those that the audit trail tells."""
    other = of_people.other_rights(
        of_logins=chain.told(whats=[What.RIGHTS]), of_groups=chain.told(whats=[What.GROUP])
    )
    return [f"A1 {one} has other rights than the audit trail tells" for one in some(other)]


def _counted() -> Head:
    """The furthest head that a check has seen."""
    rows = BooksCheck.objects.order_by("-trail_number", "pk").values_list("trail_number", "trail_hash")
    number, sealed = rows.first() or (0, "")
    return Head(number=number, hash=sealed) if number else Head()


def _begun() -> list[str]:
    return [] if chain.head().number else ["A1 the audit trail has no entry 1: `manage.py migrate` begins it"]


def _differences() -> Iterator[str]:
    """What is told and what the rows say, set beside each other by what happened to what, and when."""
    told = {_identity(one): one for one in chain.told(whats=[*trail.LASTING, *trail.UNTIL_TAKEN_BACK])}
    found, said = set(), set()
    for row in trail.everything():
        identity = _identity(row)
        said.add(identity)
        other = _other(row, told[identity]) if identity in told else ["when"]
        if other:
            found.add((row.kind, row.key))
            yield (
                f"A1 {row.kind} {row.key}, {row.what.value}: the row says otherwise than the audit trail: "
                f"{', '.join(other)}"
            )
    for identity, one in told.items():
        if _lasts(one) and identity not in said and (one.kind, one.key) not in found:
            found.add((one.kind, one.key))
            yield f"A1 {one.kind} {one.key}, {one.what.value}: the audit trail tells of it, and no row does"


def _lasts(one: Saying) -> bool:
    """Whether a row must say the same. Joining and imports leave rows of a standing that nobody gave, and untold."""
    return one.what in trail.LASTING and (one.who is not None or one.what != What.STATUS)


def _identity(one: Saying) -> Identity:
    return one.what.value, one.kind, one.key, one.at


def _other(row: Saying, told: Saying) -> list[str]:
    """What a row says otherwise; it may know less than was told, and more than an earlier release told."""
    who = ["who"] if row.who != told.who and row.what not in trail.BY_NOBODY_KNOWN else []
    return who + sorted(name for name, value in row.facts.items() if told.facts.get(name, value) != value)
