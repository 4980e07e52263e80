"""The files for production name what exists: settings, commands, secrets, folders. No engine is needed to ask."""

import re
import shlex
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command, get_commands
from django.utils import timezone

from common.operations import pulses
from mlmportal import env
from tests.portal.test_settings import manage

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
SERVICES = COMPOSE["services"]
PORTAL = ("migrate", "web", "worker", "beat")
FROM_FILES = {f"{name}_FILE" for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")}
HAVE = {
    "secret_key": "an-example-of-a-key-that-is-long-enough-to-be-one-5f2c9e",
    "database_url": "postgres://portal:word@db:5432/portal",
    "redis_url": "redis://:word@redis:6379/0",
    "email_url": "smtp+tls://portal:word@mail.example:587",
}
CHOSEN = {
    "PORTAL_SITE_URL": "https://portal.example",
    "PORTAL_ALLOWED_HOSTS": "portal.example",
    "PORTAL_COMPANY": "Linden & Rye",
    "PORTAL_MAIL_FROM": "portal@portal.example",
}


def words_of(service):
    """Everything a service runs: its command, its health check, and the image's own command."""
    given = SERVICES[service].get("command", re.search(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)[1])
    command = yaml.safe_load(given) if isinstance(given, str) else given
    check = SERVICES[service].get("healthcheck", {}).get("test", [])
    return [part for one in (*command, *check) for part in (shlex.split(one) if " " in one else [one])]


def environment_of(service, folder):
    """What a container is told, with the secrets in files of this folder and the company's choices made."""
    found = {}
    for name, value in SERVICES[service]["environment"].items():
        chosen = re.sub(
            r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}", lambda m: CHOSEN.get(m[1], m[2] or ""), str(value)
        )
        found[name] = chosen.replace("/run/secrets", str(folder))
    return found


def test_the_services_are_those_of_production():
    assert set(SERVICES) == {"db", "redis", *PORTAL}


@pytest.mark.parametrize("service", PORTAL)
def test_every_setting_is_one_the_portal_knows(service):
    assert set(SERVICES[service]["environment"]) <= env.KNOWN | FROM_FILES


@pytest.mark.parametrize("service", PORTAL)
def test_the_settings_load_with_secrets_from_files(service, tmp_path):
    for name, value in HAVE.items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
    told = environment_of(service, tmp_path)
    done = manage("check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **told)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_are_files_and_never_values(service):
    declared = set(COMPOSE["secrets"])
    asked = set(SERVICES[service]["secrets"])
    assert asked <= declared
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    for name, value in SERVICES[service].get("environment", {}).items():
        if name.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in asked
        else:
            assert not re.search("PASSWORD|SECRET|KEY", name)


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "migrate"])
def test_whoever_stays_up_has_a_health_check_and_comes_back(service):
    assert SERVICES[service]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", PORTAL)
def test_every_command_exists(service):
    words = words_of(service)
    for at, word in enumerate(words):
        if word == "manage.py":
            assert words[at + 1] in get_commands()
        if word in {"granian", "celery"}:
            assert Path(sys.executable).with_name(word).exists()
    assert {"granian", "celery", "manage.py"} & set(words)


def test_celerys_words_are_celerys():
    from celery.bin.celery import celery

    for service in ("worker", "beat"):
        words = SERVICES[service]["command"]
        options = {name for option in celery.commands[words[3]].params for name in option.opts}
        assert {word for word in words[4:] if word.startswith("--")} <= options


def test_graninans_words_are_granians():
    from granian.cli import cli

    options = {name for option in cli.params for name in (*option.opts, *option.secondary_opts)}
    words = words_of("web")
    assert {
        word for word in words[1 : words.index("mlmportal.wsgi:application")] if word.startswith("--")
    } <= options


def test_redis_keeps_what_it_is_told():
    words = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in words
    assert "--maxmemory-policy noeviction" in words
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_nothing_but_the_web_server_is_reached_and_that_only_from_here():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_images_are_pinned():
    images = [SERVICES[name]["image"] for name in ("db", "redis")] + re.findall(
        r"^FROM (\S+)", DOCKERFILE, re.MULTILINE
    )
    assert all(re.search(r":\d+\.\d+", image) for image in images)


def test_what_the_image_copies_exists_and_is_let_through():
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}\n" in kept


def test_every_app_is_in_the_image(settings):
    ours = {
        app.partition(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.partition(".")[0]).is_dir()
    }
    assert ours <= set(re.findall(r"^COPY (\w+) ", DOCKERFILE, re.MULTILINE))


def test_the_image_does_not_run_as_root():
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["portal"]


def test_the_pulse_is_felt(db, capsys):
    with pytest.raises(CommandError, match="No tick"):
        call_command("pulse")
    pulses.beat(name="tick", now=timezone.now())
    call_command("pulse")
    pulses.beat(name="tick", now=timezone.now() - timedelta(hours=1))
    with pytest.raises(CommandError, match="last tick"):
        call_command("pulse", "--within", "300")
