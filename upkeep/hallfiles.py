"""A hall's own files, brought to where the hub's user reads them: hall.toml and what it names, photos, and the first
settings of its stations. Each station with a screen gets the photos too: pictures do not travel on the bus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hall.hallfile import included
from hall.model import Hall, Role, Station
from hall.photo import DIRECTORY as PHOTOS
from hall.photo import is_photo
from hall.station.settings import read_text
from upkeep.credentials import write_bytes

FIRST_SETTINGS = "stations"  # beside the hall file: ID.toml with the tables of its roles
SHOWS_PHOTOS = (Role.DISPLAY, Role.EVALUATOR)


def copy_hall(hall: Hall, source: Path, target: Path) -> Iterator[tuple[str, bool, bool]]:
    """Copy all of it to the directory of the hall file `target`: name, whether it was there, whether it was written."""
    if source.parent == target.parent:
        return
    names = {source.name: target.name} | {name: name for name in included(source.name, read_text(source))}
    names |= {name: name for name in _photos(hall, source.parent)}
    firsts = (f"{FIRST_SETTINGS}/{station.id}.toml" for station in hall.stations)
    names |= {name: name for name in firsts if (source.parent / name).is_file()}
    for name, new in names.items():
        yield f"hall/{new}", *_copied(source.parent / name, target.parent / new)


def copy_photos(hall: Hall, station: Station, beside: Path, place: Path) -> None:
    """The photos for a station's own directory, if it shows any."""
    if any(role in SHOWS_PHOTOS for role in station.roles):
        for name in _photos(hall, beside):
            _copied(beside / name, place / name)


def first_settings(hall_file: Path, station: Station) -> str:
    """The tables that the hall's owner wrote for a station; empty if there are none. Raises BadFile."""
    path = hall_file.parent / FIRST_SETTINGS / f"{station.id}.toml"
    return read_text(path) if path.is_file() else ""


def _photos(hall: Hall, beside: Path) -> list[str]:
    named = sorted({c.photo for c in hall.clerks if c.photo and is_photo(c.photo)})
    return [f"{PHOTOS}/{name}" for name in named if (beside / PHOTOS / name).is_file()]


def _copied(source: Path, target: Path) -> tuple[bool, bool]:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.exists(), write_bytes(target, source.read_bytes())
