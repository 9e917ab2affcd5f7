"""What the kiosk does next: `step(state, event, mono) -> (state, effects)`, pure.

    departments → matters → confirm → asking → printing → take your ticket → departments
            ↘ booking ─────────────────↗ ↘ refused   ↘ see staff · voided

kiosk.presses has the pages of choices. While no ticket could be given, a page of its own replaces them: starting,
hub away, printer, closed.
Times are monotonic seconds: they measure a person's patience, not the hall's business.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from hall.happened import Answered, Common, HubChanged, Told, Unanswered, Want
from hall.messages import (
    AnyReply,
    Body,
    Catalogue,
    Issued,
    OpenState,
    Printed,
    Refusal,
    Refused,
    Reprint,
)
from hall.model import Printing
from kiosk.presses import press
from kiosk.values import (
    BLOCKED,
    BROWSING,
    Given,
    Job,
    Kiosk,
    PageName,
    Print,
    Report,
    Tapped,
    chosen_matters,
    is_first,
    matters,
    may_try_again,
    priorities,
)
from kiosk.ways import forgotten, home, stop, turned
from slips.values import PrintEnded, PrinterSeen

IDLE_S = 25.0  # wording.md: home after 20–30 s idle
TAKE_S = 3.0  # wording.md: 3 s after printing
REFUSED_S = 12.0
START_S = 10.0  # a hub not heard this long after the start is away
PRINT_LIMIT_S = 120.0  # the driver has limits of its own; this one is for a driver that died

Event: TypeAlias = Common | Tapped | PrinterSeen | PrintEnded
Effect: TypeAlias = Want | Print | Report
Stepped: TypeAlias = tuple[Kiosk, tuple[Effect, ...]]

_LASTS_S = {
    PageName.DEPARTMENTS: IDLE_S,
    PageName.MATTERS: IDLE_S,
    PageName.CONFIRM: IDLE_S,
    PageName.PRIORITY: IDLE_S,
    PageName.BOOKING: IDLE_S,
    PageName.SEE_STAFF: IDLE_S,
    PageName.VOIDED: IDLE_S,
    PageName.REFUSED: REFUSED_S,
    PageName.TAKE: TAKE_S,
    **dict.fromkeys(BLOCKED, IDLE_S),
}
_ENDS_ON = {Printing.ON_PAPER: PageName.TAKE, Printing.VOID: PageName.VOIDED}


def step(state: Kiosk, event: Event, mono: float) -> Stepped:
    """The state after an event, and what is to be done. At most one wish is in flight; every issued number
    ends in a `Report`, at once or after its `Print`."""
    effects: tuple[Effect, ...] = ()
    if isinstance(event, Tapped):
        state, effects = _tapped(replace(state, since=mono), event.button, mono)
    elif isinstance(event, Answered):
        state, effects = _answered(state, event, mono)
    elif isinstance(event, Unanswered):
        state = _unanswered(state, event, mono)
    elif isinstance(event, PrintEnded):
        state, effects = _print_ended(state, event, mono)
    elif isinstance(event, PrinterSeen):
        state = replace(state, printer=event.stands)
    elif isinstance(event, HubChanged):
        # Not yet heard is no news at the start: the page says "getting ready" until START_S are over.
        if event.here or state.hub_here is not None:
            state = replace(state, hub_here=event.here)
    elif isinstance(event, Told):
        state = _told(state, event)
    state, more = _in_time(state, mono)
    return _placed(state, mono), (*effects, *more)


# --- what people press --------------------------------------------------------------------------------


def _tapped(state: Kiosk, button: str, mono: float) -> Stepped:
    kind, _, subject = button.partition(":")
    if kind == "language" and subject in state.languages:
        return replace(state, language=subject), ()
    reprints_here = is_first(state) or state.page in (PageName.TAKE, PageName.SEE_STAFF)
    if kind == "reprint" and reprints_here and state.can_reprint and state.given is not None:
        return _asked(state, Reprint(ticket=state.given.issued.ticket), mono)
    if state.page in (PageName.TAKE, PageName.SEE_STAFF, PageName.VOIDED, PageName.REFUSED):
        if kind == "again" and may_try_again(state):
            return replace(turned(state, PageName.BOOKING, mono), refused=None), ()
        return (home(state, mono) if kind == "home" else state), ()
    if state.page not in BROWSING:
        return state, ()
    state, wish = press(state, button, mono)
    return (state, ()) if wish is None else _asked(state, wish, mono)


def _asked(state: Kiosk, wish: Body, mono: float) -> Stepped:
    if state.wish is not None or state.job is not None or stop(state) is not None:
        return state, ()
    return replace(turned(state, PageName.ASKING, mono), wish=wish), (Want(wish),)


# --- what the hub says --------------------------------------------------------------------------------


def _answered(state: Kiosk, event: Answered, mono: float) -> Stepped:
    reply: AnyReply = event.reply
    state = replace(state, wish=None, doubtful=False)
    if isinstance(reply, Issued):
        return _issued(state, reply, mono)
    if isinstance(reply, Refused):
        refused = replace(turned(state, PageName.REFUSED, mono), refused=reply)
        return refused if may_try_again(refused) else replace(refused, typed=""), ()
    return home(state, mono), ()


def _issued(state: Kiosk, issued: Issued, mono: float) -> Stepped:
    known = state.job.issued.ticket if state.job else state.given.issued.ticket if state.given else None
    if issued.ticket == known and (state.job is not None or not issued.reprint):
        return state, ()  # said twice
    if state.job is not None:
        # Cannot be while one wish waits for one slip; if it were, the number must not be lost with it.
        unknown = Printed(ticket=issued.ticket, outcome=Printing.UNKNOWN, reason="printer_busy")
        return state, () if issued.reprint else (Report(unknown),)
    job = Job(issued=issued, since=mono)
    return replace(turned(state, PageName.PRINTING, mono), job=job, typed=""), (Print(issued, state.language),)


def _unanswered(state: Kiosk, event: Unanswered, mono: float) -> Kiosk:
    if state.wish is None:
        return state
    if not event.settled:
        return replace(turned(state, PageName.HUB_AWAY, mono), doubtful=True)
    refused = Refused(code=Refusal.LATE)
    return replace(turned(state, PageName.REFUSED, mono), wish=None, doubtful=False, refused=refused)


def _told(state: Kiosk, event: Told) -> Kiosk:
    if isinstance(event.message, Catalogue):
        state = replace(state, catalogue=event.message)
        if state.page in BROWSING and not _still_offered(state):
            return replace(state, page=PageName.STARTING)  # _placed finds the way home
    elif isinstance(event.message, OpenState):
        return replace(state, opening=event.message)
    return state


def _still_offered(state: Kiosk) -> bool:
    """Whether the hall, which may have changed, still has what this visitor has chosen so far."""
    match state.page:
        case PageName.MATTERS if not matters(state):
            return False
        case PageName.BOOKING:
            return state.catalogue is not None and state.catalogue.bookings
        case PageName.PRIORITY if not priorities(state):
            return False
        case _:
            here = state.priority in ("", *(p.id for p in priorities(state)))
            return here and len(chosen_matters(state)) == len(state.chosen)


# --- what the printer says ----------------------------------------------------------------------------


def _print_ended(state: Kiosk, event: PrintEnded, mono: float) -> Stepped:
    job = state.job
    if job is None or job.issued.ticket != event.ticket:
        return _late_truth(state, event)
    state = replace(state, job=None)
    if job.issued.reprint:
        if event.outcome is Printing.ON_PAPER:
            state, effects = _late_truth(state, event)
            return turned(state, PageName.TAKE, mono), effects
        return turned(state, PageName.SEE_STAFF, mono), ()
    fact = Printed(ticket=event.ticket, outcome=event.outcome, reason=event.cause)
    allowed_s = state.catalogue.reprint_s if state.catalogue else 0.0
    given = Given(issued=job.issued, outcome=event.outcome, reprint_until=job.since + allowed_s)
    page = _ENDS_ON.get(event.outcome, PageName.SEE_STAFF)
    return replace(turned(state, page, mono), given=given), (Report(fact),)


def _late_truth(state: Kiosk, event: PrintEnded) -> Stepped:
    """A number reported as unknown turns out to be on paper after all."""
    given = state.given
    if given is None or given.issued.ticket != event.ticket:
        return state, ()
    if given.outcome is not Printing.UNKNOWN or event.outcome is not Printing.ON_PAPER:
        return state, ()
    fact = Printed(ticket=event.ticket, outcome=Printing.ON_PAPER, reason=event.cause)
    return replace(state, given=replace(given, outcome=Printing.ON_PAPER)), (Report(fact),)


# --- time, and where that leaves the screen -----------------------------------------------------------


def _in_time(state: Kiosk, mono: float) -> Stepped:
    if state.job is not None and mono - state.job.since >= PRINT_LIMIT_S:
        lost = PrintEnded(state.job.issued.ticket, Printing.UNKNOWN, "driver_silent")
        return _print_ended(state, lost, mono)
    if state.hub_here is None and mono - state.since >= START_S:
        state = replace(state, hub_here=False)
    lasts_s = _LASTS_S.get(state.page)
    if lasts_s is not None and mono - state.since >= lasts_s:
        return home(state, mono), ()
    return state, ()


def _placed(state: Kiosk, mono: float) -> Kiosk:
    given = state.given
    can_reprint = (
        given is not None
        and given.outcome is not Printing.VOID
        and mono < given.reprint_until
        and state.wish is None
        and state.job is None
        and stop(state) is None
    )
    state = replace(state, can_reprint=can_reprint)
    stopped = stop(state)
    if stopped is not None and state.page in (*BROWSING, *BLOCKED) and state.page is not stopped:
        return turned(forgotten(state), stopped, mono)
    if stopped is None and state.page in BLOCKED:
        return home(state, mono)
    return state
