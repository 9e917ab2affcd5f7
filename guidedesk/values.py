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
    OpenState,
    Printed,
    WindowState,
)
from hall.model import (
    AlertKind,
    Badge,
    Instant,
    MatterId,
    PriorityId,
    TicketState,
    WindowNo,
    ZoneId,
)
from hall.said import Said
from slips.values import PRINTS, PrinterStands


class PageName(StrEnum):
    """What is on the screen."""

    STARTING = "starting"
    DEPARTMENTS = "departments"
    MATTERS = "matters"
    CONFIRM = "confirm"
    CLASSES = "classes"  # which class of 绿色通道, each with its basis
    WHO = "who"  # the window or clerk that is asked for
    ISSUED = "issued"
    FIND = "find"
    FOUND = "found"
    CODE = "code"  # of a booking
    ARRANGE = "arrange"  # windows, and leave
    WINDOW = "window"  # opened or closed for how long
    EXTRA_DEPARTMENTS = "extra_departments"  # whose matters an opened window takes beside its own
    EXTRA_MATTERS = "extra_matters"
    CLERKS = "clerks"  # who goes on leave
    SPANS = "spans"  # from when to when
    STAND_IN = "stand_in"  # who takes over
    ALERTS = "alerts"
    EMERGENCY = "emergency"  # what is called out now, and the texts to choose from
    ZONES = "zones"
    SURE = "sure"  # the second confirmation


class Mode(StrEnum):
    """The things done here; each has a key and a button that always stand there."""

    ISSUE = "issue"
    CHECK_IN = "check_in"
    FIND = "find"
    ARRANGE = "arrange"
    ALERTS = "alerts"
    EMERGENCY = "emergency"


FIRST_PAGE = {
    Mode.ISSUE: PageName.DEPARTMENTS,
    Mode.CHECK_IN: PageName.CODE,
    Mode.FIND: PageName.FIND,
    Mode.ARRANGE: PageName.ARRANGE,
    Mode.ALERTS: PageName.ALERTS,
    Mode.EMERGENCY: PageName.EMERGENCY,
}
ARRANGING = (  # the manager's pages behind the first
    PageName.WINDOW,
    PageName.EXTRA_DEPARTMENTS,
    PageName.EXTRA_MATTERS,
    PageName.CLERKS,
    PageName.SPANS,
    PageName.STAND_IN,
)
NINE = (
    PageName.DEPARTMENTS,
    PageName.MATTERS,
    PageName.WHO,
    PageName.ARRANGE,
    *ARRANGING,
    PageName.ZONES,
)
PER_LEAF = {**dict.fromkeys(NINE, 9), PageName.CLASSES: 5, PageName.ALERTS: 5, PageName.EMERGENCY: 4}
MAX_TYPED = 12
MAX_CODE = 32
# How long a window is opened or closed, in minutes, and when a leave begins and ends.
OPENINGS = ("open:60", "open:120", "open:240", "close:60", "close:120", "close:240", "plan:")
SPANS = ("hour", "two_hours", "afternoon", "today", "tomorrow", "two_days")


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


class Order(Struct, frozen=True, kw_only=True):
    """What is asked for beside the first matter."""

    further: tuple[MatterId, ...] = ()
    priority: PriorityId = ""
    for_window: WindowNo | None = None
    for_clerk: Badge | None = None


NO_ORDER = Order()


class LeavePlan(Struct, frozen=True, kw_only=True):
    """A leave being arranged."""

    badge: Badge
    begins: Instant = 0
    ends: Instant = 0
    span: str = ""


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
    order: Order = NO_ORDER
    is_adding: bool = False  # another matter for the same number is being chosen
    windows: tuple[WindowState, ...] = ()  # by number
    window: WindowNo | None = None  # that is being opened or closed
    extra: tuple[MatterId, ...] = ()  # what it is to take beside its own while it is open
    leave: LeavePlan | None = None
    now: Instant | None = None  # hub time
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

    @property
    def can_come_back(self) -> bool:
        """Whether the ticket found is one of those that were missed or set aside and may wait again."""
        return self.found is not None and self.found.state in (TicketState.KEPT, TicketState.HELD)


def in_order(alerts: tuple[AlertState, ...]) -> tuple[AlertState, ...]:
    """Staff who call from a window first, then the newest."""
    return tuple(sorted(alerts, key=lambda a: (a.kind is not AlertKind.STAFF_CALL, -a.started_at, a.id)))
