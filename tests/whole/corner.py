"""A corner of a hall that really runs: one window with keypad, pad and bar on one wire, kiosk, board and voice."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from cli.stage import Stage
from hall.events import AnyEvent, decode_event
from testbed.bar import VirtualBar
from testbed.keypad import VirtualKeypad
from testbed.touch import Touch
from tests.whole.village import label_on

VILLAGE: Final = Path(__file__).parents[2] / "examples" / "village"
LIMIT_S: Final = 30.0
A_HAND_S: Final = 0.3  # a keypad's own repeat of a press comes sooner, and is taken for that
PIN, BADGE = "246810", "101"
NEXT, START, CONFIRM = 0x0C, 0x0A, 0x0F
STATIONS: Final = """
[[stations]]
id = "kiosk-1"
roles = ["kiosk"]
zone = "main"

[[stations]]
id = "line-1"
roles = ["caller", "evaluator", "display"]
windows = [1]
zone = "main"

[[stations]]
id = "board-1"
roles = ["display"]
zone = "main"

[[stations]]
id = "voice-1"
roles = ["broadcast"]
zone = "main"
"""
DEVICES: Final = {
    "kiosk-1": """
[kiosk]
printer = "/dev/printer"
screen = { width = 1080, height = 1920 }
""",
    "line-1": """
[[caller]]
window = 1
keypad = "/dev/rs485"
address = 1
[[evaluator]]
window = 1
pad = "/dev/rs485"
address = 129
profile = "ff68-pad-5"
[display]
bars = [{ window = 1, port = "/dev/rs485", address = 1 }]
""",
    "board-1": """
[display]
zone = "main"
screen = { width = 1920, height = 1080 }
""",
    "voice-1": """
[broadcast]
zone = "main"
""",
}


def hall_of(root: Path) -> Path:
    """The village's hall with the stations of the corner; its hall.toml."""
    place = root / "hall"
    shutil.copytree(VILLAGE, place)
    text = (place / "hall.toml").read_text(encoding="utf-8")
    (place / "hall.toml").write_text(text[: text.index("[[stations]]")] + STATIONS, encoding="utf-8")
    for station, devices in DEVICES.items():
        (place / "stations" / f"{station}.toml").write_text(devices, encoding="utf-8")
    return place / "hall.toml"


class Corner:
    """Started on entering, ended on leaving."""

    def __init__(self, root: Path) -> None:
        self.out = root / "site"
        self.stage = Stage(self.out, hall_of(root), start="2026-11-23T09:30", speed=1.0)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.stage)
        devices = self.stage.devices
        self.keypad, self.pad, self.bar = devices.keypads[1], devices.pads[1], devices.bars[1]
        self.printer = devices.printers["kiosk-1"]
        self.kiosk = self.touch("kiosk-1")
        self.board = self.touch("board-1")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:  # what a technician would ask for; pytest shows it under the failure
            print(self.told())
        self._stack.close()

    def told(self) -> str:
        """What every process wrote last and whether it runs, what the hub knows, what reached pad and keypad last."""
        lines = [
            f"== {name}{'' if process.is_running else ', NOT RUNNING'}\n{process.last_words()}"
            for name, process in self.stage.processes.items()
        ]
        lines += [f"== events\n{self.events()[-8:]}", f"== pad\n{self.pad.heard[-5:]}"]
        lines += [f"== keypad\n{self.keypad.heard[-5:]}", f"== bar\n{self.bar.text}"]
        return "\n".join(lines)

    def touch(self, station: str) -> Touch:
        """A hand at a screen."""
        return Touch(self.stage.fingers[station], LIMIT_S)

    def take_number(self) -> str:
        """Press the kiosk through; the label on the slip's bytes."""
        self.kiosk.wait_for("departments", LIMIT_S)
        self.kiosk.tap("department:social-security")
        self.kiosk.wait_for("matters")
        self.kiosk.tap("matter:pension-enrolment")
        self.kiosk.wait_for("confirm")
        self.kiosk.tap("yes")
        slip = self.printer.next_slip(LIMIT_S)
        assert slip.whole
        return label_on(slip.text)

    def sign_in(self) -> None:
        """Badge and PIN at the keypad, window open."""
        open_window(self.keypad, self.bar)

    def press_until_done(self, digits: str, key: int) -> None:
        """See `press_until_done`."""
        press_until_done(self.keypad, digits, key)

    def events(self) -> list[AnyEvent]:
        """The log of the running hub."""
        with sqlite3.connect(f"file:{self.stage.store}?mode=ro", uri=True, timeout=5) as db:
            return [decode_event(body) for (body,) in db.execute("SELECT body FROM log ORDER BY seq")]

    def ratings(self) -> list[tuple[int, str]]:
        """Level and clerk of every service rated."""
        with sqlite3.connect(f"file:{self.stage.store}?mode=ro", uri=True, timeout=5) as db:
            return [(level, clerk) for level, clerk in db.execute("SELECT level, clerk FROM ratings")]

    def said(self) -> list[dict[str, Any]]:
        """The lines of the voice's timeline."""
        path = self.stage.audio / "voice-1" / "timeline.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def await_hub(self, station: str) -> None:
        """Wait until a station that was started knows that its hub is there: before that it does what it is asked for
        only to be refused."""
        log = self.stage.processes[station].log
        until(lambda: "hub here" in log.read_text(encoding="utf-8").rpartition(" ready")[2], f"the hub at {station}")

    def kill(self, station: str) -> None:
        """kill -9 of a station, and its start as systemd would."""
        process = self.stage.processes[station]
        process.kill()
        process.start()


def open_window(keypad: VirtualKeypad, bar: VirtualBar) -> None:
    """Sign in at the keypad and open the window."""
    until(lambda: bar.text != "", "the bar to show the window")
    press_until_done(keypad, BADGE, CONFIRM)
    keypad.press(PIN, CONFIRM)
    until(lambda: bar.text == "暂停服务", "somebody to be signed in")
    press_until_done(keypad, "2", CONFIRM)
    until(lambda: bar.text == "空闲", "the window to open")


def press_until_done(keypad: VirtualKeypad, digits: str, key: int) -> None:
    """Press, and press again when the keypad says that it cannot yet: as a clerk does after a start."""

    def done() -> bool:
        time.sleep(A_HAND_S)
        return keypad.act(digits, key)

    until(done, "the keypad's action")


def until(there: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    """Wait for something that is looked at from outside."""
    limit = time.monotonic() + limit_s
    while not there():
        assert time.monotonic() < limit, f"waited in vain for {what}"
        time.sleep(0.02)
