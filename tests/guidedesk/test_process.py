"""`python -m guidedesk` at a real Mosquitto and a real hub, and its part of the station file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli import processes
from guidedesk.role import GuideDeskRole
from hall.errors import BadFile
from hall.stationfile import DeskSettings, parse_station
from testbed.touch import Touch
from tests.hub.made import GUIDE_DESK
from tests.hub.running import Running

HEADLESS = {"SDL_VIDEODRIVER": "dummy"}
MOST_RSS_MB = 120

STATION = """
id = "desk-1"
hall = "village"
roles = ["desk"]
data = "data"
[broker]
password_file = "desk-1.password"
[desk]
emergencies = ["本厅自己的通知"]
"""


def test_a_desk_needs_no_more_than_its_table() -> None:
    desk = parse_station("station.toml", STATION).desk
    assert desk == DeskSettings(emergencies=("本厅自己的通知",))
    assert (desk.screen.width, desk.screen.height, desk.printer) == (1280, 800, "")


@pytest.mark.parametrize(
    ("text", "why"), [("", "must not be empty"), ("   ", "must not be empty"), ("长" * 201, "at most 200 characters")]
)
def test_an_emergency_that_the_hub_would_refuse_is_a_mistake_in_the_file(text: str, why: str) -> None:
    with pytest.raises(BadFile, match=rf"desk\.emergencies\[0\]: {why}"):
        parse_station("station.toml", STATION.replace("本厅自己的通知", text))


def test_a_profile_that_is_no_printers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"desk\.profile: 'ff68-21key-b' is no printer's"):
        GuideDeskRole(DeskSettings(printer="/dev/null", profile="ff68-21key-b"), "zh", tmp_path)


def test_a_station_without_a_desk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    (tmp_path / "desk-1.password").write_text("x")
    path.write_text(
        STATION.replace('roles = ["desk"]', 'roles = ["display"]').replace("[desk]", "[display]").replace(
            'emergencies = ["本厅自己的通知"]', ""
        )
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "guidedesk", path],
        env={**os.environ, "SDL_VIDEODRIVER": "dummy"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "station.toml: roles: this program runs none of display" in done.stderr


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path / "place")
    try:
        yield made
    finally:
        made.close()


def test_killed_between_number_and_word_it_says_unknown_and_shows_what_is_called_out(
    running: Running, tmp_path: Path
) -> None:
    running.start()
    finger = tmp_path / "f"
    screen = {"width": 1280, "height": 800, "finger": str(finger)}
    station = running.site.station(GUIDE_DESK, desk={"screen": screen})
    desk = processes.role(running.site, "guidedesk", station, HEADLESS)
    try:
        desk.start()
        touch = Touch(finger)
        touch.wait_for("departments")
        assert psutil.Process(desk.pid).memory_info().rss < MOST_RSS_MB << 20
        for key, page in (("f4", "emergency"), ("1", "zones"), ("1", "sure"), ("f9", "emergency")):
            touch.type(key)
            touch.wait_for(page)
        for key, page in (("f1", "departments"), ("1", "matters"), ("1", "confirm"), ("return", "issued")):
            touch.type(key)
            touch.wait_for(page)
        (label,) = {t for t in touch.look()["texts"] if t[:1].isalpha() and t[1:].isdigit()}
        desk.kill()
        touch.close()
        desk = processes.role(running.site, "guidedesk", station, HEADLESS)
        desk.start()
        touch = Touch(finger)
        touch.wait_for("departments")
        for key in ("f2", *label.lower(), "return"):
            touch.type(key)
        touch.wait_for("found")
        texts = " ".join(touch.look()["texts"])
        assert "紧急广播正在播发" in texts
        assert "未确认出票" in texts
        touch.close()
        assert desk.end() == 0
    finally:
        desk.end()
