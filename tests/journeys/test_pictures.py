"""A picture that was made smaller shows the same pixels."""

import struct
import zlib

import numpy as np
import pytest

from tests.journeys import pictures


def png(rows, method):
    """A PNG of RGB pixels; `method` is one that needs no pixel above or beside: 0, or 1 with grey rows."""
    high, wide, _ = rows.shape
    stored = rows if method == 0 else np.diff(rows, axis=1, prepend=np.zeros((high, 1, 3), np.uint8))
    packed = b"".join(bytes([method]) + row.tobytes() for row in stored)
    head = pictures._chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0))
    end = pictures._chunk(b"IEND", b"")
    return pictures.SIGNATURE + head + pictures._chunk(b"IDAT", zlib.compress(packed, 0)) + end


@pytest.mark.parametrize("method", [0, 1])
def test_pixels_are_read_whatever_the_filter(method):
    rows = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3) * 3
    assert (pictures._pixels(png(rows, method)) == rows).all()


def test_few_colours_stay_exactly():
    rows = np.random.default_rng(1).choice(np.array([0, 30, 200], np.uint8), (40, 50, 3))
    made = pictures.smaller(png(rows, 0))
    assert len(made) < rows.size
    assert (unpacked(made) == rows).all()


def unpacked(made):
    parts = dict(pictures._chunks(made))
    palette = np.frombuffer(parts[b"PLTE"], np.uint8).reshape(-1, 3)
    wide, high = struct.unpack(">II", parts[b"IHDR"][:8])
    return palette[np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(high, wide + 1)[:, 1:]]
