"""The shared line: its schedule with a clock by hand, and its shell on PTYs."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from display.bars import SILENT, BarLine, BarSeen, Wired
from evaluator.pad import Pad
from hall.dialects import a090, aabb, ff68, ff68_pad
from hall.dialects.a090 import Colour
from hall.dialects.ff68 import Key
from hall.errors import BadFile
from hall.messages import Health
from hall.profile import BarProfile, PadProfile
from hall.station.line import LineSettings
from hall.station.schedule import DEAD_EVERY_S, LISTEN_LIMIT_S, MISSES, REPLY_WAIT_S, Order, Rank, Schedule, place
from hall.station.settings import profile
from hall.station.sharedline import Lines, byte_airtime_s
from testbed.bar import BarLine as LampRow
from testbed.bar import VirtualBar
from testbed.pad import VirtualPad
from testbed.pty import Pty
from testbed.sharedline import SharedLine as Wire
from testbed.trouble import Fault

LIMIT_S = 5.0
BYTE_S = byte_airtime_s(LineSettings())
GAP_S = 3.5 * BYTE_S
ROOM_S = 12 * BYTE_S
KEY_BYTES = 10
ASK = ff68.encode(ff68.start_rating(0x83))
LOOK = aabb.Look(effect=1, speed=1, stay=1, colour=1, valid=63)


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
    assert place(aabb.encode(aabb.show(3, "请A017", LOOK), "xor")) == (Rank.BAR, (0xAA, 3, 0xBB))
    assert place(aabb.encode(aabb.Probe(3), "xor")) == (Rank.BAR, (0xAA, 3, 0x55))
    assert place(b"?") == (Rank.BAR, ())


def test_acknowledgements_first_then_bars_then_cells() -> None:
    schedule = Schedule(BYTE_S)
    for frame in (text(1), cells(1), text(2), ack(2), cells(3), ack(1)):
        schedule.add("client", frame, 0.0)
    assert sent(schedule, 0.0)[0] == [ack(2), ack(1), text(1), text(2), cells(1), cells(3)]


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


def test_an_aabb_bar_too_gets_only_its_newest_text_and_is_probed_beside_it() -> None:
    schedule = Schedule(BYTE_S)
    bar = object()
    probe = aabb.encode(aabb.Probe(3), "xor")
    texts = [aabb.encode(aabb.show(3, shown, LOOK), "xor") for shown in ("请A017", "请A018")]
    for frame in (probe, *texts):
        schedule.add(bar, frame, 0.0)
    assert sent(schedule, 0.0)[0] == [probe, texts[1]]


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


def test_a_question_goes_before_texts_but_never_into_the_time_of_a_bars_reply() -> None:
    schedule = Schedule(BYTE_S)
    schedule.add("bars", text(1), 0.0)
    schedule.next(0.0)
    end = len(text(1)) * BYTE_S
    schedule.add("bars", text(2), 0.0)
    schedule.add("pad", ASK, 0.0, unacknowledged=True)
    assert schedule.next(end) == pytest.approx(REPLY_WAIT_S)
    assert sent(schedule, end)[0] == [ASK, text(2)]


def test_a_question_waits_for_a_turnaround_alone_where_nobody_replies() -> None:
    """One key ends a service and calls the next: the text over the window waits for the question."""
    schedule = Schedule(BYTE_S)
    schedule.add("keypad", ack(1), 0.0)
    schedule.next(0.0)
    end = len(ack(1)) * BYTE_S
    schedule.add("pad", ASK, 0.0, unacknowledged=True)
    assert schedule.next(end) == pytest.approx(GAP_S)


def test_neither_question_nor_acknowledgement_takes_the_others_place() -> None:
    schedule = Schedule(BYTE_S)
    late = ff68_pad.ack(ff68_pad.rating(0x83, 2), "value")
    schedule.add("pad", ASK, 0.0, unacknowledged=True)
    schedule.add("pad", late, 0.0)
    assert sent(schedule, 0.0)[0] == [late, ASK]


@pytest.mark.parametrize("frame", [ASK, cells(1)])
@pytest.mark.parametrize("after_s", [0.0, REPLY_WAIT_S / 2])
def test_what_somebody_spoke_into_is_sent_once_more(frame: bytes, after_s: float) -> None:
    schedule = Schedule(BYTE_S)
    schedule.add("a", frame, 0.0, unacknowledged=True)
    assert sent(schedule, 0.0)[0] == [frame]
    spoken = len(frame) * BYTE_S / 2 + after_s
    assert schedule.heard(spoken)
    assert not schedule.heard(spoken)
    wait_s = schedule.next(spoken)
    assert isinstance(wait_s, float)  # until nobody speaks
    again, at = sent(schedule, spoken)
    assert again == [frame]
    assert at == pytest.approx(spoken + wait_s)
    assert not schedule.heard(at)  # a line on which somebody always speaks is not filled with it
    assert schedule.next(at + 1.0) is None


def test_a_question_that_was_answered_is_not_asked_again() -> None:
    """Whoever presses as soon as the lamp is lit is heard where a collision is listened for, too."""
    schedule = Schedule(BYTE_S)
    schedule.add("pad", ASK, 0.0, unacknowledged=True)
    schedule.add("other", cells(1), 0.0, unacknowledged=True)
    schedule.next(0.0)
    answered = len(ASK) * BYTE_S + REPLY_WAIT_S / 2
    assert schedule.heard(answered)
    taken = ff68_pad.ack(ff68_pad.rating(0x83, 2), "short")
    schedule.add("pad", taken, answered)
    assert sent(schedule, answered)[0] == [taken, cells(1)]
    schedule.add("pad", ASK, 1.0, unacknowledged=True)
    schedule.add("pad", taken, 1.0)
    assert sent(schedule, 1.0)[0] == [taken, ASK]  # a question that was not sent yet is another one


def test_what_is_not_sent_once_more() -> None:
    """What was undisturbed, what a newer one replaces, acknowledgements, texts (their bar says whether they came), and
    what somebody who has left had to say."""
    for frame, unacknowledged, heard_at in ((ASK, True, 0.1), (ack(1), False, 0.001), (text(1), False, 0.001)):
        schedule = Schedule(BYTE_S)
        schedule.add("a", frame, 0.0, unacknowledged=unacknowledged)
        assert sent(schedule, 0.0)[0] == [frame]
        assert not schedule.heard(heard_at)
    newer = Schedule(BYTE_S)
    newer.add("a", cells(1, "022"), 0.0, unacknowledged=True)
    newer.next(0.0)
    newer.add("a", cells(1, "023"), 0.001, unacknowledged=True)
    assert not newer.heard(0.002)
    assert sent(newer, 0.002)[0] == [cells(1, "023")]
    gone = Schedule(BYTE_S)
    gone.add("a", ASK, 0.0, unacknowledged=True)
    gone.next(0.0)
    gone.leave("a")
    assert not gone.heard(0.001)
    polled = Schedule(BYTE_S)
    polled.add("a", cells(1), 0.0, unacknowledged=True)
    polled.poll("a", ff68.encode(ff68.poll(1, 5)), 0.02)
    polled.next(0.0)
    at = len(cells(1)) * BYTE_S + ROOM_S + 1e-6
    assert isinstance(polled.next(at), Order)  # the poll
    assert not polled.heard(at + 0.001)  # its answer


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
        assert time.monotonic() - began < LIMIT_S
        one.close()
        two.close()


def test_who_waits_is_told_when_the_frame_leaves() -> None:
    lines, ear, slow = Lines(), Ear(), LineSettings(baud=2400)
    airtime = 5 * len(text(1)) * byte_airtime_s(slow)
    with pty() as cable:
        port = lines.port(cable.path, slow, ear.heard.put, ear.on_state)
        patient = lines.port(cable.path, slow, ear.heard.put, ear.on_state, waits=True)
        port.start()
        patient.start()
        assert ear.told.get(timeout=LIMIT_S) is True
        began = time.monotonic()
        for addr in range(1, 6):
            assert port.write(text(addr))
        assert time.monotonic() - began < airtime  # queued, not sent
        assert patient.write(cells(1)) is True
        assert time.monotonic() - began >= airtime + 5 * GAP_S
        port.close()
        patient.close()


def test_who_wants_to_know_hears_when_a_frame_has_left_and_not_of_one_that_was_replaced() -> None:
    lines, ear, slow = Lines(), Ear(), LineSettings(baud=300)
    left: queue.Queue[str] = queue.Queue()
    with pty() as cable:
        port = lines.port(cable.path, slow, ear.heard.put, ear.on_state)
        port.start()
        assert ear.told.get(timeout=LIMIT_S) is True
        assert port.write(text(1))  # the line is taken for a second
        assert port.write(cells(1, "022"), left=lambda: left.put("replaced"))
        assert port.write(cells(1, "023"), left=lambda: left.put("left"))
        assert left.empty()
        assert left.get(timeout=LIMIT_S) == "left"
        port.close()


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
            assert time.monotonic() - began < 1.0  # the dumb one's time for an answer
        finally:
            bars.close()


def test_a_question_that_a_late_bar_spoke_into_reaches_its_pad() -> None:
    """The bar is so late that the host takes the line for free: both are spoilt, and a pad acknowledges no question."""
    lamps, kind = profile("a090-8"), profile("ff68-pad-5")
    assert isinstance(lamps, BarProfile)
    assert isinstance(kind, PadProfile)
    lines, seen, ear = Lines(), queue.Queue[BarSeen](), Ear()
    with Wire() as wire, VirtualBar(1, lamps) as bar, VirtualPad(0x81, kind) as virtual:
        wire.clamp(bar.path, listens=False)
        wire.clamp(virtual.path)
        port = lines.port(wire.path, LineSettings(), ear.heard.put, ear.on_state)
        pad = Pad(port, kind, 0x81, lambda _level: None)
        bars = BarLine(
            [Wired(1, 1, lamps)],
            lambda heard, state: lines.port(wire.path, LineSettings(), heard, state, waits=True),
            seen.put,
        )
        port.start()
        bars.start()
        try:
            bars.show(1, "空闲", Colour.GREEN)
            assert seen.get(timeout=LIMIT_S).health is Health.READY
            bar.suffer(Fault.DELAY, REPLY_WAIT_S + 4 * BYTE_S)
            for number in range(100):
                asked = sum(heard.what == "rate" for heard in virtual.heard)
                bars.show(1, f"A{number:03} 办理中", Colour.GREEN)
                bar.wait_for(f"A{number:03} 办理中", LIMIT_S)
                pad.ask()
                virtual.wait_until_asked(asked + 1, LIMIT_S)
                if wire.collisions >= 3:
                    break
            else:
                pytest.fail("the bar and the question never met")
        finally:
            bars.close()
            port.close()


# --- polling, with a clock by hand --------------------------------------------------------------------------------

REPLY_S = 0.02


def polled(schedule: Schedule, until: float, alive: set[int]) -> list[int]:
    """Who is asked until then, when those alive answer at once."""
    asked, now = [], 0.0
    while now < until:
        found = schedule.next(now)
        assert found is not None
        if not isinstance(found, Order):
            now += found
            continue
        asked.append(found.frame[5])
        now += len(found.frame) * BYTE_S + 0.003
        if found.frame[5] in alive:
            schedule.heard(now)
            now += 9 * BYTE_S
            schedule.heard(now)
    return asked


def test_all_are_polled_in_turn_and_the_dead_seldom() -> None:
    schedule = Schedule(BYTE_S)
    for addr in (1, 2, 3):
        schedule.poll("keypads", ff68.encode(ff68.poll(addr, 5)), REPLY_S)
    asked = polled(schedule, 10.0, alive={1, 3})
    assert asked[:6] == [1, 2, 3, 1, 2, 3]
    assert asked.count(2) <= MISSES + 10.0 / DEAD_EVERY_S
    assert asked.count(1) > 10.0 / (2 * (REPLY_S + 2 * ROOM_S + 18 * BYTE_S))  # as if the dead one were not there
    schedule.leave("keypads")
    assert schedule.next(20.0) is None


def test_a_dead_address_that_comes_to_life_is_polled_like_the_others() -> None:
    schedule = Schedule(BYTE_S)
    for addr in (1, 2):
        schedule.poll("keypads", ff68.encode(ff68.poll(addr, 5)), REPLY_S)
    polled(schedule, 5.0, alive={1})
    asked = polled(schedule, 10.0, alive={1, 2})[-10:]
    assert abs(asked.count(1) - asked.count(2)) <= 1


def test_what_waits_goes_before_the_next_poll_and_after_the_answer_to_the_last() -> None:
    schedule = Schedule(BYTE_S)
    schedule.poll("keypads", ff68.encode(ff68.poll(1, 5)), REPLY_S)
    assert isinstance(schedule.next(0.0), Order)
    schedule.add("bars", text(1), 0.001)
    wait_s = schedule.next(0.001)
    assert isinstance(wait_s, float)
    assert wait_s >= REPLY_S
    found = schedule.next(0.001 + wait_s)
    assert isinstance(found, Order)
    assert found.frame == text(1)
