"""Who sits at a window, pure: signing in and out, pausing and going on."""

from __future__ import annotations

from hall.events import AlertRaised, AnyEvent, Paused, Resumed, SignedIn, SignedOut, SignInFailed
from hall.messages import Pause, Refusal, Resume, SignIn, SignOut
from hall.model import AlertKind, Badge, DeskState, Hall, Instant, Lockout
from hub.asking import IN_HAND, Rule, hosted, manned
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor


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
    desk = manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    assert desk.clerk is not None
    return Decision(events=(SignedOut(window=wish.window, badge=desk.clerk),), window=wish.window)


def _pause(hall: Hall, floor: Floor, asked: Asked, wish: Pause, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    if desk.state is DeskState.PAUSED:
        return Decision(window=wish.window)
    return Decision(events=(Paused(window=wish.window, reason=wish.reason[:80]),), window=wish.window)


def _resume(hall: Hall, floor: Floor, asked: Asked, wish: Resume, _now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    if desk.state is not DeskState.PAUSED:
        return Decision(window=wish.window)
    return Decision(events=(Resumed(window=wish.window),), window=wish.window)


SITTING: dict[type, Rule] = {
    SignIn: _sign_in,
    SignOut: _sign_out,
    Pause: _pause,
    Resume: _resume,
}
