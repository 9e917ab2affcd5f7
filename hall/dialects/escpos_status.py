"""What an ESC/POS printer says about itself: the questions, and what each answer byte means.

    host → printer   10 04 n     DLE EOT n, real time: answered at once, even while data waits to be printed
                     10 04 14    all at once, from kiosk printers
                     1D 72 01    GS r 1, in order: answered when everything sent before it is on paper
                     1D 61 FF    GS a: from now on say by yourself what changes
    printer → host   0xx1xx10    answer to DLE EOT      0xx0….   answer to GS r 1
                     0xx1xx00 0..0…. 0..0…. 0..0….      by itself (ASB), four bytes
                     10 0F paper user recoverable unrecoverable     answer to 10 04 14

Sources: Epson ESC/POS command reference (DLE EOT, GS r, GS a); cnblogs.com/deng02/archive/2009/12/24/1631521.html (GS r
1: 00 paper, 0F none); Pyramid Reliance for printers that leave the fixed bits out; Custom KPM210, KPM150 and KPM300
manuals for 10 04 14. No capture of a real printer exists yet. A silent printer and a byte out of place never count as
"fine".
"""

from collections import deque
from enum import IntEnum
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec

MAX_ASKED: Final = 64  # questions without an answer that are remembered; more means that nobody reads or nobody answers


class Question(IntEnum):
    """n of DLE EOT n; IN_ORDER is GS r 1."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    ROLL = 4
    FULL = 0x14
    IN_ORDER = 0x72


REAL_TIME: Final = (Question.PRINTER, Question.OFFLINE_CAUSE, Question.ERROR_CAUSE, Question.ROLL)
FULL: Final = (Question.FULL,)
SAY_CHANGES: Final = b"\x1d\x61\xff"

OFFLINE: Final = 0x08  # n = 1
COVER_OPEN: Final = 0x04  # n = 2
STOPPED_BY_PAPER_END: Final = 0x20  # n = 2
CUTTER_ERROR: Final = 0x08  # n = 3
UNRECOVERABLE: Final = 0x20  # n = 3
RECOVERABLE: Final = 0x40  # n = 3
NEAR_END: Final = 0x0C  # n = 4
END: Final = 0x60  # n = 4
IN_ORDER_NEAR_END: Final = 0x03  # GS r 1
IN_ORDER_END: Final = 0x0C  # GS r 1
# ASB, one mask a byte.
AUTO_OFFLINE, AUTO_COVER_OPEN = 0x08, 0x20  # first
AUTO_RECOVERABLE, AUTO_CUTTER_ERROR, AUTO_UNRECOVERABLE = 0x44, 0x08, 0x20  # second
AUTO_NEAR_END, AUTO_END = 0x03, 0x0C  # third
# 10 04 14.
FULL_NO_PAPER, FULL_NEAR_END, FULL_SLIP_OUT = 0x01, 0x44, 0x20  # paper; 40 is an end that was counted, not seen
FULL_COVER_OPEN = 0x03  # user: print head up, cover open
FULL_RECOVERABLE = 0xC9  # head too hot, wrong voltage, paper jam, notch not found
FULL_CUTTER, FULL_BROKEN = 0x03, 0x0C  # unrecoverable: cutter or its cover; RAM, EEPROM

_FIXED: Final = (0x93, 0x12)  # bits 0, 1, 4, 7 of a DLE EOT answer
_FIXED_LOOSE: Final = (0x81, 0x00)  # Reliance: no paper is 6C, low is 0C
_FIXED_IN_ORDER: Final = (0x90, 0x00)
_FIXED_AUTO: Final = (0x93, 0x10)
AUTO_BYTES: Final = 4
FULL_HEAD: Final = b"\x10\x0f"
FULL_BYTES: Final = 6


class PrinterState(msgspec.Struct, frozen=True):
    """What is known of a printer; None is "it has not said". Only a printer that answered all its questions, or told
    its whole state by itself, can be ok."""

    offline: bool | None = None
    cover_open: bool | None = None
    paper_out: bool | None = None
    paper_near_end: bool | None = None
    cutter_error: bool | None = None
    unrecoverable: bool | None = None
    recoverable: bool | None = None
    slip_out: bool | None = None  # a slip hangs in the mouth; only kiosk printers say so

    @property
    def ok(self) -> bool:
        """True if the printer said that it can print now; a roll near its end still prints."""
        faults = (
            self.offline,
            self.cover_open,
            self.paper_out,
            self.cutter_error,
            self.unrecoverable,
            self.recoverable,
        )
        return all(fault is False for fault in faults)


class Answered(msgspec.Struct, frozen=True):
    """A valid answer: to which question, and its byte."""

    question: Question
    byte: int


class Told(msgspec.Struct, frozen=True):
    """A whole state in several bytes: by itself, or as the answer to 10 04 14."""

    data: bytes
    state: PrinterState


class Stray(msgspec.Struct, frozen=True):
    """A byte that answers nothing."""

    byte: int
    reason: Literal["fixed bits", "not asked"]


Heard: TypeAlias = Answered | Told | Stray


def ask(question: Question) -> bytes:
    """The bytes of a question."""
    return b"\x1d\x72\x01" if question is Question.IN_ORDER else bytes([0x10, 0x04, question])


def is_answer(question: Question, byte: int, *, fixed_bits: bool = True) -> bool:
    """True if the byte has the form of an answer to this question; `fixed_bits` False for printers that leave
    them out."""
    real_time = _FIXED if fixed_bits else _FIXED_LOOSE
    mask, value = _FIXED_IN_ORDER if question is Question.IN_ORDER else real_time
    return byte & mask == value


def begins_auto(byte: int) -> bool:
    """True if the byte has the form of the first of four that a printer says by itself."""
    return byte & _FIXED_AUTO[0] == _FIXED_AUTO[1]


def goes_on_auto(byte: int) -> bool:
    """True if the byte has the form of one of the other three."""
    return is_answer(Question.IN_ORDER, byte)


def with_answer(state: PrinterState, question: Question, byte: int) -> PrinterState:
    """The state after a valid answer of one byte."""
    replace = msgspec.structs.replace
    if question is Question.PRINTER:
        return replace(state, offline=bool(byte & OFFLINE))
    if question is Question.OFFLINE_CAUSE:
        # Bit 5 only adds to what n = 4 says: without it there may still be no paper, so it never clears it.
        out = True if byte & STOPPED_BY_PAPER_END else state.paper_out
        return replace(state, cover_open=bool(byte & COVER_OPEN), paper_out=out)
    if question is Question.ERROR_CAUSE:
        return replace(
            state,
            cutter_error=bool(byte & CUTTER_ERROR),
            unrecoverable=bool(byte & UNRECOVERABLE),
            recoverable=bool(byte & RECOVERABLE),
        )
    end, near = (END, NEAR_END) if question is Question.ROLL else (IN_ORDER_END, IN_ORDER_NEAR_END)
    return replace(state, paper_out=bool(byte & end), paper_near_end=bool(byte & (near | end)))


@lru_cache(maxsize=4096)  # a printer says the same few things all day
def _with_answers(state: PrinterState, answers: bytes) -> PrinterState:
    """The state after valid answers: question, byte, question, byte …"""
    for question, byte in zip(answers[::2], answers[1::2], strict=True):
        state = with_answer(state, Question(question), byte)
    return state


@lru_cache(maxsize=4096)
def auto_state(data: bytes) -> PrinterState:
    """What four bytes said by itself tell."""
    printer, errors, paper = data[:3]
    return PrinterState(
        offline=bool(printer & AUTO_OFFLINE),
        cover_open=bool(printer & AUTO_COVER_OPEN),
        paper_out=bool(paper & AUTO_END),
        paper_near_end=bool(paper & (AUTO_NEAR_END | AUTO_END)),
        cutter_error=bool(errors & AUTO_CUTTER_ERROR),
        unrecoverable=bool(errors & AUTO_UNRECOVERABLE),
        recoverable=bool(errors & AUTO_RECOVERABLE),
    )


def full_state(data: bytes) -> PrinterState:
    """What the six bytes that answer 10 04 14 tell. Offline is not among it: a printer that answers is there."""
    paper, user, recoverable, unrecoverable = data[2:6]
    return PrinterState(
        offline=False,
        cover_open=bool(user & FULL_COVER_OPEN),
        paper_out=bool(paper & FULL_NO_PAPER),
        paper_near_end=bool(paper & (FULL_NEAR_END | FULL_NO_PAPER)),
        cutter_error=bool(unrecoverable & FULL_CUTTER),
        unrecoverable=bool(unrecoverable & FULL_BROKEN),
        recoverable=bool(recoverable & FULL_RECOVERABLE),
        slip_out=bool(paper & FULL_SLIP_OUT),
    )


class Listener:
    """Matches answer bytes with questions asked, and keeps the state that they add up to.

    Real-time answers come in the order asked and may overtake in-order ones and what is said by itself; the fixed bits
    tell the three apart. A printer without fixed bits cannot be asked in order while a real-time question is open, nor
    speak by itself: its profile says so. `state` changes only when every real-time question is answered: with one
    answer lost on the line the others stand one place too early, and must not be believed.
    """

    def __init__(self, *, fixed_bits: bool = True, auto_status: bool = False) -> None:
        self.state = PrinterState()
        self.strays = 0  # bytes so far that answered nothing: noise, or a printer that was not known so well
        self._heard = PrinterState()
        self._mask, self._value = _FIXED if fixed_bits else _FIXED_LOOSE
        self._auto_status = auto_status
        self._real_time: deque[Question] = deque(maxlen=MAX_ASKED)
        self._in_order = 0
        self._answers = b""  # since then: question, byte …
        self._begun = b""  # of a message of several bytes

    def ask(self, question: Question) -> bytes:
        """The bytes to send; remembers that an answer is due."""
        if question is Question.IN_ORDER:
            self._in_order = min(self._in_order + 1, MAX_ASKED)
        else:
            self._real_time.append(question)
        return ask(question)

    @property
    def waiting(self) -> bool:
        """True while a real-time answer is due."""
        return bool(self._real_time)

    @property
    def printing(self) -> bool:
        """True while an in-order answer is due: what was sent before it is not known to be on paper."""
        return self._in_order > 0

    def forget(self) -> None:
        """No answer came in time, or the line was opened anew: nothing is due and nothing is known any
        more."""
        self._doubt()
        self._in_order = 0

    def feed(self, data: bytes) -> list[Heard]:
        """What these bytes say, in order. A stray byte while answers are due puts all that is known in
        doubt."""
        return [heard for byte in data if (heard := self._hear(byte)) is not None]

    def _hear(self, byte: int) -> Heard | None:
        due = self._real_time[0] if self._real_time else None
        if due is not None and due is not Question.FULL and byte & self._mask == self._value:
            # Real time: it may come in the midst of what is said by itself.
            return self._answered(self._real_time.popleft(), byte)
        if self._begun:
            return self._go_on(byte)
        if self._asks_full and byte == FULL_HEAD[0]:
            self._begun = FULL_HEAD[:1]
            return None
        if self._auto_status and begins_auto(byte):
            self._begun = bytes([byte])
            return None
        if self._in_order and is_answer(Question.IN_ORDER, byte):
            self._in_order -= 1
            return self._answered(Question.IN_ORDER, byte)
        return self._stray(byte)

    @property
    def _asks_full(self) -> bool:
        return bool(self._real_time) and self._real_time[0] is Question.FULL

    def _go_on(self, byte: int) -> Heard | None:
        """The next byte of a message of several bytes: all six after 10 0F, or the four said by itself."""
        full = self._asks_full
        fits = (byte == FULL_HEAD[1] or len(self._begun) > 1) if full else goes_on_auto(byte)
        if not fits:
            return self._stray(byte)
        self._begun += bytes([byte])
        if len(self._begun) < (FULL_BYTES if full else AUTO_BYTES):
            return None
        data, self._begun = self._begun, b""
        if full:
            self._real_time.popleft()
        self._heard, self._answers = full_state(data) if full else auto_state(data), b""
        if not self._real_time:
            self.state = self._heard
        return Told(data, self._heard)

    def _stray(self, byte: int) -> Stray:
        due = self.waiting or self.printing or bool(self._begun)
        self.strays += 1
        self._doubt()
        return Stray(byte, "fixed bits" if due else "not asked")

    def _answered(self, question: Question, byte: int) -> Answered:
        self._answers += bytes((question, byte))
        if not self._real_time or len(self._answers) >= 2 * MAX_ASKED:
            self._heard, self._answers = _with_answers(self._heard, self._answers), b""
        if not self._real_time:
            self.state = self._heard
        return Answered(question, byte)

    def _doubt(self) -> None:
        self.state = self._heard = PrinterState()
        self._real_time.clear()
        self._begun = self._answers = b""
