"""Breaking text into lines: Chinese between characters, English between words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], float]  # width of a text at one size, in any unit

# 行首禁则 and 行尾禁则: what may not begin and not end a line (informed by W3C clreq).
NOT_FIRST = set("，。、；：？！）》」』】〕〉”’…—·%℃,.;:?!)]}")
NOT_LAST = set("（《「『【〔〈“‘([{￥")
_PIECES = re.compile(r"[A-Za-z0-9\u00c0-\u024f@#&+./:_~=?'’-]+|\s|.")
ELLIPSIS = "…"


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of `text`, none wider than `width` unless one character alone is; newlines in it are kept."""
    return [line for part in text.split("\n") for line in _wrap_one(part, width, measure)]


def _wrap_one(text: str, width: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in _unbreakable(text):
        if not line and piece.isspace() and lines:
            continue
        if measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
            line = ""
        if piece.isspace():
            continue
        while len(piece) > 1 and measure(piece) > width:  # a word wider than the whole line is cut
            count = max(1, next((n for n in range(len(piece), 0, -1) if measure(piece[:n]) <= width), 1))
            lines.append(piece[:count])
            piece = piece[count:]
        line = piece
    return [*lines, line.rstrip()] if line or not lines else lines


def _unbreakable(text: str) -> list[str]:
    """Pieces between which a line may end."""
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        sticks = piece[0] in NOT_FIRST or (pieces and pieces[-1][-1] in NOT_LAST)
        if pieces and sticks and not pieces[-1].isspace():
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def shorten(line: str, width: float, measure: Measure) -> str:
    """The line with “…” at its end, no wider than `width`."""
    while line and measure(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS
