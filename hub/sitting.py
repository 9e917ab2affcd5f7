"""Who sits at a window, pure: signing in and out, pausing and going on."""

from __future__ import annotations

from msgspec.structs import replace

from hall.events import AlertEnded, AlertRaised, AnyEvent, Paused, Requeued, Resumed, SignedIn, SignedOut, SignInFailed
from hall.hours import day_of, on_post
from hall.messages import Pause, Refusal, Resume, SignIn, SignOut
from hall.model import AlertKind, Badge, DeskState, Hall, Instant, Lockout, Post, PostLetter, WindowNo
from hall.posts import is_held
from hub.asking import IN_HAND, Rule, hosted, manned, opened
from hub.coming_back import barred_here, left_behind
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
    posts = (p for p in hall.posts if (p.window, p.badge) == (wish.window, wish.badge))
    letter = next((p.letter for p in posts if serves_on(hall, p, now)), None)
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
    events: list[AnyEvent] = [event]
    if desk.clerk is not None:  # who asked for the one who leaves waits for the matter
        events += [e for e in left_behind(hall, floor, desk) if isinstance(e, Requeued) and e.rule == "clerk_left"]
    if clerk.temporary:
        events += barred_here(hall, floor, replace(desk, clerk=wish.badge))
    if f"off-post-{wish.window}" in floor.alerts:
        events.append(AlertEnded(alert=f"off-post-{wish.window}"))
    return Decision(events=tuple(events), window=wish.window)


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


def _sign_out(hall: Hall, floor: Floor, asked: Asked, wish: SignOut, now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    if desk.state in IN_HAND:
        raise Refuse(Refusal.TICKET_IN_HAND)
    assert desk.clerk is not None
    rule = "off_post" if must_be_manned(hall, floor, desk.window, now) else ""  # relief signs in, and so takes over
    left = SignedOut(window=wish.window, badge=desk.clerk, rule=rule)
    events: list[AnyEvent] = [*left_behind(hall, floor, desk), left]
    if left.rule and hall.policy.alerts.off_post and f"off-post-{wish.window}" not in floor.alerts:
        events.append(off_post(wish.window, desk.clerk))
    return Decision(events=tuple(events), window=wish.window)


def off_post(window: WindowNo, detail: str) -> AlertRaised:
    """The 脱岗 flag of a window."""
    return AlertRaised(alert=f"off-post-{window}", kind=AlertKind.OFF_POST, subject=str(window), detail=detail)


def must_be_manned(hall: Hall, floor: Floor, window: WindowNo, now: Instant) -> bool:
    """Whether somebody has to sit at a window: it has posts, it is the hour, and the manager has not closed it."""
    opening = opened(floor, window, now)
    if opening is not None and opening.closed:
        return False
    posts = [p for p in hall.posts if p.window == window and serves_on(hall, p, now)]
    if any(_away(floor, p, now) for p in posts if p.letter is PostLetter.A):
        return False
    return bool(posts) and on_post(hall, hall.by_window[window].zone, now)


def _away(floor: Floor, post: Post, now: Instant) -> bool:
    """Whether the holder of a post is on a short leave, for which nobody has to stand in."""
    return any(one.begins <= now < one.ends and not one.stand_in for one in floor.leaves_of(post.badge))


def serves_on(hall: Hall, post: Post, now: Instant) -> bool:
    """Whether a post is held on the day of `now`."""
    return is_held(post, day_of(hall.utc_offset, now))


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
