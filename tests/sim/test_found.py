"""Mistakes that the simulation found, each reduced to a few requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hall.messages import (
    Answer,
    AnyReply,
    Ask,
    Body,
    Done,
    Finish,
    Next,
    Printed,
    Resume,
    SignIn,
    Start,
    TakeTicket,
    Undo,
    decode,
    encode,
)
from hall.model import Disposition, Printing, TicketState
from hall.pin import bound_to, client_key, proof, salt_of
from hub.store import Store
from hub.writer import Heard, Writer
from testbed.sim.disk import Disk, Seam
from testbed.sim.place import PINS, START, hall

OPEN = START + 60_000


class Desk:
    """Window 1 and a kiosk, asking a real writer at times of the test's choice."""

    def __init__(self) -> None:
        self.hall = hall()
        self.writer = Writer(self.hall, Store(Disk.blank(Seam()), self.hall.id))
        self._asked = 0

    def ask(self, station: str, body: Body, now: int) -> AnyReply:
        self._asked += 1
        wish = None if isinstance(body, Printed) else now + 5_000
        return self._send(station, Ask(id=f"r{self._asked}", body=body, not_after=wish), now)

    def sign_in(self, now: int) -> None:
        key = client_key(PINS["101"], salt_of(self.hall.by_badge["101"].pin))
        shown = proof(key, bound_to("sign-in", "window-1", 1, "101"))
        body = SignIn(window=1, badge="101", proof=shown)
        reply = self._send("window-1", Ask(id="sign-in", body=body, not_after=now + 5_000), now)
        assert isinstance(reply, Done)
        self.ask("window-1", Resume(window=1), now)

    def take_ticket(self, now: int) -> None:
        self.ask("kiosk-1", TakeTicket(matter="pension"), now)
        ticket = list(self.writer.floor.tickets)[-1]
        self.ask("kiosk-1", Printed(ticket=ticket, outcome=Printing.ON_PAPER), now)

    def states(self) -> list[TicketState]:
        return [ticket.state for ticket in self.writer.floor.tickets.values()]

    def _send(self, station: str, ask: Ask, now: int) -> AnyReply:
        outcome = self.writer.take([Heard(station, encode(ask))], now)
        return decode(outcome.answers[0][1], Answer).reply


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    made.sign_in(OPEN)
    made.take_ticket(OPEN)
    made.take_ticket(OPEN)
    yield made
    made.writer.store.close()


def test_an_undo_takes_one_press_back_although_the_clock_stood_still(desk: Desk) -> None:
    """Seed 42: with the clock a little behind, all presses got the time of the last event, and one undo took back the
    finish and the start before it."""
    behind = OPEN - 500
    for press in (Next(window=1), Start(window=1), Finish(window=1, disposition=Disposition.DONE)):
        assert isinstance(desk.ask("window-1", press, behind), Done)
    assert isinstance(desk.ask("window-1", Undo(window=1), behind), Done)
    assert desk.states() == [TicketState.SERVING, TicketState.WAITING]


def test_an_undone_next_leaves_the_finish_before_it_alone(desk: Desk) -> None:
    behind = OPEN - 500
    presses = (Next(window=1), Start(window=1), Finish(window=1, disposition=Disposition.DONE), Next(window=1))
    for press in presses:
        assert isinstance(desk.ask("window-1", press, behind), Done)
    assert isinstance(desk.ask("window-1", Undo(window=1), behind), Done)
    assert desk.states() == [TicketState.SERVED, TicketState.WAITING]


def test_an_undone_next_that_finished_too_takes_both_back(desk: Desk) -> None:
    assert isinstance(desk.ask("window-1", Next(window=1), OPEN), Done)
    assert isinstance(desk.ask("window-1", Next(window=1, finishing=Disposition.DONE), OPEN), Done)
    assert desk.states() == [TicketState.SERVED, TicketState.CALLED]
    assert isinstance(desk.ask("window-1", Undo(window=1), OPEN), Done)
    assert desk.states() == [TicketState.CALLED, TicketState.WAITING]
