"""A finger for demos and tests: JSON lines on a unix socket become real SDL events, or tell what is shown.

{"look": true}                      → {"page": "take", "size": [1080, 1920], "buttons": […], "texts": […],
                                       "pictures": ["101.png"]}
                                      each button {"id", "label", "second", "rect": [x, y, w, h]}
{"tap": "department:social"}        → {"tapped": [540, 600]}       the middle of the button with that id
{"tap": [540, 600]}                 → {"tapped": [540, 600]}
{"type": "return"}                  → {"typed": "return"}          one character or the name of a key
{"await": "take", "limit_s": 5}     → {"page": "take"}             once a page of that name is shown
anything wrong                      → {"error": "no button 'x' on page 'take'; there are: home"}
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from pathlib import Path
from typing import Any, Final

import pygame

from hall.errors import HallError
from screen.page import Page, Text
from screen.window import Window

MAX_LINE: Final = 4_096
MAX_AWAIT_S: Final = 60.0
log = logging.getLogger("screen.finger")


class CannotTap(HallError, ValueError):
    """The line asks for something that is not there."""


class Finger:
    """Listens on `path` (only this machine's same user may connect) until closed."""

    def __init__(self, path: Path, window: Window) -> None:
        self._window = window
        self._path = path
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
        finally:
            os.umask(before)
        self._socket.listen(4)
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, name="finger", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=2)
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), name="finger talk", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rwb") as lines:
                while line := lines.readline(MAX_LINE):
                    lines.write(json.dumps(self._answer(line), ensure_ascii=False).encode() + b"\n")
                    lines.flush()
        except OSError as error:
            log.info("finger hung up: %s", error)
        finally:
            self._open.discard(connection)

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise CannotTap("a line is one JSON object")
            return self._obey(asked)
        except (CannotTap, json.JSONDecodeError, UnicodeDecodeError) as error:
            return {"error": str(error)}

    def _obey(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "await" in asked:
            name = str(asked["await"])
            limit_s = asked.get("limit_s", 5)
            limit_s = min(limit_s, MAX_AWAIT_S) if isinstance(limit_s, int | float) else 5
            if not self._window.wait_for(name, limit_s):
                raise CannotTap(f"page {name!r} did not come; {self._page().name!r} is shown")
            return {"page": name}
        if "look" in asked:
            return _seen(self._page())
        if "type" in asked:
            return self._type(str(asked["type"]))
        if "tap" in asked:
            return self._tap(self._place(asked["tap"]))
        raise CannotTap('a line has "look", "tap", "type" or "await"')

    def _page(self) -> Page:
        page = self._window.page
        if page is None:
            raise CannotTap("nothing is shown yet")
        return page

    def _place(self, target: object) -> tuple[int, int]:
        if isinstance(target, list) and len(target) == 2 and all(isinstance(part, int) for part in target):
            return target[0], target[1]
        page = self._page()
        button = page.button(str(target))
        if button is None:
            ids = ", ".join(b.id for b in page.buttons()) or "none"
            raise CannotTap(f"no button {target!r} on page {page.name!r}; there are: {ids}")
        return button.box.centre

    def _tap(self, where: tuple[int, int]) -> dict[str, Any]:
        # `deliberate`: a script means every tap; the guard against double taps is for people.
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            pygame.event.post(pygame.event.Event(kind, pos=where, button=1, touch=True, deliberate=True))
        self._window.wake()
        return {"tapped": list(where)}

    def _type(self, key: str) -> dict[str, Any]:
        try:
            code = pygame.key.key_code(key)
        except ValueError:
            raise CannotTap(f"no key {key!r}") from None
        unicode = key if len(key) == 1 else ""
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=unicode, mod=0, scancode=0))
        self._window.wake()
        return {"typed": key}


def _seen(page: Page) -> dict[str, Any]:
    buttons = [
        {"id": b.id, "label": b.label, "second": b.second, "rect": [b.box.x, b.box.y, b.box.w, b.box.h]}
        for b in page.buttons()
    ]
    texts = [item.words for item in page.items if isinstance(item, Text)]
    texts += [line for strip in page.strips() for line in strip.lines]
    pictures = [picture.file for picture in page.pictures()]
    return {"page": page.name, "size": list(page.size), "buttons": buttons, "texts": texts, "pictures": pictures}
