"""What is configured: departments, matters, windows, people, posts and machines."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from hall.model.ids import Badge, Day, MatterId, PriorityId, StationId, Value, WindowNo, ZoneId
from hall.model.policy import Holidays, Hours, Policy, Priority


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


class Joint(Value, frozen=True, kw_only=True):
    """How a 联办件 is done on one number (seed §(五)3): its host window takes it in; then the `parts` follow in order,
    each a service of its own at a window of that matter; then, if it `returns`, the host ends it."""

    parts: tuple[MatterId, ...]  # 协办环节: a matter of each department that takes part
    host: WindowNo | None = None  # 牵头窗口; None: whichever window of the matter takes it in
    returns: bool = True


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
    approval: bool = False  # 审批: not for 临聘 staff (seed §(十)1)
    joint: Joint | None = None  # 联办; None: done at one window, whatever its case
    agreement: str = ""  # 委托代办: the agreement by which another department delegates it (seed §(三)3)


class Zone(Value, frozen=True, kw_only=True):
    """An area of the hall with its own screens and loudspeakers."""

    id: ZoneId
    name: str
    english: str = ""
    hours: Hours | None = None  # None: the hall's


class Window(Value, frozen=True, kw_only=True):
    """A service window: where it is, which matters it serves, which are delegated to it as a 综合窗口, and where it
    helps out."""

    number: WindowNo
    zone: ZoneId
    serves: tuple[MatterId, ...]
    name: str = ""
    delegated: tuple[MatterId, ...] = ()
    helps: tuple[MatterId, ...] = ()


class Clerk(Value, frozen=True, kw_only=True):
    """窗口人员: the public card (seed §(八)3) and the verifier of the PIN (hall.pin), never the PIN."""

    badge: Badge
    name: str
    pin: str
    title: str = ""
    photo: str = ""
    temporary: bool = False  # 临聘: barred from approval matters


class Post(Value, frozen=True, kw_only=True):
    """Who sits where: a clerk is the A or the B post of a window, from `since` to `until` (both days included)."""

    window: WindowNo
    letter: PostLetter
    badge: Badge
    since: Day = ""
    until: Day = ""


class Role(StrEnum):
    """What a station does."""

    KIOSK = "kiosk"
    CALLER = "caller"
    EVALUATOR = "evaluator"
    DISPLAY = "display"
    BROADCAST = "broadcast"
    BOOKING = "booking"  # 预约: the adapter of the online booking
    DESK = "desk"  # 导办台: issues, reprints, looks up; may call out an emergency


class Station(Value, frozen=True, kw_only=True):
    """A machine's identity at the broker, and the windows it may speak for."""

    id: StationId
    roles: tuple[Role, ...]
    windows: tuple[WindowNo, ...] = ()
    zone: ZoneId | None = None


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
        """By matter, in order of number: those that serve it as their own or as delegated to them."""
        found: dict[MatterId, list[WindowNo]] = {}
        for window in sorted(self.windows, key=lambda w: w.number):
            for matter in dict.fromkeys((*window.serves, *window.delegated)):
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
    def by_priority(self) -> dict[PriorityId, Priority]:
        return {p.id: p for p in self.policy.priorities}

    @cached_property
    def by_zone(self) -> dict[ZoneId, Zone]:
        return {z.id: z for z in self.zones}
