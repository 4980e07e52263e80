"""The benchmark of the close still runs from end to end, and both databases close to the same hash."""

import json

import pytest

from benchmarks import bench_close
from benchmarks.close import report

# It starts a PostgreSQL, and processes, of its own.
pytestmark = [pytest.mark.services, pytest.mark.xdist_group("bench_close")]


def test_it_runs_and_writes_its_chapter_beside_the_others(tmp_path):
    page, figures = tmp_path / "benchmarks.md", tmp_path / "figures"
    page.write_text(
        f"# Benchmarks\n\n## Before\n\nkept\n\n{report.TITLE}\n\nof last year\n\n## After\n\nkept too\n"
    )
    asked = ["400", "--quick", "--page", str(page), "--figures", str(figures)]
    assert bench_close.main(asked) == 0
    text = page.read_text()
    assert "of last year" not in text
    assert "\n## Before\n\nkept\n" in text
    assert "\n## After\n\nkept too\n" in text
    found = [json.loads(path.read_text()) for path in sorted(figures.iterdir())]
    assert [one["database"] for one in found] == ["postgresql", "sqlite"]
    assert len({one["close"]["hash"] for one in found}) == 1
    assert all(
        one["estimate"]["people"] == one["close"]["stored"]["snapshots"]["rows"] == 400 for one in found
    )
    assert all(one["portal"]["orders"] > 0 for one in found)
