"""What a day holds: tickets, services, desks, and what else is kept of them."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.model.configured import PostLetter
from hall.model.ids import (
    Badge,
    Day,
    Instant,
    MatterId,
    PriorityId,
    RequestId,
    ServiceId,
    StationId,
    TicketId,
    WindowNo,
    ZoneId,
)

MOST_MATTERS = 5  # on a ticket


class TicketState(StrEnum):
    """Where a ticket stands; the moves are in hall.lifecycle."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    SERVED = "served"
    NO_SHOW = "no_show"
    KEPT = "kept"  # nobody came; may come back
    HELD = "held"  # set aside by a window that will take it up again
    LEFT = "left"
    VOID = "void"


class Printing(StrEnum):
    """Where a ticket's paper stands."""

    RESERVED = "reserved"
    ON_PAPER = "on_paper"
    UNKNOWN = "unknown"
    VOID = "void"


class ServiceState(StrEnum):
    """Where a service (办理) stands."""

    CALLED = "called"
    SERVING = "serving"
    FINISHED = "finished"
    MISSED = "missed"
    TRANSFERRED = "transferred"
    UNDONE = "undone"
    HELD = "held"  # set aside; taking it up again begins another service


class DeskState(StrEnum):
    """What a window is doing."""

    CLOSED = "closed"
    PAUSED = "paused"
    FREE = "free"
    CALLING = "calling"
    SERVING = "serving"


class DeskAct(StrEnum):
    """A press at a window that may be taken back for some seconds."""

    CALL = "call"
    START = "start"
    FINISH = "finish"
    MISS = "miss"


class Disposition(StrEnum):
    """How a service ended (wording.md, caller)."""

    ACCEPTED = "accepted"  # 已受理
    DONE = "done"  # 处理完毕
    COLLECTED = "collected"  # 领照
    ADVISED = "advised"  # 咨询
    WRONG_MATTER = "wrong_matter"  # 取错事项
    DAY_CLOSED = "day_closed"  # the hall closed while it lasted


class MissReason(StrEnum):
    """Why a called ticket is passed over."""

    ABSENT = "absent"
    LEFT_EARLY = "left_early"
    NOT_READY = "not_ready"


class VoidReason(StrEnum):
    """Why a number was never used."""

    WITHDRAWN = "withdrawn"  # nobody was left to take it
    NOT_PRINTED = "not_printed"  # the printer failed before anything came out


class Ticket(Struct, frozen=True, kw_only=True):
    """号票: one place in a series of a day. `place` orders the waiting; a transfer keeps it."""

    id: TicketId
    day: Day
    series: str
    number: int
    label: str
    matter: MatterId
    station: StationId
    state: TicketState
    printing: Printing
    place: int
    issued_at: Instant
    for_window: WindowNo | None = None  # waits for this window alone
    window: WindowNo | None = None  # in hand, or last in hand, at this window
    services: int = 0
    calls: int = 0
    reprints: int = 0
    priority: PriorityId = ""
    overtaken: int = 0  # by how many later arrivals, while it could have been called
    misses: int = 0
    kept_until: Instant = 0
    behind_at: Instant = 0  # put back behind the ticket that stands at this time and place
    behind_place: int = 0
    for_clerk: Badge | None = None  # waits for whoever this clerk's window is
    further: str = ""  # matters still to come, joined by commas
    joint: MatterId = ""  # the 联办 matter under way
    part: int = 0  # at which of its parts it stands, from 1; 0: none is under way
    parts: str = ""  # all of them, joined by commas; the last is `joint` itself where the host ends it
    host: WindowNo | None = None  # 牵头窗口: where it was taken in
    booking: str = ""
    ended_at: Instant | None = None
    reason: str = ""


class Service(Struct, frozen=True, kw_only=True):
    """办理: ticket, matter, window, clerk and interval; what ratings and notices belong to."""

    id: ServiceId
    ticket: TicketId
    day: Day
    matter: MatterId
    window: WindowNo
    clerk: Badge
    letter: PostLetter
    state: ServiceState
    called_at: Instant
    calls: int = 1
    started_at: Instant | None = None
    ended_at: Instant | None = None
    disposition: Disposition | None = None
    reason: str = ""
    last_called_at: Instant = 0
    joint: MatterId = ""  # of which 联办 matter it is a part
    part: int = 0  # and which one, from 1; 0: none
    for_window: WindowNo | None = None  # whom its ticket waited for, and where it stood, when it was called
    for_clerk: Badge | None = None
    behind_at: Instant = 0
    behind_place: int = 0
    aside: bool = False  # this window had set it aside


class Desk(Struct, frozen=True, kw_only=True):
    """What a window is doing now, who sits there and which service is in hand."""

    window: WindowNo
    state: DeskState = DeskState.CLOSED
    clerk: Badge | None = None
    letter: PostLetter | None = None
    service: ServiceId | None = None
    ticket: TicketId | None = None
    since: Instant = 0
    act: DeskAct | None = None  # the last press that may still be taken back
    act_at: Instant = 0
    act_request: RequestId = ""
    act_service: ServiceId | None = None
    rate: ServiceId | None = None  # the service that the applicant may rate now


class Block(Struct, frozen=True, kw_only=True):
    """A run of numbers of a series that one issuer holds; the hub holds its own, a kiosk may lease one."""

    day: Day
    series: str
    first: int
    last: int
    holder: StationId
    used: int = 0  # numbers given out, counted from `first`


class Lockout(Struct, frozen=True, kw_only=True):
    """Failed sign-ins of a badge, and until when it is locked."""

    badge: Badge
    failures: int = 0
    until: Instant = 0


class AlertKind(StrEnum):
    """What staff are told about; the words are in the wording files."""

    REQUEST_CRASHED = "request_crashed"
    BAD_MESSAGE = "bad_message"
    CLOCK_BEHIND = "clock_behind"
    CANNOT_WRITE = "cannot_write"
    BADGE_LOCKED = "badge_locked"
    PRINT_UNKNOWN = "print_unknown"
    DEVICE = "device"
    NO_HOLIDAYS = "no_holidays"
    STAFF_CALL = "staff_call"  # the quiet key at a window
    INTRUDER = "intruder"  # somebody knocks at the broker who has no business here
    LONG_WAIT = "long_wait"  # someone waits longer than the policy's minutes
    CROWDED = "crowded"  # more wait at a window than the policy says
    IDLE = "idle"  # a window does nothing while people wait for it
    UNSERVED = "unserved"  # people wait, and no window that serves them is open
    BOUND = "bound"  # a ticket was overtaken as often as the policy allows
    OFF_POST = "off_post"  # 脱岗


class Alert(Struct, frozen=True, kw_only=True):
    """A trouble with a start and, once over, an end."""

    id: str
    kind: AlertKind
    subject: str
    detail: str
    started_at: Instant
    ended_at: Instant | None = None


class Rating(Struct, frozen=True, kw_only=True):
    """满意度评价 of one service, once: level 1 to 5 (5 非常满意), 0 for 未评价; `reasons` are the platform's codes."""

    service: ServiceId
    day: Day
    window: WindowNo
    clerk: Badge
    level: int
    reasons: str  # codes joined by commas
    version: str  # of the reasons' list
    words: str  # salted digest of the own words; empty if there are none
    at: Instant


class Emergency(Struct, frozen=True, kw_only=True):
    """An emergency text of a zone; empty once it is over."""

    zone: ZoneId
    text: str
    since: Instant
