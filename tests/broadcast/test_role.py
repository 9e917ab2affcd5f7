"""The whole role in a station, at a broker in memory: calls in, WAV files, captions and health out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

import broadcast.recorder
from broadcast.audio import read_wav, seconds
from broadcast.player import GRACE_S
from broadcast.role import BroadcastRole
from hall.messages import Caption, Clock, EmergencyState, Health, Say, Sent, StationState, decode, encode
from hall.model import Role
from hall.station.bus import Ears
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.stationfile import BroadcastSettings, Broker, StationFile
from hall.topics import CAPTION, CLOCK, EMERGENCY, SAY
from tests.broadcast.made import NINE, call

SPEED = 10.0
T = TypeVar("T")


class Wire:
    """A link to a broker of one client: takes what the station publishes, and brings what the test says."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self.published: list[tuple[str, bytes]] = []

    def start(self) -> None:
        self._ears.connected(False)

    def stop(self) -> None:
        pass

    def subscribe(self, filters: Sequence[str]) -> None:
        self.filters = tuple(filters)

    def publish(self, topic: str, payload: bytes, retain: bool) -> int:
        del retain
        self.published.append((topic, payload))
        return len(self.published)

    def ack(self, mid: int) -> None:
        pass

    def bring(self, topic: str, message: Sent) -> None:
        self._ears.message(topic, encode(message), False, 1)


class House:
    """A station with a voice."""

    def __init__(self, folder: Path, languages: tuple[str, ...] = ("zh",)) -> None:
        self.wav = folder / "said"
        self.wires: list[Wire] = []
        own = BroadcastSettings(zone="main", wav="said", languages=languages)
        settings = StationFile(
            id="voice-1",
            hall="village",
            roles=(Role.BROADCAST,),
            broker=Broker(password_file="none"),
            data="data",
            broadcast=own,
        )
        self.role = BroadcastRole(own, folder)
        self.station = Station(settings, outbox=Outbox.open(folder / "voice-1.db"), link=self._link)
        self.station.begin(self.role)
        self.wire = self.wires[0]

    def _link(self, ears: Ears, _will: object) -> Wire:
        self.wires.append(Wire(ears))
        return self.wires[0]

    def until(self, true: Callable[[], bool], limit_s: float = 20.0) -> None:
        """Let the station work until that is so."""
        end = time.monotonic() + limit_s
        while not true():
            assert time.monotonic() < end, f"not in {limit_s} s"
            self.station.turn(self.station.inbox.take(0.05))

    def clock(self) -> None:
        self.wire.bring(self.station.tree.of(CLOCK), Clock(at=NINE, speed=SPEED, boot=1))

    def say(self, *calls: Say) -> None:
        for say in calls:
            self.wire.bring(self.station.tree.of(SAY, say.zone), say)

    def emergency(self, text: str) -> None:
        path = self.station.tree.of(EMERGENCY, "main")
        self.wire.bring(path, EmergencyState(rev=1, zone="main", text=text, since=NINE))

    def lines(self) -> list[dict[str, object]]:
        file = self.wav / "timeline.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def captions(self) -> list[str]:
        path = self.station.tree.of(CAPTION, "voice-1")
        return [decode(payload, Caption).text for topic, payload in self.wire.published if topic == path]

    def health(self) -> dict[str, tuple[Health, str]]:
        path = self.station.tree.state("voice-1")
        states = [decode(payload, StationState) for topic, payload in self.wire.published if topic == path]
        return states[-1].devices if states else {}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.station.end()


def test_calls_are_heard_and_read_in_their_order(house: House) -> None:
    calls = (call("A017", 3, repeats=1), call("B002", 16, repeats=1))
    house.clock()
    house.say(*calls, calls[0])
    house.until(lambda: len(house.lines()) == 2 and house.captions()[-1:] == [""])
    first, second = house.lines()
    assert [first["id"], second["id"]] == [c.id for c in calls]
    assert not first["mute"]
    assert not second["mute"]
    texts = ["请A017号到3号窗口办理业务", "请B002号到16号窗口办理业务"]
    assert house.captions() == [texts[0], "", texts[1], ""]
    assert house.health() == {"voice": (Health.READY, ""), "speaker": (Health.READY, "")}
    # the first one may have waited for its clips, up to GRACE_S of real time: at this speed many seconds of silence
    assert 4.0 < seconds(read_wav(house.wav / str(first["file"]))) < 9.0 + GRACE_S * SPEED


def test_without_hub_time_nothing_is_said_but_an_emergency(house: House) -> None:
    house.say(call())
    house.emergency("发生火情，请离开。")
    house.until(lambda: house.captions()[-1:] == ["发生火情，请离开。"])
    house.until(lambda: len(house.lines()) == 1)
    house.emergency("")
    house.until(lambda: house.captions()[-1:] == [""])
    assert [line["id"] for line in house.lines()] == [""]
    assert not house.lines()[0]["mute"]  # it was recorded while the alarm sounded
    assert house.lines()[0]["start"] is None


def test_an_emergency_cuts_in_and_the_call_comes_back(house: House) -> None:
    house.clock()
    house.say(call(repeats=2, not_after=NINE + 600_000))
    house.until(lambda: len(house.captions()) == 1)
    house.emergency("请离开。")
    house.until(lambda: "请离开。" in house.captions())
    house.emergency("")
    house.until(lambda: len(house.lines()) == 3)
    cut, emergency, rest = house.lines()
    assert (cut["id"], cut["cut"], cut["sentences"]) == (call().id, True, 1)
    assert (emergency["id"], emergency["cut"]) == ("", True)
    assert (rest["id"], rest["cut"], rest["sentences"]) == (call().id, False, 1)


def test_after_a_restart_nothing_is_said_that_was_begun_before(tmp_path: Path) -> None:
    first = House(tmp_path)
    first.clock()
    first.say(call(), call("A018"))
    first.until(lambda: len(first.captions()) == 1)
    first.station.end()
    second = House(tmp_path)
    try:
        second.clock()
        second.say(call("A019", repeats=1))
        second.until(lambda: len(second.lines()) == 2 and bool(second.captions()) and second.captions()[-1] == "")
        assert [line["id"] for line in second.lines()] == [call().id, call("A019").id]
        assert second.captions() == ["请A019号到3号窗口办理业务", ""]
    finally:
        second.station.end()


def test_a_voice_that_cannot_record_is_degraded_and_chimes_and_captions_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast.recorder, "voice_command", lambda: ("false",))
    made = House(tmp_path)
    try:
        made.until(lambda: made.health().get("voice") == (Health.DEGRADED, "cannot_record"))
        made.clock()
        made.say(call(repeats=1))
        made.until(lambda: len(made.lines()) == 1 and made.captions()[-1:] == [""])
        assert made.captions() == ["请A017号到3号窗口办理业务", ""]
        assert made.lines()[0]["mute"]
        assert any(read_wav(made.wav / str(made.lines()[0]["file"])))
    finally:
        made.station.end()
