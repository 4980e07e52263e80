"""Every address × every kind of visitor, against the one declared policy. An address without a row fails.

Beside it, as each answer is there already: what every answer carries, and that looking writes nothing.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.portal.looking import missing, writes
from tests.portal.policy import POLICY, SUBJECT, VISITORS, Row, admin_row

pytestmark = pytest.mark.usefixtures("furnished_company")

# Methods that nobody's browser sends by itself are tried by those whom most is refused, and by who may do everything.
RARE = ("head", "put", "delete")
TRY_ALL = (
    "anonymous", "sideline", "customer", "staff without the second factor", "staff without rights", "superuser",
)  # fmt: skip
REFUSALS = {"login", "hidden", "denied", "factor", "out"}
DOORS = {"/accounts/login": "login", "/accounts/inactive": "out", "/security/second-factor": "factor"}
STATUS = {200: "ok", 204: "ok", 286: "ok", 400: "ok", 403: "denied", 404: "hidden", 405: "method", 429: "ok"}


def addresses(resolver: URLResolver, space: str = "") -> dict[str, URLPattern]:
    found = {}
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            found[space + (pattern.name or str(pattern.pattern))] = pattern
    return found


ALL = addresses(get_resolver())


def row_of(name: str) -> Row | None:
    return admin_row(name) if name.startswith("admin:") else POLICY.get(name)


def path_of(name: str, row: Row) -> str:
    if row.path:
        return row.path
    if row.arguments:
        return reverse(name, kwargs=row.arguments)
    for arguments in ([], ["1"], ["auth"], [1, 1]):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(f"No address can be made of {name}")


def outcome(response) -> str:
    if response.status_code in (301, 302):
        target = response.headers["Location"]
        return next((word for start, word in DOORS.items() if target.startswith(start)), "away")
    return STATUS.get(response.status_code, str(response.status_code))


def browser(cast, visitor: str) -> Callable[[], Client]:
    """The visitor's browser; a new one where the last request may have signed the visitor out."""
    who = VISITORS[visitor]
    return lambda: cast.client(who.name, second_factor=who.second_factor) if who else Client()


def judge(row: Row, visitor: str, method: str, seen: str) -> bool:
    """Whether what a visitor met is what the policy says."""
    expected = set(row.expected(visitor).split("|"))
    if row.only_post and method == "get" and visitor != "suspended":
        return seen == "method"
    if method == "get":
        return seen in expected
    if row.writes and visitor == "superuser":
        return seen in row.writes.split("|")
    if expected <= REFUSALS:
        # A refusal is the same for every method, so that none of them tells more than another.
        return seen in expected | {"method"}
    return seen in expected | {"ok", "away", "method", "hidden", "login"}


def wrong(cast, visitor: str, names: list[str], methods: tuple[str, ...]) -> list[str]:
    found, fresh = [], browser(cast, visitor)
    client = fresh()
    for name in names:
        row = row_of(name)
        path = path_of(name, row)
        for method in methods:
            with writes() as written:
                response = getattr(client, method)(path)
            seen = outcome(response)
            if not judge(row, visitor, method, seen):
                found.append(f"{method.upper()} {path} ({name}): policy {row.expected(visitor)}, met {seen}")
            if method == "get":
                # Who signs out is answered as a stranger.
                stranger = visitor in ("anonymous", "suspended") or "logout" in name
                lacks = missing(response, signed_in=not stranger)
                found += (
                    [f"{path} ({name}): lacks {lacks}, wrote {dict(written)}"] if lacks or written else []
                )
            # A stranger who followed a referral link is somebody else.
            if visitor in ("suspended", "anonymous") or method == "post" or "logout" in name:
                client = fresh()
    return found


def test_every_address_has_a_row():
    assert [name for name in ALL if row_of(name) is None] == []


def test_every_row_has_an_address():
    assert [name for name in POLICY if name not in ALL] == []


@pytest.mark.on_sqlite
@pytest.mark.parametrize("visitor", VISITORS)
def test_each_visitor_meets_what_the_policy_says(cast, furnished, visitor):
    ours = [name for name in ALL if not name.startswith("admin:")]
    admins = [name for name in ALL if name.startswith("admin:")]
    # First everything is looked at, in the company as it was furnished; then all else is tried.
    found = wrong(cast, visitor, [*ours, *admins], ("get",))
    found += wrong(cast, visitor, ours, (*(RARE if visitor in TRY_ALL else ()), "post"))
    assert found + wrong(cast, visitor, admins, ("post",)) == []


def test_the_matrix_notices_a_leak(cast, furnished):
    """The control: were a stranger shown what the sponsor may see, the judgement would fall."""
    row = POLICY["team-person"]
    met = outcome(cast.client("dan").get(path_of("team-person", row)))
    assert met == "ok"
    assert not judge(row, "sideline", "get", met)


def test_the_subject_is_where_the_rows_say(cast):
    assert cast.eva.number == SUBJECT
