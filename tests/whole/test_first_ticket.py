"""From a finger on the glass to a call: real broker with the shipped broker.conf, real processes, bytes and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.events import Called, Finished, SignedIn, Started, TicketIssued, TicketPrinted
from hall.model import Disposition, Printing
from hub.verify import verify
from tests.whole.village import Village

DIGITS_OF_PIN = "246810"
KEY_NEXT, KEY_CONFIRM, KEY_START = 0x0C, 0x0F, 0x0A


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path)


def test_press_print_call_by_keypad_and_by_soft_caller(village: Village) -> None:
    with village:
        first = village.take_number("social-security", "pension-enrolment")
        second = village.take_number("civil-affairs", "old-age-allowance")
        assert (first, second) == ("A001", "B001")
        printed = village.await_event(TicketPrinted, that=lambda e: e.ticket.endswith("B001"))
        assert printed.outcome is Printing.ON_PAPER

        # the keypad: sign in with badge and PIN, open, call the first
        keypad = village.keypad
        keypad.press("101", KEY_CONFIRM)
        keypad.press(DIGITS_OF_PIN, KEY_CONFIRM)
        assert village.await_event(SignedIn).badge == "101"
        village.desk.wait_for("desk_paused")
        keypad.press("2", KEY_CONFIRM)
        village.desk.wait_for("desk_free")
        keypad.press("", KEY_NEXT)
        keypad.wait_for_ticket("001", 5)
        called = village.await_event(Called)
        assert called.ticket.endswith(first)
        assert called.window == 1
        assert called.rule == "first_come"
        keypad.press("", KEY_START)
        village.await_event(Started)

        # the soft caller goes on with the same window: finish with a disposition, call the second
        village.desk.wait_for("desk_serving")
        village.desk.type("f4")
        village.desk.wait_for("choose_disposition")
        village.desk.type("1")
        village.desk.wait_for("desk_free")
        assert village.await_event(Finished).disposition is Disposition.ACCEPTED
        village.desk.type("f1")
        village.desk.wait_for("desk_calling")
        assert village.await_event(Called, that=lambda e: e.ticket.endswith(second)).clerk == "101"

        assert village.hub.end() == 0
        store = village.site.root / "hub" / "hub.db"
        report = verify(store, rebuild=True)
        assert report.broken is None, report.broken
        assert sum(isinstance(e, TicketIssued) for e in village.events()) == 2
    _pin_is_nowhere(village)


def _pin_is_nowhere(village: Village) -> None:
    """No store, log or retained message of the site holds the PIN's digits."""
    for path in village.root.rglob("*"):
        if path.is_file():
            assert DIGITS_OF_PIN.encode() not in path.read_bytes(), path


def test_hub_and_broker_killed_between_press_and_call(village: Village) -> None:
    with village:
        label = village.take_number("social-security", "pension-enrolment")
        village.await_event(TicketPrinted)
        village.hub.kill()
        village.kiosk.wait_for("hub_away", limit_s=12)
        village.broker.kill()
        village.broker.start()
        village.hub.start()
        village.kiosk.wait_for("departments", limit_s=20)
        assert village.take_number("social-security", "pension-enrolment") == "A002"
        village.desk.wait_for("sign_in", limit_s=20)
        village.desk.type(*"101", "return")
        village.desk.wait_for("sign_in_pin")
        village.desk.type(*DIGITS_OF_PIN, "return")
        village.desk.wait_for("desk_paused")
        village.desk.type("f8")
        village.desk.wait_for("desk_free")
        village.desk.type("f1")
        village.desk.wait_for("desk_calling")
        assert village.await_event(Called).ticket.endswith(label)
