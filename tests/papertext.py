"""The words of a PDF as a reader's program takes them out: by the table that each font carries of its letters."""

import re
import zlib

OBJECT = re.compile(rb"(?s)(\d+) 0 obj\n(.*?)\nendobj")
SHOWN = re.compile(rb"(?s)/(F\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj")
LETTERS = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>\n")
ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words_of(content: bytes) -> str:
    """Every letter in the order it is drawn: a line that runs from right to left comes last letter first."""
    objects = {int(number): body for number, body in OBJECT.findall(content)}
    fonts = {
        name: _letters(objects, int(number))
        for body in objects.values()
        for block in re.findall(rb"(?s)/Font <<(.*?)>>", body)
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", block)
    }
    found = []
    for body in objects.values():
        drawn, font = _stream(body), {}
        if b" Tj" not in drawn:
            continue
        for name, codes in SHOWN.findall(drawn):
            font = fonts[name] if name else font
            plain = re.sub(rb"(?s)\\(.)", lambda match: ESCAPES.get(match[1], match[1]), codes)
            found += [font.get(plain[at : at + 2], "") for at in range(0, len(plain), 2)]
    return "".join(found)


def _letters(objects: dict[int, bytes], number: int) -> dict[bytes, str]:
    table = re.search(rb"/ToUnicode (\d+) 0 R", objects[number])
    if table is None:
        return {}
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(letter.decode()).decode("utf-16-be")
        for code, letter in LETTERS.findall(_stream(objects[int(table[1])]))
    }


def _stream(body: bytes) -> bytes:
    if b"stream\n" not in body:
        return b""
    head, rest = body.split(b"stream\n", 1)
    data = rest.rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(data) if b"/FlateDecode" in head else data
