"""Documents that are refused: each differs from a good one in one place, and the errors are exactly those.

`documents/` holds the good ones, `bad_plans/` what is written instead. Nothing here is about time: what a hostile
document may cost is counted in calls.
"""

import re
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from commissions.core.document import LONGEST
from commissions.core.plan import PlanError, load
from commissions.core.reading import choices

HERE = Path(__file__).parent
GOOD = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "documents").glob("*.yaml"))}
BAD = [
    (path.stem, entry)
    for path in sorted((HERE / "bad_plans").glob("*.yaml"))
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def errors_of(text: str) -> list[str]:
    with pytest.raises(PlanError) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", GOOD)
def test_the_good_documents_are_good(name):
    assert load(GOOD[name]).name == name.capitalize()


@pytest.mark.parametrize(
    ("entry"), [entry for _, entry in BAD], ids=[f"{topic}: {entry['writes'][-60:]}" for topic, entry in BAD]
)
def test_each_mistake_is_told_at_its_line_and_key_with_what_is_allowed(entry):
    good = GOOD[entry["document"]]
    assert good.count(entry["where"]) >= 1
    assert errors_of(good.replace(entry["where"], entry["writes"], 1)) == entry["errors"]


def test_there_are_more_than_a_hundred_of_them():
    assert len({(entry["document"], *entry["errors"]) for _, entry in BAD}) > 250


CHOICES = {
    name: value
    for name, value in vars(choices).items()
    if isinstance(value, dict) and not name.endswith("REFUSED") and name.isupper()
}


@pytest.mark.parametrize("name", CHOICES)
def test_no_choice_is_silent(name):
    """What is left out is an error that lists every reading with what it means."""
    if name == "CAP_OF":  # a limit is the company's unless it says each_person
        name = "METHOD"
    readings = ", ".join(f"{word} ({means})" if means else word for word, means in CHOICES[name].items())
    told = [error for _, entry in BAD for error in entry["errors"] if readings in error]
    assert told


def test_every_problem_is_told_at_once():
    text = (
        GOOD["levels"]
        .replace("version: 2", "version: x")
        .replace("active: pv >= 100", "active: pv >= 1 EUR")
        .replace("rate: rates", "rate: x")
    )
    assert [error.split(": ")[1] for error in errors_of(text)] == [
        "plan.version",
        "statuses.active",
        "bonuses.level_pay.rate",
    ]


def test_a_document_full_of_mistakes_is_answered_with_the_first_of_them():
    wrong = "".join(f"  m{number}: x{number}\n" for number in range(250))
    errors = errors_of(GOOD["levels"].replace("measures:\n", f"measures:\n{wrong}"))
    assert len(errors) == 200
    assert max(map(len, errors)) < 1_500


# --- documents that mean harm -----------------------------------------------------------------------------------------
HOSTILE = {
    "not YAML": ("plan: {name: [", 1),
    "a list": ("- plan\n", 1),
    "nothing": ("", 1),
    "an anchor": ("plan: &a {name: x}\n", 1),
    "an alias": ("a: 1\nplan: *a\n", 2),
    "a billion laughs": ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", 1),
    "a tag": ("plan: !!python/object/apply:os.system [ls]\n", 1),
    "a merge": ("plan:\n  <<: {name: x}\n", 2),
    "a key twice": ("plan: {}\nplan: {}\n", 2),
    "a list as key": ("plan:\n  ? [a]\n  : b\n", 2),
    "two documents": ("plan: {}\n---\nplan: {}\n", 2),
    "deep lists": ("plan: " + "[" * 50_000, 1),
    "deep mappings": ("plan: " + "{a: " * 20_000, 1),
    "a huge document": ("#" * 10_000_000, 1),
    "many values": ("plan: [" + "a, " * 30_000 + "]", 1),
    "a control character": ("plan: {name: \x00}\n", 1),
    "an escaped control character": ('plan: {name: "\\x07"}\n', 1),
    "half a character": ('plan: {name: "\\ud800"}\n', 1),
    "an impossible character": ('plan: {name: "\\UFFFFFFFF"}\n', 1),
    "a tab": ("plan:\n\tname: x\n", 2),
    "one long word": ("plan: " + "a" * 90_000, 1),
    "one long number": ("plan: {version: " + "9" * 90_000 + "}", 1),
}


def calls_of(text: str) -> int:
    """How many Python functions are called until a document is read or refused: what it costs, on any machine."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        with suppress(PlanError):
            load(text)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_at_their_first_harm(name):
    text, line = HOSTILE[name]
    assert errors_of(text)[0].startswith(f"line {line}: ")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_costs_no_more_than_its_length(name):
    text, _ = HOSTILE[name]
    assert calls_of(text) <= 2_000 + 120 * min(len(text), LONGEST)


HARM = {
    "deep brackets": ("(" * 240 + "pv" + ")" * 240, "nested too deeply"),
    "deep negations": ("not " * 120 + "active", "nested too deeply"),
    "deep signs": ("-" * 480 + "pv >= 1", "nested too deeply"),
    "deep conditions": ("if a then " * 48 + "a", "nested too deeply"),
    "deep sums": ("sum(" * 100 + "pv", "nested too deeply"),
    "a long chain": ("a+" * 240 + "a >= 1", "nested too deeply"),
    "a very long expression": ("pv >= 1 and " * 4_000 + "active", "at most 500 characters"),
    "a huge number": ("9" * 490 + " > pv", "is too large"),
    "a huge factor": ("pv * 999_999_999 >= 1", "too large a factor"),
    "every group of legs": ("legs_once(" + "; ".join(["1 active"] * 20) + ")", "at most 6 kinds"),
    "many levels": ("sum(pv of levels 1 to 99999999) >= 1", "levels 1 to … end between 1 and 100"),
    "code": ("__import__('os').system('ls')", "'_' is not part of the language"),
    "an attribute": ("pv.__class__", "'_' is not part of the language"),
    "a call": ("open(pv) >= 1", "open() is not a function or a table"),
    "a format": ("{pv}", "'{' is not part of the language"),
    "wide digits": ("pv >= １００", "'１' is not part of the language"),
    "an exponent": ("pv >= 1e3", "'e3' is not expected here"),
    "a power": ("pv ** 99999 >= 1", "'*' is not expected here"),
    "nothing but a sign": (";", "';' is not expected here"),
    "half a test": ("pv >= 1 and", "ends too early"),
    "two words": ("pv pv", "'pv' is not expected here"),
}


@pytest.mark.parametrize("name", HARM)
def test_hostile_expressions_are_refused(name):
    expression, said = HARM[name]
    text = GOOD["levels"].replace("active: pv >= 100", f'active: "{expression}"', 1)
    told = [error for error in errors_of(text) if "statuses.active" in error]
    assert len(told) == 1
    assert said in told[0]
    assert calls_of(text) < 500_000


def test_names_that_all_need_each_other_are_ordered_without_going_every_way():
    """120 measures, each of the 40 before it: as many ways from the first to the last as there are atoms."""
    names = [f"m{number}" for number in range(120)]
    measures = "".join(
        f"  {name}: {' + '.join(['pv', *names[max(0, at - 40) : at]])}\n" for at, name in enumerate(names)
    )
    text = GOOD["levels"].replace("measures:\n", f"measures:\n{measures}")
    assert load(text).order
    assert calls_of(text) < 1_000_000


# --- the fingerprint --------------------------------------------------------------------------------------------------
def test_comments_spacing_and_key_order_do_not_change_the_fingerprint():
    good = GOOD["levels"]
    moved = good.replace("name: Levels, version: 2", "version: 2,   name: Levels") + "# signed\n"
    assert load(moved).sha256 == load(good).sha256


def test_another_rate_or_order_of_ranks_changes_it():
    good = GOOD["levels"]
    assert load(good.replace("Builder: 8%", "Builder: 8.0001%")).sha256 != load(good).sha256


VALUE = re.compile(r"[A-Za-z_0-9]+: ([^\s{}\[\],][^{}\[\],\n#]*)")


def test_a_value_that_is_left_out_after_its_key_is_told():
    """Read as nothing, an empty rate would pay nothing and an empty gate would stand open."""
    text = GOOD["pairs"]
    for value in VALUE.finditer(text):
        with pytest.raises(PlanError):
            load(text[: value.start(1)] + text[value.end(1) :])
