"""Fingers on the glass, hub and paper: a class, several matters and a booking become the ticket they should."""

from __future__ import annotations

import re
from pathlib import Path

from hall.events import TicketIssued
from hall.messages import Book, Noted
from hub.store import Store
from hub.writer import Writer
from tests.hub.fair import ADAPTER, PERSON, changed
from tests.hub.made import House, at, made
from tests.kiosk.rig import OneKiosk

CODE = "K7Q2MA9X"
CLASSES = [
    {"id": "elder", "name": "老年人", "basis": "示例依据", "weight_minutes": 15.0, "bound": 2, "at_kiosk": True},
    {"id": "booked", "name": "预约", "basis": "示例依据", "weight_minutes": 30.0, "bound": 3},
]
HALL = made(changed(priorities=CLASSES))


def booked(path: Path) -> None:
    """One has booked for tomorrow at ten; the hub's store is left there."""
    one = House(HALL)
    one.store = Store.open(path / "hub.db", HALL.id)
    one.writer = Writer(HALL, one.store)
    one.take()
    slot = at("10:00", "2026-11-24")
    assert one.ask(ADAPTER, Book(code=CODE, person=PERSON, matter="pension", slot=slot)) == Noted()
    one.store.close()


def test_a_class_and_two_matters_are_pressed_committed_and_printed(tmp_path: Path) -> None:
    with OneKiosk(tmp_path, HALL) as kiosk:
        kiosk.press("department:social", "matter:pension")
        assert kiosk.page.name == "confirm"
        kiosk.press("add", "department:civil", "matter:relief", "classes", "class:elder", "yes")
        slip = kiosk.slip()
        (event,) = kiosk.events(TicketIssued)
        assert (event.matter, event.further, event.priority) == ("pension", ("relief",), "elder")
        names = [next(m.name for m in HALL.matters if m.id == matter) for matter in ("pension", "relief")]
        assert "老年人优先" in slip
        assert f"办理事项1：{names[0]}" in slip
        assert f"办理事项2：{names[1]}" in slip
        kiosk.press("reprint")
        kiosk.until_page("printing")
        again = kiosk.slip()
        assert "补打" in again
        assert "老年人优先" in again
        assert f"办理事项2：{names[1]}" in again


def test_a_booking_is_typed_and_becomes_one_ticket_of_its_class(tmp_path: Path) -> None:
    booked(tmp_path)
    typed = [f"type:{key}" for key in CODE]
    with OneKiosk(tmp_path, HALL, at("09:44:59", "2026-11-24")) as kiosk:
        kiosk.press("booking", *typed, "enter")
        kiosk.until_page("refused")
        assert "您来早了" in kiosk.told
        assert "今天 09:45" in kiosk.told
        kiosk.until(lambda: kiosk.now >= at("09:45", "2026-11-24") or None, "the time to check in")
        kiosk.press("home", "booking", *typed[:-1], "type:2", "enter")
        kiosk.until_page("refused")
        assert "没有查到这个预约码" in kiosk.told
        kiosk.press("again")
        assert "K7Q2 MA92" in kiosk.told  # one character is put right, not all typed again
        kiosk.press("erase", typed[-1], "enter")
        slip = kiosk.slip()
        assert "预约优先" in slip
        (event,) = kiosk.events(TicketIssued)
        assert (event.matter, event.priority, bool(event.booking)) == ("pension", "booked", True)
        kiosk.press("home", "booking", *typed, "enter")
        kiosk.until_page("refused")
        found = re.search(r"[A-Z]\d{3}", slip)
        assert found is not None
        assert f"已经取过号：{found[0]}" in kiosk.told
        kiosk.press("home")
        assert len(kiosk.events(TicketIssued)) == 1


def test_no_code_is_left_on_the_screen_in_the_state_or_in_a_file(tmp_path: Path) -> None:
    booked(tmp_path)
    with OneKiosk(tmp_path, HALL, at("09:50", "2026-11-24")) as kiosk:
        kiosk.press("booking", *(f"type:{key}" for key in CODE), "enter")
        kiosk.slip()
        assert kiosk.role.state.typed == ""
        kiosk.press("home")
        assert kiosk.role.state.wish is None
        assert CODE not in repr(kiosk.role.state)
        kiosk.press("booking", "type:K", "type:7", "back", "booking")
        assert "K7" not in kiosk.told
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CODE.encode() not in path.read_bytes(), path
