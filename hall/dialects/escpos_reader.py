"""What a printer's bytes can be, for one who did not ask: whoever reads a capture sees answers, not questions.

A byte that answers DLE EOT does not say which of its questions it answers: all four meanings are given. Without the
fixed bits, every byte below 80 is such an answer.
"""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

import msgspec

from hall.dialects import Damaged
from hall.dialects import escpos_status as status
from hall.dialects.escpos_status import PrinterState, Question, Told
from hall.dialects.finder import CUT_SHORT

_FULL: Final = status.FULL_HEAD[0]


class Answer(msgspec.Struct, frozen=True):
    """One byte, and what it would say as the answer to each question that it can answer."""

    byte: int
    meanings: dict[Question, PrinterState]


Read: TypeAlias = Answer | Told | Damaged


class Reader:
    """Reads a printer's bytes; holds six at most."""

    def __init__(self, *, fixed_bits: bool = True) -> None:
        self._alone = _alone(fixed_bits)
        self._begins = _begins(fixed_bits)
        self._fixed_bits = fixed_bits
        self._rest = b""

    @property
    def held(self) -> int:
        """How many bytes wait for more."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Read]:
        """What these bytes complete."""
        stream, at = self._rest + data, 0
        heard: list[Read] = []
        while at < len(stream):
            byte = stream[at]
            if not self._begins[byte]:
                heard.append(self._alone[byte])
                at += 1
                continue
            size, whole = self._message(stream[at : at + status.FULL_BYTES])
            if size > len(stream) - at:
                break
            if whole is None and size == 1 and not self._fixed_bits:
                heard.append(self._alone[byte])  # without the fixed bits 10 is an answer, too
            else:
                heard.append(whole or Damaged(stream[at : at + size], CUT_SHORT))
            at += size
        self._rest = stream[at:]
        return heard

    def end(self) -> list[Damaged]:
        """The stream is over: what was begun and not finished."""
        begun, self._rest = self._rest, b""
        return [Damaged(begun, CUT_SHORT)] if begun else []

    def _message(self, data: bytes) -> tuple[int, Told | None]:
        """How long the message at the front is, and the message if it is there; None if it breaks off there."""
        if status.FULL_HEAD.startswith(data[:2]) or not self._fixed_bits:
            if len(data) > 1 and data[1] != status.FULL_HEAD[1]:
                return 1, None
            return status.FULL_BYTES, Told(data, status.full_state(data)) if len(data) == status.FULL_BYTES else None
        for size in range(1, min(len(data), status.AUTO_BYTES)):
            if not status.goes_on_auto(data[size]):
                return size, None
        whole = data[: status.AUTO_BYTES]
        return status.AUTO_BYTES, Told(whole, status.auto_state(whole)) if len(whole) == status.AUTO_BYTES else None


@cache
def _begins(fixed_bits: bool) -> bytes:
    """Which bytes may begin a longer message."""
    return bytes(byte == _FULL or (fixed_bits and status.begins_auto(byte)) for byte in range(256))


@cache
def _alone(fixed_bits: bool) -> tuple[Answer | Damaged, ...]:
    """What each byte says that is no part of a longer message."""
    return tuple(_answer(byte, fixed_bits) for byte in range(256))


def _answer(byte: int, fixed_bits: bool) -> Answer | Damaged:
    meanings = {
        question: status.with_answer(PrinterState(), question, byte)
        for question in (*status.REAL_TIME, Question.IN_ORDER)
        if status.is_answer(question, byte, fixed_bits=fixed_bits)
    }
    return Answer(byte, meanings) if meanings else Damaged(bytes([byte]), "fixed bits")
