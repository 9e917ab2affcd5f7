"""What a printer's bytes can be, for one who did not ask: whoever reads a capture sees answers, not questions.

A byte that answers DLE EOT does not say which of its questions it answers: all four meanings are given. Without the
fixed bits, every byte below 80 is such an answer.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from hall.dialects import Damaged
from hall.dialects import escpos_status as status
from hall.dialects.escpos_status import PrinterState, Question, Told


class Answer(msgspec.Struct, frozen=True):
    """One byte, and what it would say as the answer to each question that it can answer."""

    byte: int
    meanings: dict[Question, PrinterState]


Read: TypeAlias = Answer | Told | Damaged


class Reader:
    """Reads a printer's bytes; holds six at most."""

    def __init__(self, *, fixed_bits: bool = True) -> None:
        self._fixed_bits = fixed_bits
        self._begun = b""

    @property
    def held(self) -> int:
        """How many bytes wait for more."""
        return len(self._begun)

    def feed(self, data: bytes) -> list[Read]:
        """What these bytes complete."""
        heard: list[Read] = []
        for byte in data:
            self._take(byte, heard)
        return heard

    def end(self) -> list[Damaged]:
        """The stream is over: what was begun and not finished."""
        begun, self._begun = self._begun, b""
        return [Damaged(begun, "cut short")] if begun else []

    def _take(self, byte: int, heard: list[Read]) -> None:
        if self._begun and not self._goes_on(byte):
            heard += self.end()
        if not self._begun and not self._begins(byte):
            heard.append(self._answer(byte))
            return
        self._begun += bytes([byte])
        full = self._begun.startswith(status.FULL_HEAD)
        if len(self._begun) == (status.FULL_BYTES if full else status.AUTO_BYTES):
            read = status.full_state if full else status.auto_state
            heard.append(Told(self._begun, read(self._begun)))
            self._begun = b""

    def _begins(self, byte: int) -> bool:
        return byte == status.FULL_HEAD[0] or (self._fixed_bits and status.begins_auto(byte))

    def _goes_on(self, byte: int) -> bool:
        if self._begun.startswith(status.FULL_HEAD) or self._begun + bytes([byte]) == status.FULL_HEAD:
            return True
        return self._fixed_bits and status.goes_on_auto(byte)

    def _answer(self, byte: int) -> Answer | Damaged:
        meanings = {
            question: status.with_answer(PrinterState(), question, byte)
            for question in (*status.REAL_TIME, Question.IN_ORDER)
            if status.is_answer(question, byte, fixed_bits=self._fixed_bits)
        }
        return Answer(byte, meanings) if meanings else Damaged(bytes([byte]), "fixed bits")
