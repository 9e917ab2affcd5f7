"""What a printer in some condition says: the bytes of its answers, and what it tells by itself. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hall.dialects import escpos_status as status
from hall.dialects.escpos_status import Question

_SET_FIXED: Final = 0x12  # bits 1 and 4 of an answer in real time
_STOPPED_BY_ERROR: Final = 0x40  # n = 2
_ALWAYS_SET: Final = 0x10  # bit 4 of the first byte of four


class Condition(Struct, frozen=True, kw_only=True):
    """How a printer is."""

    can_print: bool
    paper: bool
    near_end: bool
    cover_open: bool
    jammed: bool  # the cutter
    in_mouth: bool  # a slip hangs in the presenter
    fixed_bits: bool


def answer(question: Question, now: Condition) -> bytes:
    """The answer to a question."""
    if question is Question.FULL:
        return _full(now)
    if question is Question.IN_ORDER:
        return bytes([status.IN_ORDER_NEAR_END * now.near_end])
    byte = _SET_FIXED if now.fixed_bits else 0
    if question is Question.PRINTER and not now.can_print:
        byte |= status.OFFLINE
    elif question is Question.OFFLINE_CAUSE:
        byte |= status.COVER_OPEN * now.cover_open | status.STOPPED_BY_PAPER_END * (not now.paper)
        byte |= _STOPPED_BY_ERROR * now.jammed
    elif question is Question.ERROR_CAUSE:
        byte |= status.CUTTER_ERROR * now.jammed
    elif question is Question.ROLL:
        byte |= status.NEAR_END * now.near_end | status.END * (not now.paper)
    return bytes([byte])


def by_itself(now: Condition) -> bytes:
    """The four bytes of the automatic status."""
    printer = _ALWAYS_SET | status.AUTO_OFFLINE * (not now.can_print) | status.AUTO_COVER_OPEN * now.cover_open
    paper = status.AUTO_NEAR_END * now.near_end | status.AUTO_END * (not now.paper)
    return bytes([printer, status.AUTO_CUTTER_ERROR * now.jammed, paper, 0])


def _full(now: Condition) -> bytes:
    """The six bytes of kiosk printers; of masks with several bits the makers' own is sent."""
    paper = status.FULL_NO_PAPER * (not now.paper) | 0x04 * now.near_end | status.FULL_SLIP_OUT * now.in_mouth
    return status.FULL_HEAD + bytes([paper, 0x02 * now.cover_open, 0, 0x01 * now.jammed])
