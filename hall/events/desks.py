"""Who sits at a window, and how its services are rated."""

from __future__ import annotations

from hall.events.event import Event
from hall.model import Badge, Instant, PostLetter, ServiceId, WindowNo


class SignedIn(Event, frozen=True, kw_only=True, tag="signed_in/1"):
    """A clerk took a window; `relieved`: who sat there before (AB岗)."""

    window: WindowNo
    badge: Badge
    letter: PostLetter
    relieved: Badge | None = None


class SignedOut(Event, frozen=True, kw_only=True, tag="signed_out/1"):
    """A clerk left a window; `rule` is empty for the clerk's own wish."""

    window: WindowNo
    badge: Badge
    rule: str = ""


class SignInFailed(Event, frozen=True, kw_only=True, tag="sign_in_failed/1"):
    """A wrong PIN, or an unknown badge; `until` is set when this failure locks the badge."""

    window: WindowNo
    badge: Badge
    failures: int
    until: Instant = 0


class Paused(Event, frozen=True, kw_only=True, tag="paused/1"):
    """暂停叫号."""

    window: WindowNo
    reason: str = ""


class Resumed(Event, frozen=True, kw_only=True, tag="resumed/1"):
    """开始叫号."""

    window: WindowNo


class ServiceRated(Event, frozen=True, kw_only=True, tag="service_rated/1"):
    """评价: level 1 to 5, or 0 for 未评价. `words` is a salted digest; the text itself is in the personal table.
    `rule`: why it stands here though no pad has said anything ("day_closed")."""

    service: ServiceId
    window: WindowNo
    clerk: Badge
    level: int
    reasons: tuple[int, ...] = ()
    version: str = ""
    words: str = ""
    rule: str = ""
