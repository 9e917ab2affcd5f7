"""What the voice says next: `step(state, event, now, mono) -> (state, effects)`, pure. One voice a zone, one thing at
a time, in the order of the calls.

    Say ──▶ queue ──▶ chime, sentences × repeats ──▶ silence ──▶ the next of the queue
                          ▲ cut at once
    EmergencyState ───────┴──▶ alarm, text ──▶ pause ──▶ alarm, text … until its text is empty

Nothing of this is kept on disk: after a restart the rest of a repeat is dropped, and an emergency is said because its
state is retained. `now` is hub time; without it no call is spoken, an emergency is.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec.structs import replace

from broadcast.utterance import call_of, clips_of, emergency_of
from broadcast.values import Began, Cut, Effect, Ended, Event, Play, Playing, Prepare, Show, Voice
from hall.happened import Told
from hall.messages import Caption, EmergencyState, Say, WindowState
from hall.model import Instant, ServiceState

QUEUED: Final = 64  # a zone cannot say more than a dozen calls before they expire
REMEMBERED: Final = 1_000  # ids had before
REPEATS: Final = 5
EMERGENCY_PAUSE_S: Final = 4.0

Step: TypeAlias = tuple[Voice, tuple[Effect, ...]]


def step(state: Voice, event: Event, now: Instant | None, mono: float) -> Step:
    """The state after an event, and what is to be done."""
    before: tuple[Effect, ...] = ()
    if isinstance(event, Told):
        if isinstance(event.message, Say):
            state, before = _called(state, event.message, now)
        elif isinstance(event.message, EmergencyState):
            state, before = _emergency(state, event.message, now)
        elif isinstance(event.message, WindowState):
            state = _at_window(state, event.message)
    elif isinstance(event, Began):
        state, before = _began(state, event, now)
    elif isinstance(event, Ended):
        state, before = _ended(state, event, now, mono)
    state, after = _onward(state, now, mono)
    return state, (*before, *after)


def unsaid(before: Voice, event: Event | object, after: Voice, now: Instant | None) -> tuple[tuple[Say, str], ...]:
    """The calls that this step gave up without a word, and why: late, newer_call, not_awaited or full."""
    held = {say.id for say in after.queue}
    held |= {playing.call.id for playing in (after.playing, after.cut) if playing is not None and playing.call}
    had = list(before.queue)
    new = event.message if isinstance(event, Told) and isinstance(event.message, Say) else None
    if new is not None and new.zone == before.manner.zone and new.id not in before.had and new.repeats > 0:
        had.append(new)
    return tuple((say, _why(say, after, now)) for say in had if say.id not in held)


def _why(say: Say, after: Voice, now: Instant | None) -> str:
    if _is_late(say, now):
        return "late"
    spoken = (*after.queue, *((after.playing.call,) if after.playing is not None and after.playing.call else ()))
    if any(other.label == say.label for other in spoken):
        return "newer_call"
    return "full" if len(after.queue) >= QUEUED else "not_awaited"


def _called(state: Voice, say: Say, now: Instant | None) -> Step:
    """Queue a call that is for this zone, new and in time; a newer call of a ticket takes the older one's place."""
    if say.zone != state.manner.zone or say.id in state.had:
        return state, ()
    state = replace(state, had=(*state.had, say.id)[-REMEMBERED:])
    if say.repeats < 1 or _is_late(say, now):
        return state, ()
    say = replace(say, repeats=min(say.repeats, REPEATS))
    place = next((i for i, queued in enumerate(state.queue) if queued.label == say.label), None)
    if place is None:
        queue = (*state.queue, say)[-QUEUED:]
    elif state.queue[place].at > say.at:
        return state, ()  # brought late: what is queued is the newer call
    else:
        queue = (*state.queue[:place], say, *state.queue[place + 1 :])
    return replace(state, queue=queue), (Prepare(clips_of(call_of(say, state.manner))),)


def _at_window(state: Voice, window: WindowState) -> Voice:
    """A call whose ticket is no longer awaited at its window need not be spoken.

    The hub tells a call before the window's new state, so a state that comes after a call knows of it.
    """
    hand = window.in_hand
    awaited = hand.label if hand is not None and hand.service is ServiceState.CALLED else None
    queue = tuple(say for say in state.queue if say.window != window.window or say.label == awaited)
    return replace(state, queue=queue)


def _emergency(state: Voice, emergency: EmergencyState, now: Instant | None) -> Step:
    """Cut in with a new text; fall silent when it is over. The same text told again changes nothing."""
    if emergency.zone != state.manner.zone:
        return state, ()
    text = emergency.text.strip()
    if text == (state.emergency.text.strip() if state.emergency else ""):
        return state, ()
    state = replace(state, emergency=emergency if text else None, again_at=0.0)
    prepare = (Prepare(clips_of(emergency_of(emergency, state.manner))),) if text else ()
    playing = state.playing
    if playing is None:
        return state, prepare
    cut = playing if playing.call is not None else state.cut
    state = replace(state, playing=None, cut=cut)
    return state, (Cut(playing.token), *prepare, *_silence(state, playing, now))


def _began(state: Voice, event: Began, now: Instant | None) -> Step:
    playing = state.playing
    if playing is None or playing.token != event.token:
        return state, ()
    sentence = playing.announcement.sentences[event.sentence]
    state = replace(state, playing=replace(playing, captioned=True))
    return state, (_show(state, playing, sentence.text, sentence.language, now),)


def _ended(state: Voice, event: Ended, now: Instant | None, mono: float) -> Step:
    playing = state.playing
    if state.cut is not None and state.cut.token == event.token:
        return _waits_again(state, state.cut, event.begun), ()
    if playing is None or playing.token != event.token:
        return state, ()
    again_at = state.again_at if playing.call is not None else mono + EMERGENCY_PAUSE_S
    return replace(state, playing=None, again_at=again_at), _silence(state, playing, now)


def _waits_again(state: Voice, cut: Playing, begun: int) -> Voice:
    """A call that an emergency cut into is said again for the repeats that had not begun, unless it is said anew."""
    state = replace(state, cut=None)
    call = cut.call
    assert call is not None  # only calls are remembered as cut
    languages = len(state.manner.wordings)
    left = call.repeats - -(-begun // languages)
    if left < 1 or len(state.queue) >= QUEUED or any(say.label == call.label for say in state.queue):
        return state
    return replace(state, queue=(replace(call, repeats=left), *state.queue))


def _onward(state: Voice, now: Instant | None, mono: float) -> Step:
    """Drop what came too late; if nothing sounds, begin the next."""
    if now is not None and any(_is_late(say, now) for say in state.queue):
        state = replace(state, queue=tuple(say for say in state.queue if not _is_late(say, now)))
    if state.playing is not None:
        return state, ()
    if state.emergency is not None:
        if mono < state.again_at:
            return state, ()
        return _play(state, None)
    if state.cut is not None or now is None or not state.queue:
        return state, ()  # a call that was cut keeps its place before the queue
    return _play(replace(state, queue=state.queue[1:]), state.queue[0])


def _play(state: Voice, call: Say | None) -> Step:
    if call is not None:
        announcement = call_of(call, state.manner)
    else:
        assert state.emergency is not None
        announcement = emergency_of(state.emergency, state.manner)
    token = state.token + 1
    return replace(state, token=token, playing=Playing(token, announcement, call)), (Play(token, announcement),)


def _is_late(say: Say, now: Instant | None) -> bool:
    return now is not None and now > say.not_after


def _silence(state: Voice, playing: Playing, now: Instant | None) -> tuple[Effect, ...]:
    language = state.manner.wordings[0].language
    return (_show(state, playing, "", language, now),) if playing.captioned else ()


def _show(state: Voice, playing: Playing, text: str, language: str, now: Instant | None) -> Show:
    since = state.emergency.since if state.emergency is not None else 0
    return Show(
        Caption(
            say=playing.announcement.say,
            zone=state.manner.zone,
            text=text,
            language=language,
            at=since if now is None else now,
        )
    )
