"""What the hub holds of the day, in memory; the store keeps the same rows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeAlias

from hall.model import (
    Alert,
    Badge,
    Block,
    Day,
    Desk,
    Emergency,
    Instant,
    Lockout,
    Printing,
    Rating,
    Service,
    ServiceId,
    Ticket,
    TicketId,
    TicketState,
    WindowNo,
    ZoneId,
)

Entity: TypeAlias = Ticket | Service | Desk | Block | Lockout | Alert | Rating | Emergency
Changed: TypeAlias = tuple[Entity, ...]
Place: TypeAlias = tuple[int, TicketId]
Step: TypeAlias = Callable[["Held", Any, Instant], Changed]


def queue_of(ticket: Ticket) -> str:
    """The queue a waiting ticket stands in: its window's own, or its matter's."""
    return window_queue(ticket.for_window) if ticket.for_window is not None else ticket.matter


def window_queue(window: WindowNo) -> str:
    """The queue of those who wait for one window; no matter's id holds a `#`."""
    return f"#{window}"


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
        self.queues: dict[str, list[Place]] = {}  # callable tickets only, by place
        self.reserved: dict[TicketId, Instant] = {}  # issued, print not yet reported; oldest first

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
        return sum(len(self.queues.get(key, ())) for key in queues)

    def hold(self, entity: Entity) -> None:
        match entity:
            case Ticket():
                self.tickets[entity.id] = entity
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

    def stand(self, ticket: Ticket) -> None:
        """Put a waiting ticket where it can be called, or where its print is awaited."""
        if ticket.state is not TicketState.WAITING:
            return
        if ticket.printing is Printing.RESERVED:
            self.reserved[ticket.id] = ticket.issued_at
        else:
            insort(self.queues.setdefault(queue_of(ticket), []), (ticket.place, ticket.id))

    def leave(self, ticket: Ticket) -> None:
        """Take a waiting ticket out of its queue."""
        self.reserved.pop(ticket.id, None)
        queue = self.queues.get(queue_of(ticket), [])
        at = bisect_left(queue, (ticket.place, ticket.id))
        if at < len(queue) and queue[at][1] == ticket.id:
            del queue[at]
