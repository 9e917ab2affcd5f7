"""The role in its station: a broker in memory, a real window on SDL's dummy driver, a real bar on a PTY."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest
from msgspec.structs import replace
from PIL import Image

from display.role import Display
from hall.errors import BadFile
from hall.messages import Clock, DeviceSeen, StationState, decode, decode_ask, encode
from hall.model import DeskState, Role
from hall.profile import BarProfile
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.station.settings import profile
from hall.stationfile import BarSettings, DisplaySettings, Screen, StationFile
from hall.stationfile import Broker as BrokerFile
from hall.topics import BOARD, CAPTION, CATALOGUE, CLOCK, EMERGENCY, WINDOW, Tree
from screen.page import Page, Text
from testbed.bar import VirtualBar
from tests.broker import Broker
from tests.display.made import NOW, boards, caption, catalogue, emergency, window

TREE = Tree("shishu")
LIMIT_S = 5.0
SCREEN = Screen(width=1280, height=720)


class Running:
    """A display in its station, turned by the test."""

    def __init__(self, broker: Broker, settings: DisplaySettings, data: Path) -> None:
        file = StationFile(
            id="board-1",
            hall="shishu",
            roles=(Role.DISPLAY,),
            broker=BrokerFile(password_file="x"),
            data="data",
            display=settings,
        )
        self.role = Display(settings, "zh", data)
        self.station = Station(file, outbox=Outbox.open(data / "board-1.db"), link=broker.link)
        self.station.begin(self.role)

    def turn(self) -> Page:
        """Everything that has arrived is handled and drawn; the page."""
        self.station.turn(self.role.pump(0))
        self.role.pump(0)
        assert self.role._glass is not None
        assert self.role._glass.window.page is not None
        return self.role._glass.window.page

    def end(self) -> None:
        self.station.end()


@pytest.fixture
def broker() -> Broker:
    broker = Broker()
    broker.publish(TREE.of(BOARD, "a"), encode(boards()[0]), retain=True)
    return broker


@pytest.fixture
def bar() -> Iterator[VirtualBar]:
    found = profile("a090-8")
    assert isinstance(found, BarProfile)
    with VirtualBar(1, found) as made:
        yield made


def texts(page: Page) -> list[str]:
    return [item.words for item in page.items if isinstance(item, Text)]


def test_a_start_is_right_from_one_retained_message(broker: Broker, tmp_path: Path) -> None:
    running = Running(broker, DisplaySettings(zone="a", screen=SCREEN), tmp_path)
    try:
        page = running.turn()
        assert page.name == "board"
        assert {"A017", "A016", "B009", "A012"} <= set(texts(page))
    finally:
        running.end()


def test_captions_and_emergencies_arrive_and_go(broker: Broker, tmp_path: Path) -> None:
    running = Running(broker, DisplaySettings(zone="a", screen=SCREEN), tmp_path)
    try:
        running.turn()
        broker.publish(TREE.of(CAPTION, "voice-1"), encode(caption("a", "请A017号到3号窗口")))
        assert "请A017号到3号窗口" in texts(running.turn())
        broker.publish(TREE.of(EMERGENCY, "a"), encode(emergency("a", "撤离")), retain=True)
        assert running.turn().name == "emergency"
        broker.publish(TREE.of(EMERGENCY, "a"), encode(emergency("a", "")), retain=True)
        assert running.turn().name == "board"
    finally:
        running.end()


@pytest.mark.parametrize("directory", ["photos", "staff"])
def test_the_photo_comes_from_the_directory_beside_the_station_file(
    broker: Broker, tmp_path: Path, directory: str
) -> None:
    (tmp_path / directory).mkdir()
    Image.new("RGB", (150, 210), (240, 20, 30)).save(tmp_path / directory / "101.png")
    settings = DisplaySettings(window=3, screen=SCREEN)
    running = Running(broker, settings if directory == "photos" else replace(settings, photos=directory), tmp_path)
    try:
        broker.publish(TREE.of(CATALOGUE), encode(catalogue()), retain=True)
        broker.publish(TREE.of(WINDOW, 3), encode(window(DeskState.FREE)), retain=True)
        (picture,) = running.turn().pictures()
        assert picture.file == "101.png"
        assert tuple(pygame.display.get_surface().get_at(picture.box.centre))[:3] == (240, 20, 30)
    finally:
        running.end()


def test_a_lost_broker_is_on_the_board_with_the_time(broker: Broker, tmp_path: Path) -> None:
    running = Running(broker, DisplaySettings(zone="a", screen=SCREEN), tmp_path)
    try:
        broker.publish(TREE.of(CLOCK), encode(Clock(at=NOW, speed=1.0, boot=1)))
        assert not any("失去联系" in text for text in texts(running.turn()))
        broker.links[0].break_off()
        page = running.turn()
        assert any("失去联系" in text and "10:20" in text for text in texts(page))
        assert "A017" in texts(page)
    finally:
        running.end()


def test_a_bar_and_its_health_without_a_screen(broker: Broker, bar: VirtualBar, tmp_path: Path) -> None:
    broker.publish(TREE.window(3), encode(window(DeskState.CALLING)), retain=True)
    settings = DisplaySettings(bars=(BarSettings(window=3, port=bar.path),))
    running = Running(broker, settings, tmp_path)
    try:
        assert not running.role.has_screen
        running.station.turn(running.station.inbox.take(0))
        bar.wait_for("请A017到3号窗口", LIMIT_S)
        limit = time.monotonic() + LIMIT_S
        while not broker.sent(TREE.ask("board-1")):
            assert time.monotonic() < limit
            running.station.turn(running.station.inbox.take(0.1))
        (fact,) = {decode_ask(sent).body for sent in broker.sent(TREE.ask("board-1"))}
        assert isinstance(fact, DeviceSeen)
        assert fact.device == "bar-3"
        state = decode(broker.retained[TREE.state("board-1")], StationState)
        assert state.devices["bar-3"][0] == "ready"
        broker.publish(TREE.window(3), encode(window(DeskState.PAUSED, rev=11)), retain=True)
        running.station.turn(running.station.inbox.take(LIMIT_S))
        bar.wait_for("暂停服务", LIMIT_S)
    finally:
        running.end()


def test_a_board_of_digits_shows_tickets_and_no_digit_of_an_emergencys_text(broker: Broker, tmp_path: Path) -> None:
    found = profile("number4-3")
    assert isinstance(found, BarProfile)
    with VirtualBar(1, found) as board:
        broker.publish(TREE.window(3), encode(window(DeskState.CALLING)), retain=True)
        settings = DisplaySettings(bars=(BarSettings(window=3, port=board.path, profile="number4-3"),))
        running = Running(broker, settings, tmp_path)
        try:
            running.station.turn(running.station.inbox.take(0))
            board.wait_for("17", LIMIT_S)
            broker.publish(TREE.of(EMERGENCY, "a"), encode(emergency("a", "请到B2出口")), retain=True)
            running.station.turn(running.station.inbox.take(LIMIT_S))
            board.wait_for("0", LIMIT_S)
        finally:
            running.end()


def test_pictures_are_written_and_only_when_something_changed(broker: Broker, tmp_path: Path) -> None:
    screen = Screen(width=1280, height=720, pictures="pictures")
    running = Running(broker, DisplaySettings(zone="a", screen=screen), tmp_path)
    try:
        running.turn()
        broker.publish(TREE.of(EMERGENCY, "a"), encode(emergency("a")), retain=True)
        running.turn()
        running.turn()
        pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
        assert pictures == ["0001-starting.png", "0002-board.png", "0003-emergency.png"]
    finally:
        running.end()


def test_the_catalogue_names_the_zone(broker: Broker, tmp_path: Path) -> None:
    broker.publish(TREE.of(CATALOGUE), encode(catalogue()), retain=True)
    running = Running(broker, DisplaySettings(zone="a", screen=SCREEN), tmp_path)
    try:
        assert "A区" in texts(running.turn())
    finally:
        running.end()


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no bar's profile"):
        Display(DisplaySettings(bars=(BarSettings(window=1, port="x", profile="escpos-80mm"),)), "zh", tmp_path)
    twice = (BarSettings(window=1, port="x"), BarSettings(window=1, port="y"))
    with pytest.raises(BadFile, match="two bars for one window"):
        Display(DisplaySettings(bars=twice), "zh", tmp_path)
