"""What people can be told of, and how they are unless they choose otherwise."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from distributors.models import Notice

Kind = Notice.Kind
# What other apps tell of.
NEAR, NEAR_DEEPER, AT_RISK = str(Kind.NEAR), str(Kind.NEAR_DEEPER), str(Kind.AT_RISK)
STATEMENT, CORRECTED = str(Kind.STATEMENT), str(Kind.CORRECTED)
SHIPPED, ANSWERED = str(Kind.SHIPPED), str(Kind.ANSWERED)


@dataclass(frozen=True, kw_only=True)
class About:
    """One kind of notice: how it is called where one chooses, and its defaults."""

    label: str | Promise
    in_portal: bool
    by_mail: bool
    of_customers: bool = False


KINDS: dict[str, About] = {
    Kind.JOINED: About(label=_("Somebody you sponsor joins"), in_portal=True, by_mail=True),
    Kind.JOINED_DEEPER: About(label=_("Somebody joins deeper in your team"), in_portal=False, by_mail=False),
    Kind.NEAR: About(label=_("Somebody you sponsor is close to a rank"), in_portal=True, by_mail=False),
    Kind.NEAR_DEEPER: About(
        label=_("Somebody deeper in your team is close to a rank"), in_portal=False, by_mail=False
    ),
    Kind.AT_RISK: About(
        label=_("You are not active yet and the month ends in five days"), in_portal=True, by_mail=True
    ),
    Kind.STATEMENT: About(label=_("A statement is ready"), in_portal=True, by_mail=True),
    Kind.CORRECTED: About(label=_("A payment was corrected"), in_portal=True, by_mail=True),
    Kind.SHIPPED: About(label=_("An order is shipped"), in_portal=True, by_mail=True, of_customers=True),
    Kind.ANSWERED: About(
        label=_("The company answers your question"), in_portal=True, by_mail=True, of_customers=True
    ),
}


def of_person(*, is_distributor: bool) -> dict[str, About]:
    """The kinds that can reach somebody: a customer has no team and no statements."""
    return {kind: about for kind, about in KINDS.items() if is_distributor or about.of_customers}


# What a list of notices can be narrowed to.
GROUPS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "team": (_("My team"), (Kind.JOINED, Kind.JOINED_DEEPER, Kind.NEAR, Kind.NEAR_DEEPER)),
    "month": (_("My month"), (Kind.AT_RISK, Kind.STATEMENT, Kind.CORRECTED)),
    "orders": (_("Orders"), (Kind.SHIPPED,)),
    "questions": (_("My questions"), (Kind.ANSWERED,)),
}
