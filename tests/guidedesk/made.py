"""States of the guide desk that its tests share: every page as the flow makes it."""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from guidedesk.flow import Event, step
from guidedesk.frame import View
from guidedesk.moves import Effect
from guidedesk.role import emergency_texts
from guidedesk.values import GuideDesk, Tapped
from hall.happened import Answered, HubChanged, Told, Unanswered
from hall.messages import (
    AlertState,
    Body,
    Card,
    Catalogue,
    CheckIn,
    EmergencyState,
    EndAlert,
    Find,
    Found,
    ListedPost,
    ListedPriority,
    Noted,
    OpenState,
    Refusal,
    Refused,
    SetWindow,
    TakeTicket,
    WindowState,
)
from hall.model import AlertKind, DeskState, PostLetter, Printing, TicketState
from hall.station.settings import words
from hall.wording import Words
from slips.values import PrintEnded, PrinterSeen, PrinterStands
from tests.kiosk.made import NINE, catalogue, issued

LANGUAGES = ("zh", "en")
SIZES = ((1280, 800), (1920, 1080), (1024, 768))

desk_words = cache(words)


def texts(language: str = "zh") -> tuple[str, ...]:
    own: Words = desk_words("guidedesk", language)
    return emergency_texts(own, ())


def ready(*, printer: bool = True, hall: Catalogue | None = None, **changes: object) -> GuideDesk:
    """A desk that shows its first page at mono 0."""
    stands = PrinterStands.CHECKING if printer else None
    state = GuideDesk(texts=texts(), printer=stands)
    opening = OpenState(rev=1, day="2026-11-23", taking=True)
    happened: list[Event] = [HubChanged(here=True), Told(hall or catalogue()), Told(opening)]
    if printer:
        happened.append(PrinterSeen(PrinterStands.READY))
    for event in happened:
        state, effects = step(state, event, 0.0)
        assert effects == ()
    return replace(state, **changes)


def after(state: GuideDesk, *events: object, mono: float = 1.0) -> GuideDesk:
    """The state after the events, whatever the effects."""
    return done(state, *events, mono=mono)[0]


def done(state: GuideDesk, *events: object, mono: float = 1.0) -> tuple[GuideDesk, list[Effect]]:
    """The state after the events, and all effects; a text is a press."""
    effects: list[Effect] = []
    for event in events:
        press = Tapped(event) if isinstance(event, str) else event
        state, more = step(state, press, mono)  # type: ignore[arg-type]
        effects += more
    return state, effects


def given(state: GuideDesk, label: str = "A017") -> GuideDesk:
    """A number has just been given out."""
    asked = after(state, "mode:issue", "department:d0", "matter:m0-1", "yes")
    return after(asked, Answered(TakeTicket(matter="m0-1"), issued(label)))


def found(state: TicketState = TicketState.WAITING, **changes: object) -> Found:
    made = Found(
        ticket="2026-11-23/A017",
        label="A017",
        matter="m0-1",
        state=state,
        printing=Printing.ON_PAPER,
        issued_at=NINE,
        ahead=3 if state is TicketState.WAITING else 0,
        window=None if state is TicketState.WAITING else 3,
    )
    return replace(made, **changes)


def looked_up(state: GuideDesk, what: Found | None = None) -> GuideDesk:
    return after(state, "mode:find", "type:1", "type:7", "enter", Answered(Find(label="17"), what or found()))


def alert(name: str, kind: AlertKind, subject: str, detail: str = "", started_at: int = NINE) -> Told:
    return Told(AlertState(rev=1, id=name, kind=kind, subject=subject, detail=detail, started_at=started_at))


ALERTS = (
    alert("device-kiosk-1-printer", AlertKind.DEVICE, "kiosk-1", "printer: paper_out", NINE + 60_000),
    alert("staff-call-3", AlertKind.STAFF_CALL, "3", started_at=NINE + 1_000),
    alert("print-kiosk-2", AlertKind.PRINT_UNKNOWN, "kiosk-2", "A017", NINE + 2_000),
    alert("locked-102", AlertKind.BADGE_LOCKED, "window 2", "102", NINE + 3_000),
    alert("no-holidays", AlertKind.NO_HOLIDAYS, "2027", "holidays.years", NINE + 4_000),
    alert("request-crashed", AlertKind.REQUEST_CRASHED, "kiosk-1", "take_ticket: KeyError", NINE + 5_000),
)


def emergency(zone: str = "a", text: str = texts()[0]) -> Told:
    return Told(EmergencyState(rev=1, zone=zone, text=text, since=NINE))


CLASSES = (
    ListedPriority(id="elder", name="老年人、残疾人", basis="本地绿色通道办法第三条", english="Elderly and disabled"),
    ListedPriority(id="soldier", name="军人", basis="本地军人依法优先办法", english="Soldiers"),
)
CLERKS = tuple(Card(badge=f"10{n}", name=f"示例{name}") for n, name in enumerate("甲乙丙丁戊己庚辛壬癸子", start=1))


# Window 3 has B posts that end and begin; window 1 has none.
POSTS = tuple(
    ListedPost(window=window, letter=PostLetter(letter), badge=badge, since=since, until=until)
    for window, letter, badge, since, until in (
        (3, "A", "101", "", ""),
        (3, "B", "106", "", "2026-11-24"),
        (3, "B", "107", "2026-11-25", ""),
        (3, "B", "102", "", ""),
        (4, "A", "102", "", ""),
        (4, "B", "108", "", ""),
        (1, "A", "104", "", ""),
    )
)


def a_window(number: int, clerk: str | None = None, state: DeskState = DeskState.FREE) -> Told:
    stands = state if clerk is not None else DeskState.CLOSED
    return Told(WindowState(rev=1, window=number, zone="a", state=stands, clerk=clerk))


def full(language: str = "zh") -> GuideDesk:
    """A desk of a hall with classes and clerks, two of whom sit at windows."""
    hall = catalogue(priorities=CLASSES, clerks=CLERKS, posts=POSTS)
    desk = ready(hall=hall, texts=texts(language))
    return after(desk, a_window(3, "101"), a_window(4, "102", DeskState.SERVING), a_window(1))


def refused(wish: Body, code: Refusal) -> Answered:
    return Answered(wish, Refused(code=code))


def every_page(language: str = "zh") -> dict[str, GuideDesk]:
    """A state for each page and each thing a page may say."""
    desk, bare = ready(texts=texts(language)), ready(printer=False, texts=texts(language))
    number = issued().ticket
    called_out = emergency("a", texts(language)[0]), emergency("b", texts(language)[0])
    planned = after(desk, "mode:emergency", "text:0")
    take = TakeTicket(matter="m0-1")
    return {
        "starting": GuideDesk(texts=texts(language), printer=PrinterStands.CHECKING),
        **_orders(full(language)),
        "departments": desk,
        "departments-many": ready(hall=catalogue(12), texts=texts(language)),
        "closed": after(desk, Told(OpenState(rev=2, day="2026-11-23", taking=False, reopens_at=NINE))),
        "matters": after(desk, "department:d0"),
        "confirm": after(desk, "department:d0", "matter:m0-2"),
        "asking": after(desk, "department:d0", "matter:m0-1", "yes"),
        "refused": after(desk, "department:d0", "matter:m0-1", "yes", refused(take, Refusal.HALL_CLOSED)),
        "printing": given(desk),
        "printed": after(given(desk), PrintEnded(number, Printing.ON_PAPER)),
        "not-printed": after(given(desk, "ABC1017"), PrintEnded("2026-11-23/ABC1017", Printing.VOID, "paper_out")),
        "no-printer": given(bare),
        "written": after(given(bare), "written"),
        "voided": after(given(bare), "void"),
        "find": after(desk, "mode:find"),
        "typed": after(desk, "mode:find", *(f"type:{c}" for c in "ABCDE1234567")),
        "ambiguous": after(
            desk, "mode:find", "type:1", "enter", refused(Find(label="1"), Refusal.AMBIGUOUS)
        ),
        "found": looked_up(desk),
        "found-serving": looked_up(desk, found(TicketState.SERVING, matter="m0-2", printing=Printing.UNKNOWN)),
        "found-bare": looked_up(bare),
        "no-alerts": after(desk, "mode:alerts"),
        "alerts": after(desk, "mode:alerts", *ALERTS),
        "handled": after(
            desk, "mode:alerts", *ALERTS, "handled:staff-call-3", refused(EndAlert(alert="x"), Refusal.LATE)
        ),
        "emergency": after(desk, "mode:emergency"),
        "emergency-running": after(desk, "mode:emergency", *called_out),
        "emergency-many": after(replace(desk, texts=texts(language) * 2), "mode:emergency", *called_out),
        "zones": planned,
        "sure": after(planned, "zone:a"),
        "sure-all": after(planned, "zone:"),
        "sure-end": after(desk, "mode:emergency", *called_out, "end:"),
        "all-banners": after(desk, *ALERTS, *called_out, HubChanged(here=False)),
        "banners-confirm": after(
            desk, *ALERTS, *called_out, "department:d0", "matter:m0-2", HubChanged(here=False)
        ),
        "banners-found": after(looked_up(desk), *ALERTS, *called_out, HubChanged(here=False)),
        "banners-issued": after(given(bare), *ALERTS, *called_out, HubChanged(here=False)),
        "banners-find": after(desk, *ALERTS, *called_out, "mode:find", HubChanged(here=False)),
        "withdrawing": after(
            desk, "department:d0", "matter:m0-1", "yes", Unanswered(take, settled=False)
        ),
        "printer-silent": after(desk, PrinterSeen(PrinterStands.SILENT)),
    }  # fmt: skip


def _orders(desk: GuideDesk) -> dict[str, GuideDesk]:
    """What an order may ask for, check-in, who comes back, and what the manager arranges."""
    confirm = after(desk, "department:d0", "matter:m0-1")
    several = after(confirm, "add", "department:d1", "matter:m1-2", "add", "department:d0", "matter:m0-0")
    ordered = after(several, "classes", "class:elder", "who", "who:@102")
    away = Tapped("away:101")
    at_window = after(desk, "mode:arrange", "window:4", "extras:")
    added = after(at_window, "department:d0", "extra:m0-0", "extra:m0-2")
    asked = after(ordered, "yes")
    wish = TakeTicket(matter="m0-1", priority="elder", further=("m1-2", "m0-0"), for_clerk="102")
    given = issued(priority="elder", further=("m1-2", "m0-0"), windows=(4,))
    joint = found(part=2, parts=("m0-0", "m1-1", "m0-1"), joint="m0-1", further=("m2-0",), priority="soldier")
    clerks = after(replace(desk, now=NINE), "mode:arrange", "leave:")
    return {
        "confirm-full": confirm,
        "classes": after(confirm, "classes"),
        "adding": after(confirm, "add"),
        "adding-matter": after(confirm, "add", "department:d1"),
        "who": after(confirm, "who"),
        "ordered": ordered,
        "ordered-most": after(ordered, *("add", "department:d2", "matter:m2-2") * 2),
        "ordered-issued": after(asked, Answered(wish, given), PrintEnded(given.ticket, Printing.ON_PAPER)),
        "code": after(desk, "mode:check_in"),
        "code-typed": after(desk, "mode:check_in", *(f"type:{c}" for c in "K7Q2MAK7Q2MAK7Q2MAK7Q2MAK7Q2MAK7")),
        "code-refused": after(
            desk, "mode:check_in", "type:K", "enter", refused(CheckIn(code="K"), Refusal.UNKNOWN_BOOKING)
        ),
        "found-kept": looked_up(desk, found(TicketState.KEPT, kept_until=NINE + 900_000)),
        "found-held": looked_up(desk, found(TicketState.HELD)),
        "found-joint": looked_up(desk, joint),
        "arrange": after(desk, "mode:arrange"),
        "window": after(desk, "mode:arrange", "window:4"),
        "clerks": clerks,
        "spans": after(clerks, away),
        "stand-in": after(clerks, away, "span:tomorrow"),
        "stand-in-none": after(clerks, "away:104", "span:two_days"),
        "stand-in-no-post": after(clerks, "away:103", "span:hour"),
        "extra-departments": at_window,
        "extra-matters": added,
        "extra-departments-added": after(added, "back"),
        "window-added": after(added, "back", "back"),
        "arranged": after(
            desk, "mode:arrange", "window:1", "open:60", Answered(SetWindow(number=1, minutes=60.0), Noted())
        ),
    }


def view(state: GuideDesk, size: tuple[int, int] = SIZES[0], language: str = "zh") -> View:
    own: Words = desk_words("guidedesk", language)
    refusals: Words = desk_words("refusals", language)
    return View(state=state, now=NINE, size=size, words=own, refusals=refusals, language=language)
