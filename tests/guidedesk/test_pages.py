"""Every page of the guide desk, in both languages, on three screens: legible, reachable, complete."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from guidedesk.keys import of_key
from guidedesk.pages import page_of
from guidedesk.values import PageName
from hall.station.settings import fonts
from screen.page import Page, Text
from screen.painter import Painter
from tests.guidedesk.made import LANGUAGES, SIZES, every_page, view
from tests.screen.legible import legible

CASES = [(size, language, name) for size in SIZES for language in LANGUAGES for name in every_page()]
SMALLEST_BUTTON = 40  # pixels, for a mouse; 1024×768 at 15 inches has 85 per inch
SMALLEST_TEXT = 12


def page(size: tuple[int, int], language: str, name: str) -> Page:
    return page_of(view(every_page(language)[name], size, language))


def spoken(name: str, language: str = "zh") -> list[str]:
    return [item.words for item in page(SIZES[0], language, name).items if isinstance(item, Text)]


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    pygame.display.init()
    made = Painter(fonts())
    yield made
    made.close()


def test_every_page_is_here() -> None:
    assert {state.page for state in every_page().values()} == set(PageName)


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_every_page_is_legible_and_in_reach(size: tuple[int, int], language: str, name: str, painter: Painter) -> None:
    legible(page(size, language, name), painter, text=SMALLEST_TEXT, button=SMALLEST_BUTTON)


KEYS = {
    "F1": "f1",
    "F2": "f2",
    "F3": "f3",
    "F4": "f4",
    "F5": "f5",
    "F6": "f6",
    "F7": "f7",
    "F8": "f8",
    "F9": "f9",
    "F10": "f10",
    "F11": "f11",
    "PgUp": "page up",
    "PgDn": "page down",
    "回车": "return",
    "Esc": "escape",
    "退格键": "backspace",
}


@pytest.mark.parametrize("name", list(every_page()))
def test_the_key_on_a_button_presses_it(name: str) -> None:
    state = every_page()[name]
    for button in page(SIZES[0], "zh", name).buttons():
        digit = button.label.partition(" · ")[0]
        key = KEYS.get(button.second) or (digit if digit.isdigit() else None)
        assert key is not None, f"no key for {button}"
        assert of_key(key, state) == button.id, (key, button)


def test_a_number_found_tells_what_staff_ask_for() -> None:
    assert {"A017", "等候中", "社会保障卡申领", "3 人", "09:01 · 号票已打印"} <= set(spoken("found"))
    assert {"正在办理", "3号窗口", "09:01 · 未确认出票"} <= set(spoken("found-serving"))
    assert page(SIZES[0], "zh", "found").button("reprint") is not None
    assert page(SIZES[0], "zh", "found-serving").button("reprint") is None


def test_staff_who_call_stand_on_every_page_and_first_among_the_alerts() -> None:
    words = spoken("alerts")
    assert words.index("3号窗口呼叫工作人员，请立即到场") < words.index("设备异常：kiosk-1 打印机 缺纸或卡纸")
    assert any("3号窗口呼叫工作人员" in w for w in spoken("all-banners"))


def test_nothing_is_asked_of_a_hub_that_is_away() -> None:
    for name in ("all-banners", "banners-confirm", "banners-found", "asking", "withdrawing"):
        asks = {"yes", "again", "reprint", "sure", "enter"}
        assert not asks & {b.id for b in page(SIZES[0], "zh", name).buttons()}, name
