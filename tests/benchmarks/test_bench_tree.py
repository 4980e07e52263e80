"""The benchmark of trees still runs from end to end, and measures trees that say the same."""

import pytest

from benchmarks import bench_tree
from benchmarks.tree import network, report

# It starts a PostgreSQL, and processes, of its own.
pytestmark = [pytest.mark.services, pytest.mark.xdist_group("bench_tree")]


def test_it_runs_and_writes_its_chapter_beside_the_others(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(
        f"# Benchmarks\n\n## Before\n\nkept\n\n{report.TITLE}\n\nof last year\n\n## After\n\nkept too\n"
    )
    assert bench_tree.main(["300", "--quick", "--page", str(page)]) == 0
    text = page.read_text()
    assert "of last year" not in text
    assert "\n## Before\n\nkept\n" in text
    assert "\n## After\n\nkept too\n" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    ours = dict(row[2:-2].split(" | ", 1) for row in rows)
    assert ours["problems check_tree finds afterwards"] == "0"
    assert ours["problems after that move"] == "0"
    assert ours["sign-ups per second, 2 processes"].count("/s") == 5


def test_the_made_up_network_is_one_tree_and_its_branches_have_the_size_asked_for():
    people = network.made_up(5_000)
    assert (people.parent == -1).sum() == 1
    assert len(people.by_level) < 64  # as deep as a path of django-treebeard may be
    for key in people.branches(40, 3):
        assert 30 <= people.size[key - 1] <= 50
