"""What the test command says at its end of what failed."""

from tests.run import failures

REPORT = """<testsuites><testsuite><testcase classname="tests.a" name="test_right"/>
<testcase classname="tests.a" name="test_wrong"><failure message="m">def test_wrong():
&gt;       assert 1 == 2
E       assert 1 == 2

tests/a.py:3: AssertionError</failure></testcase>
<testcase classname="tests.b" name="test_broken"><error message="m">no such table</error></testcase>
</testsuite></testsuites>"""


def test_it_names_what_failed_and_why(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    wrong, broken = failures(report)
    assert wrong.splitlines() == [
        "tests.a.test_wrong",
        "      >       assert 1 == 2",
        "      E       assert 1 == 2",
        "      tests/a.py:3: AssertionError",
    ]
    assert broken.startswith("tests.b.test_broken")


def test_a_suite_that_left_no_report_has_not_passed(tmp_path):
    assert failures(tmp_path / "none.xml") == ["pytest ended without a report"]
