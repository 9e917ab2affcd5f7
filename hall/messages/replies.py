"""What the hub answers: promises and refusals."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from hall.messages.told import WindowState
from hall.model import (
    Instant,
    MatterId,
    Printing,
    PriorityId,
    RequestId,
    TicketId,
    TicketState,
    WindowNo,
)


class Refusal(StrEnum):
    """Why a request was refused; the words for people are in the wording files."""

    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    LATE = "late"
    WITHDRAWN = "withdrawn"
    CRASHED = "crashed"
    CLOCK_BEHIND = "clock_behind"
    HALL_CLOSED = "hall_closed"
    UNKNOWN_MATTER = "unknown_matter"
    NO_WINDOW = "no_window"  # no window of the hall serves this matter
    SERIES_FULL = "series_full"
    UNKNOWN_TICKET = "unknown_ticket"
    REPRINT_LATE = "reprint_late"
    NOT_YOUR_WINDOW = "not_your_window"
    UNKNOWN_WINDOW = "unknown_window"
    WRONG_BADGE_OR_PIN = "wrong_badge_or_pin"
    BADGE_LOCKED = "badge_locked"
    NOT_POSTED = "not_posted"  # the clerk is neither A nor B post of this window
    AT_OTHER_WINDOW = "at_other_window"
    NOT_SIGNED_IN = "not_signed_in"
    PAUSED = "paused"
    NOBODY_WAITING = "nobody_waiting"
    TICKET_IN_HAND = "ticket_in_hand"
    NO_TICKET_IN_HAND = "no_ticket_in_hand"
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    CALL_AGAIN_FIRST = "call_again_first"
    NOT_WAITING = "not_waiting"
    AMBIGUOUS = "ambiguous"
    BAD_TARGET = "bad_target"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDO_LATE = "undo_late"
    NOT_ALLOWED = "not_allowed"  # the move is not in the lifecycle
    CALLING_CLOSED = "calling_closed"
    CALL_TOO_SOON = "call_too_soon"
    BOUND_REACHED = "bound_reached"  # someone was passed over as often as may be
    QUEUE_OUTLASTS = "queue_outlasts"  # those who wait fill today
    UNKNOWN_PRIORITY = "unknown_priority"
    NOT_KEPT = "not_kept"  # it is not one that may come back
    BARRED = "barred"  # 临聘 staff and approval matters
    NEEDS_STAND_IN = "needs_stand_in"
    UNKNOWN_BOOKING = "unknown_booking"
    BOOKED_ALREADY = "booked_already"
    QUOTA_FULL = "quota_full"
    BAD_DAY = "bad_day"  # in the past, too far ahead, or the hall is closed then
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


class Reply(Struct, frozen=True, kw_only=True, tag_field="reply"):
    """What the hub promises; sent after its commit."""


class Issued(Reply, frozen=True, kw_only=True, tag="issued"):
    """A number is reserved: everything the slip needs. `ahead` counts people before this one."""

    ticket: TicketId
    label: str
    matter: MatterId
    issued_at: Instant
    ahead: int
    windows: tuple[WindowNo, ...]
    wait_minutes: float | None = None
    closing_soon: bool = False
    reprint: bool = False
    priority: PriorityId = ""
    further: tuple[MatterId, ...] = ()  # the matters after the first, in order


class Done(Reply, frozen=True, kw_only=True, tag="done"):
    """A window's wish is done; the window as it now is."""

    window: WindowState


class Found(Reply, frozen=True, kw_only=True, tag="found"):
    """A ticket of today as the guide desk sees it; `ahead` while it waits."""

    ticket: TicketId
    label: str
    matter: MatterId
    state: TicketState
    printing: Printing
    issued_at: Instant
    ahead: int = 0
    window: WindowNo | None = None
    priority: PriorityId = ""
    further: tuple[MatterId, ...] = ()  # matters still to come
    kept_until: Instant | None = None  # of one who was missed and may come back
    joint: MatterId = ""  # the joint matter under way
    parts: tuple[MatterId, ...] = ()  # of it; the last is itself where the host ends it
    part: int = 0  # at which of them it stands, from 1


class Noted(Reply, frozen=True, kw_only=True, tag="noted"):
    """A fact is written down."""


class Withdrawal(StrEnum):
    """What became of a wish that the station gave up."""

    NEVER = "never"  # it never happened, and is barred
    UNDONE = "undone"
    STANDS = "stands"  # too late: the first reply holds


class Withdrawn(Reply, frozen=True, kw_only=True, tag="withdrawn"):
    """The answer to `Cancel`; with `stands` comes the reply the station missed."""

    outcome: Withdrawal
    missed: Issued | Done | Found | Noted | Refused | None = None


class Refused(Reply, frozen=True, kw_only=True, tag="refused"):
    """Nothing happened; `detail` is for technicians, the code for people's words. `until`: when it may be tried."""

    code: Refusal
    detail: str = ""
    until: Instant | None = None


AnyReply: TypeAlias = Issued | Done | Found | Noted | Withdrawn | Refused


class Answer(Struct, frozen=True, kw_only=True):
    """The envelope of a reply: the id of the request, and the hub's time."""

    id: RequestId
    reply: AnyReply
    at: Instant
