"""Every request in every state of a window: done, or refused with the right code, and then nothing is changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hall.messages import (
    Body,
    Book,
    CallNumber,
    CallStaff,
    Cancel,
    CancelBooking,
    CheckIn,
    ComeBack,
    DeviceSeen,
    Done,
    EndAlert,
    Find,
    Finish,
    Health,
    Hold,
    Issued,
    Next,
    NoShow,
    Noted,
    Pause,
    Printed,
    Rated,
    Recall,
    Refusal,
    Reprint,
    Resume,
    SetEmergency,
    SetWindow,
    SignIn,
    SignOut,
    Start,
    TakeLeave,
    TakeTicket,
    Transfer,
    Undo,
    Withdrawn,
)
from hall.model import DeskState, Disposition, MissReason, Printing
from hub.decide import _RULES
from tests.hub.made import KIOSK, STATIONS, House, code, sign_in

DONE = None
CLOSED, PAUSED, FREE, CALLING, SERVING = DeskState
R = Refusal

# What is asked → how each state of the window answers, in the order above.
WINDOW: dict[str, tuple[Body, tuple[Refusal | None, ...]]] = {
    "sign_out": (SignOut(window=1), (R.NOT_SIGNED_IN, DONE, DONE, R.TICKET_IN_HAND, R.TICKET_IN_HAND)),
    "pause": (Pause(window=1), (R.NOT_SIGNED_IN, DONE, DONE, R.TICKET_IN_HAND, R.TICKET_IN_HAND)),
    "resume": (Resume(window=1), (R.NOT_SIGNED_IN, DONE, DONE, DONE, DONE)),
    "next": (Next(window=1), (R.NOT_SIGNED_IN, R.PAUSED, DONE, R.TICKET_IN_HAND, R.TICKET_IN_HAND)),
    "next_finishing": (
        Next(window=1, finishing=Disposition.DONE),
        (R.NOT_SIGNED_IN, R.PAUSED, DONE, DONE, DONE),
    ),
    "call_number": (
        CallNumber(window=1, label="A002"),
        (R.NOT_SIGNED_IN, R.PAUSED, DONE, R.TICKET_IN_HAND, R.TICKET_IN_HAND),
    ),
    "recall": (
        Recall(window=1),
        (R.NOT_SIGNED_IN, R.NO_TICKET_IN_HAND, R.NO_TICKET_IN_HAND, DONE, R.ALREADY_STARTED),
    ),
    "start": (
        Start(window=1),
        (R.NOT_SIGNED_IN, R.NO_TICKET_IN_HAND, R.NO_TICKET_IN_HAND, DONE, R.ALREADY_STARTED),
    ),
    "finish": (
        Finish(window=1, disposition=Disposition.DONE),
        (R.NOT_SIGNED_IN, R.NO_TICKET_IN_HAND, R.NO_TICKET_IN_HAND, R.NOT_STARTED, DONE),
    ),
    "no_show": (
        NoShow(window=1, reason=MissReason.ABSENT),
        (R.NOT_SIGNED_IN, R.NO_TICKET_IN_HAND, R.NO_TICKET_IN_HAND, DONE, R.ALREADY_STARTED),
    ),
    "transfer": (
        Transfer(window=1, reason="wrong", matter="relief"),
        (R.NOT_SIGNED_IN, R.NO_TICKET_IN_HAND, R.NO_TICKET_IN_HAND, DONE, DONE),
    ),
    "hold": (
        Hold(window=1, reason="form"),
        (R.NOT_SIGNED_IN, R.NO_TICKET_IN_HAND, R.NO_TICKET_IN_HAND, DONE, DONE),
    ),
    "call_staff": (CallStaff(window=1), (DONE, DONE, DONE, DONE, DONE)),
    "undo": (Undo(window=1), (R.NOT_SIGNED_IN, R.NOTHING_TO_UNDO, R.NOTHING_TO_UNDO, DONE, DONE)),
}


def brought_to(state: DeskState) -> House:
    """Window 1 in a state, with A001 in hand if it has one, and A002 waiting."""
    house = House()
    house.take()
    if state is not CLOSED:
        house.sign_in()
    if state not in (CLOSED, PAUSED):
        house.did(Resume(window=1))
    if state in (CALLING, SERVING):
        house.call()
    else:
        house.ticket("relief")
        house.ticket("pension")
    if state is SERVING:
        house.did(Start(window=1))
    house.ticket("pension")
    assert house.writer.floor.desk(1).state is state
    return house


@pytest.mark.parametrize("state", list(DeskState))
@pytest.mark.parametrize("name", WINDOW)
def test_a_wish_in_every_state_of_its_window(name: str, state: DeskState) -> None:
    body, answers = WINDOW[name]
    expected = answers[list(DeskState).index(state)]
    house = brought_to(state)
    before = house.tables()
    reply = house.at_window(body)
    assert code(reply) is expected
    if expected is not DONE:
        assert house.tables() == before
    else:
        assert isinstance(reply, Done)


@pytest.mark.parametrize("state", list(DeskState))
@pytest.mark.parametrize(("badge", "in_hand"), [("101", DONE), ("102", R.TICKET_IN_HAND), ("103", R.NOT_POSTED)])
def test_a_sign_in_in_every_state(badge: str, in_hand: Refusal | None, state: DeskState) -> None:
    house = brought_to(state)
    before = house.tables()
    expected = in_hand if state in (CALLING, SERVING) or badge == "103" else DONE
    assert code(house.sign_in(1, badge)) is expected
    if expected is not DONE:
        assert house.tables() == before


STATION: dict[str, tuple[Body, type]] = {
    "take_ticket": (TakeTicket(matter="medical"), Issued),
    "reprint": (Reprint(ticket="2026-11-23/A002"), Issued),
    "printed": (Printed(ticket="2026-11-23/A002", outcome=Printing.ON_PAPER), Noted),
    "device_seen": (DeviceSeen(device="printer", health=Health.LOST, reason="silent"), Noted),
    "cancel": (Cancel(request="never-asked"), Withdrawn),
}


@pytest.mark.parametrize("state", list(DeskState))
@pytest.mark.parametrize("name", STATION)
def test_what_a_ticket_machine_asks_does_not_depend_on_windows(name: str, state: DeskState) -> None:
    body, expected = STATION[name]
    assert isinstance(brought_to(state).ask(KIOSK, body), expected)


def test_every_request_has_a_rule_and_stands_in_these_tables() -> None:
    tried = {type(body) for body, _ in (*WINDOW.values(), *STATION.values())} | {SignIn}
    tried |= {ComeBack, TakeLeave, SetWindow, Book, CancelBooking, CheckIn}  # in test_queue.py, test_bookings.py
    tried |= {Find, SetEmergency, EndAlert, Rated}  # in test_guide_desk.py
    assert tried == set(_RULES) == set(Body.__args__)


WISHES: list[Callable[[House], Body]] = [
    *((lambda _house, body=body: body) for body, _ in WINDOW.values()),
    lambda house: sign_in(house.hall, "x1", 1, "101"),
]


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("station", [STATIONS[2], KIOSK, "nobody"])
def test_only_the_windows_own_station_may_ask_for_it(station: str, wish: Callable[[House], Body]) -> None:
    house = brought_to(SERVING)
    before = house.writer.floor.desk(1)
    assert code(house.ask(station, wish(house), "x1")) is R.NOT_YOUR_WINDOW
    assert house.writer.floor.desk(1) == before
    assert f"bad-message-{station}" in house.writer.floor.alerts


def test_a_window_that_the_hall_has_not_is_refused_and_told() -> None:
    house = brought_to(FREE)
    assert code(house.ask(STATIONS[1], Next(window=9))) is R.UNKNOWN_WINDOW
    assert house.writer.floor.alerts["bad-message-window-1"].detail == "next: unknown_window"


@pytest.mark.parametrize("station", [*STATIONS.values(), "nobody"])
def test_only_a_ticket_machine_gives_numbers(station: str) -> None:
    house = brought_to(FREE)
    before = house.tables()
    assert code(house.ask(station, TakeTicket(matter="pension"))) is R.NOT_ALLOWED
    assert house.tables() == before


@pytest.mark.parametrize("name", [*WINDOW, "take_ticket", "reprint"])
def test_a_late_wish_is_refused_and_changes_nothing(name: str) -> None:
    body = (WINDOW | STATION)[name][0]
    house = brought_to(SERVING)
    before = house.tables()
    station = STATIONS[1] if name in WINDOW else KIOSK
    assert code(house.ask(station, body, not_after=house.now - 1)) is R.LATE
    assert house.tables() == before


def test_a_wish_is_good_up_to_its_last_millisecond() -> None:
    house = brought_to(FREE)
    assert isinstance(house.ask(STATIONS[1], Next(window=1), not_after=house.now), Done)


@pytest.mark.parametrize("name", ["printed", "device_seen", "cancel"])
def test_a_fact_is_never_late(name: str) -> None:
    house = brought_to(FREE)
    assert isinstance(house.ask(KIOSK, STATION[name][0], not_after=house.now - 1), STATION[name][1])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (Transfer(window=1, reason="x"), R.BAD_TARGET),
        (Transfer(window=1, reason="x", matter="nothing"), R.BAD_TARGET),
        (Transfer(window=1, reason="x", to_window=1), R.BAD_TARGET),
        (Transfer(window=1, reason="x", to_window=2), R.BAD_TARGET),  # closed
        (Transfer(window=1, reason="x", to_window=9), R.BAD_TARGET),
    ],
)
def test_a_transfer_needs_a_target_that_can_call_it(body: Transfer, expected: Refusal) -> None:
    house = brought_to(SERVING)
    before = house.tables()
    assert code(house.at_window(body)) is expected
    assert house.tables() == before


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("A002", DONE),
        ("a2", DONE),
        ("2", DONE),
        (" A002 ", DONE),
        ("A999", R.NOT_WAITING),
        ("B001", R.NOT_WAITING),  # relief: not of this window
        ("", R.NOT_WAITING),
        ("9" * 6_000, R.NOT_WAITING),
    ],
)
def test_a_number_is_called_as_people_write_it(label: str, expected: Refusal | None) -> None:
    house = brought_to(FREE)
    reply = house.at_window(CallNumber(window=1, label=label))
    assert code(reply) is expected
    if isinstance(reply, Done):
        assert reply.window.in_hand is not None
        assert reply.window.in_hand.label == "A002"


def test_digits_that_two_numbers_share_are_ambiguous() -> None:
    house = House()
    house.open(2, "102")
    house.ticket("pension")
    house.ticket("relief")
    assert code(house.at_window(CallNumber(window=2, label="1"))) is R.AMBIGUOUS
    assert isinstance(house.at_window(CallNumber(window=2, label="B1")), Done)


@pytest.mark.parametrize("device", ["", "a/b", "#", "+", "PRINTER", "-x", "x" * 41])
def test_a_device_is_named_so_that_it_can_be_a_topic(device: str) -> None:
    house = brought_to(FREE)
    before = house.tables()
    assert code(house.ask(KIOSK, DeviceSeen(device=device, health=Health.LOST))) is R.NOT_ALLOWED
    assert house.tables() == before
