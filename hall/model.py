"""The words of the hall: what is configured, and what a day holds.

Times are `Instant`: whole milliseconds of business time since 1970-01-01 UTC. Days are local dates, `YYYY-MM-DD`.
Terms: seed guideline (安政办发〔2017〕37号) and docs/architecture.md, "What the words mean".
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

Instant: TypeAlias = int
Day: TypeAlias = str
TicketId: TypeAlias = str  # "2026-11-23/A017": day, series and number; unique in a hall
ServiceId: TypeAlias = str  # "2026-11-23/A017#1": the ticket's first service
MatterId: TypeAlias = str
WindowNo: TypeAlias = int
ZoneId: TypeAlias = str
Badge: TypeAlias = str
StationId: TypeAlias = str
RequestId: TypeAlias = str


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A frozen value; unknown fields are mistakes."""


# --- what is configured -------------------------------------------------------------------------------------------


class CaseType(StrEnum):
    """四件管理制度, seed §(五)3."""

    IMMEDIATE = "immediate"  # 即办件
    PROMISED = "promised"  # 承诺件
    JOINT = "joint"  # 联办件
    FORWARDED = "forwarded"  # 上报件


class PostLetter(StrEnum):
    """AB岗, seed §(四)2."""

    A = "A"
    B = "B"


class Material(Value, frozen=True, kw_only=True):
    """One of the 申报材料: its name, and how many originals and copies are asked for."""

    name: str
    originals: int = 1
    copies: int = 0


class Step(Value, frozen=True, kw_only=True):
    """One step of the 办理流程 with the post that does it and the phone to ask (seed §(三)7)."""

    name: str
    post: str
    phone: str


class Guide(Value, frozen=True, kw_only=True):
    """服务指南 of a matter (seed §(三)4, (三)6, (八)2)."""

    basis: str  # 设立依据
    conditions: tuple[str, ...]  # 办理条件
    materials: tuple[Material, ...]  # 申报材料
    fee: str  # 收费标准
    statutory_days: int  # 法定时限, working days; 0 is the same day
    promised_days: int  # 承诺时限, working days
    steps: tuple[Step, ...]  # 办理流程
    forms: tuple[str, ...] = ()  # 表格与样本


class Department(Value, frozen=True, kw_only=True):
    """承办部门; `series` is the letter of its tickets, `head` the 窗口负责人 (seed §(四)1) or empty."""

    id: str
    name: str
    series: str
    english: str = ""
    head: Badge = ""


class Matter(Value, frozen=True, kw_only=True):
    """事项: what a citizen comes for; `minutes` is the usual handling time, the basis of the first wait estimates."""

    id: MatterId
    name: str
    department: str
    case: CaseType
    guide: Guide
    english: str = ""
    minutes: float = 10.0
    series: str | None = None  # None: the department's


class Zone(Value, frozen=True, kw_only=True):
    """An area of the hall with its own screens and loudspeakers."""

    id: ZoneId
    name: str
    english: str = ""


class Window(Value, frozen=True, kw_only=True):
    """A service window: where it is and which matters it serves."""

    number: WindowNo
    zone: ZoneId
    serves: tuple[MatterId, ...]
    name: str = ""


class Clerk(Value, frozen=True, kw_only=True):
    """窗口人员: the public card (seed §(八)3) and the verifier of the PIN (hall.pin), never the PIN."""

    badge: Badge
    name: str
    pin: str
    title: str = ""
    photo: str = ""


class Post(Value, frozen=True, kw_only=True):
    """Who sits where: a clerk is the A or the B post of a window."""

    window: WindowNo
    letter: PostLetter
    badge: Badge


class Role(StrEnum):
    """What a station does."""

    KIOSK = "kiosk"
    CALLER = "caller"
    EVALUATOR = "evaluator"
    DISPLAY = "display"
    BROADCAST = "broadcast"
    DESK = "desk"  # 导办台: issues, reprints, looks up; may call out an emergency


class Station(Value, frozen=True, kw_only=True):
    """A machine's identity at the broker, and the windows it may speak for."""

    id: StationId
    roles: tuple[Role, ...]
    windows: tuple[WindowNo, ...] = ()
    zone: ZoneId | None = None


class Hours(Value, frozen=True, kw_only=True):
    """Local opening periods, `HH:MM`-`HH:MM`; `weekdays` counts Monday as 1."""

    taking: tuple[tuple[str, str], ...] = (("08:50", "12:00"), ("13:00", "16:50"))
    calling: tuple[tuple[str, str], ...] = (("09:00", "12:00"), ("13:00", "17:00"))
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    closing_soon_minutes: int = 20


class Holidays(Value, frozen=True, kw_only=True):
    """Days off and 调休 working days of the years told; nothing is invented for other years."""

    years: tuple[int, ...] = ()
    off: tuple[Day, ...] = ()
    working: tuple[Day, ...] = ()
    example: bool = False


class Policy(Value, frozen=True, kw_only=True):
    """The hall's figures; every one has a default that real halls use."""

    reserve_s: float = 10.0  # after this a reserved ticket is callable although its print is unknown
    reprint_s: float = 60.0  # the kiosk may reprint this long without staff
    undo_s: float = 8.0  # a wrong press may be taken back this long
    calls_before_no_show: int = 3  # how often a ticket must have been called before 过号 is allowed
    announce_repeats: int = 2
    announce_valid_s: float = 25.0
    pin_failures: int = 5
    pin_lock_minutes: float = 15.0
    number_digits: int = 3


class Hall(Value, frozen=True, kw_only=True, dict=True):
    """A whole hall as its files tell it: checked, complete, unchanging while the hub runs."""

    id: str
    name: str
    departments: tuple[Department, ...]
    matters: tuple[Matter, ...]
    zones: tuple[Zone, ...]
    windows: tuple[Window, ...]
    clerks: tuple[Clerk, ...]
    posts: tuple[Post, ...]
    stations: tuple[Station, ...]
    hours: Hours = Hours()
    holidays: Holidays = Holidays()
    policy: Policy = Policy()
    utc_offset: str = "+08:00"
    follow_url: str = ""
    complaint_phone: str = ""

    @cached_property
    def by_matter(self) -> dict[MatterId, Matter]:
        return {m.id: m for m in self.matters}

    @cached_property
    def by_window(self) -> dict[WindowNo, Window]:
        return {w.number: w for w in self.windows}

    @cached_property
    def windows_serving(self) -> dict[MatterId, tuple[WindowNo, ...]]:
        """By matter, in order of number."""
        found: dict[MatterId, list[WindowNo]] = {}
        for window in sorted(self.windows, key=lambda w: w.number):
            for matter in window.serves:
                found.setdefault(matter, []).append(window.number)
        return {matter: tuple(numbers) for matter, numbers in found.items()}

    @cached_property
    def by_badge(self) -> dict[Badge, Clerk]:
        return {c.badge: c for c in self.clerks}

    @cached_property
    def by_station(self) -> dict[StationId, Station]:
        return {s.id: s for s in self.stations}

    @cached_property
    def by_department(self) -> dict[str, Department]:
        return {d.id: d for d in self.departments}

    @cached_property
    def by_zone(self) -> dict[ZoneId, Zone]:
        return {z.id: z for z in self.zones}


# --- what a day holds ---------------------------------------------------------------------------------------------


class TicketState(StrEnum):
    """Where a ticket stands; the moves are in hall.lifecycle."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    SERVED = "served"
    NO_SHOW = "no_show"
    LEFT = "left"
    VOID = "void"


class Printing(StrEnum):
    """Where a ticket's paper stands."""

    RESERVED = "reserved"
    ON_PAPER = "on_paper"
    UNKNOWN = "unknown"
    VOID = "void"


class ServiceState(StrEnum):
    """Where a service (办理) stands."""

    CALLED = "called"
    SERVING = "serving"
    FINISHED = "finished"
    MISSED = "missed"
    TRANSFERRED = "transferred"
    UNDONE = "undone"


class DeskState(StrEnum):
    """What a window is doing."""

    CLOSED = "closed"
    PAUSED = "paused"
    FREE = "free"
    CALLING = "calling"
    SERVING = "serving"


class DeskAct(StrEnum):
    """A press at a window that may be taken back for some seconds."""

    CALL = "call"
    START = "start"
    FINISH = "finish"
    MISS = "miss"


class Disposition(StrEnum):
    """How a service ended (wording.md, caller)."""

    ACCEPTED = "accepted"  # 已受理
    DONE = "done"  # 处理完毕
    COLLECTED = "collected"  # 领照
    ADVISED = "advised"  # 咨询
    WRONG_MATTER = "wrong_matter"  # 取错事项
    DAY_CLOSED = "day_closed"  # the hall closed while it lasted


class MissReason(StrEnum):
    """Why a called ticket is passed over."""

    ABSENT = "absent"
    LEFT_EARLY = "left_early"
    NOT_READY = "not_ready"


class VoidReason(StrEnum):
    """Why a number was never used."""

    WITHDRAWN = "withdrawn"  # nobody was left to take it
    NOT_PRINTED = "not_printed"  # the printer failed before anything came out


class Ticket(Struct, frozen=True, kw_only=True):
    """号票: one place in a series of a day. `place` orders the waiting; a transfer keeps it."""

    id: TicketId
    day: Day
    series: str
    number: int
    label: str
    matter: MatterId
    station: StationId
    state: TicketState
    printing: Printing
    place: int
    issued_at: Instant
    for_window: WindowNo | None = None  # waits for this window alone
    window: WindowNo | None = None  # in hand, or last in hand, at this window
    services: int = 0
    calls: int = 0
    reprints: int = 0
    ended_at: Instant | None = None
    reason: str = ""


class Service(Struct, frozen=True, kw_only=True):
    """办理: ticket, matter, window, clerk and interval; what ratings and notices belong to."""

    id: ServiceId
    ticket: TicketId
    day: Day
    matter: MatterId
    window: WindowNo
    clerk: Badge
    letter: PostLetter
    state: ServiceState
    called_at: Instant
    calls: int = 1
    started_at: Instant | None = None
    ended_at: Instant | None = None
    disposition: Disposition | None = None
    reason: str = ""


class Desk(Struct, frozen=True, kw_only=True):
    """What a window is doing now, who sits there and which service is in hand."""

    window: WindowNo
    state: DeskState = DeskState.CLOSED
    clerk: Badge | None = None
    letter: PostLetter | None = None
    service: ServiceId | None = None
    ticket: TicketId | None = None
    since: Instant = 0
    act: DeskAct | None = None  # the last press that may still be taken back
    act_at: Instant = 0
    act_request: RequestId = ""
    act_service: ServiceId | None = None
    rate: ServiceId | None = None  # the service that the applicant may rate now


class Block(Struct, frozen=True, kw_only=True):
    """A run of numbers of a series that one issuer holds; the hub holds its own, a kiosk may lease one."""

    day: Day
    series: str
    first: int
    last: int
    holder: StationId
    used: int = 0  # numbers given out, counted from `first`


class Lockout(Struct, frozen=True, kw_only=True):
    """Failed sign-ins of a badge, and until when it is locked."""

    badge: Badge
    failures: int = 0
    until: Instant = 0


class AlertKind(StrEnum):
    """What staff are told about; the words are in the wording files."""

    REQUEST_CRASHED = "request_crashed"
    BAD_MESSAGE = "bad_message"
    CLOCK_BEHIND = "clock_behind"
    CANNOT_WRITE = "cannot_write"
    BADGE_LOCKED = "badge_locked"
    PRINT_UNKNOWN = "print_unknown"
    DEVICE = "device"
    NO_HOLIDAYS = "no_holidays"
    STAFF_CALL = "staff_call"  # the quiet key at a window
    INTRUDER = "intruder"  # somebody knocks at the broker who has no business here


class Alert(Struct, frozen=True, kw_only=True):
    """A trouble with a start and, once over, an end."""

    id: str
    kind: AlertKind
    subject: str
    detail: str
    started_at: Instant
    ended_at: Instant | None = None


class Rating(Struct, frozen=True, kw_only=True):
    """满意度评价 of one service, once: level 1 to 5 (5 非常满意), 0 for 未评价; `reasons` are the platform's codes."""

    service: ServiceId
    day: Day
    window: WindowNo
    clerk: Badge
    level: int
    reasons: str  # codes joined by commas
    version: str  # of the reasons' list
    words: str  # salted digest of the own words; empty if there are none
    at: Instant


class Emergency(Struct, frozen=True, kw_only=True):
    """An emergency text of a zone; empty once it is over."""

    zone: ZoneId
    text: str
    since: Instant
