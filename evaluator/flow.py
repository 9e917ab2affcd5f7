"""One window's evaluator, on a screen and on a pad with keys alike: `step(state, event, mono) -> (state, effects)`.

    card ── WindowState.rate names a service ──▶ five levels ──▶ reasons ──▶ thanks ──▶ card
              60 s untouched: 未评价 ◀────────────┘                  └ 60 s untouched: rated as chosen

A service is asked for once and rated once; `mono` is monotonic seconds. What was chosen leaves in the fact alone.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from evaluator.values import (
    Asking,
    Chosen,
    Effect,
    Erased,
    Event,
    LevelPressed,
    MoreReasons,
    Prompt,
    ReasonPressed,
    Reconsidered,
    Settings,
    Spoken,
    StartPad,
    State,
    Submitted,
    Typed,
)
from hall.happened import HubChanged, Note, Ticked, Told
from hall.messages import Catalogue, Rated, WindowState
from hall.model import ServiceId
from hall.ratings import LEVELS, MAX_WORDS, UNRATED

MOST_ANSWERED: Final = 64  # the hub's retained state names one service at a time

Step = tuple[State, tuple[Effect, ...]]


def fresh(settings: Settings) -> State:
    """The state of an evaluator that has heard nothing yet."""
    return State(settings=settings)


def step(state: State, event: Event | object, mono: float) -> Step:
    """The state after an event, and what is to be done. Events of other roles change nothing."""
    match event:
        case Told(message=WindowState() as window) if window.window == state.settings.window:
            return _told(state, window, mono)
        case Told(message=Catalogue() as catalogue):
            return replace(state, catalogue=catalogue), ()
        case HubChanged():
            return _offered(replace(state, hub_here=event.here), mono)
        case Ticked():
            return _ticked(state, mono)
        case _ if state.asking is not None:
            return _touched(state, state.asking, event, mono)
        case _:
            return state, ()  # a touch on a page that has just gone, or another role's event


# --- asking -------------------------------------------------------------------------------------------------


def _told(state: State, window: WindowState, mono: float) -> Step:
    asking = state.asking
    effects: tuple[Effect, ...] = ()
    # A *finish* that is undone: the service goes on and is asked for after the next one, if the hub has no rating yet.
    state = replace(state, window=window, answered=tuple(s for s in state.answered if not _is_in_hand(s, window)))
    if asking is not None and window.rate != asking.service:
        if _is_in_hand(asking.service, window):
            state = replace(state, asking=None)
        else:
            state, effects = _ended(state, asking)
    state, more = _offered(state, mono)
    return state, (*effects, *more)


def _is_in_hand(service: ServiceId, window: WindowState) -> bool:
    ticket, _, _ = service.rpartition("#")
    return window.in_hand is not None and window.in_hand.ticket == ticket


def _offered(state: State, mono: float) -> Step:
    """Ask for the service that may be rated now. Not while the hub is away: then the pad has just started, and its
    outbox may hold the answer."""
    window = state.window
    if window is None or window.rate is None or not state.hub_here:
        return state, ()
    if state.asking is not None or window.rate in state.answered:
        return state, ()
    asking = Asking(service=window.rate, touched=mono, clerk=window.clerk, letter=window.letter)
    return replace(state, asking=asking, thanked=None), (Prompt(Spoken.PLEASE_RATE), StartPad())


def _ticked(state: State, mono: float) -> Step:
    if state.thanked is not None and mono - state.thanked >= state.settings.thanks_s:
        state = replace(state, thanked=None)
    asking = state.asking
    if asking is not None and mono - asking.touched >= state.settings.wait_s:
        return _ended(state, asking)
    return state, ()


# --- what an applicant does -------------------------------------------------------------------------------------


def _touched(state: State, asking: Asking, event: object, mono: float) -> Step:
    chosen = asking.chosen
    if chosen is None:
        if isinstance(event, LevelPressed) and event.level in LEVELS:
            asking = replace(asking, chosen=Chosen(event.level), touched=mono)
            state = replace(state, asking=asking)
            return _thanked(state, asking, mono) if event.final else (state, ())
        return state, ()
    match event:
        case Submitted():
            return _thanked(state, asking, mono)
        case Reconsidered():
            asking = replace(asking, chosen=None, all_reasons=False)
        case MoreReasons():
            asking = replace(asking, all_reasons=True)
        case ReasonPressed(code) if code in state.settings.reasons.of(chosen.level):
            asking = replace(asking, chosen=replace(chosen, reasons=chosen.reasons ^ {code}))
        case Typed(character):
            fits = len(character) == 1 and character.isprintable() and len(chosen.words) < MAX_WORDS
            words = chosen.words + character if fits else chosen.words
            asking = replace(asking, chosen=replace(chosen, words=words), typing=True)
        case Erased():
            asking = replace(asking, chosen=replace(chosen, words=chosen.words[:-1]), typing=True)
        case _:
            return state, ()
    return replace(state, asking=replace(asking, touched=mono)), ()


# --- the end of it ------------------------------------------------------------------------------------------


def _thanked(state: State, asking: Asking, mono: float) -> Step:
    state, effects = _ended(state, asking)
    return replace(state, thanked=mono), (*effects, Prompt(Spoken.THANKS))


def _ended(state: State, asking: Asking) -> Step:
    """The one fact of a service. Who pressed a level and left has rated; who pressed none has not."""
    answered = (*state.answered, asking.service)[-MOST_ANSWERED:]
    return replace(state, asking=None, answered=answered), (Note(_rated(state.settings, asking)),)


def _rated(settings: Settings, asking: Asking) -> Rated:
    chosen = asking.chosen
    if chosen is None:
        return Rated(service=asking.service, level=UNRATED)
    reasons = tuple(code for code in settings.reasons.of(chosen.level) if code in chosen.reasons)
    return Rated(
        service=asking.service,
        level=chosen.level,
        reasons=reasons,
        version=settings.reasons.version if reasons else "",
        words=chosen.words.strip(),
    )
