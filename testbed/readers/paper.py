"""Slips out of a printer's bytes: a small reading of ESC/POS that knows text, sizes, cuts and questions.

A command that is not known here ends nothing: its letter and operand are passed over by the table, the rest is text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from testbed.readers.tapes import Piece

# Operand bytes after ESC, FS, GS and a letter; what is not here has one.
ESC = {0x40: 0, 0x32: 0, 0x69: 0, 0x6D: 0, 0x24: 2, 0x5C: 2, 0x70: 3, 0x63: 2}
FS = {0x26: 0, 0x2E: 0, 0x53: 2, 0x70: 2}
GS = {0x4C: 2, 0x57: 2, 0x50: 2, 0x3A: 0, 0x24: 2}
LABEL = re.compile(r"[A-Z]\d{3,5}")
PRIORITY = re.compile(r"(.+)优先|Priority: (.+)")
REPRINT = ("补打", "REPRINT", "Reprint")
HEAD_BITS, HEAD_OF_REAL_TIME, HEAD_OF_NEWS = 0x93, 0x12, 0x10


class Slip(NamedTuple):
    """A slip up to its cut; `done`: when the printer said that all of it is on paper."""

    began: float
    cut: float
    label: str
    reprint: bool
    done: float | None
    priority: str  # the Chinese name of a class, if the slip says one
    lines: tuple[str, ...]


class Roll(NamedTuple):
    """What a printer was given: whole slips, and slips that never came to their cut (their number, if it was sent)."""

    slips: list[Slip]
    torn: list[tuple[float, str]]


def read(pieces: list[Piece]) -> Roll:
    """The slips on a printer's wire, in order."""
    data = bytearray()
    times: list[float] = []
    said: list[tuple[int, float]] = []
    for piece in pieces:
        if piece.to:
            data += piece.data
            times += [piece.t] * len(piece.data)
        else:
            said += [(byte, piece.t) for byte in piece.data]
    return _read(bytes(data), times, _in_order(said))


def _in_order(said: list[tuple[int, float]]) -> list[float]:
    """When questions in print order were answered: not those in real time, not what the printer says by itself."""
    answers: list[float] = []
    at = 0
    while at < len(said):
        byte, t = said[at]
        if byte == 0x10 and at + 1 < len(said) and said[at + 1][0] == 0x0F:
            at += 6  # a presenter's whole state
        elif byte & HEAD_BITS == HEAD_OF_NEWS:
            at += 4  # ASB
        else:
            if byte & HEAD_BITS != HEAD_OF_REAL_TIME:
                answers.append(t)
            at += 1
    return answers


def _read(data: bytes, times: list[float], answers: list[float]) -> Roll:
    slips: list[Slip] = []
    torn: list[tuple[float, str]] = []
    text = bytearray()
    began: float | None = None
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == 0x10:  # DLE EOT n, DLE DC4 …: questions in real time, anywhere
            at += 3
            continue
        if byte in (0x1B, 0x1C, 0x1D):
            letter = data[at + 1] if at + 1 < len(data) else 0
            if byte == 0x1B and letter == 0x40:
                if began is not None and _label(text):
                    torn.append((began, _label(text)))
                text.clear()
                began = times[at]
            size = _size(data, at, byte, letter)
            if byte == 0x1D and letter == 0x56:
                cut = times[min(at + size, len(times)) - 1]
                slips.append(_slip(text, began if began is not None else cut, cut, answers))
                text.clear()
                began = None
            at += size
            continue
        if byte != 0x0D:
            text.append(byte)
        at += 1
    if began is not None and _label(text):
        torn.append((began, _label(text)))
    return Roll(slips, torn)


def _size(data: bytes, at: int, byte: int, letter: int) -> int:
    """How many bytes the command takes, itself counted."""
    if byte == 0x1D and letter == 0x76 and len(data) > at + 7:  # GS v 0: a picture
        wide, high = data[at + 4] | data[at + 5] << 8, data[at + 6] | data[at + 7] << 8
        return 8 + wide * high
    if byte == 0x1D and letter == 0x28 and len(data) > at + 4:  # GS ( k …
        return 5 + (data[at + 3] | data[at + 4] << 8)
    if byte == 0x1D and letter == 0x56:  # GS V: 65 and 66 feed before they cut
        return 4 if data[at + 2 : at + 3] in (b"A", b"B") else 3
    table = {0x1B: ESC, 0x1C: FS, 0x1D: GS}[byte]
    return 2 + table.get(letter, 1)


def _slip(text: bytearray, began: float, cut: float, answers: list[float]) -> Slip:
    done = next((t for t in answers if t >= cut), None)
    lines = tuple(line.strip() for line in bytes(text).decode("gb18030", "replace").split("\n"))
    said = [found[1] or found[2] for line in lines if (found := PRIORITY.fullmatch(line))]
    priority = said[-1] if said else ""
    return Slip(began, cut, _label(text), any(word in lines for word in REPRINT), done, priority, lines)


def _label(text: bytearray) -> str:
    lines = bytes(text).decode("gb18030", "replace").split("\n")
    return next((line.strip() for line in lines if LABEL.fullmatch(line.strip())), "")
