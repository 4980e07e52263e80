"""The expression language of plan documents: read (syntax), understood (types), computed (arrays)."""

from commissions.core.language.syntax import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Choose,
    Compare,
    Expression,
    Legs,
    Literal,
    Logic,
    Not,
    Number,
    SyntaxProblem,
    Word,
    parse,
    parts,
)
from commissions.core.language.types import Names, TypeProblem, understand

__all__ = [
    "Aggregate",
    "Arithmetic",
    "Before",
    "Call",
    "Choose",
    "Compare",
    "Expression",
    "Legs",
    "Literal",
    "Logic",
    "Names",
    "Not",
    "Number",
    "SyntaxProblem",
    "TypeProblem",
    "Word",
    "parse",
    "parts",
    "understand",
]
