"""The tapes of wires: pieces of bytes with their times, and a line with many devices taken apart by address.

A0 90 addr A5 00 len data… xor       to a bar            addr A5 AA                         from a bar
FF 68 L L 68 addr cmd data… sum 16   keypads (addr < 128) and pads, both ways
68 02 02 68 addr 01 sum 16           to a pad: taken
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Piece(NamedTuple):
    """Some bytes on a wire: when (business seconds since midnight), to the device or from it."""

    t: float
    to: bool
    data: bytes


def read(path: Path) -> list[Piece]:
    """A tape in order; empty if there is none."""
    if not path.exists():
        return []
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Piece(row["t"], row["dir"] == "to", bytes.fromhex(row["hex"])) for row in rows]


def write(path: Path, pieces: list[Piece]) -> None:
    """A tape as it is read, in place of what was there."""
    path.unlink(missing_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for piece in pieces:
            row = {"t": piece.t, "dir": "to" if piece.to else "from", "hex": piece.data.hex()}
            file.write(json.dumps(row) + "\n")


class Sorted(NamedTuple):
    """A frame of a shared line, and whose it is; kind `junk` for bytes that are nobody's."""

    kind: str  # keypad, pad, bar, junk
    address: int
    piece: Piece


def apart(pieces: list[Piece]) -> Iterator[Sorted]:
    """The frames on a shared line, in order of their last byte."""
    held = {True: b"", False: b""}
    for piece in pieces:
        rest = held[piece.to] + piece.data
        while rest:
            found = _frame(rest, piece.to)
            if found is None:
                break
            kind, address, size = found
            yield Sorted(kind, address, Piece(piece.t, piece.to, rest[:size]))
            rest = rest[size:]
        held[piece.to] = rest


def _frame(data: bytes, to: bool) -> tuple[str, int, int] | None:
    """Kind, address and size of what the bytes begin with; None if it is not all there yet."""
    if data[0] == 0xFF and data[1:2] in (b"", b"\x68"):
        return _ff68(data)
    if to and data[0] == 0xA0 and data[1:2] in (b"", b"\x90"):
        if len(data) < 6:
            return None
        size = 6 + data[5] + 1
        if data[3] not in (0xA1, 0xA2, 0xA5) or data[4]:
            return "junk", 0, 1
        if len(data) < size:
            return None
        return ("bar", data[2], size) if data[size - 1] == _xor(data[2 : size - 1]) else ("junk", 0, 1)
    if to and data[0] == 0x68:
        if len(data) < 8:
            return None if b"\x68\x02\x02\x68".startswith(data[:4]) else ("junk", 0, 1)
        good = data[:4] == b"\x68\x02\x02\x68" and data[7] == 0x16 and data[6] == sum(data[4:6]) & 0xFF
        return (_by_address(data[4]), data[4], 8) if good else ("junk", 0, 1)
    if not to:
        if len(data) < 3:
            return None
        if data[1:3] == b"\xa5\xaa":
            return "bar", data[0], 3
    return "junk", 0, 1


def _ff68(data: bytes) -> tuple[str, int, int] | None:
    if len(data) < 6:
        return None
    size = 5 + data[2] + 2
    if data[2] != data[3] or data[4] != 0x68 or data[2] < 2:
        return "junk", 0, 1
    if len(data) < size:
        return None
    good = data[size - 1] == 0x16 and data[size - 2] == sum(data[5 : size - 2]) & 0xFF
    return (_by_address(data[5]), data[5], size) if good else ("junk", 0, 1)


def _by_address(address: int) -> str:
    return "keypad" if address < 128 else "pad"


def _xor(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
    return value


def by_device(line: list[Piece], names: Mapping[tuple[str, int], str]) -> dict[str, list[Piece]]:
    """A line's pieces by the name of the device; unknown addresses and junk under their own names."""
    out: dict[str, list[Piece]] = {}
    for kind, address, piece in apart(line):
        name = names.get((kind, address), kind if kind == "junk" else f"{kind}-at-{address}")
        out.setdefault(name, []).append(piece)
    return out
