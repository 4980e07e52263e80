"""What docs/operating.md tells people to type is there, and what the checks of the books ask is told."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from commissions.queries import audit

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TYPED = {
    (name, " ".join(rest.split()))
    for page in PAGES
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^`|\n#]*)", page.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize(("name", "rest"), sorted(TYPED))
def test_every_command_and_option_is_there(name, rest):
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    known = command.create_parser("manage.py", name)._option_string_actions
    for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
        assert option in known


@pytest.mark.parametrize("check", [*audit.CHECKS, *audit.LATE], ids=lambda check: check.__name__)
def test_what_each_check_asks_is_told(check):
    sign = re.match(r"[A-Z]\d?", check.__doc__)[0]
    assert f"\n| {sign} |" in TEXT


@pytest.mark.parametrize(
    "warning",
    ["the total is unusual", "items are over a limit", "items are negative", "people earn more than twice",
     "orders, or returns, came late", "the plan has changed"],
)  # fmt: skip
def test_every_warning_of_a_run_has_a_row(warning):
    assert f"| {warning} |" in TEXT
