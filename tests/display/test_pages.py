"""Pages as values and as pixels: everything fits, reads on its ground, and a call is on every screen of its zone."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from display.frame import NUMBER, View
from display.screen import page_of
from display.shown import shown
from display.values import Published, Settings, State
from hall.happened import HubChanged
from hall.model import DeskState
from hall.station.settings import fonts, words
from screen.page import Page, Panel, Text
from screen.painter import Painter
from tests.display.made import (
    CASES,
    NOTICES,
    NOW,
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
)
from tests.screen.legible import legible

SIZES = ((1920, 1080), (1080, 1920), (1280, 720))
LANGUAGES = ("zh", "en")
SMALLEST_TEXT = 12
WORDS = {language: words("display", language) for language in LANGUAGES}
HALL = Settings(notices=NOTICES)
ZONE_A = Settings(zone="a", notices=NOTICES)
SIGN = Settings(window=3)
KNOWN = (catalogue(), opening(), *boards())
CROWD = (
    catalogue(),
    opening(),
    board("a", *(row(f"A{100 + n}", n, 30 * n) for n in range(1, 7)), waiting={"social": 140, "market": 3}),
    board("b", *(row(f"B{100 + n}", n, 30 * n) for n in range(7, 12)), waiting={"land": 26}),
    board("c", *(row(f"C{100 + n}", n, 30 * n) for n in range(12, 17)), waiting={"police": 7}, paused=(12, 13)),
)
STATES: dict[str, State] = {
    "hall": told(HALL, *KNOWN, Published(CASES), caption("a")),
    "hall away": told(HALL, *KNOWN, HubChanged(False, "silent")),
    "hall crowded": told(HALL, *CROWD),
    "zone": told(ZONE_A, *KNOWN, caption("a")),
    "zone shut": told(ZONE_A, *KNOWN, opening(False, "lunch", "13:00")),
    "zone in trouble": told(ZONE_A, *KNOWN, opening(False, "clock_behind")),
    "zone alone": told(ZONE_A, boards()[0], here=None, now=None),
    "zone empty": told(ZONE_A, catalogue(), opening(), board("a")),
    "closed": told(HALL, catalogue(), opening(False, "after_hours", "13:00"), board("a")),
    "closed by trouble": told(HALL, catalogue(), opening(False, "cannot_write"), board("a")),
    "starting": told(HALL, here=None),
    "misplaced zone": told(Settings(zone="x"), catalogue()),
    "misplaced window": told(Settings(window=99), catalogue()),
    "emergency": told(HALL, *KNOWN, emergency("a"), emergency("b", "电梯停用，请走楼梯。")),
    "emergency, long": told(ZONE_A, *KNOWN, emergency("a", "请有序撤离，不要返回取物。" * 12)),
    **{f"window {desk}": told(SIGN, catalogue(), window(desk), caption("a")) for desk in DeskState},
    "window, new call": told(SIGN, catalogue(), window(DeskState.CALLING, in_hand=in_hand(ago_s=2))),
    "window alone": told(SIGN, window(DeskState.SERVING), here=None, now=None),
}


def drawn(state: State, size: tuple[int, int] = SIZES[0], language: str = "zh", mono: float = 1.0) -> Page:
    return page_of(shown(state, NOW, mono, language), size, WORDS[language])


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    pygame.display.init()
    pygame.display.set_mode(SIZES[0])
    made = Painter(fonts())
    yield made
    made.close()
    pygame.display.quit()


every_screen = pytest.mark.parametrize(
    ("name", "size", "language"),
    [(name, size, language) for name in STATES for size in SIZES for language in LANGUAGES],
    ids=str,
)


@every_screen
def test_every_page_is_legible(name: str, size: tuple[int, int], language: str, painter: Painter) -> None:
    """Names of departments may be cut, in English; whatever people act on is whole."""
    legible(drawn(STATES[name], size, language), painter, text=SMALLEST_TEXT, may_be_cut=DEPARTMENTS)


DEPARTMENTS = {name for d in catalogue().departments for name in (d.name, d.english)}


def _texts(page: Page) -> list[str]:
    return [item.words for item in page.items if isinstance(item, Text)]


# --- a call is visible on every screen of its zone ----------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("settings", [HALL, ZONE_A, SIGN])
@pytest.mark.parametrize("crowd", [False, True])
def test_a_call_is_on_every_screen_of_its_zone(
    settings: Settings, size: tuple[int, int], crowd: bool, painter: Painter
) -> None:
    rest = CROWD[3:] if crowd else KNOWN[3:]
    rows = tuple(row(f"A{100 + n}", n, 30 * n) for n in (1, 2, 4, 5, 6)) if crowd else ()
    before = told(settings, catalogue(), opening(), board("a", *rows), *rest, window(DeskState.FREE))
    call = (board("a", row("A017", 3, 1), *rows, rev=11), window(DeskState.CALLING, in_hand=in_hand(ago_s=1), rev=11))
    after = told(settings, catalogue(), opening(), *call, *rest)
    page = drawn(after, size)
    label = next(item for item in page.items if isinstance(item, Text) and item.words == "A017")
    assert any(text == "3" for text in _texts(page))
    assert "A017" not in _texts(drawn(before, size))
    ink = _inked(painter, page, label)
    assert 0.02 < ink < 0.6, ink
    height = painter.lettering.fit(label)[0]
    assert height >= View(shown(after, NOW, 1.0), size, WORDS["zh"]).px(NUMBER), height


@pytest.mark.parametrize("size", SIZES)
def test_sixteen_calls_at_once_are_all_on_the_hall_board(size: tuple[int, int], painter: Painter) -> None:
    page = drawn(STATES["hall crowded"], size)
    surface = _painted(painter, page)
    for label in [f"A{100 + n}" for n in range(1, 7)] + [f"B{100 + n}" for n in range(7, 12)]:
        text = next(item for item in page.items if isinstance(item, Text) and item.words == label)
        assert _share(surface, text) > 0.02


def test_more_calls_than_fit_turn_page_by_page() -> None:
    zone = board("a", *(row(f"A{100 + n}", 1 + n % 6, 30 * n) for n in range(40)))
    seen = [set(_texts(drawn(told(HALL, zone), mono=mono))) for mono in (1.0, 11.0, 21.0)]
    shown_ones = [{label for label in page if label.startswith("A1")} for page in seen]
    assert set.union(*shown_ones) == {f"A{100 + n}" for n in range(40)}
    assert all("A100" in page for page in shown_ones)  # the newest stays


def test_new_is_told_by_more_than_colour() -> None:
    fresh, old = drawn(told(ZONE_A, *KNOWN)), drawn(told(ZONE_A, *KNOWN, now=None))
    assert WORDS["zh"]("board.new") in _texts(fresh)
    assert WORDS["zh"]("board.new") not in _texts(old)
    frames = [
        max(p.edge_width for p in page.items if isinstance(p, Panel) and p.edge is not None) for page in (fresh, old)
    ]
    assert frames[0] > 3 * frames[1]


def _painted(painter: Painter, page: Page) -> pygame.Surface:
    surface = pygame.Surface(page.size)
    painter.paint(surface, page)
    return surface


def _inked(painter: Painter, page: Page, text: Text) -> float:
    return _share(_painted(painter, page), text)


def _share(surface: pygame.Surface, text: Text) -> float:
    """How much of a text's box has the text's own colour."""
    box = text.box
    points = [(x, y) for x in range(box.x, box.right, 2) for y in range(box.y, box.bottom, 2)]
    return sum(tuple(surface.get_at(point))[:3] == text.colour for point in points) / len(points)


# --- what stands where --------------------------------------------------------------------------------------


def test_words_come_from_the_words_files_alone_and_both_languages_have_them() -> None:
    assert set(WORDS["zh"].keys()) == set(WORDS["en"].keys())


def test_the_emergency_covers_the_whole_screen() -> None:
    page = drawn(STATES["emergency"])
    assert page.name == "emergency"
    assert not any("A017" in text for text in _texts(page))
    assert any(text.startswith("A区：") for text in _texts(page))


def test_the_stale_board_says_since_when() -> None:
    assert any("10:20" in text and "失去联系" in text for text in _texts(drawn(STATES["hall away"])))


def test_masked_rows_and_moving_notices() -> None:
    page = drawn(STATES["hall"])
    assert "王*" in _texts(page)
    assert "王强" not in _texts(page)
    (strip,) = page.strips()
    assert strip.lines[:2] == NOTICES
    assert "0915-3212345" in strip.lines[-1]


@pytest.mark.parametrize("size", SIZES)
def test_the_photo_on_the_sign_is_that_of_whoever_sits_there(size: tuple[int, int]) -> None:
    def photos(state: State) -> list[str]:
        return [picture.file for picture in drawn(state, size).pictures()]

    first = told(SIGN, catalogue(), window(DeskState.FREE))
    relieved = told(SIGN, catalogue(), window(DeskState.FREE), window(DeskState.FREE, badge="1024", rev=11))
    assert photos(first) == ["101.png"]
    assert photos(relieved) == [""]  # a clerk without a photo
    assert photos(told(SIGN, catalogue(), window(DeskState.CLOSED))) == [""]
    (picture,) = drawn(first, size).pictures()
    assert 0.6 < picture.box.w / picture.box.h < 0.85  # upright, as a photo of an identity card
    assert picture.box.h > 0.1 * size[1]


def test_equal_states_need_no_drawing() -> None:
    assert drawn(told(HALL, *KNOWN)) == drawn(told(HALL, *KNOWN))
