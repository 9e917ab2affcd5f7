"""Every topic of the tree, in one table: its path, who publishes, who reads, and whether it is retained.

Nowhere else builds a topic or an ACL line. All are QoS 1. Ids are of `[a-z0-9-]`, so a station's id can never
hold a wildcard or a slash; the broker fixes client id = user name = station id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from hall.errors import BadMessage
from hall.model import StationId, WindowNo, ZoneId

ROOT = "jh/1"
HUB: StationId = "hub"
WATCH: StationId = "watch"  # reads what everyone may read, and writes nothing: doctor, status, metrics
HOME_ASSISTANT: StationId = "home-assistant"  # an option: reads device health, as WATCH does
RESERVED = (HUB, WATCH, HOME_ASSISTANT)  # no station may be called so
DISCOVERY = "homeassistant"  # Home Assistant's own tree, where it is told what there is
# The broker's own words, for the hub alone: notices, errors, and who subscribes to what.
BROKER_LOG = ("$SYS/broker/log/N", "$SYS/broker/log/E", "$SYS/broker/log/M/subscribe")
ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")  # no hyphen at the ends: ids are also file and unit names
SUBJECT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")  # an alert's id is a kind and another id
QOS = 1


class Side(StrEnum):
    """Who may publish or read."""

    HUB = "hub"
    STATION = "station"  # each station for itself: its id is in the path
    ALL = "all"


class Topic(Struct, frozen=True):
    """One row of the tree; `path` below `jh/1/{hall}/`, `{id}` is a station, window, zone or alert."""

    name: str
    path: str
    publisher: Side
    reader: Side
    retained: bool


STATE = Topic("state", "station/{id}/state", Side.STATION, Side.ALL, True)
ABOUT = Topic("about", "station/{id}/about", Side.STATION, Side.ALL, True)
ASK = Topic("ask", "station/{id}/ask", Side.STATION, Side.HUB, False)
ANSWER = Topic("answer", "station/{id}/answer", Side.HUB, Side.STATION, False)
WINDOW = Topic("window", "window/{id}", Side.HUB, Side.ALL, True)
BOARD = Topic("board", "board/{id}", Side.HUB, Side.ALL, True)
SAY = Topic("say", "say/{id}", Side.HUB, Side.ALL, False)
ALERT = Topic("alert", "alert/{id}", Side.HUB, Side.ALL, True)
CAPTION = Topic("caption", "station/{id}/caption", Side.STATION, Side.ALL, False)
EMERGENCY = Topic("emergency", "emergency/{id}", Side.HUB, Side.ALL, True)
CATALOGUE = Topic("catalogue", "catalogue", Side.HUB, Side.ALL, True)
OPEN = Topic("open", "open", Side.HUB, Side.ALL, True)
CLOCK = Topic("clock", "clock", Side.HUB, Side.ALL, False)

TREE = (STATE, ABOUT, ASK, ANSWER, WINDOW, BOARD, SAY, CAPTION, EMERGENCY, ALERT, CATALOGUE, OPEN, CLOCK)


class Tree(Struct, frozen=True):
    """The topics of one hall."""

    hall: str

    def of(self, topic: Topic, subject: str | int = "") -> str:
        """The topic's full path for one station, window, zone or alert."""
        return f"{ROOT}/{self.hall}/{topic.path.format(id=subject)}"

    def every(self, topic: Topic) -> str:
        """The filter that matches this topic for every subject."""
        return self.of(topic, "+")

    def read(self, path: str) -> tuple[Topic, str]:
        """Which topic a path is, and its subject. Raises BadMessage for a path that is none of ours."""
        prefix = f"{ROOT}/{self.hall}/"
        rest = path.removeprefix(prefix) if path.startswith(prefix) else ""
        for topic in TREE:
            before, placeholder, after = topic.path.partition("{id}")
            if not placeholder and rest == topic.path:
                return topic, ""
            if placeholder and rest.startswith(before) and rest.endswith(after):
                subject = rest[len(before) : len(rest) - len(after)]
                if SUBJECT.fullmatch(subject):
                    return topic, subject
        raise BadMessage(f"no topic of this hall: {path[:200]!r}")

    def state(self, station: StationId) -> str:
        return self.of(STATE, station)

    def about(self, station: StationId) -> str:
        return self.of(ABOUT, station)

    def ask(self, station: StationId) -> str:
        return self.of(ASK, station)

    def answer(self, station: StationId) -> str:
        return self.of(ANSWER, station)

    def window(self, number: WindowNo) -> str:
        return self.of(WINDOW, number)

    def board(self, zone: ZoneId) -> str:
        return self.of(BOARD, zone)

    def say(self, zone: ZoneId) -> str:
        return self.of(SAY, zone)

    def alert(self, alert: str) -> str:
        return self.of(ALERT, alert)


def may_read(tree: Tree, name: StationId, wanted: str) -> bool:
    """Whether a subscription asks for no more than the table lets that station read."""
    levels = wanted.split("/")
    for topic in TREE:
        if topic.reader is Side.HUB:
            continue
        granted = tree.of(topic, name) if topic.reader is Side.STATION else tree.every(topic)
        parts = granted.split("/")
        if len(parts) == len(levels) and all(p in ("+", x) for p, x in zip(parts, levels, strict=True)):
            return True
    return False


def acl(hall: str, stations: Iterable[StationId], *, home_assistant: bool = False) -> str:
    """Mosquitto's ACL file for a hall: what is not named is refused."""
    tree = Tree(hall)
    lines = [f"# Generated from hall/topics.py for hall {hall}. Do not edit."]
    for station in (HUB, *sorted(stations)):
        lines += ["", f"user {station}"]
        for topic in TREE:
            writes = tree.of(topic, station) if topic.publisher is Side.STATION else tree.every(topic)
            reads = tree.of(topic, station) if topic.reader is Side.STATION else tree.every(topic)
            if topic.publisher is Side.STATION or station == HUB:
                lines.append(f"topic write {writes}")
            if topic.reader is Side.ALL or (topic.reader is Side.HUB) == (station == HUB):
                lines.append(f"topic read {reads}")
        if station == HUB:
            lines += [f"topic read {words}" for words in BROKER_LOG]
    everyones = [f"topic read {tree.every(topic)}" for topic in TREE if topic.reader is Side.ALL]
    lines += ["", f"user {WATCH}", *everyones]
    if home_assistant:
        lines += [f"topic write {DISCOVERY}/+/+/+/config", "", f"user {HOME_ASSISTANT}", *everyones]
        lines += [f"topic read {DISCOVERY}/#", f"topic write {DISCOVERY}/status"]
    return "\n".join(lines) + "\n"
