"""The rules at a window, pure: who may sit there, whom it calls next, and what becomes of the ticket in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hall.events import (
    AlertRaised,
    AnyEvent,
    Called,
    Finished,
    Missed,
    Paused,
    Recalled,
    Resumed,
    SignedIn,
    SignedOut,
    SignInFailed,
    Started,
    TakenBack,
    Transferred,
)
from hall.lifecycle import DESK, SERVICE, DeskMove, ServiceMove, moved
from hall.messages import (
    CallNumber,
    Finish,
    Next,
    NoShow,
    Pause,
    Recall,
    Refusal,
    Resume,
    SignIn,
    SignOut,
    Start,
    Transfer,
    Undo,
    WindowWish,
)
from hall.model import (
    AlertKind,
    Badge,
    Desk,
    DeskAct,
    DeskState,
    Hall,
    Instant,
    Lockout,
    Service,
    ServiceState,
    Ticket,
    WindowNo,
)
from hall.numbering import matches
from hall.waiting import windows_for
from hub.asking import hosted
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor, window_queue

IN_HAND = (DeskState.CALLING, DeskState.SERVING)
MOST_OF_LABEL = 20  # longer than any number; Python refuses to read digits by the thousand


def queues_of(hall: Hall, window: WindowNo) -> tuple[str, ...]:
    """The queues a window calls from: its own, and those of the matters it serves."""
    return (window_queue(window), *hall.by_window[window].serves)


def waiting_in_order(floor: Floor, queues: tuple[str, ...]) -> Iterator[Ticket]:
    """The tickets of several queues, first come first."""
    places = sorted(place for key in queues for place in floor.queues.get(key, ()))
    return (floor.tickets[ticket] for _, ticket in places)


# --- people ---


def _sign_in(hall: Hall, floor: Floor, asked: Asked, wish: SignIn, now: Instant) -> Decision:
    desk = hosted(hall, floor, asked, wish)
    clerk = hall.by_badge.get(wish.badge)
    # Unknown badges share one count a window: made-up badges can neither be probed nor fill the store.
    counted = wish.badge if clerk else f"?{wish.window}"
    lockout = floor.lockouts.get(counted, Lockout(badge=counted))
    if now < lockout.until:
        raise Refuse(Refusal.BADGE_LOCKED, "too many failures", lockout.until)
    if clerk is None or not asked.proven:
        return _failed(hall, wish, counted, lockout, now)
    letter = next((p.letter for p in hall.posts if (p.window, p.badge) == (wish.window, wish.badge)), None)
    if letter is None:
        raise Refuse(Refusal.NOT_POSTED, f"{wish.badge} at window {wish.window}")
    other = next((d.window for d in floor.desks.values() if d.clerk == wish.badge and d.window != wish.window), None)
    if other is not None:
        raise Refuse(Refusal.AT_OTHER_WINDOW, f"window {other}")
    if desk.clerk == wish.badge:
        return Decision(window=wish.window)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND, f"{desk.clerk} has {desk.ticket}")
    event = SignedIn(window=wish.window, badge=wish.badge, letter=letter, relieved=desk.clerk)
    return Decision(events=(event,), window=wish.window)


def _failed(hall: Hall, wish: SignIn, counted: Badge, lockout: Lockout, now: Instant) -> Decision:
    failures = lockout.failures + 1
    until = 0
    events: list[AnyEvent] = []
    if failures >= hall.policy.pin_failures:
        until = now + round(hall.policy.pin_lock_minutes * 60_000)
        events.append(
            AlertRaised(
                alert=f"locked-{counted.replace('?', 'window-')}",
                kind=AlertKind.BADGE_LOCKED,
                subject=f"window {wish.window}",
                detail=counted,
            )
        )
    events.insert(0, SignInFailed(window=wish.window, badge=counted, failures=failures, until=until))
    code = Refusal.BADGE_LOCKED if until else Refusal.WRONG_BADGE_OR_PIN
    return Decision(events=tuple(events), reply=Refuse(code, "", until or None).reply)


def _sign_out(hall: Hall, floor: Floor, asked: Asked, wish: SignOut, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    assert desk.clerk is not None
    return Decision(events=(SignedOut(window=wish.window, badge=desk.clerk),), window=wish.window)


def _pause(hall: Hall, floor: Floor, asked: Asked, wish: Pause, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    if desk.state is DeskState.PAUSED:
        return Decision(window=wish.window)
    return Decision(events=(Paused(window=wish.window, reason=wish.reason[:80]),), window=wish.window)


def _resume(hall: Hall, floor: Floor, asked: Asked, wish: Resume, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    if desk.state is not DeskState.PAUSED:
        return Decision(window=wish.window)
    return Decision(events=(Resumed(window=wish.window),), window=wish.window)


# --- calling ---


def _next(hall: Hall, floor: Floor, asked: Asked, wish: Next, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    events: list[AnyEvent] = []
    if desk.state in IN_HAND:
        if wish.finishing is None:
            raise Refuse(Refusal.TICKET_IN_HAND)
        events = _finish_in_hand(floor, desk, wish, asked)
    _must_be_open(desk)
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
    ticket, service = _held(floor, desk)
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
    desk = _manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    _must_be_open(desk)
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
    desk = _manned(hall, floor, asked, wish)
    ticket, service = _held(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    event = Recalled(service=service.id, ticket=ticket.id, window=wish.window, calls=service.calls + 1)
    return Decision(events=(event,), window=wish.window)


# --- the ticket in hand ---


def _start(hall: Hall, floor: Floor, asked: Asked, wish: Start, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    ticket, service = _held(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    event = Started(service=service.id, ticket=ticket.id, window=wish.window, request=asked.id)
    return Decision(events=(event,), window=wish.window)


def _finish(hall: Hall, floor: Floor, asked: Asked, wish: Finish, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    ticket, service = _held(floor, desk)
    if desk.state is not DeskState.SERVING:
        raise Refuse(Refusal.NOT_STARTED)
    event = Finished(
        service=service.id,
        ticket=ticket.id,
        window=wish.window,
        disposition=wish.disposition,
        request=asked.id,
    )
    return Decision(events=(event,), window=wish.window)


def _no_show(hall: Hall, floor: Floor, asked: Asked, wish: NoShow, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    ticket, service = _held(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    if service.calls < hall.policy.calls_before_no_show:
        raise Refuse(Refusal.CALL_AGAIN_FIRST, f"{service.calls} of {hall.policy.calls_before_no_show} calls")
    event = Missed(service=service.id, ticket=ticket.id, window=wish.window, reason=wish.reason, request=asked.id)
    return Decision(events=(event,), window=wish.window)


def _transfer(hall: Hall, floor: Floor, asked: Asked, wish: Transfer, _now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    ticket, service = _held(floor, desk)
    moved(SERVICE, service.state, ServiceMove.TRANSFER)
    matter = wish.matter or ticket.matter
    if wish.matter is None and wish.to_window is None:
        raise Refuse(Refusal.BAD_TARGET, "neither a matter nor a window")
    if matter not in hall.by_matter or not windows_for(hall, matter):
        raise Refuse(Refusal.BAD_TARGET, f"no window serves {matter[:40]}")
    if wish.to_window is not None and wish.to_window not in hall.by_window:
        raise Refuse(Refusal.BAD_TARGET, f"no window {wish.to_window}")
    if wish.to_window == wish.window:
        raise Refuse(Refusal.BAD_TARGET, "it is at this window already")
    if wish.to_window is not None and floor.desk(wish.to_window).state is DeskState.CLOSED:
        raise Refuse(Refusal.BAD_TARGET, f"window {wish.to_window} is closed")
    event = Transferred(
        service=service.id,
        ticket=ticket.id,
        window=wish.window,
        reason=wish.reason[:80],
        matter=matter,
        to_window=wish.to_window,
    )
    return Decision(events=(event,), window=wish.window)


def _undo(hall: Hall, floor: Floor, asked: Asked, wish: Undo, now: Instant) -> Decision:
    desk = _manned(hall, floor, asked, wish)
    if desk.act is None:
        raise Refuse(Refusal.NOTHING_TO_UNDO)
    if now > desk.act_at + hall.policy.undo_s * 1000:
        raise Refuse(Refusal.UNDO_LATE, f"more than {hall.policy.undo_s:g} s ago")
    return Decision(events=press_taken_back(floor, desk), window=wish.window)


def press_taken_back(floor: Floor, desk: Desk) -> tuple[TakenBack, ...]:
    """Everything the last press did, backwards: a *next* may have started and finished the ticket before."""
    if desk.act is None or desk.act_service is None:
        return ()
    backwards = [(desk.act, floor.services[desk.act_service])]
    if desk.act is DeskAct.CALL:
        backwards += [(DeskAct.FINISH, s) for s in floor.services.values() if _finished_by_call(s, desk)]
    act, last = backwards[-1]
    if act is DeskAct.FINISH and last.started_at == last.ended_at:
        backwards.append((DeskAct.START, last))
    return tuple(TakenBack(window=desk.window, act=act, service=s.id, ticket=s.ticket) for act, s in backwards)


def _finished_by_call(service: Service, desk: Desk) -> bool:
    """Whether the press that called also finished this service: a window has one wish in flight, so that two presses
    never fall into one instant."""
    at_window = service.window == desk.window and service.state is ServiceState.FINISHED
    return at_window and service.ended_at == desk.act_at


# --- what most rules ask first ---


def _manned(hall: Hall, floor: Floor, asked: Asked, wish: WindowWish) -> Desk:
    desk = hosted(hall, floor, asked, wish)
    if desk.state is DeskState.CLOSED:
        raise Refuse(Refusal.NOT_SIGNED_IN)
    return desk


def _held(floor: Floor, desk: Desk) -> tuple[Ticket, Service]:
    if desk.ticket is None or desk.service is None:
        raise Refuse(Refusal.NO_TICKET_IN_HAND)
    return floor.tickets[desk.ticket], floor.services[desk.service]


def _must_be_open(desk: Desk) -> None:
    if desk.state is DeskState.PAUSED:
        raise Refuse(Refusal.PAUSED)
    if desk.state not in IN_HAND:
        moved(DESK, desk.state, DeskMove.CALL)


AT_WINDOW: dict[type, Callable[[Hall, Floor, Asked, Any, Instant], Decision]] = {
    SignIn: _sign_in,
    SignOut: _sign_out,
    Pause: _pause,
    Resume: _resume,
    Next: _next,
    CallNumber: _call_number,
    Recall: _recall,
    Start: _start,
    Finish: _finish,
    NoShow: _no_show,
    Transfer: _transfer,
    Undo: _undo,
}
