"""The pygame window: opens, waits, shows pages, tells what was pressed. The main thread owns it."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from pathlib import Path
from typing import Final, TypeAlias

# SDL would put what we draw into an OpenGL texture; where OpenGL is software, a moving strip at 1080p takes 38 % of a
# core then and the process 182 MB, instead of 1.5 % and 70 MB (SDL 2.28, X11, measured).
os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")

import pygame
from msgspec import Struct

from screen.page import Button, Page
from screen.painter import Painter

# pygame.event.wait polls every millisecond: 3 % of a core, on the dummy driver and on X11 (pygame 2.6.1).
# Looking 25 times a second costs 0.3 %, and a finger rests on the glass for 60 ms and more.
LOOK_S: Final = 0.04
DOUBLE_S: Final = 0.4  # a second tap of one double tap must not press what the new page has in the same place
DOUBLE_PX: Final = 80
PICTURE_EVERY_S: Final = 2.0  # a PNG of a board costs 80 ms; in a busy hall it changes several times a second
MAX_PICTURES: Final = 2_000  # a forgotten directory must not fill the disk
log = logging.getLogger("screen")


class Pressed(Struct, frozen=True):
    """A button was pressed and let go, both on the page of that name."""

    id: str
    page: str


class Typed(Struct, frozen=True):
    """A key of a keyboard: the character it makes, or its name (“return”, “backspace”, “f1”)."""

    key: str


class Closed(Struct, frozen=True):
    """Somebody closed the window."""


WindowEvent: TypeAlias = Pressed | Typed | Closed


class Window:
    """A window or the whole panel. `show` draws what differs; `pump` waits for fingers, keys and `wake`."""

    def __init__(
        self,
        size: tuple[int, int],
        painter: Painter,
        *,
        title: str = "叫号",
        fullscreen: bool = False,
        pictures: Path | None = None,
    ) -> None:
        pygame.display.init()
        self._surface = pygame.display.set_mode(size, pygame.FULLSCREEN if fullscreen else 0)
        pygame.display.set_caption(title)
        if fullscreen:
            pygame.mouse.set_visible(False)
        self.size = size
        self._painter = painter
        self._pictures = pictures
        self._count = 0
        self._picture_at = 0.0
        self._picture_due = False
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
        # A SimpleQueue can be put to from a signal handler, a threading.Event cannot.
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._page: Page | None = None
        self._down: tuple[Button, str] | None = None
        self._last_up: tuple[float, tuple[int, int], tuple[str, str]] | None = None

    # --- for any thread ---

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    def wake(self) -> None:
        """End a waiting `pump`; also from a signal handler."""
        if self._bell.qsize() == 0:
            self._bell.put(None)

    def wait_for(self, name: str, limit_s: float) -> bool:
        """Wait until a page of that name is shown; False after `limit_s`. Not for the owning thread."""
        with self._changed:
            return self._changed.wait_for(lambda: self._page is not None and self._page.name == name, limit_s)

    # --- for the owner ---

    def show(self, page: Page) -> None:
        """Draw the page if it differs from the one shown; a picture of it goes to `pictures`."""
        if page == self._page:
            return
        new_name = self._page is None or page.name != self._page.name
        if self._down is not None and (new_name or page.button(self._down[0].id) is None):
            self._down = None
        self._draw(page)
        with self._changed:
            self._page = page
            self._changed.notify_all()
        if self._pictures is not None:
            self._count += new_name
            self._picture_due = True
            self._save_picture(at_once=new_name)

    def pump(self, timeout_s: float) -> list[WindowEvent]:
        """What was pressed or typed; waits up to `timeout_s` for it or for `wake`."""
        deadline = time.monotonic() + timeout_s
        while True:
            heard = [event for raw in pygame.event.get() for event in self._hear(raw)]
            self._move_strips()
            self._save_picture()
            left = deadline - time.monotonic()
            if heard or left <= 0:
                self._empty_bell()
                return heard
            try:
                self._bell.get(timeout=min(LOOK_S, left))
            except queue.Empty:
                continue
            deadline = 0.0  # one more look, then back

    def close(self) -> None:
        """Close the window."""
        self._save_picture(at_once=True)
        self._painter.close()
        pygame.display.quit()

    def _empty_bell(self) -> None:
        with contextlib.suppress(queue.Empty):
            self._bell.get_nowait()

    def _hear(self, raw: pygame.event.Event) -> list[WindowEvent]:
        if raw.type == pygame.QUIT:
            return [Closed()]
        if raw.type == pygame.KEYDOWN:
            key = raw.unicode if raw.unicode.isprintable() and raw.unicode else pygame.key.name(raw.key)
            return [Typed(key)]
        if raw.type == pygame.TEXTINPUT and not raw.text.isascii():
            return [Typed(character) for character in raw.text]  # an input method's: Latin came as keys above
        # SDL makes mouse events of the first finger on a touch panel, so one way serves mouse and finger.
        if raw.type == pygame.MOUSEBUTTONDOWN and raw.button == 1:
            self._finger_down(raw.pos, getattr(raw, "deliberate", False))
        elif raw.type == pygame.MOUSEBUTTONUP and raw.button == 1:
            return self._finger_up(raw.pos)
        elif raw.type == pygame.WINDOWEXPOSED and self._page is not None:
            self._draw(self._page)
        return []

    def _finger_down(self, where: tuple[int, int], deliberate: bool) -> None:
        page = self._page
        button = page.button_at(*where) if page is not None else None
        if page is None or button is None or (not deliberate and self._is_double_tap(where, page)):
            return
        self._down = (button, page.name)
        self._draw(page)

    def _is_double_tap(self, where: tuple[int, int], page: Page) -> bool:
        """Whether the finger is back where it was, and what it pressed there has made room for something else."""
        if self._last_up is None:
            return False
        at, before, pressed = self._last_up
        near = abs(where[0] - before[0]) <= DOUBLE_PX and abs(where[1] - before[1]) <= DOUBLE_PX
        there = page.button_at(*before)
        same = pressed == (page.name, there.id if there is not None else "")
        return near and not same and time.monotonic() - at < DOUBLE_S

    def _finger_up(self, where: tuple[int, int]) -> list[WindowEvent]:
        if self._down is None or self._page is None:
            return []
        (button, pressed_on), self._down = self._down, None
        self._last_up = (time.monotonic(), where, (pressed_on, button.id))
        self._draw(self._page)
        now_there = self._page.button_at(*where)
        if now_there is None or now_there.id != button.id or self._page.name != pressed_on:
            return []
        return [Pressed(button.id, pressed_on)]

    def _move_strips(self) -> None:
        moved = self._painter.strips.move(self._surface, time.monotonic())
        if moved:
            pygame.display.update(moved)

    def _draw(self, page: Page) -> None:
        self._painter.paint(self._surface, page, self._down[0].id if self._down else None)
        pygame.display.flip()

    def _save_picture(self, *, at_once: bool = False) -> None:
        """`0007-confirm.png`: a number for each change of page; changes within a page soon replace its picture."""
        now = time.monotonic()
        if not self._picture_due or not (at_once or now - self._picture_at >= PICTURE_EVERY_S):
            return
        self._picture_due = False
        if self._pictures is None or self._page is None or self._count > MAX_PICTURES:
            return
        self._picture_at = now
        path = self._pictures / f"{self._count:04}-{self._page.name}.png"
        part = path.with_suffix(".part.png")
        try:
            pygame.image.save(self._surface, part)
            part.replace(path)  # whoever looks into the directory sees whole pictures only
        except (OSError, pygame.error) as error:
            log.warning("picture %s not written: %s", path, error)
            self._pictures = None
