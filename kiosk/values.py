"""What the kiosk knows and says: its pages, state, events and effects. Pure values."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.messages import Body, Catalogue, Issued, ListedDepartment, ListedMatter, OpenState, Printed, Refused
from hall.model import MatterId, Printing
from slips.values import PrinterStands


class PageName(StrEnum):
    """What is on the screen."""

    STARTING = "starting"
    DEPARTMENTS = "departments"
    MATTERS = "matters"
    CONFIRM = "confirm"
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


BROWSING = (PageName.DEPARTMENTS, PageName.MATTERS, PageName.CONFIRM)
BLOCKED = (
    PageName.STARTING,
    PageName.PAPER_OUT,
    PageName.COVER_OPEN,
    PageName.PRINTER_FAULT,
    PageName.PRINTER_SILENT,
    PageName.HUB_AWAY,
    PageName.CLOSED,
)


# --- events of the kiosk's own; the others are in hall.happened ---------------------------------------


class Tapped(Struct, frozen=True):
    """A button was pressed, by its id (“matter:id-card”, “yes”, “back”, “language:en” …)."""

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
    """The kiosk's whole state. `languages`: the first is the hall's. `per_leaf`: choices on one screen."""

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
    matter: MatterId | None = None
    leaf: int = 0
    wish: Body | None = None
    doubtful: bool = False  # the wish is given up, and the hub has not yet said what became of it
    job: Job | None = None
    given: Given | None = None
    can_reprint: bool = False
    refused: Refused | None = None


def departments(state: Kiosk) -> tuple[ListedDepartment, ...]:
    """The departments that have a matter."""
    if state.catalogue is None:
        return ()
    used = {matter.department for matter in state.catalogue.matters}
    return tuple(department for department in state.catalogue.departments if department.id in used)


def matters(state: Kiosk) -> tuple[ListedMatter, ...]:
    """The matters of the chosen department."""
    if state.catalogue is None:
        return ()
    return tuple(matter for matter in state.catalogue.matters if matter.department == state.department)


def chosen(state: Kiosk) -> ListedMatter | None:
    """The chosen matter."""
    return next((matter for matter in matters(state) if matter.id == state.matter), None)


def leaves(state: Kiosk) -> int:
    """How many leaves the present choices fill, at least 1."""
    count = len(departments(state) if state.page is PageName.DEPARTMENTS else matters(state))
    return max(1, -(-count // state.per_leaf))
