"""A little of Markdown as data: templates draw it, so that nothing anybody writes can become markup. Pure.

Paragraphs with an empty line between them; `## ` makes a heading, `- ` a list; **bold** and [words](address) inside.
An address is https:// or a path of this portal; anything else stays as it was written.
"""

import re
from dataclasses import dataclass
from typing import Literal

INLINE = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<words>[^\]\n]+)\]\((?P<address>[^()\s]+)\)")
# A path, not //elsewhere; a host with a name, not https://user@elsewhere.
ADDRESS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:[/?#][^\s@\\]*)?|/(?![/\\])[^\s\\]*")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Words of a line: bold, or a link when there is an address."""

    words: str
    bold: bool = False
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A heading or a paragraph (one line of pieces), or a list (a line for each of its items)."""

    kind: Literal["heading", "paragraph", "list"]
    lines: tuple[tuple[Piece, ...], ...]


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order."""
    found = []
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            found.append(Block(kind="list", lines=tuple(_pieces(line[2:]) for line in lines)))
            continue
        if lines and lines[0].startswith("## "):
            found.append(Block(kind="heading", lines=(_pieces(lines.pop(0)[3:]),)))
        if lines:
            found.append(Block(kind="paragraph", lines=tuple(_pieces(line) for line in lines)))
    return found


def _pieces(line: str) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for found in INLINE.finditer(line):
        address = found["address"]
        if address is not None and not ADDRESS.fullmatch(address):
            continue
        if found.start() > at:
            pieces.append(Piece(words=line[at : found.start()]))
        if address is not None:
            pieces.append(Piece(words=found["words"], address=address))
        else:
            pieces.append(Piece(words=found["bold"], bold=True))
        at = found.end()
    if at < len(line) or not pieces:
        pieces.append(Piece(words=line[at:]))
    return tuple(pieces)
