"""Ways between the kiosk's pages: home, the first page, and the page that says why no ticket can be given. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.values import Kiosk, PageName, departments
from slips.values import PRINTS, PrinterStands

_STOPPED_BY = {
    PrinterStands.CHECKING: PageName.STARTING,
    PrinterStands.PAPER_OUT: PageName.PAPER_OUT,
    PrinterStands.COVER_OPEN: PageName.COVER_OPEN,
    PrinterStands.CUTTER: PageName.PRINTER_FAULT,
    PrinterStands.FAULT: PageName.PRINTER_FAULT,
    PrinterStands.SILENT: PageName.PRINTER_SILENT,
}


def stop(state: Kiosk) -> PageName | None:
    """The page that says why no ticket can be given; None while one can."""
    if state.doubtful or state.hub_here is False:
        return PageName.HUB_AWAY
    if state.hub_here is None or state.catalogue is None or state.opening is None:
        return PageName.STARTING
    if not state.opening.taking:
        return PageName.CLOSED
    return None if state.printer in PRINTS else _STOPPED_BY[state.printer]


def home(state: Kiosk, mono: float) -> Kiosk:
    """The first page, in the hall's own language, nothing chosen and nothing typed."""
    state = replace(forgotten(state), language=state.languages[0], refused=None)
    stopped = stop(state)
    return first(state, mono) if stopped is None else turned(state, stopped, mono)


def first(state: Kiosk, mono: float) -> Kiosk:
    """The departments, or the matters of the only one."""
    only = departments(state)
    if len(only) == 1:
        return replace(turned(state, PageName.MATTERS, mono), department=only[0].id)
    return replace(turned(state, PageName.DEPARTMENTS, mono), department=None)


def forgotten(state: Kiosk) -> Kiosk:
    """The state without anything that this visitor chose or typed."""
    return replace(state, department=None, chosen=(), priority="", typed="")


def turned(state: Kiosk, page: PageName, mono: float) -> Kiosk:
    """Another page, from its first leaf on."""
    return replace(state, page=page, since=mono, leaf=0)
