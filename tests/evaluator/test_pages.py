"""Pages as values: everything fits and reads on its ground, five equal levels, words from the words files alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.resources import files

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest
from msgspec.structs import replace

from evaluator.frame import View
from evaluator.screen import event_of, event_of_key, page_of
from evaluator.values import Erased, LevelPressed, MoreReasons, ReasonPressed, Settings, State, Submitted, Typed
from hall.messages import Card
from hall.model import DeskState
from hall.ratings import LEVELS
from hall.station.settings import fonts, words
from screen.page import Page, Shape, Sign
from screen.painter import Painter
from tests.evaluator.made import FIRST, REASONS, catalogue, told, window
from tests.screen.legible import legible, texts

SIZES = ((1024, 600), (800, 480), (1280, 800))
LANGUAGES = ("zh", "en")
SMALLEST_TEXT = 12
WORDS = {language: (words("evaluator", language), words("ratings", language)) for language in LANGUAGES}
LONG = Card(badge="100024", name="阿依古丽·买买提江", title="农业农村和水利局综合受理窗口 副主任科员")
TEXT = "窗口的小王同志很耐心，材料一次就说清楚了，感谢！" * 4
KNOWN = (catalogue(), window(FIRST))
STATES: dict[str, State] = {
    **{f"card {desk}": told(catalogue(), window(state=desk)) for desk in DeskState},
    "card, nobody": told(catalogue(), window(state=DeskState.CLOSED, clerk=None, letter=None)),
    "card, long": told(catalogue(LONG), window(clerk="100024")),
    "card, unknown badge": told(catalogue(), window(clerk="999")),
    "card, hub away": told(catalogue(), window(), here=False),
    "card alone": told(window()),
    "starting": told(here=False),
    "misplaced": told(catalogue(), settings=Settings(window=9, reasons=REASONS)),
    "levels": told(*KNOWN),
    "levels, nobody": told(catalogue(), window(FIRST, clerk=None, letter=None)),
    "levels, long": told(catalogue(LONG), window(FIRST, clerk="100024")),
    "thanks": told(*KNOWN, LevelPressed(5), Submitted()),
    **{f"reasons {n}": told(*KNOWN, LevelPressed(n), ReasonPressed(REASONS.of(n)[1])) for n in LEVELS},
    **{f"all reasons {n}": told(*KNOWN, LevelPressed(n), MoreReasons(), Typed("好"), Erased()) for n in LEVELS},
    "own words": told(*KNOWN, LevelPressed(2), *map(Typed, TEXT)),
}


def drawn(state: State, size: tuple[int, int] = SIZES[0], language: str = "zh", keyboard: bool = False) -> Page:
    own, ratings = WORDS[language]
    return page_of(View(state=state, mono=1.0, size=size, words=own, ratings=ratings, keyboard=keyboard))


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    pygame.display.init()
    pygame.display.set_mode(SIZES[0])
    made = Painter(fonts())
    yield made
    made.close()
    pygame.display.quit()


every_page = pytest.mark.parametrize(
    ("name", "size", "language"),
    [(name, size, language) for name in STATES for size in SIZES for language in LANGUAGES],
    ids=str,
)


def said(page: Page) -> list[str]:
    return [text.words for text in texts(page)]


@every_page
def test_every_page_is_legible_and_in_reach(name: str, size: tuple[int, int], language: str, painter: Painter) -> None:
    button = 44 * size[0] * 0.83 / 800  # dp, on a pad of 7 inches: 133 dpi at 800 pixels
    legible(drawn(STATES[name], size, language), painter, text=SMALLEST_TEXT, button=button, lines=2)


# --- five equal levels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_five_levels_differ_in_face_and_words_alone(size: tuple[int, int], language: str, painter: Painter) -> None:
    page = drawn(STATES["levels"], size, language)
    buttons = [b for b in page.buttons() if b.id.startswith("level:")]
    assert [b.id for b in buttons] == [f"level:{n}" for n in (5, 4, 3, 2, 1)]
    assert [b.box.x for b in buttons] == sorted(b.box.x for b in buttons)
    assert len({(b.box.w, b.box.h, b.box.y, b.look, b.size) for b in buttons}) == 1
    names = [text for text in texts(page) if text.words in {WORDS[language][1](f"level.{n}") for n in LEVELS}]
    assert len(names) == 5
    assert len({(text.colour, text.bold, painter.lettering.fit(text)[0]) for text in names}) == 1
    faces = [item for item in page.items if isinstance(item, Sign) and item.shape.value.startswith("face")]
    assert [face.shape for face in faces] == [Shape.FACE_5, Shape.FACE_4, Shape.FACE_3, Shape.FACE_2, Shape.FACE_1]
    assert len({(face.colour, face.box.w, face.box.y) for face in faces}) == 1


def test_the_drawn_levels_weigh_the_same(painter: Painter) -> None:
    """Ink of the five faces, pixel by pixel: none stands out."""
    page = drawn(STATES["levels"])
    surface = pygame.Surface(page.size)
    painter.paint(surface, page)
    inks = []
    for item in page.items:
        if isinstance(item, Sign) and item.shape.value.startswith("face"):
            box = item.box
            dots = [(x, y) for x in range(box.x, box.right) for y in range(box.y, box.bottom)]
            inks.append(sum(tuple(surface.get_at(dot))[:3] == item.colour for dot in dots))
    assert len(inks) == 5
    assert max(inks) < 1.12 * min(inks), inks


def test_no_reason_is_ticked_before_a_finger_ticks_it() -> None:
    for level in LEVELS:
        untouched = drawn(told(*KNOWN, LevelPressed(level), MoreReasons()))
        assert not [i for i in untouched.items if isinstance(i, Sign) and i.shape is Shape.TICK]
        looks = {b.look for b in untouched.buttons() if b.id.startswith("reason:")}
        assert len(looks) == 1


def test_three_reasons_first_and_all_on_demand() -> None:
    page = drawn(told(*KNOWN, LevelPressed(3)))
    assert [b.id for b in page.buttons() if b.id.startswith("reason:")] == ["reason:307", "reason:308", "reason:309"]
    assert page.button("more") is not None
    page = drawn(told(*KNOWN, LevelPressed(3), MoreReasons()))
    assert [b.id for b in page.buttons() if b.id.startswith("reason:")] == [f"reason:{c}" for c in range(307, 315)]
    assert page.button("more") is None


def test_own_words_need_a_keyboard() -> None:
    state = told(*KNOWN, LevelPressed(3))
    assert not any("150" in text for text in said(drawn(state)))
    assert any("150" in text for text in said(drawn(state, keyboard=True)))
    assert any("1/150" in text for text in said(drawn(told(*KNOWN, LevelPressed(3), Typed("好")))))


# --- what stands there --------------------------------------------------------------------------------------


def test_the_card_follows_whoever_signed_in() -> None:
    assert {"王小丽", "工号 101 · A岗", "欢迎办理"} <= set(said(drawn(STATES["card free"])))
    handed_over = told(catalogue(), window(), window(clerk="102", letter="B"))
    assert {"欧阳建国", "工号 102 · B岗"} <= set(said(drawn(handed_over)))


@pytest.mark.parametrize("name", ["card free", "levels"])
def test_the_photo_is_on_the_card_and_beside_the_question(name: str) -> None:
    (picture,) = drawn(STATES[name]).pictures()
    assert picture.file == "101.png"
    assert 0.6 < picture.box.w / picture.box.h < 0.9


def test_nobody_on_duty_and_a_clerk_without_a_photo_have_an_empty_frame() -> None:
    for state in (STATES["card, nobody"], STATES["card, unknown badge"], told(catalogue(), window(clerk="102"))):
        assert [picture.file for picture in drawn(state).pictures()] == [""]


def test_the_one_who_is_rated_is_the_one_who_served() -> None:
    relieved = told(*KNOWN, window(FIRST, clerk="102", letter="B"))
    assert "王小丽" in said(drawn(relieved))
    assert "欧阳建国" not in said(drawn(relieved))
    assert [picture.file for picture in drawn(relieved).pictures()] == ["101.png"]


def test_the_wording_of_the_guideline() -> None:
    levels, reasons = said(drawn(STATES["levels"])), said(drawn(STATES["reasons 5"]))
    assert "全国一体化在线政务服务平台“好差评”" in levels
    assert "您好，请您对我的工作给予评价" in levels
    assert "感谢您的评价！请勾选或录入您评价的理由，以帮助各地区各部门更好地提升政务服务绩效。" in reasons
    assert "提交评价" in reasons
    assert {"感谢您的评价！", "谢谢"} <= set(said(drawn(STATES["thanks"])))


def test_the_time_left_is_told_and_goes_on() -> None:
    own, ratings = WORDS["zh"]
    view = View(state=STATES["levels"], mono=1.0, size=SIZES[0], words=own, ratings=ratings)
    assert any("59 秒" in text for text in said(page_of(view)))
    assert any("1 秒" in text for text in said(page_of(replace(view, mono=59.5))))
    assert page_of(replace(view, mono=1.3)) == page_of(view)  # drawn once a second, not more


def test_page_names_tell_no_level() -> None:
    assert {drawn(STATES[f"reasons {n}"]).name for n in LEVELS} == {"reasons"}


def test_both_languages_have_the_same_words() -> None:
    for chinese, english in zip(*WORDS.values(), strict=True):
        assert set(chinese.keys()) == set(english.keys())


def test_no_sentence_for_people_stands_in_the_logic() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for source in files("evaluator").iterdir():
        if source.name.endswith(".py"):
            code = re.sub(r'"""[\s\S]*?"""|#.*', "", source.read_text(encoding="utf-8"))
            assert not chinese.search(code), source.name


def test_buttons_and_keys_mean_what_they_say() -> None:
    for state in STATES.values():
        for button in drawn(state).buttons():
            assert event_of(button.id) is not None, button
    assert event_of("nothing") is None
    assert event_of_key("好") == Typed("好")
    assert isinstance(event_of_key("backspace"), Erased)
    assert event_of_key("return") is None
    assert event_of_key("f1") is None
