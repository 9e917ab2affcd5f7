"""The kiosk as a simulated role: the real flow over the paper printer, and the visitors who press it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hall.happened import Note, Want
from hall.messages import Health, Printed
from hall.model import Instant, Printing
from hall.station.host import Host
from hall.topics import CATALOGUE, OPEN, Topic
from kiosk.flow import Effect, step
from kiosk.values import Kiosk, PageName, Print, Report, Tapped, departments, matters
from slips.values import PRINTS, PrinterSeen
from testbed.sim.machines import StationMachine
from testbed.sim.paper import Paper

TAP_S = (0.03, 0.2)


class KioskRole:
    """One kiosk process: flow, printer, and what must be durable before a slip begins."""

    topics: tuple[Topic, ...] = (CATALOGUE, OPEN)

    def __init__(self, paper: Paper, intended: Callable[[str, str], None]) -> None:
        self.state = Kiosk()
        self._paper = paper
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
            station.want(effect.body)
        elif isinstance(effect, Print):
            if not effect.issued.reprint:
                lost = Printed(ticket=effect.issued.ticket, outcome=Printing.UNKNOWN, reason="restarted")
                station.intend(effect.issued.ticket, Note(lost))
                self._intended(station.id, effect.issued.ticket)
            self._paper.print(effect.issued)
        elif isinstance(effect, Report):
            station.note(Note(effect.fact), settles=effect.fact.ticket)


class Visitors:
    """Those who stand before one kiosk: most know what they want, some press anything."""

    def __init__(self, machine: StationMachine, chance: Random) -> None:
        self.machine, self._chance = machine, chance
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
            return chance.choice(("yes", "home", "back", "more", "reprint", "matter:none", "language:en", "?"))
        match state.page:
            case PageName.DEPARTMENTS:
                return f"department:{chance.choice(departments(state)).id}"
            case PageName.MATTERS:
                return f"matter:{chance.choice(matters(state)).id}"
            case PageName.CONFIRM:
                return "yes" if chance.random() < 0.95 else "back"
            case PageName.TAKE | PageName.SEE_STAFF:
                return "reprint" if chance.random() < 0.15 else "home"
            case _:
                return "home"
