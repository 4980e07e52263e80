"""Settings come from the environment and refuse what they do not understand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlmportal import env

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PORTAL_MODE": "production",
    "PORTAL_SECRET_KEY": "an-example-of-a-key-that-is-long-enough-to-be-one-5f2c9e",
    "PORTAL_SITE_URL": "https://portal.example",
    "PORTAL_ALLOWED_HOSTS": "portal.example",
}


def manage(*arguments: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # DJANGO_ALLOW_ASYNC_UNSAFE belongs to the browser tests; the deployment check rightly refuses it.
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("PORTAL_", "DATABASE_", "REDIS_", "DJANGO_ALLOW_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, "PORTAL_VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_the_deployment_check(tmp_path):
    done = manage("check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORTAL_MODE", "prod", "PORTAL_MODE must be one of"),
        ("PORTAL_TIME_ZONE", "Europe/Brusel", "not a time zone"),
        ("PORTAL_SITE_URL", "portal.example", "PORTAL_SITE_URL"),
        ("PORTAL_SITE_URL", "http://portal.example", "https:// in production"),
        ("PORTAL_TRUSTED_PROXIES", "one", "whole number"),
        ("PORTAL_LOG_LEVEL", "loud", "PORTAL_LOG_LEVEL must be one of"),
        ("PORTAL_MARKETS", "BE, XX", "codes of countries"),
        ("PORTAL_BANK", "BE68 5390 0754 7034", "whose account"),
        ("PORTAL_BANK", "Meadow; BE68 5390 0754 7043", "check digits"),
        ("PORTAL_DEBUGG", "1", "Unknown settings PORTAL_DEBUGG"),
        ("PORTAL_SECRET_KEY", "", "PORTAL_SECRET_KEY"),
        ("DATABASE_URL", "mysql://localhost/portal", "PostgreSQL or an SQLite"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must start with"),
    ],
)
def test_a_setting_that_is_not_understood_is_refused(tmp_path, name, value, said):
    done = manage("check", tmp_path=tmp_path, **{**PRODUCTION, name: value})
    assert done.returncode != 0
    assert said in done.stderr


def test_a_secret_may_come_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("THE_KEY_FILE", str(tmp_path / "key"))
    assert env.secret("THE_KEY") == "from the file"


def test_several_secrets_stand_on_lines(tmp_path, monkeypatch):
    (tmp_path / "keys").write_text("an old one, with signs; and spaces\n\nan older one\n")
    monkeypatch.setenv("THE_KEYS_FILE", str(tmp_path / "keys"))
    assert env.secret_lines("THE_KEYS") == ["an old one, with signs; and spaces", "an older one"]


def test_the_audit_trail_is_sealed_with_the_key_of_its_own_or_the_secret_key(tmp_path):
    say = ("shell", "-c", "from django.conf import settings; print(settings.AUDIT_KEYS)")
    secret = PRODUCTION["PORTAL_SECRET_KEY"]
    assert f"['{secret}']" in manage(*say, tmp_path=tmp_path, **PRODUCTION).stdout
    with_own = {**PRODUCTION, "PORTAL_AUDIT_KEY": "own", "PORTAL_AUDIT_KEY_FALLBACKS": secret}
    assert f"['own', '{secret}']" in manage(*say, tmp_path=tmp_path, **with_own).stdout


def test_a_secret_given_twice_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("THE_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("THE_KEY", "x")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.secret("THE_KEY")


def test_a_secret_file_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("THE_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="THE_KEY_FILE cannot be read"):
        env.secret("THE_KEY")


@pytest.mark.parametrize(("value", "meaning"), [("yes", True), ("1", True), ("off", False), ("", False)])
def test_flags_are_words(monkeypatch, value, meaning):
    monkeypatch.setenv("THE_FLAG", value)
    assert env.flag("THE_FLAG", default=not meaning) is meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Meadow; BE68 5390 0754 7034",
        "Meadow; 12-34-56 12345678; MEADGB2L",
        "Meadow; GB29NWBK60161331926819",
    ],
)
def test_an_account_is_an_iban_with_the_right_digits_or_another_number(monkeypatch, text):
    monkeypatch.setenv("THE_BANK", text)
    assert [one for one in env.bank("THE_BANK", "").values() if one] == [
        one for one in text.split("; ") if one
    ]


def test_a_flag_is_not_guessed(monkeypatch):
    monkeypatch.setenv("THE_FLAG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="yes or no"):
        env.flag("THE_FLAG", default=False)
