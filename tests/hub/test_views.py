"""The retained states: complete, and told again only when something changed."""

from __future__ import annotations

from hall.messages import (
    AlertState,
    BoardState,
    CallNumber,
    DeviceSeen,
    Finish,
    Health,
    OpenState,
    Pause,
    Recall,
    Start,
    Transfer,
    WindowState,
)
from hall.model import Alert, AlertKind, DeskAct, DeskState, Disposition, TicketState
from hall.pin import SALT
from hub.views import Shown, Tell, catalogue
from tests.hub.made import KIOSK, House, at, made


class Screen:
    """What a screen that heard everything since its start shows."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shown = Shown(house.hall)
        self.now: dict[str, object] = {}

    def told(self, trouble: Alert | None = None) -> dict[str, object]:
        """What was told now, by its topic below the hall."""
        tells = self.shown.changed(self.house.writer.floor, self.house.now, self.house.store.seq, trouble)
        news: dict[str, object] = {tell.topic.removeprefix("jh/1/village/"): tell.message for tell in tells}
        self.now |= news
        return news

    def window(self, number: int = 1) -> WindowState:
        state = self.now[f"window/{number}"]
        assert isinstance(state, WindowState)
        return state

    def board(self, zone: str = "main") -> BoardState:
        state = self.now[f"board/{zone}"]
        assert isinstance(state, BoardState)
        return state


def test_the_first_time_everything_is_told_then_only_what_changed() -> None:
    house = House()
    house.take()
    screen = Screen(house)
    emergencies = {"emergency/main", "emergency/self"}
    assert set(screen.told()) == {"window/1", "window/2", "window/3", "board/main", "board/self", "open", *emergencies}
    assert screen.told() == {}
    house.ticket("medical")
    assert set(screen.told()) == {"window/1", "window/3", "board/main", "board/self"}
    house.take_ticket("relief")  # reserved: nobody can call it yet
    assert screen.told() == {}
    house.sign_in(2, "102")
    assert set(screen.told()) == {"window/2", "board/main"}


def test_a_window_is_told_complete() -> None:
    house = House()
    screen = Screen(house)
    house.open()
    ticket = house.take_ticket()
    house.wait(10)
    house.ticket("medical")
    house.did(CallNumber(window=1, label="A001"))
    called = house.now
    house.wait(5)
    house.did(Recall(window=1))
    house.did(Start(window=1))
    screen.told()
    state = screen.window()
    assert (state.state, state.clerk, state.letter, state.zone) == (DeskState.SERVING, "101", "A", "main")
    assert (state.waiting, state.undo, state.undo_until) == (1, DeskAct.START, house.now + 8_000)
    hand = state.in_hand
    assert hand is not None
    assert (hand.ticket, hand.label, hand.calls, hand.called_at, hand.started_at) == (
        ticket.ticket,
        "A001",
        2,
        called,
        house.now,
    )
    assert (hand.state, hand.paper_unknown) == (TicketState.SERVING, True)
    assert state.rev == house.store.seq


def test_a_board_has_the_newest_call_first_and_counts_by_department() -> None:
    house = House()
    screen = Screen(house)
    house.open(1)
    house.open(2, "102")
    house.call(1)
    house.wait(1)
    house.call(2, "relief")
    house.ticket("medical")
    house.ticket("relief")
    house.ticket("relief")
    screen.told()
    board = screen.board()
    assert [(row.label, row.window) for row in board.rows] == [("B001", 2), ("A001", 1)]
    assert board.waiting == {"social": 1, "civil": 2}
    assert (board.open, board.paused) == ((1, 2), ())
    assert screen.board("self").waiting == {"social": 1}
    house.did(Start(window=1))
    house.did(Finish(window=1, disposition=Disposition.DONE))
    house.did(Pause(window=1))
    screen.told()
    assert [row.label for row in screen.board().rows] == ["B001"]
    assert (screen.board().open, screen.board().paused) == ((2,), (1,))


def test_who_waits_for_one_window_is_counted_there_alone() -> None:
    house = House()
    screen = Screen(house)
    house.open(1)
    house.open(3, "103")
    house.serve(1)
    house.did(Transfer(window=1, reason="x", to_window=3))
    screen.told()
    assert (screen.window(1).waiting, screen.window(3).waiting) == (0, 1)


def test_alerts_are_told_with_their_end() -> None:
    house = House()
    house.take()
    screen = Screen(house)
    screen.told()
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.LOST, reason="silent"))
    began = screen.told()["alert/device-kiosk-1-printer"]
    assert isinstance(began, AlertState)
    assert (began.kind, began.subject, began.detail) == (AlertKind.DEVICE, KIOSK, "printer: silent")
    assert (began.started_at, began.ended_at) == (house.now, None)
    house.wait(60)
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.READY))
    ended = screen.told()["alert/device-kiosk-1-printer"]
    assert isinstance(ended, AlertState)
    assert (ended.started_at, ended.ended_at) == (began.started_at, house.now)
    assert screen.told() == {}


def test_a_trouble_of_the_hub_closes_the_ticket_machines_and_is_an_alert() -> None:
    house = House()
    house.take()
    screen = Screen(house)
    screen.told()
    trouble = Alert(
        id="cannot-write", kind=AlertKind.CANNOT_WRITE, subject="hub", detail="disk full", started_at=house.now
    )
    told = screen.told(trouble)
    opening, alert = told["open"], told["alert/cannot-write"]
    assert isinstance(opening, OpenState)
    assert (opening.taking, opening.reason, opening.reopens_at) == (False, "cannot_write", None)
    assert isinstance(alert, AlertState)
    assert alert.detail == "disk full"
    house.now += 1
    over = screen.told()
    assert isinstance(over["alert/cannot-write"], AlertState)
    assert over["alert/cannot-write"].ended_at == house.now
    assert isinstance(over["open"], OpenState)
    assert over["open"].taking is True


def test_opening_hours_are_told_when_they_change() -> None:
    house = House(now=at("08:49"))
    house.take()
    screen = Screen(house)
    screen.told()
    house.wait(59)
    assert screen.told() == {}
    house.wait(1)
    opening = screen.told()["open"]
    assert isinstance(opening, OpenState)
    assert (opening.taking, opening.day) == (True, "2026-11-23")


def test_an_alert_found_at_the_broker_that_stands_nowhere_is_ended() -> None:
    house = House()
    house.take()
    shown = Shown(house.hall)
    old = AlertState(rev=3, id="cannot-write", kind=AlertKind.CANNOT_WRITE, subject="hub", detail="", started_at=1)
    ended = shown.ended("jh/1/village/alert/cannot-write", old, house.now, 9)
    assert ended is not None
    assert (ended.ended_at, ended.rev, ended.started_at) == (house.now, 9, 1)
    assert shown.ended("jh/1/village/alert/cannot-write", ended, house.now, 9) is None
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.LOST))
    standing = {t.topic: t.message for t in shown.changed(house.writer.floor, house.now, 9)}
    topic = "jh/1/village/alert/device-kiosk-1-printer"
    alert = standing[topic]
    assert isinstance(alert, AlertState)
    assert shown.ended(topic, alert, house.now, 9) is None


def test_after_everything_a_new_screen_is_right() -> None:
    house = House()
    screen = Screen(house)
    house.open()
    house.call()
    screen.told()
    everything = {tell.topic: tell.message for tell in screen.shown.everything()}
    assert {t.removeprefix("jh/1/village/"): m for t, m in everything.items() if "catalogue" not in t} == screen.now
    assert everything["jh/1/village/catalogue"] == catalogue(house.hall)
    assert isinstance(screen.shown.everything()[0], Tell)


def test_the_catalogue_holds_the_salts_and_never_a_verifier() -> None:
    hall = made()
    told = catalogue(hall)
    for card, clerk in zip(told.clerks, hall.clerks, strict=True):
        assert SALT.fullmatch(card.pin_salt)
        assert clerk.pin not in str(told)
        assert clerk.pin.rpartition("$")[2] not in str(told)
    assert [(m.id, m.windows) for m in told.matters] == [("pension", (1, 2)), ("medical", (1, 3)), ("relief", (2,))]
