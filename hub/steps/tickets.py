"""How events change tickets and their numbers."""

from __future__ import annotations

from msgspec.structs import replace

from hall.events import (
    AnyEvent,
    BlockOpened,
    BlockReturned,
    DayClosed,
    DayOpened,
    DeviceChanged,
    Forgotten,
    RequestCrashed,
    TicketIssued,
    TicketLeft,
    TicketPrinted,
    TicketReprinted,
    TicketVoided,
    WishWithdrawn,
)
from hall.lifecycle import BOOKING, PRINTING, TICKET, BookingMove, PrintMove, TicketMove, moved
from hall.model import Block, BookingState, Instant, Printing, Ticket, TicketState
from hub.held import Changed, Held, Step

PRINT_MOVES = {
    Printing.ON_PAPER: PrintMove.CONFIRM,
    Printing.UNKNOWN: PrintMove.DOUBT,
    Printing.VOID: PrintMove.REFUSE,
}


def _day_opened(floor: Held, event: DayOpened, _at: Instant) -> Changed:
    floor.day = event.day
    floor.last_place = 0
    for held in (
        floor.tickets,
        floor.services,
        floor.blocks,
        floor.ratings,
        floor.queues,
        floor.reserved,
        floor.kept,
    ):
        held.clear()
    floor.bookings = {b.id: b for b in floor.bookings.values() if b.date >= event.day}
    return ()


def _unchanged(_floor: Held, _event: AnyEvent, _at: Instant) -> Changed:
    return ()


def _block_opened(_floor: Held, event: BlockOpened, _at: Instant) -> Changed:
    return (Block(day=event.day, series=event.series, first=event.first, last=event.last, holder=event.holder),)


def _issued(floor: Held, event: TicketIssued, at: Instant) -> Changed:
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
        priority=event.priority,
        for_window=event.for_window,
        for_clerk=event.for_clerk,
        further=",".join(event.further),
        booking=event.booking,
    )
    block = floor.blocks[event.series]
    checked_in: Changed = ()
    if event.booking:
        booking = floor.bookings[event.booking]
        state = moved(BOOKING, booking.state, BookingMove.CHECK_IN)
        checked_in = (replace(booking, state=state, ticket=event.ticket),)
    floor.last_place = event.place
    floor.stand(ticket)
    return ticket, replace(block, used=event.number - block.first + 1), *checked_in


def _printed(floor: Held, event: TicketPrinted, _at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    after = replace(ticket, printing=moved(PRINTING, ticket.printing, PRINT_MOVES[event.outcome]))
    if ticket.state is TicketState.WAITING:
        floor.leave(ticket)
        floor.stand(after)
    return (after,)


def _reprinted(floor: Held, event: TicketReprinted, _at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    return (replace(ticket, reprints=ticket.reprints + 1),)


def _voided(floor: Held, event: TicketVoided, at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    state = moved(TICKET, ticket.state, TicketMove.VOID)
    floor.leave(ticket)
    printing = Printing.VOID if ticket.printing is Printing.RESERVED else ticket.printing
    after = replace(ticket, state=state, printing=printing, ended_at=at, reason=event.reason)
    booking = floor.bookings.get(ticket.booking)
    if booking is None or booking.state is not BookingState.CHECKED_IN:
        return (after,)
    return after, replace(booking, state=moved(BOOKING, booking.state, BookingMove.REOPEN), ticket="")


def _left(floor: Held, event: TicketLeft, at: Instant) -> Changed:
    ticket = floor.tickets[event.ticket]
    state = moved(TICKET, ticket.state, TicketMove.LEAVE)
    floor.leave(ticket)
    return (replace(ticket, state=state, ended_at=at, reason=event.rule),)


TICKETS: dict[type, Step] = {
    DayOpened: _day_opened,
    DayClosed: _unchanged,
    BlockOpened: _block_opened,
    BlockReturned: _unchanged,
    TicketIssued: _issued,
    TicketPrinted: _printed,
    TicketReprinted: _reprinted,
    TicketVoided: _voided,
    TicketLeft: _left,
    WishWithdrawn: _unchanged,
    RequestCrashed: _unchanged,
    Forgotten: _unchanged,
    DeviceChanged: _unchanged,
}
