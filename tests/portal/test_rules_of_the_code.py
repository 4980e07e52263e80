"""What must not stand in the code, looked for in every line of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("common", "distributors", "sales", "commissions", "mlmportal")
INNER = ("core", "models", "queries", "operations", "tree")
CLOCK = r"timezone\.now\b|\bdate\.today\(|datetime\.(now|utcnow|today)\(|\blocaldate\(\s*\)|\btime\.time\("


def code(*folders: str) -> dict[str, str]:
    """Path and text of every module; of the named folders of each app where some are named."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            inside = path.relative_to(ROOT / app).parts[0].removesuffix(".py")
            if "migrations" not in path.parts and (not folders or inside in folders):
                found[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
    return found


def hits(pattern: str, found: dict[str, str]) -> list[str]:
    """Every line of code the pattern stands in; comments and docstrings may name what they forbid."""
    return [
        f"{path}: {line.strip()}"
        for path, text in found.items()
        for line in re.sub(r'""".*?"""', "", text, flags=re.DOTALL).splitlines()
        if re.search(pattern, line.partition("#")[0])
    ]


def test_no_lookup_is_made_of_what_was_sent():
    """Keys of a query string as keywords of a filter would let anybody ask for any column."""
    assert hits(r"\*\*\(?\s*(self\.)?request|request\.(GET|POST)\.dict\(|(GET|POST)\.items\(\)", code()) == []


def test_no_text_is_declared_markup_but_where_we_draw():
    allowed = (
        "common/templatetags/portal.py",
        "common/charts.py",
        "common/drawn.py",
        "distributors/queries/referrals.py",
    )
    assert [
        hit for hit in hits(r"\bmark_safe\(|SafeString\(|\.html_safe", code()) if not hit.startswith(allowed)
    ] == []


def test_no_template_shows_text_as_markup():
    found = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in (ROOT / "templates").rglob("*.html")
    }
    assert hits(r"\|\s*safe\b|autoescape off|safeseq", found) == []


def test_no_inline_script_or_style_in_a_template():
    found = {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    assert hits(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", found) == []


def test_every_form_of_a_template_leaves_refusing_to_the_server():
    """The browser would say it in a bubble of its own, in its own language, and only about the first field."""
    found = {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    lines = hits(r"<form\b", found)
    assert len(lines) > 20
    assert [line for line in lines if "novalidate" not in line] == []


def test_no_fraction_of_binary_near_an_amount():
    inside = code("core", "models", "queries", "operations", "forms", "admin", "money", "csvcells", "csvtext")
    assert hits(r"\bfloat\(|FloatField|np\.float|float64|float32", inside) == []


def test_no_clock_inside():
    """The moment is read once, at the edge. A login's day of joining is Django's own default."""
    found = [hit for hit in hits(CLOCK, code(*INNER)) if not hit.startswith("distributors/models/user.py")]
    assert found == []


PAST_THE_MANAGER = (
    r"QuerySet\((self\.model|Distributor)|QuerySet\.update\(|Model\.save\(|_raw_delete|save_base\("
)


def test_only_the_tree_goes_past_the_manager_that_closes_it():
    """Distributor's manager refuses writers of the tree's fields; these ways lead around it."""
    own = ("distributors/tree/", "distributors/models/", "commissions/operations/partitions.py")
    assert [hit for hit in hits(PAST_THE_MANAGER, code()) if not hit.startswith(own)] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (PAST_THE_MANAGER, "models.QuerySet(Distributor).update(sponsor=None)"),
        (CLOCK, "x = timezone.now()"),
        (CLOCK, "x = date.today()"),
        (r"\*\*\(?\s*(self\.)?request", "Order.objects.filter(**request.GET.dict())"),
    ],
)
def test_the_search_finds(pattern, line):
    """The control."""
    assert hits(pattern, {"a.py": line}) == [f"a.py: {line}"]
    assert code("core")
