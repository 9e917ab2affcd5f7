"""What the kiosk knows and says: its pages, state, events and effects. Pure values."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.messages import (
    Body,
    Catalogue,
    Issued,
    ListedDepartment,
    ListedMatter,
    ListedPriority,
    OpenState,
    Printed,
    Refusal,
    Refused,
)
from hall.model import BOOKING_CODE, MatterId, Printing, PriorityId
from slips.values import PrinterStands


class PageName(StrEnum):
    """What is on the screen."""

    STARTING = "starting"
    DEPARTMENTS = "departments"
    MATTERS = "matters"
    CONFIRM = "confirm"
    PRIORITY = "priority"  # 绿色通道: which class, if any
    BOOKING = "booking"  # 预约取号: the code of a booking is typed
    ASKING = "asking"
    PRINTING = "printing"
    TAKE = "take"
    SEE_STAFF = "see_staff"  # the number stands, its paper is in doubt
    VOIDED = "voided"  # nothing came out, the number is void
    REFUSED = "refused"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PRINTER_FAULT = "printer_fault"
    PRINTER_SILENT = "printer_silent"
    HUB_AWAY = "hub_away"
    CLOSED = "closed"


BROWSING = (PageName.DEPARTMENTS, PageName.MATTERS, PageName.CONFIRM, PageName.PRIORITY, PageName.BOOKING)
BLOCKED = (
    PageName.STARTING,
    PageName.PAPER_OUT,
    PageName.COVER_OPEN,
    PageName.PRINTER_FAULT,
    PageName.PRINTER_SILENT,
    PageName.HUB_AWAY,
    PageName.CLOSED,
)
DIGITS = "1234567890"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # in their order: not everybody knows a keyboard
TRY_AGAIN = (Refusal.UNKNOWN_BOOKING, Refusal.LATE)  # the same code, perhaps with one character put right


# --- events of the kiosk's own; the others are in hall.happened ---------------------------------------


class Tapped(Struct, frozen=True):
    """A button was pressed, by its id (“matter:id-card”, “yes”, “back”, “type:K”, “language:en” …)."""

    button: str


# --- effects of the kiosk's own -----------------------------------------------------------------------


class Print(Struct, frozen=True):
    """Put this ticket on paper, in that language. Unless it is a reprint, first make durable that its paper
    is unknown: if the process dies now, that is what the hub must hear."""

    issued: Issued
    language: str


class Report(Struct, frozen=True):
    """Tell the hub, durably, how the paper ended; settles what was made durable before the print."""

    fact: Printed


# --- state --------------------------------------------------------------------------------------------


class Job(Struct, frozen=True):
    """A slip handed to the printer at `since` (monotonic seconds)."""

    issued: Issued
    since: float


class Given(Struct, frozen=True):
    """The last number given out here, how its paper stands, until when (monotonic) it may be reprinted."""

    issued: Issued
    outcome: Printing
    reprint_until: float


class Kiosk(Struct, frozen=True, kw_only=True):
    """The kiosk's whole state. `languages`: the first is the hall's. `per_leaf`: choices on one screen. `chosen`: the
    matters of the ticket to be, in order; while there are some, departments and matters offer one more."""

    languages: tuple[str, ...] = ("zh", "en")
    per_leaf: int = 8
    language: str = "zh"
    page: PageName = PageName.STARTING
    since: float = 0.0  # monotonic seconds of the last change of page or touch
    catalogue: Catalogue | None = None
    opening: OpenState | None = None
    hub_here: bool | None = None
    printer: PrinterStands = PrinterStands.CHECKING
    department: str | None = None
    chosen: tuple[MatterId, ...] = ()
    priority: PriorityId = ""  # empty: an ordinary ticket
    typed: str = ""  # of a booking's code; gone as soon as this visitor is done
    leaf: int = 0
    wish: Body | None = None
    doubtful: bool = False  # the wish is given up, and the hub has not yet said what became of it
    job: Job | None = None
    given: Given | None = None
    can_reprint: bool = False
    refused: Refused | None = None


def departments(state: Kiosk) -> tuple[ListedDepartment, ...]:
    """The departments that have a matter to offer."""
    if state.catalogue is None:
        return ()
    used = {matter.department for matter in _offered(state)}
    return tuple(department for department in state.catalogue.departments if department.id in used)


def matters(state: Kiosk) -> tuple[ListedMatter, ...]:
    """The matters of the chosen department that may still be chosen."""
    return tuple(matter for matter in _offered(state) if matter.department == state.department)


def _offered(state: Kiosk) -> tuple[ListedMatter, ...]:
    listed = state.catalogue.matters if state.catalogue else ()
    return tuple(matter for matter in listed if matter.id not in state.chosen)


def chosen_matters(state: Kiosk) -> tuple[ListedMatter, ...]:
    """What the ticket to be is for, in order."""
    listed = {matter.id: matter for matter in state.catalogue.matters} if state.catalogue else {}
    return tuple(listed[matter] for matter in state.chosen if matter in listed)


def may_add(state: Kiosk) -> bool:
    """Whether the hall takes one more matter on this ticket."""
    most = state.catalogue.matters_at_kiosk if state.catalogue else 0
    return len(state.chosen) < most and bool(_offered(state))


def priorities(state: Kiosk) -> tuple[ListedPriority, ...]:
    """The classes that a visitor may choose here."""
    return tuple(p for p in state.catalogue.priorities if p.at_kiosk) if state.catalogue else ()


def may_check_in(state: Kiosk) -> bool:
    """Whether this is the first page, of a hall that takes bookings."""
    return is_first(state) and state.catalogue is not None and state.catalogue.bookings


def is_first(state: Kiosk) -> bool:
    """Whether the next visitor begins on this page."""
    if state.chosen:
        return False
    only = state.page is PageName.MATTERS and len(departments(state)) == 1
    return only or state.page is PageName.DEPARTMENTS


def is_code(state: Kiosk) -> bool:
    """Whether what is typed may be a booking's code."""
    return len(state.typed) in BOOKING_CODE


def may_try_again(state: Kiosk) -> bool:
    """Whether a code was refused that may have been typed wrongly."""
    return state.refused is not None and bool(state.typed) and state.refused.code in TRY_AGAIN


def leaves(state: Kiosk) -> int:
    """How many leaves the present choices fill, at least 1."""
    if state.page is PageName.PRIORITY:
        count = 1 + len(priorities(state))  # the first: none of them
    else:
        count = len(departments(state) if state.page is PageName.DEPARTMENTS else matters(state))
    return max(1, -(-count // state.per_leaf))
