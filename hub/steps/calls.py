"""How calls, services and presses taken back change ticket, service and desk."""

from __future__ import annotations

from msgspec.structs import replace

from hall.events import Called, Finished, Missed, Recalled, Started, TakenBack, Transferred
from hall.lifecycle import DESK, SERVICE, TICKET, DeskMove, ServiceMove, TicketMove, moved
from hall.model import Desk, DeskAct, Disposition, Instant, Service, ServiceId, ServiceState, Ticket
from hub.held import Changed, Held, Step


def _called(floor: Held, event: Called, at: Instant) -> Changed:
    ticket, desk = floor.tickets[event.ticket], floor.desk(event.window)
    state, doing = moved(TICKET, ticket.state, TicketMove.CALL), moved(DESK, desk.state, DeskMove.CALL)
    floor.leave(ticket)
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


def _recalled(floor: Held, event: Recalled, _at: Instant) -> Changed:
    ticket, service = floor.tickets[event.ticket], floor.services[event.service]
    desk = replace(floor.desk(event.window), act=None)
    return replace(ticket, calls=ticket.calls + 1), replace(service, calls=event.calls), desk


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


def _missed(floor: Held, event: Missed, at: Instant) -> Changed:
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


def _transferred(floor: Held, event: Transferred, at: Instant) -> Changed:
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
    floor.stand(after)
    return after, service, desk


def _taken_back(floor: Held, event: TakenBack, at: Instant) -> Changed:
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
        floor.stand(ticket)
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


def _in_hand(floor: Held, event: Started | Finished | Missed | Transferred) -> tuple[Ticket, Service, Desk]:
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
    TakenBack: _taken_back,
}
