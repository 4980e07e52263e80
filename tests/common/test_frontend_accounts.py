"""The account pages wear the portal's clothes: labelled fields, our buttons, nothing inline."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

ENTRANCE = ["account_login", "account_reset_password"]
OWN = ["account_email", "account_change_password", "mfa_index", "usersessions_list"]


@pytest.fixture
def signed_in(client, db):
    user = get_user_model().objects.create_user(email="marit@example.com", password="a-long-enough-word")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRANCE)
def test_pages_before_signing_in(client, name):
    text = client.get(reverse(name)).content.decode()
    assert 'class="panel' in text
    assert "form-control" in text


@pytest.mark.parametrize("name", OWN)
def test_pages_of_a_signed_in_person(signed_in, name):
    page = signed_in.get(reverse(name), follow=True)
    assert (page.status_code, 'class="page' in page.content.decode()) == (200, True)


@pytest.mark.django_db
def test_a_wrong_password_is_said_on_the_form(client):
    page = client.post(reverse("account_login"), {"login": "nobody@example.com", "password": "wrong"})
    assert "alert-danger" in page.content.decode()
