"""`python -m evaluator` as a process at a real Mosquitto: killed at any moment, no rating is lost or made anew."""

from __future__ import annotations

import queue
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from cli import processes
from cli.site import Site
from hall.messages import Ask, Clock, Rated, Sent, decode_ask, encode
from hall.station.bus import Arrived, Bus, Connected, PahoLink
from hall.topics import CATALOGUE, CLOCK, HUB, WINDOW, Topic, Tree
from testbed.touch import Touch
from tests.evaluator.made import FIRST, REASONS, catalogue, window

HALL = Path(__file__).parents[2] / "examples" / "village"
STATION = """
[[stations]]
id = "pad-1"
roles = ["evaluator"]
windows = [1]
"""
HEADLESS = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
LIMIT_S = 15.0
MOST_RSS_MB = 120


class Hub:
    """Publishes as the hub would, over paho, and hears what the pad reports; it never answers."""

    def __init__(self, site: Site) -> None:
        self._events: queue.Queue[object] = queue.Queue()
        self._tree = Tree(site.hall.id)
        self._bus = Bus(
            lambda ears: PahoLink(ears, host="127.0.0.1", port=site.port, user=HUB, password=site.password(HUB)),
            self._events.put,
            [self._tree.ask("pad-1")],
        )
        self._bus.start()
        assert isinstance(self._events.get(timeout=LIMIT_S), Connected)

    def tell(self, topic: Topic, message: Sent, subject: str | int = "", retain: bool = True) -> None:
        self._bus.publish(self._tree.of(topic, subject), encode(message), retain=retain)

    def beacon(self) -> None:
        """The hub lives."""
        self.tell(CLOCK, Clock(at=0, speed=1.0, boot=1), retain=False)

    def next_rating(self) -> Ask:
        limit = time.monotonic() + LIMIT_S
        while True:
            event = self._events.get(timeout=max(0.0, limit - time.monotonic()))
            if isinstance(event, Arrived):
                self._bus.ack(event.token)
                ask = decode_ask(event.payload)
                if isinstance(ask.body, Rated):
                    return ask

    def close(self) -> None:
        self._bus.stop()


class Place:
    """A broker, somebody who publishes, and the pad's station file."""

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
        screen = {"width": 1024, "height": 600, "finger": str(self.finger)}
        self.station = self.site.station("pad-1", evaluator=[{"window": 1, "screen": screen}])
        self.pad = processes.role(self.site, "evaluator", self.station, HEADLESS)

    def begin(self) -> Touch:
        self.pad.start()
        return Touch(self.finger)

    def close(self) -> None:
        for process in (self.pad, self.broker):
            process.end()
        self.hub.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    try:
        yield made
    finally:
        made.close()


def test_a_kill_after_the_press_neither_loses_nor_doubles_the_rating(place: Place) -> None:
    place.hub.tell(CATALOGUE, replace(catalogue(), hall=place.site.hall.id))
    place.hub.tell(WINDOW, window(window=1), 1)
    touch = place.begin()
    touch.wait_for("card")
    place.hub.beacon()
    place.hub.tell(WINDOW, window(FIRST, window=1), 1)
    touch.wait_for("levels")
    assert psutil.Process(place.pad.pid).memory_info().rss < MOST_RSS_MB << 20
    touch.tap("level:2")
    touch.wait_for("reasons")
    touch.tap("reason:207")
    touch.tap("submit")
    touch.wait_for("thanks")
    first = place.hub.next_rating()
    assert first.body == Rated(service=FIRST, level=2, reasons=(207,), version=REASONS.version)
    place.pad.kill()
    touch.close()
    touch = place.begin()
    touch.wait_for("card")  # the retained state still asks for it
    assert place.hub.next_rating() == first  # with the id it always had: the hub keeps one
    touch.close()
    log = place.pad.log.read_text(encoding="utf-8")
    assert "Rated" not in log
    assert "207" not in log


def test_it_ends_at_a_signal_and_tells_a_wrong_file(place: Place) -> None:
    touch = place.begin()
    touch.wait_for("starting")
    touch.close()
    assert place.pad.end() == 0
    place.station.write_text(place.station.read_text().replace("[[evaluator]]", "[[evaluater]]"))
    pad = processes.role(place.site, "evaluator", place.station, HEADLESS)
    pad.start()
    assert psutil.Process(pad.pid).wait(LIMIT_S) == 2
    assert "evaluater" in pad.last_words()
