"""The seals of closed days as files beside the database: the anchor that its owner cannot move unseen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from hall.errors import BadLog
from hall.model import Day

DIRECTORY = "seals"


class Sealed(Struct, frozen=True):
    """A closed day: the number and hash of its last row of the log."""

    day: Day
    seq: int
    hash: bytes


def line(hall: str, sealed: Sealed) -> str:
    """What is exported and printed of a seal."""
    return f"{hall} {sealed.day} {sealed.seq} {sealed.hash.hex()}"


def write(data: Path, hall: str, sealed: Sealed) -> None:
    """Write the seal's file in the data directory, whole or not at all. Raises OSError."""
    place = data / DIRECTORY
    place.mkdir(exist_ok=True)
    draft = place / f"{sealed.day}.draft"
    with draft.open("w", encoding="ascii") as file:
        file.write(line(hall, sealed) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place / f"{sealed.day}.seal")


def missing(data: Path, seals: Iterable[Sealed]) -> list[Sealed]:
    """The seals without a file: a hub that was killed between commit and export left one."""
    return [s for s in seals if not (data / DIRECTORY / f"{s.day}.seal").exists()]


def exported(data: Path, hall: str) -> list[Sealed]:
    """The seals of the files, by day; none without their directory. Raises BadLog for a file that is no seal of the
    hall."""
    return [_read(path, hall) for path in sorted((data / DIRECTORY).glob("*.seal"))]


def _read(path: Path, hall: str) -> Sealed:
    try:
        found, day, seq, digest = path.read_text(encoding="ascii").split()
        sealed = Sealed(day, int(seq), bytes.fromhex(digest))
    except (OSError, ValueError) as error:
        raise BadLog(f"{path}: no seal can be read from it: {error}") from error
    if found != hall or day != path.stem:
        raise BadLog(f"{path}: speaks of hall {found!r} and day {day!r}: put the right file back")
    return sealed
