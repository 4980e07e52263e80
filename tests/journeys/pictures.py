"""PNG files made smaller: a page has few colours, and a palette of 256 shows them all but exactly."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Of colours nearer to one another than this (squared), one stands for all as long as others wait for a place.
NEAR = (144, 36, 9, 0)


def smaller(picture: bytes) -> bytes:
    """A browser's picture (8 bits, no interlace) with a palette, or as it was when that is not smaller."""
    pixels = _pixels(picture)
    high, wide, _ = pixels.shape
    palette, places = _palette(pixels.reshape(-1, 3))
    rows = np.zeros((high, wide + 1), np.uint8)
    rows[:, 1:] = places.reshape(high, wide)
    made = SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0))
    made += _chunk(b"PLTE", palette.tobytes())
    made += _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + _chunk(b"IEND", b"")
    return made if len(made) < len(picture) else picture


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(picture):
        (size,) = struct.unpack(">I", picture[at : at + 4])
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        at += size + 12


def _pixels(picture: bytes) -> np.ndarray:
    """Rows of pixels of red, green and blue."""
    parts = list(_chunks(picture))
    wide, high, depth, kind, _, _, interlace = struct.unpack(">IIBBBBB", parts[0][1])
    if depth != 8 or kind not in (2, 6) or interlace:
        raise ValueError("Not a picture as browsers make them")
    each = 3 if kind == 2 else 4
    packed = zlib.decompress(b"".join(part for name, part in parts if name == b"IDAT"))
    rows = np.frombuffer(packed, np.uint8).reshape(high, wide * each + 1)
    made = np.zeros((high + 1, wide, each), np.uint8)
    for at, row in enumerate(rows):
        made[at + 1] = _plain(int(row[0]), row[1:].reshape(wide, each), made[at])
    return made[1:, :, :3]


def _plain(method: int, row: np.ndarray, above: np.ndarray) -> np.ndarray:
    """A row without PNG's filter: what was stored is the difference to a guess from the pixels around."""
    if method == 0:
        return row
    if method == 1:
        return np.cumsum(row, axis=0, dtype=np.uint8)
    if method == 2:
        return row + above
    guess = _mean if method == 3 else _paeth
    plain = row.tolist()
    over = above.tolist()
    left, corner = [0] * row.shape[1], [0] * row.shape[1]
    for at, pixel in enumerate(plain):
        plain[at] = [
            (byte + guess(*near)) & 255 for byte, *near in zip(pixel, left, over[at], corner, strict=True)
        ]
        left, corner = plain[at], over[at]
    return np.array(plain, np.uint8)


def _mean(left: int, above: int, _corner: int) -> int:
    return (left + above) // 2


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    far = abs(guess - left), abs(guess - above), abs(guess - corner)
    return (left, above, corner)[far.index(min(far))]


def _palette(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most frequent colours that differ, and for every pixel the place of the nearest of them."""
    packed = pixels.astype(np.int32) @ np.array([65_536, 256, 1], np.int32)
    found, inverse, often = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    order = np.argsort(-often, kind="stable")
    chosen = _chosen(colours[order])
    far = ((colours[:, None, :] - chosen[None, :, :]) ** 2).sum(axis=2)
    return chosen.astype(np.uint8), far.argmin(axis=1).astype(np.uint8)[inverse]


def _chosen(colours: np.ndarray) -> np.ndarray:
    chosen = colours[:1]
    for near in NEAR:
        for colour in colours:
            if len(chosen) == 256:
                return chosen
            if ((chosen - colour) ** 2).sum(axis=1).min() > near:
                chosen = np.vstack([chosen, colour])
    return chosen
