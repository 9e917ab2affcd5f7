"""A station's loop over a broker in memory: birth, hub here and away, wishes and facts on the wire, its own state."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.happened import Answered, HubChanged, Note, Ticked, Told, Unanswered
from hall.messages import (
    About,
    Answer,
    Ask,
    Cancel,
    Clock,
    DeviceSeen,
    Health,
    Issued,
    Life,
    Noted,
    OpenState,
    Printed,
    StationState,
    TakeTicket,
    decode,
    decode_ask,
    encode,
)
from hall.model import Printing, Role
from hall.station.asker import WISH_S
from hall.station.clock import AWAY_AFTER_S
from hall.station.host import Host, Stop
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import StationFile
from hall.topics import CLOCK, OPEN, SAY, Topic, Tree
from tests.broker import Broker, Link

TREE = Tree("village")
TAKE = TakeTicket(matter="pension")
PRINTED = Printed(ticket="d/A001", outcome=Printing.ON_PAPER)
UNKNOWN = Printed(ticket="d/A001", outcome=Printing.UNKNOWN)


class Ear:
    """A role that writes down what it hears."""

    topics: tuple[Topic, ...] = (OPEN, SAY)

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.now: int | None = None
        self.closed = False

    def start(self, station: Host) -> None:
        self.station = station

    def handle(self, event: object, now: int | None, mono: float) -> None:
        assert mono >= 0
        self.now = now
        if not isinstance(event, Ticked):
            self.heard.append(event)

    def close(self) -> None:
        self.closed = True

    def news(self) -> list[object]:
        news, self.heard = self.heard, []
        return news


def settings() -> StationFile:
    return StationFile(
        id="kiosk-1", hall="village", roles=(Role.KIOSK,), broker=BrokerFile(password_file="none"), data="data"
    )


class Rig:
    """A kiosk's station, its clock in the test's hand."""

    def __init__(self, path: Path, broker: Broker | None = None, reachable: bool = True) -> None:
        self.broker = broker or Broker()
        self.mono = 100.0
        self.reachable = reachable
        self.ear = Ear()
        ids = iter(range(1, 1_000))
        self.outbox = Outbox.open(path)
        self.station = Station(
            settings(),
            outbox=self.outbox,
            link=self._link,
            mono=lambda: self.mono,
            new_id=lambda: f"b{self.outbox.boot}-{next(ids)}",
        )
        self.station.begin(self.ear)
        self.turn()

    def _link(self, ears: object, will: object) -> Link:
        self.link = self.broker.link(ears, will)  # type: ignore[arg-type]
        self.link.reachable = self.reachable
        return self.link

    def turn(self) -> bool:
        going = True
        for _ in range(20):
            events = self.station.inbox.take(0)
            going = self.station.turn(events)
            if not events or not going:
                return going
        raise AssertionError("the station talks to itself without end")

    def wait(self, seconds: float) -> None:
        while seconds > 0:
            step = min(seconds, 1.0)
            self.mono += step
            seconds -= step
            self.turn()

    def beacon(self, at: int = 1_000_000, boot: int = 1) -> None:
        self.broker.publish(TREE.of(CLOCK), encode(Clock(at=at, speed=1.0, boot=boot)))
        self.turn()

    def hub_says(self, life: Life, boot: int = 1, reason: str = "") -> None:
        state = StationState(station="hub", life=life, boot=boot, reason=reason)
        self.broker.publish(TREE.state("hub"), encode(state), True)
        self.turn()

    def asks(self) -> list[Ask]:
        return [decode_ask(body) for body in self.broker.sent(TREE.ask("kiosk-1"))]

    def answer(self, request: str, reply: Issued | Noted) -> None:
        self.broker.publish(TREE.answer("kiosk-1"), encode(Answer(id=request, reply=reply, at=1)))
        self.turn()

    def state(self) -> StationState:
        return decode(self.broker.retained[TREE.state("kiosk-1")], StationState)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "o.db")


ISSUED = Issued(ticket="d/A001", label="A001", matter="pension", issued_at=1, ahead=0, windows=(1,))


def test_a_birth_tells_what_the_station_is(rig: Rig) -> None:
    about = decode(rig.broker.retained[TREE.about("kiosk-1")], About)
    assert (about.station, about.roles, about.boot) == ("kiosk-1", (Role.KIOSK,), 1)
    assert (rig.state().life, rig.state().boot) == (Life.READY, 1)


def test_the_hub_is_here_with_its_beacon_and_away_without(rig: Rig) -> None:
    assert rig.ear.news() == []
    rig.beacon()
    assert rig.ear.news() == [HubChanged(True)]
    rig.wait(AWAY_AFTER_S)
    assert rig.ear.news() == []
    rig.wait(1)
    assert rig.ear.news() == [HubChanged(False, "silent")]
    rig.beacon(1_020_000)
    assert rig.ear.news() == [HubChanged(True)]
    assert rig.ear.now == 1_020_000


def test_a_hub_in_trouble_is_away_although_its_clock_ticks(rig: Rig) -> None:
    rig.beacon()
    rig.hub_says(Life.DEGRADED, reason="cannot_write")
    rig.beacon()
    assert rig.ear.news() == [HubChanged(True), HubChanged(False, "cannot_write")]
    rig.hub_says(Life.READY)
    rig.beacon()
    assert rig.ear.news() == [HubChanged(True)]


def test_a_hub_that_died_is_away_and_its_next_boot_is_here(rig: Rig) -> None:
    rig.beacon()
    rig.hub_says(Life.LOST)
    assert rig.ear.news() == [HubChanged(True), HubChanged(False, "lost")]
    rig.beacon(2_000_000, boot=2)
    assert rig.ear.news() == [HubChanged(True)]
    rig.hub_says(Life.LOST, boot=1)  # the late will of the first
    rig.beacon(1, boot=1)
    rig.wait(1)
    assert rig.ear.news() == []
    assert rig.ear.now == 2_001_000


def test_a_hub_restored_from_a_backup_is_heard_although_it_counts_lower(rig: Rig) -> None:
    rig.beacon(boot=57)
    rig.hub_says(Life.LOST, boot=57)
    rig.beacon(9_000_000, boot=12)  # too soon: a late word of an older life
    assert rig.ear.news() == [HubChanged(True), HubChanged(False, "lost")]
    rig.wait(AWAY_AFTER_S + 1)
    rig.beacon(9_000_000, boot=12)
    assert rig.ear.news() == [HubChanged(True)]
    assert rig.ear.now == 9_000_000
    rig.hub_says(Life.DEGRADED, boot=12, reason="cannot_write")
    assert rig.ear.news() == [HubChanged(False, "cannot_write")]


def test_a_station_that_starts_after_a_restore_is_not_misled_by_the_old_will(rig: Rig) -> None:
    rig.hub_says(Life.LOST, boot=57)
    assert rig.ear.news() == [HubChanged(False, "lost")]
    rig.beacon(boot=12)
    assert rig.ear.news() == [HubChanged(True)]


def test_a_hub_in_trouble_is_not_here_because_a_station_starts(rig: Rig) -> None:
    rig.hub_says(Life.DEGRADED, boot=12, reason="cannot_write")
    rig.beacon(boot=12)
    rig.wait(AWAY_AFTER_S + 1)
    rig.beacon(boot=12)
    assert rig.ear.news() == [HubChanged(False, "cannot_write")]


def test_a_lost_broker_is_told_and_everything_goes_on_after(rig: Rig) -> None:
    rig.beacon()
    rig.link.break_off()
    rig.turn()
    assert rig.ear.news() == [HubChanged(True), HubChanged(False, "broker_away")]
    assert rig.state().life is Life.LOST  # the broker's word, by the will
    rig.link.come_up()
    rig.turn()
    rig.beacon()
    assert rig.ear.news() == [HubChanged(True)]
    assert rig.state().life is Life.READY


def test_a_wish_is_asked_and_answered(rig: Rig) -> None:
    rig.beacon()
    rig.ear.news()
    rig.station.want(TAKE)
    (ask,) = rig.asks()
    assert (ask.body, ask.not_after) == (TAKE, 1_005_000)
    rig.answer(ask.id, ISSUED)
    assert rig.ear.news() == [Answered(TAKE, ISSUED)]


def test_before_the_first_beacon_a_wish_is_refused_at_once(rig: Rig) -> None:
    rig.station.want(TAKE)
    rig.turn()
    assert rig.ear.news() == [Unanswered(TAKE, settled=True)]
    assert rig.asks() == []


def test_a_wish_that_gets_no_answer_is_repeated_then_withdrawn(rig: Rig) -> None:
    rig.beacon()
    rig.ear.news()
    rig.station.want(TAKE)
    rig.wait(WISH_S)
    assert [type(a.body) for a in rig.asks()] == [TakeTicket] * 5 + [Cancel]
    assert len({a.id for a in rig.asks()}) == 2
    assert rig.ear.news() == [Unanswered(TAKE, settled=False)]


@pytest.mark.parametrize("other", ["note", "connection"])
def test_a_late_wish_is_told_whatever_else_happens_at_that_moment(other: str, rig: Rig) -> None:
    rig.beacon()
    rig.ear.news()
    rig.station.want(TAKE)
    rig.mono += WISH_S
    if other == "note":
        rig.station.note(Note(PRINTED))
    else:
        rig.link.break_off()
        rig.link.come_up()
    rig.turn()
    assert Unanswered(TAKE, settled=False) in rig.ear.news()


def test_a_fact_waits_for_the_broker_and_is_sent_until_noted(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "o.db", reachable=False)
    rig.station.note(Note(PRINTED))
    rig.wait(30)
    assert rig.asks() == []
    rig.link.come_up()
    rig.turn()
    (ask,) = rig.asks()
    assert (ask.body, ask.not_after) == (PRINTED, None)
    rig.wait(1)
    assert rig.asks() == [ask, ask]
    rig.answer(ask.id, Noted())
    rig.wait(5)
    assert len(rig.asks()) == 2


def test_a_station_killed_while_printing_tells_unknown_at_its_next_start(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "o.db")
    rig.station.intend("d/A001", Note(UNKNOWN))
    rig.link.break_off()
    rig.broker.links.remove(rig.link)
    rig.outbox.close()
    again = Rig(tmp_path / "o.db", rig.broker)
    again.wait(1)
    assert {a.body for a in again.asks()} == {UNKNOWN}
    assert again.state().boot == 2


def test_a_print_that_ended_is_the_only_fact(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "o.db")
    rig.station.intend("d/A001", Note(UNKNOWN))
    rig.station.note(Note(PRINTED), settles="d/A001")
    rig.outbox.close()
    again = Rig(tmp_path / "o.db", rig.broker)
    again.wait(1)
    assert {a.body for a in again.asks()} == {PRINTED}


def test_a_device_is_in_the_state_and_a_fact_once_a_change(rig: Rig) -> None:
    for _ in range(3):
        rig.station.device("printer", Health.LOST, "silent")
    assert rig.state().devices == {"printer": (Health.LOST, "silent")}
    rig.station.device("printer", Health.READY)
    assert rig.state().devices == {"printer": (Health.READY, "")}
    first = rig.asks()[0]
    rig.answer(first.id, Noted())
    assert [a.body for a in rig.asks()] == [
        DeviceSeen(device="printer", health=Health.LOST, reason="silent"),
        DeviceSeen(device="printer", health=Health.READY),
    ]


def test_states_that_the_role_asked_for_are_told(rig: Rig) -> None:
    opening = OpenState(rev=1, day="2026-11-23", taking=True)
    rig.broker.publish(TREE.of(OPEN), encode(opening), True)
    rig.broker.publish(TREE.window(1), b"not asked for", True)
    rig.turn()
    assert rig.ear.news() == [Told(opening)]


def test_junk_is_dropped_and_acknowledged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.broker.publish(TREE.of(OPEN), b"junk")
    rig.broker.publish(TREE.answer("kiosk-1"), b"{}")
    rig.turn()
    assert rig.ear.news() == []
    assert caplog.text.count("dropped a message") == 2
    assert rig.link.unacknowledged == {}


@pytest.mark.parametrize("boot", [0, 1])
def test_a_late_will_does_not_bury_a_live_station(rig: Rig, boot: int) -> None:
    lost = StationState(station="kiosk-1", life=Life.LOST, boot=boot)
    rig.broker.publish(TREE.state("kiosk-1"), encode(lost), True)
    rig.turn()
    assert rig.state().life is Life.READY


def test_a_stop_ends_the_loop_and_everything_is_closed(rig: Rig) -> None:
    rig.station.inbox.put(Stop())
    assert rig.turn() is False
    rig.station.end()
    assert (rig.ear.closed, rig.link.stopped, rig.state().life) == (True, True, Life.LOST)
