"""Those who were missed or set aside and stand there again, pure."""

from __future__ import annotations

from itertools import islice

from hall.events import AnyEvent, CameBack, Requeued
from hall.messages import ComeBack, Noted, Refusal
from hall.model import Desk, Hall, Instant, Role, Then, Ticket, TicketState, WindowNo
from hall.numbering import matches
from hall.routing import may_serve
from hall.topics import HUB
from hub.asking import Rule, clerk_of, must_have_role
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import clerk_queue, queue_of, window_queue
from hub.joint import host_of


def behind(hall: Hall, floor: Floor, ticket: Ticket, queue: str) -> tuple[Instant, int]:
    """Time and place of the one that a missed ticket is put back behind: the policy's number of those who wait in the
    queue are called before it, or all, if they are fewer. With nobody there it stands by arrival."""
    line = floor.queues.get(queue)
    first = list(islice(line.in_order(), hall.policy.missed.behind)) if line is not None else []
    stands_at, place = first[-1][:2] if first else (ticket.issued_at, ticket.place)
    return stands_at, place


def _come_back(hall: Hall, floor: Floor, asked: Asked, wish: ComeBack, now: Instant) -> Decision:
    must_have_role(hall, asked, Role.DESK, Role.CALLER)
    away = (TicketState.KEPT, TicketState.HELD)
    found = [t for t in floor.tickets.values() if len(wish.label) <= 20 and matches(t.label, wish.label)]
    here = [t for t in found if t.state in away]
    if not here:
        raise Refuse(Refusal.NOT_KEPT if found else Refusal.UNKNOWN_TICKET, wish.label[:20])
    if len(here) > 1:
        raise Refuse(Refusal.AMBIGUOUS, ", ".join(t.label for t in here[:5]))
    (ticket,) = here
    if ticket.state is TicketState.KEPT and now >= ticket.kept_until:
        raise Refuse(Refusal.NOT_KEPT, f"{ticket.label} was kept until {ticket.kept_until}")
    return Decision(events=(came_back(hall, floor, ticket, asked.station),), reply=Noted())


def came_back(hall: Hall, floor: Floor, ticket: Ticket, station: str, closing: WindowNo | None = None) -> CameBack:
    """It waits again, for any window of its matter or for the host of its joint one, unless that is `closing`: at its
    place, or, if the policy puts it back, behind others."""
    host = host_of(hall, floor, ticket, ticket.matter, closing)
    queue = ticket.matter if host is None else window_queue(host)
    rule, behind_at, behind_place = "kept", 0, 0
    if ticket.state is TicketState.HELD:
        rule, behind_at, behind_place = "held", ticket.behind_at, ticket.behind_place
    elif hall.policy.missed.then is Then.BEHIND:
        rule, (behind_at, behind_place) = "behind", behind(hall, floor, ticket, queue)
    return CameBack(
        ticket=ticket.id,
        rule=rule,
        station=station,
        behind_at=behind_at,
        behind_place=behind_place,
        to_window=host,
    )


def left_behind(hall: Hall, floor: Floor, desk: Desk) -> list[AnyEvent]:
    """When a window closes: whoever asked for it or its clerk waits for the matter, and those it had set aside."""
    events: list[AnyEvent] = []
    for queue, rule in ((window_queue(desk.window), "window_closed"), (clerk_queue(desk.clerk or ""), "clerk_left")):
        line = floor.queues.get(queue)
        events += [Requeued(ticket=key[4], rule=rule) for key in (line.in_order() if line is not None else ())]
        events += [
            Requeued(ticket=ticket, rule=rule) for ticket in floor.reserved if queue_of(floor.tickets[ticket]) == queue
        ]
    for ticket, window in floor.aside.items():
        if window == desk.window:
            events.append(came_back(hall, floor, floor.tickets[ticket], HUB, closing=desk.window))
    return events


def barred_here(hall: Hall, floor: Floor, desk: Desk) -> list[AnyEvent]:
    """When 临聘 staff sit down: approvals that wait for this window or clerk alone, or were set aside here, wait for
    the matter."""
    clerk = clerk_of(hall, desk)
    queues = (window_queue(desk.window), clerk_queue(desk.clerk or ""))
    events: list[AnyEvent] = [
        Requeued(ticket=t.id, rule="barred")
        for t in floor.tickets.values()
        if t.state is TicketState.WAITING and queue_of(t) in queues and not may_serve(hall, clerk, t.matter)
    ]
    aside = (floor.tickets[ticket] for ticket, window in floor.aside.items() if window == desk.window)
    events += [
        came_back(hall, floor, ticket, HUB, closing=desk.window)
        for ticket in aside
        if not may_serve(hall, clerk, ticket.matter)
    ]
    return events


COMING_BACK: dict[type, Rule] = {ComeBack: _come_back}
