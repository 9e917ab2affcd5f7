"""Digits being typed: badge, PIN, number. A complete PIN is stretched, and forgotten here."""

from __future__ import annotations

from msgspec.structs import replace

from caller.offers import why_not
from caller.outcome import refuse, say
from caller.secret import NOTHING, Secret, Typing
from caller.values import (
    Effect,
    Entry,
    Feedback,
    Field,
    Origin,
    Pending,
    Signal,
    Stage,
    State,
    Stretch,
    Why,
)
from hall.keymap import Action
from hall.messages import Catalogue
from hall.model import Badge, DeskState
from hall.pin import COST, PIN
from hall.said import Tone

BADGE_LEAST = 3  # 04 0F and 05 0F have other meanings on keypads
MOST = {Field.BADGE: 12, Field.PIN: 8, Field.NUMBER: 6}
# An unknown badge is stretched like any other: neither time nor words tell whether a badge exists.
NO_SALT = "scrypt${}${}${}$".format(*COST) + "00" * 16

Step = tuple[State, tuple[Effect, ...]]


def begun(state: State, field: Field, origin: Origin, mono: float) -> State:
    """An empty entry in place of whatever was open."""
    return replace(state, entry=Entry(field=field, origin=origin, at=mono), choosing=None, said=None)


def typed(state: State, character: Typing, mono: float) -> State:
    """One character more. At a closed window it begins the badge, at a free one a number."""
    entry = state.entry
    if entry is None or entry.origin is not Origin.SCREEN:
        if state.choosing is not None or state.pending is not None:
            return state
        field = _field_of(state)
        if field is None:
            return state
        state = begun(state, field, Origin.SCREEN, mono)
        entry = state.entry
        assert entry is not None
    shown = character.reveal()
    letter = entry.field is Field.NUMBER and shown.isalpha()
    fits = len(shown) == 1 and shown.isascii() and (shown.isdecimal() or letter)
    if not fits or len(entry.typed) >= MOST[entry.field]:
        return state
    longer: Typing = Secret(entry.typed.reveal() + shown.upper())
    return replace(state, entry=replace(entry, typed=longer, at=mono), said=None)


def _field_of(state: State) -> Field | None:
    if state.window is None:
        return None
    if state.window.state is DeskState.CLOSED:
        return Field.BADGE if why_not(state, Action.SIGN_IN, None) is None else None
    return Field.NUMBER if why_not(state, Action.CALL_NUMBER, None) is None else None


def erased(state: State, mono: float) -> State:
    """One character less."""
    entry = state.entry
    if entry is None:
        return state
    shorter: Typing = Secret(entry.typed.reveal()[:-1])
    return replace(state, entry=replace(entry, typed=shorter, at=mono))


def sign_in(state: State, digits: Typing, origin: Origin, mono: float) -> Step:
    """The sign-in key: open the dialogue, or take the badge, or the PIN of that badge."""
    entry = state.entry
    if entry is not None and entry.field is Field.PIN and entry.origin is origin:
        again = origin is Origin.KEYPAD and mono - entry.at < state.settings.again_s
        if again and digits.reveal() == entry.badge:
            return state, ()  # the badge's own key string once more
        return _pin(state, entry, digits, mono)
    if not digits and (entry is None or entry.field is not Field.BADGE):
        return begun(state, Field.BADGE, origin, mono), ()
    badge = digits.reveal()
    if not (BADGE_LEAST <= len(badge) <= MOST[Field.BADGE] and badge.isascii() and badge.isdecimal()):
        return refuse(replace(state, choosing=None), Why.BADGE_SHORT, origin, mono)
    waiting = Entry(field=Field.PIN, origin=origin, at=mono, badge=badge)
    done = (Feedback(Signal.DONE),) if origin is Origin.KEYPAD else ()
    return replace(state, entry=waiting, choosing=None, said=None), done


def _pin(state: State, entry: Entry, digits: Typing, mono: float) -> Step:
    if not PIN.fullmatch(digits.reveal()):
        emptied = replace(state, entry=replace(entry, typed=NOTHING, at=mono))
        return refuse(emptied, Why.PIN_LENGTH, entry.origin, mono)
    pending = Pending(action=Action.SIGN_IN, origin=entry.origin, stage=Stage.STRETCHING, badge=entry.badge)
    after = say(replace(state, entry=None, pending=pending), Tone.BUSY, "caller", "checking", mono)
    return after, (Stretch(badge=entry.badge, pin=digits, salt=salt_for(state.catalogue, entry.badge)),)


def salt_for(catalogue: Catalogue | None, badge: Badge) -> str:
    """The salt of a badge's PIN; of the same cost for a badge that nobody has."""
    cards = catalogue.clerks if catalogue else ()
    return next((c.pin_salt for c in cards if c.badge == badge and c.pin_salt), NO_SALT)
