"""A broker in memory that keeps MQTT's promises: retained states, sessions, QoS 1 until acknowledged, wills.

A test says when a connection comes and goes. Packet ids start anew with every connection, as they do in MQTT.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hall.station.bus import Ears, Will


def matches(pattern: str, topic: str) -> bool:
    """MQTT's filters with `+` and a last `#`."""
    ours, theirs = pattern.split("/"), topic.split("/")
    for place, level in enumerate(ours):
        if level == "#":
            return True
        if place >= len(theirs) or level not in ("+", theirs[place]):
            return False
    return len(ours) == len(theirs)


class Broker:
    """The retained states and the links."""

    def __init__(self) -> None:
        self.retained: dict[str, bytes] = {}
        self.published: list[tuple[str, bytes, bool]] = []
        self.links: list[Link] = []

    def link(self, ears: Ears, will: Will | None = None, *, keep_session: bool = False) -> Link:
        """A client's connection to this broker, not yet made."""
        made = Link(self, ears, will, keep_session)
        self.links.append(made)
        return made

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """A message to all who subscribed."""
        self.published.append((topic, payload, retain))
        if retain:
            self.retained[topic] = payload
        for link in self.links:
            if any(matches(f, topic) for f in link.filters):
                link.deliver(topic, payload, False)

    def sent(self, topic: str) -> list[bytes]:
        """Everything that was ever published on a topic, oldest first."""
        return [payload for at, payload, _ in self.published if at == topic]


class Link:
    """One client: its session at the broker, and the ids of the present connection."""

    def __init__(self, broker: Broker, ears: Ears, will: Will | None, keep_session: bool) -> None:
        self._broker, self._ears, self._will, self._keep = broker, ears, will, keep_session
        self.is_up = False
        self.reachable = True
        self.filters: list[str] = []
        self.unacknowledged: dict[int, tuple[str, bytes, bool]] = {}
        self.acked: list[int] = []
        self.stopped = False
        self._waiting: list[tuple[str, bytes, bool, int]] = []
        self._mids = itertools.count(1)
        self._handles = itertools.count(1)
        self.holds_puback = False
        self._unconfirmed: dict[int, tuple[str, bytes, bool, int]] = {}  # sent again by the next connection

    # --- the world's side ---

    def come_up(self) -> None:
        """The broker takes the connection."""
        present = self._keep and bool(self.filters)
        again = [*self.unacknowledged.values()] if present else []
        if not present:
            self.filters = []
        self.unacknowledged = {}
        self._mids = itertools.count(1)
        self.is_up = True
        self._ears.connected(present)
        for topic, payload, retained in again:
            self.deliver(topic, payload, retained)
        waiting, self._waiting = [*self._unconfirmed.values(), *self._waiting], []
        self._unconfirmed.clear()
        for topic, payload, retain, handle in waiting:
            self._broker.publish(topic, payload, retain)
            self._ears.delivered(handle)

    def break_off(self, reason: str = "cable") -> None:
        """The connection is lost; the broker publishes the will."""
        self.is_up = False
        if self._will is not None:
            self._broker.publish(self._will.topic, self._will.payload, True)
        self._ears.disconnected(reason)

    def deliver(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message for this client; kept in its session until acknowledged."""
        mid = next(self._mids)
        self.unacknowledged[mid] = (topic, payload, retained)
        if self.is_up:
            self._ears.message(topic, payload, retained, mid)

    def release_pubacks(self) -> None:
        """The acknowledgements that were held back arrive."""
        self.holds_puback = False
        for handle in self._unconfirmed:
            self._ears.delivered(handle)
        self._unconfirmed.clear()

    # --- the client's side ---

    def start(self) -> None:
        if self.reachable:
            self.come_up()
        else:
            self._ears.disconnected("nobody answers")

    def stop(self) -> None:
        self.is_up = False
        self.stopped = True

    def subscribe(self, filters: Sequence[str]) -> None:
        self.filters = list(filters)
        for topic, payload in list(self._broker.retained.items()):
            if any(matches(f, topic) for f in filters):
                self.deliver(topic, payload, True)

    def publish(self, topic: str, payload: bytes, retain: bool) -> int:
        handle = next(self._handles)
        if not self.is_up:
            self._waiting.append((topic, payload, retain, handle))
        else:
            self._broker.publish(topic, payload, retain)
            if self.holds_puback:
                self._unconfirmed[handle] = (topic, payload, retain, handle)
            else:
                self._ears.delivered(handle)
        return handle

    def ack(self, mid: int) -> None:
        self.acked.append(mid)
        del self.unacknowledged[mid]  # an id that this connection never saw is an error
