"""A line owns a port: it opens it, reads it, writes it, and opens it again after the cable was pulled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from hall.station.port import LineSettings as LineSettings  # noqa: PLC0414 - whoever opens a line takes both from here
from hall.station.port import Port, open_port
from hall.station.port import settings_of as settings_of  # noqa: PLC0414

FIRST_RETRY_S: Final = 0.25
LAST_RETRY_S: Final = 5.0
STEADY_S: Final = 5.0  # a port that lived so long is tried again at once; one that opens and breaks is given time


class Line:
    """A port and its reading thread. `on_bytes(data)` and `on_state(open, reason)` are called from that thread."""

    def __init__(
        self,
        url: str,
        settings: LineSettings,
        on_bytes: Callable[[bytes], None],
        on_state: Callable[[bool, str], None],
    ) -> None:
        self.url = url
        self._settings = settings
        self._on_bytes = on_bytes
        self._on_state = on_state
        self._port: Port | None = None
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"line {url}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(
        self,
        data: bytes,
        *,
        unacknowledged: bool = False,  # noqa: ARG002 (nobody else speaks here)
        left: Callable[[], None] | None = None,
    ) -> bool:
        """Hand bytes to the port; False if it is not open or broke (`on_state` then tells)."""
        port = self._port
        if port is None:
            return False
        with self._writing:
            try:
                port.write(data)
            except OSError:
                return False
        if left is not None:
            left()
        return True

    def close(self) -> None:
        """Close the port and end the thread."""
        self._closing.set()
        port = self._port
        if port is not None:
            port.cancel()
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout=2)

    def _run(self) -> None:
        wait_s = FIRST_RETRY_S
        told = ""
        while not self._closing.is_set():
            try:
                self._port = open_port(self.url, self._settings)
            except (OSError, ValueError) as error:
                if told != str(error):
                    told = str(error)
                    self._on_state(False, told)
                self._closing.wait(wait_s)
                wait_s = min(wait_s * 2, LAST_RETRY_S)
                continue
            opened, told = time.monotonic(), ""
            self._on_state(True, "")
            reason = self._read(self._port)
            port, self._port = self._port, None
            port.close()
            if self._closing.is_set():
                return
            self._on_state(False, reason)
            steady = time.monotonic() - opened >= STEADY_S
            wait_s = FIRST_RETRY_S if steady else min(wait_s * 2, LAST_RETRY_S)
            self._closing.wait(wait_s)

    def _read(self, port: Port) -> str:
        """Read until the port breaks or the line closes; the reason."""
        while not self._closing.is_set():
            try:
                data = port.read()
            except OSError as error:
                return str(error) or type(error).__name__
            if data:
                self._on_bytes(data)
        return "closed"
