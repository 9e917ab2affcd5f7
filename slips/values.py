"""What a role hears of its printer. Pure values."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.dialects.escpos_status import PrinterState
from hall.messages import Health
from hall.model import Printing, TicketId


class PrinterStands(StrEnum):
    """What the driver knows of the printer; the values are the reason codes of the device's health."""

    CHECKING = "checking"
    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    FAULT = "fault"
    SILENT = "silent"


PRINTS = (PrinterStands.READY, PrinterStands.PAPER_LOW)


def stands_at(state: PrinterState | None) -> PrinterStands:
    """What a status means to a person who wants a ticket; None is a printer that does not answer."""
    if state is None:
        return PrinterStands.SILENT
    if state.cover_open:
        return PrinterStands.COVER_OPEN
    if state.paper_out:
        return PrinterStands.PAPER_OUT
    if state.cutter_error:
        return PrinterStands.CUTTER
    if not state.ok:
        return PrinterStands.FAULT
    return PrinterStands.PAPER_LOW if state.paper_near_end else PrinterStands.READY


def health_of(stands: PrinterStands) -> tuple[Health, str]:
    """The device's health, with the reason's code: what is not well, but answers, is degraded."""
    if stands is PrinterStands.READY:
        return Health.READY, ""
    return Health.LOST if stands is PrinterStands.SILENT else Health.DEGRADED, stands.value


class PrinterSeen(Struct, frozen=True):
    """The driver knows something new of the printer."""

    stands: PrinterStands


class PrintEnded(Struct, frozen=True):
    """How the slip of a ticket ended; `cause` is a code for the log."""

    ticket: TicketId
    outcome: Printing
    cause: str = ""
