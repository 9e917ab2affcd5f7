"""What becomes of the ticket in hand, pure."""

from __future__ import annotations

from hall.events import Finished, Missed, Started, Transferred
from hall.lifecycle import SERVICE, ServiceMove, moved
from hall.messages import Finish, NoShow, Refusal, Start, Transfer
from hall.model import DeskState, Hall, Instant
from hall.waiting import windows_for
from hub.asking import Rule, in_hand, manned
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor


def _start(hall: Hall, floor: Floor, asked: Asked, wish: Start, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    event = Started(service=service.id, ticket=ticket.id, window=wish.window, request=asked.id)
    return Decision(events=(event,), window=wish.window)


def _finish(hall: Hall, floor: Floor, asked: Asked, wish: Finish, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
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
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    if service.calls < hall.policy.calls_before_no_show:
        raise Refuse(Refusal.CALL_AGAIN_FIRST, f"{service.calls} of {hall.policy.calls_before_no_show} calls")
    event = Missed(service=service.id, ticket=ticket.id, window=wish.window, reason=wish.reason, request=asked.id)
    return Decision(events=(event,), window=wish.window)


def _transfer(hall: Hall, floor: Floor, asked: Asked, wish: Transfer, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
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


HANDLING: dict[type, Rule] = {
    Start: _start,
    Finish: _finish,
    NoShow: _no_show,
    Transfer: _transfer,
}
