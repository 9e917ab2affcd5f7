"""A whole hall on one RS-485 wire at its real speed: keypads, pads and bars of sixteen windows, one of them dead."""

from __future__ import annotations

import os
import queue
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import psutil
import pytest

from caller.keypad import Keypad
from caller.values import Cells, Pressed, Signal
from display.bars import BarLine, BarSeen, Wired
from evaluator.pad import Pad
from hall.dialects import ff68
from hall.dialects.a090 import Colour
from hall.dialects.ff68 import Key
from hall.messages import Health
from hall.profile import BarProfile, KeypadProfile, PadProfile
from hall.station.line import LineSettings
from hall.station.settings import profile
from hall.station.sharedline import (
    Client,
    Lines,
    byte_airtime_s,
)
from testbed.bar import BarLine as LampRow
from testbed.bar import VirtualBar
from testbed.keypad import KeypadLine, VirtualKeypad
from testbed.pad import VirtualPad
from testbed.sharedline import HOST, Burst, SharedLine

LIMIT_S = 5.0
BYTE_S = byte_airtime_s(LineSettings())
KEY_BYTES = 10
KEY_HEAD = bytes.fromhex("FF68030368")  # address, 01, key: a key without digits; a pad sends 11
WINDOWS = range(1, 17)
DEAD = 7  # neither keypad nor bar of this window is there
KEY_EVERY_S = 6.0  # 150 keys a minute on the line; a hall has about 30
LOAD_S = 9.0
BUSY = 0.6  # of all processors: beside other processes that take more no line here keeps its time
TRIES = 3
POLLED_LOAD_S, POLLED_KEY_EVERY_S = 5.0, 3.0
RATED = (2, 8, 16)  # the windows whose applicants rate
SWITCH_S = 0.0002  # wire, devices and host are one process here; threads must not hold one another up for 5 ms


class House:
    """Our drivers of sixteen windows as their roles wire them; a press changes every number and one bar."""

    def __init__(self, path: str, keys: KeypadProfile, lamps: BarProfile, pads: PadProfile) -> None:
        self.lines = Lines()
        self.presses: queue.Queue[int] = queue.Queue()
        self.seen: queue.Queue[BarSeen] = queue.Queue()
        self.levels: queue.Queue[tuple[int, int]] = queue.Queue()
        self.keypads: dict[int, Keypad] = {}
        self.pads: dict[int, Pad] = {}
        self.told: queue.Queue[bool] = queue.Queue()
        self.ports: list[Client] = []
        for window in WINDOWS:
            self._keypad(path, keys, window)
            self._pad(path, pads, window)
        wired = [Wired(window, window, lamps) for window in WINDOWS]
        self.bars = BarLine(
            wired,
            lambda heard, state: self.lines.port(path, LineSettings(), heard, state, waits=True),
            self.seen.put,
        )
        self.bars.start()
        for port in self.ports:
            port.start()
            assert self.told.get(timeout=LIMIT_S)

    def _keypad(self, path: str, keys: KeypadProfile, window: int) -> None:
        def heard(data: bytes) -> None:
            keypad.feed(data)  # made below: keypad and port need each other

        port = self.lines.port(path, LineSettings(), heard, lambda here, _reason: self.told.put(here))

        def pressed(_press: Pressed) -> None:
            self.presses.put(window)

        keypad = Keypad(port, keys, window, pressed)
        if keys.speaks == "polled":
            port.poll(ff68.encode(ff68.poll(window, keys.poll_command)), keys.poll_reply_ms / 1000)
        self.keypads[window] = keypad
        self.ports.append(port)

    def _pad(self, path: str, pads: PadProfile, window: int) -> None:
        def heard(data: bytes) -> None:
            pad.feed(data)

        port = self.lines.port(path, LineSettings(), heard, lambda here, _reason: self.told.put(here))
        pad = Pad(port, pads, 0x80 | window, lambda pressed: self.levels.put((window, pressed.level)))
        self.pads[window] = pad
        self.ports.append(port)

    def answer(self, calls: int, window: int) -> None:
        """What follows a press: done, a new number, a text and a question at the window, and how many wait at two
        others."""
        self.keypads[window].signal(Signal.DONE)
        self.bars.show(window, f"请A{calls:03}到{window}号窗口", Colour.RED)
        self.keypads[window].show(Cells(calls % 100, f"{calls:03}"))
        self.pads[window].ask()
        self.keypads[calls % 16 + 1].show(Cells(calls % 100, ""))
        if calls % 5 == 0:
            self.keypads[DEAD].show(Cells(calls % 100, ""))
            self.pads[DEAD].ask()
            self.bars.show(DEAD, f"A{calls:03}", Colour.GREEN)

    def close(self) -> None:
        self.bars.close()
        for port in self.ports:
            port.close()


def waits_s(bursts: list[Burst]) -> list[float]:
    """From a key's last byte to the first byte of its acknowledgement, for every key that reached the host whole."""
    keys = [b for b in bursts if b.talker != HOST and b.data[:5] == KEY_HEAD and b.data[6] == 1 and not b.collided]
    host = [b for b in bursts if b.talker == HOST]
    return sorted(ack_after(key, host) - key.ended for key in keys)


def ack_after(key: Burst, host: list[Burst]) -> float:
    """When the first byte of this key's acknowledgement began."""
    for burst in host:
        if burst.began >= key.ended and (at := burst.data.find(key.data[-KEY_BYTES:])) >= 0:
            return burst.began + at * BYTE_S
    raise AssertionError(
        f"{key} has no acknowledgement; after it {[b for b in host if b.began >= key.ended - 0.05][:6]}"
    )


PARTS = {"p50": 0.5, "p99": 0.99, "max": 1.0}


class Stalls(threading.Thread):
    """How late a thread of this process is woken that asks for nothing: what a busy machine adds to every step."""

    def __init__(self) -> None:
        super().__init__(name="stalls", daemon=True)
        self.worst_s = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        due = time.monotonic() + 0.002
        while not self._over.wait(0.002):
            self.worst_s = max(self.worst_s, time.monotonic() - due)
            due = time.monotonic() + 0.002

    def close(self) -> None:
        self._over.set()
        self.join(LIMIT_S)


class Others:
    """What other processes take of all processors, from now on."""

    def __init__(self) -> None:
        self._began, self._since = self._now(), time.monotonic()

    def share(self) -> float:
        """Between 0 and 1."""
        return (self._now() - self._began) / ((time.monotonic() - self._since) * (os.cpu_count() or 1))

    def _now(self) -> float:
        """Seconds of work of all processors but for ours."""
        times, own = psutil.cpu_times(), psutil.Process().cpu_times()
        return sum(times) - times.idle - times.iowait - own.user - own.system


def iter_all(seen: queue.Queue[BarSeen]) -> Iterator[BarSeen]:
    """What was told so far."""
    while not seen.empty():
        yield seen.get()


def test_sixteen_windows_on_one_wire_with_a_dead_address(record_property: Callable[[str, object], None]) -> None:
    """Key's last byte → acknowledgement's first byte: p99 within the manual's 80 ms."""
    keys = profile("ff68-21key-b")
    assert isinstance(keys, KeypadProfile)
    record_property("ack", where_there_is_room(lambda: walk(keys, LOAD_S, KEY_EVERY_S)))


def test_sixteen_polled_keypads_on_one_wire_with_a_dead_address() -> None:
    """None of them speaks unasked: no collisions but with pads, and every key is heard."""
    keys = profile("ff68-21key-b-polled")
    assert isinstance(keys, KeypadProfile)
    where_there_is_room(lambda: walk(keys, POLLED_LOAD_S, POLLED_KEY_EVERY_S))


def where_there_is_room(walked: Callable[[], tuple[dict[str, float], float]]) -> dict[str, float]:
    """Judge a walk in real time, by the best of a few: the last one fails, unless other processes took the machine."""
    taken = 0.0
    for again in reversed(range(TRIES)):
        others = Others()
        try:
            at, stalled_ms = walked()
            assert at["p99"] <= 80 + stalled_ms
        except (AssertionError, TimeoutError, queue.Empty):
            taken = others.share()
            if not again and taken < BUSY:
                raise
        else:
            return at
    pytest.skip(f"other processes take {taken:.0%} of this machine: nothing here runs in real time")


def walk(keys: KeypadProfile, load_s: float, key_every_s: float) -> tuple[dict[str, float], float]:
    """Clerks press keys and applicants rate for that long; how soon keys were acknowledged, and how much the machine
    stalled, in ms."""
    lamps, buttons = profile("a090-8"), profile("ff68-pad-4")
    assert isinstance(lamps, BarProfile)
    assert isinstance(buttons, PadProfile)
    alive = [window for window in WINDOWS if window != DEAD]
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH_S)
        wire = stack.enter_context(SharedLine())
        # Keypads that speak unasked listen each for itself; polled ones never speak at once, and one cable serves all.
        cable = stack.enter_context(closing(KeypadLine())) if keys.speaks == "polled" else None
        keypads = {window: stack.enter_context(VirtualKeypad(window, keys, cable)) for window in alive}
        for path in {keypad.path for keypad in keypads.values()}:
            wire.clamp(path, listens=cable is None)
        row = stack.enter_context(LampRow())  # they speak only when asked: one thread serves them all
        bars = {window: VirtualBar(window, lamps, row) for window in alive}
        wire.clamp(row.path, listens=False)
        pads = {window: stack.enter_context(VirtualPad(0x80 | window, buttons)) for window in RATED}
        for pad in pads.values():
            wire.clamp(pad.path)
        house = House(wire.path, keys, lamps, buttons)
        stack.callback(house.close)
        stalls = Stalls()
        stalls.start()
        stack.callback(stalls.close)
        chance, over = random.Random(1), threading.Event()
        until = time.monotonic() + load_s

        def clerk(window: int, first_s: float, jitter: list[float]) -> list[bool]:
            acked = []
            over.wait(first_s)
            for more in jitter:
                if time.monotonic() < until:
                    acked.append(keypads[window].press("", Key.CALL).acked)
                    over.wait(key_every_s + more)
            return acked

        def applicant(window: int) -> bool:
            pads[window].wait_until_asked(1, load_s + LIMIT_S)
            return pads[window].press_level(4).acked

        with ThreadPoolExecutor(len(alive) + len(RATED)) as people:
            works = [
                people.submit(clerk, w, chance.uniform(0, key_every_s), [chance.uniform(-0.3, 0.3) for _ in range(5)])
                for w in alive
            ]
            ratings = [people.submit(applicant, window) for window in RATED]
            calls, last = 0, dict[int, int]()
            while not (all(work.done() for work in works) and all(rating.done() for rating in ratings)):
                try:
                    window = house.presses.get(timeout=0.1)
                except queue.Empty:
                    continue
                calls += 1
                last[window] = calls
                house.answer(calls, window)
            acked = [one for work in works for one in work.result()]
            rated = [rating.result() for rating in ratings]
        for window, number in last.items():
            bars[window].wait_for(f"请A{number:03}到{window}号窗口", LIMIT_S)
        waits = waits_s(wire.bursts)
        at = {name: round(1000 * waits[int(part * (len(waits) - 1))], 1) for name, part in PARTS.items()}
        stalled_ms = 1000 * stalls.worst_s
        print(f"{len(waits)} keys, {wire.collisions} collisions, ms: {at}, machine stalled {stalled_ms:.0f} ms")
        assert len(waits) >= len(alive)
        assert sum(acked) >= 0.9 * len(acked)  # a key that collides four times running is given up
        levels = [house.levels.get(timeout=LIMIT_S) for _ in range(sum(rated))]
        assert sum(rated) >= len(RATED) - 1
        assert set(levels) <= {(window, 4) for window in RATED}
        seen = list(iter_all(house.seen))
        assert {bar.window for bar in seen if bar.health is Health.READY} >= set(last)
        assert {bar.health for bar in seen if bar.window == DEAD} == {Health.LOST}
        return at, stalled_ms
