"""A wish that its station gave up: it never happened and is barred, it is undone, or it stands."""

from __future__ import annotations

import pytest

from hall.messages import (
    AnyReply,
    Cancel,
    Issued,
    Next,
    NoShow,
    Refusal,
    Reprint,
    Start,
    TakeTicket,
    Transfer,
    Withdrawal,
    Withdrawn,
)
from hall.model import DeskState, Disposition, MissReason, Printing, TicketState, VoidReason
from tests.hub.made import KIOSK, OTHER_KIOSK, STATIONS, House, code, sign_in


def cancelled(house: House, request: str, station: str = KIOSK) -> Withdrawn:
    reply: AnyReply = house.ask(station, Cancel(request=request))
    assert isinstance(reply, Withdrawn)
    return reply


def test_what_never_came_is_barred() -> None:
    house = House()
    house.take()
    assert cancelled(house, "w1").outcome is Withdrawal.NEVER
    before = house.tables()
    assert code(house.ask(KIOSK, TakeTicket(matter="pension"), "w1")) is Refusal.WITHDRAWN
    assert house.tables() == before
    assert isinstance(house.ask(OTHER_KIOSK, TakeTicket(matter="pension"), "w1"), Issued)  # another's id


def test_what_was_refused_never_happened() -> None:
    house = House()
    assert code(house.ask(KIOSK, TakeTicket(matter="nothing"), "w1")) is Refusal.UNKNOWN_MATTER
    assert cancelled(house, "w1").outcome is Withdrawal.NEVER


@pytest.mark.parametrize("printing", [Printing.RESERVED, Printing.UNKNOWN])
def test_a_number_that_nobody_holds_is_voided(printing: Printing) -> None:
    house = House()
    issued = house.ask(KIOSK, TakeTicket(matter="pension"), "w1")
    assert isinstance(issued, Issued)
    house.wait(10 if printing is Printing.UNKNOWN else 1)
    assert cancelled(house, "w1").outcome is Withdrawal.UNDONE
    ticket = house.writer.floor.tickets[issued.ticket]
    assert (ticket.state, ticket.reason) == (TicketState.VOID, VoidReason.WITHDRAWN)
    house.open()
    assert code(house.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    assert code(house.ask(KIOSK, TakeTicket(matter="pension"), "w1")) is Refusal.WITHDRAWN  # a copy on its way


@pytest.mark.parametrize("fate", ["on_paper", "called", "transferred"])
def test_a_number_that_somebody_holds_stands(fate: str) -> None:
    house = House()
    house.open()
    issued = house.ask(KIOSK, TakeTicket(matter="pension"), "w1")
    assert isinstance(issued, Issued)
    if fate == "on_paper":
        house.printed(issued.ticket)
    else:
        house.wait(10)
        house.did(Next(window=1))
    if fate == "transferred":
        house.did(Start(window=1))
        house.open(2, "102")
        house.ask(STATIONS[1], Next(window=1))
        house.did(Transfer(window=1, reason="x", matter="relief"))
    before = house.writer.floor.tickets[issued.ticket]
    withdrawn = cancelled(house, "w1")
    assert (withdrawn.outcome, withdrawn.missed) == (Withdrawal.STANDS, issued)
    assert house.writer.floor.tickets[issued.ticket] == before
    assert house.ask(KIOSK, TakeTicket(matter="pension"), "w1") == issued  # the same as ever


def test_a_slip_for_the_second_time_takes_nothing_back() -> None:
    house = House()
    ticket = house.ticket()
    house.ask(KIOSK, Reprint(ticket=ticket), "w1")
    assert cancelled(house, "w1").outcome is Withdrawal.UNDONE
    assert house.writer.floor.tickets[ticket].state is TicketState.WAITING


@pytest.mark.parametrize("finishing", [None, Disposition.DONE])
def test_a_call_that_no_window_learnt_of_is_undone(finishing: Disposition | None) -> None:
    house = House()
    house.open()
    if finishing:
        house.serve()
    before = house.writer.floor.desk(1)
    ticket = house.ticket()
    house.wait(1)
    house.did(Next(window=1, finishing=finishing), "w1")
    house.wait(5)
    assert cancelled(house, "w1", STATIONS[1]).outcome is Withdrawal.UNDONE
    desk = house.writer.floor.desk(1)
    assert (desk.state, desk.ticket, desk.service) == (before.state, before.ticket, before.service)
    assert house.writer.floor.tickets[ticket].state is TicketState.WAITING


def test_a_press_after_which_another_came_stands() -> None:
    house = House()
    house.open()
    house.ticket()
    called = house.did(Next(window=1), "w1")
    house.did(Start(window=1))
    withdrawn = cancelled(house, "w1", STATIONS[1])
    assert (withdrawn.outcome, withdrawn.missed) == (Withdrawal.STANDS, called)
    assert house.writer.floor.desk(1).state is DeskState.SERVING


def test_a_no_show_that_was_given_up_is_undone() -> None:
    house = House()
    house.open()
    ticket = house.call()
    house.wait(1)
    house.did(NoShow(window=1, reason=MissReason.ABSENT), "w1")
    assert cancelled(house, "w1", STATIONS[1]).outcome is Withdrawal.UNDONE
    assert house.writer.floor.tickets[ticket].state is TicketState.CALLED


def test_a_sign_in_stands() -> None:
    house = House()
    request = house.new_id()
    done = house.at_window(sign_in(house.hall, request, 1, "101"), request)
    withdrawn = cancelled(house, request, STATIONS[1])
    assert (withdrawn.outcome, withdrawn.missed) == (Withdrawal.STANDS, done)


def test_a_cancel_of_a_cancel_is_answered_and_takes_nothing_back() -> None:
    house = House()
    house.take()
    house.ask(KIOSK, Cancel(request="w1"), "c1")
    withdrawn = cancelled(house, "c1")
    assert (withdrawn.outcome, withdrawn.missed) == (Withdrawal.STANDS, None)
    assert house.writer.floor.alerts == {}  # no rule crashed


def test_a_cancel_of_itself_is_answered() -> None:
    house = House()
    first = house.ask(KIOSK, Cancel(request="c1"), "c1")
    assert isinstance(first, Withdrawn)
    assert house.ask(KIOSK, Cancel(request="c1"), "c1") == first


def test_a_repeated_cancel_gets_the_same_answer() -> None:
    house = House()
    house.ask(KIOSK, TakeTicket(matter="pension"), "w1")
    cancel = house.heard(KIOSK, Cancel(request="w1"), "c1")
    first, second = house.take(cancel), house.take(cancel)
    assert first.answers == second.answers
    assert len([t for t in house.writer.floor.tickets.values() if t.state is TicketState.VOID]) == 1
