"""The demo never touches anything but the demo; its logins are what they are printed as."""

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from commissions.operations import plans
from commissions.queries.plans import parsed
from common.models import Sequence
from demo import cast, documents, logins, setup
from distributors.models import Document, User


@pytest.mark.django_db
def test_it_refuses_outside_the_demo(settings):
    settings.MODE = "development"
    with pytest.raises(setup.NotTheDemo, match="PORTAL_MODE"):
        setup.refuse_strangers()


@pytest.mark.django_db
@pytest.mark.parametrize("options", [{}, {"reset": True}])
def test_it_refuses_a_database_with_other_people(settings, options):
    settings.MODE = "demo"
    User.objects.create_user(email="somebody@example.org")
    with pytest.raises(CommandError, match="people who are not the demo's"):
        call_command("demo_setup", **options)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_its_plan_pays_in_the_currency_of_its_prices(settings):
    settings.COMPANY_CURRENCY = "CHF"
    version = plans.adopt(document=setup.plan(), now=datetime(2025, 11, 1, tzinfo=UTC))
    assert parsed(version=version).currency == "CHF"


@pytest.mark.django_db
def test_a_second_run_only_prints(settings, capsys):
    settings.MODE = "demo"
    Sequence.objects.create(name=setup.MARK, next=setup.READY)
    call_command("demo_setup")
    assert cast.LEADER.email in capsys.readouterr().out
    assert not User.objects.exists()


@pytest.mark.django_db
def test_staff_have_their_rights_and_a_second_factor():
    office = logins.staff()
    preparer, approver = office[cast.STAFF_PREPARER], office[cast.STAFF_APPROVER]
    assert preparer.has_perm("commissions.prepare_run")
    assert not preparer.has_perm("commissions.approve_run")
    assert approver.has_perm("commissions.approve_run")
    assert not approver.has_perm("commissions.prepare_run")
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 2


@pytest.mark.django_db
def test_staff_are_made_once():
    logins.staff()
    logins.staff()
    assert User.objects.filter(is_staff=True).count() == 2


@pytest.mark.django_db
def test_the_printed_code_lets_staff_in(capsys):
    office = logins.staff()
    call_command("demo_code", cast.STAFF_APPROVER.email)
    code = capsys.readouterr().out.strip()
    factor = Authenticator.objects.get(user=office[cast.STAFF_APPROVER], type=Authenticator.Type.TOTP)
    assert TOTP(factor).validate_code(code)


@pytest.mark.parametrize("email", ["leader@example.com", "nobody@example.com"])
def test_nobody_else_has_a_code(email):
    with pytest.raises(CommandError, match="no second factor"):
        call_command("demo_code", email)


def test_there_are_no_codes_in_production(settings):
    settings.MODE = "production"
    with pytest.raises(CommandError, match="production"):
        call_command("demo_code", cast.STAFF_APPROVER.email)


def test_the_disclosures_bands_add_up():
    figures = documents.count(earned=[0, 0, 0, -5, 1, 9_999, 10_000, 3_000_000])
    assert [band["people"] for band in figures["bands"]] == [4, 2, 1, 0, 0, 1]
    assert sum(band["people"] for band in figures["bands"]) == figures["people"] == 8


@pytest.mark.django_db
def test_the_agreement_is_published_once():
    documents.publish_agreement()
    documents.publish_agreement()
    assert Document.objects.get(kind="agreement").figures["facts"]
