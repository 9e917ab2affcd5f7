"""How calls and services change ticket, service and desk."""

from __future__ import annotations

from itertools import takewhile

from msgspec.structs import replace

from hall.events import (
    Called,
    CameBack,
    Finished,
    KeptEnded,
    Missed,
    Recalled,
    Requeued,
    SetAside,
    Started,
    Transferred,
)
from hall.lifecycle import DESK, SERVICE, TICKET, DeskMove, ServiceMove, TicketMove, moved
from hall.model import (
    Desk,
    DeskAct,
    Disposition,
    Instant,
    Service,
    ServiceId,
    ServiceState,
    Then,
    Ticket,
    TicketState,
)
from hall.routing import Key
from hub.held import Changed, Held, Step, gone_on, key_of


def _called(floor: Held, event: Called, at: Instant) -> Changed:
    ticket, desk = floor.tickets[event.ticket], floor.desk(event.window)
    state, doing = moved(TICKET, ticket.state, TicketMove.CALL), moved(DESK, desk.state, DeskMove.CALL)
    floor.leave(ticket)
    return (
        *_overtaken(floor, event, key_of(ticket)),
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
            last_called_at=at,
            joint=ticket.joint if ticket.part else "",
            part=ticket.part,
            for_window=ticket.for_window,
            for_clerk=ticket.for_clerk,
            behind_at=ticket.behind_at,
            behind_place=ticket.behind_place,
            aside=ticket.state is TicketState.HELD,
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


def _overtaken(floor: Held, event: Called, key: Key) -> list[Ticket]:
    """Those that this call passes over: each is once more overtaken by a later arrival."""
    found: list[Ticket] = []
    for queue in event.queues if event.passed else ():
        line = floor.queues.get(queue)
        passed = [] if line is None else list(takewhile(lambda other: other < key, line.in_order()))
        for other in passed:
            ticket = floor.tickets[other[4]]
            line.overtake(other, ticket.overtaken)  # type: ignore[union-attr]
            found.append(replace(ticket, overtaken=ticket.overtaken + 1))
    return found


def _recalled(floor: Held, event: Recalled, at: Instant) -> Changed:
    ticket, service = floor.tickets[event.ticket], floor.services[event.service]
    desk = replace(floor.desk(event.window), act=None)
    return replace(ticket, calls=ticket.calls + 1), replace(service, calls=event.calls, last_called_at=at), desk


def _started(floor: Held, event: Started, at: Instant) -> Changed:
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


def _finished(floor: Held, event: Finished, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    if event.further:
        after = replace(gone_on(ticket, event), state=moved(TICKET, ticket.state, TicketMove.GO_ON))
    else:
        after = replace(ticket, state=moved(TICKET, ticket.state, TicketMove.FINISH), ended_at=at)
    changed = (
        after,
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
    floor.stand(after)
    return changed


def _missed(floor: Held, event: Missed, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    again = event.behind_place > 0
    move = TicketMove.PUT_BACK if again else _MISSED[event.then]
    after = replace(
        ticket,
        state=moved(TICKET, ticket.state, move),
        ended_at=at if move is TicketMove.MISS else None,
        reason="" if again else event.reason,
        misses=ticket.misses + 1,
        kept_until=event.until,
        behind_at=event.behind_at,
        behind_place=event.behind_place,
    )
    changed = (
        after,
        replace(
            service,
            state=moved(SERVICE, service.state, ServiceMove.MISS),
            ended_at=at,
            reason=event.reason,
        ),
        _acted(_released(desk, at), DeskAct.MISS, at, event.request, service.id),
    )
    floor.stand(after)
    return changed


_MISSED = {Then.VOID: TicketMove.MISS, Then.KEPT: TicketMove.KEEP, Then.BEHIND: TicketMove.KEEP}


def _came_back(floor: Held, event: CameBack, _at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    after = replace(
        ticket,
        state=moved(TICKET, ticket.state, TicketMove.COME_BACK),
        window=None,
        for_window=event.to_window,
        for_clerk=None,
        kept_until=0,
        reason="",
        behind_at=event.behind_at,
        behind_place=event.behind_place,
    )
    floor.stand(after)
    return (after,)


def _kept_ended(floor: Held, event: KeptEnded, at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    return (replace(ticket, state=moved(TICKET, ticket.state, TicketMove.EXPIRE), ended_at=at, kept_until=0),)


def _set_aside(floor: Held, event: SetAside, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    return (
        replace(ticket, state=moved(TICKET, ticket.state, TicketMove.HOLD)),
        replace(service, state=moved(SERVICE, service.state, ServiceMove.HOLD), ended_at=at, reason=event.reason),
        replace(_released(desk, at), act=None),
    )


def _requeued(floor: Held, event: Requeued, _at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    after = replace(ticket, for_window=None, for_clerk=None)
    if ticket.state is TicketState.WAITING and ticket.id not in floor.reserved:  # who is in no queue yet keeps its turn
        floor.leave(ticket)
        floor.stand(after)
    return (after,)


def _transferred(floor: Held, event: Transferred, at: Instant) -> Changed:
    ticket, service, desk = _in_hand(floor, event)
    after = replace(
        ticket,
        state=moved(TICKET, ticket.state, TicketMove.TRANSFER),
        matter=event.matter,
        for_window=event.to_window,
        for_clerk=None,
        window=None,
    )
    service = replace(
        service, state=moved(SERVICE, service.state, ServiceMove.TRANSFER), ended_at=at, reason=event.reason
    )
    desk = replace(_released(desk, at), act=None)
    floor.stand(after)
    return after, service, desk


def _in_hand(floor: Held, event: Started | Finished | Missed | Transferred | SetAside) -> tuple[Ticket, Service, Desk]:
    return floor.tickets[event.ticket], floor.services[event.service], floor.desk(event.window)


def _acted(desk: Desk, act: DeskAct, at: Instant, request: str, service: ServiceId) -> Desk:
    return replace(desk, act=act, act_at=at, act_request=request, act_service=service)


def _released(desk: Desk, at: Instant) -> Desk:
    return replace(desk, state=moved(DESK, desk.state, DeskMove.RELEASE), service=None, ticket=None, since=at)


CALLS: dict[type, Step] = {
    Called: _called,
    Recalled: _recalled,
    Started: _started,
    Finished: _finished,
    Missed: _missed,
    Transferred: _transferred,
    CameBack: _came_back,
    KeptEnded: _kept_ended,
    SetAside: _set_aside,
    Requeued: _requeued,
}
