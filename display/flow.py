"""What a display knows after each event: `step(state, event, now, mono) -> (state, effects)`.

Everything comes from retained states: one message of each kind is enough after a restart. What a screen shows of it
is `display.shown`.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from display.values import BarSays, Call, Case, Event, Light, Published, Settings, Spoken, State
from hall.happened import HubChanged, Told
from hall.masking import masked_name, masked_text
from hall.messages import (
    BoardState,
    Caption,
    Catalogue,
    EmergencyState,
    OpenState,
    WindowState,
)
from hall.model import DeskState, Instant, TicketState, WindowNo, ZoneId

FRESH_S: Final = 12.0  # a new call is stressed this long: one announcement with its repeat
LATE_S: Final = 60.0  # a call older than this is news to nobody, although this screen hears of it only now
CAPTION_S: Final = 30.0  # a voice that dies never tells its end
SILENT_S: Final = 7.0  # no beacon for so long after the start: the hub is away (hall.station.clock says the same)
MAX_CASES: Final = 500
MAX_CAPTION: Final = 120  # characters

Step = tuple[State, tuple[Light, ...]]

DESK_SAYS: Final[dict[DeskState, BarSays]] = {
    DeskState.CLOSED: BarSays.CLOSED,
    DeskState.PAUSED: BarSays.PAUSED,
    DeskState.FREE: BarSays.FREE,
    DeskState.CALLING: BarSays.CALLING,
    DeskState.SERVING: BarSays.SERVING,
}


def fresh(settings: Settings) -> State:
    """The state of a display that has heard nothing yet."""
    return State(settings=settings)


def step(state: State, event: Event | object, now: Instant | None, mono: float) -> Step:
    """The state after an event, and what bars are to tell. Events of other roles change nothing."""
    if state.started is None:
        state = replace(state, started=mono)
    state = _forget(_heard(state, event, now, mono), mono)
    lit: dict[WindowNo, Light] = {}
    for window in state.settings.bars:
        light = light_of(state, window) or state.lit.get(window)
        if light is not None:
            lit[window] = light
    changed = tuple(light for window, light in lit.items() if state.lit.get(window) != light)
    return (replace(state, lit=lit), changed) if changed else (state, ())


def _heard(state: State, event: Event | object, now: Instant | None, mono: float) -> State:
    match event:
        case Told(message=Catalogue() as catalogue):
            return replace(state, catalogue=catalogue)
        case Told(message=OpenState() as opening):
            return replace(state, opening=opening)
        case Told(message=BoardState() as board):
            return _board(state, board, now, mono)
        case Told(message=WindowState() as window):
            return _window(state, window, now, mono)
        case Told(message=EmergencyState() as emergency):
            return replace(state, emergencies={**state.emergencies, emergency.zone: emergency})
        case Told(message=Caption() as caption):
            spoken = Spoken(caption.text[:MAX_CAPTION], mono + CAPTION_S)
            return replace(state, captions={**state.captions, caption.zone: spoken})
        case Published():
            return replace(state, cases=tuple(_masked(case) for case in event.cases[:MAX_CASES]))
        case HubChanged():
            return _hub(state, event.here, now)
        case _:
            return state


def _hub(state: State, here: bool, now: Instant | None) -> State:
    if here:
        return replace(state, hub_here=True, away_since=None)
    since = state.away_since if state.hub_here is False else now
    return replace(state, hub_here=False, away_since=since)


def _forget(state: State, mono: float) -> State:
    """Drop what has had its time."""
    if any(until <= mono for until in state.fresh.values()):
        state = replace(state, fresh={call: until for call, until in state.fresh.items() if until > mono})
    if any(spoken.until <= mono or not spoken.text for spoken in state.captions.values()):
        going_on = {zone: s for zone, s in state.captions.items() if s.text and s.until > mono}
        state = replace(state, captions=going_on)
    assert state.started is not None
    if state.hub_here is None and mono - state.started >= SILENT_S:
        state = replace(state, hub_here=False)
    return state


def _masked(case: Case) -> Case:
    return replace(case, applicant=masked_name(case.applicant), matter=masked_text(case.matter))


# --- what is new --------------------------------------------------------------------------------------------------


def _board(state: State, board: BoardState, now: Instant | None, mono: float) -> State:
    before = state.boards.get(board.zone)
    known = {(row.label, row.window, row.calls) for row in before.rows} if before else None
    calls = {(row.label, row.window, row.calls): row.called_at for row in board.rows if row.state is TicketState.CALLED}
    gone = {row.window for row in before.rows} if before else set()
    gone |= {row.window for row in board.rows}
    kept = {call: until for call, until in state.fresh.items() if call[1] not in gone or call in calls}
    new = {
        call: mono + FRESH_S
        for call, at in calls.items()
        if _is_new(call, _age_s(state, at, now), known) and call not in kept
    }
    return replace(state, boards={**state.boards, board.zone: board}, fresh={**kept, **new})


def _window(state: State, window: WindowState, now: Instant | None, mono: float) -> State:
    """A window's sign hears no board: what is new there comes from the window itself."""
    before = state.windows.get(window.window)
    state = replace(state, windows={**state.windows, window.window: window})
    if state.settings.window != window.window:
        return state
    known = None
    if before is not None:
        known = {(before.in_hand.label, window.window, before.in_hand.calls)} if before.in_hand else set()
    kept: dict[Call, float] = {}
    if window.in_hand is not None and window.in_hand.state is TicketState.CALLED:
        call = (window.in_hand.label, window.window, window.in_hand.calls)
        if call in state.fresh:
            kept = {call: state.fresh[call]}
        elif _is_new(call, _age_s(state, window.in_hand.called_at, now), known):
            kept = {call: mono + FRESH_S}
    return replace(state, fresh=kept)


def _is_new(call: Call, age_s: float | None, known: set[Call] | None) -> bool:
    """`known` None: the first message after a restart, when only the hub's time tells what is new."""
    if known is None:
        return age_s is not None and age_s < FRESH_S
    if call in known:
        return False
    recalled = call[2] > 1  # when that was, no state tells
    return recalled or age_s is None or age_s < LATE_S


def _age_s(state: State, called_at: Instant, now: Instant | None) -> float | None:
    """Real seconds since a call, None without the hub's time: in a demo business time runs faster than people read."""
    speed = state.catalogue.speed if state.catalogue else 1.0
    return None if now is None else (now - called_at) / 1000 / speed


# --- bars ---------------------------------------------------------------------------------------------------------


def light_of(state: State, window: WindowNo) -> Light | None:
    """What the bar over a window tells; None while nothing is known of the window."""
    desk = state.windows.get(window)
    zone = zone_of(state, window)
    texts = [e.text for e in emergencies_for(state, zone)] if zone is not None else []
    if texts:
        return Light(window, BarSays.EMERGENCY, texts[0])
    if desk is None:
        return None
    return Light(window, DESK_SAYS[desk.state], desk.in_hand.label if desk.in_hand else "")


def zone_of(state: State, window: WindowNo) -> ZoneId | None:
    """The window's zone, as far as it is known."""
    if window in state.windows:
        return state.windows[window].zone
    listed = state.catalogue.windows if state.catalogue else ()
    return next((w.zone for w in listed if w.number == window), None)


def emergencies_for(state: State, zone: ZoneId | None) -> tuple[EmergencyState, ...]:
    """The emergencies that a screen of a zone shows, newest first; None: of the whole hall."""
    known = {z.id for z in state.catalogue.zones} if state.catalogue else set()
    live = [e for e in state.emergencies.values() if e.text]
    # One for a zone nobody knows is for everybody: better once too often than once too little.
    meant = [e for e in live if zone is None or e.zone == zone or (known and e.zone not in known)]
    return tuple(sorted(meant, key=lambda e: (-e.since, e.zone)))
