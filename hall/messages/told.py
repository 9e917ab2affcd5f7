"""What is told to everyone: retained states, and moments that pass."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hall.messages.asks import Health
from hall.model import (
    AlertKind,
    Badge,
    Day,
    DeskAct,
    DeskState,
    Instant,
    MatterId,
    PostLetter,
    PriorityId,
    Role,
    ServiceId,
    ServiceState,
    StationId,
    TicketId,
    TicketState,
    WindowNo,
    ZoneId,
)


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


class ListedPost(Struct, frozen=True, kw_only=True):
    """Who is the A or B post of a window, from day to day: as the board of posts (公示牌) shows it."""

    window: WindowNo
    letter: PostLetter
    badge: Badge
    since: Day = ""
    until: Day = ""


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
    posts: tuple[ListedPost, ...] = ()
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
