"""Figures of published compensation plans, reproduced to the cent by the engine and by its reference."""

import pytest

from tests.core.scenarios import BOTH, PLANS, ROOT, play_file, told

PUBLISHED = PLANS / "published"
# The examples at hand; a file of each, or a row among what cannot be expressed.
IDS = [
    "aag-apv-rule",
    "amway-anz-example1",
    "amway-us-taxcourt-1996",
    "ariix-payline-cap",
    "avon-chart-35",
    "beinf-bb2-nocycle",
    "beinf-coupon-1",
    "beinf-coupon-2",
    "beinf-coupon-3",
    "beinf-dsb2",
    "beinf-dsb3-zero",
    "beinf-leg-limit",
    "beinf-rrc3",
    "beinf-ub2-zero",
    "binary-mylist-weakleg",
    "coded-anthony",
    "connect-pool-b",
    "connect-pool-c",
    "doterra-faststart",
    "doterra-power3-team-volume",
    "dubli-cycle",
    "epixel-1100-1111",
    "epixel-sponsor",
    "fx-rank-structure-gapfill",
    "globalstar-daycap-flush",
    "gmlm-compression-none",
    "gmlm-matching",
    "herbalife-wholesale-gap",
    "ima-40-rule",
    "infinite-pairprice",
    "jensen-breakage-bob",
    "jeunesse-customer-bracket",
    "jeunesse-plan-cap-rule",
    "jeunesse-retail",
    "marykay-teamleader",
    "matrix-3x5-capacity",
    "matrix-3x6-capacity",
    "mlmsoft-nocompression-title",
    "ph-10x5-ordinary",
    "ph-5x5-ordinary",
    "ph-5x5-silver",
    "purium-infinity-blocking",
    "purium-negative-balance",
    "scribd-silver-override",
    "sfi-cosponsor",
    "sfi-direct",
    "siu-5level-b",
    "themodeler-firstorder",
    "tiens-example1",
    "tiens-example2",
    "tiens-example3-generation",
    "usa2012-rank4-ov",
    "vbo-personal-2",
    "vestige-2019-accumulation",
    "vestige-2024-month1",
    "vestige-2024-month2-gross",
    "vestige-ghana-accumulation",
    "vi-pcc-brackets",
    "yl-faststart-3months",
    "yl-generation-pool",
    "yl-kit-bonus",
]
# Further examples, found after those.
FURTHER = [
    "affiliaa-parents",
    "amway-anz-example2",
    "amway-in-asmp-nine",
    "amway-in-asmp-x",
    "beinf-ub3",
    "binary-first-pair",
    "dubli-fast-start",
    "dxn-27",
    "dxn-29",
    "ecosway-one-month",
    "glamorgirl-network",
    "inhabit-points-pool",
    "madcosoft-binary",
    "mlmsoftwaremanual-no-compression",
    "netready-binary",
    "netready-leadership",
    "rcm-example-1",
    "rcm-example-2",
    "tiered-30000",
    "two-up",
    "wtk-lower-plan",
    "wtk-referral",
]
# Thousands of people, one at a time: minutes with the reference.
LARGE = {"ph-10x5-ordinary", "ph-5x5-ordinary", "ph-5x5-silver", "matrix-3x6-capacity", "matrix-3x5-capacity"}
SMALL = [name for name in IDS + FURTHER if name not in LARGE]


def test_there_are_sixty_one():
    assert len(set(IDS)) == 61


@pytest.mark.parametrize("name", IDS)
def test_an_example_has_a_file_or_a_reason(name):
    left_out = (
        (ROOT / "docs/plans.md").read_text(encoding="utf-8").partition("## What cannot be expressed")[2]
    )
    assert (PUBLISHED / f"{name}.yaml").is_file() or f"`{name}`" in left_out


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_says_where_its_figures_come_from(path):
    assert path.stem in IDS + FURTHER
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("scenario: ")
    assert lines[1].startswith("source: http")
    assert lines[2].startswith("# ")


@pytest.mark.parametrize("name", sorted(LARGE))
def test_the_engine_reproduces_it(name):
    assert told(play_file(PUBLISHED / f"{name}.yaml")) == []


@pytest.mark.parametrize("name", SMALL)
def test_engine_and_reference_reproduce_it(name):
    fast, slow = (play_file(PUBLISHED / f"{name}.yaml", compute) for compute in BOTH.values())
    assert told(fast) == told(slow) == []
    assert fast.told() == slow.told()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LARGE))
def test_the_reference_reproduces_large_ones(name):
    assert told(play_file(PUBLISHED / f"{name}.yaml", BOTH["reference"])) == []
