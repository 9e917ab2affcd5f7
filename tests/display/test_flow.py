"""What a display knows: right after one message, and what of it is new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from display.flow import CAPTION_S, FRESH_S, LATE_S, SILENT_S, fresh, step
from display.values import BarSays, Light, Published, Settings, State
from hall.happened import HubChanged, Ticked, Told
from hall.masking import STAR
from hall.model import DeskState, Instant
from tests.display.made import (
    CASES,
    NOW,
    ROWS_A,
    SERVING,
    board,
    boards,
    caption,
    catalogue,
    emergency,
    in_hand,
    opening,
    row,
    told,
    window,
    wrapped,
)

HALL = Settings()
ZONE_A = Settings(zone="a")
BARS = Settings(bars=(3,))


def after(state: State, *messages: object, now: Instant | None = NOW, mono: float = 1.0) -> State:
    for message in messages:
        state, _ = step(state, wrapped(message), now, mono)
    return state


# --- what is new --------------------------------------------------------------------------------------------


def test_a_call_heard_live_is_new_for_some_seconds() -> None:
    state = after(told(ZONE_A, board("a")), board("a", row("A017", 3, 0)))
    assert set(state.fresh) == {("A017", 3, 1)}
    assert after(state, Ticked(), mono=1.0 + FRESH_S - 0.1).fresh == state.fresh
    assert after(state, Ticked(), mono=1.0 + FRESH_S).fresh == {}


def test_after_a_restart_only_the_hubs_time_tells_what_is_new() -> None:
    just, old = row("A017", 3, 2), row("A016", 1, 60)
    assert set(told(ZONE_A, board("a", just, old)).fresh) == {("A017", 3, 1)}
    assert told(ZONE_A, board("a", just, old), now=None).fresh == {}


def test_the_same_state_again_stresses_nothing_again() -> None:
    state = after(told(ZONE_A, board("a")), board("a", row("A017", 3, 0)))
    later = after(state, board("a", row("A017", 3, 0), rev=11), mono=5.0)
    assert later.fresh == state.fresh


def test_a_recall_is_new_although_the_call_is_old() -> None:
    state = told(ZONE_A, board("a", row("A017", 3, 300)))
    assert state.fresh == {}
    assert set(after(state, board("a", row("A017", 3, 300, calls=2))).fresh) == {("A017", 3, 2)}


def test_a_call_of_long_ago_is_news_to_nobody() -> None:
    state = told(ZONE_A, board("a"))
    assert after(state, board("a", row("A017", 3, LATE_S))).fresh == {}
    assert set(after(state, board("a", row("A017", 3, LATE_S - 1))).fresh) == {("A017", 3, 1)}


def test_in_a_demo_new_counts_real_seconds() -> None:
    fast = replace(catalogue(), speed=30.0)
    assert set(told(ZONE_A, fast, board("a", row("A017", 3, FRESH_S * 30 - 1))).fresh) == {("A017", 3, 1)}
    assert told(ZONE_A, fast, board("a", row("A017", 3, FRESH_S * 30))).fresh == {}


def test_who_has_come_is_no_longer_called() -> None:
    state = after(told(ZONE_A, board("a")), board("a", row("A017", 3, 0)))
    assert after(state, board("a", row("A017", 3, 0, SERVING))).fresh == {}
    assert after(state, board("a")).fresh == {}


def test_another_zones_board_leaves_the_new_alone() -> None:
    state = after(told(HALL, board("a"), board("b")), board("a", row("A017", 3, 0)))
    assert set(after(state, board("b", row("C021", 8, 0))).fresh) == {("A017", 3, 1), ("C021", 8, 1)}


# --- captions, hub, cases -----------------------------------------------------------------------------------


def test_a_caption_stands_until_its_end_or_its_limit() -> None:
    state = told(ZONE_A, caption("a"))
    assert state.captions["a"].text
    assert after(state, caption("a", "")).captions == {}
    assert after(state, Ticked(), mono=CAPTION_S - 0.1).captions == state.captions
    assert after(state, Ticked(), mono=CAPTION_S).captions == {}


def test_when_the_hub_went_away_is_kept_until_it_is_back() -> None:
    away = after(told(HALL, *boards()), HubChanged(False, "silent"))
    assert (away.hub_here, away.away_since) == (False, NOW)
    assert away.boards == told(HALL, *boards()).boards
    again = after(away, HubChanged(False, "broker_away"), now=NOW + 60_000)
    assert again.away_since == NOW
    back = after(again, HubChanged(True))
    assert (back.hub_here, back.away_since) == (True, None)


def test_a_hub_that_was_never_heard_is_away_after_some_seconds() -> None:
    state = told(ZONE_A, *boards(), here=None, now=None)
    assert after(state, Ticked(), now=None, mono=SILENT_S - 0.1).hub_here is None
    assert after(state, Ticked(), now=None, mono=SILENT_S).hub_here is False


def test_published_rows_are_masked_before_they_are_kept() -> None:
    state = told(HALL, Published(CASES))
    assert [case.applicant for case in state.cases][:3] == ["王*", "李*梅", "欧阳*国"]
    assert "13812345678" not in state.cases[2].matter
    assert all(STAR in case.applicant for case in state.cases)


# --- bars ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "says", "text"),
    [
        (DeskState.CALLING, BarSays.CALLING, "A017"),
        (DeskState.SERVING, BarSays.SERVING, "A017"),
        (DeskState.PAUSED, BarSays.PAUSED, ""),
        (DeskState.FREE, BarSays.FREE, ""),
        (DeskState.CLOSED, BarSays.CLOSED, ""),
    ],
)
def test_a_bar_tells_its_window_after_one_message(desk: DeskState, says: BarSays, text: str) -> None:
    state, lights = step(fresh(BARS), Told(window(desk)), None, 0.0)
    assert lights == (Light(3, says, text),)
    assert step(state, Told(window(desk, rev=11)), None, 1.0)[1] == ()


def test_a_bar_hears_only_its_own_window() -> None:
    assert step(fresh(BARS), Told(window(DeskState.FREE, 4)), NOW, 0.0)[1] == ()


def test_an_emergency_is_on_the_bar_before_anything_else_and_goes_again() -> None:
    state = told(BARS, catalogue(), window(DeskState.CALLING))
    state, lights = step(state, Told(emergency("a", "火警")), NOW, 1.0)
    assert lights == (Light(3, BarSays.EMERGENCY, "火警"),)
    state, lights = step(state, Told(window(DeskState.SERVING)), NOW, 1.0)
    assert lights == ()
    state, lights = step(state, Told(emergency("a", "")), NOW, 1.0)
    assert lights == (Light(3, BarSays.SERVING, "A017"),)
    assert step(state, Told(emergency("b", "火警")), NOW, 1.0)[1] == ()


def test_a_bar_stays_as_it_is_while_the_hub_is_away() -> None:
    state = told(BARS, window(DeskState.CALLING))
    assert step(state, HubChanged(False, "silent"), NOW, 1.0)[1] == ()


def test_a_recall_does_not_rewrite_a_bar() -> None:
    state = told(BARS, window(DeskState.CALLING))
    assert step(state, Told(window(DeskState.CALLING, in_hand=in_hand(calls=2))), NOW, 1.0)[1] == ()


# --- whatever comes -----------------------------------------------------------------------------------------

_MESSAGES = [
    catalogue(),
    opening(),
    opening(False, "lunch", "13:00"),
    *boards(),
    board("a", *ROWS_A[1:]),
    board("a"),
    *(window(desk) for desk in DeskState),
    emergency("a"),
    emergency("a", ""),
    caption("a"),
    caption("b", ""),
    Published(CASES),
    HubChanged(True),
    HubChanged(False, "silent"),
    Ticked(),
]


@given(st.lists(st.tuples(st.sampled_from(_MESSAGES), st.floats(0, 20)), max_size=30), st.booleans())
def test_the_last_states_alone_decide_what_is_known(history: list[tuple[object, float]], timed: bool) -> None:
    """One message of each kind after a restart gives what a long life gave, but for what is new or spoken."""
    now = NOW if timed else None
    state, mono = fresh(Settings(bars=(3,))), 0.0
    for message, later in history:
        mono += later
        state, _ = step(state, wrapped(message), now, mono)
    states = [*state.boards.values(), *state.windows.values(), *state.emergencies.values()]
    states += [s for s in (state.catalogue, state.opening) if s is not None]
    reborn = fresh(Settings(bars=(3,)))
    for message in states:
        reborn, _ = step(reborn, wrapped(message), now, 0.0)
    assert (reborn.boards, reborn.windows, reborn.emergencies) == (state.boards, state.windows, state.emergencies)
    assert (reborn.catalogue, reborn.opening) == (state.catalogue, state.opening)
    if state.windows:
        assert reborn.lit == state.lit
