"""A small company whose members know one another. Every suite that needs people uses these.

Ana ─ Ben ─┬─ Cleo ─ Dan ─ Eva ─ Finn          Eva is the subject: Dan is her sponsor, Ana and Ben stand far
           ├─ Gus                              above, Finn is her downline, Gus stands aside.
           └─ Hana (suspended)                 Ivo is a preferred customer of Eva.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client

from distributors import tree
from distributors.models import Distributor, Document, Profile, ReferralCode, StatusChange, User
from sales.models import Customer

PASSWORD = "a-good-long-password"
PREPARES = [
    "decide_return", "prepare_run", "request_sponsor_change", "request_adjustment", "withhold_earnings",
    "answer_question",
]  # fmt: skip
APPROVES = ["approve_run", "approve_sponsor_change", "approve_adjustment", "lift_freeze", "approve_page"]
JOINED = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)


@dataclass
class Cast:
    people: dict[str, Distributor] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Distributor:
        if name.startswith("__"):  # asked by whoever copies one, before there are people
            raise AttributeError(name)
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def client(self, name: str, *, second_factor: bool = True) -> Client:
        """A browser signed in as this person; staff with the second factor used, unless told otherwise."""
        client = Client()
        user = self.users[name]
        client.force_login(user)
        session = client.session
        records = [{"method": "password", "at": datetime.now(UTC).timestamp(), "email": user.email}]
        if user.is_staff and second_factor:
            records.append({"method": "mfa", "at": datetime.now(UTC).timestamp(), "type": "totp"})
        session["account_authentication_methods"] = records
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return client


def login(*, name: str, staff: bool = False, **fields: object) -> User:
    user = User.objects.create_user(email=f"{name}@example.com", password=PASSWORD, is_staff=staff, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def profile(*, name: str, user: User | None, family: str = "Vermeer") -> Profile:
    return Profile.objects.create(
        user=user, given_name=name.title(), family_name=family, country="BE", birth_date=date(1990, 5, 17)
    )


def join(
    *, cast: Cast, name: str, under: str | None, number: str, joined_at: datetime = JOINED
) -> Distributor:
    cast.users[name] = login(name=name)
    person = Distributor(
        number=number,
        profile=profile(name=name, user=cast.users[name]),
        joined_at=joined_at,
        career_rank="Partner",
    )
    tree.take_place(distributor=person, sponsor_id=cast.people[under].pk if under else None)
    StatusChange.objects.create(
        distributor=person, status=person.status, effective_at=joined_at, reason="Joined"
    )
    ReferralCode.objects.create(distributor=person, code=f"{name}-code", created_at=joined_at)
    cast.people[name] = person
    return person


def documents() -> None:
    for kind, title in (("agreement", "Distributor agreement"), ("disclosure", "Income disclosure")):
        Document.objects.create(
            kind=kind,
            version=1,
            published_on=date(2025, 1, 1),
            title=title,
            summary="In 2025, 61 of every 100 distributors were paid nothing.",
            body="What is agreed stands here.",
            figures={},
        )


def assemble() -> Cast:
    cast = Cast()
    documents()
    tree_of = [("ana", None), ("ben", "ana"), ("cleo", "ben"), ("dan", "cleo"), ("eva", "dan"), ("finn", "eva"),
               ("gus", "ben"), ("hana", "ben")]  # fmt: skip
    for place, (name, under) in enumerate(tree_of):
        join(cast=cast, name=name, under=under, number=str(1001 + place))
    Distributor.objects.filter(pk=cast.hana.pk).update(status=Distributor.Status.SUSPENDED)
    cast.users["ivo"] = login(name="ivo")
    Customer.objects.create(
        number="70001",
        profile=profile(name="ivo", user=cast.users["ivo"], family="Claes"),
        distributor=cast.eva,
        kind=Customer.Kind.PREFERRED,
        since=JOINED,
    )
    for name, rights in (("paula", PREPARES), ("quinn", [*PREPARES, *APPROVES]), ("rolf", [])):
        cast.users[name] = login(name=name, staff=True)
        profile(name=name, user=cast.users[name], family="Peeters")
        cast.users[name].user_permissions.set(Permission.objects.filter(codename__in=rights))
    cast.users["root"] = login(name="root", staff=True, is_superuser=True)
    return cast
