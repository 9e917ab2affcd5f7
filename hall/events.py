"""What the log holds: every event, versioned by its tag. A tag once released is decoded for ever.

Events carry ids and codes, never personal text (own words and phones have a table of their own).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import Struct

from hall.errors import BadLog
from hall.messages import Health, Withdrawal
from hall.model import (
    AlertKind,
    Badge,
    Day,
    DeskAct,
    Disposition,
    Instant,
    MatterId,
    MissReason,
    PostLetter,
    Printing,
    PriorityId,
    RequestId,
    ServiceId,
    StationId,
    Then,
    TicketId,
    VoidReason,
    WindowNo,
    ZoneId,
)


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """Something the hub committed."""


class DayOpened(Event, frozen=True, kw_only=True, tag="day_opened/1"):
    """A new day of numbers begins."""

    day: Day


class DayClosed(Event, frozen=True, kw_only=True, tag="day_closed/1"):
    """The day ended: how many tickets came to which end. The day's seal is the hash of this event."""

    day: Day
    issued: int
    served: int
    no_show: int
    left: int
    void: int


class BlockOpened(Event, frozen=True, kw_only=True, tag="block_opened/1"):
    """A run of numbers of a series was given to an issuer."""

    day: Day
    series: str
    first: int
    last: int
    holder: StationId


class BlockReturned(Event, frozen=True, kw_only=True, tag="block_returned/1"):
    """What was left of a block at the close of the day: numbers that were never given out."""

    day: Day
    series: str
    first: int
    first_unused: int
    last: int


class TicketIssued(Event, frozen=True, kw_only=True, tag="ticket_issued/1"):
    """A number is reserved for a matter; `place` is its place by arrival."""

    ticket: TicketId
    day: Day
    series: str
    number: int
    label: str
    matter: MatterId
    station: StationId
    place: int
    priority: PriorityId = ""
    for_window: WindowNo | None = None  # asked for this window
    for_clerk: Badge | None = None
    further: tuple[MatterId, ...] = ()
    booking: str = ""
    hosted: bool = False  # `for_window` was not asked for: it is the host of the joint matter


class TicketPrinted(Event, frozen=True, kw_only=True, tag="ticket_printed/1"):
    """How its paper ended."""

    ticket: TicketId
    outcome: Printing
    reason: str = ""


class TicketReprinted(Event, frozen=True, kw_only=True, tag="ticket_reprinted/1"):
    """A second slip, marked 补打, was allowed."""

    ticket: TicketId
    station: StationId


class TicketVoided(Event, frozen=True, kw_only=True, tag="ticket_voided/1"):
    """The number will not be used."""

    ticket: TicketId
    reason: VoidReason


class TicketLeft(Event, frozen=True, kw_only=True, tag="ticket_left/1"):
    """Never served: ended by rule at the close of the day."""

    ticket: TicketId
    rule: str


class Called(Event, frozen=True, kw_only=True, tag="called/1"):
    """A ticket is called to a window, and why: `rule` chose it (hall.routing.Rule) in a queue that the window serves as
    `level`; it passed over `passed` earlier ones (`passed_first`: the first of them) of the `queues` looked at. With
    the rule `bound`, `put_off` would have been called otherwise."""

    service: ServiceId
    ticket: TicketId
    day: Day
    matter: MatterId
    window: WindowNo
    clerk: Badge
    letter: PostLetter
    rule: str
    passed: int = 0
    request: RequestId = ""
    level: str = ""
    priority: PriorityId = ""
    queues: tuple[str, ...] = ()
    passed_first: tuple[TicketId, ...] = ()
    put_off: TicketId = ""


class Recalled(Event, frozen=True, kw_only=True, tag="recalled/1"):
    """Called again; `calls` counts from 1, the first call."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    calls: int


class Started(Event, frozen=True, kw_only=True, tag="started/1"):
    """The applicant came."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    request: RequestId = ""


class Finished(Event, frozen=True, kw_only=True, tag="finished/1"):
    """The service ended. With `further` the ticket waits for that matter now, at its place by arrival. Of the 联办
    matter `joint` that is part number `part` (from 1) of `parts`; the window that ended its first service is the host,
    `to_window` where the host is waited for."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    disposition: Disposition
    request: RequestId = ""
    further: MatterId = ""
    joint: MatterId = ""
    part: int = 0
    parts: tuple[MatterId, ...] = ()
    to_window: WindowNo | None = None


class Missed(Event, frozen=True, kw_only=True, tag="missed/1"):
    """过号. `then`: over; or it may come back until `until`; or it waits again, behind the ticket that stands at
    `behind_at` and `behind_place`."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    reason: MissReason
    request: RequestId = ""
    then: Then = Then.VOID
    until: Instant = 0
    behind_at: Instant = 0
    behind_place: int = 0


class CameBack(Event, frozen=True, kw_only=True, tag="came_back/1"):
    """Who was missed, or set aside, waits again: at the place by arrival, or behind another ticket's."""

    ticket: TicketId
    rule: str  # kept, behind, held
    station: StationId
    behind_at: Instant = 0
    behind_place: int = 0
    to_window: WindowNo | None = None  # the host of its joint matter


class KeptEnded(Event, frozen=True, kw_only=True, tag="kept_ended/1"):
    """Who might have come back did not."""

    ticket: TicketId
    rule: str = "expired"


class SetAside(Event, frozen=True, kw_only=True, tag="set_aside/1"):
    """A window sets the ticket in hand aside, to take it up again."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    reason: str


class Requeued(Event, frozen=True, kw_only=True, tag="requeued/1"):
    """Who waited for one window or clerk waits for the matter: that window is closed, that clerk has left."""

    ticket: TicketId
    rule: str


class Transferred(Event, frozen=True, kw_only=True, tag="transferred/1"):
    """The ticket waits again, at its place by arrival, for a matter or one window."""

    service: ServiceId
    ticket: TicketId
    window: WindowNo
    reason: str
    matter: MatterId
    to_window: WindowNo | None = None


class TakenBack(Event, frozen=True, kw_only=True, tag="taken_back/1"):
    """The last press at a window was undone."""

    window: WindowNo
    act: DeskAct
    service: ServiceId
    ticket: TicketId


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


class EmergencySet(Event, frozen=True, kw_only=True, tag="emergency_set/1"):
    """An emergency text was called out in a zone, or ended by an empty one."""

    zone: ZoneId
    text: str
    station: StationId


class WishWithdrawn(Event, frozen=True, kw_only=True, tag="wish_withdrawn/1"):
    """A station gave up a wish."""

    station: StationId
    request: RequestId
    outcome: Withdrawal


class RequestCrashed(Event, frozen=True, kw_only=True, tag="request_crashed/1"):
    """Deciding a request raised: refused, its neighbours stand. `error` is the kind of exception, never its text."""

    station: StationId
    request: RequestId
    ask: str
    error: str


class Forgotten(Event, frozen=True, kw_only=True, tag="forgotten/1"):
    """What was kept for a time was deleted: so many personal texts, and answers to requests."""

    texts: int
    answers: int


class LeaveTaken(Event, frozen=True, kw_only=True, tag="leave_taken/1"):
    """请假: a clerk will be away; `stand_in` takes over."""

    badge: Badge
    begins: Instant
    ends: Instant
    stand_in: Badge
    station: StationId


class WindowSet(Event, frozen=True, kw_only=True, tag="window_set/1"):
    """The manager opened a window outside its hours, or closed it, until a time. `matters` are served beside its
    own."""

    window: WindowNo
    until: Instant
    closed: bool
    station: StationId
    matters: tuple[MatterId, ...] = ()


class Booked(Event, frozen=True, kw_only=True, tag="booked/1"):
    """预约. `booking` and `person` are salted digests."""

    booking: str
    date: Day
    matter: MatterId
    slot: Instant
    person: str
    station: StationId


class BookingCancelled(Event, frozen=True, kw_only=True, tag="booking_cancelled/1"):
    """The booking was given up in time."""

    booking: str


class BookingMissed(Event, frozen=True, kw_only=True, tag="booking_missed/1"):
    """Nobody came for it."""

    booking: str


class DeviceChanged(Event, frozen=True, kw_only=True, tag="device_changed/1"):
    """A device's health, as its station told it."""

    station: StationId
    device: str
    health: Health
    reason: str


class AlertRaised(Event, frozen=True, kw_only=True, tag="alert_raised/1"):
    """A trouble began."""

    alert: str
    kind: AlertKind
    subject: str
    detail: str


class AlertEnded(Event, frozen=True, kw_only=True, tag="alert_ended/1"):
    """A trouble is over."""

    alert: str


AnyEvent: TypeAlias = (
    DayOpened | DayClosed | BlockOpened | BlockReturned | TicketIssued | TicketPrinted | TicketReprinted
    | TicketVoided | TicketLeft | Called | Recalled | Started | Finished | Missed | Transferred | TakenBack
    | SignedIn | SignedOut | SignInFailed | Paused | Resumed | WishWithdrawn | RequestCrashed | DeviceChanged
    | AlertRaised | AlertEnded | ServiceRated | EmergencySet | CameBack | KeptEnded | SetAside | Requeued | LeaveTaken
    | WindowSet | Booked | BookingCancelled | BookingMissed | Forgotten
)  # fmt: skip

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(AnyEvent)


def encode_event(event: AnyEvent) -> bytes:
    """The event's canonical bytes: what the chain hashes."""
    return _encoder.encode(event)


def decode_event(body: bytes) -> AnyEvent:
    """The event in `body`. Raises BadLog."""
    try:
        event: AnyEvent = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise BadLog(f"an event of the log cannot be read: {error}") from error
    return event
