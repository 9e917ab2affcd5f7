"""What the hub holds of the day, in memory; the store keeps the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self, TypeAlias

from msgspec.structs import replace

from hall.events import Finished
from hall.model import (
    Alert,
    Badge,
    Block,
    Booking,
    Day,
    Desk,
    Emergency,
    Instant,
    Leave,
    Lockout,
    MatterId,
    Opening,
    Printing,
    PriorityId,
    Rating,
    Service,
    ServiceId,
    Ticket,
    TicketId,
    TicketState,
    WindowNo,
    ZoneId,
)
from hall.routing import Key, Line

Entity: TypeAlias = (
    Ticket | Service | Desk | Block | Lockout | Alert | Rating | Emergency | Booking | Leave | Opening
)  # fmt: skip
Changed: TypeAlias = tuple[Entity, ...]
Step: TypeAlias = Callable[["Held", Any, Instant], Changed]


def queue_of(ticket: Ticket) -> str:
    """The queue a waiting ticket stands in: its window's or clerk's own, or its matter's."""
    if ticket.for_window is not None:
        return window_queue(ticket.for_window)
    return clerk_queue(ticket.for_clerk) if ticket.for_clerk is not None else ticket.matter


def window_queue(window: WindowNo) -> str:
    """The queue of those who wait for one window; no matter's id holds a `#`."""
    return f"#{window}"


def clerk_queue(badge: Badge) -> str:
    """The queue of those who wait for one clerk."""
    return f"@{badge}"


def lane_of(ticket: Ticket) -> PriorityId:
    """The class it stands in; who was missed once has no privilege any more."""
    return "" if ticket.misses else ticket.priority


def key_of(ticket: Ticket) -> Key:
    """Where a ticket stands among those who wait: by arrival, or behind the one it was put back behind."""
    if ticket.behind_place:
        return ticket.behind_at, ticket.behind_place, 1, ticket.place, ticket.id
    return ticket.issued_at, ticket.place, 0, ticket.place, ticket.id


def gone_on(ticket: Ticket, event: Finished) -> Ticket:
    """The ticket as it stands for what comes after a service: a part of its joint matter, or its next matter."""
    after = replace(ticket, matter=event.further, for_window=event.to_window, for_clerk=None)
    if not event.joint:
        return replace(after, further=ticket.further.partition(",")[2], joint="", part=0)
    host = ticket.host if ticket.part else event.window
    return replace(after, joint=event.joint, part=event.part, parts=",".join(event.parts), host=host)


def overlap(leave: Leave, begins: Instant, ends: Instant) -> bool:
    """Whether somebody is on leave in a time."""
    return leave.begins < ends and begins < leave.ends


def listed(ids: str) -> tuple[MatterId, ...]:
    """What a row keeps joined by commas."""
    return tuple(ids.split(",")) if ids else ()


class Held:
    """The day's tickets, services, desks and queues."""

    def __init__(self) -> None:
        self.day: Day | None = None
        self.last_at: Instant = 0
        self.last_place = 0
        self.tickets: dict[TicketId, Ticket] = {}
        self.services: dict[ServiceId, Service] = {}
        self.desks: dict[WindowNo, Desk] = {}
        self.blocks: dict[str, Block] = {}
        self.lockouts: dict[Badge, Lockout] = {}
        self.alerts: dict[str, Alert] = {}
        self.ratings: dict[ServiceId, Rating] = {}
        self.emergencies: dict[ZoneId, Emergency] = {}
        self.queues: dict[str, Line] = {}  # callable tickets only; none is empty
        self.reserved: dict[TicketId, Instant] = {}  # issued, print not yet reported; oldest first
        self.kept: dict[TicketId, Instant] = {}  # may come back until then
        self.aside: dict[TicketId, WindowNo] = {}  # set aside there
        self.hosted: dict[TicketId, WindowNo] = {}  # a joint matter is under way, and that is its host
        self.bookings: dict[str, Booking] = {}
        self.leaves: dict[tuple[Badge, Instant], Leave] = {}  # by who goes, and when
        self.openings: dict[WindowNo, Opening] = {}

    @classmethod
    def loaded(cls, day: Day | None, last_at: Instant, entities: Iterable[Entity]) -> Self:
        """The floor that holds these rows: what a start, or a rolled-back transaction, begins from."""
        floor = cls()
        floor.day, floor.last_at = day, last_at
        for entity in entities:
            floor.hold(entity)
        for ticket in sorted(floor.tickets.values(), key=lambda t: t.place):
            floor.last_place = max(floor.last_place, ticket.place)
            floor.stand(ticket)
        return floor

    def desk(self, window: WindowNo) -> Desk:
        """What a window is doing; closed if nobody ever sat there."""
        return self.desks.get(window) or Desk(window=window)

    def waiting(self, queues: Iterable[str]) -> int:
        """How many callable tickets stand in these queues."""
        return sum(len(self.queues[key]) for key in queues if key in self.queues)

    def leaves_of(self, badge: Badge) -> list[Leave]:
        """All leaves of a clerk."""
        return [leave for leave in self.leaves.values() if leave.badge == badge]

    def hold(self, entity: Entity) -> None:
        match entity:
            case Ticket():
                self.tickets[entity.id] = entity
                _note(self.kept, entity.id, entity.kept_until if entity.state is TicketState.KEPT else None)
                _note(self.aside, entity.id, entity.window if entity.state is TicketState.HELD else None)
                _note(self.hosted, entity.id, entity.host if entity.part and entity.ended_at is None else None)
            case Service():
                self.services[entity.id] = entity
            case Desk():
                self.desks[entity.window] = entity
            case Block():
                self.blocks[entity.series] = entity
            case Lockout():
                self.lockouts[entity.badge] = entity
            case Alert():
                if entity.ended_at is None:
                    self.alerts[entity.id] = entity
                else:
                    self.alerts.pop(entity.id, None)
            case Rating():
                self.ratings[entity.service] = entity
            case Emergency():
                self.emergencies[entity.zone] = entity
            case Booking():
                self.bookings[entity.id] = entity
            case Leave():
                self.leaves[entity.badge, entity.begins] = entity
            case Opening():
                self.openings[entity.window] = entity

    def stand(self, ticket: Ticket) -> None:
        """Put a waiting ticket where it can be called, or where its print is awaited."""
        if ticket.state is not TicketState.WAITING:
            return
        if ticket.printing is Printing.RESERVED:
            self.reserved[ticket.id] = ticket.issued_at
        else:
            line = self.queues.setdefault(queue_of(ticket), Line())
            line.add(key_of(ticket), lane_of(ticket), ticket.overtaken)

    def leave(self, ticket: Ticket) -> None:
        """Take a waiting ticket out of its queue."""
        self.reserved.pop(ticket.id, None)
        line = self.queues.get(queue_of(ticket))
        if line is not None and line.remove(key_of(ticket), lane_of(ticket)) and not line.lanes:
            del self.queues[queue_of(ticket)]


def _note(index: dict[TicketId, int], ticket: TicketId, value: int | None) -> None:
    """Keep what an index says of a ticket; None: nothing."""
    if value is not None:
        index[ticket] = value
    else:
        index.pop(ticket, None)
