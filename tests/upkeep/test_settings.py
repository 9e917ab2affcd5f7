"""Every setting of every file: described, and a wrong value told with file, place, value and what is allowed."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hall.errors import BadFile
from hall.station.settings import read_hall, read_hub, read_station, words
from tests.hall.halls import a_hall
from upkeep.provision import read_site
from upkeep.settingsdoc import FILES, document, settings

ROOT = Path(__file__).parents[2]
Table = dict[str, Any]
Place = tuple[str | int, ...]

SCREEN = {"width": 1080, "height": 1920, "fullscreen": True, "pictures": "", "finger": ""}
BROKER = {"host": "10.0.0.1", "port": 8883, "password_file": "p", "ca": "a", "certificate": "b", "key": "c"}
STATION: Table = {
    "id": "all-1",
    "hall": "village",
    "roles": ["kiosk", "caller", "display", "broadcast", "evaluator", "desk"],
    "data": "d",
    "language": "zh",
    "broker": BROKER,
    "kiosk": {"printer": "p", "profile": "escpos-80mm", "screen": SCREEN},
    "caller": [
        {
            "window": 1,
            "keypad": "k",
            "profile": "ff68-21key-b",
            "address": 1,
            "light_pin": "GPIO17",
            "next_finishes": False,
        }
    ],
    "display": {
        "zone": "main",
        "bars": [{"window": 1, "port": "p", "address": 1, "profile": "a090-8"}],
        "notices": ["x"],
    },
    "broadcast": {"zone": "main", "wav": "", "languages": ["zh"], "clips": "c", "chime": True},
    "evaluator": [{"window": 1, "pad": "q", "profile": "ff68-pad-4", "address": 129, "wait_s": 60.0}],
}
STATION["roles"] = STATION["roles"][:5]
DESK: Table = {
    **{key: STATION[key] for key in ("id", "hall", "data", "broker")},
    "roles": ["desk", "display"],
    "desk": {"screen": SCREEN, "printer": "p", "profile": "escpos-80mm", "emergencies": ["x"]},
    "display": {"window": 1},
}
HUB: Table = {
    "hall": "h",
    "data": "d",
    "broker": BROKER,
    "clock": {"at": 1, "wall_s": 1.0, "speed": 1.0},
}
SITE: Table = {
    "port": 1883,
    "tls_port": 8883,
    "addresses": ["10.0.0.1"],
    "revoked": ["kiosk-1"],
    "data": "",
    "home_assistant": True,
}
PERIODS: Table = {
    "taking": [["08:50", "12:00"]],
    "calling": [["09:00", "12:00"]],
    "on_post": [["08:50", "12:00"]],
    "weekdays": [1],
    "closing_soon_minutes": 20,
    "overtime_minutes": 30.0,
}
POLICY: Table = {
    "reserve_s": 10.0,
    "reprint_s": 60.0,
    "undo_s": 8.0,
    "calls_before_no_show": 3,
    "announce_repeats": 2,
    "announce_valid_s": 25.0,
    "pin_failures": 5,
    "pin_lock_minutes": 15.0,
    "number_digits": 3,
    "overtaken_at_most": 5,
    "help_over": 10,
    "cut_off": False,
    "matters_at_kiosk": 3,
    "retention": {"at": "03:40", "words_days": 180, "logs_days": 183},
    "priorities": [
        {
            "id": "old",
            "name": "老年人",
            "basis": "规定",
            "weight_minutes": 10.0,
            "bound": 2,
            "english": "elders",
            "at_kiosk": True,
        }
    ],
    "missed": {"pause_s": 0.0, "then": "behind", "behind": 3, "kept_minutes": 15.0, "times": 1, "by_itself": False},
    "alerts": {"wait_minutes": 30.0, "waiting": 10, "idle_minutes": 5.0, "unserved_minutes": 5.0, "off_post": True},
    "bookings": {
        "days_ahead": 5,
        "early_minutes": 15.0,
        "late_minutes": 30.0,
        "cancel_hours": 2.0,
        "priority": "old",
        "late_priority": "old",
        "quotas": [{"matter": "pension", "begins": "09:00", "ends": "10:00", "places": 4}],
    },
}


def a_full_hall() -> Table:
    """A hall in which every setting stands."""
    table = a_hall()
    table |= {"utc_offset": "+08:00", "follow_url": "https://hall.example/q", "complaint_phone": "0915-000 0000"}
    table |= {"hours": copy.deepcopy(PERIODS), "policy": copy.deepcopy(POLICY)}
    table["holidays"]["example"] = True
    table["departments"][0] |= {"english": "Social", "head": "101"}
    table["matters"][0] |= {
        "english": "Pension",
        "minutes": 10.0,
        "series": "C",
        "approval": True,
        "agreement": "协议",
        "guide": table["matters"][0]["guide"] | {"forms": ["表"]},
    }
    table["matters"][2] |= {"case": "joint", "joint": {"parts": ["medical"], "host": 2, "returns": True}}
    table["zones"][0] |= {"english": "Hall", "hours": copy.deepcopy(PERIODS)}
    table["windows"][0] |= {"name": "综合", "delegated": ["relief"]}
    table["windows"][1] |= {"helps": ["pension"]}
    table["clerks"][0] |= {"title": "科员", "temporary": False}
    table["posts"][0] |= {"since": "2026-01-01", "until": "2026-12-31"}
    return table


HALL = a_full_hall()
PAD: Table = {
    **{key: STATION[key] for key in ("id", "hall", "data", "broker")},
    "roles": ["evaluator"],
    "evaluator": [{"window": 1, "screen": SCREEN, "photos": "f", "voice": "v"}],
}
BOARD: Table = {**PAD, "roles": ["display"], "display": {"screen": SCREEN, "photos": "f"}}
del BOARD["evaluator"]
SOFT: Table = {**BOARD, "roles": ["caller"], "caller": [{"window": 1, "screen": SCREEN}]}
del SOFT["display"]
BOOKING: Table = {**BOARD, "roles": ["booking"], "booking": {"port": 8090, "host": "127.0.0.1", "token_file": "t"}}
del BOOKING["display"]
FILES_READ: dict[str, tuple[Table, Callable[[Path], object]]] = {
    "station.toml": (STATION, read_station),
    "desk.toml": (DESK, read_station),
    "pad.toml": (PAD, read_station),
    "board.toml": (BOARD, read_station),
    "soft.toml": (SOFT, read_station),
    "booking.toml": (BOOKING, read_station),
    "hub.toml": (HUB, read_hub),
    "site.toml": (SITE, lambda path: read_site(path.parent)),
    "hall.toml": (HALL, read_hall),
}
# What no reader can judge: paths of files and ports, and words of the hall's own. They are told when they are used.
FREE = re.compile(
    r"data|hall|password_file|ca|certificate|key|printer|keypad|pad|port|pictures|finger|wav|clips|name|english|title|photo"
    r"|basis|fee|post|pin|wall_s|at|head|series|photos|voice|token_file|agreement"
)

USEFUL = re.compile(
    r"expected|found|must be one of|known are|did you mean|control character|no .+ ['0-9]", re.IGNORECASE
)


def leaves(table: object, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every setting that is no table, and its right value."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield from leaves(value, (*place, key))
    elif isinstance(table, list) and table and isinstance(table[0], dict):
        for n, value in enumerate(table):
            yield from leaves(value, (*place, n))
    else:
        yield place, table


def wrongs(place: Place, value: object) -> list[object]:
    """Values that cannot stand there: of another kind, and beyond any bound."""
    name = str(place[-1])
    if isinstance(value, bool):
        return ["yes", 3]
    if isinstance(value, int | float):
        return ["nonsense"] + ([] if FREE.fullmatch(name) and name != "port" else [-1, 10**9])
    if isinstance(value, list):
        bounded = name not in ("notices", "emergencies", "revoked", "conditions", "forms")
        return ["nonsense", 3, *([["nonsense!"]] if bounded else [])]
    return [7, ["x"], "x\x1b[2J", *([] if FREE.fullmatch(name) else ["nonsense!"])]


def changed(table: Table, place: Place, value: object) -> Table:
    table = copy.deepcopy(table)
    at: Any = table
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return table


SWEEP = [
    (name, place, wrong)
    for name, (table, _) in FILES_READ.items()
    for place, value in leaves(table)
    for wrong in wrongs(place, value)
]


def test_the_sweep_leaves_no_setting_out() -> None:
    swept = {".".join("[]" if isinstance(key, int) else key for key in place) for _, place, _ in SWEEP}
    swept = {path.replace(".[]", "[]") for path in swept}
    every = {setting.path for _, kind in FILES for setting in settings(kind)}
    tables = {path for path in every if any(other.startswith((f"{path}.", f"{path}[].")) for other in every)}
    assert every - tables - swept == set()


@pytest.mark.parametrize("name", FILES_READ)
def test_the_right_file_is_read(name: str, tmp_path: Path) -> None:
    table, read = FILES_READ[name]
    (tmp_path / name).write_bytes(msgspec.toml.encode(table))
    read(tmp_path / name)


def test_a_wrong_value_is_told_with_file_place_value_and_what_is_allowed(tmp_path: Path) -> None:
    assert len(SWEEP) > 400
    silent, mute = [], []
    for name, place, wrong in SWEEP:
        table, read = FILES_READ[name]
        path = tmp_path / name
        path.write_bytes(msgspec.toml.encode(changed(table, place, wrong)))
        try:
            read(path)
        except BadFile as error:
            key = "screen" if "screen" in place else str(place[-1])  # width and height are told together
            about = [m for m in error.mistakes if name in m and key in m]
            # One that says only "wrong" helps nobody: what was found or what is allowed stands in it.
            if not any(USEFUL.search(mistake) for mistake in about):
                mute.append((name, place, wrong, error.mistakes))
        else:
            silent.append((name, place, wrong))
    assert not silent, silent
    assert not mute, mute


@pytest.mark.parametrize("host", ["10.0.0.1:8883", "hub:1", "::1::", "[::1]", "-hub", ""])
def test_a_host_has_no_port_and_no_brackets(host: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes(msgspec.toml.encode(changed(HUB, ("broker", "host"), host)))
    with pytest.raises(BadFile, match=r"hub\.toml: broker\.host: a host name or address, without a port"):
        read_hub(path)
    for good in ("10.0.0.1", "hub-1.hall", "::1", "fe80::1"):
        path.write_bytes(msgspec.toml.encode(changed(HUB, ("broker", "host"), good)))
        assert read_hub(path).broker.host == good


@pytest.mark.parametrize("name", FILES_READ)
def test_an_unknown_key_is_told_with_what_was_meant(name: str, tmp_path: Path) -> None:
    table, read = FILES_READ[name]
    key = next(k for k in table if isinstance(table[k], str | int))
    (tmp_path / name).write_bytes(msgspec.toml.encode({**table, f"{key}x": 1}))
    with pytest.raises(BadFile, match=f"{re.escape(name)}: {key}x: unknown key; did you mean '{key}'"):
        read(tmp_path / name)


def test_the_page_of_settings_is_the_programs_own() -> None:
    path = ROOT / "docs" / "settings.md"
    assert path.read_text(encoding="utf-8") == document(), "python -m upkeep.settingsdoc > docs/settings.md"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_setting_is_described_and_nothing_else(language: str) -> None:
    told = {f"{s.kind.__name__}.{s.field}" for _, kind in FILES for s in settings(kind)}
    assert set(words("settings", language).keys()) == told
