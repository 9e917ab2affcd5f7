"""What is said, when and in which order."""

from __future__ import annotations

import pytest

from broadcast.flow import EMERGENCY_PAUSE_S, QUEUED, step
from broadcast.values import Began, Cut, Ended, Event, Play, Prepare, Show, Tone, Voice
from hall.happened import HubChanged, Ticked, Told
from hall.messages import Say
from hall.model import Instant, ServiceState
from tests.broadcast.made import NINE, VALID_MS, alarm, at_window, call, ended, played, voice


def hear(state: Voice, *events: Event, now: Instant | None = NINE, mono: float = 0.0) -> tuple[Voice, list[object]]:
    """The state after the events and everything that was to be done."""
    done: list[object] = []
    for event in events:
        state, effects = step(state, event, now, mono)
        done += effects
    return state, done


def said(state: Voice, now: Instant | None = NINE, mono: float = 0.0) -> list[str]:
    """Say everything that is left, whole; the ids in their order."""
    spoken: list[str] = []
    while state.playing is not None and len(spoken) < 99:
        spoken.append(state.playing.announcement.say)
        state, _ = step(state, Ended(state.playing.token, len(state.playing.announcement.sentences)), now, mono)
    return spoken


def ids(*calls: Say) -> list[str]:
    return [c.id for c in calls]


def test_a_call_is_chimed_and_said_as_often_as_told_with_captions_in_step() -> None:
    state, done = hear(voice("zh", "en"), Told(call()))
    play = played(tuple(done))
    zh, en = "请A017号到3号窗口办理业务", "Ticket A017, please go to window 3."
    assert play.announcement.tone is Tone.CHIME
    assert [s.text for s in play.announcement.sentences] == [zh, en, zh, en]
    assert isinstance(done[0], Prepare)

    _, done = hear(state, *(Began(play.token, i) for i in range(4)), ended(play))
    assert all(isinstance(e, Show) and e.caption.say == call().id for e in done)
    captions = [(e.caption.text, e.caption.language) for e in done if isinstance(e, Show)]
    assert captions == [(zh, "zh"), (en, "en"), (zh, "zh"), (en, "en"), ("", "zh")]


def test_several_calls_at_once_keep_their_order_one_at_a_time() -> None:
    calls = [call(f"A{i:03}", window=i) for i in range(1, 8)]
    state, done = hear(voice(), *map(Told, calls))
    assert len([e for e in done if isinstance(e, Play)]) == 1
    assert said(state) == ids(*calls)


def test_an_id_had_before_is_dropped_also_after_it_was_said() -> None:
    state, done = hear(voice(), Told(call()), Told(call()))
    state, done = hear(state, ended(played(tuple(done))), Told(call()))
    assert not [e for e in done if isinstance(e, Play)]
    assert state.playing is None


@pytest.mark.parametrize(
    ("changes", "now"),
    [
        ({"zone": "other"}, NINE),
        ({"repeats": 0}, NINE),
        ({}, NINE + VALID_MS + 1),
        ({}, None),
    ],
    ids=["another zone", "no repeats", "expired", "no hub time"],
)
def test_what_is_not_said(changes: dict[str, object], now: Instant | None) -> None:
    _, done = hear(voice(), Told(call(**changes)), now=now)  # type: ignore[arg-type]
    assert not [e for e in done if isinstance(e, Play)]


def test_a_call_is_said_at_its_last_millisecond() -> None:
    _, done = hear(voice(), Told(call()), now=NINE + VALID_MS)
    assert played(tuple(done))


def test_a_call_waits_for_hub_time_and_expires_by_it() -> None:
    state, _ = hear(voice(), Told(call()), Told(call("A018", at=NINE + 60_000)), now=None)
    state, done = hear(state, HubChanged(here=True), now=NINE + VALID_MS + 1)
    assert played(tuple(done)).announcement.say == call("A018").id


def test_what_expires_in_the_queue_is_never_begun() -> None:
    first, second, third = call("A001"), call("A002"), call("A003", at=NINE + 10_000)
    state, _ = hear(voice(), *map(Told, (first, second, third)))
    state, _ = hear(state, Ticked(), now=NINE + VALID_MS + 1)
    assert said(state, now=NINE + VALID_MS + 1) == ids(first, third)


def test_a_recall_of_a_queued_ticket_takes_its_place_and_does_not_double() -> None:
    spoken, first, other = call("A001"), call("A002", 2), call("A003", 3)
    again = call("A002", 5, n=2, at=NINE + 3_000)
    state, _ = hear(voice(), *map(Told, (spoken, first, other, again)))
    assert said(state) == ids(spoken, again, other)


def test_an_older_call_that_comes_late_does_not_replace_the_newer() -> None:
    newer = call("A002", n=2, at=NINE + 3_000)
    state, _ = hear(voice(), Told(call("A001")), Told(newer), Told(call("A002")))
    assert said(state) == ids(call("A001"), newer)


def test_a_recall_of_the_ticket_being_said_is_said_after_it() -> None:
    again = call("A001", n=2, at=NINE + 3_000)
    state, _ = hear(voice(), Told(call("A001")), Told(again))
    assert said(state) == ids(call("A001"), again)


@pytest.mark.parametrize(
    ("window", "is_said"),
    [
        (at_window(2, "A002"), True),
        (at_window(1, None), True),
        (at_window(2, None), False),
        (at_window(2, "A009"), False),
        (at_window(2, "A002", ServiceState.SERVING), False),
    ],
    ids=["still called", "another window", "taken back", "the next in hand", "has come"],
)
def test_a_queued_call_whose_ticket_is_not_awaited_is_not_said(window: Told, is_said: bool) -> None:
    state, _ = hear(voice(), Told(call("A001", 1)), Told(call("A002", 2)), window)
    assert said(state) == ids(call("A001"), *([call("A002")] if is_said else []))


def test_the_queue_is_bounded_and_the_oldest_give_way() -> None:
    calls = [call(f"A{i:03}", window=i % 9 + 1) for i in range(QUEUED + 10)]
    state, _ = hear(voice(), *map(Told, calls))
    assert len(state.queue) == QUEUED
    assert said(state)[1:] == ids(*calls[-QUEUED:])


# --- emergencies ------------------------------------------------------------------------------------------------------


def test_an_emergency_cuts_in_repeats_with_pauses_and_ends_at_once() -> None:
    state, done = hear(voice(), Told(call()))
    play = played(tuple(done))
    state, _ = hear(state, Began(play.token, 0))
    state, done = hear(state, alarm("发生火情，请从安全出口离开！请勿使用电梯。"))
    assert isinstance(done[0], Cut)
    assert done[0].token == play.token
    first = played(tuple(done))
    assert first.announcement.tone is Tone.ALARM
    assert [s.text for s in first.announcement.sentences] == ["发生火情，请从安全出口离开！", "请勿使用电梯。"]
    assert [e.caption.text for e in done if isinstance(e, Show)] == [""]

    state, done = hear(state, Ended(play.token, 1), ended(first), mono=10.0)
    assert done == []
    state, done = hear(state, Ticked(), mono=10.0 + EMERGENCY_PAUSE_S - 0.1)
    assert done == []
    state, done = hear(state, Ticked(), mono=10.0 + EMERGENCY_PAUSE_S)
    again = played(tuple(done))
    assert again.announcement == first.announcement

    state, done = hear(state, Began(again.token, 0), alarm(""))
    assert [e.token for e in done if isinstance(e, Cut)] == [again.token]
    assert [e.caption.text for e in done if isinstance(e, Show)] == ["发生火情，请从安全出口离开！", ""]
    rest = played(tuple(done))
    assert rest.announcement.say == call().id
    assert len(rest.announcement.sentences) == 1  # of two repeats one had begun


@pytest.mark.parametrize(("begun", "left"), [(0, 2), (1, 1), (2, 1), (3, 0), (4, 0)])
def test_a_call_that_was_cut_is_said_again_for_the_repeats_that_had_not_begun(begun: int, left: int) -> None:
    state, done = hear(voice("zh", "en"), Told(call()), Told(call("A018")))
    play = played(tuple(done))
    state, _ = hear(state, alarm("请离开"), Ended(play.token, begun), alarm(""))
    assert state.playing is not None
    if left:
        assert state.playing.announcement.say == call().id
        assert len(state.playing.announcement.sentences) == 2 * left
    else:
        assert state.playing.announcement.say == call("A018").id


def test_a_call_that_was_cut_keeps_its_place_though_the_emergency_is_over_first() -> None:
    state, done = hear(voice(), Told(call()), Told(call("A018")))
    play = played(tuple(done))
    state, _ = hear(state, alarm("请离开"), alarm(""))
    assert state.playing is None  # nothing sounds until the player has told how far it came
    state, _ = hear(state, Ended(play.token, 0))
    assert said(state) == ids(call(), call("A018"))


def test_calls_wait_while_there_is_an_emergency_and_expire() -> None:
    state, done = hear(voice(), alarm("请离开"))
    assert played(tuple(done)).announcement.say == ""
    state, done = hear(state, Told(call()), Told(call("A018", at=NINE + 30_000)))
    assert not [e for e in done if isinstance(e, Play | Cut)]
    state, done = hear(state, alarm(""), now=NINE + 31_000)
    assert played(tuple(done)).announcement.say == call("A018").id


def test_an_emergency_needs_no_hub_time_and_the_same_text_again_changes_nothing() -> None:
    state, done = hear(voice(), alarm("请离开"), now=None)
    play = played(tuple(done))
    state, done = hear(state, alarm("请离开"), Began(play.token, 0), now=None)
    assert [e.caption.at for e in done if isinstance(e, Show)] == [NINE]
    assert len(done) == 1


def test_another_text_cuts_into_the_first() -> None:
    state, done = hear(voice(), alarm("请离开"))
    first = played(tuple(done))
    state, done = hear(state, alarm("警报解除，请回到座位"))
    assert Cut(first.token) in done
    assert played(tuple(done)).announcement.sentences[0].text == "警报解除，请回到座位"


def test_another_zones_emergency_is_none_of_ours() -> None:
    assert hear(voice(), alarm("请离开", zone="east")) == (voice(), [])


def test_what_the_player_says_of_an_old_announcement_changes_nothing() -> None:
    state, done = hear(voice(), Told(call()))
    play = played(tuple(done))
    assert hear(state, Began(play.token - 1, 0), Ended(play.token - 1, 2)) == (state, [])
