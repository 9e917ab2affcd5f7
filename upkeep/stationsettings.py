"""A station's first settings file: what its roles need, with usual devices. A technician goes on from there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from hall.model import Hall, Role, Station, WindowNo

PRINTER = "/dev/ttyUSB0"
LINE = "/dev/ttyUSB1"  # the RS-485 line that keypads and pads share
BOOKING_PORT = 8090
FIRST_PAD = 129  # keypads count from 1, pads from here
SCREENS: Mapping[Role, tuple[int, int]] = {
    Role.KIOSK: (1080, 1920),
    Role.DESK: (1280, 800),
    Role.DISPLAY: (1920, 1080),
    Role.CALLER: (1024, 600),
    Role.EVALUATOR: (800, 1280),
}
TABLE = re.compile(r"^\[", re.MULTILINE)
BROADCAST = re.compile(r"^\[broadcast\]", re.MULTILINE)
CLIPS = re.compile(r"^clips\s*=", re.MULTILINE)
WINDOWED = (Role.CALLER, Role.DESK)  # on a clerk's own PC, beside other programs


def settings_text(hall: Hall, station: Station, broker: Mapping[str, Any], data: str, told: str = "") -> str:
    """The TOML text of a new station file. `told`: the tables of its roles as the hall's owner wrote them."""
    windows = station.windows or (hall.windows[0].number,)
    glass = _glass(station, windows)
    table: dict[str, Any] = {
        "id": station.id,
        "hall": hall.id,
        "roles": [str(role) for role in station.roles],
        "data": data,
    }
    top, tables = _written(told, data)
    blocks = [_block("broker", broker), *([tables] if told else [])]
    for role in () if told else station.roles:
        found = _role(hall, station, role, windows, glass, data)
        many = isinstance(found, list)
        blocks += [_block(str(role), each, many=many) for each in (found if isinstance(found, list) else [found])]
    head = (
        f"# {hall.name} · {station.id}. 每项说明见 docs/settings.md · every setting: docs/settings.md\n"
        "# 首次生成，之后不再改写，可自行修改 · written once and never again: change what differs here.\n\n"
    )
    return "\n".join([head + _lines(table) + top, *blocks])


def _written(told: str, data: str) -> tuple[str, str]:
    """What the owner wrote: before the first table, and from there on. Clips go where the station may write."""
    if not CLIPS.search(told):
        told = BROADCAST.sub(f'[broadcast]\nclips = "{data}/clips"', told)
    first = TABLE.search(told)
    at = first.start() if first else len(told)
    return told[:at], told[at:]


def _block(name: str, table: Mapping[str, Any], *, many: bool = False) -> str:
    """A table, or one of a list of them, as a person would write it: its own lines first, then the tables in it."""
    own = {key: value for key, value in table.items() if not isinstance(value, dict)}
    within = [_block(f"{name}.{key}", value) for key, value in table.items() if isinstance(value, dict)]
    mark = f"[[{name}]]" if many else f"[{name}]"
    return "\n".join([f"{mark}\n{_lines(own)}", *within])


def _lines(table: Mapping[str, Any]) -> str:
    """Each on a line of its own, lists too."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # texts, numbers, truth and lists of them are the same in TOML


def _glass(station: Station, windows: tuple[WindowNo, ...]) -> Role | None:
    """The role that gets the station's one screen."""
    single = [
        r for r in SCREENS if r in station.roles and (len(windows) == 1 or r not in (Role.CALLER, Role.EVALUATOR))
    ]
    return single[0] if single else None


def _role(
    hall: Hall, station: Station, role: Role, windows: tuple[WindowNo, ...], glass: Role | None, data: str
) -> dict[str, Any] | list[dict[str, Any]]:
    screen: dict[str, Any] = {"screen": _screen(role)} if role is glass else {}
    match role:
        case Role.KIOSK | Role.DESK:
            return {"printer": PRINTER, "profile": "escpos-80mm", "screen": _screen(role)}
        case Role.CALLER:
            return [
                {"window": window, **(screen or {"keypad": LINE, "address": n})} for n, window in enumerate(windows, 1)
            ]
        case Role.EVALUATOR:
            return [
                {"window": window, **(screen or {"pad": LINE, "address": FIRST_PAD + n})}
                for n, window in enumerate(windows)
            ]
        case Role.DISPLAY if len(station.windows) == 1:
            return {"window": windows[0], **screen}
        case Role.DISPLAY:
            return {**({"zone": station.zone} if station.zone else {}), **screen}
        case Role.BOOKING:
            return {"port": BOOKING_PORT}
        case Role.BROADCAST:
            return {"zone": station.zone or hall.zones[0].id, "clips": f"{data}/clips"}


def _screen(role: Role) -> dict[str, Any]:
    width, height = SCREENS[role]
    return {"width": width, "height": height, "fullscreen": role not in WINDOWED}
