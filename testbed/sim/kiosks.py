"""The kiosk as a simulated role: the real flow over the paper printer, and the visitors who press it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from hall.happened import Note, Want
from hall.messages import Body, Health, Printed, TakeTicket
from hall.model import Instant, Printing
from hall.station.host import Host
from hall.topics import CATALOGUE, OPEN, Topic
from kiosk.flow import Effect, step
from kiosk.values import (
    Kiosk,
    PageName,
    Print,
    Report,
    Tapped,
    departments,
    matters,
    may_add,
    may_check_in,
    priorities,
)
from slips.values import PRINTS, PrinterSeen
from testbed.sim.machines import StationMachine
from testbed.sim.paper import Paper

TAP_S = (0.03, 0.2)


class KioskRole:
    """One kiosk process: flow, printer, and what must be durable before a slip begins."""

    topics: tuple[Topic, ...] = (CATALOGUE, OPEN)

    def __init__(self, paper: Paper, intended: Callable[[str, str], None], happened: Counter[str]) -> None:
        self.state = Kiosk()
        self._paper, self._happened = paper, happened
        self._intended = intended
        self._station: Host | None = None

    def start(self, station: Host) -> None:
        self._station = station
        self._paper.attach(station.inbox.put)

    def handle(self, event: object, _now: Instant | None, mono: float) -> None:
        assert self._station is not None
        if isinstance(event, PrinterSeen):
            good = event.stands in PRINTS
            self._station.device("printer", Health.READY if good else Health.LOST, "" if good else event.stands.value)
        self.state, effects = step(self.state, event, mono)  # type: ignore[arg-type]
        for effect in effects:
            self._do(self._station, effect)

    def close(self) -> None:
        self._paper.attach(lambda _event: None)

    def _do(self, station: Host, effect: Effect) -> None:
        if isinstance(effect, Want):
            self._happened[f"kiosk: {_kind(effect.body)}"] += 1
            station.want(effect.body)
        elif isinstance(effect, Print):
            if not effect.issued.reprint:
                lost = Printed(ticket=effect.issued.ticket, outcome=Printing.UNKNOWN, reason="restarted")
                station.intend(effect.issued.ticket, Note(lost))
                self._intended(station.id, effect.issued.ticket)
            self._paper.print(effect.issued)
        elif isinstance(effect, Report):
            station.note(Note(effect.fact), settles=effect.fact.ticket)


def _kind(wish: Body) -> str:
    if not isinstance(wish, TakeTicket):
        return type(wish).__name__
    return "TakeTicket" + (" of a class" if wish.priority else "") + (" for several" if wish.further else "")


ANYTHING = (
    *("yes", "home", "back", "more", "reprint", "matter:none", "language:en", "?"),
    *("add", "classes", "class:booked", "booking", "enter", "again"),
)


class Visitors:
    """Those who stand before one kiosk: most know what they want, some press anything. `codes`: of what is booked."""

    def __init__(self, machine: StationMachine, chance: Random, codes: Sequence[str]) -> None:
        self.machine, self._chance, self._codes = machine, chance, codes
        self._code = ""  # in the hand of one who has booked
        self.are_here = True
        self.machine.around.loop.after(chance.random(), self._tap)

    def _tap(self) -> None:
        low, high = TAP_S
        self.machine.around.loop.after(low + self._chance.random() * (high - low), self._tap)
        role = self.machine.role
        if self.are_here and isinstance(role, KioskRole):
            self.machine.put(Tapped(self._button(role.state)))

    def _button(self, state: Kiosk) -> str:
        chance = self._chance
        if chance.random() < 0.05:
            return chance.choice(ANYTHING)
        match state.page:
            case PageName.DEPARTMENTS:
                if may_check_in(state) and self._codes and chance.random() < 0.1:
                    self._code = chance.choice(self._codes[-30:])
                    return "booking"
                return f"department:{chance.choice(departments(state)).id}"
            case PageName.MATTERS:
                return f"matter:{chance.choice(matters(state)).id}"
            case PageName.CONFIRM:
                return self._at_confirm(state)
            case PageName.PRIORITY:
                classes = [f"class:{p.id}" for p in priorities(state)]
                return chance.choice(("ordinary", "back", *classes * 3))
            case PageName.BOOKING:
                return self._typing(state.typed)
            case PageName.REFUSED:
                return "again" if chance.random() < 0.1 else "home"
            case PageName.TAKE | PageName.SEE_STAFF:
                return "reprint" if chance.random() < 0.15 else "home"
            case _:
                return "home"

    def _at_confirm(self, state: Kiosk) -> str:
        chance = self._chance
        if len(state.chosen) > 1 and chance.random() < 0.1:
            return f"drop:{chance.choice(state.chosen)}"
        if may_add(state) and chance.random() < 0.15:
            return "add"
        if not state.priority and chance.random() < 0.1:
            return "classes"
        return "yes" if chance.random() < 0.95 else "back"

    def _typing(self, typed: str) -> str:
        """The next character of the code; a wrong one is taken back."""
        if not self._code.startswith(typed):
            return "erase"
        return f"type:{self._code[len(typed)]}" if typed != self._code else "enter"
