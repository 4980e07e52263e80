"""The expression language of plan documents: read (grammar, syntax), understood (names, types), computed (arrays)."""

from commissions.core.language.grammar import parse, parse_rule
from commissions.core.language.names import AxisSignature, Names, Signature, TypeProblem
from commissions.core.language.sums import understand
from commissions.core.language.syntax import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Capped,
    Choose,
    Compare,
    Expression,
    Legs,
    LegsOnce,
    Literal,
    Logic,
    Lookup,
    Mine,
    Not,
    Number,
    Scope,
    TreeOf,
    Word,
    children,
    parts,
)
from commissions.core.language.tokens import SyntaxProblem
from commissions.core.language.units import exactly

__all__ = [
    "Aggregate",
    "Arithmetic",
    "AxisSignature",
    "Before",
    "Call",
    "Capped",
    "Choose",
    "Compare",
    "Expression",
    "Legs",
    "LegsOnce",
    "Literal",
    "Logic",
    "Lookup",
    "Mine",
    "Names",
    "Not",
    "Number",
    "Scope",
    "Signature",
    "SyntaxProblem",
    "TreeOf",
    "TypeProblem",
    "Word",
    "children",
    "exactly",
    "parse",
    "parse_rule",
    "parts",
    "understand",
]
