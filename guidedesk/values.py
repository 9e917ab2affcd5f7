"""What the guide desk knows and says: its pages, state, events and effects. Pure values."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.messages import (
    AlertState,
    Body,
    Catalogue,
    EmergencyState,
    Found,
    Issued,
    ListedDepartment,
    ListedMatter,
    OpenState,
    Printed,
)
from hall.model import AlertKind, MatterId, TicketState, ZoneId
from hall.said import Said
from slips.values import PRINTS, PrinterStands


class PageName(StrEnum):
    """What is on the screen."""

    STARTING = "starting"
    DEPARTMENTS = "departments"
    MATTERS = "matters"
    CONFIRM = "confirm"
    ISSUED = "issued"
    FIND = "find"
    FOUND = "found"
    ALERTS = "alerts"
    EMERGENCY = "emergency"  # what is called out now, and the texts to choose from
    ZONES = "zones"
    SURE = "sure"  # the second confirmation


class Mode(StrEnum):
    """The four things done here; each has a key and a button that always stand there."""

    ISSUE = "issue"
    FIND = "find"
    ALERTS = "alerts"
    EMERGENCY = "emergency"


FIRST_PAGE = {
    Mode.ISSUE: PageName.DEPARTMENTS,
    Mode.FIND: PageName.FIND,
    Mode.ALERTS: PageName.ALERTS,
    Mode.EMERGENCY: PageName.EMERGENCY,
}
PER_LEAF = {PageName.DEPARTMENTS: 9, PageName.MATTERS: 9, PageName.ALERTS: 5, PageName.EMERGENCY: 4, PageName.ZONES: 9}
MAX_TYPED = 12


# --- events of the desk's own; the others are in hall.happened and slips.values -----------------------


class Tapped(Struct, frozen=True):
    """A button was pressed, or the key that stands for it: “mode:find”, “matter:id-card”, “type:A”, “yes” …"""

    button: str


# --- effects of the desk's own ------------------------------------------------------------------------


class Intend(Struct, frozen=True):
    """Make durable that this ticket's paper is unknown, should the process die before the `Report`."""

    issued: Issued


class Print(Struct, frozen=True):
    """Put this ticket on paper."""

    issued: Issued


class Report(Struct, frozen=True):
    """Tell the hub, durably, how the paper ended; settles what was intended."""

    fact: Printed


# --- state --------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """Where the paper of the number shown stands."""

    PRINTING = "printing"
    TO_WRITE = "to_write"  # no slip came: staff write the number down, or void it
    ON_PAPER = "on_paper"
    WRITTEN = "written"
    VOIDED = "voided"
    NO_SECOND = "no_second"  # a reprint that did not come out; the number stands


UNSETTLED = (Stage.PRINTING, Stage.TO_WRITE)


class Job(Struct, frozen=True):
    """The number given out last, since when (monotonic seconds), and its paper."""

    issued: Issued
    since: float
    stage: Stage

    @property
    def owed(self) -> bool:
        """Whether the hub still has to hear how the paper ended."""
        return not self.issued.reprint and self.stage in UNSETTLED


class Plan(Struct, frozen=True):
    """An emergency to be called out, or ended with an empty text, in a zone; None: everywhere."""

    text: str
    zone: ZoneId | None = None


class GuideDesk(Struct, frozen=True, kw_only=True):
    """All the desk knows. `texts`: the emergencies that can be called out. `printer` is None where there is none."""

    texts: tuple[str, ...]
    printer: PrinterStands | None = None
    page: PageName = PageName.STARTING
    since: float = 0.0  # monotonic seconds of the last change of page or press
    leaf: int = 0
    catalogue: Catalogue | None = None
    opening: OpenState | None = None
    hub_here: bool = False
    department: str | None = None
    matter: MatterId | None = None
    typed: str = ""
    found: Found | None = None
    job: Job | None = None
    alerts: tuple[AlertState, ...] = ()  # those not ended: staff at windows first, then the newest
    emergencies: tuple[EmergencyState, ...] = ()  # one a zone, with a text
    plan: Plan | None = None
    wish: Body | None = None
    doubtful: bool = False  # the wish is given up, and the hub has not yet said what became of it
    said: Said | None = None

    @property
    def ready(self) -> bool:
        """Whether the hub may be asked for something now."""
        return self.hub_here and self.wish is None and not self.doubtful

    @property
    def prints(self) -> bool:
        return self.printer in PRINTS

    @property
    def can_reprint(self) -> bool:
        """Whether the ticket found may have a second slip: it waits or is called, and there is a printer."""
        states = (TicketState.WAITING, TicketState.CALLED)
        return self.prints and self.found is not None and self.found.state in states


def departments(state: GuideDesk) -> tuple[ListedDepartment, ...]:
    """The departments that have a matter."""
    if state.catalogue is None:
        return ()
    used = {matter.department for matter in state.catalogue.matters}
    return tuple(department for department in state.catalogue.departments if department.id in used)


def matters(state: GuideDesk) -> tuple[ListedMatter, ...]:
    """The matters of the chosen department."""
    if state.catalogue is None:
        return ()
    return tuple(matter for matter in state.catalogue.matters if matter.department == state.department)


def chosen(state: GuideDesk) -> ListedMatter | None:
    """The chosen matter."""
    return next((matter for matter in matters(state) if matter.id == state.matter), None)


def rows(state: GuideDesk) -> tuple[str, ...]:
    """The button ids of the list on this page, all leaves."""
    zones = state.catalogue.zones if state.catalogue else ()
    match state.page:
        case PageName.DEPARTMENTS:
            return tuple(f"department:{d.id}" for d in departments(state))
        case PageName.MATTERS:
            return tuple(f"matter:{m.id}" for m in matters(state))
        case PageName.ALERTS:
            return tuple(f"handled:{a.id}" for a in state.alerts)
        case PageName.EMERGENCY:
            return tuple(f"text:{n}" for n in range(len(state.texts)))
        case PageName.ZONES:
            # Of a single zone there is nothing to choose but all.
            return ("zone:", *(f"zone:{z.id}" for z in zones if len(zones) > 1))
        case _:
            return ()


def leaves(state: GuideDesk) -> int:
    """How many leaves the list fills, at least 1."""
    per_leaf = PER_LEAF.get(state.page, 1)
    return max(1, -(-len(rows(state)) // per_leaf))


def shown(state: GuideDesk) -> tuple[str, ...]:
    """The button ids of the list's present leaf; key n presses the n-th."""
    per_leaf = PER_LEAF.get(state.page, 1)
    leaf = min(state.leaf, leaves(state) - 1)
    return rows(state)[leaf * per_leaf : (leaf + 1) * per_leaf]


def in_order(alerts: tuple[AlertState, ...]) -> tuple[AlertState, ...]:
    """Staff who call from a window first, then the newest."""
    return tuple(sorted(alerts, key=lambda a: (a.kind is not AlertKind.STAFF_CALL, -a.started_at, a.id)))
