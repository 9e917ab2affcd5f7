"""The hub's log, and what was told through the broker, as plain rows."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

NOT_SAID = re.compile(r"not said: (\S+) (\S+) to window (\d+): (\w+)")


class Event(NamedTuple):
    """A row of the log: its number, its time in ms, its kind without version, and what it holds."""

    seq: int
    at: int
    kind: str
    body: dict[str, Any]


def log(store: Path) -> list[Event]:
    """The whole log in order."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as db:
        rows = db.execute("SELECT seq, at, body FROM log ORDER BY seq").fetchall()
    events = []
    for seq, at, raw in rows:
        body = json.loads(raw)
        events.append(Event(seq, at, str(body.pop("event")).partition("/")[0], body))
    return events


def told(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines; empty if there is none."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


class NotSaid(NamedTuple):
    """A call that a voice gave up."""

    announcement: str
    label: str
    window: int
    why: str


def not_said(log_file: Path) -> list[NotSaid]:
    """What a voice says in its own log that it did not say."""
    if not log_file.exists():
        return []
    found = NOT_SAID.findall(log_file.read_text(encoding="utf-8", errors="replace"))
    return [NotSaid(announcement, label, int(window), why) for announcement, label, window, why in found]
