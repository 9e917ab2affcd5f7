"""What the hub holds of the day, and how each committed event changes it. In memory; the store keeps the same rows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from msgspec.structs import replace

from hall.errors import BadLog
from hall.events import (
    AlertEnded,
    AlertRaised,
    AnyEvent,
    BlockOpened,
    BlockReturned,
    Called,
    DayClosed,
    DayOpened,
    DeviceChanged,
    EmergencySet,
    Finished,
    Missed,
    Paused,
    Recalled,
    RequestCrashed,
    Resumed,
    ServiceRated,
    SignedIn,
    SignedOut,
    SignInFailed,
    Started,
    TakenBack,
    TicketIssued,
    TicketLeft,
    TicketPrinted,
    TicketReprinted,
    TicketVoided,
    Transferred,
    WishWithdrawn,
)
from hall.lifecycle import (
    DESK,
    PRINTING,
    SERVICE,
    TICKET,
    DeskMove,
    PrintMove,
    ServiceMove,
    TicketMove,
    moved,
)
from hall.model import (
    Alert,
    Badge,
    Block,
    Day,
    Desk,
    DeskAct,
    Disposition,
    Emergency,
    Instant,
    Lockout,
    Printing,
    Rating,
    Service,
    ServiceId,
    ServiceState,
    Ticket,
    TicketId,
    TicketState,
    WindowNo,
    ZoneId,
)

Entity: TypeAlias = Ticket | Service | Desk | Block | Lockout | Alert | Rating | Emergency
Changed: TypeAlias = tuple[Entity, ...]
Place: TypeAlias = tuple[int, TicketId]
PRINT_MOVES = {
    Printing.ON_PAPER: PrintMove.CONFIRM,
    Printing.UNKNOWN: PrintMove.DOUBT,
    Printing.VOID: PrintMove.REFUSE,
}


def queue_of(ticket: Ticket) -> str:
    """The queue a waiting ticket stands in: its window's own, or its matter's."""
    return window_queue(ticket.for_window) if ticket.for_window is not None else ticket.matter


def window_queue(window: WindowNo) -> str:
    """The queue of those who wait for one window; no matter's id holds a `#`."""
    return f"#{window}"


class Floor:
    """The day's tickets, services, desks and queues. Only `apply` changes it, one committed event at a time."""

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
    def loaded(cls, day: Day | None, last_at: Instant, entities: Iterable[Entity]) -> Floor:
        """The floor that holds these rows: what a start, or a rolled-back transaction, begins from."""
        floor = cls()
        floor.day, floor.last_at = day, last_at
        for entity in entities:
            floor._hold(entity)
        for ticket in sorted(floor.tickets.values(), key=lambda t: t.place):
            floor.last_place = max(floor.last_place, ticket.place)
            floor._stand(ticket)
        return floor

    def desk(self, window: WindowNo) -> Desk:
        """What a window is doing; closed if nobody ever sat there."""
        return self.desks.get(window) or Desk(window=window)

    def waiting(self, queues: Iterable[str]) -> int:
        """How many callable tickets stand in these queues."""
        return sum(len(self.queues.get(key, ())) for key in queues)

    def apply(self, event: AnyEvent, at: Instant) -> Changed:
        """Change the floor by one event; the rows that changed. Raises IllegalMove for a move no table holds."""
        step = _STEPS.get(type(event))
        if step is None:
            raise BadLog(f"no rule for {type(event).__name__}")
        changed = step(self, event, at)
        self.last_at = max(self.last_at, at)
        for entity in changed:
            self._hold(entity)
        return changed

    def _hold(self, entity: Entity) -> None:
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

    def _stand(self, ticket: Ticket) -> None:
        """Put a waiting ticket where it can be called, or where its print is awaited."""
        if ticket.state is not TicketState.WAITING:
            return
        if ticket.printing is Printing.RESERVED:
            self.reserved[ticket.id] = ticket.issued_at
        else:
            insort(self.queues.setdefault(queue_of(ticket), []), (ticket.place, ticket.id))

    def _leave(self, ticket: Ticket) -> None:
        """Take a waiting ticket out of its queue."""
        self.reserved.pop(ticket.id, None)
        queue = self.queues.get(queue_of(ticket), [])
        at = bisect_left(queue, (ticket.place, ticket.id))
        if at < len(queue) and queue[at][1] == ticket.id:
            del queue[at]


# --- the day ---


def _day_opened(floor: Floor, event: DayOpened, _at: Instant) -> Changed:
    floor.day = event.day
    floor.last_place = 0
    for held in (floor.tickets, floor.services, floor.blocks, floor.ratings, floor.queues, floor.reserved):
        held.clear()
    return ()


def _unchanged(_floor: Floor, _event: AnyEvent, _at: Instant) -> Changed:
    return ()


def _block_opened(_floor: Floor, event: BlockOpened, _at: Instant) -> Changed:
    return (Block(day=event.day, series=event.series, first=event.first, last=event.last, holder=event.holder),)


# --- tickets ---


def _issued(floor: Floor, event: TicketIssued, at: Instant) -> Changed:
    ticket = Ticket(
        id=event.ticket,
        day=event.day,
        series=event.series,
        number=event.number,
        label=event.label,
        matter=event.matter,
        station=event.station,
        state=TicketState.WAITING,
        printing=Printing.RESERVED,
        place=event.place,
        issued_at=at,
    )
    block = floor.blocks[event.series]
    floor.last_place = event.place
    floor._stand(ticket)
    return ticket, replace(block, used=event.number - block.first + 1)


def _printed(floor: Floor, event: TicketPrinted, _at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    after = replace(ticket, printing=moved(PRINTING, ticket.printing, PRINT_MOVES[event.outcome]))
    if ticket.state is TicketState.WAITING:
        floor._leave(ticket)
        floor._stand(after)
    return (after,)


def _reprinted(floor: Floor, event: TicketReprinted, _at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    return (replace(ticket, reprints=ticket.reprints + 1),)


def _voided(floor: Floor, event: TicketVoided, at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    state = moved(TICKET, ticket.state, TicketMove.VOID)
    floor._leave(ticket)
    printing = Printing.VOID if ticket.printing is Printing.RESERVED else ticket.printing
    return (replace(ticket, state=state, printing=printing, ended_at=at, reason=event.reason),)


def _left(floor: Floor, event: TicketLeft, at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    state = moved(TICKET, ticket.state, TicketMove.LEAVE)
    floor._leave(ticket)
    return (replace(ticket, state=state, ended_at=at, reason=event.rule),)


# --- calls and services ---


def _called(floor: Floor, event: Called, at: Instant) -> Changed:
    ticket, desk = floor.tickets[event.ticket], floor.desk(event.window)
    state, doing = moved(TICKET, ticket.state, TicketMove.CALL), moved(DESK, desk.state, DeskMove.CALL)
    floor._leave(ticket)
    return (
        replace(ticket, state=state, window=event.window, services=ticket.services + 1, calls=ticket.calls + 1),
        Service(
            id=event.service,
            ticket=ticket.id,
            day=event.day,
            matter=event.matter,
            window=event.window,
            clerk=event.clerk,
            letter=event.letter,
            state=ServiceState.CALLED,
            called_at=at,
        ),
        replace(
            desk,
            state=doing,
            service=event.service,
            ticket=ticket.id,
            since=at,
            act=DeskAct.CALL,
            act_at=at,
            act_request=event.request,
            act_service=event.service,
        ),
    )


def _recalled(floor: Floor, event: Recalled, _at: Instant) -> Changed:
    ticket, service = floor.tickets[event.ticket], floor.services[event.service]
    desk = replace(floor.desk(event.window), act=None)
    return replace(ticket, calls=ticket.calls + 1), replace(service, calls=event.calls), desk


def _started(floor: Floor, event: Started, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    return (
        replace(ticket, state=moved(TICKET, ticket.state, TicketMove.START)),
        replace(service, state=moved(SERVICE, service.state, ServiceMove.START), started_at=at),
        _acted(
            replace(desk, state=moved(DESK, desk.state, DeskMove.START), rate=None),
            DeskAct.START,
            at,
            event.request,
            service.id,
        ),
    )


def _finished(floor: Floor, event: Finished, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    return (
        replace(ticket, state=moved(TICKET, ticket.state, TicketMove.FINISH), ended_at=at),
        replace(
            service,
            state=moved(SERVICE, service.state, ServiceMove.FINISH),
            ended_at=at,
            disposition=event.disposition,
        ),
        replace(
            _acted(_released(desk, at), DeskAct.FINISH, at, event.request, service.id),
            rate=None if event.disposition is Disposition.DAY_CLOSED or service.id in floor.ratings else service.id,
        ),
    )


def _missed(floor: Floor, event: Missed, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    return (
        replace(ticket, state=moved(TICKET, ticket.state, TicketMove.MISS), ended_at=at, reason=event.reason),
        replace(
            service,
            state=moved(SERVICE, service.state, ServiceMove.MISS),
            ended_at=at,
            reason=event.reason,
        ),
        _acted(_released(desk, at), DeskAct.MISS, at, event.request, service.id),
    )


def _transferred(floor: Floor, event: Transferred, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    after = replace(
        ticket,
        state=moved(TICKET, ticket.state, TicketMove.TRANSFER),
        matter=event.matter,
        for_window=event.to_window,
        window=None,
    )
    service = replace(
        service, state=moved(SERVICE, service.state, ServiceMove.TRANSFER), ended_at=at, reason=event.reason
    )
    desk = replace(_released(desk, at), act=None)
    floor._stand(after)
    return after, service, desk


def _taken_back(floor: Floor, event: TakenBack, at: Instant) -> Changed:
    ticket, service = floor.tickets[event.ticket], floor.services[event.service]
    desk = replace(floor.desk(event.window), act=None, since=at, rate=None)
    ticket_move, service_move, desk_move = _BACK[event.act]
    ticket = replace(ticket, state=moved(TICKET, ticket.state, ticket_move), ended_at=None, reason="")
    service = replace(
        service, state=moved(SERVICE, service.state, service_move), ended_at=None, disposition=None, reason=""
    )
    desk = replace(desk, state=moved(DESK, desk.state, desk_move))
    if event.act is DeskAct.CALL:
        ticket = replace(ticket, window=None)
        service = replace(service, ended_at=at)
        floor._stand(ticket)
        desk = replace(desk, service=None, ticket=None)
    else:
        desk = replace(desk, service=service.id, ticket=ticket.id)
        if event.act is DeskAct.START:
            service = replace(service, started_at=None)
    return ticket, service, desk


_BACK = {
    DeskAct.CALL: (TicketMove.UNCALL, ServiceMove.UNDO, DeskMove.RELEASE),
    DeskAct.START: (TicketMove.UNSTART, ServiceMove.UNDO, DeskMove.UNSTART),
    DeskAct.FINISH: (TicketMove.REOPEN, ServiceMove.REOPEN, DeskMove.REOPEN_SERVICE),
    DeskAct.MISS: (TicketMove.REOPEN, ServiceMove.REOPEN, DeskMove.REOPEN_CALL),
}


def _in_hand(floor: Floor, event: Started | Finished | Missed | Transferred) -> tuple[Ticket, Service, Desk]:
    return floor.tickets[event.ticket], floor.services[event.service], floor.desk(event.window)


def _acted(desk: Desk, act: DeskAct, at: Instant, request: str, service: ServiceId) -> Desk:
    return replace(desk, act=act, act_at=at, act_request=request, act_service=service)


def _released(desk: Desk, at: Instant) -> Desk:
    return replace(desk, state=moved(DESK, desk.state, DeskMove.RELEASE), service=None, ticket=None, since=at)


# --- people at windows ---


def _signed_in(floor: Floor, event: SignedIn, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    move = DeskMove.HAND_OVER if event.relieved else DeskMove.SIGN_IN
    desk = replace(
        desk,
        state=moved(DESK, desk.state, move),
        clerk=event.badge,
        letter=event.letter,
        since=at,
        act=None,
    )
    return desk, Lockout(badge=event.badge)


def _signed_out(floor: Floor, event: SignedOut, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    state = moved(DESK, desk.state, DeskMove.SIGN_OUT)
    return (replace(desk, state=state, clerk=None, letter=None, since=at, act=None),)


def _sign_in_failed(_floor: Floor, event: SignInFailed, _at: Instant) -> Changed:
    return (Lockout(badge=event.badge, failures=0 if event.until else event.failures, until=event.until),)


def _paused(floor: Floor, event: Paused, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    return (replace(desk, state=moved(DESK, desk.state, DeskMove.PAUSE), since=at),)


def _resumed(floor: Floor, event: Resumed, at: Instant) -> Changed:
    desk = floor.desk(event.window)
    return (replace(desk, state=moved(DESK, desk.state, DeskMove.RESUME), since=at),)


# --- ratings and emergencies ---


def _service_rated(floor: Floor, event: ServiceRated, at: Instant) -> Changed:
    rating = Rating(
        service=event.service,
        day=event.service[:10],
        window=event.window,
        clerk=event.clerk,
        level=event.level,
        reasons=",".join(map(str, event.reasons)),
        version=event.version,
        words=event.words,
        at=at,
    )
    desk = floor.desk(event.window)
    return (rating, replace(desk, rate=None)) if desk.rate == event.service else (rating,)


def _emergency_set(_floor: Floor, event: EmergencySet, at: Instant) -> Changed:
    return (Emergency(zone=event.zone, text=event.text, since=at),)


# --- alerts ---


def _alert_raised(_floor: Floor, event: AlertRaised, at: Instant) -> Changed:
    return (Alert(id=event.alert, kind=event.kind, subject=event.subject, detail=event.detail, started_at=at),)


def _alert_ended(floor: Floor, event: AlertEnded, at: Instant) -> Changed:
    return (replace(floor.alerts[event.alert], ended_at=at),)


_STEPS: dict[type, Callable[[Floor, Any, Instant], Changed]] = {
    DayOpened: _day_opened,
    DayClosed: _unchanged,
    BlockOpened: _block_opened,
    BlockReturned: _unchanged,
    TicketIssued: _issued,
    TicketPrinted: _printed,
    TicketReprinted: _reprinted,
    TicketVoided: _voided,
    TicketLeft: _left,
    Called: _called,
    Recalled: _recalled,
    Started: _started,
    Finished: _finished,
    Missed: _missed,
    Transferred: _transferred,
    TakenBack: _taken_back,
    SignedIn: _signed_in,
    SignedOut: _signed_out,
    SignInFailed: _sign_in_failed,
    Paused: _paused,
    Resumed: _resumed,
    WishWithdrawn: _unchanged,
    RequestCrashed: _unchanged,
    DeviceChanged: _unchanged,
    AlertRaised: _alert_raised,
    AlertEnded: _alert_ended,
    ServiceRated: _service_rated,
    EmergencySet: _emergency_set,
}
