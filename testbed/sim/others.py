"""A station that asks what it should not, and a loudspeaker that hears what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from msgspec import Struct

from hall.happened import Answered, Note, Told
from hall.messages import (
    Body,
    CallNumber,
    Finish,
    Issued,
    Next,
    NoShow,
    Printed,
    Recall,
    Reprint,
    Say,
    SignIn,
    Start,
    TakeTicket,
    Transfer,
    Undo,
)
from hall.model import Disposition, Instant, MissReason, Printing
from hall.station.asker import Busy
from hall.station.host import Host
from hall.topics import CATALOGUE, SAY, Topic, Tree
from testbed.sim.disk import PowerCut
from testbed.sim.machines import StationMachine
from testbed.sim.place import POISON

GARBAGE = (
    b"",
    b"\xff\xfe",
    b"[]",
    b'{"id":"garbage-1"}',
    b'{"id":"garbage-2","body":{"ask":"take_ticket","matter":"pension","colour":"red"},"not_after":9}',
    b'{"id":"garbage-3","body":{"ask":"take_ticket","matter":"pension"}}',
    b'{"id":"garbage-4","body":{"ask":"abolish_queue"},"not_after":9}',
    b'{"id":"garbage-5","body":"' + b"x" * 17_000 + b'"}',
)


class Mischief(Struct, frozen=True):
    """Do something that should not be."""


class RogueRole:
    """A kiosk by name that wishes for everything; what it is given it never prints, or calls void."""

    topics: tuple[Topic, ...] = (CATALOGUE,)

    def __init__(self, chance: Random, happened: Counter[str]) -> None:
        self._chance, self._happened = chance, happened
        self._station: Host | None = None
        self._tickets: list[str] = []

    def start(self, station: Host) -> None:
        self._station = station

    def close(self) -> None:
        self._station = None

    def handle(self, event: object, _now: Instant | None, _mono: float) -> None:
        station = self._station
        assert station is not None
        if isinstance(event, Mischief):
            try:
                station.want(self._wish())
            except Busy:
                self._happened["asked while busy"] += 1
        elif isinstance(event, Answered) and isinstance(event.reply, Issued):
            self._tickets.append(event.reply.ticket)
            if self._chance.random() < 0.5:
                outcome = self._chance.choice((Printing.VOID, Printing.UNKNOWN))
                station.note(Note(Printed(ticket=event.reply.ticket, outcome=outcome, reason="rogue")))

    def _wish(self) -> Body:
        chance = self._chance
        window = chance.randint(0, 6)
        ticket = chance.choice(self._tickets) if self._tickets and chance.random() < 0.8 else "2026-11-23/A001"
        return chance.choice(
            (
                TakeTicket(matter=POISON),
                TakeTicket(matter="nothing"),
                TakeTicket(matter="pension"),
                TakeTicket(matter="birth", priority=chance.choice(("", "elder", "booked", "king"))),
                TakeTicket(matter="pension", further=("relief", "birth") * chance.randint(1, 3)),
                Reprint(ticket=ticket),
                SignIn(window=window, badge="101", proof="00" * 32),
                Next(window=window, finishing=Disposition.DONE),
                CallNumber(window=window, label="A001"),
                Recall(window=window),
                Start(window=window),
                Finish(window=window, disposition=Disposition.DONE),
                NoShow(window=window, reason=MissReason.ABSENT),
                Transfer(window=window, reason="", matter="pension"),
                Undo(window=window),
            )
        )


class Rogue:
    """Makes the rogue station act, and now and then sends bytes that are no request."""

    def __init__(self, machine: StationMachine, chance: Random) -> None:
        self.machine, self._chance = machine, chance
        self.are_here = True
        self._ask = Tree("sim").ask(machine.name)
        machine.around.loop.after(chance.random(), self._act)

    def _act(self) -> None:
        self.machine.around.loop.after(0.5 + self._chance.random() * 6, self._act)
        link = self.machine.link
        if not self.are_here or link is None:
            return
        if self._chance.random() < 0.3:
            self.machine.around.happened["garbage sent"] += 1
            try:
                link.publish(self._ask, self._chance.choice(GARBAGE), False)
            except PowerCut:
                self.machine.die()
        else:
            self.machine.put(Mischief())


class SpeakerRole:
    """A loudspeaker: says each announcement once, and none that is over."""

    topics: tuple[Topic, ...] = (SAY,)

    def __init__(self, said: Callable[[Say, bool], None]) -> None:
        self._said = said
        self._ids: set[str] = set()

    def start(self, station: Host) -> None:
        pass

    def close(self) -> None:
        pass

    def handle(self, event: object, now: Instant | None, _mono: float) -> None:
        if isinstance(event, Told) and isinstance(event.message, Say):
            say = event.message
            over = now is None or now > say.not_after
            if say.id not in self._ids and not over:
                self._ids.add(say.id)
                self._said(say, True)
            else:
                self._said(say, False)
