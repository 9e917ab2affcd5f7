"""Guide desk and manager as a simulated role: classes, several matters, bookings, who comes back, windows opened."""

from __future__ import annotations

import hashlib
from collections import Counter
from random import Random

from msgspec import Struct

from hall.happened import Answered, Note
from hall.hours import day_of, instant_of
from hall.messages import (
    Body,
    Book,
    CallNumber,
    CancelBooking,
    CheckIn,
    ComeBack,
    Hold,
    Issued,
    Printed,
    SetWindow,
    TakeLeave,
    TakeTicket,
)
from hall.model import Instant, Printing
from hall.station.asker import Busy
from hall.station.host import Host
from hall.topics import CATALOGUE, Topic
from testbed.sim.machines import StationMachine
from testbed.sim.place import OFFSET

MATTERS = ("pension", "medical", "relief", "household", "birth", "venture", "family")
SLOTS = ("08:52", "09:00", "11:50", "13:00", "16:45")
PEOPLE = 12
ACT_S = (0.2, 1.2)
DAY_MS = 24 * 3600 * 1000


class Turn(Struct, frozen=True):
    """Do what a guide or manager does."""


class GuideRole:
    """One guide desk: what it prints nobody can confirm."""

    topics: tuple[Topic, ...] = (CATALOGUE,)

    def __init__(self, chance: Random, happened: Counter[str], codes: list[str]) -> None:
        self._chance, self._happened, self._codes = chance, happened, codes
        self._station: Host | None = None
        self._labels: list[str] = []

    def start(self, station: Host) -> None:
        self._station = station

    def close(self) -> None:
        self._station = None

    def handle(self, event: object, now: Instant | None, _mono: float) -> None:
        station = self._station
        assert station is not None
        if isinstance(event, Turn) and now is not None:
            body = self._wish(now)
            try:
                station.want(body)
                self._happened[f"guide: {type(body).__name__}"] += 1
            except Busy:
                self._happened["asked while busy"] += 1
        elif isinstance(event, Answered) and isinstance(event.reply, Issued):
            self._labels.append(event.reply.label)
            station.note(Note(Printed(ticket=event.reply.ticket, outcome=Printing.UNKNOWN, reason="by hand")))

    def _wish(self, now: Instant) -> Body:
        chance = self._chance
        kinds = {
            self._take: 8,
            self._come_back: 6,
            self._hold: 5,
            self._call_number: 12,
            self._book: 4,
            self._check_in: 5,
            self._cancel: 1,
            self._arrange: 1,
        }
        return chance.choices(list(kinds), list(kinds.values()))[0](now)

    def _take(self, _now: Instant) -> Body:
        chance = self._chance
        further = tuple(chance.sample(MATTERS, chance.choice((0, 0, 1, 2))))
        window = chance.randint(1, 5) if chance.random() < 0.15 else None
        clerk = f"10{chance.randint(1, 6)}" if window is None and chance.random() < 0.15 else None
        return TakeTicket(
            matter=chance.choice(MATTERS),
            priority=chance.choice(("", "elder", "booked", "elder")),
            for_window=window,
            for_clerk=clerk,
            further=further,
        )

    def _call_number(self, _now: Instant) -> Body:
        """Out of turn, often somebody who stands far behind."""
        label = self._chance.choice(self._labels[-6:] or ["A001"])
        return CallNumber(window=self._chance.randint(1, 5), label=label)

    def _come_back(self, _now: Instant) -> Body:
        """Any number, or one given out here of late: those are known by their faces."""
        chance = self._chance
        anybody = f"{chance.choice('ABC')}{chance.randint(1, 60):03}"
        return ComeBack(label=chance.choice((anybody, *self._labels[-12:])))

    def _hold(self, _now: Instant) -> Body:
        return Hold(window=self._chance.randint(1, 5), reason="form")

    def _book(self, now: Instant) -> Body:
        chance = self._chance
        code = f"CODE{len(self._codes):04}" if chance.random() < 0.9 or not self._codes else chance.choice(self._codes)
        self._codes.append(code)
        day = day_of(OFFSET, now + chance.randint(0, 3) * DAY_MS)
        person = hashlib.sha256(str(chance.randint(1, PEOPLE)).encode()).hexdigest()
        slot = instant_of(OFFSET, day, chance.choice(SLOTS))
        return Book(code=code, person=person, matter=chance.choice(MATTERS[:2]), slot=slot)

    def _check_in(self, _now: Instant) -> Body:
        return CheckIn(code=self._chance.choice(self._codes[-30:] or ["NOTHING"]))

    def _cancel(self, _now: Instant) -> Body:
        return CancelBooking(code=self._chance.choice(self._codes or ["NOTHING"]))

    def _arrange(self, now: Instant) -> Body:
        chance = self._chance
        if chance.random() < 0.5:
            minutes, closed = chance.choice((0.0, 0.3, 60.0)), chance.random() < 0.3
            matters = () if chance.random() < 0.5 else (chance.choice(MATTERS),)
            return SetWindow(number=chance.randint(1, 5), minutes=minutes, closed=closed, matters=matters)
        ends = now + chance.choice((60_000, DAY_MS))
        return TakeLeave(badge=f"10{chance.randint(1, 6)}", begins=now, ends=ends, stand_in=f"10{chance.randint(1, 6)}")


class Guide:
    """Whoever stands at the guide desk."""

    def __init__(self, machine: StationMachine, chance: Random) -> None:
        self.machine, self._chance = machine, chance
        self.are_here = True
        machine.around.loop.after(chance.random(), self._act)

    def _act(self) -> None:
        low, high = ACT_S
        self.machine.around.loop.after(low + self._chance.random() * (high - low), self._act)
        if self.are_here and self.machine.link is not None:
            self.machine.put(Turn())
