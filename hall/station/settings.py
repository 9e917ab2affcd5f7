"""Reading files: halls, stations, profiles, words and fonts; the pure parsers of `hall` check what was read."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hall.checked import Mistakes, read_toml
from hall.errors import BadFile
from hall.hallfile import included, parse_hall
from hall.model import Hall, StationId
from hall.profile import Profile
from hall.profilefile import parse_profile
from hall.stationchecks import strangers
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


class TlsFiles(Struct, frozen=True):
    """Paths: the hall's own authority, and this station's certificate and key."""

    ca: str
    certificate: str
    key: str


def read_text(path: Path) -> str:
    """The file's text. Raises BadFile with the reason."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadFile((f"{path}: no such file",)) from error
    except IsADirectoryError as error:
        raise BadFile((f"{path}: a directory: name the file in it",)) from error
    except UnicodeDecodeError as error:
        raise BadFile((f"{path}: not UTF-8 text (byte {error.start}): save it as UTF-8",)) from error
    except OSError as error:
        raise BadFile((f"{path}: cannot be read: {error.strerror}",)) from error


def read_hall(path: Path, *, judged: bool = True) -> Hall:
    """The hall of hall.toml and the files it names beside it, its policy `judged` too. Raises BadFile."""
    texts = {path.name: read_text(path)}
    for name in included(path.name, texts[path.name]):
        if (path.parent / name).is_file():
            texts[name] = read_text(path.parent / name)
    return parse_hall(path.name, texts, judged=judged)


def read_station(path: Path) -> StationFile:
    """The station of a station file; its relative paths stand beside it. Raises BadFile."""
    found = parse_station(path.name, read_text(path))
    mistakes = (
        *strangers(_languages(found), languages(), "language"),
        *strangers(_profiles(found), profile_texts(), "profile"),
    )
    if mistakes:
        raise BadFile(tuple(f"{path.name}: {mistake}" for mistake in mistakes))
    return found


def _languages(station: StationFile) -> dict[str, str]:
    spoken = station.broadcast.languages if station.broadcast else ()
    return {"language": station.language, **{f"broadcast.languages[{n}]": told for n, told in enumerate(spoken)}}


def _profiles(station: StationFile) -> dict[str, str]:
    """Every profile that the station names; of a device without a port none is read."""
    told = {"kiosk.profile": station.kiosk.profile} if station.kiosk else {}
    if station.desk and station.desk.printer:
        told["desk.profile"] = station.desk.profile
    told |= {f"caller[{n}].profile": c.profile for n, c in enumerate(station.caller) if c.keypad}
    told |= {f"evaluator[{n}].profile": e.profile for n, e in enumerate(station.evaluator) if e.pad}
    bars = station.display.bars if station.display else ()
    return told | {f"display.bars[{n}].profile": bar.profile for n, bar in enumerate(bars)}


def read_devices(hall_file: Path, station: StationId) -> dict[str, Any]:
    """What hangs on a station: the tables of its roles, from stations/ID.toml beside the hall file. Raises BadFile."""
    path = hall_file.parent / "stations" / f"{station}.toml"
    mistakes = Mistakes()
    table = read_toml(f"stations/{path.name}", read_text(path), mistakes)
    if mistakes.found:
        raise BadFile(tuple(mistakes.found))
    return dict(table)


def read_hub(path: Path) -> HubFile:
    """The hub's file; its relative paths stand beside it. Raises BadFile."""
    return parse_hub(path.name, read_text(path))


def read_password(broker: Broker, beside: Path) -> str:
    """A station's password at the broker. Raises BadFile."""
    return read_text(beside / broker.password_file).strip()


def tls_files(broker: Broker, beside: Path) -> TlsFiles | None:
    """A station's TLS files; None: the broker is on this machine. Raises BadFile for one that cannot be read."""
    if not broker.ca:
        return None
    for name in (broker.ca, broker.certificate, broker.key):
        read_text(beside / name)
    return TlsFiles(str(beside / broker.ca), str(beside / broker.certificate), str(beside / broker.key))


def profile(name: str) -> Profile:
    """A shipped device profile by name. Raises BadFile."""
    return parse_profile(name, profile_texts())


def profile_file(path: Path) -> Profile:
    """A profile in a file of one's own; it may extend the shipped ones and those beside it. Raises BadFile."""
    beside = {other.stem: read_text(other) for other in sorted(path.parent.glob("*.toml")) if other != path}
    return parse_profile(path.stem, {**profile_texts(), **beside, path.stem: read_text(path)})


@cache
def profiles() -> dict[str, Profile]:
    """All shipped device profiles by name, in order. Raises BadFile."""
    shipped = profile_texts()
    return {name: parse_profile(name, shipped) for name in sorted(shipped)}


def profile_texts() -> dict[str, str]:
    """The text of every shipped device profile, by name."""
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in files("firmware_profiles").iterdir()
        if entry.name.endswith(".toml")
    }


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are words in."""
    return tuple(sorted(entry.name for entry in (files("hall") / "words").iterdir() if entry.is_dir()))


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
