"""What is vendored is what was taken, and templates keep to the strict content policy."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
MANIFEST = json.loads((ROOT / "static" / "vendor" / "MANIFEST.json").read_text(encoding="utf-8"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SPRITE = next((ROOT / "static" / "vendor").glob("bootstrap-icons-*/sprite.svg"))
DATA_BLOCK = re.compile(r'type="application/json"')


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("package", MANIFEST, ids=[package["name"] for package in MANIFEST])
def test_vendored_files_are_unchanged(package):
    found = {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in package["files"]}
    assert found == package["files"]


@pytest.mark.parametrize("package", MANIFEST, ids=[package["name"] for package in MANIFEST])
def test_every_package_brings_its_licence(package):
    assert package["licence"]
    assert any(path.endswith("LICENSE") for path in package["files"])


def test_no_vendored_file_is_missing_from_the_manifest():
    listed = {path for package in MANIFEST for path in package["files"]}
    there = {str(p.relative_to(ROOT)) for p in (ROOT / "static" / "vendor").rglob("*") if p.is_file()}
    assert there - listed == {"static/vendor/MANIFEST.json"}


def test_the_lock_file_names_no_download_address():
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_templates_have_nothing_inline(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|javascript:|\son[a-z]+\s*=\s*[\"']", text)
    inline = [
        tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and not DATA_BLOCK.search(tag)
    ]
    assert inline == []


INCLUDE = re.compile(r'{%\s*include "(?P<part>[^"]+)"(?P<given>[^%]*)%}')
WITH_FORMS = {
    str(path.relative_to(ROOT / "templates"))
    for path in TEMPLATES
    if "{% csrf_token %}" in path.read_text(encoding="utf-8")
}


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_a_part_with_a_form_is_given_the_token(path):
    """With `only` it sees nothing else, and its form would be refused where no script adds the token."""
    parts = [
        found for found in INCLUDE.finditer(path.read_text(encoding="utf-8")) if found["part"] in WITH_FORMS
    ]
    assert [
        found["part"]
        for found in parts
        if re.search(r"\bonly\b", found["given"]) and "csrf_token" not in found["given"]
    ] == []


@pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
def test_a_component_opens_with_its_variables(path):
    assert path.read_text(encoding="utf-8").startswith("{% comment %}")


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_icons_are_in_the_sprite(path):
    there = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    text = path.read_text(encoding="utf-8")
    used = re.findall(r'{% icon "([^"]+)"', text) + re.findall(r'image="([a-z0-9-]+)"', text)
    assert set(used) <= there


def test_no_style_sheet_names_an_unknown_token():
    text = "\n".join(path.read_text(encoding="utf-8") for path in STYLES)
    known = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", text))
    assert used - known == set()


def test_colours_come_from_tokens_only():
    loose = [
        f"{path.name}: {found}"
        for path in STYLES
        if path.name != "tokens.css"
        for found in re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;\s,)])", path.read_text(encoding="utf-8"))
    ]
    # the QR code stays black on white in both modes, or no camera reads it
    assert loose == ["share.css: #FFFFFF", "share.css: #000000"]


def test_every_imported_style_sheet_is_there():
    entry = ROOT / "static" / "css" / "app.css"
    missing = [
        address
        for address in re.findall(r'url\("([^"]+)"\)', entry.read_text(encoding="utf-8"))
        if not (entry.parent / address).resolve().exists()
    ]
    assert missing == []


def test_every_reference_survives_the_hashing_of_production(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}
    call_command("collectstatic", interactive=False, verbosity=0)
    entry = json.loads((tmp_path / "staticfiles.json").read_text(encoding="utf-8"))["paths"]["css/app.css"]
    assert 'url("tokens.css")' not in (tmp_path / entry).read_text(encoding="utf-8")
