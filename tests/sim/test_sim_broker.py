"""The simulated broker keeps to MQTT: sessions, packet ids, retained messages, wills, redelivery."""

from __future__ import annotations

from random import Random

from hall.station.bus import Arrived, Bus, Connected, Ears, Will
from testbed.sim.broker import Broker, Message
from testbed.sim.disk import Seam
from testbed.sim.link import SimLink
from testbed.sim.loop import Loop


class Nobody:
    """A tap that only remembers."""

    def __init__(self) -> None:
        self.acknowledged_as: list[Message | None] = []

    def published(self, name: str, message: Message) -> None: ...
    def heard(self, name: str, message: Message) -> None: ...
    def acknowledged(self, link: SimLink, mid: int, received: Message | None) -> None:  # noqa: ARG002
        self.acknowledged_as.append(received)


class Party:
    """A client of the broker: a real Bus over a simulated link."""

    def __init__(self, broker: Broker, loop: Loop, name: str, filters: tuple[str, ...], keep: bool = False) -> None:
        self.heard: list[object] = []
        self.tap = Nobody()

        def link(ears: Ears) -> SimLink:
            will = Will(f"life/{name}", b"lost")
            chance = Random(name)
            return SimLink(
                ears,
                name=name,
                will=will,
                keep_session=keep,
                broker=broker,
                loop=loop,
                chance=chance,
                seam=Seam(),
                tap=self.tap,
            )

        self.bus = Bus(link, self.heard.append, filters)
        self.link: SimLink = self.bus._link  # type: ignore[assignment]
        self.bus.start()

    def arrived(self) -> list[Arrived]:
        return [event for event in self.heard if isinstance(event, Arrived)]


def settle(loop: Loop, seconds: float = 20.0) -> None:
    until = loop.now + seconds
    loop.at(until, lambda: None)
    while loop.now < until:
        loop.next()


def hall() -> tuple[Loop, Broker, Party, Party]:
    loop = Loop()
    broker = Broker(loop, Random(1))
    hub = Party(broker, loop, "hub", ("ask/+",), keep=True)
    kiosk = Party(broker, loop, "kiosk", ("answer/kiosk",))
    settle(loop)
    return loop, broker, hub, kiosk


def cut(broker: Broker, party: Party) -> None:
    wire = party.link.wire
    assert wire is not None
    broker.gone(wire)
    party.link.lost(wire)


def test_what_is_not_acknowledged_comes_again_to_a_kept_session_with_its_packet_id() -> None:
    loop, broker, hub, kiosk = hall()
    kiosk.bus.publish("ask/kiosk", b"1")
    settle(loop)
    cut(broker, hub)
    kiosk.bus.publish("ask/kiosk", b"2")
    settle(loop)
    assert [a.payload for a in hub.arrived()] == [b"1", b"1", b"2"]
    first, again, _ = hub.arrived()
    assert first.token.mid == again.token.mid
    assert first.token.generation != again.token.generation
    for event in hub.arrived():
        hub.bus.ack(event.token)
    assert [m.payload for m in hub.tap.acknowledged_as if m is not None] == [b"1", b"2"]  # the stale one is not sent


def test_a_lost_session_begins_packet_ids_anew() -> None:
    loop, broker, hub, kiosk = hall()
    kiosk.bus.publish("ask/kiosk", b"1")
    settle(loop)
    cut(broker, hub)
    assert broker.forget("hub")
    settle(loop)
    assert [event.session_present for event in hub.heard if isinstance(event, Connected)] == [False, False]
    kiosk.bus.publish("ask/kiosk", b"2")
    settle(loop)
    assert [(a.payload, a.token.mid) for a in hub.arrived()] == [(b"1", 1), (b"2", 1)]


def test_what_was_published_offline_or_unconfirmed_is_sent_again_by_the_link() -> None:
    loop, broker, hub, kiosk = hall()
    broker.crash(persistent=False)
    settle(loop, 1.0)
    kiosk.bus.publish("ask/kiosk", b"1")
    broker.restart()
    settle(loop)
    kiosk.bus.publish("ask/kiosk", b"2")
    settle(loop)
    assert b"2" in [a.payload for a in hub.arrived()]
    assert kiosk.link.resent >= 1


def test_a_killed_client_leaves_its_will_and_a_goodbye_does_not() -> None:
    loop, broker, _hub, kiosk = hall()
    watcher = Party(broker, loop, "watcher", ("life/+",))
    kiosk.bus.stop()
    settle(loop)
    assert not broker.retained
    other = Party(broker, loop, "kiosk-2", ())
    settle(loop)
    other.link.kill()
    settle(loop)
    assert broker.retained["life/kiosk-2"].payload == b"lost"
    assert [(a.topic, a.retained) for a in watcher.arrived()] == [("life/kiosk-2", False)]
    late = Party(broker, loop, "late", ("life/+",))
    settle(loop)
    assert [(a.topic, a.retained) for a in late.arrived()] == [("life/kiosk-2", True)]


def test_a_crash_with_persistence_comes_back_with_what_was_saved_last() -> None:
    loop, broker, hub, kiosk = hall()
    kiosk.bus.publish("board", b"old", retain=True)
    settle(loop)
    broker.save()
    kiosk.bus.publish("board", b"new", retain=True)
    settle(loop)
    broker.crash(persistent=True)
    broker.restart()
    assert broker.retained["board"].payload == b"old"
    settle(loop)
    assert [e.session_present for e in hub.heard if isinstance(e, Connected)] == [False, True]


def test_a_second_process_of_the_same_name_takes_the_connection_over() -> None:
    loop, broker, _hub, kiosk = hall()
    twin = Party(broker, loop, "kiosk", ())
    settle(loop, 0.5)
    assert twin.bus.is_connected
    assert not kiosk.bus.is_connected
    kiosk.link.kill()
