"""A small hall as stations are told of it, and states of its window 3."""

from __future__ import annotations

from caller.flow import fresh, step
from caller.values import Settings, State
from hall.happened import HubChanged, Told
from hall.hours import instant_of
from hall.messages import (
    Card,
    Catalogue,
    InHand,
    ListedDepartment,
    ListedMatter,
    ListedWindow,
    ListedZone,
    WindowState,
)
from hall.model import DeskAct, DeskState, PostLetter, ServiceState, TicketState

DAY = "2026-11-23"
NOW = instant_of("+08:00", DAY, "10:20")
CHEAP = (1 << 10, 8, 1)  # of scrypt, so that tests need not wait for the real cost
SALT = "scrypt$1024$8$1$" + "5a" * 16
WINDOW = 3

_NAMES = (
    ("social", "人力资源和社会保障局", "Human Resources", ("社会保险登记", "社会保险关系转移接续", "失业保险金申领")),
    ("tax", "税务局", "Tax Bureau", ("发票领用", "个体工商户税务登记")),
    (
        "civil",
        "民政局",
        "Civil Affairs",
        (
            *("高龄津贴申请", "临时救助申请", "最低生活保障申请", "特困供养申请", "残疾人两项补贴申请"),
            *("婚姻登记档案查询", "社会团体成立登记", "养老机构备案", "地名命名审核", "殡葬惠民补助"),
            "慈善组织认定",
        ),
    ),
)


def catalogue(rev: int = 1) -> Catalogue:
    """Three departments, 16 matters, four windows, two clerks at window 3."""
    matters = tuple(
        ListedMatter(id=f"{key}-{n}", name=name, department=key, windows=(1, WINDOW), english=f"{english} {n}")
        for key, _, english, names in _NAMES
        for n, name in enumerate(names, start=1)
    )
    return Catalogue(
        rev=rev,
        hall="shishu",
        name="石墅镇为民服务中心",
        utc_offset="+08:00",
        departments=tuple(ListedDepartment(id=i, name=n, english=e) for i, n, e, _ in _NAMES),
        matters=matters,
        zones=(ListedZone(id="a", name="A区"),),
        windows=tuple(
            ListedWindow(number=n, zone="a", name=name) for n, name in ((1, ""), (2, "税务"), (3, "社保综合"), (4, ""))
        ),
        no_show_calls=1,
        clerks=(
            Card(badge="101", name="王小丽", title="科员", pin_salt=SALT),
            Card(badge="1024", name="欧阳建国", pin_salt=SALT),
        ),
    )


def window(state: DeskState, rev: int = 10, **more: object) -> WindowState:
    """Window 3 in a state, with what belongs to it."""
    values: dict[str, object] = {"waiting": 4}
    if state is not DeskState.CLOSED:
        values |= {"clerk": "101", "letter": PostLetter.A}
    if state is DeskState.CALLING:
        values |= {"in_hand": in_hand(), "undo": DeskAct.CALL, "undo_until": NOW + 5_000}
    if state is DeskState.SERVING:
        values |= {"in_hand": in_hand(started=True), "undo": DeskAct.START, "undo_until": NOW + 2_000}
    return WindowState(rev=rev, window=WINDOW, zone="a", state=state, **(values | more))  # type: ignore[arg-type]


def in_hand(started: bool = False, label: str = "A017", **more: object) -> InHand:
    """A ticket called 35 s ago."""
    values: dict[str, object] = {
        "ticket": f"{DAY}/{label}",
        "label": label,
        "matter": "social-2",
        "state": TicketState.SERVING if started else TicketState.CALLED,
        "service": ServiceState.SERVING if started else ServiceState.CALLED,
        "calls": 1,
        "called_at": NOW - 35_000,
        "started_at": NOW - 12_000 if started else None,
    }
    return InHand(**(values | more))  # type: ignore[arg-type]


def at(state: DeskState, settings: Settings | None = None, rev: int = 10, **more: object) -> State:
    """The flow's state once the hub was heard and has told the window and the catalogue."""
    flow = fresh(settings or Settings(window=WINDOW))
    for event in (HubChanged(True), Told(catalogue()), Told(window(state, rev, **more))):
        flow, _ = step(flow, event, NOW, 0.0)
    return flow
