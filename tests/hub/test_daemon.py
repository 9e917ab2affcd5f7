"""The hub's loop over a broker in memory: what is told, when, and what is put right after a break."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from hall.messages import (
    AlertState,
    Answer,
    Ask,
    Body,
    Cancel,
    Clock,
    DeviceSeen,
    Health,
    Issued,
    Life,
    Next,
    OpenState,
    Refusal,
    Resume,
    Say,
    StationState,
    TakeTicket,
    Wish,
    decode,
    encode,
)
from hall.model import AlertKind
from hall.station.bus import Ears, Will
from hall.station.clock import BEACON_S
from hall.topics import ALERT, CATALOGUE, CLOCK, OPEN, Tree
from hub.daemon import SHOW_S, TICK_S, Hub
from hub.store import Store
from tests.broker import Broker, Link
from tests.hub.made import KIOSK, MORNING, STATIONS, code, made, sign_in

TREE = Tree("village")
TAKE = TakeTicket(matter="pension")


class Rig:
    """A hub on a file and a broker, with its clocks in the test's hand."""

    def __init__(self, path: Path, broker: Broker | None = None, reachable: bool = True) -> None:
        self.hall = made()
        self.path = path
        self.broker = broker or Broker()
        self.wall = MORNING
        self.mono = 0.0
        self.reachable = reachable
        self.ids = iter(range(1, 10_000))
        self.hub = self.start()

    def start(self) -> Hub:
        def link(ears: Ears, will: Will) -> Link:
            self.link = self.broker.link(ears, will, keep_session=True)
            self.link.reachable = self.reachable
            return self.link

        hub = Hub(
            self.hall,
            Store.open(self.path, self.hall.id),
            link=link,
            now=lambda: self.wall,
            mono=lambda: self.mono,
        )
        hub.begin()
        self.hub = hub
        self.turn()
        return hub

    def kill(self) -> None:
        """The process is gone: nothing is said, the broker publishes the will."""
        self.link.break_off()
        self.broker.links.remove(self.link)
        self.hub.writer.store.close()

    def turn(self) -> None:
        """Work until the inbox is empty; a tenth of a second has gone by, so changed states may be told."""
        self.mono += SHOW_S
        for _ in range(50):
            events = self.hub.inbox.take(0)
            if not events and self.hub.wait_s() > 0:
                return
            assert self.hub.turn(events)
        raise AssertionError("the hub talks to itself without end")

    def wait(self, seconds: float) -> None:
        """Time goes on, tick by tick."""
        while seconds > 0:
            step = min(seconds, TICK_S)
            self.mono += step
            self.wall += round(step * 1000)
            seconds -= step
            self.turn()

    def put(self, station: str, body: Body, request: str = "") -> str:
        """A request on its way to the hub."""
        request = request or f"q{next(self.ids)}"
        not_after = self.wall + 5_000 if isinstance(body, Wish) else None
        self.broker.publish(TREE.ask(station), encode(Ask(id=request, body=body, not_after=not_after)))
        return request

    def ask(self, station: str, body: Body, request: str = "") -> Answer | None:
        """The answer to a request, if one came at once."""
        request = self.put(station, body, request)
        self.turn()
        return self.answer(station, request)

    def answer(self, station: str, request: str) -> Answer | None:
        answers = [decode(body, Answer) for body in self.broker.sent(TREE.answer(station))]
        return next((a for a in answers if a.id == request), None)

    def open_window(self) -> None:
        self.ask(STATIONS[1], sign_in(self.hall, "s", 1, "101"), "s")
        self.ask(STATIONS[1], Resume(window=1))

    def call(self) -> None:
        """A number whose slip is unknown, called to window 1."""
        self.ask(KIOSK, TAKE)
        self.wait(10)
        self.ask(STATIONS[1], Next(window=1))

    def life(self) -> StationState:
        return decode(self.broker.retained[TREE.state("hub")], StationState)

    def says(self) -> list[Say]:
        return [decode(body, Say) for body in self.broker.sent(TREE.say("main"))]

    def alert(self, name: str) -> AlertState:
        return decode(self.broker.retained[TREE.of(ALERT, name)], AlertState)

    def opening(self) -> OpenState:
        return decode(self.broker.retained[TREE.of(OPEN)], OpenState)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "hub.db")


def test_at_its_birth_the_hub_tells_everything(rig: Rig) -> None:
    topics = {t.removeprefix("jh/1/village/") for t in rig.broker.retained}
    windows = {f"window/{n}" for n in (1, 2, 3)}
    boards = {"board/main", "board/self"}
    emergencies = {"emergency/main", "emergency/self"}
    assert topics == {"station/hub/about", "station/hub/state", "catalogue", "open", *windows, *boards, *emergencies}
    assert (rig.life().life, rig.life().boot) == (Life.READY, 1)


def test_a_request_is_answered_and_acknowledged_after_its_commit(rig: Rig) -> None:
    order: list[str] = []
    store, link = rig.hub.writer.store, rig.link
    commit, publish, ack = store.commit, link.publish, link.ack

    def noting(name: str, act: Callable[..., object]) -> Callable[..., object]:
        def noted(*args: object) -> object:
            order.append(name)
            return act(*args)

        return noted

    store.commit, link.ack = noting("commit", commit), noting("ack", ack)  # type: ignore[method-assign,assignment]
    link.publish = noting("publish", publish)  # type: ignore[method-assign,assignment]
    answer = rig.ask(KIOSK, TAKE)
    assert answer is not None
    assert isinstance(answer.reply, Issued)
    assert order[:2] == ["commit", "publish"]
    assert order.index("ack") > order.index("publish")
    assert link.unacknowledged == {}


def test_a_hub_killed_before_its_commit_is_asked_again_by_the_broker(rig: Rig) -> None:
    """Received and not acknowledged: the session brings it to the next start, and it is done once."""
    request = rig.put(KIOSK, TAKE)
    session = dict(rig.link.unacknowledged)
    assert session
    rig.kill()
    rig.start()
    assert rig.answer(KIOSK, request) is None
    for topic, payload, retained in session.values():
        rig.link.deliver(topic, payload, retained)
    rig.turn()
    answer = rig.answer(KIOSK, request)
    assert answer is not None
    assert isinstance(answer.reply, Issued)


def test_what_is_no_request_is_acknowledged_at_once(rig: Rig) -> None:
    """Else the broker's window would fill with them and no request would come any more."""
    rig.broker.publish(TREE.state("hub"), encode(StationState(station="hub", life=Life.LOST, boot=0)), True)
    rig.broker.publish(TREE.state("hub"), b"junk")
    rig.broker.publish(TREE.of(ALERT, "x"), b"junk")
    rig.turn()
    assert rig.link.unacknowledged == {}


def test_the_time_beacon_goes_on(rig: Rig) -> None:
    rig.wait(3 * BEACON_S)
    beacons = [decode(body, Clock) for body in rig.broker.sent(TREE.of(CLOCK))]
    assert len(beacons) >= 4
    assert beacons[-1].at == rig.wall
    assert {b.boot for b in beacons} == {1}


def test_only_changed_states_are_told_again(rig: Rig) -> None:
    before = len(rig.broker.published)
    rig.wait(30)
    topics = {topic for topic, _, _ in rig.broker.published[before:]}
    assert topics == {TREE.of(CLOCK)}


# --- moments ---


def test_a_call_is_said_once_and_forgotten_when_the_broker_has_it(rig: Rig) -> None:
    rig.open_window()
    rig.call()
    rig.wait(5)
    assert [s.id for s in rig.says()] == ["2026-11-23/A001#1~1"]
    assert rig.hub.writer.store.moments() == []
    assert TREE.say("main") not in rig.broker.retained


def test_a_moment_that_no_broker_had_is_told_after_a_restart(rig: Rig) -> None:
    rig.open_window()
    rig.ask(KIOSK, TAKE)
    rig.wait(10)
    rig.link.is_up = False  # the cable is out and nobody has noticed
    rig.hub._bus.is_connected = False
    rig.hub.writer.take([], rig.wall)
    rig.link.deliver(TREE.ask(STATIONS[1]), encode(Ask(id="n", body=Next(window=1), not_after=rig.wall + 9_000)), False)
    topic, payload, retained = rig.link.unacknowledged[max(rig.link.unacknowledged)]
    rig.link._ears.message(topic, payload, retained, max(rig.link.unacknowledged))
    rig.turn()
    assert rig.says() == []
    rig.kill()
    rig.wall += 20_000
    rig.start()
    assert [s.label for s in rig.says()] == ["A001"]
    rig.wait(1)
    rig.kill()
    rig.start()
    assert len(rig.says()) == 1


def test_an_expired_moment_is_not_told(rig: Rig) -> None:
    rig.open_window()
    rig.ask(KIOSK, TAKE)
    rig.wait(10)
    rig.link.holds_puback = True
    rig.ask(STATIONS[1], Next(window=1))
    assert len(rig.says()) == 1
    rig.kill()
    rig.wall += 25_001
    rig.start()
    assert len(rig.says()) == 1


def test_a_moment_on_its_way_is_not_told_twice_by_one_process(rig: Rig) -> None:
    rig.open_window()
    rig.ask(KIOSK, TAKE)
    rig.wait(10)
    rig.link.holds_puback = True
    rig.ask(STATIONS[1], Next(window=1))
    rig.link.break_off()
    rig.link.holds_puback = False
    rig.link.come_up()
    rig.turn()
    assert [s.id for s in rig.says()] == ["2026-11-23/A001#1~1"] * 2  # the link's own repeat, and no third
    rig.link.break_off()
    rig.link.come_up()
    rig.turn()
    assert len(rig.says()) == 2


# --- breaks ---


def test_a_hub_whose_broker_is_away_waits_and_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(tmp_path / "hub.db", reachable=False)
    rig.wait(10)
    assert rig.broker.published == []
    assert "nobody answers" in caplog.text
    rig.link.come_up()
    rig.turn()
    assert rig.life().life is Life.READY
    assert TREE.of(CATALOGUE) in rig.broker.retained
    assert rig.ask(KIOSK, TAKE) is not None


def test_a_new_connection_is_told_everything_again(rig: Rig) -> None:
    rig.open_window()
    rig.wait(1)  # changed states are told at most every tenth of a second
    states = dict(rig.broker.retained)
    rig.link.break_off()
    rig.broker.retained.clear()  # a broker that lost its file
    rig.link.filters = []
    rig.turn()
    rig.link.come_up()
    rig.turn()
    assert rig.broker.retained == states


@pytest.mark.parametrize("boot", [0, 1, 57])  # 57: this one was restored from a backup
def test_a_late_will_does_not_bury_a_live_hub(rig: Rig, boot: int) -> None:
    rig.broker.publish(TREE.state("hub"), encode(StationState(station="hub", life=Life.LOST, boot=boot)), True)
    rig.turn()
    assert rig.life().life is Life.READY


def test_an_end_is_said_and_a_kill_is_the_brokers_word(rig: Rig) -> None:
    rig.kill()
    assert (rig.life().life, rig.life().boot) == (Life.LOST, 1)
    rig.start()
    assert (rig.life().life, rig.life().boot) == (Life.READY, 2)
    rig.hub.end()
    assert rig.life().life is Life.LOST
    assert rig.link.stopped


def test_an_alert_that_ended_while_the_hub_was_away_ends_at_the_broker(rig: Rig) -> None:
    """A hub that died with a full disk and starts on a new one: nothing in its log knows of that alert."""
    rig.hub.writer.store._db.execute("PRAGMA query_only = 1")
    rig.ask(KIOSK, TAKE)
    assert rig.alert("cannot-write").ended_at is None
    rig.kill()
    rig.start()
    assert rig.alert("cannot-write").ended_at == rig.wall
    count = len(rig.broker.published)
    rig.turn()
    assert len(rig.broker.published) == count


def test_an_alert_of_the_log_stands_through_a_restart(rig: Rig) -> None:
    rig.ask(KIOSK, DeviceSeen(device="printer", health=Health.LOST, reason="silent"))
    rig.kill()
    rig.start()
    assert rig.alert("device-kiosk-1-printer").ended_at is None


# --- troubles ---


def test_a_disk_that_refuses_degrades_the_hub_until_it_writes_again(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    db = rig.hub.writer.store._db
    db.execute("PRAGMA query_only = 1")
    request = rig.put(KIOSK, TAKE)
    rig.turn()
    assert rig.answer(KIOSK, request) is None
    assert (rig.life().life, rig.life().reason) == (Life.DEGRADED, "cannot_write")
    alert = rig.alert("cannot-write")
    assert (alert.kind, alert.ended_at) == (AlertKind.CANNOT_WRITE, None)
    assert "readonly" in alert.detail
    assert (rig.opening().taking, rig.opening().reason) == (False, "cannot_write")
    rig.wait(5)
    assert rig.life().life is Life.DEGRADED
    errors = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(errors) == 1  # once, not at every tick
    db.execute("PRAGMA query_only = 0")
    rig.wait(1)
    assert rig.life().life is Life.READY
    assert rig.alert("cannot-write").ended_at is not None
    assert rig.opening().taking
    answer = rig.ask(KIOSK, TAKE, request)  # the station's repeat
    assert answer is not None
    assert isinstance(answer.reply, Issued)
    assert answer.reply.label == "A001"


def test_a_full_disk_does_not_look_writable_between_requests(rig: Rig) -> None:
    rig.ask(KIOSK, TAKE)
    db = rig.hub.writer.store._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    while rig.ask(KIOSK, TAKE) is not None:
        pass
    lives = len(rig.broker.sent(TREE.state("hub")))
    rig.wait(5)
    assert len(rig.broker.sent(TREE.state("hub"))) == lives
    assert rig.life().life is Life.DEGRADED
    db.execute(f"PRAGMA max_page_count = {pages * 10}")
    rig.wait(1)
    assert rig.life().life is Life.READY


def test_a_clock_behind_degrades_the_hub_until_it_is_right(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.ask(KIOSK, TAKE)
    right = rig.wall
    rig.wall -= 3_600_000
    rig.wait(2)
    answer = rig.ask(KIOSK, TAKE)
    assert answer is not None
    assert code(answer.reply) is Refusal.CLOCK_BEHIND
    assert (rig.life().life, rig.life().reason) == (Life.DEGRADED, "clock_behind")
    assert rig.alert("clock-behind").ended_at is None
    assert "set the clock" in rig.alert("clock-behind").detail
    assert rig.opening().taking is False
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1
    rig.wall = right + 10_000
    rig.wait(1)
    assert rig.life().life is Life.READY
    assert rig.alert("clock-behind").ended_at is not None
    answer = rig.ask(KIOSK, TAKE)
    assert answer is not None
    assert isinstance(answer.reply, Issued)
    assert answer.reply.label == "A002"


def test_one_trouble_gives_way_to_another(rig: Rig) -> None:
    rig.ask(KIOSK, TAKE)
    rig.wall -= 3_600_000
    rig.wait(1)
    rig.wall += 3_700_000
    rig.hub.writer.store._db.execute("PRAGMA query_only = 1")
    rig.ask(KIOSK, TAKE)
    assert rig.life().reason == "cannot_write"
    assert rig.alert("clock-behind").ended_at is not None
    assert rig.alert("cannot-write").ended_at is None


def test_a_message_on_no_topic_of_ours_is_told_and_dropped(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.link.deliver("jh/1/village/station/../ask", b"{}", False)
    rig.turn()
    assert "no topic of this hall" in caplog.text
    assert rig.ask(KIOSK, Cancel(request="x")) is not None
