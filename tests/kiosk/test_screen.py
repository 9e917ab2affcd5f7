"""Every page, in every language, on two panels: legible, reachable, complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations
from math import hypot

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from hall.station.settings import fonts
from kiosk.frame import leaf_grid
from kiosk.screen import page_of
from kiosk.values import BLOCKED, Kiosk, PageName
from screen.colours import LEAST_CONTRAST, contrast
from screen.fonts import Lettering
from screen.layout import Box
from screen.page import Page, Panel, Sign, Text
from screen.painter import Painter, button_texts
from tests.kiosk.made import LANGUAGES, every_page, in_language, kiosk_words

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
def test_buttons_are_large_apart_and_on_the_screen(size: tuple[int, int], language: str, name: str) -> None:
    shown = page(size, language, name)
    for button in shown.buttons():
        assert button.box.inside(Box(0, 0, *size)), button
        assert min(button.box.w, button.box.h) >= dp(size, 60), button
    for one, other in combinations(shown.buttons(), 2):
        assert not one.box.overlaps(other.box), (one.id, other.id)


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_all_text_fits_at_a_legible_size(size: tuple[int, int], language: str, name: str, painter: Painter) -> None:
    lettering: Lettering = painter.lettering
    for item in page(size, language, name).items:
        if isinstance(item, Text) and item.words:
            fitted, lines = lettering.fit(item)
            assert not any(line.endswith("…") for line in lines), item
            assert fitted >= dp(size, 30), (item.words, fitted)
            assert item.box.inside(Box(0, 0, *size)), item


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_choices_are_written_whole_and_large(size: tuple[int, int], language: str, name: str, painter: Painter) -> None:
    for button in page(size, language, name).buttons():
        for text in button_texts(button):
            fitted, lines = painter.lettering.fit(text)
            assert not any(line.endswith("…") for line in lines), button
            assert fitted >= dp(size, 30), (text.words, fitted)


@pytest.mark.parametrize(("size", "language", "name"), CASES)
def test_contrast_is_at_least_4_5(size: tuple[int, int], language: str, name: str) -> None:
    shown = page(size, language, name)
    for i, item in enumerate(shown.items):
        if isinstance(item, Text | Sign):
            below = [p for p in shown.items[:i] if isinstance(p, Panel) and p.box.holds(*item.box.centre)]
            ground = below[-1].fill if below else shown.ground
            assert contrast(item.colour, ground) >= LEAST_CONTRAST, item
    for button in shown.buttons():
        assert contrast(button.look.ink, button.look.fill) >= LEAST_CONTRAST


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
