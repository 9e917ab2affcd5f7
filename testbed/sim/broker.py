"""A broker in memory that behaves as Mosquitto does at QoS 1: sessions, packet ids, retained messages, wills.

client ── CONNECT ─▶ session kept or new (packet ids from 1) ─▶ unacknowledged messages once more
       ── PUBLISH ─▶ retained? matching sessions: in flight (connected) or queued (kept) ─▶ PUBACK
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from random import Random
from typing import Protocol

from msgspec import Struct

from hall.station.bus import Will
from testbed.sim.loop import Act, Loop

MOST_IN_FLIGHT = 1_000
LAST_MID = 65_535
USUAL_DELAY_S = 0.003


class Message(Struct, frozen=True, eq=False):
    """A published message; identity tells copies apart."""

    topic: str
    payload: bytes
    retain: bool = False


class Client(Protocol):
    """The far end of a connection."""

    name: str
    keep_session: bool
    will: Will | None

    def taken(self, wire: Wire, session_present: bool) -> None: ...
    def heard(self, wire: Wire, message: Message, mid: int, retained: bool) -> None: ...
    def published(self, wire: Wire, handle: int) -> None: ...
    def lost(self, wire: Wire) -> None: ...


class Wire:
    """One TCP connection: what is sent arrives in order, later, or not at all."""

    def __init__(self, loop: Loop, chance: Random, client: Client) -> None:
        self.client = client
        self.up_open = self.down_open = True
        self.slow_until = 0.0
        self._loop, self._chance = loop, chance
        self._up_at = self._down_at = 0.0
        self._slow_s = self._stall_s = 0.0

    def up(self, act: Act) -> None:
        """Let `act` happen at the broker."""
        self._up_at = max(self._up_at, self._loop.now + self._delay_s())
        self._loop.at(self._up_at, lambda: act() if self.up_open else None)

    def down(self, act: Act) -> None:
        """Let `act` happen at the client."""
        stall_s = self._stall_s if self._loop.now < self.slow_until else 0.0
        self._down_at = max(self._down_at, self._loop.now + self._delay_s() + stall_s)
        self._loop.at(self._down_at, lambda: act() if self.down_open else None)

    def slow(self, delay_s: float, lasting_s: float) -> None:
        """For a while everything takes up to `delay_s` longer."""
        self._slow_s, self._stall_s, self.slow_until = delay_s, 0.0, self._loop.now + lasting_s

    def stall(self, delay_s: float, lasting_s: float) -> None:
        """For a while the client hears everything so much later, while what it says arrives at once."""
        self._slow_s, self._stall_s, self.slow_until = 0.0, delay_s, self._loop.now + lasting_s

    def _delay_s(self) -> float:
        delay_s = self._chance.random() * USUAL_DELAY_S
        if self._loop.now < self.slow_until:
            delay_s += self._chance.random() * self._slow_s
        return delay_s


class Session:
    """What the broker keeps of one client."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.filters: dict[str, None] = {}
        self.queue: deque[Message] = deque()
        self.in_flight: dict[int, Message] = {}
        self.last_mid = 0
        self.wire: Wire | None = None
        self._takes: dict[str, bool] = {}

    def subscribe(self, filters: tuple[str, ...]) -> None:
        self.filters.update(dict.fromkeys(filters))
        self._takes.clear()

    def takes(self, topic: str) -> bool:
        """Whether the client wants messages of a topic."""
        found = self._takes.get(topic)
        if found is None:
            found = self._takes[topic] = any(matches(f, topic) for f in self.filters)
        return found

    def next_mid(self) -> int:
        """A packet id that is not in flight; a new session begins at 1."""
        while True:
            self.last_mid = self.last_mid % LAST_MID + 1
            if self.last_mid not in self.in_flight:
                return self.last_mid

    def copy(self) -> Session:
        """As it stands on disk."""
        other = Session(self.name)
        other.filters, other.queue = dict(self.filters), deque(self.queue)
        other.in_flight, other.last_mid = dict(self.in_flight), self.last_mid
        return other


class Saved(Struct, frozen=True):
    """What a broker with persistence wrote down last: retained messages and kept sessions."""

    retained: dict[str, Message]
    sessions: dict[str, Session]


@lru_cache(maxsize=8192)
def matches(pattern: str, topic: str) -> bool:
    """Whether a filter (with `+`, without `#`) takes a topic."""
    wanted, levels = pattern.split("/"), topic.split("/")
    return len(wanted) == len(levels) and all(w in ("+", level) for w, level in zip(wanted, levels, strict=True))


class Broker:
    """Up or down; `save` writes down what a crash with persistence comes back with."""

    def __init__(self, loop: Loop, chance: Random) -> None:
        self.is_up = True
        self.retained: dict[str, Message] = {}
        self.redelivered = 0
        self._loop, self._chance = loop, chance
        self._sessions: dict[str, Session] = {}
        self._wires: dict[str, Wire] = {}
        self._kept: set[str] = set()
        self._saved = Saved({}, {})

    # --- from clients, at the broker's end of the wire ---

    def open(self, client: Client) -> Wire | None:
        """A TCP connection, if the broker is up; its CONNECT is on its way."""
        if not self.is_up:
            return None
        wire = Wire(self._loop, self._chance, client)
        wire.up(lambda: self._connect(wire))
        return wire

    def _connect(self, wire: Wire) -> None:
        client = wire.client
        if not self.is_up:  # it went down while the CONNECT was on its way
            client.lost(wire)
            return
        old = self._wires.get(client.name)
        if old is not None:  # taken over, as Mosquitto does; the old connection's will is sent
            self.gone(old)
            old.down_open = False
            self._loop.after(0.001, lambda: old.client.lost(old))
        session = self._sessions.get(client.name)
        present = session is not None and client.keep_session
        if session is None or not present:
            session = self._sessions[client.name] = Session(client.name)
        if client.keep_session:
            self._kept.add(client.name)
        session.wire = self._wires[client.name] = wire
        wire.down(lambda: client.taken(wire, present))
        for mid, message in session.in_flight.items():
            self.redelivered += 1
            self._send(session, mid, message, retained=False)
        self._flow(session)

    def subscribe(self, wire: Wire, filters: tuple[str, ...]) -> None:
        session = self._session(wire)
        if session is None:
            return
        session.subscribe(filters)
        for message in list(self.retained.values()):
            if any(matches(f, message.topic) for f in filters):
                mid = session.next_mid()
                session.in_flight[mid] = message
                self._send(session, mid, message, retained=True)

    def publish(self, wire: Wire, handle: int, message: Message) -> None:
        if self._session(wire) is None:
            return
        self._route(message)
        wire.down(lambda: wire.client.published(wire, handle))

    def puback(self, wire: Wire, mid: int) -> None:
        session = self._session(wire)
        if session is not None:
            session.in_flight.pop(mid, None)
            self._flow(session)

    def disconnect(self, wire: Wire) -> None:
        """A goodbye: no will."""
        self.gone(wire, will=False)

    # --- what befalls it ---

    def gone(self, wire: Wire, *, will: bool = True) -> None:
        """The broker notices that a connection is over."""
        wire.up_open = False
        name = wire.client.name
        if self._wires.get(name) is not wire:
            return
        del self._wires[name]
        session = self._sessions[name]
        session.wire = None
        if name not in self._kept:
            del self._sessions[name]
        if will and wire.client.will is not None:
            self._route(Message(wire.client.will.topic, wire.client.will.payload, True))

    def wires(self) -> list[Wire]:
        """The connections that are up."""
        return list(self._wires.values())

    def forget(self, name: str) -> bool:
        """Lose a client's kept session; True if there was one and it is not connected."""
        session = self._sessions.get(name)
        if session is None or session.wire is not None:
            return False
        del self._sessions[name]
        return True

    def save(self) -> None:
        """Write down what persistence keeps."""
        kept = {name: s.copy() for name, s in self._sessions.items() if name in self._kept}
        self._saved = Saved(dict(self.retained), kept)

    def crash(self, *, persistent: bool) -> None:
        """Gone at once, with everything under way; it comes back with what it saved last, or with nothing."""
        self.is_up = False
        for wire in self._wires.values():
            wire.up_open = wire.down_open = False
            self._loop.after(self._chance.random() * 0.2, lambda wire=wire: wire.client.lost(wire))  # type: ignore[misc]
        self._wires.clear()
        saved = self._saved if persistent else Saved({}, {})
        self.retained = dict(saved.retained)
        self._sessions = {name: session.copy() for name, session in saved.sessions.items()}

    def restart(self) -> None:
        self.is_up = True

    # --- inside ---

    def _session(self, wire: Wire) -> Session | None:
        session = self._sessions.get(wire.client.name)
        return session if session is not None and session.wire is wire else None

    def _route(self, message: Message) -> None:
        if message.retain:
            if message.payload:
                self.retained[message.topic] = message
            else:
                self.retained.pop(message.topic, None)
        for session in self._sessions.values():
            if session.takes(message.topic):
                session.queue.append(message)
                self._flow(session)

    def _flow(self, session: Session) -> None:
        while session.wire is not None and session.queue and len(session.in_flight) < MOST_IN_FLIGHT:
            message = session.queue.popleft()
            mid = session.next_mid()
            session.in_flight[mid] = message
            self._send(session, mid, message, retained=False)

    def _send(self, session: Session, mid: int, message: Message, *, retained: bool) -> None:
        wire = session.wire
        assert wire is not None
        wire.down(lambda: wire.client.heard(wire, message, mid, retained))
