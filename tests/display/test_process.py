"""`python -m display` as a process at a real Mosquitto: killed at any moment, its screen is right again at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hall.topics import BOARD, EMERGENCY
from testbed.touch import Touch
from tests.display.made import board, emergency, row
from tests.station.alone import Alone

LIMIT_S = 15.0
MOST_RSS_MB = 120


class Place(Alone):
    """The display's process, and what may look at its screen."""

    def __init__(self, root: Path) -> None:
        self.finger = root / "f"
        screen = {"width": 1920, "height": 1080, "finger": str(self.finger)}
        row = {"id": "board-1", "roles": ["display"], "zone": "main"}
        super().__init__(root, row, {"zone": "main", "notices": ["欢迎" * 60], "screen": screen})

    def begin(self) -> Touch:
        self.process.start()
        return Touch(self.finger)


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


def test_after_a_kill_the_screen_is_right_from_what_is_retained(place: Place) -> None:
    place.hub.tell(BOARD, board("main", row("A017", 1, 60)), "main")
    touch = place.begin()
    touch.wait_for("board")
    assert shows(touch, "A017")
    assert psutil.Process(place.process.pid).memory_info().rss < MOST_RSS_MB << 20
    place.process.kill()
    touch.close()
    place.hub.tell(BOARD, board("main", row("A018", 1, 5), rev=12), "main")
    touch = place.begin()
    touch.wait_for("board")
    assert shows(touch, "A018")
    assert "A017" not in touch.look()["texts"]
    place.process.kill()
    touch.close()
    place.hub.tell(EMERGENCY, emergency("main", "请撤离"), "main")
    touch = place.begin()
    touch.wait_for("emergency")
    assert shows(touch, "请撤离")
    touch.close()


def test_it_ends_at_a_signal_and_tells_a_wrong_file(place: Place) -> None:
    touch = place.begin()
    touch.wait_for("starting")
    touch.close()
    assert place.process.end() == 0
    place.station.write_text(place.station.read_text().replace("main", "x").replace("[display]", "[displai]"))
    place.process.start()
    assert psutil.Process(place.process.pid).wait(LIMIT_S) == 2
    assert "displai" in place.process.last_words()
