"""How a press taken back changes ticket, service and desk."""

from __future__ import annotations

from msgspec.structs import replace

from hall.events import Stood, TakenBack
from hall.lifecycle import DESK, SERVICE, TICKET, DeskMove, ServiceMove, TicketMove, moved
from hall.model import Desk, DeskAct, Instant, Service, Ticket, TicketState
from hub.held import Changed, Held, Step


def _taken_back(floor: Held, event: TakenBack, at: Instant) -> Changed:
    before, service = floor.tickets[event.ticket], floor.services[event.service]
    ticket_move, service_move, desk_move = _BACK[event.act]
    waits = before.state is TicketState.WAITING
    if waits and event.act in _AGAIN:  # it waits again: behind others, or for its next matter
        ticket_move = _AGAIN[event.act]
    elif event.act is DeskAct.CALL and _was_aside(event):
        ticket_move = TicketMove.UNTAKE
    desk = floor.desk(event.window)
    desk = replace(desk, state=moved(DESK, desk.state, desk_move), act=None, since=at, rate=None)
    after = replace(before, state=moved(TICKET, before.state, ticket_move), ended_at=None, reason="")
    service = replace(
        service, state=moved(SERVICE, service.state, service_move), ended_at=None, disposition=None, reason=""
    )
    if waits:
        floor.leave(before)
    return _UNDONE[event.act](floor, event, after, service, desk, at)


def _call(floor: Held, event: TakenBack, ticket: Ticket, service: Service, desk: Desk, at: Instant) -> Changed:
    ticket = replace(ticket, window=event.window if _was_aside(event) else None)
    floor.stand(ticket)
    return ticket, replace(service, ended_at=at), replace(desk, service=None, ticket=None)


def _start(_floor: Held, event: TakenBack, ticket: Ticket, service: Service, desk: Desk, _at: Instant) -> Changed:
    return _in_hand(event, ticket, replace(service, started_at=None), desk)


def _miss(_floor: Held, event: TakenBack, ticket: Ticket, service: Service, desk: Desk, _at: Instant) -> Changed:
    ticket = replace(ticket, misses=ticket.misses - 1, kept_until=0)
    if event.stood is not None:
        ticket = _as_it_stood(ticket, event.stood)
    elif not ticket.misses:
        ticket = replace(ticket, behind_at=0, behind_place=0)
    return _in_hand(event, ticket, service, desk)


def _finish(floor: Held, event: TakenBack, ticket: Ticket, service: Service, desk: Desk, _at: Instant) -> Changed:
    if floor.tickets[event.ticket].state is not TicketState.WAITING:
        return _in_hand(event, ticket, service, desk)
    # It had gone on: it is as that service held it, of a joint matter at the same part again.
    further = ticket.further if ticket.part else ",".join(filter(None, (ticket.matter, ticket.further)))
    ticket = replace(ticket, matter=service.matter, further=further, for_window=None)
    ticket = replace(ticket, joint=service.joint, part=service.part)
    if not service.part:
        ticket = replace(ticket, parts="", host=None)
    if event.stood is not None:
        ticket = _as_it_stood(ticket, event.stood)
    return _in_hand(event, ticket, service, desk)


def _was_aside(event: TakenBack) -> bool:
    return event.stood is not None and event.stood.aside


def _as_it_stood(ticket: Ticket, stood: Stood) -> Ticket:
    """For whom it waits, and behind whom, as when it was called."""
    return replace(
        ticket,
        for_window=stood.for_window,
        for_clerk=stood.for_clerk,
        behind_at=stood.behind_at,
        behind_place=stood.behind_place,
    )


def _in_hand(event: TakenBack, ticket: Ticket, service: Service, desk: Desk) -> Changed:
    desk = replace(desk, service=service.id, ticket=ticket.id)
    return replace(ticket, window=event.window), service, desk


_BACK = {
    DeskAct.CALL: (TicketMove.UNCALL, ServiceMove.UNDO, DeskMove.RELEASE),
    DeskAct.START: (TicketMove.UNSTART, ServiceMove.UNDO, DeskMove.UNSTART),
    DeskAct.FINISH: (TicketMove.REOPEN, ServiceMove.REOPEN, DeskMove.REOPEN_SERVICE),
    DeskAct.MISS: (TicketMove.REOPEN, ServiceMove.REOPEN, DeskMove.REOPEN_CALL),
}
_AGAIN = {DeskAct.FINISH: TicketMove.REOPEN_SERVICE, DeskAct.MISS: TicketMove.REOPEN_CALL}
_UNDONE = {DeskAct.CALL: _call, DeskAct.START: _start, DeskAct.FINISH: _finish, DeskAct.MISS: _miss}

BACK: dict[type, Step] = {TakenBack: _taken_back}
