"""The log as people read it: each committed event a line, read from the hub's own file while it runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import structs

from hall.devices import device_words, trouble_words
from hall.events import (
    AlertRaised,
    AnyEvent,
    Called,
    Finished,
    Missed,
    Recalled,
    RequestCrashed,
    SignedIn,
    SignInFailed,
    TicketIssued,
    TicketPrinted,
    TicketVoided,
    decode_event,
)
from hall.hours import local
from hall.model import AlertKind, Hall, Instant, Printing
from hall.wording import Words

STYLES: dict[type, str] = {
    TicketIssued: "cyan",
    Called: "bold yellow",
    Recalled: "yellow",
    Finished: "green",
    Missed: "magenta",
    TicketVoided: "red",
    AlertRaised: "bold red",
    SignInFailed: "red",
    RequestCrashed: "bold red",
    SignedIn: "blue",
}


class LogReader:
    """Follows the log of a hub that is running, on a read-only connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._seen = 0

    def new(self) -> Iterator[tuple[Instant, AnyEvent]]:
        """The events since the last look."""
        if self._db is None:
            if not self._path.exists():
                return
            self._db = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=2.0)
        try:
            rows = self._db.execute(
                "SELECT seq, at, body FROM log WHERE seq > ? ORDER BY seq", (self._seen,)
            ).fetchall()
        except sqlite3.OperationalError:  # the hub has not made its tables yet
            return
        for seq, at, body in rows:
            self._seen = seq
            yield at, decode_event(body)

    def close(self) -> None:
        if self._db is not None:
            self._db.close()


class Teller:
    """Events as sentences of one language."""

    def __init__(self, hall: Hall, words: Words, language: str) -> None:
        self._hall = hall
        self._words = words
        self._english = language == "en"

    def line(self, at: Instant, event: AnyEvent) -> tuple[str, str, str]:
        """The local time, the sentence, and its style."""
        values: dict[str, Any] = structs.asdict(event)
        if "ticket" in values:
            values.setdefault("label", values["ticket"].partition("/")[2])
        if "matter" in values:
            matter = self._hall.by_matter[values["matter"]]
            values["matter"] = (self._english and matter.english) or matter.name
        if isinstance(event, SignedIn):
            values["name"] = self._hall.by_badge[event.badge].name
        if "device" in values:
            values["device"] = device_words(self._words, values["device"])
        if isinstance(event, AlertRaised) and event.kind is AlertKind.DEVICE:
            values["detail"] = trouble_words(self._words, event.detail)
        for kind in ("health", "kind", "reason"):
            key = f"{kind}.{values.get(kind)}"
            if key in self._words:
                values[kind] = self._words(key)
        clock = local(self._hall.utc_offset, at).strftime("%H:%M:%S")
        return clock, self._words(f"event.{_key(event)}", **values), STYLES.get(type(event), "")


def _key(event: AnyEvent) -> str:
    tag = str(event.__struct_config__.tag).partition("/")[0]
    if isinstance(event, TicketPrinted):
        return f"{tag}_{Printing(event.outcome).value}"
    return tag
