"""The window through real SDL events, on SDL's dummy driver; the finger through its socket."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

from hall.station.settings import fonts
from screen.finger import Finger
from screen.layout import Box
from screen.page import OFF, Button, Page, Picture, Text
from screen.painter import Painter
from screen.window import Closed, Pressed, Typed, Window

SIZE = (400, 300)
YES = Button("yes", "确认", Box(20, 20, 160, 80), 30)
NO = Button("no", "返回", Box(220, 20, 160, 80), 30)
NEVER = Button("never", "不可用", Box(20, 120, 160, 80), 30, look=OFF, enabled=False)
ONE = Page("one", SIZE, (Text("第一页", Box(20, 220, 360, 60), 30), YES, NO, NEVER))
TWO = Page("two", SIZE, (Button("other", "别的", YES.box, 30),))
LIMIT_S = 5.0


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    made = Window(SIZE, Painter(fonts()), pictures=tmp_path / "pictures")
    made.show(ONE)
    made.pump(0)
    yield made
    made.close()


def down(where: tuple[int, int], **more: Any) -> None:
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=where, button=1, **more))


def up(where: tuple[int, int]) -> None:
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=where, button=1))


def test_what_an_input_method_commits_is_typed_once(window: Window) -> None:
    window.show(ONE)
    pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text="办得快"))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_a, unicode="a", mod=0))
    pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text="a"))
    assert window.pump(LIMIT_S) == [Typed("办"), Typed("得"), Typed("快"), Typed("a")]


def test_down_and_up_on_a_button_is_a_press(window: Window) -> None:
    down(YES.box.centre)
    up((YES.box.x + 1, YES.box.y + 1))
    assert window.pump(LIMIT_S) == [Pressed("yes", "one")]


def test_leaving_the_button_before_letting_go_is_none(window: Window) -> None:
    down(YES.box.centre)
    up(NO.box.centre)
    down((10, 290))
    up((10, 290))
    assert window.pump(0) == []


def test_a_disabled_button_and_other_mouse_buttons_say_nothing(window: Window) -> None:
    down(NEVER.box.centre)
    up(NEVER.box.centre)
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.event.Event(kind, pos=YES.box.centre, button=3))
    assert window.pump(0) == []


def test_a_finger_down_on_one_page_does_not_press_the_next(window: Window) -> None:
    down(YES.box.centre)
    window.pump(0)
    window.show(TWO)
    up(YES.box.centre)
    assert window.pump(0) == []


def test_the_second_tap_of_a_double_tap_does_not_press_the_new_page(window: Window) -> None:
    down(YES.box.centre)
    up(YES.box.centre)
    assert window.pump(LIMIT_S) == [Pressed("yes", "one")]
    window.show(TWO)
    down(YES.box.centre)
    up(YES.box.centre)
    assert window.pump(0) == []
    down(YES.box.centre, deliberate=True)
    up(YES.box.centre)
    assert window.pump(LIMIT_S) == [Pressed("other", "two")]


def test_the_second_tap_does_not_press_what_moved_up_on_the_same_page(window: Window) -> None:
    """A list from which the pressed row went: the next row stands under the finger now."""
    down(YES.box.centre)
    up(YES.box.centre)
    assert window.pump(LIMIT_S) == [Pressed("yes", "one")]
    window.show(Page("one", SIZE, TWO.items))
    down(YES.box.centre)
    up(YES.box.centre)
    assert window.pump(0) == []


def test_the_same_key_and_its_neighbour_are_pressed_as_fast_as_one_can(window: Window) -> None:
    for where in (YES.box.centre, YES.box.centre, (YES.box.right - 2, YES.box.y + 4), NO.box.centre, YES.box.centre):
        down(where)
        up(where)
    assert [e.id for e in window.pump(LIMIT_S) if isinstance(e, Pressed)] == ["yes", "yes", "yes", "no", "yes"]


def test_a_pressed_button_looks_pressed(window: Window) -> None:
    def ground() -> tuple[int, ...]:
        return tuple(pygame.display.get_surface().get_at((YES.box.x + 8, YES.box.centre[1])))

    at_rest = ground()
    down(YES.box.centre)
    window.pump(0)
    assert ground() != at_rest
    up(YES.box.centre)
    window.pump(0)
    assert ground() == at_rest


def test_keys_and_closing(window: Window) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_7, unicode="7"))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, unicode="\r"))
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    assert window.pump(LIMIT_S) == [Typed("7"), Typed("return"), Closed()]


def test_waking_ends_a_pump_at_once_and_is_not_lost(window: Window) -> None:
    begun = time.monotonic()
    threading.Timer(0.05, window.wake).start()
    assert window.pump(LIMIT_S) == []
    window.wake()
    window.wake()
    assert window.pump(LIMIT_S) == []
    assert time.monotonic() - begun < LIMIT_S / 2


def test_an_equal_page_is_not_drawn_again(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    flips = []
    monkeypatch.setattr(pygame.display, "flip", lambda: flips.append(1))
    window.show(Page(ONE.name, ONE.size, ONE.items))
    assert flips == []
    window.show(TWO)
    assert flips == [1]


def test_pictures_are_numbered_by_page_and_whole(window: Window, tmp_path: Path) -> None:
    window.show(Page("one", SIZE, (YES,)))
    window.show(TWO)
    window.show(ONE)
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == ["0001-one.png", "0002-two.png", "0003-one.png"]
    assert pygame.image.load(tmp_path / "pictures" / names[1]).get_size() == SIZE


# --- the finger ---------------------------------------------------------------------------------------------------


class Talk:
    """The other end of the finger's socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(LIMIT_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rwb")

    def __call__(self, line: object) -> dict[str, Any]:
        self._lines.write((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture
def talk(window: Window, tmp_path: Path) -> Iterator[Talk]:
    finger = Finger(tmp_path / "finger", window)
    talking = Talk(tmp_path / "finger")
    yield talking
    talking.close()
    finger.close()
    assert not (tmp_path / "finger").exists()


def test_the_finger_sees_the_page_and_its_buttons(talk: Talk) -> None:
    seen = talk({"look": True})
    assert (seen["page"], seen["size"]) == ("one", [400, 300])
    assert [(b["id"], b["label"], b["rect"]) for b in seen["buttons"]] == [
        ("yes", "确认", [20, 20, 160, 80]),
        ("no", "返回", [220, 20, 160, 80]),
    ]
    assert seen["texts"] == ["第一页"]
    assert seen["pictures"] == []


def test_the_finger_sees_whose_photo_is_shown(window: Window, talk: Talk) -> None:
    window.show(Page("card", SIZE, (Picture("101.png", YES.box), Picture("", NO.box))))
    assert talk({"look": True})["pictures"] == ["101.png", ""]


def test_the_finger_taps_and_types_through_sdl(window: Window, talk: Talk) -> None:
    assert talk({"tap": "no"}) == {"tapped": [300, 60]}
    assert window.pump(LIMIT_S) == [Pressed("no", "one")]
    assert talk({"tap": [21, 21]}) == {"tapped": [21, 21]}
    assert window.pump(LIMIT_S) == [Pressed("yes", "one")]
    talk({"type": "return"})
    talk({"type": "7"})
    heard = window.pump(LIMIT_S)
    assert heard == [Typed("return"), Typed("7")]


def test_the_finger_awaits_a_page(window: Window, talk: Talk) -> None:
    threading.Timer(0.05, window.wake).start()
    answers: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: answers.append(talk({"await": "two", "limit_s": LIMIT_S})))
    waiting.start()
    window.pump(LIMIT_S)
    window.show(TWO)
    waiting.join(LIMIT_S)
    assert answers == [{"page": "two"}]
    assert "'three' did not come" in talk({"await": "three", "limit_s": 0.01})["error"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"tap": "maybe"}, "no button 'maybe' on page 'one'; there are: yes, no"),
        ({"tap": "never"}, "no button 'never'"),
        ({"type": "no such key"}, "no key"),
        ({}, "a line has"),
        ([1], "one JSON object"),
        (b"{", "Expecting"),
        (b"\xff", "utf-8"),
    ],
)
def test_nonsense_is_answered_and_changes_nothing(window: Window, talk: Talk, line: object, error: str) -> None:
    assert error in talk(line)["error"]
    assert window.pump(0) == []
    assert talk({"look": True})["page"] == "one"


def test_only_the_same_user_may_touch_the_socket(talk: Talk, tmp_path: Path) -> None:
    assert talk({"look": True})
    assert stat.S_IMODE((tmp_path / "finger").stat().st_mode) == 0o600
