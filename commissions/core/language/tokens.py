"""An expression's text as tokens, and a cursor over them."""

import re

LONGEST = 500  # characters
TOKEN = re.compile(
    r"\s*(?:([0-9][0-9_]*(?:\.[0-9]+)?)\s*(%)?|([A-Za-z][A-Za-z0-9_]*)|(>=|<=|==|!=|[-+*/<>();.]))"
)
# Words of the language cannot be names.
RESERVED = frozenset(
    {"if", "then", "else", "or", "and", "not", "of", "where", "until", "inclusive", "skipping", "in", "to"}
    | {
        "self",
        "frontline",
        "team",
        "everyone",
        "leg",
        "legs",
        "legs_once",
        "before",
        "mine",
        "whole",
    }
)


class SyntaxProblem(ValueError):
    """An expression that cannot be read, with the reason."""


def _tokens(text: str) -> list[tuple[str, str]]:
    if len(text) > LONGEST:
        raise SyntaxProblem(f"an expression has at most {LONGEST} characters; name a part of it as a measure")
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            found_sign = text[at:].strip()[:1]
            hint = "; values are separated by ;" if found_sign == "," else ""
            raise SyntaxProblem(f"{found_sign!r} is not part of the language{hint}")
        digits, percent, word, sign = match.groups()
        if digits:
            found.append(("number", digits.replace("_", "") + (percent or "")))
        else:
            found.append(("word", word) if word else ("sign", sign))
        at = match.end()
    return found


class Cursor:
    """What comes next, and taking it."""

    def __init__(self, text: str) -> None:
        self.tokens, self.at = _tokens(text), 0

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        found = self.peek()
        if found[0] == "end":
            raise SyntaxProblem("the expression ends too early")
        self.at += 1
        return found

    def word(self, what: str) -> str:
        kind, text = self.next()
        if kind != "word" or text in RESERVED:
            raise SyntaxProblem(f"{what} is expected before {text!r}")
        return text

    def whole_number(self, said: str, least: int, most: int = 1_000) -> int:
        kind, digits = self.next()
        if kind != "number" or not digits.isdigit() or len(digits) > 4 or not least <= int(digits) <= most:
            raise SyntaxProblem(f"{said}, not {digits[:20]!r}")
        return int(digits)

    def taken(self, word: str) -> bool:
        if self.peek() == ("word", word):
            self.at += 1
            return True
        return False

    def one_of(self, *signs: str) -> str:
        kind, sign = self.peek()
        if kind == "sign" and sign in signs:
            self.at += 1
            return sign
        return ""

    def expect(self, word: str) -> None:
        if self.peek()[1] != word:
            found = self.peek()[1] or "the end"
            raise SyntaxProblem(f"{word!r} is expected before {found!r}")
        self.at += 1
