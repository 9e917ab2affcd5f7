"""`python -m evaluator` as a process at a real Mosquitto: killed at any moment, no rating is lost or made anew."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from hall.messages import Ask, Clock, Rated, decode_ask
from hall.topics import ASK, CATALOGUE, CLOCK, WINDOW
from testbed.touch import Touch
from tests.evaluator.made import FIRST, REASONS, catalogue, window
from tests.station.alone import Alone

LIMIT_S = 15.0
MOST_RSS_MB = 120


class Place(Alone):
    """The pad's process, what may touch it, and what it reports; nobody answers."""

    def __init__(self, root: Path) -> None:
        self.finger = root / "f"
        screen = {"width": 1024, "height": 600, "finger": str(self.finger)}
        row = {"id": "pad-1", "roles": ["evaluator"], "windows": [1]}
        super().__init__(root, row, [{"window": 1, "screen": screen}], hears=[ASK])

    def begin(self) -> Touch:
        self.process.start()
        return Touch(self.finger)

    def beacon(self) -> None:
        """The hub lives."""
        self.hub.tell(CLOCK, Clock(at=0, speed=1.0, boot=1), retain=False)

    def next_rating(self) -> Ask:
        limit = time.monotonic() + LIMIT_S
        while time.monotonic() < limit:
            for event in self.hub.heard(0.1):
                ask = decode_ask(event.payload)
                if isinstance(ask.body, Rated):
                    return ask
        raise TimeoutError("nothing was rated")


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
    place.beacon()
    place.hub.tell(WINDOW, window(FIRST, window=1), 1)
    touch.wait_for("levels")
    assert psutil.Process(place.process.pid).memory_info().rss < MOST_RSS_MB << 20
    touch.tap("level:2")
    touch.wait_for("reasons")
    touch.tap("reason:207")
    touch.tap("submit")
    touch.wait_for("thanks")
    first = place.next_rating()
    assert first.body == Rated(service=FIRST, level=2, reasons=(207,), version=REASONS.version)
    place.process.kill()
    touch.close()
    touch = place.begin()
    touch.wait_for("card")  # the retained state still asks for it
    assert place.next_rating() == first  # with the id it always had: the hub keeps one
    touch.close()
    log = place.process.log.read_text(encoding="utf-8")
    assert "Rated" not in log
    assert re.search(r"(?<!,)207", log) is None  # but for a time's milliseconds


def test_it_ends_at_a_signal_and_tells_a_wrong_file(place: Place) -> None:
    touch = place.begin()
    touch.wait_for("starting")
    touch.close()
    assert place.process.end() == 0
    place.station.write_text(place.station.read_text().replace("[[evaluator]]", "[[evaluater]]"))
    place.process.start()
    assert psutil.Process(place.process.pid).wait(LIMIT_S) == 2
    assert "evaluater" in place.process.last_words()
