"""Every page, in every language, on two panels: legible, reachable, complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import hypot

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from hall.station.settings import fonts
from kiosk.frame import leaf_grid
from kiosk.screen import page_of
from kiosk.values import BLOCKED, Kiosk, PageName
from screen.page import Page, Sign, Text
from screen.painter import Painter
from tests.kiosk.made import LANGUAGES, every_page, in_language, kiosk_words
from tests.screen.legible import legible

PANELS = ((1080, 1920), (1024, 768))
INCHES = {(1080, 1920): 24.0, (1024, 768): 15.0}
CASES = [(size, language, name) for size in PANELS for language in LANGUAGES for name in every_page()]


def dp(size: tuple[int, int], count: float) -> float:
    """Pixels of so many dp (1/160 inch) on the panel."""
    pixels_per_inch = hypot(*size) / INCHES[size]
    return count * pixels_per_inch / 160


def page(size: tuple[int, int], language: str, name: str) -> Page:
    rows, columns = leaf_grid(size)
    state = in_language(every_page(rows * columns)[name], language)
    return page_of(state, kiosk_words(), kiosk_words("refusals"), size)


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    pygame.display.init()
    made = Painter(fonts())
    yield made
    made.close()


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_every_page_is_legible_and_in_reach(size: tuple[int, int], language: str, name: str, painter: Painter) -> None:
    """Of the mode for elder people: targets of 60 dp, text of 30 dp."""
    legible(page(size, language, name), painter, text=dp(size, 30), button=dp(size, 60))


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_the_staff_are_named_and_the_other_language_is_one_touch_away(
    size: tuple[int, int], language: str, name: str
) -> None:
    shown = page(size, language, name)
    words = [item.words for item in shown.items if isinstance(item, Text)]
    assert kiosk_words()[language]("foot.help") in words
    other = next(code for code in LANGUAGES if code != language)
    assert shown.button(f"language:{other}") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_that_may_lack_its_paper_is_shown_large(language: str) -> None:
    shown = page(PANELS[0], language, "see_staff")
    number = max((i for i in shown.items if isinstance(i, Text)), key=lambda text: text.size)
    assert (number.words, number.size) == ("A017", 250)


def test_trouble_differs_by_sign_and_words_not_by_colour_alone() -> None:
    for name in (p.value for p in BLOCKED if p is not PageName.CLOSED):
        shown = page(PANELS[0], "zh", name)
        assert [item for item in shown.items if isinstance(item, Sign)]
        assert kiosk_words()["zh"](f"{name}.title") in [i.words for i in shown.items if isinstance(i, Text)]


def test_a_closed_hall_says_why_and_when_it_opens() -> None:
    words = " ".join(i.words for i in page(PANELS[0], "zh", "closed-lunch").items if isinstance(i, Text))
    assert "午间休息" in words
    assert "今天 13:00" in words
    words = " ".join(i.words for i in page(PANELS[0], "en", "closed-day-off").items if isinstance(i, Text))
    assert "2026-11-24 09:01" in words


def test_painting_every_page_leaves_no_part_of_the_screen_undrawn(painter: Painter) -> None:
    magic = pygame.Color(1, 2, 3)
    for size, language, name in CASES:
        surface = pygame.Surface(size)
        surface.fill(magic)
        painter.paint(surface, page(size, language, name))
        assert surface.get_at((0, 0)) != magic
        assert surface.get_at((size[0] - 1, size[1] - 1)) != magic


def test_a_state_without_choices_is_still_a_page() -> None:
    shown = page_of(Kiosk(languages=("zh",)), kiosk_words(), kiosk_words("refusals"), (1080, 1920))
    assert [button.id for button in shown.buttons()] == []
