"""Taking a number, and a second slip of it, pure."""

from __future__ import annotations

from functools import partial
from typing import Any

from hall.events import AnyEvent, BlockOpened, TicketIssued, TicketReprinted
from hall.hours import calling, calling_ends, taking
from hall.messages import Issued, Refusal, Reprint, TakeTicket
from hall.model import (
    MOST_MATTERS,
    Block,
    DeskState,
    Hall,
    Instant,
    Matter,
    MatterId,
    PriorityId,
    Role,
    Ticket,
    TicketState,
    WindowNo,
)
from hall.numbering import SeriesFull, label, next_number, series_of, ticket_id
from hall.routing import Key
from hall.topics import HUB
from hall.waiting import wait_minutes, windows_for
from hub.asking import Rule, must_have_role, must_serve, must_take, opened, people_ahead, roles
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import key_of, listed
from hub.joint import first_host


def _take_ticket(hall: Hall, floor: Floor, asked: Asked, wish: TakeTicket, now: Instant) -> Decision:
    must_have_role(hall, asked, Role.KIOSK, Role.DESK)
    matter = must_serve(hall, wish.matter)
    asks = _asks(hall, floor, asked, wish, now)
    return issue(hall, floor, asked, matter, now, **asks)


def _asks(hall: Hall, floor: Floor, asked: Asked, wish: TakeTicket, now: Instant) -> dict[str, Any]:
    """What is asked for beside the matter; refused if the hall does not have it."""
    priority = hall.by_priority.get(wish.priority)
    if wish.priority and priority is None:
        raise Refuse(Refusal.UNKNOWN_PRIORITY, wish.priority[:40])
    if priority is not None and not priority.at_kiosk:
        must_have_role(hall, asked, Role.DESK)
    if len(wish.further) > MOST_MATTERS - 1:
        raise Refuse(Refusal.NOT_ALLOWED, f"at most {MOST_MATTERS} matters on a ticket")
    for further in wish.further:
        must_serve(hall, further)
    if wish.for_window is not None and wish.for_clerk is not None:
        raise Refuse(Refusal.BAD_TARGET, "a window or a clerk, not both")
    if wish.for_window is not None:
        _must_be_for(hall, floor, wish.for_window, wish.matter, now)
    if wish.for_clerk is not None:
        sits = next((d for d in floor.desks.values() if d.clerk == wish.for_clerk), None)
        if sits is None:
            raise Refuse(Refusal.BAD_TARGET, f"{wish.for_clerk[:8]} sits at no window now")
        _must_be_for(hall, floor, sits.window, wish.matter, now)
    return {
        "priority": wish.priority,
        "for_window": wish.for_window,
        "for_clerk": wish.for_clerk,
        "further": wish.further,
    }


def _must_be_for(hall: Hall, floor: Floor, window: WindowNo, matter: MatterId, now: Instant) -> None:
    """Refuse a window that is asked for and does not serve the matter; staff alone may send a ticket anywhere."""
    must_take(hall, floor, window, matter)
    at, opening = hall.by_window[window], opened(floor, window, now)
    added = opening.matters.split(",") if opening is not None else ()
    if matter not in (*at.serves, *at.delegated, *at.helps, *added):
        raise Refuse(Refusal.BAD_TARGET, f"window {window} does not serve {matter}")


def issue(hall: Hall, floor: Floor, asked: Asked, matter: Matter, now: Instant, **more: Any) -> Decision:
    """A number for a matter, in the hours of a zone that serves it. `more` are further fields of TicketIssued."""
    windows = windows_for(hall, matter.id)
    zones = {hall.by_window[n].zone for n in windows}
    hours = taking(hall, now, zones)
    if not hours.open and more.get("booking"):  # booked for the last minutes of a period: it holds while anybody calls
        hours = next((found for found in (calling(hall, zone, now) for zone in zones) if found.open), hours)
    if not hours.open or floor.day is None:
        raise Refuse(Refusal.HALL_CLOSED, hours.reason, hours.reopens_at)
    series = series_of(hall, matter)
    events: list[AnyEvent] = []
    block = floor.blocks.get(series)
    if block is None:
        last = 10**hall.policy.number_digits - 1
        block = Block(day=floor.day, series=series, first=1, last=last, holder=HUB)
        events.append(BlockOpened(day=floor.day, series=series, first=1, last=last, holder=HUB))
    try:
        number, _ = next_number(block)
    except SeriesFull as error:
        raise Refuse(Refusal.SERIES_FULL, str(error)) from error
    name = label(series, number, hall.policy.number_digits)
    if more.get("for_window") is None and more.get("for_clerk") is None:
        host = first_host(hall, floor, matter)
        more |= {"for_window": host, "hosted": host is not None}
    event = TicketIssued(
        ticket=ticket_id(floor.day, name),
        day=floor.day,
        series=series,
        number=number,
        label=name,
        matter=matter.id,
        station=asked.station,
        place=floor.last_place + 1,
        **more,
    )
    classes = hall.by_priority
    weight = classes[event.priority].weight_minutes * 60_000 if event.priority in classes else 0.0
    key = (now - round(weight), event.place, 0, event.place, event.ticket)
    slip = partial(_slip, hall, floor, matter.id, event.ticket, name, now, key, now)
    reply = slip(priority=event.priority, further=event.further, for_window=event.for_window)
    # Who has booked has a promise already.
    if hall.policy.cut_off and not event.booking and reply.wait_minutes is not None:
        ends = max(calling_ends(hall, hall.by_window[n].zone, now) for n in windows)
        if now + (reply.wait_minutes + matter.minutes) * 60_000 > ends:
            raise Refuse(Refusal.QUEUE_OUTLASTS, f"{reply.ahead} before it, about {reply.wait_minutes:.0f} minutes")
    return Decision(events=(*events, event), reply=reply)


def _slip(
    hall: Hall,
    floor: Floor,
    matter: MatterId,
    ticket: str,
    name: str,
    issued_at: Instant,
    key: Key,
    now: Instant,
    *,
    reprint: bool = False,
    priority: PriorityId = "",
    further: tuple[MatterId, ...] = (),
    for_window: WindowNo | None = None,
) -> Issued:
    """Everything the slip says; `ahead` are those with an earlier place whom the same windows will call. A number for
    one window names that alone."""
    windows = windows_for(hall, matter)
    ahead = people_ahead(hall, floor, matter, key)
    manned = sum(1 for n in windows if floor.desk(n).state is not DeskState.CLOSED)
    return Issued(
        ticket=ticket,
        label=name,
        matter=matter,
        issued_at=issued_at,
        ahead=ahead.total(),
        windows=windows if for_window is None else (for_window,),
        wait_minutes=wait_minutes(hall, ahead.items(), manned),
        closing_soon=taking(hall, now).closing_soon,
        reprint=reprint,
        priority=priority,
        further=further,
    )


def _reprint(hall: Hall, floor: Floor, asked: Asked, wish: Reprint, now: Instant) -> Decision:
    ticket = _ticket(floor, wish.ticket)
    if ticket.state not in (TicketState.WAITING, TicketState.CALLED):
        raise Refuse(Refusal.NOT_WAITING, ticket.state)
    staff = bool({Role.CALLER, Role.DESK} & set(roles(hall, asked)))
    if not staff and asked.station != ticket.station:
        raise Refuse(Refusal.UNKNOWN_TICKET, "issued at another station")
    if not staff and now > ticket.issued_at + hall.policy.reprint_s * 1000:
        raise Refuse(Refusal.REPRINT_LATE, f"more than {hall.policy.reprint_s:g} s after it was issued")
    at, name = ticket.issued_at, ticket.label
    slip = partial(_slip, hall, floor, ticket.matter, ticket.id, name, at, key_of(ticket), now)
    further, for_window = listed(ticket.further), ticket.for_window
    reply = slip(reprint=True, priority=ticket.priority, further=further, for_window=for_window)
    return Decision(events=(TicketReprinted(ticket=ticket.id, station=asked.station),), reply=reply)


def _ticket(floor: Floor, ticket_id: str) -> Ticket:
    ticket = floor.tickets.get(ticket_id)
    if ticket is None:
        raise Refuse(Refusal.UNKNOWN_TICKET, ticket_id[:40])
    return ticket


ISSUING: dict[type, Rule] = {TakeTicket: _take_ticket, Reprint: _reprint}
