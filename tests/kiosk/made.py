"""Halls and kiosk states that the kiosk's tests share."""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from hall.happened import Answered, HubChanged, Told, Unanswered
from hall.messages import (
    Catalogue,
    CheckIn,
    Issued,
    ListedDepartment,
    ListedMatter,
    ListedPriority,
    ListedWindow,
    ListedZone,
    OpenState,
    Refusal,
    Refused,
    TakeTicket,
)
from hall.model import Instant, Printing
from hall.station.settings import words
from hall.wording import Words
from kiosk.flow import step
from kiosk.values import Kiosk, Tapped
from slips.values import PrintEnded, PrinterSeen, PrinterStands

NINE: Instant = 1_795_395_660_000  # 2026-11-23 09:01 in +08:00, a Monday
LANGUAGES = ("zh", "en")


@cache
def kiosk_words(room: str = "kiosk") -> dict[str, Words]:
    """The shipped words of a room by language."""
    return {language: words(room, language) for language in LANGUAGES}


def catalogue(departments: int = 4, matters: int = 6, **changes: object) -> Catalogue:
    """A hall with so many departments and matters in each, three windows in two zones."""
    names = ("社会保障", "民政", "卫生健康", "综合代办", "自然资源", "市场监管", "税务", "公安")
    english = ("Social security", "Civil affairs", "Health", "Delegated matters")
    whats = (
        "城乡居民基本养老保险参保登记",
        "社会保障卡申领",
        "困难残疾人生活补贴和重度残疾人护理补贴申请",
        "临时救助申请",
    )
    made = Catalogue(
        rev=1,
        hall="village",
        name="示例村为民服务代办点",
        utc_offset="+08:00",
        departments=tuple(
            ListedDepartment(id=f"d{i}", name=names[i % 8], english=english[i % 4]) for i in range(departments)
        ),
        matters=tuple(
            ListedMatter(
                id=f"m{i}-{k}",
                name=f"{whats[k % 4]}{'' if k < 4 else k}",
                department=f"d{i}",
                windows=(3, 4) if k % 2 else (1,),
                english="Basic pension insurance: enrolment" if k % 4 == 0 else "Social security card",
            )
            for i in range(departments)
            for k in range(matters)
        ),
        zones=(ListedZone(id="a", name="A区", english="Area A"), ListedZone(id="b", name="B区", english="Area B")),
        windows=(
            ListedWindow(number=1, zone="b"),
            ListedWindow(number=3, zone="a"),
            ListedWindow(number=4, zone="a"),
        ),
        clerks=(),
        complaint_phone="0915-000 0000",
    )
    return replace(made, **changes)


CLASSES = (
    ListedPriority(
        id="elder", name="老年人、残疾人", english="Elderly and disabled", basis="示例：本地绿色通道办法", at_kiosk=True
    ),
    ListedPriority(id="soldier", name="军人", english="Soldiers", basis="示例：本地军人依法优先办法", at_kiosk=True),
    ListedPriority(id="booked", name="预约", english="Booked", basis="示例：本中心预约办法"),
)


def generous(departments: int = 4, matters: int = 6, **changes: object) -> Catalogue:
    """A hall that gives classes at the kiosk, takes bookings, and several matters on a ticket."""
    more = {"priorities": CLASSES, "bookings": True, "matters_at_kiosk": 5, **changes}
    return catalogue(departments, matters, **more)


def issued(label: str = "A017", **changes: object) -> Issued:
    """An answer to `TakeTicket`."""
    made = Issued(
        ticket=f"2026-11-23/{label}",
        label=label,
        matter="m0-1",
        issued_at=NINE,
        ahead=3,
        windows=(3, 4),
        wait_minutes=14.2,
    )
    return replace(made, **changes)


def ready(hall: Catalogue | None = None, **changes: object) -> Kiosk:
    """A kiosk that shows its first page at mono 0."""
    state = Kiosk(languages=LANGUAGES, **changes)  # type: ignore[arg-type]
    for event in (
        HubChanged(here=True),
        Told(hall or catalogue()),
        Told(OpenState(rev=1, day="2026-11-23", taking=True)),
        PrinterSeen(PrinterStands.READY),
    ):
        state, effects = step(state, event, 0.0)
        assert effects == ()
    return state


def after(state: Kiosk, *events: object, mono: float = 1.0) -> Kiosk:
    """The state after the events, whatever the effects."""
    for event in events:
        state, _ = step(state, event, mono)  # type: ignore[arg-type]
    return state


TO_CONFIRM = (Tapped("department:d0"), Tapped("matter:m0-1"))
ASK = (*TO_CONFIRM, Tapped("yes"))
ISSUED = (*ASK, Answered(TakeTicket(matter="m0-1"), issued()))


TO_BOOKING = (Tapped("booking"), *(Tapped(f"type:{key}") for key in "K7Q2MA9X"))


def added(*matters: str) -> tuple[Tapped, ...]:
    """More matters, each by “one more”, from the confirm page on."""
    return tuple(Tapped(tap) for m in matters for tap in ("add", f"department:d{m[1]}", f"matter:{m}"))


def every_page(per_leaf: int = 8) -> dict[str, Kiosk]:
    """States that between them show every page, by a name for the picture."""
    on_paper = PrintEnded(issued().ticket, Printing.ON_PAPER)
    unknown = PrintEnded(issued().ticket, Printing.UNKNOWN, "no_answer")
    void = PrintEnded(issued().ticket, Printing.VOID, "paper_out")
    refused = Refused(code=Refusal.SERIES_FULL, until=NINE + 86_400_000)
    closed = OpenState(rev=2, day="2026-11-23", taking=False, reason="lunch", reopens_at=NINE + 4 * 3_600_000 - 60_000)
    day_off = OpenState(rev=2, day="2026-11-23", taking=False, reason="day_off", reopens_at=NINE + 86_400_000)
    large = ready(catalogue(20, 13), per_leaf=per_leaf)
    asked = after(ready(per_leaf=per_leaf), *ASK)
    free = ready(generous(), per_leaf=per_leaf)
    checking_in = after(free, *TO_BOOKING, Tapped("enter"))

    def turned_away(code: Refusal, detail: str = "", until: Instant | None = None) -> Kiosk:
        return after(checking_in, Answered(CheckIn(code="K7Q2MA9X"), Refused(code=code, detail=detail, until=until)))

    return {
        "starting": Kiosk(languages=LANGUAGES),
        "departments": ready(per_leaf=per_leaf),
        "departments-20": large,
        "departments-20-2": after(large, Tapped("more")),
        "departments-reprint": after(ready(per_leaf=per_leaf), *ISSUED, on_paper, Tapped("home")),
        "matters": after(ready(per_leaf=per_leaf), Tapped("department:d0")),
        "matters-13-2": after(large, Tapped("department:d0"), Tapped("more")),
        "matters-only": ready(catalogue(1, 3), per_leaf=per_leaf),
        "confirm": after(ready(per_leaf=per_leaf), *TO_CONFIRM),
        "confirm-long": after(ready(per_leaf=per_leaf), Tapped("department:d0"), Tapped("matter:m0-2")),
        "departments-booking": free,
        "departments-booking-20": ready(generous(20, 13), per_leaf=per_leaf),
        "departments-booking-reprint": after(
            ready(generous(20, 2), per_leaf=per_leaf), *ISSUED, on_paper, Tapped("home")
        ),
        "matters-only-booking": ready(generous(1, 13), per_leaf=per_leaf),
        "departments-further": after(free, *TO_CONFIRM, Tapped("add")),
        "matters-further": after(free, *TO_CONFIRM, Tapped("add"), Tapped("department:d0")),
        "confirm-all": after(free, *TO_CONFIRM),
        "confirm-more": after(ready(catalogue(matters_at_kiosk=2), per_leaf=per_leaf), *TO_CONFIRM),
        "confirm-class": after(free, *TO_CONFIRM, Tapped("classes"), Tapped("class:elder")),
        "confirm-2": after(free, *TO_CONFIRM, *added("m1-0")),
        "confirm-5": after(
            free, *TO_CONFIRM, *added("m0-2", "m2-2", "m1-3", "m3-0"), Tapped("classes"), Tapped("class:soldier")
        ),
        "priority": after(free, *TO_CONFIRM, Tapped("classes")),
        "priority-class": after(free, *TO_CONFIRM, Tapped("classes"), Tapped("class:soldier"), Tapped("classes")),
        "booking": after(free, Tapped("booking")),
        "booking-typed": after(free, *TO_BOOKING),
        "booking-longest": after(free, Tapped("booking"), *[Tapped("type:W")] * 40),
        "refused-unknown-booking": turned_away(Refusal.UNKNOWN_BOOKING),
        "refused-too-early": turned_away(Refusal.TOO_EARLY, until=NINE + 3_600_000),
        "refused-too-late": turned_away(Refusal.TOO_LATE),
        "refused-booked-already": turned_away(Refusal.BOOKED_ALREADY, "A017"),
        "asking": asked,
        "printing": after(ready(per_leaf=per_leaf), *ISSUED),
        "take": after(ready(per_leaf=per_leaf), *ISSUED, on_paper),
        "see_staff": after(ready(per_leaf=per_leaf), *ISSUED, unknown, PrinterSeen(PrinterStands.SILENT)),
        "see_staff-reprint": after(ready(per_leaf=per_leaf), *ISSUED, unknown),
        "voided": after(ready(per_leaf=per_leaf), *ISSUED, void),
        "refused": after(asked, Answered(TakeTicket(matter="m0-1"), refused)),
        "paper_out": after(ready(per_leaf=per_leaf), PrinterSeen(PrinterStands.PAPER_OUT)),
        "cover_open": after(ready(per_leaf=per_leaf), PrinterSeen(PrinterStands.COVER_OPEN)),
        "printer_fault": after(ready(per_leaf=per_leaf), PrinterSeen(PrinterStands.FAULT)),
        "printer_silent": after(ready(per_leaf=per_leaf), PrinterSeen(PrinterStands.SILENT)),
        "hub_away": after(ready(per_leaf=per_leaf), HubChanged(here=False)),
        "hub_away-doubt": after(asked, Unanswered(TakeTicket(matter="m0-1"), settled=False)),
        "closed-lunch": after(ready(per_leaf=per_leaf), Told(closed)),
        "closed-day-off": after(ready(per_leaf=per_leaf), Told(day_off)),
    }


def in_language(state: Kiosk, language: str) -> Kiosk:
    """The same page in another language."""
    return after(state, Tapped(f"language:{language}"), mono=state.since)
