"""A robot finger: the other end of screen.finger. It sees what a person sees and presses where a person presses."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from pathlib import Path
from typing import Any

from hall.errors import HallError


class NotThere(HallError, LookupError):
    """What was to be pressed is not on the screen."""


class Touch:
    """One hand at one screen. Every wait has a limit."""

    def __init__(self, path: Path, limit_s: float = 15.0) -> None:
        self._path = path
        limit = time.monotonic() + limit_s
        while True:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._socket.connect(str(path))
                break
            except OSError as error:
                self._socket.close()
                if time.monotonic() > limit:
                    raise NotThere(f"no screen at {path}: {error}") from error
                time.sleep(0.05)
        self._socket.settimeout(limit_s)
        self._lines = self._socket.makefile("rwb")

    def look(self) -> dict[str, Any]:
        """The page shown: its name, buttons and texts."""
        return self._say({"look": True})

    @property
    def page(self) -> str:
        """The name of the page shown."""
        return str(self.look()["page"])

    def tap(self, button: str) -> None:
        """Press a button by its id. Raises NotThere with what there is."""
        self._say({"tap": button})

    def type(self, *keys: str) -> None:
        """Press keys of the keyboard."""
        for key in keys:
            self._say({"type": key})

    def wait_for(self, page: str, limit_s: float = 10.0) -> None:
        """Wait until a page is shown. Raises NotThere with the one that is."""
        self._say({"await": page, "limit_s": limit_s})

    def close(self) -> None:
        """Take the hand away."""
        with contextlib.suppress(OSError):  # what was not said yet, to a screen that is gone
            self._lines.close()
        self._socket.close()

    def _say(self, line: dict[str, Any]) -> dict[str, Any]:
        try:
            self._lines.write(json.dumps(line).encode() + b"\n")
            self._lines.flush()
            answer = self._lines.readline()
        except OSError as error:
            raise NotThere(f"the screen at {self._path} is gone: {error}") from error
        if not answer:
            raise NotThere(f"the screen at {self._path} is gone")
        found: dict[str, Any] = json.loads(answer)
        if "error" in found:
            raise NotThere(str(found["error"]))
        return found
