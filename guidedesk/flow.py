"""What the guide desk does next: `step(state, event, mono) -> (state, effects)`, pure.

    departments → matters → confirm → issued ─ printed
                              ↕              ↘ no slip: written by hand, or void
       class, more matters, window or clerk    code → issued
    find → found → reprint → issued            find → found → comes back
    arrange → window → opened, closed          arrange → clerk → span → stand-in → leave
              ↕
       departments, more matters while it is open
    alerts: handled
    emergency → zones → sure → called out      emergency → sure → ended

At most one wish is in flight. Every number given out here is reported once: on paper (printed, or written down by
staff), void, or unknown when staff go on without having said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from guidedesk.arranging import at_arrange
from guidedesk.choices import chosen, departments, leaves, rows
from guidedesk.moves import Effect, Stepped, asked, cleared, said, turned
from guidedesk.ordering import at_code, at_issue
from guidedesk.values import (
    ARRANGING,
    FIRST_PAGE,
    MAX_TYPED,
    GuideDesk,
    Intend,
    Job,
    Mode,
    PageName,
    Plan,
    Print,
    Report,
    Stage,
    Tapped,
    in_order,
)
from hall.happened import Answered, Common, HubChanged, Told, Unanswered
from hall.messages import (
    AlertState,
    Catalogue,
    ComeBack,
    EmergencyState,
    EndAlert,
    Find,
    Found,
    Issued,
    OpenState,
    Printed,
    Refused,
    Reprint,
    SetEmergency,
    SetWindow,
    TakeLeave,
    WindowState,
)
from hall.model import Instant, Printing
from hall.said import REFUSALS, Said, Tone
from slips.values import PrintEnded, PrinterSeen

SURE_S = 30.0  # a question about an emergency that nobody answers is withdrawn
IDLE_S = 180.0
SAID_S = 12.0
PRINT_LIMIT_S = 120.0  # the driver has limits of its own; this one is for a driver that died

Event: TypeAlias = Common | Tapped | PrinterSeen | PrintEnded

_LASTS_S = {
    PageName.SURE: SURE_S,
    **dict.fromkeys((PageName.MATTERS, PageName.CONFIRM, PageName.CLASSES, PageName.WHO), IDLE_S),
    **dict.fromkeys((PageName.CODE, PageName.FOUND, PageName.ZONES), IDLE_S),
    **dict.fromkeys((PageName.WINDOW, PageName.CLERKS, PageName.SPANS, PageName.STAND_IN), IDLE_S),
}
_HOME = {
    PageName.SURE: Mode.EMERGENCY,
    PageName.ZONES: Mode.EMERGENCY,
    PageName.FOUND: Mode.FIND,
    **dict.fromkeys((PageName.WINDOW, PageName.CLERKS, PageName.SPANS, PageName.STAND_IN), Mode.ARRANGE),
}


def step(state: GuideDesk, event: Event, mono: float, now: Instant | None = None) -> Stepped:
    """The state after an event, and what is to be done. `now`: hub time, where it is known."""
    state = replace(state, now=now if now is not None else state.now)
    effects: tuple[Effect, ...] = ()
    match event:
        case Tapped(button):
            state, effects = _tapped(replace(state, since=mono), button, mono)
        case Answered():
            state, effects = _answered(state, event, mono)
        case Unanswered(settled=settled):
            state = _unanswered(state, settled, mono)
        case PrintEnded():
            state, effects = _print_ended(state, event, mono)
        case PrinterSeen(stands):
            state = replace(state, printer=stands)
        case HubChanged(here=here):
            state = replace(state, hub_here=here)
        case Told(message):
            state = _told(state, message)
        case _:
            pass
    state, more = _in_time(state, mono)
    return _placed(state, mono), (*effects, *more)


# --- what staff press ---------------------------------------------------------------------------------


def _tapped(state: GuideDesk, button: str, mono: float) -> Stepped:
    kind, _, subject = button.partition(":")
    if state.page is PageName.STARTING:
        return state, ()
    if kind == "mode" and subject in set(Mode):
        return _opened(state, Mode(subject), mono)
    if kind in ("more", "less"):
        leaf = state.leaf + (1 if kind == "more" else -1)
        return replace(state, leaf=min(max(0, leaf), leaves(state) - 1)), ()
    press = _PRESSES.get(state.page)
    return press(state, kind, subject, mono) if press is not None else (state, ())


def _at_issued(state: GuideDesk, kind: str, _subject: str, mono: float) -> Stepped:
    job = state.job
    if job is None or kind == "next":
        return _opened(state, Mode.ISSUE, mono)
    if job.stage is not Stage.TO_WRITE:
        if kind == "reprint" and job.stage in (Stage.ON_PAPER, Stage.WRITTEN, Stage.NO_SECOND) and state.prints:
            return asked(state, Reprint(ticket=job.issued.ticket), mono)
        return state, ()
    if kind == "written":
        return _settled(state, Stage.WRITTEN, Printing.ON_PAPER, "by_hand")
    if kind == "void":
        return _settled(state, Stage.VOIDED, Printing.VOID, "by_staff")
    return state, ()


def _at_find(state: GuideDesk, kind: str, subject: str, mono: float) -> Stepped:
    if kind == "back":
        return replace(turned(state, PageName.FIND, mono), found=None, typed=""), ()
    if state.page is PageName.FOUND:
        if kind == "again" and state.found is not None:
            return asked(state, Find(label=state.found.label), mono)
        if kind == "reprint" and state.can_reprint and state.found is not None:
            return asked(state, Reprint(ticket=state.found.ticket), mono)
        if kind == "come_back" and state.can_come_back and state.found is not None:
            return asked(state, ComeBack(label=state.found.label), mono)
        if kind != "type":
            return state, ()
        state = replace(turned(state, PageName.FIND, mono), found=None, typed="")  # the next number is being typed
    if kind == "type" and len(subject) == 1 and subject.isascii() and subject.isalnum():
        return replace(state, typed=(state.typed + subject.upper())[:MAX_TYPED]), ()
    if kind == "erase":
        return replace(state, typed=state.typed[:-1]), ()
    if kind == "enter" and state.typed:
        return asked(state, Find(label=state.typed), mono)
    return state, ()


def _at_alerts(state: GuideDesk, kind: str, subject: str, mono: float) -> Stepped:
    if kind == "handled" and any(a.id == subject for a in state.alerts):
        return asked(state, EndAlert(alert=subject), mono)
    return state, ()


def _at_emergency(state: GuideDesk, kind: str, subject: str, mono: float) -> Stepped:
    if kind == "back":
        page = PageName.ZONES if state.page is PageName.SURE and state.plan and state.plan.text else PageName.EMERGENCY
        return turned(state, page, mono), ()
    if state.page is PageName.EMERGENCY and kind == "end":
        return replace(turned(state, PageName.SURE, mono), plan=Plan("", subject or None)), ()
    if state.page is PageName.SURE and kind == "sure" and state.plan is not None:
        return asked(state, SetEmergency(text=state.plan.text, zone=state.plan.zone), mono)
    if f"{kind}:{subject}" not in rows(state):
        return state, ()
    if kind == "text":
        return replace(turned(state, PageName.ZONES, mono), plan=Plan(state.texts[int(subject)])), ()
    assert state.plan is not None  # a zone is chosen for a text
    return replace(turned(state, PageName.SURE, mono), plan=Plan(state.plan.text, subject or None)), ()


_PRESSES: dict[PageName, Callable[[GuideDesk, str, str, float], Stepped]] = {
    **dict.fromkeys(
        (PageName.DEPARTMENTS, PageName.MATTERS, PageName.CONFIRM, PageName.CLASSES, PageName.WHO), at_issue
    ),
    **dict.fromkeys((PageName.ARRANGE, *ARRANGING), at_arrange),
    PageName.CODE: at_code,
    **dict.fromkeys((PageName.FIND, PageName.FOUND), _at_find),
    **dict.fromkeys((PageName.EMERGENCY, PageName.ZONES, PageName.SURE), _at_emergency),
    PageName.ISSUED: _at_issued,
    PageName.ALERTS: _at_alerts,
}


def _opened(state: GuideDesk, mode: Mode, mono: float) -> Stepped:
    """A mode's first page. A number that staff leave without a word is unknown; one being printed goes on."""
    effects: tuple[Effect, ...] = ()
    if state.job is not None and state.job.stage is Stage.TO_WRITE:
        state, effects = _left_in_doubt(state, "not_said", mono)
    return turned(cleared(state), FIRST_PAGE[mode], mono), effects


# --- what the hub says --------------------------------------------------------------------------------


def _answered(state: GuideDesk, event: Answered, mono: float) -> Stepped:
    wish, reply = event.body, event.reply
    state = replace(state, wish=None, doubtful=False, said=None)
    if isinstance(reply, Refused):
        return replace(state, said=Said(tone=Tone.BAD, room=REFUSALS, key=reply.code.value, at=mono)), ()
    if isinstance(reply, Issued):
        return _issued(state, reply, mono)
    if isinstance(reply, Found):
        return replace(turned(state, PageName.FOUND, mono), found=reply, typed=""), ()
    if isinstance(wish, ComeBack):
        return asked(state, Find(label=wish.label), mono)  # it waits again, and that is seen
    if isinstance(wish, SetWindow | TakeLeave):
        key = "leave_taken" if isinstance(wish, TakeLeave) else "window_set" if wish.minutes else "window_planned"
        after = turned(cleared(state), PageName.ARRANGE, mono) if state.page in ARRANGING else state
        return said(after, Tone.GOOD, key, mono), ()
    if isinstance(wish, EndAlert):
        return said(state, Tone.GOOD, "handled", mono), ()
    if isinstance(wish, SetEmergency):
        state = said(state, Tone.GOOD, "called_out" if wish.text else "ended", mono)
        on_it = state.page in (PageName.SURE, PageName.ZONES)
        return (replace(turned(state, PageName.EMERGENCY, mono), plan=None) if on_it else state), ()
    return state, ()


def _issued(state: GuideDesk, issued: Issued, mono: float) -> Stepped:
    old = state.job
    if old is not None and old.issued.ticket == issued.ticket and not issued.reprint:
        return state, ()  # said twice
    effects: tuple[Effect, ...] = ()
    if old is not None and old.owed:
        state, effects = _left_in_doubt(state, "another_number", mono)
    if not issued.reprint:
        effects = (*effects, Intend(issued))
    if state.prints:
        stage, effects = Stage.PRINTING, (*effects, Print(issued))
    else:
        stage = Stage.NO_SECOND if issued.reprint else Stage.TO_WRITE
    state = replace(cleared(state), job=Job(issued, mono, stage), plan=state.plan)
    return turned(state, PageName.ISSUED, mono), effects


def _unanswered(state: GuideDesk, settled: bool, mono: float) -> GuideDesk:
    if state.wish is None:
        return state
    if not settled:
        return replace(said(state, Tone.BUSY, "withdrawing", mono), doubtful=True)
    return replace(said(state, Tone.BAD, "never_happened", mono), wish=None, doubtful=False)


def _told(state: GuideDesk, message: object) -> GuideDesk:
    match message:
        case Catalogue():
            state = replace(state, catalogue=message)
            state = replace(state, extra=tuple(m for m in state.extra if m in {o.id for o in message.matters}))
            lost = state.department is not None and all(state.department != d.id for d in departments(state))
            if lost or (state.matter is not None and chosen(state) is None):
                return replace(cleared(state), page=PageName.DEPARTMENTS, leaf=0)
        case WindowState():
            others = tuple(w for w in state.windows if w.window != message.window)
            return replace(state, windows=tuple(sorted((*others, message), key=lambda w: w.window)))
        case OpenState():
            return replace(state, opening=message)
        case AlertState():
            rest = tuple(a for a in state.alerts if a.id != message.id)
            still = () if message.ended_at is not None else (message,)
            return replace(state, alerts=in_order((*rest, *still)))
        case EmergencyState():
            zones = tuple(e for e in state.emergencies if e.zone != message.zone)
            now = (message,) if message.text else ()
            return replace(state, emergencies=tuple(sorted((*zones, *now), key=lambda e: e.zone)))
        case _:
            pass
    return state


# --- the paper ----------------------------------------------------------------------------------------


def _print_ended(state: GuideDesk, event: PrintEnded, mono: float) -> Stepped:
    job = state.job
    if job is None or job.issued.ticket != event.ticket or job.stage is not Stage.PRINTING:
        return state, ()
    on_paper = event.outcome is Printing.ON_PAPER
    if job.issued.reprint:
        # A second slip on paper also settles a first one that was in doubt.
        fact = Printed(ticket=event.ticket, outcome=Printing.ON_PAPER, reason="reprint")
        stage = Stage.ON_PAPER if on_paper else Stage.NO_SECOND
        return replace(state, job=replace(job, stage=stage)), (Report(fact),) if on_paper else ()
    if on_paper:
        return _settled(state, Stage.ON_PAPER, Printing.ON_PAPER, event.cause)
    if state.page is PageName.ISSUED:
        return replace(state, job=replace(job, stage=Stage.TO_WRITE), since=mono), ()
    return _left_in_doubt(state, event.cause, mono)


def _settled(state: GuideDesk, stage: Stage, outcome: Printing, reason: str) -> Stepped:
    assert state.job is not None
    fact = Printed(ticket=state.job.issued.ticket, outcome=outcome, reason=reason)
    return replace(state, job=replace(state.job, stage=stage)), (Report(fact),)


def _left_in_doubt(state: GuideDesk, reason: str, mono: float) -> Stepped:
    """Nobody at the desk said what became of it: it is called like others, and staff are told."""
    assert state.job is not None
    issued = state.job.issued
    fact = Printed(ticket=issued.ticket, outcome=Printing.UNKNOWN, reason=reason)
    state = said(replace(state, job=None), Tone.BAD, "in_doubt", mono, label=issued.label)
    return state, (Report(fact),)


# --- time, and where that leaves the screen -----------------------------------------------------------


def _in_time(state: GuideDesk, mono: float) -> Stepped:
    if state.said is not None and state.said.tone is not Tone.BUSY and mono - state.said.at >= SAID_S:
        state = replace(state, said=None)
    job = state.job
    if job is not None and job.stage is Stage.PRINTING and mono - job.since >= PRINT_LIMIT_S:
        return _print_ended(state, PrintEnded(job.issued.ticket, Printing.UNKNOWN, "driver_silent"), mono)
    lasts_s = _LASTS_S.get(state.page)
    if lasts_s is not None and state.wish is None and mono - state.since >= lasts_s:
        return _opened(state, _HOME.get(state.page, Mode.ISSUE), mono)
    return state, ()


def _placed(state: GuideDesk, mono: float) -> GuideDesk:
    heard = state.hub_here and state.catalogue is not None and state.opening is not None
    if state.page is PageName.STARTING and heard:
        return turned(state, PageName.DEPARTMENTS, mono)
    return replace(state, leaf=min(state.leaf, leaves(state) - 1))
