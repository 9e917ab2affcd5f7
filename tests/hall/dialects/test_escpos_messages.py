"""What a printer says in several bytes: automatic status, full status, and for one who only listens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.dialects import BadFrame, Damaged, escpos_presenter
from hall.dialects.escpos_reader import Answer, Reader
from hall.dialects.escpos_status import REAL_TIME, Answered, Listener, PrinterState, Question, Stray, Told

FINE = bytes.fromhex("10 00 00 00")


def told(data: bytes) -> PrinterState:
    listener = Listener(auto_status=True)
    (heard,) = listener.feed(data)
    assert isinstance(heard, Told)
    assert heard.state == listener.state
    return listener.state


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ("10 00 00 00", set()),
        ("18 00 0F 00", {"offline", "paper_out", "paper_near_end"}),
        ("10 00 03 00", {"paper_near_end"}),
        ("38 00 00 00", {"offline", "cover_open"}),
        ("18 08 00 00", {"offline", "cutter_error"}),
        ("18 20 00 00", {"offline", "unrecoverable"}),
        ("18 04 00 00", {"offline", "recoverable"}),
        ("18 40 00 00", {"offline", "recoverable"}),
        ("14 00 00 00", set()),  # bit 2 is the drawer
    ],
)
def test_automatic_status(data: str, faults: set[str]) -> None:
    state = told(bytes.fromhex(data))
    assert {name for name in state.__struct_fields__ if getattr(state, name)} == faults
    assert state.ok == (faults <= {"paper_near_end"})


def test_answers_in_real_time_may_come_in_the_midst_of_it() -> None:
    listener = Listener(auto_status=True)
    for question in REAL_TIME:
        listener.ask(question)
    listener.ask(Question.IN_ORDER)
    heard = listener.feed(bytes.fromhex("12 18 12 08 00 12 00 12 00"))
    assert [type(one) for one in heard] == [Answered, Answered, Answered, Told, Answered, Answered]
    assert not listener.waiting
    assert not listener.printing


def test_a_listener_that_was_not_told_so_takes_it_for_strays() -> None:
    listener = Listener()
    assert [type(heard) for heard in listener.feed(FINE)] == [Stray] * 4
    assert listener.state == PrinterState()


@pytest.mark.parametrize("data", ["10 90", "10 00 10", "10 00 00 12", "18 FF"])
def test_damage_in_the_midst_makes_everything_doubtful(data: str) -> None:
    listener = Listener(auto_status=True)
    listener.feed(FINE)
    assert listener.state.ok
    *_, last = listener.feed(bytes.fromhex(data))
    assert last == Stray(bytes.fromhex(data)[-1], "fixed bits")
    assert listener.state == PrinterState()


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ("10 0F 00 00 00 00", set()),
        ("10 0F 01 00 00 00", {"paper_out", "paper_near_end"}),
        ("10 0F 04 00 00 00", {"paper_near_end"}),
        ("10 0F 20 00 00 00", {"slip_out"}),
        ("10 0F 00 02 00 00", {"cover_open"}),
        ("10 0F 00 00 40 00", {"recoverable"}),
        ("10 0F 00 00 00 01", {"cutter_error"}),
        ("10 0F 00 00 00 08", {"unrecoverable"}),
    ],
)
def test_full_status(data: str, faults: set[str]) -> None:
    listener = Listener()
    assert listener.ask(Question.FULL) == b"\x10\x04\x14"
    for byte in bytes.fromhex(data)[:-1]:
        assert listener.feed(bytes([byte])) == []
        assert listener.waiting
    listener.feed(bytes.fromhex(data)[-1:])
    assert not listener.waiting
    state = listener.state
    assert {name for name in state.__struct_fields__ if getattr(state, name)} == faults
    assert state.ok == (faults <= {"paper_near_end", "slip_out"})


@pytest.mark.parametrize("data", ["12", "10 10", "0F"])
def test_what_is_no_full_status_is_doubtful(data: str) -> None:
    listener = Listener()
    listener.ask(Question.FULL)
    *_, last = listener.feed(bytes.fromhex(data))
    assert isinstance(last, Stray)
    assert not listener.waiting
    assert not listener.state.ok


def test_who_only_listens_is_given_every_meaning() -> None:
    heard = Reader().feed(bytes.fromhex("7E 18000C00 100F01000000 93 00"))
    answer, auto, full, damaged, in_order = heard
    assert isinstance(answer, Answer)
    assert answer.meanings[Question.ROLL].paper_out is True
    assert isinstance(auto, Told)
    assert isinstance(full, Told)
    assert auto.state.paper_out is full.state.paper_out is True
    assert damaged == Damaged(b"\x93", "fixed bits")
    assert isinstance(in_order, Answer)
    assert set(in_order.meanings) == {Question.IN_ORDER}


def test_what_breaks_off_is_told_and_hides_nothing() -> None:
    reader = Reader()
    assert reader.feed(b"\x18\x00" + FINE)[0] == Damaged(b"\x18\x00", "cut short")
    assert reader.feed(b"\x10\x0f\x00") == []
    assert reader.end() == [Damaged(b"\x10\x0f\x00", "cut short")]
    assert [type(heard) for heard in Reader(fixed_bits=False).feed(b"\x10\x0c")] == [Answer, Answer]


@settings(max_examples=100)
@given(st.binary(max_size=30))
def test_only_a_whole_message_makes_a_printer_ok(noise: bytes) -> None:
    listener = Listener(auto_status=True)
    listener.feed(noise.replace(b"\x10", b"\x11").replace(b"\x14", b"\x11"))
    assert not listener.state.ok or any(byte & 0x93 == 0x10 for byte in noise)
    listener.feed(b"\xff" + FINE)
    assert listener.state.ok


def test_orders_of_the_presenter() -> None:
    assert escpos_presenter.present(12) == bytes.fromhex("1D65030C")
    assert (bytes.fromhex("1D6505"), bytes.fromhex("1D6502")) == (escpos_presenter.EJECT, escpos_presenter.RETRACT)
    with pytest.raises(BadFrame, match="0–255"):
        escpos_presenter.present(256)
