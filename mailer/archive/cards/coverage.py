"""Which characters a font has: its `cmap` table, read.

Pillow draws an empty box for what a font lacks and does not say so.

Source: OpenType 1.9.1, `cmap` formats 4 and 12, and the collection header `ttcf`.
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_UNICODE_TABLES = {(3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0)}
_NO_GLYPH_END = 0xFFFF


@dataclass(frozen=True, slots=True)
class Coverage:
    """Ranges of code points, in order: the first and the last of each."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def has(self, character: str) -> bool:
        """Whether the font has a glyph for `character`."""
        code = ord(character)
        at = bisect_right(self.firsts, code) - 1
        return at >= 0 and code <= self.lasts[at]


@lru_cache(maxsize=64)
def read_coverage(path: Path, index: int = 0) -> Coverage:
    """Return what the font file covers; nothing if it cannot be read.

    Args:
        path: TrueType or OpenType, or a collection.
        index: which font of a collection.
    """
    try:
        return _coverage(path.read_bytes(), index)
    except (OSError, struct.error, IndexError):
        return Coverage((), ())


def _coverage(data: bytes, index: int) -> Coverage:
    table = _cmap_offset(data, index)
    (count,) = struct.unpack_from(">H", data, table + 2)
    ranges: list[tuple[int, int]] = []
    for at in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, table + 4 + 8 * at)
        if (platform, encoding) in _UNICODE_TABLES:
            ranges += _ranges(data, table + offset)
    merged = _merged(ranges)
    return Coverage(tuple(first for first, _ in merged), tuple(last for _, last in merged))


def _cmap_offset(data: bytes, index: int) -> int:
    start = 0
    if data[:4] == b"ttcf":
        (start,) = struct.unpack_from(">I", data, 12 + 4 * index)
    (count,) = struct.unpack_from(">H", data, start + 4)
    for at in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * at)
        if tag == b"cmap":
            return int(offset)
    raise IndexError("no cmap")


def _ranges(data: bytes, at: int) -> list[tuple[int, int]]:
    (kind,) = struct.unpack_from(">H", data, at)
    if kind == 4:  # noqa: PLR2004 - the format's number
        return _segments(data, at)
    if kind == 12:  # noqa: PLR2004 - likewise
        (count,) = struct.unpack_from(">I", data, at + 12)
        groups = struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * count])
        return [(first, last) for first, last, _ in groups]
    return []


def _segments(data: bytes, at: int) -> list[tuple[int, int]]:
    (doubled,) = struct.unpack_from(">H", data, at + 6)
    count = doubled // 2
    lasts = struct.unpack_from(f">{count}H", data, at + 14)
    firsts = struct.unpack_from(f">{count}H", data, at + 16 + doubled)
    pairs = zip(firsts, lasts, strict=True)
    return [(first, last) for first, last in pairs if first != _NO_GLYPH_END]


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
