"""The day, its numbers and their paper."""

from __future__ import annotations

from hall.events.event import Event
from hall.model import Badge, Day, MatterId, Printing, PriorityId, StationId, TicketId, VoidReason, WindowNo


class DayOpened(Event, frozen=True, kw_only=True, tag="day_opened/1"):
    """A new day of numbers begins."""

    day: Day


class DayClosed(Event, frozen=True, kw_only=True, tag="day_closed/1"):
    """The day ended: how many tickets came to which end. The day's seal is the hash of this event."""

    day: Day
    issued: int
    served: int
    no_show: int
    left: int
    void: int


class BlockOpened(Event, frozen=True, kw_only=True, tag="block_opened/1"):
    """A run of numbers of a series was given to an issuer."""

    day: Day
    series: str
    first: int
    last: int
    holder: StationId


class BlockReturned(Event, frozen=True, kw_only=True, tag="block_returned/1"):
    """What was left of a block at the close of the day: numbers that were never given out."""

    day: Day
    series: str
    first: int
    first_unused: int
    last: int


class TicketIssued(Event, frozen=True, kw_only=True, tag="ticket_issued/1"):
    """A number is reserved for a matter; `place` is its place by arrival."""

    ticket: TicketId
    day: Day
    series: str
    number: int
    label: str
    matter: MatterId
    station: StationId
    place: int
    priority: PriorityId = ""
    for_window: WindowNo | None = None  # asked for this window
    for_clerk: Badge | None = None
    further: tuple[MatterId, ...] = ()
    booking: str = ""
    hosted: bool = False  # `for_window` was not asked for: it is the host of the joint matter


class TicketPrinted(Event, frozen=True, kw_only=True, tag="ticket_printed/1"):
    """How its paper ended."""

    ticket: TicketId
    outcome: Printing
    reason: str = ""


class TicketReprinted(Event, frozen=True, kw_only=True, tag="ticket_reprinted/1"):
    """A second slip, marked 补打, was allowed."""

    ticket: TicketId
    station: StationId


class TicketVoided(Event, frozen=True, kw_only=True, tag="ticket_voided/1"):
    """The number will not be used."""

    ticket: TicketId
    reason: VoidReason


class TicketLeft(Event, frozen=True, kw_only=True, tag="ticket_left/1"):
    """Never served: ended by rule at the close of the day."""

    ticket: TicketId
    rule: str
