"""Whom a window calls, pure: next, by number, and again."""

from __future__ import annotations

from hall.events import AnyEvent, Called, Finished, Recalled, Started
from hall.messages import CallNumber, Next, Recall, Refusal
from hall.model import Desk, DeskState, Hall, Instant, Ticket
from hall.numbering import matches
from hub.asking import IN_HAND, Rule, in_hand, manned, must_be_open, queues_of, waiting_in_order
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor

MOST_OF_LABEL = 20  # longer than any number; Python refuses to read digits by the thousand


def _next(hall: Hall, floor: Floor, asked: Asked, wish: Next, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    events: list[AnyEvent] = []
    if desk.state in IN_HAND:
        if wish.finishing is None:
            raise Refuse(Refusal.TICKET_IN_HAND)
        events = _finish_in_hand(floor, desk, wish, asked)
    must_be_open(desk)
    heads = (floor.queues[key][0] for key in queues_of(hall, wish.window) if floor.queues.get(key))
    first = min(heads, default=None)
    if first is None:
        if events:
            return Decision(events=tuple(events), window=wish.window)
        raise Refuse(Refusal.NOBODY_WAITING)
    ticket = floor.tickets[first[1]]
    return Decision(events=(*events, _call(desk, ticket, asked, "first_come")), window=wish.window)


def _finish_in_hand(floor: Floor, desk: Desk, wish: Next, asked: Asked) -> list[AnyEvent]:
    """A keypad's *next* with a ticket in hand: the applicant came and is done."""
    ticket, service = in_hand(floor, desk)
    assert wish.finishing is not None
    events: list[AnyEvent] = []
    if desk.state is DeskState.CALLING:
        events.append(Started(service=service.id, ticket=ticket.id, window=desk.window))
    events.append(
        Finished(
            service=service.id,
            ticket=ticket.id,
            window=desk.window,
            disposition=wish.finishing,
            request=asked.id,
        )
    )
    return events


def _call(desk: Desk, ticket: Ticket, asked: Asked, rule: str, passed: int = 0) -> Called:
    assert desk.clerk is not None
    assert desk.letter is not None
    return Called(
        service=f"{ticket.id}#{ticket.services + 1}",
        ticket=ticket.id,
        day=ticket.day,
        matter=ticket.matter,
        window=desk.window,
        clerk=desk.clerk,
        letter=desk.letter,
        rule=rule,
        passed=passed,
        request=asked.id,
    )


def _call_number(hall: Hall, floor: Floor, asked: Asked, wish: CallNumber, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    must_be_open(desk)
    queue = list(waiting_in_order(floor, queues_of(hall, wish.window)))
    if len(wish.label) > MOST_OF_LABEL:
        raise Refuse(Refusal.NOT_WAITING, "no number is so long")
    found = [(i, t) for i, t in enumerate(queue) if matches(t.label, wish.label)]
    if not found:
        raise Refuse(Refusal.NOT_WAITING, wish.label)
    if len(found) > 1:
        raise Refuse(Refusal.AMBIGUOUS, ", ".join(t.label for _, t in found[:5]))
    passed, ticket = found[0]
    rule = "by_number" if passed else "first_come"
    return Decision(events=(_call(desk, ticket, asked, rule, passed),), window=wish.window)


def _recall(hall: Hall, floor: Floor, asked: Asked, wish: Recall, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    event = Recalled(service=service.id, ticket=ticket.id, window=wish.window, calls=service.calls + 1)
    return Decision(events=(event,), window=wish.window)


CALLING: dict[type, Rule] = {
    Next: _next,
    CallNumber: _call_number,
    Recall: _recall,
}
