"""What a printer says, and that silence or nonsense is never taken for "fine"."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.dialects.escpos_status import REAL_TIME, Answered, Listener, PrinterState, Question, Stray, ask

FINE = bytes([0x12, 0x12, 0x12, 0x12])


def state_after(answers: bytes, *, fixed_bits: bool = True) -> PrinterState:
    listener = Listener(fixed_bits=fixed_bits)
    for question in REAL_TIME:
        listener.ask(question)
    listener.feed(answers)
    return listener.state


def test_questions() -> None:
    assert b"".join(ask(question) for question in REAL_TIME) == bytes.fromhex("100401 100402 100403 100404")
    assert ask(Question.IN_ORDER) == bytes.fromhex("1D7201")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("12 12 12 12", set()),
        ("1A 32 12 7E", {"offline", "paper_out", "paper_near_end"}),  # out of paper
        ("12 12 12 1E", {"paper_near_end"}),
        ("1A 16 12 12", {"offline", "cover_open"}),
        ("1A 52 1A 12", {"offline", "cutter_error"}),
        ("1A 52 32 12", {"offline", "unrecoverable"}),
        ("1A 52 52 12", {"offline", "recoverable"}),
    ],
)
def test_states(answers: str, told: set[str]) -> None:
    state = state_after(bytes.fromhex(answers))
    assert {name for name in state.__struct_fields__ if getattr(state, name)} == told
    assert [name for name in state.__struct_fields__ if getattr(state, name) is None] == ["slip_out"]
    assert state.ok == (told <= {"paper_near_end"})


def test_paper_out_of_the_offline_cause_is_not_cleared_by_it() -> None:
    listener = Listener()
    listener.ask(Question.ROLL)
    listener.feed(b"\x7e")
    listener.ask(Question.OFFLINE_CAUSE)
    listener.feed(b"\x12")
    assert listener.state.paper_out is True


@pytest.mark.parametrize("count", range(4))
def test_a_printer_that_has_not_said_everything_is_not_ok(count: int) -> None:
    assert not state_after(FINE[:count]).ok
    assert state_after(FINE).ok


def test_one_lost_answer_is_not_made_up_by_the_others() -> None:
    listener = Listener()
    for question in REAL_TIME:
        listener.ask(question)
    listener.feed(b"\x12\x12\x12")
    assert listener.waiting
    assert not listener.state.ok
    listener.forget()
    assert listener.state == PrinterState()
    assert listener.feed(b"\x12") == [Stray(0x12, "not asked")]


def test_answers_that_stand_one_place_too_early_change_nothing() -> None:
    listener = Listener()
    for _ in range(2):
        for question in REAL_TIME:
            listener.ask(question)
        before = listener.state
        listener.feed(FINE if before == PrinterState() else b"\x32\x12\x7e")  # the second time 1A is lost
    assert listener.waiting
    assert listener.state == before


@pytest.mark.parametrize("byte", [0x00, 0xFF, 0x11, 0x13, 0x92, 0x02])
def test_a_wrong_byte_is_told_and_makes_everything_doubtful(byte: int) -> None:
    listener = Listener()
    for question in REAL_TIME:
        listener.ask(question)
    listener.feed(FINE)
    assert listener.state.ok
    listener.ask(Question.PRINTER)
    assert listener.feed(bytes([byte])) == [Stray(byte, "fixed bits")]
    assert listener.state == PrinterState()
    assert not listener.waiting


def test_in_order_answers_tell_that_a_slip_went_through() -> None:
    listener = Listener()
    listener.ask(Question.IN_ORDER)
    listener.ask(Question.PRINTER)
    assert listener.feed(b"\x12") == [Answered(Question.PRINTER, 0x12)]
    before = listener.printing
    assert listener.feed(b"\x03") == [Answered(Question.IN_ORDER, 0x03)]
    assert (before, listener.printing) == (True, False)
    assert listener.state.paper_near_end is True
    assert listener.state.paper_out is False


def test_in_order_answer_overtaken_by_nothing() -> None:
    listener = Listener()
    listener.ask(Question.PRINTER)
    listener.ask(Question.IN_ORDER)
    assert listener.feed(b"\x00\x12") == [Answered(Question.IN_ORDER, 0), Answered(Question.PRINTER, 0x12)]
    listener.ask(Question.IN_ORDER)
    assert listener.feed(b"\x0f") == [Answered(Question.IN_ORDER, 0x0F)]
    assert listener.state.paper_out is True


def test_a_printer_without_fixed_bits() -> None:
    assert state_after(bytes.fromhex("00 00 00 00"), fixed_bits=False).ok
    assert state_after(bytes.fromhex("08 20 00 6C"), fixed_bits=False).paper_out
    assert state_after(bytes.fromhex("00 00 00 0C"), fixed_bits=False).ok
    assert not state_after(bytes.fromhex("00 00 00 0C")).ok


@settings(max_examples=100)
@given(st.binary(max_size=12))
def test_only_four_clean_answers_make_a_printer_ok(answers: bytes) -> None:
    clean = len(answers) == 4 and all(byte & 0x93 == 0x12 for byte in answers)
    harmless = (0x08, 0x24, 0x68, 0x60)
    fine = clean and not any(byte & fault for byte, fault in zip(answers, harmless, strict=True))
    if fine or len(answers) <= 4:
        assert state_after(answers).ok == fine
