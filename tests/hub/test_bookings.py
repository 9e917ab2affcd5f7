"""Bookings: what may be booked, once a person and day; checked in by code in time; given up; nobody came; no names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hall.events import Booked, BookingMissed
from hall.messages import Book, CancelBooking, CheckIn, Issued, Next, Noted, Printed, Refusal, Refused, TakeTicket
from hall.model import BookingState, Printing
from hub.booking import booking_id
from hub.verify import verify
from tests.hub.fair import ADAPTER, PERSON, book, called, check_in, hall, house, ticket
from tests.hub.made import KIOSK, House, at, code

OTHER, THIRD = "1" * 64, "2" * 64
NEXT_DAY = "2026-11-24"


def tomorrow(clock: str = "10:00") -> House:
    """One booking for 10:00, and the clock at a time of its day."""
    one = house()
    assert book(one) == Noted()
    one.now = at(clock, NEXT_DAY)
    one.take()
    return one


def state(one: House, booked: str = "K7Q2MA") -> BookingState:
    return one.writer.floor.bookings[booking_id(one.hall, NEXT_DAY, booked)].state


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"day": "2026-11-23", "clock": "09:00"}, Refusal.BAD_DAY),  # past
        ({"day": "2026-11-23"}, Refusal.BAD_DAY),  # today
        ({"day": "2026-11-28"}, Refusal.BAD_DAY),  # a Saturday
        ({"day": "2026-12-01"}, Refusal.BAD_DAY),  # six working days ahead
        ({"day": "2027-11-24"}, Refusal.BAD_DAY),
        ({"clock": "03:00"}, Refusal.BAD_DAY),
        ({"clock": "11:00"}, Refusal.QUOTA_FULL),  # no places at that time
        ({"code": "K7"}, Refusal.NOT_ALLOWED),
        ({"person": "612401199001011234"}, Refusal.NOT_ALLOWED),  # a made-up number in clear
    ],
)
def test_what_cannot_be_booked_is_refused_and_nothing_is_kept(asked: dict[str, str], refusal: Refusal) -> None:
    one = house()
    before = one.tables()
    assert code(book(one, **asked)) is refusal
    assert one.tables() == before


def test_a_matter_that_nobody_serves_or_knows_is_not_booked() -> None:
    one = house()
    wish = Book(code="K7Q2MA", person=PERSON, matter="nothing", slot=at("10:00", NEXT_DAY))
    assert code(one.ask(ADAPTER, wish)) is Refusal.UNKNOWN_MATTER
    assert code(one.ask(KIOSK, wish)) is Refusal.NOT_ALLOWED  # a kiosk takes no bookings


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-30"])
def test_one_to_five_working_days_ahead(day: str) -> None:
    assert book(house(), day=day) == Noted()


def test_once_a_person_and_day_and_as_many_as_there_are_places() -> None:
    one = house()
    assert book(one) == Noted()
    assert code(book(one, "SECOND1")) is Refusal.BOOKED_ALREADY
    assert code(book(one, person=OTHER)) is Refusal.BOOKED_ALREADY  # the same code
    assert book(one, "NEXTDAY", day="2026-11-25") == Noted()
    assert book(one, "OTHER01", OTHER, "10:30") == Noted()
    assert code(book(one, "THIRD01", THIRD, "10:59")) is Refusal.QUOTA_FULL
    one.ask(ADAPTER, CancelBooking(code="OTHER01"))
    assert book(one, "THIRD01", THIRD, "10:59") == Noted()
    assert book(one, "AGAIN01", OTHER, day="2026-11-26") == Noted()


@pytest.mark.parametrize(("clock", "in_time"), [("08:00", True), ("08:00:00.001", False)])
def test_a_booking_is_given_up_two_hours_before_at_the_latest(clock: str, in_time: bool) -> None:
    one = tomorrow(clock)
    reply = one.ask(ADAPTER, CancelBooking(code="K7Q2MA"))
    assert (reply == Noted()) is in_time
    assert in_time or code(reply) is Refusal.TOO_LATE
    assert state(one) is (BookingState.CANCELLED if in_time else BookingState.BOOKED)
    if in_time:
        assert one.ask(ADAPTER, CancelBooking(code="K7Q2MA")) == Noted()
        assert code(check_in(one)) is Refusal.TOO_EARLY


@pytest.mark.parametrize(
    ("clock", "refusal"),
    [("09:44:59", Refusal.TOO_EARLY), ("09:45", None), ("10:30", None), ("10:30:00.001", Refusal.TOO_LATE)],
)
def test_one_checks_in_from_15_minutes_before_to_30_after(clock: str, refusal: Refusal | None) -> None:
    one = tomorrow(clock)
    reply = check_in(one)
    assert code(reply) is refusal
    if refusal is Refusal.TOO_EARLY:
        assert isinstance(reply, Refused)
        assert reply.until == at("09:45", NEXT_DAY)


def test_a_booking_becomes_one_ticket_of_its_class() -> None:
    one = tomorrow("09:50")
    one.open()
    ticket(one)
    reply = check_in(one)
    assert isinstance(reply, Issued)
    assert reply.priority == "booked"
    one.ask(KIOSK, Printed(ticket=reply.ticket, outcome=Printing.ON_PAPER))
    second = check_in(one)
    assert code(second) is Refusal.BOOKED_ALREADY
    assert isinstance(second, Refused)
    assert second.detail == reply.label
    assert called(one) == reply.label
    assert code(check_in(one, "UNKNOWN")) is Refusal.UNKNOWN_BOOKING


def test_who_comes_after_the_time_booked_stands_as_one_who_walked_in() -> None:
    one = tomorrow("10:01")
    reply = check_in(one)
    assert isinstance(reply, Issued)
    assert reply.priority == ""


def test_who_has_booked_is_let_in_when_the_queue_would_outlast_the_day() -> None:
    one = house(cut_off=True)
    assert book(one) == Noted()
    one.now = at("09:50", NEXT_DAY)
    one.open()
    for _ in range(200):
        walked_in = one.ask(KIOSK, TakeTicket(matter="pension"))
        if code(walked_in) is not None:
            break
    assert code(walked_in) is Refusal.QUEUE_OUTLASTS
    assert isinstance(check_in(one), Issued)


@pytest.mark.parametrize(
    ("clock", "refusal"),
    [("16:49", None), ("16:55", None), ("17:20", None), ("17:31", Refusal.TOO_LATE), ("16:30", Refusal.TOO_EARLY)],
)
def test_who_has_booked_for_the_last_minutes_gets_a_number_after_the_machines_have_closed(
    clock: str, refusal: Refusal | None
) -> None:
    places = {"priority": "booked", "quotas": [{"matter": "pension", "begins": "16:00", "ends": "17:00", "places": 2}]}
    one = house(bookings=places)
    assert book(one, clock="16:58") == Noted()
    one.now = at(clock, NEXT_DAY)
    one.take()
    if clock > "16:50":
        assert code(one.ask(KIOSK, TakeTicket(matter="pension"))) is Refusal.HALL_CLOSED
    reply = check_in(one)
    assert isinstance(reply, Issued) if refusal is None else code(reply) is refusal


def test_a_slip_that_never_came_out_leaves_the_booking_as_it_was() -> None:
    one = tomorrow("09:50")
    reply = check_in(one)
    assert isinstance(reply, Issued)
    one.ask(KIOSK, Printed(ticket=reply.ticket, outcome=Printing.VOID))
    assert state(one) is BookingState.BOOKED
    assert isinstance(check_in(one), Issued)


def test_nobody_came() -> None:
    one = tomorrow("10:30")
    assert state(one) is BookingState.BOOKED
    one.wait(1.001)
    assert state(one) is BookingState.NO_SHOW
    assert code(check_in(one)) is Refusal.TOO_LATE


def test_a_day_without_the_hub_leaves_no_booking_open() -> None:
    one = house()
    book(one)
    one.now = at("09:00", "2026-11-26")
    one.take()
    assert len([e for e in one.events() if isinstance(e, BookingMissed)]) == 1


def test_neither_code_nor_person_can_be_read_in_the_store(tmp_path: Any) -> None:
    one = House(hall(), tmp_path / "hub.db")
    one.take()
    book(one)
    (booked,) = [e for e in one.events() if isinstance(e, Booked)]
    assert booked.booking != "K7Q2MA"
    assert "K7Q2MA" not in "\n".join(one.store._db.iterdump())
    one.now = at("09:50", NEXT_DAY)
    one.take()
    one.restart()
    assert isinstance(check_in(one), Issued)
    assert verify(tmp_path / "hub.db", rebuild=True).broken is None


class AnyBookings(RuleBasedStateMachine):
    """Anybody books, cancels and checks in at any time of two days: what must always hold, holds."""

    def __init__(self) -> None:
        super().__init__()
        self.one = house()
        self.one.open()
        self.issued: dict[str, str] = {}

    @rule(
        code=st.sampled_from(["AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD"]),
        person=st.sampled_from([PERSON, OTHER, THIRD]),
        minute=st.integers(0, 59),
        day=st.sampled_from(["2026-11-23", "2026-11-24", "2026-11-25"]),
    )
    def books(self, code: str, person: str, minute: int, day: str) -> None:
        book(self.one, code, person, f"10:{minute:02}", day)

    @rule(code=st.sampled_from(["AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD"]))
    def cancels(self, code: str) -> None:
        self.one.ask(ADAPTER, CancelBooking(code=code))

    @rule(code=st.sampled_from(["AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD"]), prints=st.booleans())
    def checks_in(self, code: str, prints: bool) -> None:
        reply = self.one.ask(KIOSK, CheckIn(code=code))
        if isinstance(reply, Issued):
            booking = next(b for b in self.one.writer.floor.bookings.values() if b.ticket == reply.ticket)
            assert -15 * 60_000 <= self.one.now - booking.at <= 30 * 60_000
            outcome = Printing.ON_PAPER if prints else Printing.VOID
            self.one.ask(KIOSK, Printed(ticket=reply.ticket, outcome=outcome))
            if prints:
                assert code not in self.issued, "a booked visitor never takes a second number"
                self.issued[code] = reply.ticket

    @rule(minutes=st.sampled_from([1, 14, 31, 60, 24 * 60]))
    def waits(self, minutes: int) -> None:
        self.one.wait(minutes * 60)
        self.one.take()  # the first look at a day only begins it

    @rule()
    def calls(self) -> None:
        self.one.at_window(Next(window=1))

    @invariant()
    def a_person_books_once_a_day(self) -> None:
        taken = [b for b in self.one.writer.floor.bookings.values() if b.state is not BookingState.CANCELLED]
        assert len({(b.person, b.date) for b in taken}) == len(taken)

    @invariant()
    def no_band_holds_more_than_its_places(self) -> None:
        taken = [b.date for b in self.one.writer.floor.bookings.values() if b.state is not BookingState.CANCELLED]
        assert all(taken.count(day) <= 2 for day in taken)

    @invariant()
    def what_is_past_is_decided(self) -> None:
        for booking in self.one.writer.floor.bookings.values():
            if self.one.now > booking.at + 32 * 60_000:
                assert booking.state is not BookingState.BOOKED

    def teardown(self) -> None:
        kept = {b.id: b for b in self.one.store.floor().bookings.values()}
        assert kept == self.one.writer.floor.bookings


AnyBookings.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
TestAnyBookings = AnyBookings.TestCase
