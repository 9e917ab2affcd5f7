"""Generations of connections, clocks and the inbox: small rooms of a station, each over what really happens."""

from __future__ import annotations

import threading

import pytest

from hall.messages import Clock
from hall.station.bus import Arrived, Bus, Connected, Delivered, Disconnected, Ears
from hall.station.clock import HubClock
from hall.station.inbox import Inbox
from tests.broker import Broker, Link, matches

TOPIC = "jh/1/village/station/kiosk-1/ask"


class Rig:
    """A bus with a session at a broker in memory."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.heard: list[object] = []
        self.bus = Bus(self._link, self.heard.append, ["jh/1/village/station/+/ask"])

    def _link(self, ears: Ears) -> Link:
        self.link = self.broker.link(ears, keep_session=True)
        return self.link

    def arrived(self) -> list[Arrived]:
        return [e for e in self.heard if isinstance(e, Arrived)]


def test_a_message_is_acknowledged_by_its_own_id() -> None:
    rig = Rig()
    rig.bus.start()
    rig.broker.publish(TOPIC, b"one")
    rig.broker.publish(TOPIC, b"two")
    one, two = rig.arrived()
    rig.bus.ack(two.token)
    assert [m[1] for m in rig.link.unacknowledged.values()] == [b"one"]
    rig.bus.ack(one.token)
    assert rig.link.unacknowledged == {}


def test_a_stale_acknowledgement_is_not_sent() -> None:
    """After a break packet ids start anew: the old id 1 would acknowledge another message."""
    rig = Rig()
    rig.bus.start()
    rig.broker.publish(TOPIC, b"old")
    (old,) = rig.arrived()
    rig.link.break_off()
    rig.link.unacknowledged.clear()  # the broker lost its session, too
    rig.link.come_up()
    rig.broker.publish(TOPIC, b"new")
    new = rig.arrived()[-1]
    assert new.token.mid == old.token.mid
    rig.bus.ack(old.token)
    assert [m[1] for m in rig.link.unacknowledged.values()] == [b"new"]
    rig.bus.ack(new.token)
    assert rig.link.acked == [new.token.mid]


def test_between_connections_nothing_is_acknowledged() -> None:
    rig = Rig()
    rig.bus.start()
    rig.broker.publish(TOPIC, b"one")
    rig.link.break_off()
    rig.bus.ack(rig.arrived()[0].token)
    assert rig.link.acked == []
    rig.link.come_up()
    assert [e.payload for e in rig.arrived()] == [b"one", b"one"]  # brought again


def test_every_connection_subscribes_anew() -> None:
    rig = Rig()
    rig.broker.publish(TOPIC, b"kept", retain=True)
    rig.bus.start()
    assert rig.bus.is_connected
    assert Connected(session_present=False) in rig.heard
    assert [e.payload for e in rig.arrived()] == [b"kept"]
    assert rig.link.filters == ["jh/1/village/station/+/ask"]
    rig.link.break_off()
    rig.link.filters = []  # a broker that forgot the session
    rig.link.come_up()
    assert rig.link.filters == ["jh/1/village/station/+/ask"]


def test_a_broker_that_stays_away_is_told_once() -> None:
    rig = Rig()
    rig.link.reachable = False
    for _ in range(5):
        rig.bus.start()
    assert rig.heard == [Disconnected("nobody answers")]
    rig.link.reachable = True
    rig.bus.start()
    rig.link.break_off()
    rig.link.break_off("not authorised")
    assert [e for e in rig.heard if isinstance(e, Disconnected)] == [
        Disconnected("nobody answers"),
        Disconnected("cable"),
        Disconnected("not authorised"),
    ]
    assert not rig.bus.is_connected


def test_what_was_published_offline_goes_out_once_connected() -> None:
    rig = Rig()
    handle = rig.bus.publish("jh/1/village/x", b"later")
    assert rig.broker.published == []
    rig.bus.start()
    assert [m[1] for m in rig.broker.published] == [b"later"]
    assert Delivered(handle) in rig.heard


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/b", "a/b", True),
        ("a/b/c", "a/b", False),
    ],
)
def test_the_broker_in_memory_knows_filters(pattern: str, topic: str, expected: bool) -> None:
    assert matches(pattern, topic) is expected


# --- hub time ---


def test_hub_time_runs_on_from_the_last_beacon() -> None:
    clock = HubClock()
    assert (clock.now(5.0), clock.silent_s(5.0), clock.speed) == (None, float("inf"), 1.0)
    clock.heard(Clock(at=1_000_000, speed=1.0, boot=1), 10.0)
    assert (clock.now(10.0), clock.now(12.5), clock.silent_s(12.5)) == (1_000_000, 1_002_500, 2.5)
    clock.heard(Clock(at=1_002_400, speed=1.0, boot=1), 12.5)
    assert clock.now(12.5) == 1_002_400


def test_in_a_fast_hall_hub_time_runs_fast() -> None:
    clock = HubClock()
    clock.heard(Clock(at=0, speed=60.0, boot=1), 0.0)
    assert (clock.now(1.5), clock.speed, clock.silent_s(1.5)) == (90_000, 60.0, 1.5)


# --- the inbox ---


def test_the_inbox_keeps_order_and_batches() -> None:
    inbox = Inbox()
    for n in range(5):
        inbox.put(n)
    assert inbox.take(0, most=3) == [0, 1, 2]
    assert inbox.take(0) == [3, 4]
    assert inbox.take(0) == []


def test_the_inbox_is_bounded_and_counts_what_it_dropped() -> None:
    inbox = Inbox(bound=3)
    for n in range(5):
        inbox.put(n)
    assert (inbox.take(0), inbox.dropped) == ([0, 1, 2], 2)
    inbox.put(5)
    assert inbox.take(0) == [5]


def test_the_inbox_wakes_who_waits() -> None:
    inbox = Inbox()
    woken: list[int] = []
    inbox.on_put = lambda: woken.append(1)
    thread = threading.Timer(0.02, inbox.put, ["late"])
    thread.start()
    assert inbox.take(5.0) == ["late"]
    thread.join(5)
    assert woken == [1]
