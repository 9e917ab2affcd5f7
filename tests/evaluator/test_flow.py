"""The flow, move by move: asked once, nothing preselected, one fact for each service."""

from __future__ import annotations

import pytest

from evaluator.flow import MOST_ANSWERED, step
from evaluator.values import (
    Chosen,
    Erased,
    LevelPressed,
    MoreReasons,
    Prompt,
    ReasonPressed,
    Reconsidered,
    Spoken,
    StartPad,
    Submitted,
    Typed,
)
from hall.happened import HubChanged, Note, Ticked, Told
from hall.messages import Rated
from hall.model import DeskState
from hall.ratings import LEVELS, MAX_WORDS, UNRATED
from tests.evaluator.made import FIRST, REASONS, SECOND, after, catalogue, in_hand, rated_in, told, window

UNTOUCHED = Rated(service=FIRST, level=UNRATED)


def test_a_finished_service_is_asked_for_once_and_nothing_is_preselected() -> None:
    state, effects = after(told(window()), window(FIRST), window(FIRST, waiting=4))
    assert effects == (Prompt(Spoken.PLEASE_RATE), StartPad())
    assert state.asking is not None
    assert state.asking.chosen is None


def test_another_windows_service_is_not_ours() -> None:
    state, effects = after(told(), window(FIRST, window=4))
    assert (state.asking, state.window, effects) == (None, None, ())


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_a_reason_and_own_words(level: int) -> None:
    state, effects = after(told(window(FIRST)), LevelPressed(level))
    assert effects == ()  # nothing is sent before it is submitted
    first, second, third = REASONS.first(level)
    presses = [ReasonPressed(third), ReasonPressed(first), ReasonPressed(second), ReasonPressed(second)]
    words = [Typed(c) for c in " 办得快x"]
    state, effects = after(state, *presses, MoreReasons(), *words, Erased(), Submitted(), mono=5)
    fact = Rated(service=FIRST, level=level, reasons=(first, third), version=REASONS.version, words="办得快")
    assert effects == (Note(fact), Prompt(Spoken.THANKS))
    assert (state.asking, state.thanked, state.answered) == (None, 5, (FIRST,))


def test_reasons_are_voluntary_and_of_the_level() -> None:
    state = told(window(FIRST), LevelPressed(4))
    _, effects = after(state, ReasonPressed(REASONS.first(2)[0]), ReasonPressed(999), Submitted())
    assert rated_in(effects) == [Rated(service=FIRST, level=4)]


def test_another_level_may_be_chosen_and_takes_no_reasons_along() -> None:
    state = told(window(FIRST), LevelPressed(2), ReasonPressed(207), MoreReasons(), Reconsidered())
    assert state.asking is not None
    assert (state.asking.chosen, state.asking.all_reasons) == (None, False)
    _, effects = after(state, LevelPressed(5), Submitted())
    assert rated_in(effects) == [Rated(service=FIRST, level=5)]


def test_a_pad_with_keys_has_no_reasons_to_choose() -> None:
    state, effects = after(told(window(FIRST)), LevelPressed(3, final=True))
    assert effects == (Note(Rated(service=FIRST, level=3)), Prompt(Spoken.THANKS))
    state, effects = after(state, LevelPressed(5, final=True))
    assert effects == ()


@pytest.mark.parametrize("event", [LevelPressed(0), LevelPressed(6), Submitted(), ReasonPressed(510), Typed("x")])
def test_what_is_no_level_chooses_nothing(event: object) -> None:
    state = told(window(FIRST))
    assert after(state, event) == (state, ())


@pytest.mark.parametrize("event", [LevelPressed(5), Submitted(), MoreReasons(), Reconsidered(), Erased()])
def test_a_touch_on_a_page_that_has_gone_does_nothing(event: object) -> None:
    state = told(catalogue(), window())
    assert after(state, event) == (state, ())


# --- how it ends without being submitted --------------------------------------------------------------------


def test_sixty_seconds_without_a_touch_are_unrated() -> None:
    state = told(window(FIRST))
    assert after(state, Ticked(), mono=59.9) == (state, ())
    state, effects = after(state, Ticked(), mono=60)
    assert effects == (Note(UNTOUCHED),)
    assert (state.asking, state.thanked) == (None, None)
    assert after(state, window(FIRST), Ticked(), mono=130)[1] == ()  # the hub's state still names it


def test_every_touch_begins_the_sixty_seconds_again() -> None:
    state = told(window(FIRST))
    for mono, event in ((50, LevelPressed(4)), (100, ReasonPressed(406)), (150, MoreReasons()), (200, Typed("好"))):
        state, effects = after(state, Ticked(), event, mono=mono)
        assert effects == ()
    state, effects = after(state, Ticked(), mono=260)
    assert rated_in(effects) == [
        Rated(service=FIRST, level=4, reasons=(406,), version=REASONS.version, words="好")
    ]  # who pressed a level and left has rated
    assert effects == (Note(rated_in(effects)[0]),)  # thanks to nobody


def test_the_next_call_closes_the_question() -> None:
    calling = window(None, DeskState.CALLING, in_hand=in_hand("2026-11-23/A018"))
    state, effects = after(told(window(FIRST)), calling, calling)
    assert effects == (Note(UNTOUCHED),)
    assert state.asking is None
    _, effects = after(told(window(FIRST), LevelPressed(2)), calling)
    assert rated_in(effects) == [Rated(service=FIRST, level=2)]


def test_one_service_right_after_another() -> None:
    state, effects = after(told(window(FIRST)), window(SECOND))
    assert effects == (Note(UNTOUCHED), Prompt(Spoken.PLEASE_RATE), StartPad())
    assert state.asking is not None
    assert state.asking.service == SECOND


def test_an_undone_finish_is_asked_for_after_the_next() -> None:
    again = window(None, DeskState.SERVING, in_hand=in_hand("2026-11-23/A017"))
    state, effects = after(told(window(FIRST)), again)
    assert (state.asking, effects) == (None, ())
    state, effects = after(state, window(FIRST))
    assert effects == (Prompt(Spoken.PLEASE_RATE), StartPad())


def test_a_rating_that_crossed_an_undo_on_the_way_may_be_given_again() -> None:
    """The hub passes over a rating of a service that goes on; if it has one, it names the service no more."""
    state = told(window(FIRST), LevelPressed(5, final=True))
    again = window(None, DeskState.SERVING, in_hand=in_hand("2026-11-23/A017"))
    _, effects = after(state, again, window(FIRST))
    assert effects == (Prompt(Spoken.PLEASE_RATE), StartPad())


def test_thanks_stand_three_seconds() -> None:
    state, _ = after(told(window(FIRST), LevelPressed(5)), Submitted(), mono=10)
    assert after(state, Ticked(), mono=12.9)[0].thanked == 10
    assert after(state, Ticked(), mono=13)[0].thanked is None
    assert after(state, window(SECOND), mono=11)[0].thanked is None  # the next applicant is asked, not thanked


# --- a hub that is away -------------------------------------------------------------------------------------


def test_a_pad_that_has_just_started_asks_only_when_the_hub_is_heard() -> None:
    """Its outbox may hold the rating that the retained state still asks for."""
    state, effects = after(told(here=False), window(FIRST))
    assert (state.asking, effects) == (None, ())
    state, effects = after(state, HubChanged(True))
    assert effects == (Prompt(Spoken.PLEASE_RATE), StartPad())
    state, effects = after(state, HubChanged(False, "silent"), LevelPressed(4), Submitted())
    assert rated_in(effects) == [Rated(service=FIRST, level=4)]  # a question goes on without the hub


# --- bounds and secrecy -------------------------------------------------------------------------------------


def test_own_words_have_an_end_and_no_control_characters() -> None:
    state = told(window(FIRST), LevelPressed(3), *[Typed("字")] * (MAX_WORDS + 20), Typed("\n"))
    assert state.asking is not None
    assert state.asking.chosen == Chosen(3, frozenset(), "字" * MAX_WORDS)


def test_answered_services_are_remembered_but_not_for_ever() -> None:
    state = told()
    for n in range(MOST_ANSWERED + 10):
        state, effects = after(state, window(f"2026-11-23/A{n:03}#1"), LevelPressed(5, final=True))
        assert len(rated_in(effects)) == 1
    assert len(state.answered) == MOST_ANSWERED


def test_what_was_chosen_is_readable_in_no_state_or_event() -> None:
    events = (LevelPressed(2), ReasonPressed(208), Typed("慢"))
    state = told(window(FIRST), *events)
    for shown in (repr(state.asking), *map(repr, events)):
        assert "208" not in shown
        assert "慢" not in shown
    assert "chosen=Chosen(…)" in repr(state)
    assert repr(LevelPressed(2)) == repr(LevelPressed(5))


def test_events_of_other_roles_change_nothing() -> None:
    state = told(window(FIRST))
    assert step(state, object(), 1.0) == (state, ())
    assert step(state, Told(catalogue()), 1.0)[1] == ()
