"""What every kind of screen shows of what it knows."""

from __future__ import annotations

import pytest

from display.flow import step
from display.shown import TURN_S, shown
from display.values import (
    BarSays,
    Board,
    Closed,
    Emergency,
    Misplaced,
    Settings,
    Shown,
    Starting,
    State,
    Waiting,
    WindowSign,
)
from hall.happened import HubChanged
from hall.hours import instant_of
from hall.messages import BoardState
from hall.model import DeskState, PostLetter
from tests.display.made import (
    DAY,
    NOW,
    PHONE,
    SERVING,
    board,
    boards,
    caption,
    catalogue,
    emergency,
    opening,
    row,
    told,
    window,
    wrapped,
)

HALL = Settings()
ZONE_A = Settings(zone="a")
SIGN = Settings(window=3)


def board_of(state: State, mono: float = 1.0) -> Board:
    body = shown(state, NOW, mono).body
    assert isinstance(body, Board)
    return body


def sign_of(state: State) -> WindowSign:
    body = shown(state, NOW, 1.0).body
    assert isinstance(body, WindowSign)
    return body


def labels(body: Board) -> list[str]:
    return [called.label for called in body.called]


# --- boards -------------------------------------------------------------------------------------------------


def test_a_zone_board_is_right_after_one_message_alone() -> None:
    body = board_of(told(ZONE_A, boards()[0], here=None, now=None))
    assert labels(body) == ["A017", "A016", "B009", "A012"]
    assert [called.place.window for called in body.called] == [3, 1, 2, 6]
    assert body.paused == (5,)


def test_a_hall_board_shows_all_zones_called_before_served_new_before_old() -> None:
    body = board_of(told(HALL, catalogue(), *boards()))
    assert labels(body) == ["A017", "C021", "E108", "A016", "C020", "B009", "D003", "A012", "F007", "E101"]
    assert [called.fresh for called in body.called][:2] == [True, False]
    assert body.called[1].place.zone == "B区"
    assert body.paused == (5, 13, 15)


def test_a_zone_board_shows_no_other_zone() -> None:
    assert labels(board_of(told(ZONE_A, catalogue(), *boards()))) == ["A017", "A016", "B009", "A012"]


def test_a_recalled_ticket_comes_to_the_top() -> None:
    state = told(ZONE_A, board("a", row("A017", 3, 30), row("A016", 1, 300)))
    state, _ = step(state, wrapped(board("a", row("A017", 3, 30), row("A016", 1, 300, calls=2))), NOW, 1.0)
    assert labels(board_of(state)) == ["A016", "A017"]


def test_waiting_counts_are_added_but_a_matter_of_two_zones_counts_once() -> None:
    more = (*boards()[:2], board("c", waiting={"social": 4, "civil": 7}))
    waiting = board_of(told(HALL, catalogue(), *more)).waiting
    assert waiting[0] == Waiting("人力资源和社会保障局", 16)
    assert waiting[1] == Waiting("税务局", 5)  # zones A and B serve the same tax matter
    assert [w.department for w in waiting][2:4] == ["民政局", "市场监督管理局"]  # the catalogue's order


def test_english_names_where_there_are_any() -> None:
    seen = shown(told(HALL, catalogue(), *boards()), NOW, 1.0, "en").body
    assert isinstance(seen, Board)
    assert seen.waiting[0].department == "Human Resources and Social Security"
    assert seen.called[0].place.zone == "Zone A"


def test_notices_and_the_complaint_phone() -> None:
    body = board_of(told(Settings(notices=("欢迎",)), catalogue(), *boards()))
    assert (body.notices, body.complaint_phone) == (("欢迎",), PHONE)


def test_captions_of_the_screens_zones_alone() -> None:
    messages = (catalogue(), *boards(), caption("a", "请A017号"), caption("b", "请C021号"))
    assert board_of(told(HALL, *messages)).caption == "请A017号　请C021号"
    assert board_of(told(ZONE_A, *messages)).caption == "请A017号"


def test_long_lists_turn_every_some_seconds() -> None:
    state = told(HALL, *boards())
    assert [board_of(state, mono).turn for mono in (0.0, TURN_S - 0.1, TURN_S, 3 * TURN_S)] == [0, 0, 1, 3]


# --- closed, away, wrong ------------------------------------------------------------------------------------


def test_a_closed_hall_with_nobody_left_says_so() -> None:
    lunch = opening(False, "lunch", "13:00")
    assert shown(told(ZONE_A, lunch, board("a")), NOW, 1.0).body == Closed("lunch", instant_of("+08:00", DAY, "13:00"))


@pytest.mark.parametrize(
    "left", [board("a", row("A1", 1, 5, SERVING)), board("a", waiting={"tax": 1})], ids=["served", "waiting"]
)
def test_a_closed_hall_with_somebody_left_goes_on_showing_the_board(left: BoardState) -> None:
    assert board_of(told(ZONE_A, opening(False, "after_hours"), left)).shut == Closed("after_hours", None)


def test_while_the_hub_is_away_the_board_stays_and_says_since_when() -> None:
    state = told(HALL, catalogue(), *boards())
    away, _ = step(state, HubChanged(False, "silent"), NOW, 1.0)
    seen = shown(away, NOW + 600_000, 1.0)
    assert (seen.stale, seen.stale_since) == (True, NOW)
    assert labels(board_of(away)) == labels(board_of(state))
    assert seen.now == NOW + 600_000


def test_nothing_known_is_starting() -> None:
    for settings in (HALL, ZONE_A, SIGN):
        assert shown(told(settings, here=None), None, 0.0) == Shown(
            hall="", utc_offset="+08:00", now=None, body=Starting()
        )


def test_a_zone_or_window_the_hall_has_not_is_told() -> None:
    assert shown(told(Settings(zone="x"), catalogue()), NOW, 1.0).body == Misplaced("x", None)
    assert shown(told(Settings(window=99), catalogue()), NOW, 1.0).body == Misplaced(None, 99)


def test_the_clock_is_cut_to_the_minute() -> None:
    state = told(HALL, catalogue(), *boards())
    assert shown(state, NOW + 59_999, 1.0) == shown(state, NOW, 1.0)
    assert shown(state, NOW + 60_000, 1.0) != shown(state, NOW, 1.0)


# --- emergency ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [HALL, ZONE_A, SIGN])
@pytest.mark.parametrize("known", [True, False])
def test_an_emergency_stands_over_everything(settings: Settings, known: bool) -> None:
    before = (catalogue(), opening(False, "day_off"), *boards(), window(DeskState.CALLING)) if known else ()
    alone = () if known or settings.window is None else (catalogue(),)  # its zone must be known somehow
    body = shown(told(settings, *alone, emergency("a", "撤离"), *before), NOW, 1.0).body
    assert isinstance(body, Emergency)
    assert [text for text, _ in body.texts] == ["撤离"]


@pytest.mark.parametrize("settings", [ZONE_A, SIGN])
def test_another_zones_emergency_is_not_ours_and_the_whole_halls_is(settings: Settings) -> None:
    state = (catalogue(), *boards(), window(DeskState.FREE))
    assert not isinstance(shown(told(settings, *state, emergency("b")), NOW, 1.0).body, Emergency)
    assert isinstance(shown(told(settings, *state, emergency("hall")), NOW, 1.0).body, Emergency)


def test_a_hall_board_names_the_zones_unless_all_are_meant() -> None:
    some = shown(told(HALL, catalogue(), emergency("a", "撤离"), emergency("c", "撤离")), NOW, 1.0).body
    assert isinstance(some, Emergency)
    assert some.texts == (("撤离", ("A区", "C区")),)
    every = shown(told(HALL, catalogue(), *(emergency(z, "撤离") for z in "abc")), NOW, 1.0).body
    assert isinstance(every, Emergency)
    assert every.texts == (("撤离", ()),)


def test_once_over_the_board_is_back() -> None:
    assert labels(board_of(told(ZONE_A, *boards(), emergency("a"), emergency("a", "")))) == labels(
        board_of(told(ZONE_A, *boards()))
    )


# --- one window ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("desk", list(DeskState))
def test_a_window_tells_its_state_after_one_message(desk: DeskState) -> None:
    sign = sign_of(told(SIGN, window(desk), here=None, now=None))
    assert sign.says is BarSays(desk.value)
    assert sign.ticket == ("A017" if desk in (DeskState.CALLING, DeskState.SERVING) else "")
    assert (sign.clerk is None) == (desk is DeskState.CLOSED)


def test_the_card_follows_whoever_signed_in() -> None:
    first = sign_of(told(SIGN, catalogue(), window(DeskState.FREE)))
    assert first.clerk is not None
    assert (first.clerk.name, first.clerk.badge, first.clerk.letter) == ("王小丽", "101", PostLetter.A)
    other = window(DeskState.FREE, badge="1024", letter=PostLetter.B)
    second = sign_of(told(SIGN, catalogue(), window(DeskState.FREE), other))
    assert second.clerk is not None
    assert (second.clerk.name, second.clerk.letter) == ("欧阳建国", PostLetter.B)


def test_a_clerk_without_a_card_has_a_number_at_least() -> None:
    sign = sign_of(told(SIGN, window(DeskState.FREE, badge="777")))
    assert sign.clerk is not None
    assert (sign.clerk.badge, sign.clerk.name) == ("777", "")
