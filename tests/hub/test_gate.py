"""The broker's lines, as Mosquitto 2.0 writes them, and the alarms they are worth."""

from __future__ import annotations

import pytest

from hall.events import AlertRaised
from hall.topics import BROKER_LOG
from hub.gate import REPEAT_S, TAKEOVERS, TAKEOVERS_WITHIN_S, Gate
from tests.hub.made import made

NOTICE, ERROR, SUBSCRIBES = BROKER_LOG


class Broker:
    """Says lines to a gate, a second apart unless told otherwise."""

    def __init__(self) -> None:
        self.gate = Gate(made())
        self.mono = 100.0

    def says(self, topic: str, *lines: str, pause_s: float = 1.0) -> AlertRaised | None:
        found: AlertRaised | None = None
        for line in lines:
            self.mono += pause_s
            found = self.gate.hear(topic, f"1795817327: {line}".encode(), self.mono) or found
        return found

    def comes(self, name: str, place: str) -> AlertRaised | None:
        return self.says(
            NOTICE,
            f"New connection from {place}:40001 on port 1883.",
            f"New client connected from {place}:40001 as {name} (p5, c1, k10, u'{name}').",
        )

    def takes(self, name: str, place: str) -> AlertRaised | None:
        self.says(ERROR, f"Client {name} already connected, closing old connection.")
        return self.comes(name, place)


def test_a_refused_connection_tells_where_from() -> None:
    broker = Broker()
    alarm = broker.says(
        NOTICE, "New connection from 10.0.0.9:40001 on port 8883.", "Client window-1 disconnected, not authorised."
    )
    assert alarm is not None
    assert (alarm.alert, alarm.subject, alarm.detail) == (
        "intruder-window-1",
        "window-1",
        "refused, last from 10.0.0.9",
    )


@pytest.mark.parametrize("name", ["<unknown>", "mallory", "x disconnected, not authorised.\n1: Client hub", "\x1b[2J"])
def test_a_name_of_no_station_is_unknown(name: str) -> None:
    alarm = Broker().says(NOTICE, f"Client {name} disconnected, not authorised.")
    assert alarm is not None
    assert (alarm.alert, alarm.subject) == ("intruder-unknown", "unknown")


def test_everyday_lines_are_no_alarm() -> None:
    broker = Broker()
    assert broker.comes("kiosk-1", "10.0.0.2") is None
    assert broker.says(NOTICE, "Client kiosk-1 closed its connection.", "Client hub disconnected.") is None
    assert broker.says(SUBSCRIBES, "kiosk-1 1 jh/1/village/station/kiosk-1/answer", "hub 1 $SYS/broker/log/N") is None
    assert broker.says(SUBSCRIBES, "kiosk-1 1 jh/1/village/window/+", "watch 1 jh/1/village/station/+/state") is None
    assert broker.says(NOTICE, "", "Client", "nonsense \x00") is None


@pytest.mark.parametrize(
    "wanted", ["#", "jh/1/village/station/+/answer", "jh/1/village/station/kiosk-2/answer", "$SYS/#"]
)
@pytest.mark.parametrize("name", ["kiosk-1", "watch"])
def test_listening_beyond_ones_rights_is_one(name: str, wanted: str) -> None:
    alarm = Broker().says(SUBSCRIBES, f"{name} 1 {wanted}")
    assert alarm is not None
    assert (alarm.subject, alarm.detail) == (name, f"listens to {wanted}")


def test_a_station_that_lost_its_cable_takes_its_own_place() -> None:
    broker = Broker()
    broker.comes("kiosk-1", "10.0.0.2")
    assert broker.takes("kiosk-1", "10.0.0.2") is None


def test_a_place_taken_from_elsewhere_is_an_alarm() -> None:
    broker = Broker()
    broker.comes("kiosk-1", "10.0.0.2")
    alarm = broker.takes("kiosk-1", "10.0.0.9")
    assert alarm is not None
    assert alarm.detail == "its place was taken, from 10.0.0.9"
    assert broker.takes("watch", "10.0.0.9") is None  # two who look at once


def test_a_place_taken_again_and_again_is_an_alarm_even_from_the_same_machine() -> None:
    broker = Broker()
    broker.comes("kiosk-1", "127.0.0.1")
    assert [broker.takes("kiosk-1", "127.0.0.1") is not None for _ in range(TAKEOVERS)] == [False, False, True]
    slow = Broker()
    slow.comes("kiosk-1", "127.0.0.1")
    for _ in range(3 * TAKEOVERS):
        slow.mono += TAKEOVERS_WITHIN_S
        assert slow.takes("kiosk-1", "127.0.0.1") is None


def test_a_storm_is_one_alarm_a_minute() -> None:
    broker = Broker()
    line = "Client <unknown> disconnected, not authorised."
    told = [broker.says(NOTICE, line, pause_s=0.01) for _ in range(500)]
    assert sum(a is not None for a in told) == 1
    broker.mono += REPEAT_S
    assert broker.says(NOTICE, line) is not None
