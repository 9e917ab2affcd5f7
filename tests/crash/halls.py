"""A hall made for load: as many windows and ticket machines as wanted, open all day, on a weekday morning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from hall.model import Instant, MatterId, WindowNo
from hall.pin import verifier

PIN = "246810"
DAY = "2026-09-21"  # a Monday
MORNING: Instant = round(datetime.fromisoformat(f"{DAY}T09:30:00+08:00").timestamp() * 1000)
SERIES = "ABCDEFGH"
MATTERS_EACH = 3


def kiosk(number: int) -> str:
    """The id of a ticket machine."""
    return f"kiosk-{number:02d}"


def caller(number: int) -> str:
    """The id of the caller of a window."""
    return f"window-{number:02d}"


def badge(window: WindowNo) -> str:
    """The badge of the clerk at a window."""
    return str(100 + window)


def matters() -> tuple[MatterId, ...]:
    """Every matter of the hall."""
    return tuple(f"{letter.lower()}-{n}" for letter in SERIES for n in range(MATTERS_EACH))


def served_at(window: WindowNo, windows: int) -> tuple[MatterId, ...]:
    """The matters of a window: of every department whose turn it is, so that each is served somewhere."""
    mine = [letter for i, letter in enumerate(SERIES) if i % windows == (window - 1) % windows]
    if not mine:
        mine = [SERIES[(window - 1) % len(SERIES)]]
    return tuple(f"{letter.lower()}-{n}" for letter in mine for n in range(MATTERS_EACH))


def write_hall(path: Path, *, windows: int, stations: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write a hall file with so many windows and these stations (id → roles and windows); its path."""
    posts = [{"window": n, "letter": "A", "badge": badge(n)} for n in range(1, windows + 1)]
    table = {
        "id": "load",
        "name": "示例县政务服务中心",
        "departments": [{"id": letter.lower(), "name": f"示例{letter}局", "series": letter} for letter in SERIES],
        "matters": [_matter(matter) for matter in matters()],
        "zones": [{"id": "main", "name": "大厅"}],
        "windows": [
            {"number": n, "zone": "main", "serves": list(served_at(n, windows))} for n in range(1, windows + 1)
        ],
        "clerks": [
            {"badge": badge(n), "name": f"示例{n}", "pin": verifier(PIN, n.to_bytes(16))} for n in range(1, windows + 1)
        ],
        "posts": posts,
        "stations": [{"id": name, **dict(told)} for name, told in stations.items()],
        "hours": {"taking": [["00:00", "23:59"]], "calling": [["00:00", "23:59"]]},
        "holidays": {"years": [2026]},
        "policy": {"number_digits": 5},
    }
    path.write_bytes(msgspec.toml.encode(table))
    return path


def _matter(matter: MatterId) -> dict[str, Any]:
    return {
        "id": matter,
        "name": f"示例事项{matter.upper()}",
        "department": matter[0],
        "case": "immediate",
        "guide": {
            "basis": "《示例条例》",
            "conditions": ["户籍在本县"],
            "materials": [{"name": "居民身份证"}],
            "fee": "不收费",
            "statutory_days": 0,
            "promised_days": 0,
            "steps": [{"name": "受理", "post": "窗口", "phone": "0915-000 0000"}],
        },
    }
