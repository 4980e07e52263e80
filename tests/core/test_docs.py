"""What docs/plans.md shows is what the reader reads and the engine computes, and it names everything there is."""

import re
from pathlib import Path

import pytest

from commissions.core.document import read
from commissions.core.plan import load
from commissions.core.reading import choices
from commissions.core.result import Kind
from tests.core.scenarios import BOTH, PLANS, ROOT, play_text, told
from tests.core.test_worked_months import KEYS

TEXT = (ROOT / "docs/plans.md").read_text(encoding="utf-8")
WHOLE = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
PIECES = re.findall(r"```yml\n(.*?)```", TEXT, re.DOTALL)


def test_there_are_whole_plans_and_pieces():
    assert len(WHOLE) == 4
    assert len(PIECES) >= 12


@pytest.mark.parametrize("compute", BOTH.values(), ids=BOTH)
@pytest.mark.parametrize("text", WHOLE, ids=lambda text: re.search(r"name: (\w+)", text)[1])
def test_a_whole_plan_gives_what_it_says(text, compute):
    assert told(play_text(text, compute)) == []


@pytest.mark.parametrize("text", PIECES, ids=lambda text: text.partition(":")[0])
def test_a_piece_is_a_strict_document(text):
    assert read(text).items


@pytest.mark.parametrize(("key", "values"), KEYS.items(), ids=KEYS)
def test_every_reading_is_told(key, values):
    for value in values:
        word = re.split(r"[ :{}%]", value.strip("{"))[0]
        assert f"`{word}" in TEXT or f"{key}: {word}" in TEXT or f"{word}`" in TEXT or f"{{{word}" in TEXT, (
            value
        )


def test_every_kind_of_line_is_told():
    for kind in Kind:
        assert f"`{kind.name.lower()}`" in TEXT


def test_every_file_that_is_named_exists():
    table = TEXT.partition("## Which published figure")[2].partition("## What cannot")[0]
    named = {name for row in table.splitlines() if row.startswith("| ") for name in _files(row)}
    assert len(named) > 40
    for name in named:
        assert (PLANS / "published" / f"{name}.yaml").is_file(), name


def _files(row: str) -> list[str]:
    return re.findall(
        r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", row.rpartition("| ")[0].rpartition("|")[2] + row.split("|")[2]
    )


def test_every_anchor_is_there():
    heads = [re.sub(r"[^\w -]", "", head) for head in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)]
    anchors = {head.strip().lower().replace(" ", "-") for head in heads}
    for anchor in re.findall(r"\]\(#([^)]*)\)", TEXT):
        assert anchor in anchors, anchor


def test_refused_readings_are_told_as_refused():
    for value in choices.JUDGED_REFUSED:
        assert f"`{value}` is refused" in TEXT


def test_a_plan_that_ships_is_described():
    paths = sorted((Path(ROOT) / "commissions/plans").glob("*.yaml"))
    assert len(paths) >= 7
    for path in paths:
        plan = load(path.read_text(encoding="utf-8"))
        assert plan.says
        assert plan.active
        assert plan.own_volume
        assert plan.group_volume
        assert all(rank.says for rank in plan.ladder)
        assert all(bonus.says for bonus in plan.bonuses)
        assert all(requirement.label for requirement in plan.requirements)
