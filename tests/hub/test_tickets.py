"""Numbers, slips and what became of the paper."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hall.events import AlertRaised, BlockOpened, TicketPrinted, TicketReprinted
from hall.messages import Issued, Next, Noted, Refusal, Refused, Reprint, TakeTicket, Transfer
from hall.model import AlertKind, Printing, TicketState, VoidReason
from tests.hall.halls import put
from tests.hub.made import KIOSK, OTHER_KIOSK, STATIONS, House, at, code, made, replies


def test_numbers_of_a_series_follow_each_other_across_matters_and_machines() -> None:
    house = House()
    taken = [
        house.take_ticket("pension"),
        house.take_ticket("medical", OTHER_KIOSK),
        house.take_ticket("relief"),
        house.take_ticket("pension", OTHER_KIOSK),
    ]
    assert [t.label for t in taken] == ["A001", "A002", "B001", "A003"]
    assert [t.ticket for t in taken] == [f"2026-11-23/{t.label}" for t in taken]
    assert [house.writer.floor.tickets[t.ticket].place for t in taken] == [1, 2, 3, 4]
    assert {(e.series, e.first, e.last) for e in house.events() if isinstance(e, BlockOpened)} == {
        ("A", 1, 999),
        ("B", 1, 999),
    }


def test_a_full_series_is_refused_and_the_others_go_on() -> None:
    house = House(made(put("policy", {"number_digits": 2})))
    house.take(*(house.heard(KIOSK, TakeTicket(matter="pension")) for _ in range(100)))
    assert [code(r) for r in replies(house.outcomes[-1])] == [None] * 99 + [Refusal.SERIES_FULL]
    assert house.take_ticket("relief").label == "B01"
    assert house.writer.floor.blocks["A"].used == 99


@pytest.mark.parametrize(
    ("clock", "reason", "until"),
    [
        ("08:49", "before_hours", at("08:50")),
        ("16:50", "after_hours", at("08:50", "2026-11-24")),
    ],
)
def test_no_numbers_outside_the_hours(clock: str, reason: str, until: int) -> None:
    house = House(now=at(clock))
    house.take()
    before = house.tables()
    assert house.ask(KIOSK, TakeTicket(matter="pension")) == Refused(
        code=Refusal.HALL_CLOSED, detail=reason, until=until
    )
    assert house.tables() == before


def test_an_unknown_matter_is_refused_shortly() -> None:
    reply = House().ask(KIOSK, TakeTicket(matter="x" * 9_000))
    assert isinstance(reply, Refused)
    assert (reply.code, len(reply.detail)) == (Refusal.UNKNOWN_MATTER, 200)


def test_a_matter_without_a_window_gives_no_number() -> None:
    # A hall file with such a matter is not read; a hall made otherwise must not give numbers that nobody calls.
    hall = made()
    windows = tuple(replace(w, serves=("pension", "medical")) for w in hall.windows)
    house = House(replace(hall, windows=windows))
    assert code(house.ask(KIOSK, TakeTicket(matter="relief"))) is Refusal.NO_WINDOW


def test_the_slip_counts_all_whom_its_windows_will_call_first() -> None:
    house = House()
    house.open(1)
    house.open(2, "102")
    house.serve(1, "medical")
    house.did(Transfer(window=1, reason="help", to_window=2))  # waits for window 2 alone
    house.ticket("relief")  # window 2
    house.take_ticket("medical")  # window 1, its slip not yet reported
    slip = house.take_ticket("pension")  # windows 1 and 2
    assert (slip.ahead, slip.windows) == (3, (1, 2))
    assert slip.wait_minutes == 15.0  # three of ten minutes, two windows
    assert house.take_ticket("relief").ahead == 3  # the medical one is not called by window 2
    third = house.take_ticket("medical")
    assert (third.ahead, third.windows) == (2, (1, 3))  # medical and pension at window 1


def test_nobody_at_the_windows_gives_no_estimate() -> None:
    house = House()
    house.ticket()
    assert house.take_ticket().wait_minutes is None
    assert house.take_ticket().ahead == 2


def test_closing_soon_stands_on_the_slip() -> None:
    assert House(now=at("16:29")).take_ticket().closing_soon is False
    assert House(now=at("16:31")).take_ticket().closing_soon is True


# --- paper ---


def test_a_number_is_not_called_before_its_slip_is_reported() -> None:
    house = House()
    house.open()
    issued = house.take_ticket()
    assert code(house.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    house.printed(issued.ticket)
    assert house.did(Next(window=1)).window.in_hand is not None


def test_after_ten_seconds_a_silent_print_is_unknown_callable_and_told() -> None:
    house = House()
    house.open()
    issued = house.take_ticket()
    second = house.take_ticket("medical")
    house.wait(9.999)
    assert house.writer.floor.tickets[issued.ticket].printing is Printing.RESERVED
    house.wait(0.001)
    assert {house.writer.floor.tickets[t.ticket].printing for t in (issued, second)} == {Printing.UNKNOWN}
    assert [e.subject for e in house.events() if isinstance(e, AlertRaised)] == [KIOSK]  # one, not two
    window = house.did(Next(window=1)).window
    assert window.in_hand is not None
    assert (window.in_hand.ticket, window.in_hand.paper_unknown) == (issued.ticket, True)
    assert house.printed(issued.ticket) == Noted()  # late, while in hand
    assert house.writer.floor.tickets[issued.ticket].printing is Printing.ON_PAPER
    assert house.writer.floor.alerts == {}


def test_a_printer_that_failed_before_anything_came_out_voids_the_number() -> None:
    house = House()
    house.open()
    issued = house.take_ticket()
    assert house.printed(issued.ticket, Printing.VOID) == Noted()
    ticket = house.writer.floor.tickets[issued.ticket]
    assert (ticket.state, ticket.printing) == (TicketState.VOID, Printing.VOID)
    assert (ticket.reason, ticket.ended_at) == (VoidReason.NOT_PRINTED, house.now)
    house.wait(60)
    assert code(house.at_window(Next(window=1))) is Refusal.NOBODY_WAITING
    assert house.take_ticket().label == "A002"  # the number is not given twice


def test_what_is_on_paper_stays_on_paper() -> None:
    house = House()
    ticket = house.ticket()
    before = house.tables()
    for outcome in (Printing.ON_PAPER, Printing.UNKNOWN, Printing.VOID):
        assert house.printed(ticket, outcome) == Noted()
    assert house.tables() == before


def test_a_called_number_is_not_voided_by_its_printer() -> None:
    house = House()
    house.open()
    issued = house.take_ticket()
    house.wait(10)
    house.did(Next(window=1))
    assert house.printed(issued.ticket, Printing.VOID) == Noted()
    assert house.writer.floor.tickets[issued.ticket].state is TicketState.CALLED


def test_a_second_slip_that_failed_does_not_void_a_first_that_may_be_out() -> None:
    house = House()
    issued = house.take_ticket()
    house.printed(issued.ticket, Printing.UNKNOWN)
    assert isinstance(house.ask(KIOSK, Reprint(ticket=issued.ticket)), Issued)
    house.printed(issued.ticket, Printing.VOID)
    assert house.writer.floor.tickets[issued.ticket].state is TicketState.WAITING


def test_a_print_is_told_by_the_machine_that_gave_the_number() -> None:
    house = House()
    issued = house.take_ticket()
    before = house.tables()
    assert code(house.printed(issued.ticket, station=OTHER_KIOSK)) is Refusal.UNKNOWN_TICKET
    assert code(house.printed("2026-11-23/A999")) is Refusal.UNKNOWN_TICKET
    assert code(house.printed(issued.ticket, Printing.RESERVED)) is Refusal.NOT_ALLOWED
    assert house.tables() == before


def test_a_print_of_an_earlier_day_is_noted_and_changes_nothing() -> None:
    house = House()
    issued = house.take_ticket()
    house.now = at("09:00", "2026-11-24")
    house.take()
    before = house.tables()
    assert house.printed(issued.ticket) == Noted()
    assert house.tables() == before


def test_the_print_alert_stands_until_the_machine_prints_again() -> None:
    house = House()
    first, second = house.take_ticket(), house.take_ticket()
    house.printed(first.ticket, Printing.UNKNOWN)
    assert house.writer.floor.alerts[f"print-{KIOSK}"].kind is AlertKind.PRINT_UNKNOWN
    house.printed(second.ticket)
    assert house.writer.floor.alerts == {}


# --- reprints ---


def test_a_reprint_is_the_same_place_on_a_marked_slip() -> None:
    house = House()
    house.ticket()
    issued = house.take_ticket()
    house.printed(issued.ticket)
    house.wait(60)
    again = house.ask(KIOSK, Reprint(ticket=issued.ticket))
    assert isinstance(again, Issued)
    assert (again.label, again.issued_at, again.ahead, again.reprint) == ("A002", issued.issued_at, 1, True)
    assert house.writer.floor.tickets[issued.ticket].reprints == 1
    assert TicketReprinted(ticket=issued.ticket, station=KIOSK) in house.events()
    assert house.take_ticket().label == "A003"


@pytest.mark.parametrize(("station", "expected"), [(KIOSK, Refusal.REPRINT_LATE), (STATIONS[2], None)])
def test_after_a_minute_only_staff_may_reprint(station: str, expected: Refusal | None) -> None:
    house = House()
    issued = house.take_ticket()
    house.wait(60.001)
    assert code(house.ask(station, Reprint(ticket=issued.ticket))) is expected


def test_another_machine_may_not_reprint() -> None:
    house = House()
    assert code(house.ask(OTHER_KIOSK, Reprint(ticket=house.ticket()))) is Refusal.UNKNOWN_TICKET
    assert code(house.ask(KIOSK, Reprint(ticket="2026-11-23/A999"))) is Refusal.UNKNOWN_TICKET


def test_a_number_that_was_served_is_not_printed_again() -> None:
    house = House()
    house.open()
    ticket = house.serve()
    before = house.tables()
    assert code(house.ask(KIOSK, Reprint(ticket=ticket))) is Refusal.NOT_WAITING
    assert house.tables() == before


def test_the_log_tells_each_outcome_once() -> None:
    house = House()
    issued = house.take_ticket()
    for _ in range(3):
        house.printed(issued.ticket, Printing.UNKNOWN)
    house.printed(issued.ticket)
    told = [e.outcome for e in house.events() if isinstance(e, TicketPrinted)]
    assert told == [Printing.UNKNOWN, Printing.ON_PAPER]
