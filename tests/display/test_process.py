"""`python -m display` as a process at a real Mosquitto: killed at any moment, its screen is right again at once."""

from __future__ import annotations

import queue
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli import processes
from cli.processes import Process
from cli.site import Site
from hall.messages import Retained, encode
from hall.station.bus import Bus, Connected, PahoLink
from hall.topics import BOARD, EMERGENCY, HUB, Tree
from testbed.touch import Touch
from tests.display.made import board, emergency, row

HALL = Path(__file__).parents[2] / "examples" / "village"
STATION = """
[[stations]]
id = "board-1"
roles = ["display"]
zone = "main"
"""
HEADLESS = {"SDL_VIDEODRIVER": "dummy"}
LIMIT_S = 15.0
MOST_RSS_MB = 120


class Hub:
    """Publishes as the hub would, over paho."""

    def __init__(self, site: Site) -> None:
        events: queue.Queue[object] = queue.Queue()
        self._tree = Tree(site.hall.id)
        self._bus = Bus(
            lambda ears: PahoLink(ears, host="127.0.0.1", port=site.port, user=HUB, password=site.password(HUB)),
            events.put,
            (),
        )
        self._bus.start()
        assert isinstance(events.get(timeout=LIMIT_S), Connected)

    def tell(self, topic: object, subject: str, state: Retained) -> None:
        self._bus.publish(self._tree.of(topic, subject), encode(state), retain=True)  # type: ignore[arg-type]

    def close(self) -> None:
        self._bus.stop()


class Place:
    """A broker, somebody who publishes, and the display's station file."""

    def __init__(self, root: Path) -> None:
        shutil.copytree(HALL, root / "hall")
        with (root / "hall" / "hall.toml").open("a", encoding="utf-8") as file:
            file.write(STATION)
        self.site = Site(root / "site", root / "hall" / "hall.toml", processes.free_port())
        self.site.make()
        self.broker = processes.broker(self.site)
        self.broker.start()
        processes.await_listening(self.broker, self.site.port)
        self.hub = Hub(self.site)
        self.finger = root / "f"
        screen = {"width": 1920, "height": 1080, "finger": str(self.finger)}
        self.station = self.site.station(
            "board-1", display={"zone": "main", "notices": ["欢迎" * 60], "screen": screen}
        )
        self.display = processes.role(self.site, "display", self.station, HEADLESS)

    def close(self) -> None:
        for process in (self.display, self.broker):
            process.end()
        self.hub.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    try:
        yield made
    finally:
        made.close()


def shows(touch: Touch, label: str) -> bool:
    limit = time.monotonic() + LIMIT_S
    while time.monotonic() < limit:
        if label in touch.look()["texts"]:
            return True
        time.sleep(0.02)
    return False


def begun(place: Place) -> tuple[Process, Touch]:
    place.display.start()
    return place.display, Touch(place.finger)


def test_after_a_kill_the_screen_is_right_from_what_is_retained(place: Place) -> None:
    place.hub.tell(BOARD, "main", board("main", row("A017", 1, 60)))
    display, touch = begun(place)
    touch.wait_for("board")
    assert shows(touch, "A017")
    assert psutil.Process(display.pid).memory_info().rss < MOST_RSS_MB << 20
    display.kill()
    touch.close()
    place.hub.tell(BOARD, "main", board("main", row("A018", 1, 5), rev=12))
    display, touch = begun(place)
    touch.wait_for("board")
    assert shows(touch, "A018")
    assert "A017" not in touch.look()["texts"]
    display.kill()
    touch.close()
    place.hub.tell(EMERGENCY, "main", emergency("main", "请撤离"))
    _, touch = begun(place)
    touch.wait_for("emergency")
    assert shows(touch, "请撤离")
    touch.close()


def test_it_ends_at_a_signal_and_tells_a_wrong_file(place: Place) -> None:
    display, touch = begun(place)
    touch.wait_for("starting")
    touch.close()
    assert display.end() == 0
    place.station.write_text(place.station.read_text().replace("main", "x").replace("[display]", "[displai]"))
    display = processes.role(place.site, "display", place.station, HEADLESS)
    display.start()
    assert psutil.Process(display.pid).wait(LIMIT_S) == 2
    assert "displai" in display.last_words()
