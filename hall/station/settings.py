"""Reading files: halls, stations, profiles, words and fonts; the pure parsers of `hall` check what was read."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec import Struct

from hall.errors import BadFile
from hall.hallfile import included, parse_hall
from hall.model import Hall
from hall.profile import Profile, parse_profile
from hall.stationfile import Broker, HubFile, StationFile, parse_hub, parse_station
from hall.wording import Words

FONT_DIRECTORIES = ("/usr/share/fonts", "/usr/local/share/fonts")
SC = 2  # Noto's collections hold JP, KR, SC, TC, HK: the third face has the 规范汉字 forms
FONTS = (
    ("opentype/noto/NotoSansCJK-Regular.ttc", "opentype/noto/NotoSansCJK-Bold.ttc", SC),
    ("truetype/wqy/wqy-microhei.ttc", "truetype/wqy/wqy-microhei.ttc", 0),
)


class Face(Struct, frozen=True):
    """A font file and the index of the face in it."""

    path: str
    index: int


class Fonts(Struct, frozen=True):
    """The faces for Chinese and English text."""

    regular: Face
    bold: Face


def read_text(path: Path) -> str:
    """The file's text. Raises BadFile with the reason."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile((f"{path}: cannot be read: {error}",)) from error


def read_hall(path: Path, *, judged: bool = True) -> Hall:
    """The hall of hall.toml and the files it names beside it, its policy `judged` too. Raises BadFile."""
    texts = {path.name: read_text(path)}
    for name in included(path.name, texts[path.name]):
        if (path.parent / name).is_file():
            texts[name] = read_text(path.parent / name)
    return parse_hall(path.name, texts, judged=judged)


def read_station(path: Path) -> StationFile:
    """The station of a station file; its relative paths stand beside it. Raises BadFile."""
    return parse_station(path.name, read_text(path))


def read_hub(path: Path) -> HubFile:
    """The hub's file; its relative paths stand beside it. Raises BadFile."""
    return parse_hub(path.name, read_text(path))


def read_password(broker: Broker, beside: Path) -> str:
    """A station's password at the broker. Raises BadFile."""
    return read_text(beside / broker.password_file).strip()


def profile(name: str) -> Profile:
    """A shipped device profile by name. Raises BadFile."""
    shipped = {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in files("firmware_profiles").iterdir()
        if entry.name.endswith(".toml")
    }
    return parse_profile(name, shipped)


def words(room: str, language: str = "zh", own: Path | None = None) -> Words:
    """The words of a room; a hall's own file (TOML, same keys) replaces any. Raises BadFile."""
    tables: list[Mapping[str, object]] = []
    shipped = files("hall") / "words" / language / f"{room}.toml"
    try:
        tables.append(msgspec.toml.decode(shipped.read_text(encoding="utf-8")))
    except (OSError, msgspec.DecodeError) as error:
        raise BadFile((f"words {language}/{room}.toml: {error}",)) from error
    if own is not None:
        tables.append(msgspec.toml.decode(read_text(own)))
    return Words(f"{language}/{room}", *tables)


def fonts() -> Fonts:
    """The CJK fonts of the machine, or of the environment's own sysroot. Raises BadFile with what to install."""
    places = [Path(sys.prefix) / "sysroot/usr/share/fonts", *map(Path, FONT_DIRECTORIES)]
    for regular, bold, index in FONTS:
        for place in places:
            if (place / regular).is_file() and (place / bold).is_file():
                return Fonts(Face(str(place / regular), index), Face(str(place / bold), index))
    raise BadFile((f"no CJK font below {', '.join(map(str, places))}: install fonts-noto-cjk",))
