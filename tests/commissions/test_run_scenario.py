"""`manage.py run_scenario`: JSON, words, and an exit that tells whether all is as expected. No database."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.core.scenarios import PLANS

OAK = PLANS / "10-oak.yaml"


def test_it_prints_json(capsys):
    call_command("run_scenario", str(OAK))
    told = json.loads(capsys.readouterr().out)
    (period,) = told["periods"]
    assert period["people"]["Ida"]["items"] == {"performance": 70_560, "leadership": 20_800}
    assert period["people"]["Ida"]["payable"] == 91_360
    assert period["people"]["Jon"]["rank"] == "Manager"
    assert told["differences"] == []


def test_it_prints_the_same_bytes_again(capsys):
    printed = []
    for _ in range(2):
        call_command("run_scenario", str(OAK))
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def test_what_differs_is_told_and_ends_with_1(capsys, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        OAK.read_text(encoding="utf-8").replace("leadership: 208", "leadership: 209"), encoding="utf-8"
    )
    with pytest.raises(SystemExit) as ended:
        call_command("run_scenario", str(wrong))
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert "2026-01: Ida: leadership is 208.00, not 209" in printed.err
    assert len(json.loads(printed.out)["differences"]) == 1


def test_check_prints_nothing_where_all_is_as_expected(capsys):
    call_command("run_scenario", str(OAK), "--check")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_explain_tells_a_persons_month(capsys):
    call_command("run_scenario", str(OAK), "--explain", "Ida")
    words = capsys.readouterr().out
    assert "Ida, 2026-01 (Oak, version 1)" in words
    assert "Rank this period: Manager" in words
    assert "Performance bonus: 705.60 EUR" in words
    assert (
        "Mo's order 2026-01 0005 of 2026-01-01, level 2: 160.00 EUR × 12 % (18 % less 6 %) = 19.20 EUR"
        in words
    )
    assert "2026-01-01, generation 1: 2400.00 EUR × 5 % (from Manager on) = 120.00 EUR" in words
    assert (
        "Nothing of Performance bonus from Jon's order 2026-01 0002 of 2026-01-01, level 1: the way up ends with Jon"
        in words
    )
    assert "For Director: Legs with a Manager or higher: 1 of 3, 2 missing" in words
    assert "Paid: 913.60 EUR" in words


def test_explain_tells_who_was_passed_over_and_what_was_counted_of_a_leg(capsys):
    call_command("run_scenario", str(PLANS / "02-the-inactive-are-passed-over.yaml"), "--explain", "Ana")
    words = capsys.readouterr().out
    assert "level 2 (Dee, Ben passed over): 150.00 EUR × 4 % = 6.00 EUR" in words
    call_command("run_scenario", str(PLANS / "published/ima-40-rule.yaml"), "--explain", "U")
    assert "of the leg of A count 1740 points of 5000 points" in capsys.readouterr().out


def test_explaining_nobody_is_an_error():
    with pytest.raises(CommandError, match="Nobody in the scenario is called Ada"):
        call_command("run_scenario", str(OAK), "--explain", "Ada")


def test_a_mistake_names_file_and_line(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(OAK.read_text(encoding="utf-8").replace("by: Jon", "by: Joan"), encoding="utf-8")
    with pytest.raises(
        CommandError, match=r"wrong\.yaml: line 8: periods\.2026-01\.orders 2\.by: 'Joan' is nobody"
    ):
        call_command("run_scenario", str(wrong))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("run_scenario", str(tmp_path / "none.yaml"))


def test_a_file_that_is_no_text_is_told(tmp_path):
    strange = tmp_path / "strange.yaml"
    strange.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="is no text in UTF-8"):
        call_command("run_scenario", str(strange))


def test_amounts_beyond_64_bits_are_refused(tmp_path):
    huge = tmp_path / "huge.yaml"
    text = OAK.read_text(encoding="utf-8").replace("cv: 3_600", "cv: 99_999_999_999_999")
    huge.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="cv: is beyond"):
        call_command("run_scenario", str(huge))


def test_a_plan_may_stand_beside_the_scenario(capsys, tmp_path):
    plan = (PLANS.parents[1] / "commissions/plans/oak.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(plan, encoding="utf-8")
    here = tmp_path / "here.yaml"
    here.write_text(OAK.read_text(encoding="utf-8").replace("plan: oak", "plan: mine.yaml"), encoding="utf-8")
    call_command("run_scenario", str(here), "--check")
    assert capsys.readouterr().err == ""
