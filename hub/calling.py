"""Whom a window calls, pure: next, by number, and again."""

from __future__ import annotations

from collections.abc import Sequence

from hall.events import AnyEvent, Called, Finished, Recalled, Started
from hall.messages import CallNumber, Next, Recall, Refusal
from hall.model import Desk, DeskState, Disposition, Hall, Instant, Service, Ticket
from hall.numbering import matches
from hall.routing import Chosen, Key, Level, Looked, Rule, choose, passed_over
from hub import asking
from hub.asking import IN_HAND, closed, in_hand, looked_at, manned, must_be_open
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import gone_on, key_of
from hub.joint import what_follows

MOST_OF_LABEL = 20  # longer than any number; Python refuses to read digits by the thousand


def _next(hall: Hall, floor: Floor, asked: Asked, wish: Next, now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    events: list[AnyEvent] = []
    joining = None
    if desk.state in IN_HAND:
        if wish.finishing is None:
            raise Refuse(Refusal.TICKET_IN_HAND)
        events, joining = _finish_in_hand(hall, floor, desk, wish, asked)
    must_be_open(desk)
    shut = closed(hall, floor, wish.window, now)
    looked = [] if shut else looked_at(hall, floor, wish.window, now, joining)
    chosen = choose(looked, hall.by_priority)
    if chosen is not None:
        first = joining if joining is not None and joining.id == chosen.ticket else floor.tickets[chosen.ticket]
        return Decision(events=(*events, _call(desk, first, asked, looked, chosen)), window=wish.window)
    if events:
        return Decision(events=tuple(events), window=wish.window)
    raise shut or Refuse(Refusal.NOBODY_WAITING)


def _finish_in_hand(
    hall: Hall, floor: Floor, desk: Desk, wish: Next, asked: Asked
) -> tuple[list[AnyEvent], Ticket | None]:
    """A keypad's *next* with a ticket in hand: the applicant came and is done, with this matter at least; then the
    ticket as it waits for the next one."""
    ticket, service = in_hand(floor, desk)
    assert wish.finishing is not None
    events: list[AnyEvent] = []
    if desk.state is DeskState.CALLING:
        events.append(Started(service=service.id, ticket=ticket.id, window=desk.window))
    finished = finish(hall, floor, ticket, service, wish.finishing, asked)
    return [*events, finished], gone_on(ticket, finished) if finished.further else None


def finish(
    hall: Hall, floor: Floor, ticket: Ticket, service: Service, disposition: Disposition, asked: Asked
) -> Finished:
    """The end of a service; with more parts or matters on the ticket it waits for the next of them."""
    return Finished(
        service=service.id,
        ticket=ticket.id,
        window=service.window,
        disposition=disposition,
        request=asked.id,
        **what_follows(hall, floor, ticket, disposition),
    )


def _call(desk: Desk, ticket: Ticket, asked: Asked, looked: Sequence[Looked], chosen: Chosen) -> Called:
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
        rule=chosen.rule,
        passed=chosen.passed,
        request=asked.id,
        level=chosen.level,
        priority=chosen.priority,
        queues=tuple(dict.fromkeys(at.queue for at in looked)) if chosen.passed else (),
        passed_first=chosen.passed_first,
        put_off=chosen.put_off,
    )


def _call_number(hall: Hall, floor: Floor, asked: Asked, wish: CallNumber, now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    must_be_open(desk)
    shut = closed(hall, floor, wish.window, now)
    if shut is not None:
        raise shut
    if len(wish.label) > MOST_OF_LABEL:
        raise Refuse(Refusal.NOT_WAITING, "no number is so long")
    looked = looked_at(hall, floor, wish.window, now)
    found = [
        (at, priority, key)
        for at in looked
        for priority, lane in at.line.lanes.items()
        for key in lane
        if matches(floor.tickets[key[4]].label, wish.label)
    ]
    if len(found) > 1:
        labels = sorted((key, floor.tickets[key[4]].label) for _, _, key in found)
        raise Refuse(Refusal.AMBIGUOUS, ", ".join(label for _, label in labels[:5]))
    if not found:
        return Decision(events=(_taken_up(floor, desk, asked, wish.label),), window=wish.window)
    ((at, priority, key),) = found
    chosen = choose(looked, hall.by_priority)
    if chosen is None or chosen.key != key:
        _must_not_pass_too_often(hall, floor, looked, key)
        count, names = passed_over(looked, key)
        chosen = Chosen(
            key=key,
            queue=at.queue,
            level=at.level,
            priority=priority,
            rule=Rule.BY_NUMBER,
            passed=count,
            passed_first=names,
        )
    return Decision(events=(_call(desk, floor.tickets[key[4]], asked, looked, chosen),), window=wish.window)


def _must_not_pass_too_often(hall: Hall, floor: Floor, looked: Sequence[Looked], key: Key) -> None:
    """Clerks may call out of turn, but nobody is passed over more often than the hall's K."""
    bound = hall.policy.overtaken_at_most
    if bound == 0:
        firsts = [lane[0] for at in looked for lane in at.line.lanes.values()]
    else:
        firsts = [at.line.passed[bound - 1][0] for at in looked if len(at.line.passed) >= bound]
    first = min(firsts, default=key)
    if first < key:
        label = floor.tickets[first[4]].label
        raise Refuse(Refusal.BOUND_REACHED, f"{label} was passed over {bound} times: call it first")


def _taken_up(floor: Floor, desk: Desk, asked: Asked, label: str) -> Called:
    """A ticket that this window has set aside, called again; it passes nobody over, for it had its turn."""
    held = (floor.tickets[ticket] for ticket, window in floor.aside.items() if window == desk.window)
    ticket = next((t for t in held if matches(t.label, label)), None)
    if ticket is None:
        raise Refuse(Refusal.NOT_WAITING, label)
    chosen = Chosen(key=key_of(ticket), queue="", level=Level.ASKED, priority=ticket.priority, rule=Rule.TAKEN_UP)
    return _call(desk, ticket, asked, (), chosen)


def _recall(hall: Hall, floor: Floor, asked: Asked, wish: Recall, now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    must_have_paused(hall, service, now)
    event = Recalled(service=service.id, ticket=ticket.id, window=wish.window, calls=service.calls + 1)
    return Decision(events=(event,), window=wish.window)


def must_have_paused(hall: Hall, service: Service, now: Instant) -> None:
    """Whoever is called gets some seconds to come."""
    until = service.last_called_at + round(hall.policy.missed.pause_s * 1000)
    if now < until:
        raise Refuse(Refusal.CALL_TOO_SOON, f"{hall.policy.missed.pause_s:g} s between calls", until)


CALLING: dict[type, asking.Rule] = {
    Next: _next,
    CallNumber: _call_number,
    Recall: _recall,
}
