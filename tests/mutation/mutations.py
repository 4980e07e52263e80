"""Small wrong changes to a module: each comparison, sum, number, word and condition said a little differently."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
           ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
              ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift}  # fmt: skip
CALLS = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
    "cumsum": "asarray",
    "logical_and": "logical_or",
    "logical_or": "logical_and",
    "reversed": "list",
}


@dataclass(frozen=True)
class Mutant:
    """One change: which of a module's changes it is, and how it reads."""

    path: Path
    index: int
    line: int
    says: str
    code: str  # the line as it stands, and which of its equal changes this is: it tells a mutant when lines move


def mutants_of(path: Path) -> list[Mutant]:
    text = path.read_text(encoding="utf-8")
    rows, found = text.splitlines(), []
    seen: Counter[tuple[str, str]] = Counter()
    for at, (line, says, _) in enumerate(_changes(ast.parse(text))):
        code = rows[line - 1].strip()
        seen[code, says] += 1
        found.append(Mutant(path, at, line, says, f"{code} #{seen[code, says]}"))
    return found


def mutated(mutant: Mutant) -> ast.Module:
    """The module with this one change in it."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    for at, (_, _, apply) in enumerate(_changes(tree)):
        if at == mutant.index:
            apply()
            break
    return ast.fix_missing_locations(tree)


def _changes(tree: ast.Module) -> Iterator[tuple[int, str, object]]:
    """(line, what changes, how to change it) of every change there is, always in the same order."""
    silent = _never_run(tree)
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        match node:
            case ast.Compare(ops=[operator]) if type(operator) in COMPARE:
                yield _swapped(node, "ops", [COMPARE[type(operator)]()])
            case ast.BinOp() if type(node.op) in ARITHMETIC:
                yield _swapped(node, "op", ARITHMETIC[type(node.op)]())
            case ast.AugAssign() if type(node.op) in ARITHMETIC:
                yield _swapped(node, "op", ARITHMETIC[type(node.op)]())
            case ast.BoolOp():
                yield _swapped(node, "op", ast.And() if isinstance(node.op, ast.Or) else ast.Or())
            case ast.UnaryOp(op=ast.Not()):
                yield _swapped(node, "op", ast.UAdd())  # the value itself: truth stays what it was
            case ast.UnaryOp(op=ast.Invert()):
                yield _swapped(node, "op", ast.UAdd())
            case ast.Constant(value=bool()):
                yield _swapped(node, "value", not node.value)
            case ast.Constant(value=int()):
                yield _swapped(node, "value", node.value + 1)
            case ast.If() | ast.IfExp() | ast.While():
                yield _swapped(node, "test", ast.UnaryOp(ast.Not(), node.test))
            case ast.Attribute(attr=name) if name in CALLS:
                yield _swapped(node, "attr", CALLS[name])
            case ast.Name(id=name) if name in CALLS:
                yield _swapped(node, "id", CALLS[name])
            case ast.Continue() | ast.Break():
                yield node.lineno, f"{ast.unparse(node)} → pass", _becomes_pass(tree, node)


def _swapped(node: ast.AST, field: str, value: object) -> tuple[int, str, object]:
    old, before = getattr(node, field), ast.unparse(node)
    setattr(node, field, value)
    after = ast.unparse(ast.fix_missing_locations(node)) if not isinstance(node, ast.If | ast.While) else ""
    setattr(node, field, old)
    says = f"{_short(before)} → {_short(after)}" if after else f"if not {_short(ast.unparse(old))}"
    return node.lineno, says, lambda: setattr(node, field, value)  # type: ignore[attr-defined]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:67] + "…"


def _becomes_pass(tree: ast.Module, wanted: ast.AST) -> object:
    def apply() -> None:
        for node in ast.walk(tree):
            for name in ("body", "orelse"):
                body = getattr(node, name, None)
                if isinstance(body, list) and wanted in body:
                    body[body.index(wanted)] = ast.Pass()

    return apply


def _never_run(tree: ast.Module) -> set[int]:
    """Annotations, messages of errors, constants of types, zip's `strict`: to change them changes no answer."""
    silent: set[int] = set()

    def hide(node: ast.AST | None) -> None:
        if node is not None:
            silent.update(id(part) for part in ast.walk(node))

    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                hide(node.returns)
                for argument in (*node.args.args, *node.args.kwonlyargs):
                    hide(argument.annotation)
                for decorator in node.decorator_list:
                    hide(decorator)
            case ast.ClassDef():
                for decorator in node.decorator_list:
                    hide(decorator)
            case ast.AnnAssign():
                hide(node.annotation)
            case ast.Assert() | ast.JoinedStr() | ast.keyword(arg="strict"):
                hide(node)
            case ast.Assign(targets=[ast.Name(id=name)]) if name[:1].isupper():
                if isinstance(node.value, ast.Subscript | ast.BinOp):
                    hide(node.value)  # an alias of a type
    return silent
