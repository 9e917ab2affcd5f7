"""The caller's flow, press by press."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from caller.entry import NO_SALT
from caller.flow import fresh, step
from caller.offers import BARS, options, why_not
from caller.secret import Secret
from caller.values import (
    Cells,
    Choice,
    Chose,
    Effect,
    Entered,
    Erased,
    Event,
    Feedback,
    Field,
    Left,
    Manner,
    Origin,
    Pressed,
    Settings,
    Signal,
    Stage,
    State,
    Stretch,
    Stretched,
    Typed,
    WantSignIn,
    Why,
)
from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered, Want
from hall.keymap import Action
from hall.messages import (
    Aside,
    Body,
    CallNumber,
    Done,
    Finish,
    Hold,
    Issued,
    Next,
    NoShow,
    Pause,
    Recall,
    Refusal,
    Refused,
    Resume,
    SignIn,
    SignOut,
    Start,
    TakeTicket,
    Transfer,
    Undo,
    WindowState,
)
from hall.model import DeskAct, DeskState, Disposition, MissReason
from tests.caller.made import NOW, SALT, WINDOW, at, catalogue, in_hand, window

D = DeskState
KEYPAD, SCREEN = Origin.KEYPAD, Origin.SCREEN
DONE, FAILED = Feedback(Signal.DONE), Feedback(Signal.FAILED)


def go(state: State, *events: Event, mono: float = 100.0) -> tuple[State, tuple[Effect, ...]]:
    """All events at one moment; the effects of all."""
    effects: tuple[Effect, ...] = ()
    for event in events:
        state, more = step(state, event, NOW, mono)
        effects += more
    return state, effects


def keypad(action: Action | None, digits: str = "") -> Pressed:
    return Pressed(action, Secret(digits), KEYPAD)


def typing(digits: str) -> list[Typed]:
    return [Typed(Secret(d)) for d in digits]


def said(state: State) -> str:
    return state.said.key if state.said else ""


# --- what a press becomes -----------------------------------------------------------------------------------


PLAIN: list[tuple[DeskState, Action, Body]] = [
    (D.PAUSED, Action.RESUME, Resume(window=WINDOW)),
    (D.PAUSED, Action.SIGN_OUT, SignOut(window=WINDOW)),
    (D.FREE, Action.NEXT, Next(window=WINDOW)),
    (D.FREE, Action.PAUSE, Pause(window=WINDOW)),
    (D.FREE, Action.SIGN_OUT, SignOut(window=WINDOW)),
    (D.CALLING, Action.RECALL, Recall(window=WINDOW)),
    (D.CALLING, Action.START, Start(window=WINDOW)),
    (D.CALLING, Action.UNDO, Undo(window=WINDOW)),
    (D.SERVING, Action.UNDO, Undo(window=WINDOW)),
]


@pytest.mark.parametrize(("desk", "action", "body"), PLAIN)
@pytest.mark.parametrize("origin", Origin)
def test_a_plain_press_is_one_wish_from_either_place(
    desk: DeskState, action: Action, body: Body, origin: Origin
) -> None:
    state, effects = go(at(desk), Pressed(action, origin=origin))
    assert effects == (Want(body),)
    assert state.pending is not None
    assert state.pending.stage is Stage.ASKED


KEYPAD_BODIES: list[tuple[DeskState, Action, str, Body]] = [
    (D.FREE, Action.CALL_NUMBER, "23", CallNumber(window=WINDOW, label="23")),
    (D.CALLING, Action.NEXT, "", Next(window=WINDOW, finishing=Disposition.DONE)),
    (D.SERVING, Action.NEXT, "", Next(window=WINDOW, finishing=Disposition.DONE)),
    (D.SERVING, Action.FINISH, "1", Finish(window=WINDOW, disposition=Disposition.DONE)),
    (D.CALLING, Action.NO_SHOW, "5", NoShow(window=WINDOW, reason=MissReason.ABSENT)),
    (D.CALLING, Action.TRANSFER, "02", Transfer(window=WINDOW, reason="keypad", to_window=2)),
    (D.CALLING, Action.HOLD, "00", Hold(window=WINDOW)),
    (D.SERVING, Action.HOLD, "0", Hold(window=WINDOW)),
]


@pytest.mark.parametrize(("desk", "action", "digits", "body"), KEYPAD_BODIES)
def test_a_keypad_cannot_be_asked_back(desk: DeskState, action: Action, digits: str, body: Body) -> None:
    assert go(at(desk), keypad(action, digits))[1] == (Want(body),)


CHOICES: list[tuple[DeskState, Action, list[str], Body]] = [
    (D.SERVING, Action.FINISH, ["accepted"], Finish(window=WINDOW, disposition=Disposition.ACCEPTED)),
    (D.SERVING, Action.NEXT, ["advised"], Next(window=WINDOW, finishing=Disposition.ADVISED)),
    (D.CALLING, Action.NO_SHOW, ["not_ready"], NoShow(window=WINDOW, reason=MissReason.NOT_READY)),
    (D.SERVING, Action.HOLD, ["payment"], Hold(window=WINDOW, reason="payment")),
    (D.CALLING, Action.HOLD, ["none"], Hold(window=WINDOW)),
    (
        D.CALLING,
        Action.TRANSFER,
        ["window 2", "specialist"],
        Transfer(window=WINDOW, reason="specialist", to_window=2),
    ),
    (
        D.SERVING,
        Action.TRANSFER,
        ["department tax", "matter tax-2", "wrong_matter"],
        Transfer(window=WINDOW, reason="wrong_matter", matter="tax-2"),
    ),
]


@pytest.mark.parametrize(("desk", "action", "picks", "body"), CHOICES)
def test_the_soft_caller_asks_first(desk: DeskState, action: Action, picks: list[str], body: Body) -> None:
    state, effects = go(at(desk), Pressed(action))
    assert effects == ()
    for pick in picks:
        assert effects == ()
        assert pick in {o.id for o in options(state)}
        state, effects = go(state, Chose(pick))
    assert effects == (Want(body),)
    assert state.choosing is None


def test_the_soft_callers_next_may_finish_by_setting() -> None:
    settings = Settings(window=WINDOW, screen=Manner(next_finishes=Disposition.DONE))
    _, effects = go(at(D.SERVING, settings), Pressed(Action.NEXT))
    assert effects == (Want(Next(window=WINDOW, finishing=Disposition.DONE)),)
    _, effects = go(at(D.SERVING, settings), Pressed(Action.FINISH))
    assert effects == (), "finish still asks how"


def test_many_windows_have_a_list_of_their_own() -> None:
    told = catalogue()
    many = replace(told, windows=tuple(replace(told.windows[0], number=n) for n in range(1, 31)))
    state, _ = go(at(D.CALLING), Told(many), Pressed(Action.TRANSFER))
    assert [o.id for o in options(state)] == ["windows", "department social", "department tax", "department civil"]
    state, _ = go(state, Chose("windows"))
    assert {o.id for o in options(state)} == {f"window {n}" for n in range(1, 31) if n != WINDOW}
    assert go(state, Left())[0].choosing == go(at(D.CALLING), Pressed(Action.TRANSFER))[0].choosing
    _, effects = go(state, Chose("window 30"), Chose("next_step"))
    assert effects == (Want(Transfer(window=WINDOW, reason="next_step", to_window=30)),)


def test_a_matter_no_window_serves_is_not_offered() -> None:
    told = catalogue()
    nowhere = replace(told, matters=tuple(replace(m, windows=()) if m.id == "tax-1" else m for m in told.matters))
    state, _ = go(at(D.CALLING), Told(nowhere), Pressed(Action.TRANSFER), Chose("department tax"))
    assert [o.id for o in options(state)] == ["matter tax-2"]


def test_a_list_is_left_step_by_step_and_stale_touches_do_nothing() -> None:
    state, _ = go(at(D.CALLING), Pressed(Action.TRANSFER), Chose("department civil"))
    assert state.choosing is not None
    assert state.choosing.choice is Choice.MATTER
    assert go(state, Chose("matter tax-1")) == (state, ()), "of another department"
    state, _ = go(state, Left())
    assert state.choosing is not None
    assert state.choosing.choice is Choice.TARGET
    state, _ = go(state, Left())
    assert state.choosing is None
    assert go(state, Chose("window 2")) == (state, ())


def test_a_list_closes_when_the_window_no_longer_allows_it() -> None:
    state, _ = go(at(D.CALLING), Pressed(Action.NO_SHOW))
    assert go(state, Told(window(D.FREE, rev=11)))[0].choosing is None
    assert go(state, Told(window(D.CALLING, rev=11)))[0].choosing is not None


ASIDE = tuple(Aside(label=label, matter="tax-1", since=NOW) for label in ("A017", "SB0018"))


def test_a_number_set_aside_is_taken_up_from_the_list() -> None:
    state, effects = go(at(D.FREE, aside=ASIDE), Pressed(Action.TAKE_UP))
    assert effects == ()
    assert [o.id for o in options(state)] == ["aside A017", "aside SB0018"]
    state, effects = go(state, Told(window(D.FREE, rev=11, aside=ASIDE)), Chose("aside SB0018"))
    assert effects == (Want(CallNumber(window=WINDOW, label="SB0018")),)
    taken = window(D.CALLING, rev=12, in_hand=in_hand(label="SB0018"))
    state, _ = go(state, Answered(CallNumber(window=WINDOW, label="SB0018"), Done(window=taken)))
    assert said(state) == "done.take_up"


def test_a_pin_typed_after_its_dialogue_closed_goes_nowhere() -> None:
    state, _ = go(at(D.FREE), keypad(Action.SIGN_IN, "1024"))
    state, _ = go(state, Told(window(D.CALLING, rev=11)), Told(window(D.FREE, rev=12)))
    assert state.entry is None
    late, effects = go(state, keypad(Action.CALL_NUMBER, "73915028"), mono=105.0)
    assert effects == (FAILED,)
    assert said(late) == "why.unknown_key"
    body = CallNumber(window=WINDOW, label="023")
    assert go(state, keypad(Action.CALL_NUMBER, "023"), mono=105.0)[1] == (Want(body),)
    assert go(state, keypad(Action.CALL_NUMBER, "1017"), mono=140.0)[1] != (FAILED,)


def test_a_list_of_those_set_aside_closes_when_there_are_none_any_more() -> None:
    state, _ = go(at(D.FREE, aside=ASIDE), Pressed(Action.TAKE_UP), Told(window(D.FREE, rev=11)))
    assert state.choosing is None


def test_a_keypad_takes_up_whoever_was_set_aside_first() -> None:
    _, effects = go(at(D.FREE, aside=ASIDE), keypad(Action.TAKE_UP, "3"))
    assert effects == (Want(CallNumber(window=WINDOW, label="A017")),)
    assert why_not(at(D.FREE), Action.TAKE_UP, NOW, KEYPAD) is Why.NOTHING_ASIDE


# --- what is barred -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("desk", DeskState)
@pytest.mark.parametrize("action", [a for a in Action if a is not Action.SIGN_IN])
def test_a_barred_press_is_words_and_failed_and_no_wish(desk: DeskState, action: Action) -> None:
    before = at(desk, undo=None)
    why = why_not(before, action, NOW, KEYPAD)
    if why is None:
        return
    state, effects = go(before, keypad(action, "7" if action is Action.CALL_NUMBER else ""))
    assert effects == (FAILED,)
    assert said(state) == f"why.{why}"
    assert go(before, Pressed(action))[1] == ()


def test_every_state_says_something_about_every_action() -> None:
    for desk in DeskState:
        assert set(BARS[desk]) >= set(Action) - {Action.EVALUATE}, desk


BARRED = [
    (D.CLOSED, Action.NEXT, Why.NOT_SIGNED_IN),
    (D.PAUSED, Action.NEXT, Why.PAUSED),
    (D.FREE, Action.START, Why.NO_TICKET_IN_HAND),
    (D.CALLING, Action.FINISH, Why.NOT_STARTED),
    (D.CALLING, Action.SIGN_OUT, Why.TICKET_IN_HAND),
    (D.SERVING, Action.RECALL, Why.ALREADY_STARTED),
    (D.FREE, Action.EVALUATE, Why.NO_PAD),
]


@pytest.mark.parametrize(("desk", "action", "why"), BARRED)
def test_reasons(desk: DeskState, action: Action, why: Why) -> None:
    assert why_not(at(desk), action, NOW) is why


def test_a_no_show_needs_the_halls_calls() -> None:
    strict = Told(replace(catalogue(), no_show_calls=3))
    twice, _ = go(at(D.CALLING, in_hand=in_hand(calls=2)), strict)
    thrice, _ = go(at(D.CALLING, in_hand=in_hand(calls=3)), strict)
    assert why_not(twice, Action.NO_SHOW, NOW) is Why.CALL_AGAIN
    assert why_not(thrice, Action.NO_SHOW, NOW) is None


def test_nobody_waiting_no_next() -> None:
    assert why_not(at(D.FREE, waiting=0), Action.NEXT, NOW) is Why.NOBODY_WAITING
    assert why_not(at(D.SERVING, waiting=0), Action.NEXT, NOW) is None, "it still finishes"


def test_undo_has_its_time() -> None:
    free = at(D.FREE, undo=DeskAct.FINISH, undo_until=NOW + 1)
    assert why_not(free, Action.UNDO, NOW) is None
    assert why_not(free, Action.UNDO, NOW + 1) is Why.NOTHING_TO_UNDO
    assert why_not(free, Action.UNDO, None) is Why.NOTHING_TO_UNDO
    assert why_not(at(D.FREE), Action.UNDO, NOW) is Why.NOTHING_TO_UNDO


def test_without_the_hub_nothing_is_wished() -> None:
    state, effects = go(at(D.FREE), HubChanged(False, "silent"), keypad(Action.NEXT))
    assert effects == (Cells(), FAILED), "the numbers go dark, the press fails"
    assert said(state) == "why.hub_away"
    _, effects = go(state, HubChanged(True), keypad(Action.NEXT))
    assert Want(Next(window=WINDOW)) in effects


def test_before_the_first_state_nothing_is_wished() -> None:
    state, _ = go(fresh(Settings(window=WINDOW)), HubChanged(True), Told(catalogue()))
    assert go(state, keypad(Action.SIGN_IN, "101"))[1] == (FAILED,)


def test_a_key_string_without_meaning_fails() -> None:
    state, effects = go(at(D.FREE), keypad(None, "99"))
    assert effects == (FAILED,)
    assert said(state) == "why.unknown_key"


@pytest.mark.parametrize("digits", ["3", "9", "0", "000000"])
def test_a_keypad_transfers_only_to_another_window_that_exists(digits: str) -> None:
    state, effects = go(at(D.CALLING), keypad(Action.TRANSFER, digits))
    assert effects == (FAILED,)
    assert said(state) == "why.unknown_target"


# --- one wish in flight -------------------------------------------------------------------------------------


def test_three_angry_presses_are_one_call() -> None:
    state, effects = go(at(D.FREE), *[keypad(Action.NEXT)] * 3)
    assert effects == (Want(Next(window=WINDOW)),)
    called = Answered(Next(window=WINDOW), Done(window=window(D.CALLING, rev=11)))
    state, effects = go(state, called, mono=100.02)
    assert DONE in effects
    state, effects = go(state, keypad(Action.NEXT), mono=100.6)
    assert effects == (), "the hub was quick, the fourth press is still the same one"
    state, effects = go(state, keypad(Action.NEXT), mono=101.5)
    assert effects == (), "and the fifth, 0.9 s after the fourth"
    _, effects = go(state, keypad(Action.NEXT), mono=103.0)
    assert effects == (Want(Next(window=WINDOW, finishing=Disposition.DONE)),)


def test_a_refused_press_may_be_tried_again_at_once() -> None:
    state, _ = go(at(D.FREE), keypad(Action.NEXT))
    refused = Answered(Next(window=WINDOW), Refused(code=Refusal.NOBODY_WAITING))
    state, effects = go(state, refused, mono=100.1)
    assert effects == (FAILED,)
    assert state.said is not None
    assert (state.said.room, state.said.key) == ("refusals", "nobody_waiting")
    assert Want(Next(window=WINDOW)) in go(state, keypad(Action.NEXT), mono=100.2)[1]


def test_another_press_while_one_is_in_flight_is_refused() -> None:
    state, _ = go(at(D.FREE), keypad(Action.NEXT))
    state, effects = go(state, keypad(Action.PAUSE))
    assert effects == (FAILED,)
    assert said(state) == "why.busy"


def test_no_answer_nothing_new_until_it_is_settled() -> None:
    wish = Next(window=WINDOW)
    state, _ = go(at(D.FREE), keypad(Action.NEXT))
    state, effects = go(state, Unanswered(wish, settled=False))
    assert effects == (FAILED,)
    assert said(state) == "withdrawing"
    state, effects = go(state, keypad(Action.PAUSE), mono=110)
    assert effects == (FAILED,), "still being withdrawn"
    settled, effects = go(state, Unanswered(wish, settled=True), mono=111)
    assert effects == ()
    assert said(settled) == "never_happened"
    assert Want(wish) in go(settled, keypad(Action.NEXT), mono=111.1)[1]
    stands, effects = go(state, Answered(wish, Done(window=window(D.CALLING, rev=12))), mono=111)
    assert DONE in effects
    assert stands.pending is None
    assert said(stands) == "done.next"


def test_answers_of_other_roles_and_windows_are_not_ours() -> None:
    state, _ = go(at(D.FREE), keypad(Action.NEXT))
    issued = Issued(ticket="t", label="A1", matter="tax-1", issued_at=0, ahead=0, windows=(1,))
    for event in (
        Answered(TakeTicket(matter="tax-1"), issued),
        Answered(Next(window=4), Refused(code=Refusal.PAUSED)),
        Unanswered(Next(window=4), settled=True),
        Told(replace(window(D.PAUSED, rev=50), window=4)),
    ):
        assert go(state, event) == (state, ())


# --- states -------------------------------------------------------------------------------------------------


def test_an_older_state_is_stale_until_the_hub_comes_back() -> None:
    state = at(D.FREE, rev=10)
    assert go(state, Told(window(D.PAUSED, rev=9)))[0].window == state.window
    newer, _ = go(state, Told(window(D.PAUSED, rev=10)))
    assert newer.window is not None
    assert newer.window.state is D.PAUSED
    restored, _ = go(state, HubChanged(False), HubChanged(True), Told(window(D.CLOSED, rev=2)))
    assert restored.window is not None
    assert restored.window.state is D.CLOSED


def test_the_keypad_shows_what_changed_and_only_then() -> None:
    state = at(D.FREE, waiting=4)
    assert state.cells == Cells(4, "")
    state, effects = go(state, Told(window(D.CALLING, rev=11, waiting=3)))
    assert effects == (Cells(3, "017"),)
    assert go(state, Told(window(D.SERVING, rev=12, waiting=3)))[1] == ()
    assert go(state, Told(window(D.CLOSED, rev=13)))[1] == (Cells(),)
    long = window(D.CALLING, rev=14, in_hand=in_hand(label="B1234"))
    assert go(state, Told(long))[1] == (Cells(4, "234"),)


def test_a_free_clerk_is_told_that_somebody_came() -> None:
    came = Told(window(D.FREE, rev=11, waiting=1))
    assert go(at(D.FREE, waiting=0), came)[1] == (Feedback(Signal.ATTENTION), Cells(1, ""))
    assert Feedback(Signal.ATTENTION) not in go(at(D.FREE, waiting=1), came)[1]
    assert Feedback(Signal.ATTENTION) not in go(at(D.SERVING, waiting=0), came)[1]


def test_messages_and_digits_are_forgotten_in_time() -> None:
    state, _ = go(at(D.SERVING), Pressed(Action.PAUSE), mono=0)
    assert said(go(state, Ticked(), mono=11.9)[0]) == "why.ticket_in_hand"
    assert said(go(state, Ticked(), mono=12.0)[0]) == ""
    state, _ = go(at(D.FREE), *typing("12"), mono=0)
    assert go(state, Ticked(), mono=29.9)[0].entry is not None
    assert go(state, Ticked(), mono=30.0)[0].entry is None


# --- signing in ---------------------------------------------------------------------------------------------


def stretched(state: State, badge: str = "101") -> State:
    return go(state, Stretched(badge, Secret(b"k" * 32)))[0]


def test_sign_in_at_the_keypad() -> None:
    state, effects = go(at(D.CLOSED), keypad(Action.SIGN_IN, "101"))
    assert effects == (DONE,)
    assert state.entry is not None
    assert (state.entry.field, state.entry.badge) == (Field.PIN, "101")
    state, effects = go(state, keypad(Action.SIGN_IN, "2468"), mono=103)
    assert effects == (Stretch(badge="101", pin=Secret("2468"), salt=SALT),)
    assert state.entry is None, "the PIN is nowhere in the state any more"
    key = Secret(b"k" * 32)
    state, effects = go(state, Stretched("101", key))
    assert effects == (WantSignIn(window=WINDOW, badge="101", key=key),)
    done = Answered(SignIn(window=WINDOW, badge="101", proof=""), Done(window=window(D.PAUSED, rev=11)))
    state, effects = go(state, done)
    assert effects == (DONE, Cells(4, ""))
    assert state.window is not None
    assert state.window.state is D.PAUSED, "signing in starts paused"


def test_sign_in_on_the_screen_digit_by_digit() -> None:
    state, effects = go(at(D.CLOSED), *typing("1025"), Erased(), *typing("4"), Entered())
    assert effects == ()
    state, effects = go(state, *typing("86420973"), *typing("55"), Entered())
    assert effects == (Stretch(badge="1024", pin=Secret("86420973"), salt=SALT),)


def test_an_unknown_badge_is_worked_on_like_any_other() -> None:
    _, effects = go(at(D.CLOSED), keypad(Action.SIGN_IN, "999"), keypad(Action.SIGN_IN, "2468"), mono=5)
    assert effects == (DONE, Stretch(badge="999", pin=Secret("2468"), salt=NO_SALT))


@pytest.mark.parametrize(("digits", "why"), [("12", "badge_short"), ("", ""), ("1234567890123", "badge_short")])
def test_badges_have_three_digits_or_more(digits: str, why: str) -> None:
    state, effects = go(at(D.CLOSED), keypad(Action.SIGN_IN, digits))
    assert said(state) == (f"why.{why}" if why else "")
    assert effects == ((FAILED,) if why else ())


@pytest.mark.parametrize("pin", ["123", "123456789", ""])
def test_a_pin_of_the_wrong_length_is_asked_again(pin: str) -> None:
    state, _ = go(at(D.CLOSED), keypad(Action.SIGN_IN, "101"))
    state, effects = go(state, keypad(Action.SIGN_IN, pin), mono=103)
    assert effects == (FAILED,)
    assert said(state) == "why.pin_length"
    assert state.entry is not None
    assert not state.entry.typed


def test_a_wrong_pin_asks_the_screen_for_the_pin_and_the_keypad_for_the_badge() -> None:
    refused = Answered(SignIn(window=WINDOW, badge="101", proof=""), Refused(code=Refusal.WRONG_BADGE_OR_PIN))
    state, _ = go(at(D.CLOSED), *typing("101"), Entered(), *typing("2468"), Entered())
    state, _ = go(stretched(state), refused)
    assert state.entry is not None
    assert (state.entry.field, state.entry.badge, len(state.entry.typed)) == (Field.PIN, "101", 0)
    state, _ = go(at(D.CLOSED), keypad(Action.SIGN_IN, "101"))
    state, _ = go(state, keypad(Action.SIGN_IN, "2468"), mono=103)
    state, effects = go(stretched(state), refused)
    assert effects == (FAILED,)
    assert state.entry is None


def test_a_locked_badge_is_told_until_when() -> None:
    state, _ = go(at(D.CLOSED), *typing("101"), Entered(), *typing("2468"), Entered())
    locked = Refused(code=Refusal.BADGE_LOCKED, until=NOW + 15 * 60_000)
    state, _ = go(stretched(state), Answered(SignIn(window=WINDOW, badge="101", proof=""), locked))
    assert state.said is not None
    assert dict(state.said.values)["until"] == "10:35"


def test_the_badge_sent_twice_is_not_a_pin() -> None:
    state, _ = go(at(D.CLOSED), keypad(Action.SIGN_IN, "1024"))
    assert go(state, keypad(Action.SIGN_IN, "1024"), mono=100.4) == (state, ())


@pytest.mark.parametrize("action", [Action.CALL_NUMBER, Action.TRANSFER, None])
def test_a_pin_with_the_wrong_key_goes_nowhere(action: Action | None) -> None:
    state, _ = go(at(D.FREE), keypad(Action.SIGN_IN, "1024"))
    state, effects = go(state, keypad(action, "86420973"), mono=103)
    assert effects == (FAILED,)
    assert said(state) == "why.unknown_key"
    assert "86420973" not in repr((state, effects))


def test_cancel_at_the_keypad_leaves_the_sign_in() -> None:
    state, _ = go(at(D.CLOSED), keypad(Action.SIGN_IN, "101"))
    state, effects = go(state, keypad(Action.UNDO))
    assert (state.entry, effects) == (None, (DONE,))


def test_the_b_post_relieves_the_a_post_without_a_ticket_in_hand() -> None:
    assert go(at(D.FREE), Pressed(Action.SIGN_IN))[0].entry is not None
    assert go(at(D.PAUSED), keypad(Action.SIGN_IN, "1024"))[1] == (DONE,)
    assert go(at(D.SERVING), keypad(Action.SIGN_IN, "1024"))[1] == (FAILED,)


def test_a_key_nobody_waits_for_is_dropped() -> None:
    state = at(D.CLOSED)
    assert go(state, Stretched("101", Secret(b"k"))) == (state, ())
    state, _ = go(state, *typing("101"), Entered(), *typing("2468"), Entered())
    assert go(state, Stretched("999", Secret(b"k"))) == (state, ())
    failed, effects = go(state, Stretched("101", None))
    assert (failed.pending, effects) == (None, ())


# --- numbers on the screen ----------------------------------------------------------------------------------


def test_a_number_is_typed_with_its_letter() -> None:
    state, effects = go(at(D.FREE), *typing("a012-!"), Entered())
    assert effects == (Want(CallNumber(window=WINDOW, label="A012")),)
    assert state.entry is None


def test_an_empty_number_is_no_wish() -> None:
    state, effects = go(at(D.FREE), Pressed(Action.CALL_NUMBER), Entered())
    assert (state.entry, effects) == (None, ())


def test_characters_mean_nothing_where_nothing_is_typed() -> None:
    for desk in (D.PAUSED, D.CALLING, D.SERVING):
        state = at(desk)
        assert go(state, *typing("12"), Erased(), Entered()) == (state, ())


def test_a_pin_takes_digits_only() -> None:
    state, _ = go(at(D.CLOSED), *typing("1a0b1"), Entered(), *typing("2x4٣6 8"))
    assert state.entry is not None
    assert state.entry.badge == "101"
    assert state.entry.typed == Secret("2468")


def test_a_relayed_state_without_a_ticket_names_none() -> None:
    state, _ = go(at(D.SERVING, waiting=0), keypad(Action.NEXT))
    free: WindowState = window(D.FREE, rev=11, waiting=0)
    wish = Next(window=WINDOW, finishing=Disposition.DONE)
    state, _ = go(state, Answered(wish, Done(window=free)))
    assert said(state) == "done.nobody"
