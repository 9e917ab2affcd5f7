"""Every page of the soft caller, in both languages, on four screens: legible, reachable, complete."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from caller.offers import BARS, why_not
from caller.pages import page_of
from caller.presses import FUNCTION_KEYS, KEY_NAMES
from caller.values import State
from hall.keymap import Action
from hall.model import DeskState
from hall.station.settings import fonts
from screen.page import Page, Text
from screen.painter import Painter
from tests.caller.made import NOW, at
from tests.caller.views import LANGUAGES, PIN, SIZES, caller_words, every_state, view
from tests.screen.legible import all_buttons, legible

CASES = [(size, language, name) for size in SIZES for language in LANGUAGES for name in every_state()]
SMALLEST_BUTTON = 44  # pixels; a 7-inch 800×480 panel has 133 per inch
SMALLEST_TEXT = 12


def page(size: tuple[int, int], language: str, name: str) -> Page:
    return page_of(view(every_state()[name], size, language))


def spoken(shown: Page) -> list[str]:
    return [item.words for item in shown.items if isinstance(item, Text)]


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    pygame.display.init()
    made = Painter(fonts())
    yield made
    made.close()


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_every_page_is_legible_and_in_reach(size: tuple[int, int], language: str, name: str, painter: Painter) -> None:
    legible(page(size, language, name), painter, text=SMALLEST_TEXT, button=SMALLEST_BUTTON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_a_pin(language: str) -> None:
    for name in every_state():
        assert PIN not in repr(page(SIZES[0], language, name)), name
    assert "•" * len(PIN) in spoken(page(SIZES[0], language, "pin"))


@pytest.mark.parametrize("desk", [d for d in DeskState if d is not DeskState.CLOSED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_has_its_button_its_key_and_if_barred_its_reason(desk: DeskState, language: str) -> None:
    state: State = at(desk)
    words = caller_words("caller", language)
    buttons = {b.id: b for b in all_buttons(page_of(view(state, language=language)))}
    assert set(FUNCTION_KEYS.values()) == set(Action) - {Action.EVALUATE}
    for key, action in FUNCTION_KEYS.items():
        button, why = buttons[f"action:{action}"], why_not(state, action, NOW)
        assert button.second.split()[0] == KEY_NAMES.get(key, key.upper())
        assert button.enabled == (why is None)
        if why is not None:
            assert button.second.endswith(words(f"short.{why}"))
    assert BARS[desk].keys() >= set(FUNCTION_KEYS.values())


def test_what_a_clerk_looks_for_is_there() -> None:
    words = spoken(page(SIZES[0], "zh", "calling-in-doubt"))
    for wanted in ("3号窗口 · 社保综合", "正在呼叫", "欧阳建国 · A岗", "SB1017", "残疾人两项补贴申请", "1288"):
        assert wanted in words
    assert "已呼叫 3 次 · 首次呼叫至今 0:35" in words
    number = max((i for i in page(SIZES[0], "zh", "calling").items if isinstance(i, Text)), key=lambda t: t.size)
    assert number.words == "A017"
    assert any("10:35" in w for w in spoken(page(SIZES[0], "zh", "locked")))
    assert caller_words("caller", "zh")("hub_away") in spoken(page(SIZES[0], "zh", "hub-away"))


def test_the_last_press_says_how_long_it_may_be_taken_back() -> None:
    undo = next(b for b in all_buttons(page(SIZES[0], "zh", "calling")) if b.id == "action:undo")
    assert (undo.label, undo.second) == ("撤销叫号", "F9 · 还剩 5 秒")


def test_a_long_list_is_turned() -> None:
    state = every_state()["matter"]
    first, last = (page_of(view(state, turned=turned)) for turned in (0, 1))
    options = [[b.id for b in all_buttons(p) if b.id.startswith("option:")] for p in (first, last)]
    assert [len(o) for o in options] == [8, 3]
    assert first.button("turn:1") is not None
    assert first.button("turn:-1") is None
    assert page_of(view(state, turned=99)) == last


def test_the_same_state_is_the_same_page() -> None:
    for name, state in every_state().items():
        assert page_of(view(state)) == page_of(view(every_state()[name]))
