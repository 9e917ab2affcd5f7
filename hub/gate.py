"""What the broker tells of those who knock, pure: refused connections, listening beyond one's rights, taken places.

The broker refuses all of these by itself; this makes an alarm of its words. A message that its ACL refuses is told to
its sender alone: whoever sends with a station's stolen secrets is noticed by the place it takes.
"""

from __future__ import annotations

import re
from collections import deque

from hall.events import AlertRaised
from hall.model import AlertKind, Hall, StationId
from hall.topics import DISCOVERY, HOME_ASSISTANT, HUB, RESERVED, WATCH, Tree, may_read

UNKNOWN = "unknown"
LINE = re.compile(r"(?:\d+: )?(.*)", re.DOTALL)
KNOCKED = re.compile(r"New connection from (\S+):\d+ on port \d+\.")
REFUSED = re.compile(r"Client (.+) disconnected, not authorised\.", re.DOTALL)
CAME = re.compile(r"New client connected from (\S+):\d+ as (\S+) \(.*\)\.", re.DOTALL)
TAKEN = re.compile(r"Client (\S+) already connected, closing old connection\.")
LISTENS = re.compile(r"(\S+) [012] (\S+)")
TAKEOVERS = 3  # a station that lost its cable takes its own place again, once
TAKEOVERS_WITHIN_S = 60.0
REPEAT_S = 60.0  # one alarm and one line of the log a minute and name, whatever the storm


class Gate:
    """Keeps who is where. Names that are not of this hall are one: `unknown`."""

    def __init__(self, hall: Hall) -> None:
        self._tree = Tree(hall.id)
        self._names = {*(s.id for s in hall.stations), *RESERVED}
        self._where: dict[StationId, str] = {}
        self._takeovers: dict[StationId, deque[float]] = {}
        self._taken: set[StationId] = set()
        self._knocked = ""
        self._told: dict[tuple[StationId, str], float] = {}

    def hear(self, topic: str, payload: bytes, mono: float) -> AlertRaised | None:
        """One line of the broker's; the alarm it is worth, if any."""
        found = LINE.fullmatch(payload.decode("utf-8", "replace"))
        assert found is not None
        line = found.group(1)
        if topic.endswith("/subscribe"):
            return self._listens(line, mono)
        if knocked := KNOCKED.fullmatch(line):
            self._knocked = knocked.group(1)
        elif refused := REFUSED.fullmatch(line):
            return self._alarm(self._name(refused.group(1)), f"refused, last from {self._knocked or '?'}", mono)
        elif taken := TAKEN.fullmatch(line):
            self._taken.add(self._name(taken.group(1)))
        elif came := CAME.fullmatch(line):
            return self._came(self._name(came.group(2)), came.group(1), mono)
        return None

    def _came(self, name: StationId, place: str, mono: float) -> AlertRaised | None:
        before, self._where[name] = self._where.get(name), place
        if name not in self._taken:
            return None
        self._taken.discard(name)
        if name == WATCH:  # two who look at the same time; the one has the other's place
            return None
        recent = self._takeovers.setdefault(name, deque(maxlen=TAKEOVERS))
        recent.append(mono)
        often = len(recent) == TAKEOVERS and mono - recent[0] < TAKEOVERS_WITHIN_S
        if often or before not in (None, place):
            return self._alarm(name, f"its place was taken, from {place}", mono)
        return None

    def _listens(self, line: str, mono: float) -> AlertRaised | None:
        found = LISTENS.fullmatch(line)
        if found is None:
            return None
        name, wanted = self._name(found.group(1)), found.group(2)
        if name == HUB or (name == HOME_ASSISTANT and wanted.startswith(f"{DISCOVERY}/")):
            return None
        if name != UNKNOWN and may_read(self._tree, name, wanted):
            return None
        return self._alarm(name, f"listens to {_tame(wanted)}", mono)

    def _name(self, given: str) -> StationId:
        return given if given in self._names else UNKNOWN

    def _alarm(self, name: StationId, detail: str, mono: float) -> AlertRaised | None:
        kind = (name, detail.partition(" ")[0])
        last = self._told.get(kind)
        if last is not None and mono - last < REPEAT_S:
            return None
        self._told[kind] = mono
        return AlertRaised(alert=f"intruder-{name}", kind=AlertKind.INTRUDER, subject=name, detail=detail)


def _tame(text: str) -> str:
    """What a stranger wrote, fit for a log and a screen."""
    return "".join(c if c.isprintable() else "?" for c in text[:80])
