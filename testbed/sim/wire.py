"""What the checker knows of the wire: who asked what, what was answered, and which wish is still in the air."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from hall.topics import ROOT

FACTS = ("printed", "device_seen", "cancel")
Row = dict[str, Any]


class Asking(Struct):
    """A request seen on the wire."""

    body: Row
    not_after: int | None


def subject(topic: str) -> tuple[str, str]:
    """`answer` and the station's id, `window` and its number …: what a topic is about."""
    parts = topic.removeprefix(f"{ROOT}/").split("/")[1:]
    if parts[0] == "station" and len(parts) == 3:
        return parts[2], parts[1]
    return parts[0], parts[1] if len(parts) > 1 else ""


def row(payload: bytes) -> Row | None:
    """A JSON object, or None for anything else."""
    try:
        found = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


class Air:
    """Wishes between press and answer, by station and slot (a window, or 0 for the station itself)."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str], Asking] = {}
        self._open: dict[tuple[str, int], str] = {}
        self._given_up: dict[tuple[str, str], str] = {}  # station, request → its withdrawal

    def ask(self, station: str, told: Row) -> str:
        """A request goes out; why it should not, or an empty string."""
        request, body = told["id"], told["body"]
        if (station, request) in self.asked:
            return ""  # a repeat
        self.asked[station, request] = Asking(body, told.get("not_after"))
        if body["ask"] == "cancel":
            self._given_up[station, body["request"]] = request
        if body["ask"] in FACTS:
            return ""
        slot = (station, int(body.get("window", 0)))
        before = self._open.setdefault(slot, request)
        if before == request:
            return ""
        return f"{station} wishes {body['ask']} ({request}) while {before} is in the air for {slot[1]}"

    def answered(self, station: str, request: str) -> None:
        """A station hears an answer: its wish is over, unless it has given it up and waits for the withdrawal."""
        asking = self.asked.get((station, request))
        wish = asking.body["request"] if asking is not None and asking.body["ask"] == "cancel" else request
        if self._given_up.get((station, wish), request) == request:
            self._close(station, wish)

    def dead(self, station: str) -> None:
        """A process that died wishes nothing any more."""
        for slot in [s for s in self._open if s[0] == station]:
            del self._open[slot]

    def wish_ids(self, station: str) -> set[str]:
        """The open wishes of one station."""
        return {request for (asker, _), request in self._open.items() if asker == station}

    def in_the_air(self) -> list[str]:
        """The wishes that are still open."""
        return [f"{station} {request} for {slot}" for (station, slot), request in self._open.items()]

    def _close(self, station: str, request: str) -> None:
        for slot in [s for s, r in self._open.items() if s[0] == station and r == request]:
            del self._open[slot]
