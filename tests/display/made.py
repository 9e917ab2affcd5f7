"""A county hall of three zones as a display is told of it, and screens in every situation."""

from __future__ import annotations

from display.flow import fresh, step
from display.values import Case, CaseStage, Published, Settings, State
from hall.happened import HubChanged, Told
from hall.hours import instant_of
from hall.messages import (
    BoardRow,
    BoardState,
    Caption,
    Card,
    Catalogue,
    EmergencyState,
    InHand,
    ListedDepartment,
    ListedMatter,
    ListedWindow,
    ListedZone,
    OpenState,
    WindowState,
)
from hall.model import DeskState, Instant, PostLetter, ServiceState, TicketState

DAY = "2026-11-23"
NOW = instant_of("+08:00", DAY, "10:20")
PHONE = "0915-3212345"
NOTICES = (
    "请携带身份证原件，老年人、残疾人、军人可到导办台申请绿色通道。",
    "本厅每周一至周五对外办公，周三下午集中学习照常办件。",
)
CALLED, SERVING = TicketState.CALLED, TicketState.SERVING
_DEPARTMENTS = (
    ("social", "人力资源和社会保障局", "Human Resources and Social Security"),
    ("tax", "税务局", "Tax Bureau"),
    ("civil", "民政局", "Civil Affairs"),
    ("market", "市场监督管理局", "Market Supervision"),
    ("land", "自然资源局（不动产登记中心）", "Natural Resources"),
    ("police", "公安局", "Public Security"),
    ("health", "卫生健康局", "Health"),
    ("transport", "交通运输局", "Transport"),
    ("housing", "住房和城乡建设局", "Housing"),
    ("farm", "农业农村和水利局", "Agriculture and Water"),
    ("fund", "住房公积金管理中心", "Housing Fund"),
    ("medical", "医疗保障局", "Medical Insurance"),
)


def catalogue(zones: int = 3) -> Catalogue:
    """Three zones A, B, C; windows 1–6, 7–11, 12–16; a department's matters stay inside one zone, but for “tax”."""
    names = tuple((key, f"{key.upper()}区", f"Zone {key.upper()}") for key in "abc"[:zones])
    matters = tuple(
        ListedMatter(id=f"{key}-1", name=f"{name}事项", department=key, windows=_windows_of(i))
        for i, (key, name, _) in enumerate(_DEPARTMENTS)
    )
    return Catalogue(
        rev=1,
        hall="shishu",
        name="石墅县政务服务中心",
        utc_offset="+08:00",
        departments=tuple(ListedDepartment(id=i, name=n, english=e) for i, n, e in _DEPARTMENTS),
        matters=matters,
        zones=tuple(ListedZone(id=i, name=n, english=e) for i, n, e in names),
        windows=tuple(
            ListedWindow(number=n, zone=zone_of(n), name="综合受理" if n in (1, 3) else "") for n in range(1, 17)
        ),
        clerks=(Card(badge="101", name="王小丽", title="科员", photo="101.png"), Card(badge="1024", name="欧阳建国")),
        complaint_phone=PHONE,
    )


def _windows_of(department: int) -> tuple[int, ...]:
    if department == 1:
        return (5, 8)  # tax: in zones A and B
    zone = department % 3
    return ((1, 2), (9, 10), (13, 14))[zone]


def zone_of(window: int) -> str:
    return "a" if window <= 6 else "b" if window <= 11 else "c"


def row(
    label: str, window: int, ago_s: float = 60, state: TicketState = CALLED, calls: int = 1, now: Instant = NOW
) -> BoardRow:
    return BoardRow(label=label, window=window, called_at=now - round(ago_s * 1000), state=state, calls=calls)


def board(zone: str, *rows: BoardRow, rev: int = 10, **more: object) -> BoardState:
    return BoardState(rev=rev, zone=zone, rows=rows, **more)  # type: ignore[arg-type]


ROWS_A = (row("A017", 3, 4), row("A016", 1, 70), row("B009", 2, 200, SERVING), row("A012", 6, 420, SERVING))
ROWS_B = (row("C021", 8, 35), row("C020", 10, 90), row("D003", 7, 300, SERVING))
ROWS_C = (row("E108", 14, 50), row("F007", 12, 500, SERVING), row("E101", 16, 640, SERVING))


def boards() -> tuple[BoardState, ...]:
    return (
        board("a", *ROWS_A, waiting={"social": 12, "market": 3, "tax": 5}, paused=(5,), open=(1, 2, 3, 4, 6)),
        board("b", *ROWS_B, waiting={"tax": 5, "land": 26, "health": 4, "farm": 1}, open=(7, 8, 9, 10)),
        board("c", *ROWS_C, waiting={"civil": 7, "police": 18, "housing": 2}, paused=(13, 15), open=(12, 14, 16)),
    )


def in_hand(label: str = "A017", started: bool = False, ago_s: float = 4, calls: int = 1) -> InHand:
    return InHand(
        ticket=f"{DAY}/{label}",
        label=label,
        matter="social-1",
        state=SERVING if started else CALLED,
        service=ServiceState.SERVING if started else ServiceState.CALLED,
        calls=calls,
        called_at=NOW - round(ago_s * 1000),
    )


def window(state: DeskState, number: int = 3, badge: str = "101", **more: object) -> WindowState:
    values: dict[str, object] = {"rev": 10}
    if state is not DeskState.CLOSED:
        values |= {"clerk": badge, "letter": PostLetter.A}
    if state in (DeskState.CALLING, DeskState.SERVING):
        values["in_hand"] = in_hand(started=state is DeskState.SERVING)
    return WindowState(window=number, zone=zone_of(number), state=state, **(values | more))  # type: ignore[arg-type]


def emergency(zone: str, text: str = "发生火情，请立即从最近的安全出口有序撤离！") -> EmergencyState:
    return EmergencyState(rev=11, zone=zone, text=text, since=NOW - 30_000)


def caption(zone: str, text: str = "请A017号到3号窗口办理业务") -> Caption:
    return Caption(say="x~1", zone=zone, text=text, language="zh", at=NOW)


def opening(taking: bool = True, reason: str = "", reopens: str = "") -> OpenState:
    at = instant_of("+08:00", DAY, reopens) if reopens else None
    return OpenState(rev=5, day=DAY, taking=taking, reason=reason, reopens_at=at)


CASES = (
    Case(applicant="王强", matter="城乡居民基本养老保险参保登记", stage=CaseStage.DONE),
    Case(applicant="李小梅", matter="个体工商户设立登记", stage=CaseStage.IN_HAND),
    Case(applicant="欧阳建国", matter="不动产转移登记（联系电话13812345678）", stage=CaseStage.TO_COLLECT),
    Case(applicant="赵一鸣", matter="高龄津贴申请", stage=CaseStage.RECEIVED),
    Case(applicant="孙丽", matter="医师执业注册", stage=CaseStage.DONE),
    Case(applicant="周建华", matter="道路运输从业资格证换发", stage=CaseStage.DONE),
)


def told(settings: Settings, *messages: object, here: bool | None = True, now: Instant | None = NOW) -> State:
    """The flow's state after the messages, at monotonic second 0."""
    state = fresh(settings)
    for event in [*([HubChanged(here)] if here is not None else []), *(wrapped(m) for m in messages)]:
        state, _ = step(state, event, now, 0.0)
    return state


def wrapped(message: object) -> object:
    """A message as a flow hears it; events pass."""
    return message if isinstance(message, Published | HubChanged) else Told(message)  # type: ignore[arg-type]
