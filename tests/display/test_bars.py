"""The bar driver on real ports, with virtual bars at the other end of the cable."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from display.bars import MISSES, PORT, SILENT, BarLine, BarSeen, OnBytes, OnState, Port, Wired
from hall.dialects.a090 import Colour
from hall.messages import Health
from hall.profile import BarProfile
from hall.station.line import Line, LineSettings
from hall.station.settings import profile
from testbed import bar as twin
from testbed.bar import VirtualBar

LIMIT_S = 5.0
CALL = "请A017到3号窗口 "


def model(**changes: float) -> BarProfile:
    found = profile("a090-8")
    assert isinstance(found, BarProfile)
    return replace(found, **changes)


@contextmanager
def hosted(path: str, *bars: Wired) -> Iterator[tuple[BarLine, queue.Queue[BarSeen]]]:
    """Our driver on a port, with what it tells of its bars."""
    seen: queue.Queue[BarSeen] = queue.Queue()

    def open_port(on_bytes: OnBytes, on_state: OnState) -> Port:
        return Line(path, LineSettings(), on_bytes, on_state)

    line = BarLine(bars, open_port, seen.put)
    line.start()
    try:
        yield line, seen
    finally:
        line.close()


def test_a_text_is_lit_and_the_bar_is_ready() -> None:
    with VirtualBar(1, model()) as bar, hosted(bar.path, Wired(3, 1, model())) as (line, seen):
        line.show(3, CALL, Colour.RED)
        bar.wait_for(CALL.strip(), LIMIT_S)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.READY)
        assert {colour for _, colour in bar.lit} == {Colour.RED}


def test_the_same_text_is_not_sent_again() -> None:
    with VirtualBar(1, model()) as bar, hosted(bar.path, Wired(3, 1, model())) as (line, _):
        for text in (CALL, CALL, "A017 办理中     "):
            line.show(3, text, Colour.RED)
            bar.wait_for(text.strip(), LIMIT_S)
        assert [heard.text for heard in bar.heard] == [CALL.strip(), "A017 办理中"]


def test_the_present_text_is_repeated_so_a_bar_back_on_power_is_right_again() -> None:
    quick = model(repeat_s=0.2, reply_timeout_ms=50)
    with VirtualBar(1, quick) as bar, hosted(bar.path, Wired(3, 1, quick)) as (line, seen):
        line.show(3, CALL, Colour.RED)
        bar.wait_for(CALL.strip(), LIMIT_S)
        assert seen.get(timeout=LIMIT_S).health is Health.READY
        bar.lose_power()
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.LOST, SILENT)
        bar.get_power()
        bar.wait_for(CALL.strip(), LIMIT_S)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.READY)


def test_repeats_are_slow() -> None:
    calm = model(repeat_s=0.3)
    with VirtualBar(1, calm) as bar, hosted(bar.path, Wired(3, 1, calm)) as (line, _):
        line.show(3, CALL, Colour.RED)
        bar.wait_for_frames(4, LIMIT_S)
        times = [heard.at for heard in bar.heard]
        assert times[3] - times[0] >= 3 * 0.3 - 0.05


def test_a_silent_bar_still_gets_its_text_and_does_not_hold_up_its_neighbour() -> None:
    slow = model(reply_timeout_ms=300)
    with twin.BarLine() as cable:
        dumb, good = VirtualBar(1, slow, cable), VirtualBar(2, slow, cable)
        dumb.fall_silent()
        with hosted(cable.path, Wired(3, 1, slow), Wired(4, 2, slow)) as (line, seen):
            line.show(3, CALL, Colour.RED)
            heard: dict[int, BarSeen] = {}
            line.show(4, "空闲", Colour.GREEN)
            while len(heard) < 2:
                told = seen.get(timeout=LIMIT_S)
                heard[told.window] = told
            assert heard == {3: BarSeen(3, Health.LOST, SILENT), 4: BarSeen(4, Health.READY)}
            for window, text in ((3, "暂停服务"), (4, "暂停服务")):
                line.show(window, text, Colour.YELLOW)
            dumb.wait_for("暂停服务", LIMIT_S)
            good.wait_for("暂停服务", LIMIT_S)
            first_good = next(h.at for h in good.heard if h.text == "暂停服务")
            first_dumb = next(h.at for h in dumb.heard if h.text == "暂停服务")
            assert first_good - first_dumb < 0.35  # at most one timeout behind
            assert len(dumb.heard) >= MISSES


class BusyPort:
    """A line that takes a frame when it is let to."""

    def __init__(self, on_state: OnState) -> None:
        self.frames: queue.Queue[bytes] = queue.Queue()
        self.free = threading.Semaphore(0)
        self._on_state = on_state

    def start(self) -> None:
        self._on_state(True, "")

    def write(self, data: bytes) -> bool:
        self.frames.put(data)
        return self.free.acquire(timeout=LIMIT_S)

    def close(self) -> None:
        self.free.release()

    def next_bar(self) -> int:
        """The address of the next frame that wants to go."""
        return self.frames.get(timeout=LIMIT_S)[2]


def test_on_a_busy_line_every_bar_has_its_turn() -> None:
    """The last bars waited behind the first ones' newer texts: with six on a full line a call never got there."""
    mute = model(reply_timeout_ms=0)
    ports: list[BusyPort] = []

    def open_port(_on_bytes: OnBytes, on_state: OnState) -> Port:
        ports.append(BusyPort(on_state))
        return ports[0]

    line = BarLine([Wired(n, n, mute) for n in (1, 2, 3)], open_port, lambda _: None)
    (port,) = ports
    line.start()
    try:
        line.show(1, "A001", Colour.RED)
        assert port.next_bar() == 1  # on its way
        for window in (3, 2, 1, 3):
            line.show(window, f"A00{window}到", Colour.RED)
        for wanted in (3, 2):
            port.free.release()
            assert port.next_bar() == wanted
            line.show(wanted, f"A01{wanted}", Colour.RED)  # again, while others still wait
        turns = []
        for _ in range(3):
            port.free.release()
            turns.append(port.next_bar())
        assert turns == [1, 3, 2]
    finally:
        port.free.release(9)
        line.close()


def test_a_bar_that_never_replies_by_its_profile_is_ready_once_written() -> None:
    mute = model(reply_timeout_ms=0)
    with VirtualBar(1, mute) as bar, hosted(bar.path, Wired(3, 1, mute)) as (line, seen):
        line.show(3, CALL, Colour.RED)
        bar.wait_for(CALL.strip(), LIMIT_S)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.READY)


def test_a_pulled_cable_is_told() -> None:
    with VirtualBar(1, model()) as bar, hosted(bar.path, Wired(3, 1, model())) as (line, seen):
        line.show(3, CALL, Colour.RED)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.READY)
        bar.line.unplug()
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.LOST, PORT)


def test_a_port_that_is_not_there_is_told_and_closing_is_quick() -> None:
    with hosted("/dev/no-such-bar", Wired(3, 1, model())) as (line, seen):
        line.show(3, CALL, Colour.RED)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.LOST, PORT)


@pytest.mark.parametrize("count", [16])
def test_sixteen_bars_on_one_line_all_change(count: int) -> None:
    with twin.BarLine() as cable:
        bars = {n: VirtualBar(n, model(), cable) for n in range(1, count + 1)}
        with hosted(cable.path, *(Wired(n, n, model()) for n in bars)) as (line, _):
            for n in bars:
                line.show(n, f"A{n:03} 办理中", Colour.GREEN)
            for n, bar in bars.items():
                bar.wait_for(f"A{n:03} 办理中", LIMIT_S)
                assert bar.bad_frames == 0


@pytest.mark.parametrize(
    ("name", "shown", "health"),
    [
        ("aabb-sum-8", CALL.strip(), Health.READY),
        ("aabb-xor-8", CALL.strip(), Health.READY),
        ("number4-3", "17", Health.READY),  # it never answers: nothing speaks against it
    ],
)
def test_bars_of_other_makers_join_by_their_profile(name: str, shown: str, health: Health) -> None:
    found = profile(name)
    assert isinstance(found, BarProfile)
    with VirtualBar(1, found) as bar, hosted(bar.path, Wired(3, 1, found)) as (line, seen):
        line.show(3, CALL, Colour.RED)
        bar.wait_for(shown, LIMIT_S)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, health)
        assert bar.bad_frames == 0


def test_a_bar_that_is_asked_and_says_nothing_is_lost() -> None:
    found = profile("aabb-sum-8")
    assert isinstance(found, BarProfile)
    quick = replace(found, repeat_s=1.0, reply_timeout_ms=50)
    with VirtualBar(1, quick) as bar, hosted(bar.path, Wired(3, 1, quick)) as (line, seen):
        bar.fall_silent()
        line.show(3, CALL, Colour.RED)
        assert seen.get(timeout=LIMIT_S) == BarSeen(3, Health.LOST, SILENT)
