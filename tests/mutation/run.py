"""`make mutants`: small wrong changes to the engine, one at a time. A change that no test notices is a survivor.

Each mutant is a forked process that imports the changed module instead of the real one, so that nothing on disk is
touched, and runs the engine's tests until the first fails. Survivors are listed and argued in docs/mutants.md.
"""

import argparse
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "commissions/core"
LEFT_OUT = ("reference", "scenario")  # what the engine is held against, and how scenario files are read
SECONDS = 90  # of processor time; a mutant that needs longer runs for ever, and is noticed
MEMORY = 3 << 30

sys.path.insert(0, str(ROOT))
from tests.mutation.mutations import Mutant, mutants_of, mutated  # noqa: E402

ENGINE = [  # after a part of test_engine_is_reference
    *(
        "test_rounding.py",
        "test_walks_by_hand.py",
        "test_payroll_by_hand.py",
        "test_facts.py",
        "test_extremes.py",
    ),
    *("test_long_lines.py", "test_worked_months.py", "test_metamorphic.py", "test_published.py"),
]
# What is run, in this order, against a change in a file whose path begins so; the first that fits.
TESTS = {
    "linter": ["test_spans.py", "test_linter.py"],
    "checks": [
        "test_checks.py",
        "test_engine_is_reference.py::test_no_check_doubts_what_the_engine_computes[0]",
    ],
    "explain": [
        "test_explain.py",
        "test_explain_everything.py",
        "test_published.py",
        "test_worked_months.py",
    ],
    "settlement": ["test_settlement.py", "test_worked_months.py", "test_metamorphic.py"],
    "taking_back": [
        "test_taking_back.py",
        "test_settlement.py",
        "test_worked_months.py",
        "test_metamorphic.py",
    ],
    "placing": ["test_placing.py", "test_published.py", "test_worked_months.py"],
    "given": ["test_worked_months.py", "test_published.py", "test_scenarios.py"],
    "reading": [
        *("test_reading.py", "test_bad_plans.py", "test_worked_months.py", "test_published.py"),
        "test_extremes.py",
        *("test_world_plans.py", "test_engine_is_reference.py::test_what_once_differed_agrees"),
    ],
    "values": ["test_values.py", *ENGINE],
    "": ENGINE,
}
TESTS["terms"] = ["test_terms.py", *TESTS["reading"], *TESTS["linter"]]
TESTS |= {"language": TESTS["reading"], "document": TESTS["reading"], "plan": TESTS["reading"]}


def tests_for(mutant: Mutant) -> list[str]:
    name = str(mutant.path.relative_to(CORE))
    group = max((start for start in TESTS if name.startswith(start)), key=len)
    return [str(ROOT / "tests/core" / test) for test in TESTS[group]]


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the mutant where the module of its name is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        parts = mutant.path.relative_to(ROOT).with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(
            fullname,
            self.mutant.path,
            loader=self,
            submodule_search_locations=[str(self.mutant.path.parent)] if self.package else None,
        )

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        code = compile(mutated(self.mutant), str(self.mutant.path), "exec")
        exec(code, module.__dict__)


def child(mutant: Mutant | None, tests: list[str]) -> int:
    """Runs tests against a mutant, or against the engine as it is; 0 when all pass."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if mutant is not None:
        sys.meta_path.insert(0, Instead(mutant))
    if "test_published.py" in tests[-1] and differs():
        return 1
    return int(pytest.main([*OPTIONS, *tests]))


def differs() -> bool:
    """A part of test_engine_is_reference, which notices most, before a whole suite is collected: many plans, each with
    few networks."""
    from tests.core.comparing import differences

    few = ((str(seed), 2 if seed < 6 else 1) for seed in range(150))
    return any(next(differences(seed, networks=networks), None) for seed, networks in few)


OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "-p", "no:django",
           f"--confcutdir={ROOT / 'tests/core'}", f"--rootdir={ROOT}", "-c", os.devnull, "-W", "ignore"]  # fmt: skip


def outcome(mutant: Mutant | None, tests: list[str]) -> tuple[str, float]:
    """(killed, survived or timed out; seconds)."""
    began = time.monotonic()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            code = child(mutant, tests)
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    took = time.monotonic() - began
    if os.WIFSIGNALED(status):
        return ("timed out" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL} else "killed"), took
    return ("survived" if os.WEXITSTATUS(status) == 0 else "killed"), took


def chosen(arguments: argparse.Namespace) -> list[Mutant]:
    paths = [p for p in sorted(CORE.rglob("*.py")) if not set(p.relative_to(CORE).parts) & set(LEFT_OUT)]
    paths = [p for p in paths if any(part in str(p) for part in arguments.only)]
    paths = [p for p in paths if not any(part in str(p) for part in arguments.without)]
    found = [mutant for path in paths for mutant in mutants_of(path)]
    random.Random(arguments.seed).shuffle(found)
    return found[: arguments.sample]


def told_before(log: Path) -> dict[tuple[str, str, str], str]:
    """What became of each mutant of a log, the latest counting. Lines may move: what they say tells them."""
    rows = map(json.loads, log.read_text(encoding="utf-8").splitlines()) if log.exists() else ()
    return {(row["path"], row["code"], row["says"]): row["told"] for row in rows}


def pass_unchanged(found: list[Mutant]) -> None:
    """Whatever fails without a change notices nothing."""
    for tests in {tuple(tests_for(mutant)) for mutant in found}:
        told, took = outcome(None, list(tests))
        print(f"unchanged, {took:.0f} s: {told}: {', '.join(Path(test).name for test in tests)}", flush=True)
        if told != "survived":
            sys.exit("These tests fail without any change: mend that first.")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[""], help="parts of paths")
    parser.add_argument("--without", nargs="*", default=[], help="parts of paths")
    parser.add_argument("--again", action="store_true", help="those of the log that survived, and no others")
    parser.add_argument("--at-once", action="store_true", help="take it that the tests pass without a change")
    parser.add_argument("--log", type=Path, default=ROOT / "var/mutants.jsonl")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    os.nice(5)
    for module in ("numpy", "yaml", "pytest", "fractions", "datetime"):
        __import__(module)
    arguments.log.parent.mkdir(parents=True, exist_ok=True)
    before = told_before(arguments.log)
    wanted = "survived" if arguments.again else None
    found = [
        m for m in chosen(arguments) if before.get((str(m.path.relative_to(ROOT)), m.code, m.says)) == wanted
    ]
    if not arguments.at_once:
        pass_unchanged(found)
    for mutant in found:
        name = str(mutant.path.relative_to(ROOT))
        told, took = outcome(mutant, tests_for(mutant))
        row = {
            "path": name,
            "line": mutant.line,
            "code": mutant.code,
            "says": mutant.says,
            "told": told,
            "s": took,
        }
        with arguments.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if told == "survived":
            print(f"{name}:{mutant.line}: {mutant.says}", flush=True)
    print(Counter(told_before(arguments.log).values()))


if __name__ == "__main__":
    main()
