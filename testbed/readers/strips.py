"""What bars lit: `A0 90 addr A5 00 len (character, colour)… xor`."""

from __future__ import annotations

import re
from typing import NamedTuple

from testbed.readers.tapes import Piece

NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]\d{3,5}(?!\d)")


class Lit(NamedTuple):
    """A text on a bar from a time on; the number in it, and whether it calls."""

    t: float
    text: str
    label: str
    calls: bool


def read(pieces: list[Piece]) -> list[Lit]:
    """Every text a bar was told to show."""
    return [_lit(piece) for piece in pieces if piece.to and piece.data[3:4] == b"\xa5"]


def _lit(piece: Piece) -> Lit:
    cells, text, at = piece.data[6:-1], bytearray(), 0
    while at < len(cells):
        width = 1 if cells[at] < 0x80 else 2
        text += cells[at : at + width]
        at += width + 1
    words = text.decode("gb2312", "replace").strip()
    number = NUMBER.search(words)
    calls = number is not None and ("请" in words or "号窗" in words) and "办理中" not in words
    return Lit(piece.t, words, number[0] if number else "", calls)
