"""The role in its station: a broker in memory, fingers as SDL events, a pad on a PTY, its own durable outbox."""

from __future__ import annotations

import logging
import os
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest
from PIL import Image

from evaluator.role import Evaluator
from evaluator.values import Spoken
from evaluator.voice import Voice
from hall.errors import BadFile
from hall.messages import Answer, Ask, Clock, DeviceSeen, Health, Noted, Rated, StationState, decode, decode_ask, encode
from hall.model import DeskState, Role
from hall.profile import PadProfile
from hall.station.bus import Arrived, Bus
from hall.station.inbox import Inbox
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.station.settings import profile
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import EvaluatorSettings, Screen, StationFile
from hall.topics import CATALOGUE, CLOCK, WINDOW, Tree
from screen.page import Page, Text
from testbed.pad import VirtualPad
from tests.broker import Broker
from tests.evaluator.made import FIRST, REASONS, SECOND, catalogue, in_hand, window

TREE = Tree("shishu")
LIMIT_S = 10.0
SCREEN = Screen(width=1024, height=600)


class Hub:
    """Publishes as the hub would, hears what is asked and notes it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._inbox = Inbox()
        self._bus = Bus(broker.link, self._inbox.put, [TREE.ask("pad-3")])
        self._bus.start()
        self.asked: list[Ask] = []
        broker.publish(TREE.of(CATALOGUE), encode(catalogue()), retain=True)

    def tell(self, rate: str | None = None, state: DeskState = DeskState.FREE, **changes: Any) -> None:
        self._broker.publish(TREE.of(WINDOW, 3), encode(window(rate, state, **changes)), retain=True)

    def beacon(self) -> None:
        self._broker.publish(TREE.of(CLOCK), encode(Clock(at=0, speed=1.0, boot=1)))

    @property
    def ratings(self) -> list[Rated]:
        """Every rating that came, a repeat once."""
        for event in self._inbox.take(0):
            if isinstance(event, Arrived):
                self._bus.ack(event.token)
                ask = decode_ask(event.payload)
                if ask.id not in {a.id for a in self.asked}:
                    self.asked.append(ask)
                answer = Answer(id=ask.id, reply=Noted(), at=0)
                self._broker.publish(TREE.answer("pad-3"), encode(answer))
        return [ask.body for ask in self.asked if isinstance(ask.body, Rated)]


class Running:
    """An evaluator in its station, turned by the test; time stands until `wait` moves it."""

    def __init__(self, broker: Broker, settings: EvaluatorSettings, data: Path) -> None:
        self.mono = 100.0
        self.role = Evaluator(settings, "zh", data)
        file = StationFile(
            id="pad-3",
            hall="shishu",
            roles=(Role.EVALUATOR,),
            broker=BrokerFile(password_file="x"),
            data="data",
            evaluator=(settings,),
        )
        self.outbox = Outbox.open(data / "pad-3.db")
        self.station = Station(file, outbox=self.outbox, link=broker.link, mono=lambda: self.mono)
        self.station.begin(self.role)
        self.turn()

    def turn(self) -> None:
        """Everything that has arrived is handled and drawn."""
        if self.role.has_screen:
            self.station.turn(self.role.pump(0))
            assert self.role._panel is not None
            self.role._panel.show(self.role.state, self.mono)  # a second pump would take events that nobody handles
        else:
            self.station.turn(self.station.inbox.take(0.01))

    def wait(self, seconds: float) -> None:
        """Time goes on; the hub's beacon comes with it."""
        self.mono += seconds
        self.turn()
        self.turn()

    def until(self, there: Callable[[], bool], what: str) -> None:
        limit = time.monotonic() + LIMIT_S
        while not there():
            assert time.monotonic() < limit, f"waited in vain for {what}"
            self.turn()

    @property
    def page(self) -> Page:
        panel = self.role._panel
        assert panel is not None
        assert panel._window.page is not None
        return panel._window.page

    def tap(self, button: str) -> None:
        """A finger on a button, down and up."""
        found = self.page.button(button)
        assert found is not None, (button, self.page.name, [b.id for b in self.page.buttons()])
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            pygame.event.post(pygame.event.Event(kind, pos=found.box.centre, button=1, deliberate=True))
        self.turn()
        self.turn()

    def type(self, *characters: str) -> None:
        for character in characters:
            name = "backspace" if character == "\b" else ""
            code = pygame.key.key_code(name or "a")
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode="" if name else character, mod=0))
        self.turn()
        self.turn()


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def hub(broker: Broker) -> Hub:
    return Hub(broker)


@pytest.fixture
def running(broker: Broker, hub: Hub, tmp_path: Path) -> Iterator[Running]:
    hub.tell()
    made = Running(broker, EvaluatorSettings(window=3, screen=SCREEN), tmp_path)
    hub.beacon()
    made.turn()
    yield made
    made.station.end()


def words_on(page: Page) -> list[str]:
    return [item.words for item in page.items if isinstance(item, Text)]


# --- the pad with a screen ----------------------------------------------------------------------------------


def test_from_the_card_to_a_rating_and_back(running: Running, hub: Hub) -> None:
    assert running.page.name == "card"
    assert {"王小丽", "工号 101 · A岗"} <= set(words_on(running.page))
    hub.tell(FIRST)
    running.turn()
    assert running.page.name == "levels"
    running.tap("level:2")
    assert running.page.name == "reasons"
    assert hub.ratings == []
    running.tap("reason:208")
    running.tap("more")
    running.tap("reason:213")
    running.tap("reason:213")
    running.tap("reason:214")
    running.type("太", "慢", "了", "x", "\b")
    assert "太慢了" in words_on(running.page)
    running.tap("submit")
    assert running.page.name == "thanks"
    wanted = Rated(service=FIRST, level=2, reasons=(208, 214), version=REASONS.version, words="太慢了")
    assert hub.ratings == [wanted]
    hub.tell(FIRST)  # the hub has not noted it yet
    running.turn()
    assert running.page.name == "thanks"
    running.wait(3)
    assert running.page.name == "card"
    assert hub.ratings == [wanted]


def test_the_photo_comes_from_the_directory_beside_the_station_file(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "staff").mkdir()
    Image.new("RGB", (150, 210), (240, 20, 30)).save(tmp_path / "staff" / "101.png")
    hub.tell()
    running = Running(broker, EvaluatorSettings(window=3, screen=SCREEN, photos="staff"), tmp_path)
    try:
        (picture,) = running.page.pictures()
        assert tuple(pygame.display.get_surface().get_at(picture.box.centre))[:3] == (240, 20, 30)
    finally:
        running.station.end()


def test_a_station_may_do_without_photos(
    broker: Broker, hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Image.new("RGB", (150, 210), (240, 20, 30)).save(tmp_path / "101.png")  # beside the station file: not meant
    hub.tell()
    running = Running(broker, EvaluatorSettings(window=3, screen=SCREEN, photos=""), tmp_path)
    try:
        (picture,) = running.page.pictures()
        assert tuple(pygame.display.get_surface().get_at(picture.box.centre))[:3] != (240, 20, 30)
        assert not [record for record in caplog.records if record.name == "screen"]
    finally:
        running.station.end()


def test_a_level_may_be_taken_back_before_it_is_sent(running: Running, hub: Hub) -> None:
    hub.tell(FIRST)
    running.turn()
    running.tap("level:1")
    running.tap("again")
    assert running.page.name == "levels"
    running.tap("level:4")
    running.tap("submit")
    assert hub.ratings == [Rated(service=FIRST, level=4)]


def test_nobody_touches_the_pad(running: Running, hub: Hub) -> None:
    hub.tell(FIRST)
    running.turn()
    running.wait(59)
    assert running.page.name == "levels"
    assert any("1 秒" in text for text in words_on(running.page))
    running.wait(1)
    assert running.page.name == "card"
    assert hub.ratings == [Rated(service=FIRST, level=0)]


def test_the_next_call_closes_the_question(running: Running, hub: Hub) -> None:
    hub.tell(FIRST)
    running.turn()
    hub.tell(None, DeskState.CALLING, in_hand=in_hand("2026-11-23/A018"))
    running.turn()
    assert running.page.name == "card"
    assert hub.ratings == [Rated(service=FIRST, level=0)]
    hub.tell(SECOND)
    running.turn()
    running.tap("level:5")
    running.tap("submit")
    assert hub.ratings == [Rated(service=FIRST, level=0), Rated(service=SECOND, level=5)]


def test_no_level_is_in_a_log_or_in_the_station_s_state(
    running: Running, hub: Hub, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heard = Inbox()
    everything = Bus(broker.link, heard.put, [TREE.state("pad-3"), TREE.about("pad-3"), TREE.every(WINDOW)])
    everything.start()
    hub.tell(FIRST)
    running.turn()
    running.tap("level:2")
    running.tap("reason:208")
    assert "208" not in repr(running.role.state.asking)
    running.tap("submit")
    assert hub.ratings[0].level == 2
    logged = " ".join(record.getMessage() for record in caplog.records)
    told = b" ".join(event.payload for event in heard.take(0) if isinstance(event, Arrived)).decode()
    for place in (logged, told):
        assert "208" not in place
        assert "level" not in place
    everything.stop()


# --- restarts -----------------------------------------------------------------------------------------------


def rated_before_a_power_cut(broker: Broker, hub: Hub, tmp_path: Path) -> Running:
    """A pad that starts again: the broker died before it heard of a rating, then the pad lost its power."""
    hub.tell(FIRST)
    settings = EvaluatorSettings(window=3, screen=SCREEN)
    first = Running(broker, settings, tmp_path)
    hub.beacon()
    first.turn()
    first.tap("level:3")
    broker.links[-1].break_off()
    first.tap("submit")
    first.role.close()
    first.outbox.close()  # no goodbye
    assert hub.ratings == []
    return Running(broker, settings, tmp_path)


def test_a_rating_survives_a_power_cut_and_is_not_asked_for_again(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    running = rated_before_a_power_cut(broker, hub, tmp_path)
    try:
        assert running.page.name == "card"  # the retained state still asks, but the outbox may hold the answer
        assert hub.ratings == [Rated(service=FIRST, level=3)]
        hub.tell(None)
        hub.beacon()
        running.wait(1)
        running.wait(70)
        assert running.page.name == "card"
        assert hub.ratings == [Rated(service=FIRST, level=3)]
    finally:
        running.station.end()


def test_a_hub_that_is_slow_to_say_so_hears_the_rating_first(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    """The pad asks for a moment; the hub passes over the second fact of a service."""
    running = rated_before_a_power_cut(broker, hub, tmp_path)
    try:
        hub.beacon()
        running.turn()
        assert running.page.name == "levels"
        assert hub.ratings == [Rated(service=FIRST, level=3)]
        hub.tell(None)
        running.wait(1)
        assert running.page.name == "card"
        assert hub.ratings[0] == Rated(service=FIRST, level=3)
        assert hub.ratings[1:] in ([], [Rated(service=FIRST, level=0)])
    finally:
        running.station.end()


def test_after_a_restart_an_unanswered_service_is_asked_for_again(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    hub.tell(FIRST)
    for _ in range(2):
        running = Running(broker, EvaluatorSettings(window=3, screen=SCREEN), tmp_path)
        hub.beacon()
        running.turn()
        assert running.page.name == "levels"
        running.station.end()


# --- the pad with keys --------------------------------------------------------------------------------------


def four_keys() -> PadProfile:
    found = profile("ff68-pad-4")
    assert isinstance(found, PadProfile)
    return found


def device(broker: Broker) -> tuple[Health, str] | None:
    """What the station's retained state says of its pad."""
    heard = Inbox()
    bus = Bus(broker.link, heard.put, [TREE.state("pad-3")])
    bus.start()
    states = [decode(e.payload, StationState) for e in heard.take(0) if isinstance(e, Arrived)]
    bus.stop()
    return states[-1].devices.get("pad-3") if states else None


def test_four_keys_rate_and_are_listed_as_not_five_level(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    hub.tell()
    with VirtualPad(0x83, four_keys()) as pad:
        running = Running(broker, EvaluatorSettings(window=3, pad=pad.path, address=0x83), tmp_path)
        try:
            hub.beacon()
            running.until(lambda: device(broker) == (Health.DEGRADED, "not_five_level"), "the pad's health")
            assert pad.press(3).acked  # nothing is asked: acknowledged, and that is all
            hub.tell(FIRST)
            running.until(lambda: pad.asking, "the pad to ask")
            assert pad.press(1).acked
            running.until(lambda: bool(hub.ratings), "the rating")
            assert pad.press(0).acked
            running.turn()
            assert hub.ratings == [Rated(service=FIRST, level=3)]
            pad.line.unplug()
            running.until(lambda: device(broker) == (Health.LOST, "port"), "the pulled cable")
            seen = [ask.body for ask in hub.asked if isinstance(ask.body, DeviceSeen)]
            assert DeviceSeen(device="pad-3", health=Health.DEGRADED, reason="not_five_level") in seen[:1]
        finally:
            running.station.end()


def test_both_pads_rate_a_service_once(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    hub.tell(FIRST)
    with VirtualPad(0x83, four_keys()) as pad:
        settings = EvaluatorSettings(window=3, pad=pad.path, address=0x83, screen=SCREEN)
        running = Running(broker, settings, tmp_path)
        try:
            running.until(lambda: device(broker) is not None, "the pad's port")
            hub.beacon()
            running.until(lambda: pad.asking, "the pad to ask")
            assert running.page.name == "levels"
            pad.press(2)
            running.until(lambda: running.page.name == "thanks", "thanks on the screen")
            running.until(lambda: bool(hub.ratings), "the rating")
            assert pad.press(0).acked
            running.turn()
            assert hub.ratings == [Rated(service=FIRST, level=4)]
        finally:
            running.station.end()


# --- settings and voice -------------------------------------------------------------------------------------


def test_a_wrong_profile_and_no_pad_at_all_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="is no pad's; one is ff68-pad-4"):
        Evaluator(EvaluatorSettings(window=1, pad="x", profile="a090-8"), "zh", tmp_path)
    with pytest.raises(BadFile, match="needs a pad or a screen"):
        Evaluator(EvaluatorSettings(window=1), "zh", tmp_path)


@pytest.fixture(name="recordings")
def _recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hall's recordings, and a sound card that writes what it is given into a file."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "heard.raw"))
    directory = tmp_path / "voice"
    directory.mkdir()
    for spoken in Spoken:
        with wave.open(str(directory / f"{spoken}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(44_100)
            file.writeframes(b"\x11\x22" * 44_100 * 20)  # longer than any test
    yield directory
    pygame.mixer.quit()  # the card is the process' own: a pad leaves it open


@pytest.mark.usefixtures("recordings")
def test_recordings_are_played_when_it_asks(broker: Broker, hub: Hub, tmp_path: Path) -> None:
    hub.tell(FIRST)
    running = Running(broker, EvaluatorSettings(window=3, screen=SCREEN), tmp_path)
    try:
        hub.beacon()
        heard = tmp_path / "heard.raw"
        running.until(lambda: heard.is_file() and heard.read_bytes().strip(b"\0") != b"", "sound")
        assert running.page.name == "levels"
    finally:
        running.station.end()


def test_a_missing_recording_is_told_and_the_caption_stays(recordings: Path) -> None:
    (recordings / "thanks.wav").unlink()
    voice = Voice(recordings)
    assert (voice.wanted, voice.health, voice.reason) == (True, Health.DEGRADED, "no_recording")
    assert not voice.say(Spoken.THANKS)


def test_pads_of_one_station_do_not_silence_each_other(recordings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")  # takes sound at the pace of a card
    one, two = Voice(recordings), Voice(recordings)

    def busy() -> int:
        return sum(pygame.mixer.Channel(n).get_busy() for n in range(pygame.mixer.get_num_channels()))

    for voice in (one, two):
        assert voice.say(Spoken.PLEASE_RATE)
    assert busy() == 2
    assert one.say(Spoken.THANKS)  # instead of what it said itself
    assert busy() == 2
    one.close()
    assert busy() == 1
    assert two.say(Spoken.THANKS)
    two.close()
    assert busy() == 0


def test_the_directory_of_recordings_is_a_setting(recordings: Path, broker: Broker, tmp_path: Path) -> None:
    recordings.rename(tmp_path / "own")
    for voice, wanted in (("own", True), ("", False), ("voice", False)):
        running = Running(broker, EvaluatorSettings(window=3, screen=SCREEN, voice=voice), tmp_path)
        try:
            assert running.role._voice is not None
            assert running.role._voice.wanted == running.role._voice.say(Spoken.THANKS) == wanted
        finally:
            running.station.end()


def test_other_languages_have_a_directory_of_their_own(recordings: Path) -> None:
    assert not Voice(recordings, "en").wanted
    (recordings / "en").mkdir()
    for spoken in Spoken:
        (recordings / f"{spoken}.wav").rename(recordings / "en" / f"{spoken}.wav")
    assert Voice(recordings, "en").say(Spoken.THANKS)
    assert Voice(recordings, "zh").reason == "no_recording"


def test_no_sound_card_is_told(recordings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no such driver")
    voice = Voice(recordings)
    assert (voice.health, voice.reason) == (Health.DEGRADED, "no_sound_card")
    voice.close()


def test_a_hall_without_recordings_wants_none(tmp_path: Path) -> None:
    voice = Voice(tmp_path / "voice")
    assert not voice.wanted
    assert not voice.say(Spoken.PLEASE_RATE)
