"""What becomes of the ticket in hand, pure."""

from __future__ import annotations

from typing import Any

from hall.events import Missed, SetAside, Started, Transferred
from hall.lifecycle import SERVICE, ServiceMove, moved
from hall.messages import Finish, Hold, NoShow, Refusal, Start, Transfer
from hall.model import DeskState, Hall, Instant, Then, Ticket
from hall.waiting import windows_for
from hub.asking import Rule, in_hand, manned, must_take
from hub.calling import finish, must_have_paused
from hub.coming_back import behind
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.held import queue_of
from hub.joint import host_of


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
    return Decision(events=(finish(hall, floor, ticket, service, wish.disposition, asked),), window=wish.window)


def _no_show(hall: Hall, floor: Floor, asked: Asked, wish: NoShow, now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
    if desk.state is DeskState.SERVING:
        raise Refuse(Refusal.ALREADY_STARTED)
    if service.calls < hall.policy.calls_before_no_show:
        raise Refuse(Refusal.CALL_AGAIN_FIRST, f"{service.calls} of {hall.policy.calls_before_no_show} calls")
    must_have_paused(hall, service, now)
    event = Missed(
        service=service.id,
        ticket=ticket.id,
        window=wish.window,
        reason=wish.reason,
        request=asked.id,
        **_what_follows(hall, floor, ticket, now),
    )
    return Decision(events=(event,), window=wish.window)


def _what_follows(hall: Hall, floor: Floor, ticket: Ticket, now: Instant) -> dict[str, Any]:
    """Whether a missed ticket is over, may come back, or waits again by itself: fields of Missed."""
    policy = hall.policy.missed
    if policy.then is Then.VOID or ticket.misses >= policy.times:
        return {}
    if policy.then is Then.BEHIND and policy.by_itself:
        behind_at, behind_place = behind(hall, floor, ticket, queue_of(ticket))
        return {"then": policy.then, "behind_at": behind_at, "behind_place": behind_place}
    return {"then": policy.then, "until": now + round(policy.kept_minutes * 60_000)}


def _hold(hall: Hall, floor: Floor, asked: Asked, wish: Hold, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    ticket, service = in_hand(floor, desk)
    event = SetAside(service=service.id, ticket=ticket.id, window=wish.window, reason=wish.reason[:80])
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
    if wish.to_window == wish.window:
        raise Refuse(Refusal.BAD_TARGET, "it is at this window already")
    if wish.to_window is not None:
        must_take(hall, floor, wish.to_window, matter)
    event = Transferred(
        service=service.id,
        ticket=ticket.id,
        window=wish.window,
        reason=wish.reason[:80],
        matter=matter,
        to_window=wish.to_window or host_of(hall, floor, ticket, matter, closing=wish.window),
    )
    return Decision(events=(event,), window=wish.window)


HANDLING: dict[type, Rule] = {
    Start: _start,
    Finish: _finish,
    NoShow: _no_show,
    Hold: _hold,
    Transfer: _transfer,
}
