"""`hall.station.bus.Link` over the simulated broker, with paho's habits: it keeps and resends what is not confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Protocol

from hall.station.bus import Arrived, Ears, Will
from testbed.sim.broker import LAST_MID, Broker, Message, Wire
from testbed.sim.disk import Seam
from testbed.sim.loop import Loop


class Tap(Protocol):
    """Who listens in on one process' line to the broker."""

    def published(self, name: str, message: Message) -> None: ...
    def heard(self, name: str, message: Message) -> None: ...
    def acknowledged(self, link: SimLink, mid: int, received: Message | None) -> None: ...


class SimLink:
    """The broker client of one process; it dies with it."""

    def __init__(
        self,
        ears: Ears,
        *,
        name: str,
        will: Will | None,
        keep_session: bool,
        broker: Broker,
        loop: Loop,
        chance: Random,
        seam: Seam,
        tap: Tap,
    ) -> None:
        self.name, self.will, self.keep_session = name, will, keep_session
        self.handling: list[Arrived] = []  # what the process has in hand in this turn
        self.confirmed: dict[int, Message] = {}  # the broker has it; the process may not have heard of it yet
        self.is_confirming = False  # a confirmation alone wakes nobody: it waits for the next turn
        self.resent = 0
        self.wire: Wire | None = None
        self._ears, self._broker, self._loop = ears, broker, loop
        self._chance, self._seam, self._tap = chance, seam, tap
        self._is_taken = False
        self._is_over = False
        self._handle = 0
        self._unconfirmed: dict[int, Message] = {}
        self._received: dict[int, Message] = {}

    # --- the process' side: hall.station.bus.Link ---

    def start(self) -> None:
        self._loop.after(self._chance.random() * 0.01, self._connect)

    def stop(self) -> None:
        self._is_over = True
        if self.wire is not None:
            wire, self.wire = self.wire, None
            wire.down_open = False
            wire.up(lambda: self._broker.disconnect(wire))

    def subscribe(self, filters: Sequence[str]) -> None:
        wire = self.wire
        if wire is not None:
            wire.up(lambda: self._broker.subscribe(wire, tuple(filters)))

    def publish(self, topic: str, payload: bytes, retain: bool) -> int:
        self._seam.passed()
        self._handle = self._handle % LAST_MID + 1
        message = Message(topic, payload, retain)
        self._unconfirmed[self._handle] = message
        self._tap.published(self.name, message)
        self._transmit(self._handle, message)
        return self._handle

    def ack(self, mid: int) -> None:
        self._seam.passed()
        self._tap.acknowledged(self, mid, self._received.get(mid))
        wire = self.wire
        if wire is not None:
            wire.up(lambda: self._broker.puback(wire, mid))

    def kill(self) -> None:
        """The process is gone: what it had sent still arrives, then the broker sees the end of the line."""
        self._is_over = True
        if self.wire is not None:
            wire, self.wire = self.wire, None
            wire.down_open = False
            wire.up(lambda: self._broker.gone(wire))

    # --- the network's side ---

    def taken(self, wire: Wire, session_present: bool) -> None:
        if self._is_over or wire is not self.wire:
            return
        self._is_taken = True
        self._received.clear()
        self._ears.connected(session_present)
        for handle, message in list(self._unconfirmed.items()):
            self.resent += 1
            self._transmit(handle, message)

    def heard(self, wire: Wire, message: Message, mid: int, retained: bool) -> None:
        if self._is_over or wire is not self.wire:
            return
        self._received[mid] = message
        self._tap.heard(self.name, message)
        self._ears.message(message.topic, message.payload, retained, mid)

    def published(self, wire: Wire, handle: int) -> None:
        if self._is_over or wire is not self.wire:
            return
        message = self._unconfirmed.pop(handle, None)
        if message is not None:
            self.confirmed[handle] = message
            self.is_confirming = True
            self._ears.delivered(handle)
            self.is_confirming = False

    def lost(self, wire: Wire) -> None:
        """This process notices that its connection is gone."""
        wire.up_open = wire.down_open = False
        if self._is_over or wire is not self.wire:
            return
        self.wire = None
        self._is_taken = False
        self._ears.disconnected("lost")
        self._again()

    def _again(self) -> None:
        self._loop.after(1.0 + self._chance.random() * 2.0, self._connect)

    def _connect(self) -> None:
        if self._is_over or self.wire is not None:
            return
        self.wire = self._broker.open(self)
        if self.wire is None:
            self._again()

    def _transmit(self, handle: int, message: Message) -> None:
        wire = self.wire
        if wire is not None and self._is_taken:
            wire.up(lambda: self._broker.publish(wire, handle, message))
