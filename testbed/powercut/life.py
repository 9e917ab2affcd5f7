"""One life of a hub, as it is recorded: the real daemon on a real directory, its link writing down all it tells.

`python -m testbed.powercut.life DATA TRANSCRIPT SEED TURNS`. Everything but SQLite's own salts follows from the seed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import TypeAlias

import msgspec
from msgspec import Struct

from hall.hours import day_of, instant_of
from hall.model import Hall, Instant
from hall.station.bus import Ears, Will
from hall.station.host import Stop
from hall.topics import Tree
from hub.__main__ import kept_in
from hub.daemon import Hub
from testbed.powercut.people import People
from testbed.sim.place import OFFSET, hall

DAYS = ("2026-11-23", "2026-11-24", "2026-11-26", "2026-11-27", "2026-11-28")  # the hall works on these
OPENS = "09:00:01"
STEP_MS = (5, 400)  # between two turns
STILL_MS = 12_000  # now and then nobody comes, and slips are overdue


class Began(Struct, frozen=True, tag="began"):
    """A hub starts, on whatever is there."""


class Asked(Struct, frozen=True, tag="asked"):
    """The broker hands a request to the hub."""

    mid: int
    topic: str
    payload: bytes


class Told(Struct, frozen=True, tag="told"):
    """The hub publishes: the world knows it from now on."""

    topic: str
    payload: bytes


class Acked(Struct, frozen=True, tag="acked"):
    """The hub acknowledges a request: the broker will not bring it again."""

    mid: int


Line: TypeAlias = Began | Asked | Told | Acked


class Wire:
    """A broker that takes everything and writes it down (`hall.station.bus.Link`)."""

    def __init__(self, ears: Ears, note: Callable[[Line], object]) -> None:
        self._ears, self._note = ears, note
        self._mid = self._handle = 0
        self._undelivered: list[int] = []

    def start(self) -> None:
        self._ears.connected(False)

    def stop(self) -> None:
        pass

    def subscribe(self, filters: Sequence[str]) -> None:
        pass

    def publish(self, topic: str, payload: bytes, retain: bool) -> int:
        del retain
        self._note(Told(topic, payload))
        self._handle += 1
        self._undelivered.append(self._handle)
        return self._handle

    def ack(self, mid: int) -> None:
        self._note(Acked(mid))

    def ask(self, topic: str, payload: bytes) -> None:
        """Hand a request to the hub."""
        self._mid += 1
        self._note(Asked(self._mid, topic, payload))
        self._ears.message(topic, payload, False, self._mid)

    def deliver(self) -> None:
        """Confirm what was published."""
        handles, self._undelivered = self._undelivered, []
        for handle in handles:
            self._ears.delivered(handle)


class Living:
    """A hub on a directory, its wire, and a clock in our hand. Raises BadLog or CannotWrite if it cannot start."""

    def __init__(self, data: Path, a_hall: Hall, note: Callable[[Line], object]) -> None:
        self._note = note
        note(Began())
        self.now = instant_of(OFFSET, DAYS[0], OPENS)
        self.hub: Hub = kept_in(data, a_hall, link=self._wire, now=lambda: self.now, mono=lambda: self.now / 1000)
        self.now = max(self.now, self.hub.writer.floor.last_at + STEP_MS[0])
        self.hub.begin()

    def _wire(self, ears: Ears, _will: Will) -> Wire:
        self.wire = Wire(ears, self._note)
        return self.wire

    def turn(self) -> None:
        self.hub.turn(self.hub.inbox.take(0))

    def end(self) -> None:
        """As systemd ends it."""
        self.hub.turn([*self.hub.inbox.take(0), Stop()])
        self.hub.end()


def live(data: Path, note: Callable[[Line], object], seed: str, turns: int) -> None:
    """A life of so many turns, with a night in its middle and a clean end."""
    a_hall, chance = hall(), Random(seed)
    people, tree = People(a_hall, chance, seed.replace(" ", "-")), Tree(a_hall.id)
    living = Living(data, a_hall, note)
    night = chance.randrange(turns // 3, turns)
    for turn in range(turns):
        living.now = _later(living.now, chance, turn == night)
        for heard in people.batch(living.hub.writer.floor, living.now):
            living.wire.ask(tree.ask(heard.station), heard.payload)
        if chance.random() < 0.7:
            living.wire.deliver()
        living.turn()
    living.end()


def _later(now: Instant, chance: Random, is_night: bool) -> Instant:
    following = [day for day in DAYS if day > day_of(OFFSET, now)]
    if is_night and following:
        return instant_of(OFFSET, following[0], OPENS)
    return now + (STILL_MS if chance.random() < 0.03 else chance.randint(*STEP_MS))


def main() -> int:
    """Live once, as the arguments say."""
    logging.disable(logging.CRITICAL)
    data, transcript, seed, turns = sys.argv[1:]
    # Unbuffered and a line at a time: where a line stands among the writes to the disk is what counts.
    told = os.open(transcript, os.O_WRONLY | os.O_APPEND)
    live(Path(data), lambda line: os.write(told, msgspec.json.encode(line) + b"\n"), seed, int(turns))
    return 0


if __name__ == "__main__":
    sys.exit(main())
