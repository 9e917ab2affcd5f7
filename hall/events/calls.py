"""What windows do with tickets, and how tickets wait again."""

from __future__ import annotations

from msgspec import Struct

from hall.events.event import Event
from hall.model import (
    Badge,
    Day,
    DeskAct,
    Disposition,
    Instant,
    MatterId,
    MissReason,
    PostLetter,
    PriorityId,
    RequestId,
    ServiceId,
    StationId,
    Then,
    TicketId,
    WindowNo,
)


class Called(Event, frozen=True, kw_only=True, tag="called/1"):
    """A ticket is called to a window, and why: `rule` chose it (hall.routing.Rule) in a queue that the window serves as
    `level`; it passed over `passed` earlier ones (`passed_first`: the first of them) of the `queues` looked at. With
    the rule `bound`, `put_off` would have been called otherwise."""

    service: ServiceId
    ticket: TicketId
    day: Day
    matter: MatterId
    window: WindowNo
    clerk: Badge
    letter: PostLetter
    rule: str
    passed: int = 0
    request: RequestId = ""
    level: str = ""
    priority: PriorityId = ""
    queues: tuple[str, ...] = ()
    passed_first: tuple[TicketId, ...] = ()
    put_off: TicketId = ""


class Recalled(Event, frozen=True, kw_only=True, tag="recalled/1"):
    """Called again; `calls` counts from 1, the first call."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    calls: int


class Started(Event, frozen=True, kw_only=True, tag="started/1"):
    """The applicant came."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    request: RequestId = ""


class Finished(Event, frozen=True, kw_only=True, tag="finished/1"):
    """The service ended. With `further` the ticket waits for that matter now, at its place by arrival. Of the 联办
    matter `joint` that is part number `part` (from 1) of `parts`; the window that ended its first service is the host,
    `to_window` where the host is waited for."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    disposition: Disposition
    request: RequestId = ""
    further: MatterId = ""
    joint: MatterId = ""
    part: int = 0
    parts: tuple[MatterId, ...] = ()
    to_window: WindowNo | None = None


class Missed(Event, frozen=True, kw_only=True, tag="missed/1"):
    """过号. `then`: over; or it may come back until `until`; or it waits again, behind the ticket that stands at
    `behind_at` and `behind_place`."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    reason: MissReason
    request: RequestId = ""
    then: Then = Then.VOID
    until: Instant = 0
    behind_at: Instant = 0
    behind_place: int = 0


class CameBack(Event, frozen=True, kw_only=True, tag="came_back/1"):
    """Who was missed, or set aside, waits again: at the place by arrival, or behind another ticket's."""

    ticket: TicketId
    rule: str  # kept, behind, held
    station: StationId
    behind_at: Instant = 0
    behind_place: int = 0
    to_window: WindowNo | None = None  # the host of its joint matter


class KeptEnded(Event, frozen=True, kw_only=True, tag="kept_ended/1"):
    """Who might have come back did not."""

    ticket: TicketId
    rule: str = "expired"


class SetAside(Event, frozen=True, kw_only=True, tag="set_aside/1"):
    """A window sets the ticket in hand aside, to take it up again."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    reason: str


class Requeued(Event, frozen=True, kw_only=True, tag="requeued/1"):
    """Who waited for one window or clerk waits for the matter: that window is closed, that clerk has left."""

    ticket: TicketId
    rule: str


class Transferred(Event, frozen=True, kw_only=True, tag="transferred/1"):
    """The ticket waits again, at its place by arrival, for a matter or one window."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    reason: str
    matter: MatterId
    to_window: WindowNo | None = None


class Stood(Struct, frozen=True, kw_only=True):
    """How a ticket stood when it was called: for whom it waited, behind whom, or set aside by that window."""

    for_window: WindowNo | None = None
    for_clerk: Badge | None = None
    behind_at: Instant = 0
    behind_place: int = 0
    aside: bool = False


class TakenBack(Event, frozen=True, kw_only=True, tag="taken_back/1"):
    """The last press at a window was undone; `stood`: how its ticket stands again (None in logs of older versions)."""

    window: WindowNo
    act: DeskAct
    service: ServiceId
    ticket: TicketId
    stood: Stood | None = None
