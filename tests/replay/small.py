"""A small hall for replays: zone B of the county hall, six windows on one line, a ticket machine, board and voice."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
ANKANG: Final = ROOT / "examples" / "ankang"
WINDOWS: Final = range(6, 12)
STATIONS: Final = """
stations = [
    { id = "kiosk-1", roles = ["kiosk"], zone = "b" },
    { id = "line-b", roles = ["caller", "evaluator", "display"], windows = [6, 7, 8, 9, 10, 11], zone = "b" },
    { id = "booking-1", roles = ["booking"] },
    { id = "screen-b", roles = ["display"], zone = "b" },
    { id = "voice-b", roles = ["broadcast"], zone = "b" },
]
"""
HOURS: Final = {
    'taking = [["08:50", "12:00"], ["13:00", "16:50"]]': 'taking = [["08:50", "21:50"]]',
    'calling = [["09:00", "12:00"], ["13:00", "17:00"]]': 'calling = [["09:00", "22:00"]]',
}
# The county's own joint matter begins at a window of zone A; here one that stays in zone B is done jointly.
JOINT: Final = "newborn"
PARTS: Final = """
[matters.joint]
parts = ["household-transfer", "medical-enrolment"]

[matters.guide]"""
JOINT_ROWS: Final = range(20, 120, 20)
KEPT: Final = ("kiosk-1", "booking-1", "line-b", "screen-b", "voice-b")
HEAD: Final = "arrive,matter,priority,patience_min,service_min,rating"
BOOKED: Final = range(6, 10)  # rows of the day: as many as the hall has places for
LIMIT_S: Final = 900  # of a run on a machine that does much else


def hall_of(root: Path) -> Path:
    """The hall's file in a copy below `root`."""
    place = root / "hall"
    shutil.copytree(ANKANG, place, ignore=shutil.ignore_patterns("photos", "stations"))
    (place / "stations").mkdir()
    for station in KEPT:
        shutil.copyfile(ANKANG / "stations" / f"{station}.toml", place / "stations" / f"{station}.toml")
    (place / "stations.toml").write_text(STATIONS, encoding="utf-8")
    text = (place / "hall.toml").read_text(encoding="utf-8")
    for hours, without_lunch in HOURS.items():  # a slow machine's queue must not run into it
        assert hours in text
        text = text.replace(hours, without_lunch)
    (place / "hall.toml").write_text(text, encoding="utf-8")
    matters = place / "matters-health.toml"
    before, head, after = matters.read_text(encoding="utf-8").partition(f'id = "{JOINT}"')
    assert head
    matters.write_text(before + head + after.replace("\n[matters.guide]", PARTS, 1), encoding="utf-8")
    return place / "hall.toml"


def day_of(root: Path, tickets: int, seed: int = 7) -> Path:
    """A day of so many who get a number within an hour, and two who come too early."""
    chance = random.Random(seed)
    windows = {w["number"]: w["serves"] for w in tomllib.loads((ANKANG / "windows.toml").read_text())["windows"]}
    matters = [matter for window in WINDOWS for matter in windows[window] if matter != JOINT]
    begin, end = 8 * 3600 + 55 * 60, 9 * 3600 + 55 * 60
    seconds = sorted(chance.randrange(begin, end) for _ in range(tickets))
    early = [8 * 3600 + 32 * 60, 8 * 3600 + 33 * 60]  # a machine that does much else is slow to start
    lines = [HEAD]
    for at, second in enumerate((*early, *seconds)):
        patience = 1 if chance.random() < 0.02 else 180
        service = round(chance.uniform(0.3, 1.2), 1)
        rating = chance.choice((5, 5, 5, 4, 4, 3, 2, 1, 0, 0))
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        matter = chance.choice(matters)
        priority = ("elder", "soldier", "", "", "", "", "", "", "", "")[at % 10] if at > 1 else ""
        if at in BOOKED:
            matter, priority = "marriage", "booked"
        if at in JOINT_ROWS:
            matter, patience = JOINT, 180
        lines.append(f"{clock},{matter},{priority},{patience},{service},{rating}")
    path = root / "day.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def replay(
    hall: Path, day: Path, out: Path, *more: str, tree: Path = ROOT, speed: float = 60
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """`hall replay` as a person runs it: what it printed, and reconciliation.json."""
    command = [sys.executable, "-m", "cli", "replay", "--hall", str(hall), "--day", str(day), "--out", str(out)]
    ran = subprocess.run(
        [*command, "--speed", str(speed), "--language", "en", *more],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env={**os.environ, "PYTHONPATH": str(tree)},  # for the hall's processes, which run elsewhere
        check=False,
    )
    path = out / "reconciliation.json"
    return ran, json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
