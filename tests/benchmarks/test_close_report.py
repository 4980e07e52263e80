"""The tables of the close: every stage of every company, also where another one is stored in another way."""

from typing import Any

from benchmarks.close import report


def _figures(people: int, *stages: tuple[str, str, int]) -> dict[str, Any]:
    taken = [
        {"name": name, "inside": inside, "seconds": 1.5, "cpu": 0.5, "memory": memory, "rows": 0}
        for name, inside, memory in stages
    ]
    return {"database": "postgresql", "people": people, "close": {"stages": taken}}


def test_a_stage_that_only_a_great_month_has_stands_where_it_happens() -> None:
    small = _figures(10, ("close", "", 2_000_000), ("store lines", "close", 1_000_000), ("approve", "", 0))
    great = _figures(9_000_000, ("close", "", 2_000_000), ("store by two", "close", 0), ("approve", "", 0))
    assert report._stages([small, great]) == [
        ["**close**", "1.50 s (0.5), 2 MB", "1.50 s (0.5), 2 MB"],
        ["store by two", "–", "1.50 s (0.5)"],
        ["store lines", "1.50 s (0.5), 1 MB", "–"],
        ["**approve**", "1.50 s (0.5)", "1.50 s (0.5)"],
    ]
