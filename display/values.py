"""What a display hears, knows and shows, as values. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from hall.happened import Common
from hall.messages import BoardState, Catalogue, EmergencyState, OpenState, WindowState
from hall.model import Instant, PostLetter, WindowNo, ZoneId


class Settings(Struct, frozen=True, kw_only=True):
    """What this display is: a board of the whole hall, of a `zone`, or the sign of a `window`; `bars`: its LED bars."""

    zone: ZoneId | None = None
    window: WindowNo | None = None
    bars: tuple[WindowNo, ...] = ()
    notices: tuple[str, ...] = ()


class CaseStage(StrEnum):
    """Where a case of 办件公示 stands."""

    RECEIVED = "received"  # 已受理
    IN_HAND = "in_hand"  # 办理中
    DONE = "done"  # 已办结
    TO_COLLECT = "to_collect"  # 请领证


class Case(Struct, frozen=True, kw_only=True):
    """A row of 办件公示. The flow masks `applicant` and numbers in `matter` before it keeps them."""

    applicant: str
    matter: str
    stage: CaseStage


class Published(Struct, frozen=True):
    """Event: the rows of 办件公示 as they now are, replacing all earlier ones."""

    cases: tuple[Case, ...]


Event: TypeAlias = Common | Published

Call: TypeAlias = tuple[str, WindowNo, int]  # label, window, how often called: what one call of a ticket is


class Spoken(Struct, frozen=True):
    """A caption and the monotonic time at which it is dropped, should its end never be told."""

    text: str
    until: float


# --- LED bars -----------------------------------------------------------------------------------------------------


class BarSays(StrEnum):
    """What a bar over a window tells."""

    CALLING = "calling"
    SERVING = "serving"
    PAUSED = "paused"
    FREE = "free"
    CLOSED = "closed"
    EMERGENCY = "emergency"


class Light(Struct, frozen=True):
    """Effect: the bar over a window tells this from now on. `text`: the ticket's label, or the emergency's text."""

    window: WindowNo
    says: BarSays
    text: str = ""


class State(Struct, frozen=True, kw_only=True):
    """All that a display knows: the last retained states, and what of them is new."""

    settings: Settings
    catalogue: Catalogue | None = None
    opening: OpenState | None = None
    boards: dict[ZoneId, BoardState] = {}
    windows: dict[WindowNo, WindowState] = {}
    emergencies: dict[ZoneId, EmergencyState] = {}
    captions: dict[ZoneId, Spoken] = {}
    fresh: dict[Call, float] = {}  # calls to be stressed, each until a monotonic time
    cases: tuple[Case, ...] = ()
    lit: dict[WindowNo, Light] = {}
    hub_here: bool | None = None  # None: neither heard nor missed yet
    away_since: Instant | None = None
    started: float | None = None  # monotonic


# --- what is shown ------------------------------------------------------------------------------------------------


class Place(Struct, frozen=True, kw_only=True):
    """Where to go: the window, its name and its zone. A direction will stand here once halls tell one."""

    window: WindowNo
    name: str = ""
    zone: str = ""


class Called(Struct, frozen=True, kw_only=True):
    """A ticket on a board. `fresh`: called or recalled some seconds ago; `serving`: the applicant has come."""

    label: str
    place: Place
    called_at: Instant
    serving: bool
    fresh: bool = False


class Waiting(Struct, frozen=True):
    """How many wait for a department."""

    department: str
    count: int


class Starting(Struct, frozen=True):
    """Nothing is known yet."""


class Misplaced(Struct, frozen=True):
    """The station file names a zone or window that the hall has not."""

    zone: str | None
    window: WindowNo | None


class Emergency(Struct, frozen=True):
    """Over everything. Each text with the names of its zones (empty: the whole hall, or this screen's own)."""

    texts: tuple[tuple[str, tuple[str, ...]], ...]
    since: Instant


class Closed(Struct, frozen=True):
    """Nobody is served; `reason` as in OpenState."""

    reason: str
    reopens_at: Instant | None


class Board(Struct, frozen=True, kw_only=True):
    """Called tickets, those to be stressed first; who waits; which windows pause. `zone`: its name, "" the whole
    hall. `shut`: no more tickets are given out, although somebody is still served."""

    zone: str
    called: tuple[Called, ...]
    waiting: tuple[Waiting, ...]
    paused: tuple[WindowNo, ...]
    caption: str
    notices: tuple[str, ...]
    complaint_phone: str
    cases: tuple[Case, ...]
    shut: Closed | None = None
    turn: int = 0  # counts up every TURN_S: which page of a long list is shown


class Clerk(Struct, frozen=True, kw_only=True):
    """The public card of who sits at the window."""

    badge: str
    name: str = ""
    title: str = ""
    photo: str = ""
    letter: PostLetter | None = None


class WindowSign(Struct, frozen=True, kw_only=True):
    """The screen of one window."""

    place: Place
    says: BarSays
    ticket: str = ""
    fresh: bool = False
    clerk: Clerk | None = None
    caption: str = ""


Body: TypeAlias = Starting | Misplaced | Emergency | Closed | Board | WindowSign


class Shown(Struct, frozen=True, kw_only=True):
    """A screen: the same for every screen around, its own thing in `body`. `now`: cut to the minute."""

    hall: str
    utc_offset: str
    now: Instant | None
    body: Body
    stale: bool = False  # the hub is away: what is shown may not be so any more
    stale_since: Instant | None = None
