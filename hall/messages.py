"""What goes over the wire: every request, reply, moment and retained state. Nothing else is ever sent.

A *wish* (take a ticket, next, recall) carries `not_after` in hub time; a late one is refused. A *fact* (printed,
device trouble) happened and never expires. Requests carry an id made once: a repeat gets the same answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from hall.errors import BadMessage
from hall.model import (
    AlertKind,
    Badge,
    Day,
    DeskAct,
    DeskState,
    Disposition,
    Instant,
    MatterId,
    MissReason,
    PostLetter,
    Printing,
    PriorityId,
    RequestId,
    Role,
    ServiceId,
    ServiceState,
    StationId,
    TicketId,
    TicketState,
    WindowNo,
    ZoneId,
)

MAX_MESSAGE_BYTES = 16_384  # of a request; the broker itself refuses above message_size_limit


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="ask"):
    """Something a person wants now."""


class WindowWish(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish of the staff at a window."""

    window: WindowNo


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="ask"):
    """Something that happened at a station; kept there until the hub has noted it."""


class TakeTicket(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="take_ticket"):
    """取号 for a matter, and for more of them after it. One may ask for a window or a clerk; a class of 绿色通道 is
    given by the guide desk, or by the kiosk where the hall allows it."""

    matter: MatterId
    priority: PriorityId = ""
    for_window: WindowNo | None = None
    for_clerk: Badge | None = None
    further: tuple[MatterId, ...] = ()


class Reprint(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reprint"):
    """补打: the same number on a second slip, marked as such."""

    ticket: TicketId


class SignIn(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sign_in"):
    """A clerk takes a window; `proof` shows knowledge of the PIN without carrying it (hall.pin)."""

    badge: Badge
    proof: str


class SignOut(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sign_out"):
    """The clerk leaves the window."""


class Next(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="next"):
    """下一位. With `finishing`, the service in hand ends with that disposition first (keypads have no finish key)."""

    finishing: Disposition | None = None


class CallNumber(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="call_number"):
    """Call one waiting number out of turn; logged as such. `label` as printed, or its digits alone if unambiguous."""

    label: str


class Recall(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="recall"):
    """重新呼叫 the ticket in hand."""


class Start(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="start"):
    """The applicant has come."""


class Finish(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="finish"):
    """The service ends."""

    disposition: Disposition


class NoShow(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="no_show"):
    """过号."""

    reason: MissReason


class Transfer(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="transfer"):
    """转发 to a matter or to a window, keeping the place by arrival."""

    reason: str
    matter: MatterId | None = None
    to_window: WindowNo | None = None


class Hold(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hold"):
    """挂起: the ticket in hand is set aside (a form to fill in); `CallNumber` takes it up again at this window."""

    reason: str = ""


class ComeBack(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="come_back"):
    """Someone who was missed, or set aside, stands here again: the ticket waits as the hall's policy says."""

    label: str


class TakeLeave(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="take_leave"):
    """请假, entered by the manager: half a day and more needs the B post as `stand_in`."""

    badge: Badge
    begins: Instant
    ends: Instant
    stand_in: Badge = ""


class SetWindow(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="set_window"):
    """The manager opens a window outside its hours for some minutes, with `matters` beside its own; or closes it."""

    number: WindowNo
    minutes: float
    closed: bool = False
    matters: tuple[MatterId, ...] = ()


class Book(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="book"):
    """预约. `person` is a salted digest made by the adapter: who it is never comes here. `code` is what the visitor
    will check in with."""

    code: str
    person: str
    matter: MatterId
    slot: Instant


class CancelBooking(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cancel_booking"):
    """Give a booking up."""

    code: str


class CheckIn(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="check_in"):
    """One who has booked is here: the booking becomes a ticket."""

    code: str


class Pause(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pause"):
    """暂停叫号."""

    reason: str = ""


class Resume(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="resume"):
    """开始叫号."""


class Undo(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="undo"):
    """Take the last press back, within the policy's seconds."""


class Cancel(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cancel"):
    """A station gives up a wish of its own that got no answer in time."""

    request: RequestId


class Printed(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="printed"):
    """How the slip of a ticket ended: on paper, unknown, or void (nothing came out)."""

    ticket: TicketId
    outcome: Printing
    reason: str = ""


class CallStaff(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="call_staff"):
    """The quiet key at a window: the manager is alarmed, nothing shows in the hall."""


class SetEmergency(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="set_emergency"):
    """Call out an emergency in a zone (None: all), or end it with an empty text."""

    text: str
    zone: ZoneId | None = None


class EndAlert(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="end_alert"):
    """A person has seen to it."""

    alert: str


class Find(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="find"):
    """Look a number up (lost slip)."""

    label: str


class Rated(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="rated"):
    """评价 of a service at its window: level 1 to 5 with reasons and own words, or 0: nobody touched the pad."""

    service: ServiceId
    level: int
    reasons: tuple[int, ...] = ()
    version: str = ""
    words: str = ""


class Health(StrEnum):
    """Health of a device or station."""

    READY = "ready"
    DEGRADED = "degraded"
    LOST = "lost"


class DeviceSeen(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="device_seen"):
    """A device of the station changed its health; `reason` is a code such as `paper_out`."""

    device: str
    health: Health
    reason: str = ""


Body: TypeAlias = (
    TakeTicket | Reprint | SignIn | SignOut | Next | CallNumber | Recall | Start | Finish | NoShow | Transfer
    | Pause | Resume | Undo | Cancel | Printed | DeviceSeen | CallStaff | SetEmergency | EndAlert | Find | Rated
    | Hold | ComeBack | TakeLeave | SetWindow | Book | CancelBooking | CheckIn
)  # fmt: skip


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The envelope of a request. `not_after` is hub time: set on every wish, absent on every fact."""

    id: RequestId
    body: Body
    not_after: Instant | None = None


# --- replies ------------------------------------------------------------------------------------------------------


class Refusal(StrEnum):
    """Why a request was refused; the words for people are in the wording files."""

    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    LATE = "late"
    WITHDRAWN = "withdrawn"
    CRASHED = "crashed"
    CLOCK_BEHIND = "clock_behind"
    HALL_CLOSED = "hall_closed"
    UNKNOWN_MATTER = "unknown_matter"
    NO_WINDOW = "no_window"  # no window of the hall serves this matter
    SERIES_FULL = "series_full"
    UNKNOWN_TICKET = "unknown_ticket"
    REPRINT_LATE = "reprint_late"
    NOT_YOUR_WINDOW = "not_your_window"
    UNKNOWN_WINDOW = "unknown_window"
    WRONG_BADGE_OR_PIN = "wrong_badge_or_pin"
    BADGE_LOCKED = "badge_locked"
    NOT_POSTED = "not_posted"  # the clerk is neither A nor B post of this window
    AT_OTHER_WINDOW = "at_other_window"
    NOT_SIGNED_IN = "not_signed_in"
    PAUSED = "paused"
    NOBODY_WAITING = "nobody_waiting"
    TICKET_IN_HAND = "ticket_in_hand"
    NO_TICKET_IN_HAND = "no_ticket_in_hand"
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    CALL_AGAIN_FIRST = "call_again_first"
    NOT_WAITING = "not_waiting"
    AMBIGUOUS = "ambiguous"
    BAD_TARGET = "bad_target"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDO_LATE = "undo_late"
    NOT_ALLOWED = "not_allowed"  # the move is not in the lifecycle
    CALLING_CLOSED = "calling_closed"
    CALL_TOO_SOON = "call_too_soon"
    BOUND_REACHED = "bound_reached"  # someone was passed over as often as may be
    QUEUE_OUTLASTS = "queue_outlasts"  # those who wait fill today
    UNKNOWN_PRIORITY = "unknown_priority"
    NOT_KEPT = "not_kept"  # it is not one that may come back
    BARRED = "barred"  # 临聘 staff and approval matters
    NEEDS_STAND_IN = "needs_stand_in"
    UNKNOWN_BOOKING = "unknown_booking"
    BOOKED_ALREADY = "booked_already"
    QUOTA_FULL = "quota_full"
    BAD_DAY = "bad_day"  # in the past, too far ahead, or the hall is closed then
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


class Reply(Struct, frozen=True, kw_only=True, tag_field="reply"):
    """What the hub promises; sent after its commit."""


class Issued(Reply, frozen=True, kw_only=True, tag="issued"):
    """A number is reserved: everything the slip needs. `ahead` counts people before this one."""

    ticket: TicketId
    label: str
    matter: MatterId
    issued_at: Instant
    ahead: int
    windows: tuple[WindowNo, ...]
    wait_minutes: float | None = None
    closing_soon: bool = False
    reprint: bool = False
    priority: PriorityId = ""
    further: tuple[MatterId, ...] = ()  # the matters after the first, in order


class Done(Reply, frozen=True, kw_only=True, tag="done"):
    """A window's wish is done; the window as it now is."""

    window: WindowState


class Found(Reply, frozen=True, kw_only=True, tag="found"):
    """A ticket of today as the guide desk sees it; `ahead` while it waits."""

    ticket: TicketId
    label: str
    matter: MatterId
    state: TicketState
    printing: Printing
    issued_at: Instant
    ahead: int = 0
    window: WindowNo | None = None
    priority: PriorityId = ""
    further: tuple[MatterId, ...] = ()  # matters still to come
    kept_until: Instant | None = None  # of one who was missed and may come back
    joint: MatterId = ""  # the joint matter under way
    parts: tuple[MatterId, ...] = ()  # of it; the last is itself where the host ends it
    part: int = 0  # at which of them it stands, from 1


class Noted(Reply, frozen=True, kw_only=True, tag="noted"):
    """A fact is written down."""


class Withdrawal(StrEnum):
    """What became of a wish that the station gave up."""

    NEVER = "never"  # it never happened, and is barred
    UNDONE = "undone"
    STANDS = "stands"  # too late: the first reply holds


class Withdrawn(Reply, frozen=True, kw_only=True, tag="withdrawn"):
    """The answer to `Cancel`; with `stands` comes the reply the station missed."""

    outcome: Withdrawal
    missed: Issued | Done | Found | Noted | Refused | None = None


class Refused(Reply, frozen=True, kw_only=True, tag="refused"):
    """Nothing happened; `detail` is for technicians, the code for people's words. `until`: when it may be tried."""

    code: Refusal
    detail: str = ""
    until: Instant | None = None


AnyReply: TypeAlias = Issued | Done | Found | Noted | Withdrawn | Refused


class Answer(Struct, frozen=True, kw_only=True):
    """The envelope of a reply: the id of the request, and the hub's time."""

    id: RequestId
    reply: AnyReply
    at: Instant


# --- retained states: complete, with a revision; one message is enough ---------------------------------------------


class Retained(Struct, frozen=True, kw_only=True):
    """A state; `rev` is the log's sequence number it was drawn at; `v` is the version of its shape."""

    rev: int
    v: int = 1


class InHand(Struct, frozen=True, kw_only=True):
    """The ticket in hand at a window."""

    ticket: TicketId
    label: str
    matter: MatterId
    state: TicketState
    service: ServiceState
    calls: int
    called_at: Instant
    started_at: Instant | None = None
    paper_unknown: bool = False
    further: tuple[MatterId, ...] = ()  # the ticket's matters still to come
    joint: MatterId = ""  # the joint matter under way, or that begins here; parts and part as in Found
    parts: tuple[MatterId, ...] = ()
    part: int = 0


class Aside(Struct, frozen=True, kw_only=True):
    """A ticket that a window has set aside, since when and why."""

    label: str
    matter: MatterId
    since: Instant
    reason: str = ""


class Hosted(Struct, frozen=True, kw_only=True):
    """A ticket whose joint matter a window hosts: at which of its `parts` it stands, in hand at `window` or waiting."""

    label: str
    joint: MatterId
    parts: tuple[MatterId, ...]
    part: int
    state: TicketState
    window: WindowNo | None = None


class WindowState(Retained, frozen=True, kw_only=True):
    """A window: who sits there (by badge), what is in hand, who waits, what may be taken back until when."""

    window: WindowNo
    zone: ZoneId
    state: DeskState
    clerk: Badge | None = None
    letter: PostLetter | None = None
    in_hand: InHand | None = None
    waiting: int = 0
    undo: DeskAct | None = None
    undo_until: Instant | None = None
    rate: ServiceId | None = None  # the pad asks for a rating of this service; never a value
    aside: tuple[Aside, ...] = ()  # first set aside first
    hosted: tuple[Hosted, ...] = ()  # by arrival


class BoardRow(Struct, frozen=True, kw_only=True):
    """A called ticket on the board."""

    label: str
    window: WindowNo
    called_at: Instant
    state: TicketState
    calls: int


class BoardState(Retained, frozen=True, kw_only=True):
    """The board of a zone: tickets in hand, newest call first; waiting per department; windows paused or closed."""

    zone: ZoneId
    rows: tuple[BoardRow, ...] = ()
    waiting: dict[str, int] = {}
    paused: tuple[WindowNo, ...] = ()
    open: tuple[WindowNo, ...] = ()


class ListedMatter(Struct, frozen=True, kw_only=True):
    """A matter as the kiosk and caller list it."""

    id: MatterId
    name: str
    department: str
    windows: tuple[WindowNo, ...]
    english: str = ""


class ListedDepartment(Struct, frozen=True, kw_only=True):
    """A department as the kiosk lists it."""

    id: str
    name: str
    english: str = ""


class ListedWindow(Struct, frozen=True, kw_only=True):
    """A window as signs show it."""

    number: WindowNo
    zone: ZoneId
    name: str = ""


class ListedZone(Struct, frozen=True, kw_only=True):
    """A zone as signs show it."""

    id: ZoneId
    name: str
    english: str = ""


class ListedPriority(Struct, frozen=True, kw_only=True):
    """A class of 绿色通道 as slips name it; with `at_kiosk` a visitor may choose it there, on the stated basis."""

    id: PriorityId
    name: str
    basis: str = ""
    english: str = ""
    at_kiosk: bool = False


class Card(Struct, frozen=True, kw_only=True):
    """A clerk's public card (seed §(八)3) and the public part of the PIN verifier: salt and cost."""

    badge: Badge
    name: str
    title: str = ""
    photo: str = ""
    pin_salt: str = ""


class Catalogue(Retained, frozen=True, kw_only=True):
    """Everything stations show that does not change during a day."""

    hall: str
    name: str
    utc_offset: str
    departments: tuple[ListedDepartment, ...]
    matters: tuple[ListedMatter, ...]
    zones: tuple[ListedZone, ...]
    windows: tuple[ListedWindow, ...]
    clerks: tuple[Card, ...]
    follow_url: str = ""
    complaint_phone: str = ""
    reprint_s: float = 60.0  # real seconds
    no_show_calls: int = 3
    speed: float = 1.0  # business seconds in a real one
    priorities: tuple[ListedPriority, ...] = ()
    bookings: bool = False  # whether something may be booked here
    matters_at_kiosk: int = 1  # at most so many on one ticket; 1: the kiosk does not ask


class OpenState(Retained, frozen=True, kw_only=True):
    """Whether tickets are given out now; `reason` is a code: before_hours, lunch, after_hours, day_off or a trouble."""

    day: Day
    taking: bool
    reason: str = ""
    reopens_at: Instant | None = None


class AlertState(Retained, frozen=True, kw_only=True):
    """An alert with start and end."""

    id: str
    kind: AlertKind
    subject: str
    detail: str
    started_at: Instant
    ended_at: Instant | None = None


class EmergencyState(Retained, frozen=True, kw_only=True):
    """An emergency text for a zone; empty once it is over. Cuts into every announcement, stands on every screen."""

    zone: ZoneId
    text: str = ""
    since: Instant = 0


class Life(StrEnum):
    """Homie's lifecycle words."""

    INIT = "init"
    READY = "ready"
    DEGRADED = "degraded"
    LOST = "lost"


class StationState(Struct, frozen=True, kw_only=True):
    """A station's life. `boot` counts its starts: a `lost` of an older boot says nothing about a live station."""

    station: StationId
    life: Life
    boot: int
    reason: str = ""
    devices: dict[str, tuple[Health, str]] = {}
    v: int = 1


class About(Struct, frozen=True, kw_only=True):
    """What a station is."""

    station: StationId
    roles: tuple[Role, ...]
    version: str
    boot: int
    v: int = 1


# --- moments: never retained --------------------------------------------------------------------------------------


class Clock(Struct, frozen=True, kw_only=True):
    """The time beacon: business time now, and how many business seconds pass in a real one."""

    at: Instant
    speed: float
    boot: int


class Say(Struct, frozen=True, kw_only=True):
    """One announcement of a committed call. Receivers drop an id they had, and everything after `not_after`."""

    id: str
    zone: ZoneId
    label: str
    window: WindowNo
    repeats: int
    call: int
    at: Instant
    not_after: Instant


class Caption(Struct, frozen=True, kw_only=True):
    """What a zone's voice is saying now, sentence by sentence; `text` is empty when it falls silent."""

    say: str  # the announcement's id; empty for an emergency
    zone: ZoneId
    text: str
    language: str
    at: Instant


Sent: TypeAlias = (
    Ask | Answer | Retained | WindowState | BoardState | Catalogue | OpenState | AlertState | StationState | About
    | Clock | Say | EmergencyState | Caption
)  # fmt: skip

_encoder = msgspec.json.Encoder(order="deterministic")
_decode_ask = msgspec.json.Decoder(Ask)
T = TypeVar("T")


class Anonymous(Struct, frozen=True):
    """The least that can be read of a broken request: whom to answer."""

    id: str = ""


_decode_id = msgspec.json.Decoder(Anonymous)


def encode(message: Sent) -> bytes:
    """The message as JSON bytes."""
    return _encoder.encode(message)


def decode_ask(payload: bytes) -> Ask:
    """The request in `payload`. Raises BadMessage with the reason and path."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise BadMessage(f"oversized: {len(payload)} bytes, at most {MAX_MESSAGE_BYTES}")
    try:
        ask = _decode_ask.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(f"not a request: {error}") from error
    if not 1 <= len(ask.id) <= 64:
        raise BadMessage("id must have 1 to 64 characters")
    if isinstance(ask.body, Wish) and ask.not_after is None:
        raise BadMessage("a wish must carry not_after")
    return ask


def id_in(payload: bytes) -> str:
    """The id of a broken request if one can be read, else an empty string."""
    try:
        found = _decode_id.decode(payload).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # the last: brackets by the thousand
        return ""
    return found if len(found) <= 64 else ""


def decode(payload: bytes, kind: type[T]) -> T:
    """The message of `kind` in `payload`. Raises BadMessage."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(f"not a {kind.__name__}: {error}") from error
