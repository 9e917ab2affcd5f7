"""The shared line: its schedule with a clock by hand, its shell on PTYs, and a whole hall on one wire."""

from __future__ import annotations

import queue
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from caller.keypad import Keypad
from caller.values import Cells, Pressed, Signal
from display.bars import SILENT, BarLine, BarSeen, Wired
from hall.dialects import a090, ff68, ff68_pad
from hall.dialects.a090 import Colour
from hall.dialects.ff68 import Key
from hall.errors import BadFile
from hall.messages import Health
from hall.profile import BarProfile, KeypadProfile
from hall.station.line import LineSettings
from hall.station.settings import profile
from hall.station.sharedline import (
    LISTEN_LIMIT_S,
    REPLY_WAIT_S,
    Client,
    Lines,
    Order,
    Rank,
    Schedule,
    byte_airtime_s,
    place,
)
from testbed.bar import BarLine as LampRow
from testbed.bar import VirtualBar
from testbed.keypad import VirtualKeypad
from testbed.pty import Pty
from testbed.sharedline import HOST, Burst, SharedLine

LIMIT_S = 5.0
BYTE_S = byte_airtime_s(LineSettings())
GAP_S = 3.5 * BYTE_S
ROOM_S = 12 * BYTE_S
KEY_BYTES = 10


def ack(addr: int) -> bytes:
    return ff68.encode(ff68.ack(ff68.key_press(addr, "", Key.CALL)))


def cells(addr: int, ticket: str = "023") -> bytes:
    return ff68.encode(ff68.show(addr, 3, ticket))


def text(addr: int, words: str = "请A017到3号窗口") -> bytes:
    return a090.encode(a090.show(addr, words, Colour.RED))


# --- the schedule, with a clock by hand ---------------------------------------------------------------------------


def sent(schedule: Schedule, now: float) -> tuple[list[bytes], float]:
    """Everything that waits, in the order in which it leaves, and the time of the last."""
    frames, at = [], now
    while (found := schedule.next(now)) is not None:
        if isinstance(found, Order):
            frames.append(found.frame)
            at = now
        else:
            now += found
    return frames, at


def test_airtime_of_a_byte() -> None:
    assert pytest.approx(10 / 9600) == BYTE_S
    assert byte_airtime_s(LineSettings(baud=4800, parity="E", stop_bits=2)) == pytest.approx(12 / 4800)


def test_who_is_who() -> None:
    assert place(ack(3)) == (Rank.ACK, (0xFF, 3, 1))
    assert place(cells(3)) == (Rank.CELLS, (0xFF, 3, 2))
    assert place(ff68.encode(ff68.beep(3))) == (Rank.CELLS, (0xFF, 3, 3))
    assert place(text(3)) == (Rank.BAR, (0xA0, 3, 0xA5))
    rating = ff68_pad.rating(0x83, 2)
    assert place(ff68_pad.ack(rating, "short")) == (Rank.ACK, (0x68, 0x83, 1))
    assert place(ff68_pad.ack(rating, "value")) == (Rank.ACK, (0xFF, 0x83, 1))
    assert place(b"?") == (Rank.BAR, ())


def test_acknowledgements_first_then_cells_then_bars() -> None:
    schedule = Schedule(BYTE_S)
    for frame in (text(1), cells(1), text(2), ack(2), cells(3), ack(1)):
        schedule.add("client", frame, 0.0)
    assert sent(schedule, 0.0)[0] == [ack(2), ack(1), cells(1), cells(3), text(1), text(2)]


def test_one_frame_at_a_time_and_an_acknowledgement_waits_for_one_at_most() -> None:
    schedule = Schedule(BYTE_S)
    for addr in range(1, 17):
        schedule.add("bars", text(addr), 0.0)
    assert isinstance(schedule.next(0.0), Order)
    airtime = len(text(1)) * BYTE_S
    assert airtime < 0.04
    schedule.add("keypad", ack(1), 0.001)
    assert schedule.next(0.001) == pytest.approx(airtime + GAP_S - 0.001)
    found = schedule.next(airtime + GAP_S)
    assert isinstance(found, Order)
    assert found.frame == ack(1)


def test_a_newer_frame_takes_the_place_of_an_unsent_one() -> None:
    schedule = Schedule(BYTE_S)
    old = schedule.add("a", cells(1, "022"), 0.0)
    schedule.add("b", cells(1, "555"), 0.0)
    schedule.add("a", ff68.encode(ff68.beep(1)), 0.0)
    schedule.add("a", cells(2, "777"), 0.0)
    schedule.add("a", cells(1, "023"), 0.0)
    assert old.left is False
    assert sent(schedule, 0.0)[0] == [cells(1, "023"), cells(1, "555"), ff68.encode(ff68.beep(1)), cells(2, "777")]


def test_the_queue_is_bounded() -> None:
    schedule = Schedule(BYTE_S, bound=3)
    orders = [schedule.add("a", cells(addr), 0.0) for addr in range(5)]
    assert [order.left for order in orders] == [None, None, None, False, False]
    assert len(schedule) == 3
    schedule.drop("a")
    assert (len(schedule), orders[0].left) == (0, False)


def test_nobody_is_interrupted_but_chatter_does_not_stop_an_acknowledgement() -> None:
    schedule, now = Schedule(BYTE_S), 1.0
    schedule.add("a", cells(1), now)
    schedule.heard(now)
    assert schedule.next(now) == pytest.approx(ROOM_S)
    schedule.add("a", ack(1), now)
    assert schedule.next(now) == pytest.approx(GAP_S)
    while not isinstance(schedule.next(now), Order):
        now += BYTE_S
        schedule.heard(now)
    assert now - 1.0 == pytest.approx(LISTEN_LIMIT_S, abs=BYTE_S)
    for _ in range(1000):
        now += BYTE_S
        schedule.heard(now)
        assert isinstance(schedule.next(now), float)  # cells wait: a frame into chatter is lost


def test_a_bars_reply_is_left_its_time_but_not_by_an_acknowledgement() -> None:
    schedule = Schedule(BYTE_S)
    schedule.add("a", text(1), 0.0)
    schedule.next(0.0)
    end = len(text(1)) * BYTE_S
    schedule.add("a", cells(1), 0.0)
    assert schedule.next(end) == pytest.approx(REPLY_WAIT_S)
    schedule.add("a", ack(1), 0.0)
    assert schedule.next(end) == pytest.approx(GAP_S)
    assert isinstance(schedule.next(end + GAP_S), Order)

    replied = Schedule(BYTE_S)
    replied.add("a", text(1), 0.0)
    replied.next(0.0)
    replied.add("a", cells(1), 0.0)
    replied.heard(end + 3 * BYTE_S)
    assert replied.next(end + 3 * BYTE_S) == pytest.approx(ROOM_S)


@given(st.lists(st.sampled_from([ack(1), ack(2), cells(1), cells(2), text(1), text(2), b"??"]), max_size=40))
def test_frames_never_overlap_and_no_newest_frame_is_lost(frames: list[bytes]) -> None:
    schedule, now = Schedule(BYTE_S), 0.0
    left: list[tuple[float, bytes]] = []
    for frame in frames:
        schedule.add("a", frame, now)
        now += 0.004
        found = schedule.next(now)
        if isinstance(found, Order):
            left.append((now, found.frame))
    while (found := schedule.next(now)) is not None:
        if isinstance(found, Order):
            left.append((now, found.frame))
        else:
            now += found
    for (at, frame), (after, _) in pairwise(left):
        assert after >= at + len(frame) * BYTE_S + GAP_S - 1e-9
    assert {frame for _, frame in left} == set(frames)


# --- the shell on a PTY -------------------------------------------------------------------------------------------


class Ear:
    """A role: what it heard and was told."""

    def __init__(self) -> None:
        self.heard: queue.Queue[bytes] = queue.Queue()
        self.told: queue.Queue[bool] = queue.Queue()

    def on_state(self, is_open: bool, _reason: str) -> None:
        self.told.put(is_open)


@contextmanager
def pty() -> Iterator[Pty]:
    made = Pty()
    try:
        yield made
    finally:
        made.unplug()


def test_a_port_is_opened_once_for_all_and_closed_with_the_last() -> None:
    lines, first, second = Lines(), Ear(), Ear()
    with pty() as cable:
        one = lines.port(cable.path, LineSettings(), first.heard.put, first.on_state)
        two = lines.port(cable.path, LineSettings(), second.heard.put, second.on_state)
        assert one.write(b"too early") is False
        one.start()
        assert first.told.get(timeout=LIMIT_S) is True
        two.start()
        assert second.told.get(timeout=LIMIT_S) is True
        cable.write(b"\x01")
        assert (first.heard.get(timeout=LIMIT_S), second.heard.get(timeout=LIMIT_S)) == (b"\x01", b"\x01")
        one.close()
        cable.write(b"\x02")
        assert second.heard.get(timeout=LIMIT_S) == b"\x02"
        assert first.heard.empty()
        two.close()
        two.close()
        assert two.write(cells(1)) is False
        again = lines.port(cable.path, LineSettings(), first.heard.put, first.on_state)
        again.start()
        assert first.told.get(timeout=LIMIT_S) is True
        again.close()


def test_two_settings_for_one_port_are_told() -> None:
    lines, ear = Lines(), Ear()
    lines.port("/dev/ttyS9", LineSettings(), ear.heard.put, ear.on_state)
    with pytest.raises(BadFile, match=r"/dev/ttyS9: two devices on one line, at 9600 8N1 and at 19200 8N1"):
        lines.port("/dev/ttyS9", LineSettings(baud=19200), ear.heard.put, ear.on_state)


def test_a_pulled_cable_is_told_to_all_and_nothing_waits_for_it() -> None:
    lines, first, second = Lines(), Ear(), Ear()
    with pty() as cable:
        one = lines.port(cable.path, LineSettings(), first.heard.put, first.on_state)
        two = lines.port(cable.path, LineSettings(), second.heard.put, second.on_state, waits=True)
        for client, ear in ((one, first), (two, second)):
            client.start()
            assert ear.told.get(timeout=LIMIT_S) is True
        cable.unplug()
        assert (first.told.get(timeout=LIMIT_S), second.told.get(timeout=LIMIT_S)) == (False, False)
        began = time.monotonic()
        assert (one.write(cells(1)), two.write(text(1))) == (False, False)
        assert time.monotonic() - began < 0.5
        one.close()
        two.close()


def test_who_waits_is_told_when_the_frame_leaves() -> None:
    lines, ear = Lines(), Ear()
    with pty() as cable:
        port = lines.port(cable.path, LineSettings(), ear.heard.put, ear.on_state)
        patient = lines.port(cable.path, LineSettings(), ear.heard.put, ear.on_state, waits=True)
        port.start()
        patient.start()
        assert ear.told.get(timeout=LIMIT_S) is True
        began = time.monotonic()
        for addr in range(1, 6):
            assert port.write(cells(addr))
        assert time.monotonic() - began < 5 * len(cells(1)) * BYTE_S  # queued, not sent
        assert patient.write(text(1)) is True
        assert time.monotonic() - began >= 5 * (len(cells(1)) * BYTE_S + GAP_S)
        port.close()
        patient.close()


def test_a_bar_known_to_be_silent_does_not_hold_up_its_neighbour() -> None:
    lamps = profile("a090-8")
    assert isinstance(lamps, BarProfile)
    slow = replace(lamps, reply_timeout_ms=1000)
    lines, seen = Lines(), queue.Queue[BarSeen]()
    with LampRow() as row:
        dumb, good = VirtualBar(1, slow, row), VirtualBar(2, slow, row)
        dumb.fall_silent()
        bars = BarLine(
            [Wired(1, 1, slow), Wired(2, 2, slow)],
            lambda heard, state: lines.port(row.path, LineSettings(), heard, state, waits=True),
            seen.put,
        )
        bars.start()
        try:
            bars.show(1, "空闲", Colour.GREEN)
            assert seen.get(timeout=LIMIT_S) == BarSeen(1, Health.LOST, SILENT)
            bars.show(1, "暂停服务", Colour.RED)
            dumb.wait_for("暂停服务", LIMIT_S)
            began = time.monotonic()
            bars.show(2, "空闲", Colour.GREEN)
            good.wait_for("空闲", LIMIT_S)
            assert time.monotonic() - began < 0.5
        finally:
            bars.close()


# --- a whole hall on one wire -------------------------------------------------------------------------------------

WINDOWS = range(1, 17)
DEAD = 7  # neither keypad nor bar of this window is there
KEY_EVERY_S = 6.0  # 150 keys a minute on the line; a hall has about 30
LOAD_S = 9.0
SWITCH_S = 0.0002  # wire, devices and host are one process here; threads must not hold one another up for 5 ms


class House:
    """Our drivers of sixteen windows as their roles wire them; a press changes every number and one bar."""

    def __init__(self, path: str, keys: KeypadProfile, lamps: BarProfile) -> None:
        self.lines = Lines()
        self.presses: queue.Queue[int] = queue.Queue()
        self.seen: queue.Queue[BarSeen] = queue.Queue()
        self.keypads: dict[int, Keypad] = {}
        self.told: queue.Queue[bool] = queue.Queue()
        self.ports: list[Client] = []
        for window in WINDOWS:
            self._keypad(path, keys, window)
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
        self.keypads[window] = keypad
        self.ports.append(port)

    def answer(self, calls: int, window: int) -> None:
        """What follows a press: done, a new number and a text at the window, and how many wait at two others."""
        self.keypads[window].signal(Signal.DONE)
        self.bars.show(window, f"请A{calls:03}到{window}号窗口", Colour.RED)
        self.keypads[window].show(Cells(calls % 100, f"{calls:03}"))
        self.keypads[calls % 16 + 1].show(Cells(calls % 100, ""))
        if calls % 5 == 0:
            self.keypads[DEAD].show(Cells(calls % 100, ""))
            self.bars.show(DEAD, f"A{calls:03}", Colour.GREEN)

    def close(self) -> None:
        self.bars.close()
        for port in self.ports:
            port.close()


def waits_s(bursts: list[Burst]) -> list[float]:
    """From a key's last byte to the first byte of its acknowledgement, for every key that reached the host whole."""
    keys = [b for b in bursts if b.talker != HOST and b.data.startswith(b"\xff\x68") and not b.collided]
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


def iter_all(seen: queue.Queue[BarSeen]) -> Iterator[BarSeen]:
    """What was told so far."""
    while not seen.empty():
        yield seen.get()


def test_sixteen_windows_on_one_wire_with_a_dead_address(record_property: Callable[[str, object], None]) -> None:
    keys, lamps = profile("ff68-21key-b"), profile("a090-8")
    assert isinstance(keys, KeypadProfile)
    assert isinstance(lamps, BarProfile)
    alive = [window for window in WINDOWS if window != DEAD]
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH_S)
        wire = stack.enter_context(SharedLine())
        pads = {window: stack.enter_context(VirtualKeypad(window, keys)) for window in alive}
        row = stack.enter_context(LampRow())  # they speak only when asked: one thread serves them all
        bars = {window: VirtualBar(window, lamps, row) for window in alive}
        for pad in pads.values():
            wire.clamp(pad.path)
        wire.clamp(row.path, listens=False)
        house = House(wire.path, keys, lamps)
        stack.callback(house.close)
        stalls = Stalls()
        stalls.start()
        stack.callback(stalls.close)
        chance, over = random.Random(1), threading.Event()
        until = time.monotonic() + LOAD_S

        def clerk(window: int, first_s: float, jitter: list[float]) -> list[bool]:
            acked = []
            over.wait(first_s)
            for more in jitter:
                if time.monotonic() < until:
                    acked.append(pads[window].press("", Key.CALL).acked)
                    over.wait(KEY_EVERY_S + more)
            return acked

        with ThreadPoolExecutor(len(alive)) as clerks:
            works = [
                clerks.submit(clerk, w, chance.uniform(0, KEY_EVERY_S), [chance.uniform(-0.3, 0.3) for _ in range(5)])
                for w in alive
            ]
            calls, last = 0, dict[int, int]()
            while not all(work.done() for work in works):
                try:
                    window = house.presses.get(timeout=0.1)
                except queue.Empty:
                    continue
                calls += 1
                last[window] = calls
                house.answer(calls, window)
            acked = [one for work in works for one in work.result()]
        for window, number in last.items():
            bars[window].wait_for(f"请A{number:03}到{window}号窗口", LIMIT_S)
        waits = waits_s(wire.bursts)
        at = {name: round(1000 * waits[int(part * (len(waits) - 1))], 1) for name, part in PARTS.items()}
        record_property("ack", at)
        stalled_ms = 1000 * stalls.worst_s
        print(f"{len(waits)} keys, {wire.collisions} collisions, ms: {at}, machine stalled {stalled_ms:.0f} ms")
        assert len(waits) >= len(alive)
        assert at["p99"] <= 80 + stalled_ms
        assert sum(acked) >= 0.9 * len(acked)  # a key that collides four times running is given up
        seen = list(iter_all(house.seen))
        assert {bar.window for bar in seen if bar.health is Health.READY} >= set(last)
        assert {bar.health for bar in seen if bar.window == DEAD} == {Health.LOST}
